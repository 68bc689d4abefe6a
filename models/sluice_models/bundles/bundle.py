"""A bundle: a folder of scripted modules and the ``bundle.json`` that says what they are and what they weigh."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sluice_models.bundles.contract import Contract

DESCRIPTION = "bundle.json"


class BadBundle(RuntimeError):
    """The folder does not hold what its bundle.json says."""


@dataclass(frozen=True)
class Defaults:
    """What a worker does when a request does not say: sampler, sampling steps, CFG scale in the s form, guide's scale."""

    steps: int
    classifier_free_scale: float
    classifier_scale: float
    sampler: str = "ddpm"

    def entry(self) -> dict[str, Any]:
        return {
            "sampler": self.sampler,
            "steps": self.steps,
            "classifierFreeScale": self.classifier_free_scale,
            "classifierScale": self.classifier_scale,
        }


@dataclass(frozen=True)
class Label:
    """What a bundle is called, and what it is in a sentence."""

    name: str
    description: str


@dataclass(frozen=True)
class Shape:
    """One row of a tensor of pictures or latents; square."""

    channels: int
    size: int

    def entry(self) -> dict[str, Any]:
        return {"channels": self.channels, "height": self.size, "width": self.size}


@dataclass(frozen=True)
class Diffusion:
    """How a stage was trained and how its timesteps are respaced.

    ``beta_schedule`` is cosine, linear or scaled_linear. ``spacing`` even strides from 0 to N-1, leading takes multiples of
    N // T plus ``steps_offset``; ``final_alpha_bar`` says what stands for abar before the last step, one or the first entry.
    """

    beta_schedule: str
    variance: str = "learned_range"
    clip_denoised: bool = True
    spacing: str = "even"
    steps_offset: int = 0
    final_alpha_bar: str = "one"

    def entry(self) -> dict[str, Any]:
        """The keys of bundle.json; those of respacing only where they differ from their defaults."""
        respacing = {"spacing": self.spacing, "stepsOffset": self.steps_offset, "finalAlphaBar": self.final_alpha_bar}
        return {
            "betaSchedule": self.beta_schedule,
            "trainSteps": 1000,
            "prediction": "epsilon",
            "variance": self.variance,
            "clipDenoised": self.clip_denoised,
            **({} if respacing == {"spacing": "even", "stepsOffset": 0, "finalAlphaBar": "one"} else respacing),
        }


@dataclass(frozen=True)
class ClassCondition:
    """A class by its index; ``null_class`` stands for none, which a worker asks for only where the denoiser has learned it."""

    classes: tuple[str, ...]
    null_class: int
    null_class_trained: bool = True

    def entry(self, folder: Path) -> dict[str, Any]:
        said = {"kind": "class", "classes": list(self.classes), "nullClass": self.null_class}
        return said if self.null_class_trained else {**said, "nullClassTrained": False}


@dataclass(frozen=True)
class TextCondition:
    """A text: the tokenizer's file, already in the bundle's folder, and the floats a row of its encoding has.

    ``examples`` are texts that the bundle knows, each with what the auditor is asked about their pictures.
    """

    context_elements: int
    max_tokens: int
    tokenizer: str = "tokenizer.json"
    examples: tuple[tuple[str, int], ...] = ()

    def entry(self, folder: Path) -> dict[str, Any]:
        return {
            "kind": "text",
            "contextElements": self.context_elements,
            "tokenizer": {
                "file": self.tokenizer,
                "sha256": sha256_of(folder / self.tokenizer),
                "maxTokens": self.max_tokens,
            },
            **({"examples": [{"text": text, "target": target} for text, target in self.examples]} if self.examples else {}),
        }


@dataclass(frozen=True)
class Upsampling:
    """A second stage, sampled by DDIM without noise or guidance at ``timesteps``, from noise times ``noise_scale``."""

    sample: Shape
    diffusion: Diffusion
    timesteps: tuple[int, ...]
    noise_scale: float

    def entry(self) -> dict[str, Any]:
        return {
            "sample": self.sample.entry(),
            "diffusion": self.diffusion.entry(),
            "timesteps": list(self.timesteps),
            "noiseScale": self.noise_scale,
        }


@dataclass(frozen=True)
class Facts:
    """Everything that bundle.json says of a bundle but its files and its training.

    ``image`` is the final picture, ``sample`` what is denoised first. Classifier-free guidance acts on the first
    ``guided_channels`` channels, where the denoiser was trained with its condition and without (``classifier_free``).
    ``guide_condition`` is the guide's own, where it does not take the denoiser's.
    """

    label: Label
    family: str
    image: Shape
    sample: Shape
    diffusion: Diffusion
    condition: ClassCondition | TextCondition
    guided_channels: int
    defaults: Defaults
    guide_condition: TextCondition | None = None
    upsampling: Upsampling | None = None
    licence: str = "Apache-2.0"
    classifier_free: bool = True


def description(facts: Facts, folder: Path, training: dict[str, Any]) -> dict[str, Any]:
    """bundle.json, format version 1, without its modules; a tokenizer's file is looked for in ``folder``."""
    guide_condition, upsampling = facts.guide_condition, facts.upsampling
    return {
        "formatVersion": 1,
        "name": facts.label.name,
        "version": "1.0.0",
        "family": facts.family,
        "licence": facts.licence,
        "description": facts.label.description,
        "image": facts.image.entry(),
        "sample": facts.sample.entry(),
        "diffusion": facts.diffusion.entry(),
        "condition": facts.condition.entry(folder),
        **({"guideCondition": guide_condition.entry(folder)} if guide_condition else {}),
        **({"upsampler": upsampling.entry()} if upsampling else {}),
        "guidance": {"guidedChannels": facts.guided_channels, **({} if facts.classifier_free else {"classifierFree": False})},
        "defaults": facts.defaults.entry(),
        "modules": {},
        "training": training,
    }


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_description(folder: Path, content: dict[str, Any]) -> None:
    (folder / DESCRIPTION).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_description(folder: Path) -> dict[str, Any]:
    """:raises BadBundle: if there is no bundle.json, or it is not JSON"""
    try:
        return json.loads((folder / DESCRIPTION).read_text())
    except (OSError, ValueError) as unreadable:
        raise BadBundle(f"{folder}: no readable {DESCRIPTION}: {unreadable}") from unreadable


def recorded_files(manifest: dict[str, Any]) -> dict[str, str]:
    """SHA-256 by file name of what lies beside the modules: tokenizers, and what only training needs."""
    entries = [manifest[key]["tokenizer"] for key in ("condition", "guideCondition") if "tokenizer" in manifest.get(key, {})]
    return {entry["file"]: entry["sha256"] for entry in entries} | manifest.get("training", {}).get("files", {})


def checked(path: Path, sha256: str) -> Path:
    """``path``, once its content is found to be what was recorded of it.

    :raises BadBundle: if it is not, or not there
    """
    if not path.is_file():
        raise BadBundle(f"{path}: not there")
    found = sha256_of(path)
    if found != sha256:
        raise BadBundle(f"{path}: sha256 is {found}, not {sha256} as recorded")
    return path


def checked_file(folder: Path, name: str) -> Path:
    """A file beside the modules, compared with its checksum where bundle.json records one.

    :raises BadBundle: if it is not what bundle.json says
    """
    recorded = recorded_files(read_description(folder))
    return checked(folder / name, recorded[name]) if name in recorded else folder / name


def load_module(folder: Path, name: str) -> torch.jit.ScriptModule:
    """One module on the CPU, its checksum compared first.

    :raises BadBundle: if there is none of that name, or it is not what bundle.json says
    """
    modules = read_description(folder)["modules"]
    if name not in modules:
        raise BadBundle(f"{folder}: has no {name}; it has {', '.join(modules)}")
    entry = modules[name]
    return torch.jit.load(checked(folder / entry["file"], entry["sha256"]), map_location="cpu").eval()


def parameters(folder: Path, role: str) -> dict[str, Tensor]:
    """The trained tensors of one module, by name."""
    return dict(load_module(folder, role).named_parameters())


def below(prefix: str, named: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is under ``prefix``, by the rest of its name."""
    return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}


def problems(folder: Path) -> list[str]:
    """Everything about the bundle that is not as it should be; empty when all is well."""
    try:
        manifest = read_description(folder)
    except BadBundle as bad:
        return [str(bad)]
    found = []
    for name, sha256 in recorded_files(manifest).items():
        try:
            checked(folder / name, sha256)
        except BadBundle as bad:
            found.append(str(bad))
    for name, entry in manifest["modules"].items():
        try:
            module = load_module(folder, name)
        except BadBundle as bad:
            found.append(str(bad))
            continue
        parameters = sum(parameter.numel() for parameter in module.parameters())
        if parameters != entry["parameters"]:
            found.append(f"{name}: {parameters} parameters, bundle.json says {entry['parameters']}")
        found += [f"{name}: {problem}" for problem in contract_problems(name, module, Contract(manifest, folder))]
    return found


def contract_problems(role: str, module: torch.jit.ScriptModule, contract: Contract) -> list[str]:
    """Calls a module as a worker does, at two batch sizes, and compares the shapes and types of what it returns."""
    found = []
    generator = torch.Generator().manual_seed(0)
    for n in (1, 3):
        try:
            returned = module(*contract.inputs(role, n, generator))
        except Exception as failed:  # a module may raise anything, and so may the reader of a tokenizer that is not there
            return [f"can't be called: {str(failed).strip().splitlines()[-1]}"]
        tensors = (returned,) if isinstance(returned, torch.Tensor) else returned
        shapes = contract.shapes(role, n)
        if [tuple(tensor.shape) for tensor in tensors] != shapes:
            found.append(f"returns {[tuple(tensor.shape) for tensor in tensors]} for N={n}, not {shapes}")
        if any(tensor.dtype != torch.float32 or tensor.requires_grad for tensor in tensors):
            found.append("returns a tensor that is not f32 or still carries a gradient")
    return found

"""A bundle: a folder of scripted modules and the ``bundle.json`` that says what they are and what they weigh."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from sluice_models.configs import NULL_CLASS
from sluice_models.glyphs import CLASSES, SIZE


class BadBundle(RuntimeError):
    """The folder does not hold what its bundle.json says."""


@dataclass(frozen=True)
class Defaults:
    """What a worker does when a request does not say: sampling steps, CFG scale in the s form, classifier scale."""

    steps: int
    classifier_free_scale: float
    classifier_scale: float


@dataclass(frozen=True)
class Label:
    """What a bundle is called, and what it is in a sentence."""

    name: str
    description: str


def description(label: Label, defaults: Defaults, parameters: dict[str, int], hashes: dict[str, str], training: dict) -> dict:
    """The content of bundle.json, format version 1; ``parameters`` and ``hashes`` by module."""
    picture = {"channels": 3, "height": SIZE, "width": SIZE}
    return {
        "formatVersion": 1,
        "name": label.name,
        "version": "1.0.0",
        "family": "adm",
        "licence": "Apache-2.0",
        "description": label.description,
        "image": picture,
        "sample": picture,
        "diffusion": {
            "betaSchedule": "cosine",
            "trainSteps": 1000,
            "prediction": "epsilon",
            "variance": "learned_range",
            "clipDenoised": True,
        },
        "condition": {"kind": "class", "classes": list(CLASSES), "nullClass": NULL_CLASS},
        "guidance": {"guidedChannels": 3},
        "defaults": {
            "sampler": "ddpm",
            "steps": defaults.steps,
            "classifierFreeScale": defaults.classifier_free_scale,
            "classifierScale": defaults.classifier_scale,
        },
        "modules": {
            name: {"file": f"{name}.pt", "sha256": digest, "parameters": parameters[name]} for name, digest in hashes.items()
        },
        "training": training,
    }


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_description(folder: Path) -> dict:
    return json.loads((folder / "bundle.json").read_text())


def load_module(folder: Path, name: str) -> torch.jit.ScriptModule:
    """One module on the CPU, its checksum compared first."""
    entry = read_description(folder)["modules"][name]
    path = folder / entry["file"]
    found = sha256_of(path)
    if found != entry["sha256"]:
        raise BadBundle(f"{path}: sha256 is {found}, bundle.json says {entry['sha256']}")
    return torch.jit.load(path, map_location="cpu").eval()


def problems(folder: Path) -> list[str]:
    """Everything about the bundle that is not as it should be; empty when all is well."""
    found = []
    modules = read_description(folder)["modules"]
    for name in modules:
        try:
            module = load_module(folder, name)
        except BadBundle as bad:
            found.append(str(bad))
            continue
        parameters = sum(parameter.numel() for parameter in module.parameters())
        if parameters != modules[name]["parameters"]:
            found.append(f"{name}: {parameters} parameters, bundle.json says {modules[name]['parameters']}")
        found += [f"{name}: {problem}" for problem in contract_problems(name, module)]
    return found


def contract_problems(name: str, module: torch.jit.ScriptModule) -> list[str]:
    """Calls a module as a worker does, at two batch sizes, and compares the shapes and types of what it returns."""
    found = []
    for n in (1, 3):
        x, t, label = torch.randn(n, 3, SIZE, SIZE), torch.arange(n) * 300, torch.arange(n)
        returned = module(x, t, label)
        tensors = (returned,) if isinstance(returned, torch.Tensor) else returned
        shapes = {"denoiser": [(n, 6, SIZE, SIZE)], "guide": [(n, 3, SIZE, SIZE), (n,), (n,)], "auditor": [(n,), (n,)]}[name]
        if [tuple(tensor.shape) for tensor in tensors] != shapes:
            found.append(f"returns {[tuple(tensor.shape) for tensor in tensors]} for N={n}, not {shapes}")
        if any(tensor.dtype != torch.float32 or tensor.requires_grad for tensor in tensors):
            found.append("returns a tensor that is not f32 or still carries a gradient")
    return found

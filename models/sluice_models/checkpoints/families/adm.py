"""ADM and CADM: OpenAI's guided-diffusion checkpoints of 64², 128² and 256², with the classifier that guides them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from sluice_models.bundles.bundle import ClassCondition, Defaults, Diffusion, Facts, Label, Shape
from sluice_models.bundles.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.checkpoints.assembly import Assembly, BadRequest, Part, Sources, class_names
from sluice_models.checkpoints.reading import read
from sluice_models.checkpoints.recognition import Configuration, loaded, recognised
from sluice_models.networks import configs
from sluice_models.networks.adm import AdmConfig, Denoiser, NoisyClassifier, halve_torso

UNCONDITIONAL = [
    Configuration("adm-64-unconditional", configs.ADM_64_UNCONDITIONAL, (Denoiser,)),
    Configuration("adm-256-unconditional", configs.ADM_256_UNCONDITIONAL, (Denoiser,)),
]
CONDITIONAL = [
    Configuration("adm-64-conditional", configs.ADM_64_CONDITIONAL, (Denoiser,)),
    Configuration("adm-128-conditional", configs.ADM_128_CONDITIONAL, (Denoiser,)),
    Configuration("adm-256-conditional", configs.ADM_256_CONDITIONAL, (Denoiser,)),
]
CLASSIFIERS = [
    Configuration("classifier-64", configs.CLASSIFIER_64, (NoisyClassifier,)),
    Configuration("classifier-128", configs.CLASSIFIER_128, (NoisyClassifier,)),
    Configuration("classifier-256", configs.CLASSIFIER_256, (NoisyClassifier,)),
]

STEPS = 250
_COSINE_SIZES = (64,)  # 128² and 256² were trained on the linear schedule
_SCALES = {128: 0.5, 256: 1.0}
_UNCONDITIONAL_SCALES = {64: 4.0, 256: 10.0}
"""Classifier scales: OpenAI's for their checkpoints, the paper's 4.0 for ADM at 64², which OpenAI did not publish."""


def assemble_unconditional(sources: Sources) -> Assembly:
    """ADM-G: the denoiser takes no class, and only the classifier leads to one."""
    return _assemble(sources, "adm", UNCONDITIONAL, _UNCONDITIONAL_SCALES, "unconditional")


def assemble_conditional(sources: Sources) -> Assembly:
    """CADM-G: the denoiser takes the class, and the classifier sharpens it."""
    return _assemble(sources, "cadm", CONDITIONAL, _SCALES, "class-conditional")


def _assemble(sources: Sources, family: str, configurations: list[Configuration], scales: dict[int, float], kind: str) -> Assembly:
    weights = read(sources.checkpoint)
    denoiser = recognised(sources.checkpoint, weights, configurations)
    config: AdmConfig = denoiser.config
    found = {"checkpoint": denoiser.name}
    parts = [Part("denoiser", partial(_denoiser, config, weights), halve=_halve)]
    wrappers: tuple[tuple[str, str, Callable[[NoisyClassifier], nn.Module]], ...] = (
        ("classifier", "guide", GuideModule), ("auditor", "auditor", AuditorModule),
    )  # fmt: skip
    for option, role, wrapper in wrappers:
        path = sources.paths().get(option)
        if path is not None:
            found[option], make = _classifier(path, config, wrapper)
            parts.append(Part(role, make, halve=_halve))
    picture = Shape(config.channels_in, config.size)
    facts = Facts(
        label=Label(
            sources.name or f"{family}-{config.size}",
            f"ADM, {kind}, ImageNet {config.size}x{config.size}, from a public checkpoint of guided-diffusion's format.",
        ),
        family="adm",
        image=picture,
        sample=picture,
        diffusion=Diffusion("cosine" if config.size in _COSINE_SIZES else "linear"),
        condition=ClassCondition(
            class_names(sources.classes),
            config.embedded_classes or configs.IMAGENET_CLASSES,
            null_class_trained=not config.embedded_classes,
        ),
        guided_channels=config.channels_in,
        defaults=Defaults(STEPS, classifier_free_scale=1.0, classifier_scale=scales.get(config.size, 1.0)),
        licence=sources.licence,
        classifier_free=False,
    )
    return Assembly(facts, tuple(parts), found)


def _denoiser(config: AdmConfig, weights: dict[str, Tensor]) -> nn.Module:
    """The denoiser; a published class table has no null class, so a row of zeros follows it, which no request may ask for."""
    if config.embedded_classes:
        config = dataclasses.replace(config, embedded_classes=config.embedded_classes + 1)
        table = weights["label_emb.weight"]
        weights = {**weights, "label_emb.weight": torch.cat([table, table.new_zeros(1, table.shape[1])])}
    return DenoiserModule(loaded(partial(Denoiser, config), weights))


def _classifier(path: Path, denoiser: AdmConfig, wrapper: Callable[[NoisyClassifier], nn.Module]) -> tuple[str, Callable[[], nn.Module]]:
    weights = read(path)
    classifier = recognised(path, weights, CLASSIFIERS)
    if classifier.config.size != denoiser.size:
        raise BadRequest(f"{path}: {classifier.name} reads pictures of side {classifier.config.size}, not {denoiser.size}")
    return classifier.name, lambda: wrapper(loaded(partial(NoisyClassifier, classifier.config), weights))


def _halve(module: nn.Module) -> None:
    halve_torso(module.network)  # type: ignore[arg-type]

"""The recipe of the bundle glyphs-adm: its label, which pictures, which seeds, how many steps, which defaults."""

from __future__ import annotations

import copy
import functools
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sluice_models.bundles.bundle import (
    ClassCondition,
    Defaults,
    Diffusion,
    Facts,
    Label,
    Shape,
    below,
    parameters,
    read_description,
)
from sluice_models.bundles.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.bundles.exporting import export_bundle
from sluice_models.data import glyphs
from sluice_models.data.glyphs import CLASSES, SIZE
from sluice_models.data.picture_sets import Pictures, PictureSet
from sluice_models.data.pictures import grid, write_png
from sluice_models.networks.adm import AdmConfig, Denoiser, NoisyClassifier
from sluice_models.networks.configs import GLYPHS_CLASSIFIER, GLYPHS_DENOISER, NULL_CLASS
from sluice_models.recipes.workshop import Part, Recipe, Workshop
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.sampling.samplers import ClassifierFree, full_weights, sample_ddpm, to_pixels
from sluice_models.training.examples import PictureSource
from sluice_models.training.losses import classifier_loss, denoiser_loss
from sluice_models.training.trainer import Trainer, TrainingPlan, begin_from

DENOISER, GUIDE, AUDITOR = "denoiser", "guide", "auditor"
DEFAULTS = Defaults(steps=50, classifier_free_scale=3.0, classifier_scale=4.0)
FACTS = Facts(
    label=Label(
        "glyphs-adm",
        "Digits in many typefaces, colours and poses, 32x32 RGB; a small ADM denoiser with two noise-aware classifiers.",
    ),
    family="adm",
    image=Shape(3, SIZE),
    sample=Shape(3, SIZE),
    diffusion=Diffusion("cosine"),
    condition=ClassCondition(CLASSES, NULL_CLASS),
    guided_channels=3,
    defaults=DEFAULTS,
)

TRAINING_PICTURES = Pictures("glyphs", seed=1, count=80_000, draw=functools.partial(glyphs.draw, held_out=False))
HELD_OUT_PICTURES = Pictures("held-out", seed=2, count=5_000, draw=functools.partial(glyphs.draw, held_out=True))
# What sampled pictures are compared with, and what drawn ones come to when compared with those.
REFERENCE_PICTURES = Pictures("reference", seed=3, count=5_000, draw=functools.partial(glyphs.draw, held_out=False))
SPARE_PICTURES = Pictures("spare", seed=4, count=1_000, draw=functools.partial(glyphs.draw, held_out=False))

_WATCHED_STEPS = 30


def denoiser_trainer(config: AdmConfig, plan: TrainingPlan, pool: PictureSet, device: torch.device, replicas: int = 1) -> Trainer:
    torch.manual_seed(plan.seed)
    process = Process(Schedule.cosine(), device)
    loss = denoiser_loss(process, plan.null_share, null=config.embedded_classes - 1)
    return Trainer(Denoiser(config).to(device), loss, plan, PictureSource(pool, process, device), replicas)


def classifier_trainer(config: AdmConfig, plan: TrainingPlan, pool: PictureSet, device: torch.device, replicas: int = 1) -> Trainer:
    torch.manual_seed(plan.seed)
    source = PictureSource(pool, Process(Schedule.cosine(), device), device)
    return Trainer(NoisyClassifier(config).to(device), classifier_loss, plan, source, replicas)


def _denoiser(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    return denoiser_trainer(GLYPHS_DENOISER, plan, TRAINING_PICTURES.load(workshop.work), workshop.device, workshop.replicas)


def _classifier(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    return classifier_trainer(GLYPHS_CLASSIFIER, plan, TRAINING_PICTURES.load(workshop.work), workshop.device, workshop.replicas)


def _watch(workshop: Workshop, denoiser: nn.Module, step: int) -> None:
    """Every 1,000 training steps: five pictures a class by 30 respaced steps, classifier-free scale 2, in one sheet."""
    if step % 1_000:
        return
    classes = torch.arange(len(CLASSES)).repeat(5)
    guidance = ClassifierFree(copy.deepcopy(denoiser).cpu().eval(), NULL_CLASS, scale=2.0)
    process, weights = Process(Schedule.cosine(_WATCHED_STEPS)), full_weights(_WATCHED_STEPS)
    x = sample_ddpm(guidance, process, classes, weights, torch.Generator().manual_seed(0))
    write_png(workshop.folder / f"samples-{step:06d}.png", grid(to_pixels(x).numpy(), columns=len(CLASSES)))


def _export(workshop: Workshop, folder: Path) -> None:
    denoiser, steps = workshop.trained(DENOISER, Denoiser(GLYPHS_DENOISER))
    guide, guide_steps = workshop.trained(GUIDE, NoisyClassifier(GLYPHS_CLASSIFIER))
    auditor, auditor_steps = workshop.trained(AUDITOR, NoisyClassifier(GLYPHS_CLASSIFIER))
    training = {
        "recipe": "sluice_models/recipes/glyphs_adm.py: render; train denoiser, guide, auditor; pack",
        "steps": {DENOISER: steps, GUIDE: guide_steps, AUDITOR: auditor_steps},
        "seeds": RECIPE.seeds(),
    }
    modules = {DENOISER: DenoiserModule(denoiser), GUIDE: GuideModule(guide), AUDITOR: AuditorModule(auditor)}
    export_bundle(folder, modules, FACTS, training)


def _unpack(workshop: Workshop, folder: Path) -> None:
    steps = _steps(read_description(folder)["training"])
    networks = {DENOISER: Denoiser(GLYPHS_DENOISER), GUIDE: NoisyClassifier(GLYPHS_CLASSIFIER), AUDITOR: NoisyClassifier(GLYPHS_CLASSIFIER)}
    for part, network in networks.items():
        network.load_state_dict(below("network.", parameters(folder, part)))
        begin_from(network, steps[part], RECIPE.parts[part].plan, workshop.checkpoint(part))


def _steps(training: dict[str, Any]) -> dict[str, int]:
    """Of each part; the bundle that ships has them in three entries."""
    counted = training["steps"]
    if isinstance(counted, dict):
        return counted
    return {DENOISER: counted, GUIDE: training["guideSteps"], AUDITOR: training["auditorSteps"]}


RECIPE = Recipe(
    {
        DENOISER: Part(TrainingPlan(steps=4_800, seed=11), _denoiser, _watch),
        GUIDE: Part(TrainingPlan(steps=1_200, seed=21, batch=64, weight_decay=0.05), _classifier),
        AUDITOR: Part(TrainingPlan(steps=1_200, seed=31, batch=64, weight_decay=0.05), _classifier),
    },
    _export,
    _unpack,
)

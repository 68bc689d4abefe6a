"""The recipe of the bundle glyphs-dit: digits by a small DiT over the latents of an autoencoder of its own."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import nn

from sluice_models.bundles.bundle import ClassCondition, Defaults, Diffusion, Facts, Label, Shape, load_module
from sluice_models.bundles.exporting import export_bundle
from sluice_models.data.glyphs import CLASSES, SIZE
from sluice_models.data.pictures import grid, write_png
from sluice_models.networks.configs import GLYPHS_AUTOENCODER, GLYPHS_DIT, NULL_CLASS
from sluice_models.networks.dit import Dit
from sluice_models.networks.stable_diffusion import LatentDecoder
from sluice_models.recipes.autoencoder_part import AUTOENCODER, autoencoder_part, latents_of, trained_autoencoder
from sluice_models.recipes.glyphs_adm import TRAINING_PICTURES
from sluice_models.recipes.workshop import Part, Recipe, Workshop
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.sampling.samplers import ClassifierFree, full_weights, sample_ddpm, to_pixels
from sluice_models.training.examples import NoisedSource
from sluice_models.training.losses import denoiser_loss
from sluice_models.training.trainer import Trainer, TrainingPlan

BETAS = "linear"
LATENT = (GLYPHS_DIT.channels, GLYPHS_DIT.size, GLYPHS_DIT.size)
GUIDED_CHANNELS = 3
DENOISER = "denoiser"
# The pictures are those of glyphs-adm, so its judge, which never guides, judges them.
_GLYPHS_JUDGES = Path(__file__).resolve().parents[2] / "bundles" / "glyphs-adm"
_WATCHED_STEPS = 50
_WATCHED_SCALE = 2.0

FACTS = Facts(
    label=Label(
        "glyphs-dit",
        "Digits in many typefaces, colours and poses, 32x32 RGB; a small DiT over the latents of an autoencoder of its own.",
    ),
    family="dit",
    image=Shape(3, SIZE),
    sample=Shape(GLYPHS_DIT.channels, GLYPHS_DIT.size),
    diffusion=Diffusion(BETAS, clip_denoised=False),
    condition=ClassCondition(CLASSES, NULL_CLASS),
    guided_channels=GUIDED_CHANNELS,
    defaults=Defaults(steps=250, classifier_free_scale=3.0, classifier_scale=0.0),
)


def _trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    pool = TRAINING_PICTURES.load(workshop.work)
    latents = latents_of(workshop, GLYPHS_AUTOENCODER, torch.from_numpy(pool.pixels)).values
    torch.manual_seed(plan.seed)
    process = Process(Schedule.evenly(BETAS), workshop.device)
    source = NoisedSource(latents, torch.from_numpy(pool.labels), torch.Tensor.float, process, workshop.device)
    loss = denoiser_loss(process, plan.null_share, NULL_CLASS)
    return Trainer(Dit(GLYPHS_DIT).to(workshop.device), loss, plan, source, workshop.replicas)


def _decoder(workshop: Workshop) -> LatentDecoder:
    pixels = torch.from_numpy(TRAINING_PICTURES.load(workshop.work).pixels)
    autoencoding, _ = trained_autoencoder(workshop, GLYPHS_AUTOENCODER)
    return LatentDecoder(autoencoding.autoencoder, latents_of(workshop, GLYPHS_AUTOENCODER, pixels).scale)


def _watch(workshop: Workshop, network: nn.Module, step: int) -> None:
    """Every 2,000 steps a sheet of five pictures a class."""
    if step % 2_000:
        return
    classes = torch.arange(len(CLASSES)).repeat(5)
    guidance = ClassifierFree(copy.deepcopy(network).cpu().eval(), NULL_CLASS, _WATCHED_SCALE, GUIDED_CHANNELS)
    process = Process(Schedule.evenly(BETAS, _WATCHED_STEPS))
    generator = torch.Generator().manual_seed(0)
    latents = sample_ddpm(guidance, process, classes, full_weights(_WATCHED_STEPS), generator, LATENT, clip=False)
    with torch.no_grad():
        pixels = to_pixels(_decoder(workshop)(latents), nearest=True)
    write_png(workshop.folder / f"samples-{step:06d}.png", grid(pixels.numpy(), columns=len(CLASSES)))


def _export(workshop: Workshop, folder: Path) -> None:
    network, steps = workshop.trained(DENOISER, Dit(GLYPHS_DIT))
    _, autoencoder_steps = trained_autoencoder(workshop, GLYPHS_AUTOENCODER)
    decoder = _decoder(workshop)
    training = {
        "recipe": "sluice_models/recipes/glyphs_dit.py: render; train autoencoder, denoiser; pack",
        "steps": {AUTOENCODER: autoencoder_steps, DENOISER: steps},
        "seeds": RECIPE.seeds(),
        "latentScale": decoder.scale,
    }
    modules = {DENOISER: network, "decoder": decoder, "auditor": load_module(_GLYPHS_JUDGES, "auditor")}
    export_bundle(folder, modules, FACTS, training)


RECIPE = Recipe(
    {
        AUTOENCODER: autoencoder_part(
            GLYPHS_AUTOENCODER, TRAINING_PICTURES, TrainingPlan(steps=5_000, seed=101, batch=16, learning_rate=1.5e-3)
        ),
        DENOISER: Part(TrainingPlan(steps=10_000, seed=111, batch=96, learning_rate=1e-3), _trainer, _watch),
    },
    _export,
)

"""DiT: the checkpoints of facebookresearch/DiT, with the Stable Diffusion autoencoder that decodes their latents."""

from __future__ import annotations

from functools import partial

from sluice_models.bundles.bundle import ClassCondition, Defaults, Diffusion, Facts, Label, Shape
from sluice_models.checkpoints.assembly import Assembly, Part, Sources, class_names
from sluice_models.checkpoints.families.autoencoder import recognised_autoencoder
from sluice_models.checkpoints.precision import halve_dit
from sluice_models.checkpoints.reading import read
from sluice_models.checkpoints.recognition import Configuration, loaded, recognised
from sluice_models.networks import configs
from sluice_models.networks.dit import Dit, DitConfig

CONFIGURATIONS = [
    Configuration("dit-xl-2-256", configs.DIT_XL_2_256, (Dit,)),
    Configuration("dit-xl-2-512", configs.DIT_XL_2_512, (Dit,)),
]

STEPS = 250
SCALE = 1.5
GUIDED_CHANNELS = 3
"""Of the four; the published FIDs were measured so, and the fourth comes from the conditional half alone."""


def assemble(sources: Sources) -> Assembly:
    weights = read(sources.checkpoint)
    denoiser = recognised(sources.checkpoint, weights, CONFIGURATIONS)
    config: DitConfig = denoiser.config
    assert sources.vae is not None
    autoencoder = recognised_autoencoder(sources.vae)
    side = config.size * autoencoder.factor
    facts = Facts(
        label=Label(
            sources.name or denoiser.name,
            f"DiT, class-conditional, ImageNet {side}x{side}, from a public checkpoint of facebookresearch/DiT's format.",
        ),
        family="dit",
        image=Shape(3, side),
        sample=Shape(config.channels, config.size),
        diffusion=Diffusion("linear", clip_denoised=False),
        condition=ClassCondition(class_names(sources.classes), config.classes),
        guided_channels=GUIDED_CHANNELS,
        defaults=Defaults(STEPS, classifier_free_scale=SCALE, classifier_scale=0.0),
        licence=sources.licence,
    )
    parts = (
        Part("denoiser", lambda: loaded(partial(Dit, config), weights), halve=halve_dit),  # type: ignore[arg-type]
        autoencoder.part(),
    )
    return Assembly(facts, parts, {"checkpoint": denoiser.name, "vae": autoencoder.found.configuration.name})

"""The recipe of the bundle scenes-sd: captioned scenes by a small Stable Diffusion, whose text encoder learns to read first."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import nn

from sluice_models.bundles.bundle import Defaults, Diffusion, Facts, Label, Shape, TextCondition, parameters, read_description
from sluice_models.bundles.exporting import export_bundle
from sluice_models.data.pictures import grid, write_png
from sluice_models.judging.judge_folder import SCENES_JUDGE, load_judge
from sluice_models.networks.configs import SCENES_AUTOENCODER, SCENES_CLIP_TEXT, SCENES_SIZE, SCENES_TOKENS, SCENES_UNET
from sluice_models.networks.parametrisation import VelocityDenoiser
from sluice_models.networks.stable_diffusion import ClipContext, LatentDecoder, LatentDenoiser
from sluice_models.recipes.autoencoder_part import (
    AUTOENCODER,
    ENCODER_FILE,
    autoencoder_part,
    latents_of,
    trained_autoencoder,
    unpacked_autoencoder,
    written_encoder,
)
from sluice_models.recipes.captioned import (
    READER,
    WATCHED_CAPTIONS,
    empty_tokens,
    reader_part,
    tokens_of,
    trained_reader,
    training_scenes,
    with_examples,
    written_tokenizer,
)
from sluice_models.recipes.scenes import TRAINING_SCENES
from sluice_models.recipes.workshop import Part, Recipe, Workshop
from sluice_models.sampling.diffusion import BETAS, Process, Schedule, leading_timesteps
from sluice_models.sampling.samplers import ClassifierFree, full_weights, sample_ddim, to_pixels
from sluice_models.training.examples import NoisedSource
from sluice_models.training.losses import velocity_loss
from sluice_models.training.pairs import CaptionReader, TextToPicture
from sluice_models.training.trainer import Trainer, TrainingPlan, begin_from

DENOISER = "denoiser"
DIFFUSION = Diffusion(
    "scaled_linear", variance="fixed_small", clip_denoised=False, spacing="leading", steps_offset=1, final_alpha_bar="first"
)
FACTS = Facts(
    label=Label(
        "scenes-sd",
        "One or two coloured shapes as a caption says, 64x64 RGB; a small Stable Diffusion: autoencoder, UNet, CLIP text encoder.",
    ),
    family="sd",
    image=Shape(3, SCENES_SIZE),
    sample=Shape(SCENES_UNET.channels, SCENES_UNET.size),
    diffusion=DIFFUSION,
    condition=TextCondition(SCENES_TOKENS * SCENES_CLIP_TEXT.width, SCENES_TOKENS),
    guided_channels=SCENES_UNET.channels,
    defaults=Defaults(steps=50, classifier_free_scale=4.0, classifier_scale=0.0, sampler="ddim"),
)
_SCHEDULE = Schedule.evenly(DIFFUSION.beta_schedule)
# Where a caption's words for places are learned; by their number alone those steps would take far longer.
NOISIEST = 1 / 3
_WATCHED_STEPS = 25
_EACH = 8


def _text() -> ClipContext:
    return ClipContext(SCENES_CLIP_TEXT.build())


def _network(text: ClipContext) -> TextToPicture[ClipContext, VelocityDenoiser]:
    """With a text encoder that stays as it is."""
    denoiser = LatentDenoiser(SCENES_UNET.build(), SCENES_TOKENS)
    return TextToPicture(text.requires_grad_(False), VelocityDenoiser(denoiser, _SCHEDULE.alphas_bar))


def _trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    pool, tokens = training_scenes(workshop)
    latents = latents_of(workshop, SCENES_AUTOENCODER, torch.from_numpy(pool.pixels)).values
    torch.manual_seed(plan.seed)
    process = Process(_SCHEDULE, workshop.device)
    source = NoisedSource(latents, tokens, torch.Tensor.float, process, workshop.device, NOISIEST)
    loss = velocity_loss(process, plan.null_share, empty_tokens())
    text, _ = trained_reader(workshop, _text(), SCENES_CLIP_TEXT.width)
    return Trainer(_network(text).to(workshop.device), loss, plan, source, workshop.replicas)


def _decoder(workshop: Workshop) -> LatentDecoder:
    pixels = torch.from_numpy(TRAINING_SCENES.load(workshop.work).pixels)
    autoencoding, _ = trained_autoencoder(workshop, SCENES_AUTOENCODER)
    return LatentDecoder(autoencoding.autoencoder, latents_of(workshop, SCENES_AUTOENCODER, pixels).scale)


@torch.no_grad()
def _watch(workshop: Workshop, network: nn.Module, step: int) -> None:
    """Every 1,000 steps a sheet: a row of pictures for each of a few captions."""
    if step % 1_000:
        return
    assert isinstance(network, TextToPicture)
    network = copy.deepcopy(network).cpu().eval()
    context = network.text(tokens_of(WATCHED_CAPTIONS)).repeat_interleave(_EACH, dim=0)
    guidance = ClassifierFree(network.picture, network.text(empty_tokens()[None])[0], FACTS.defaults.classifier_free_scale)
    timesteps = leading_timesteps(_WATCHED_STEPS, DIFFUSION.steps_offset)
    betas = BETAS[DIFFUSION.beta_schedule]()
    schedule = Schedule.visiting(timesteps, betas, final_alpha_bar=1 - betas[0])
    side = SCENES_UNET.size
    noise = torch.randn((len(context), SCENES_UNET.channels, side, side), generator=torch.Generator().manual_seed(0))
    latents = sample_ddim(guidance, schedule, context, full_weights(_WATCHED_STEPS), noise)
    pixels = to_pixels(_decoder(workshop)(latents), nearest=True).numpy()
    write_png(workshop.folder / f"samples-{step:06d}.png", grid(pixels, columns=_EACH), enlarge=2)


def _export(workshop: Workshop, folder: Path) -> None:
    network, steps = workshop.trained(DENOISER, _network(_text()))
    _, reader_steps = trained_reader(workshop, _text(), SCENES_CLIP_TEXT.width)
    _, autoencoder_steps = trained_autoencoder(workshop, SCENES_AUTOENCODER)
    decoder = _decoder(workshop)
    training = {
        "recipe": "sluice_models/recipes/scenes_sd.py: render; train autoencoder, reader, denoiser; pack",
        "steps": {AUTOENCODER: autoencoder_steps, READER: reader_steps, DENOISER: steps},
        "seeds": RECIPE.seeds(),
        "latentScale": decoder.scale,
    }
    modules: dict[str, nn.Module] = {
        DENOISER: network.picture,
        "text_encoder": network.text,
        "decoder": decoder,
        "auditor": load_judge(SCENES_JUDGE),
    }
    files = {"tokenizer.json": written_tokenizer(workshop.folder), ENCODER_FILE: written_encoder(workshop, SCENES_AUTOENCODER)}
    export_bundle(folder, modules, with_examples(FACTS), training, files)


def _unpack(workshop: Workshop, folder: Path) -> None:
    """All but the caption reader's heads, which begin anew; the denoiser's training no longer needs them."""
    steps = read_description(folder)["training"]["steps"]
    network = _network(_text())
    network.picture.load_state_dict(parameters(folder, DENOISER))
    network.text.load_state_dict(parameters(folder, "text_encoder"))
    autoencoding = unpacked_autoencoder(folder, SCENES_AUTOENCODER)
    reader = CaptionReader(_text(), SCENES_CLIP_TEXT.width)
    reader.text.load_state_dict(network.text.state_dict())
    for part, weights in ((AUTOENCODER, autoencoding), (READER, reader), (DENOISER, network)):
        begin_from(weights, steps[part], RECIPE.parts[part].plan, workshop.checkpoint(part))


RECIPE = Recipe(
    {
        AUTOENCODER: autoencoder_part(
            SCENES_AUTOENCODER, TRAINING_SCENES, TrainingPlan(steps=3_500, seed=201, batch=16, learning_rate=1.5e-3)
        ),
        READER: reader_part(_text, SCENES_CLIP_TEXT.width, TrainingPlan(steps=2_000, seed=221, batch=128, learning_rate=1e-3)),
        DENOISER: Part(TrainingPlan(steps=13_200, seed=211, batch=32, learning_rate=6e-4, null_share=0.12), _trainer, _watch),
    },
    _export,
    _unpack,
)

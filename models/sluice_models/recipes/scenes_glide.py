"""The recipe of the bundle scenes-glide: captioned scenes by a small GLIDE: base, noise-aware CLIP, upsampler."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from sluice_models.bundles.bundle import (
    Defaults,
    Diffusion,
    Facts,
    Label,
    Shape,
    TextCondition,
    Upsampling,
    below,
    parameters,
    read_description,
)
from sluice_models.bundles.contract import ClipGuideModule, StagedContext, UpsamplerModule
from sluice_models.bundles.exporting import export_bundle
from sluice_models.data.attributes import COLOUR
from sluice_models.data.pictures import grid, write_png
from sluice_models.judging.judge_folder import SCENES_JUDGE, load_judge
from sluice_models.networks.adm import AdmConfig
from sluice_models.networks.configs import (
    SCENES_CLIP,
    SCENES_GLIDE_BASE,
    SCENES_GLIDE_TEXT,
    SCENES_GLIDE_UPSAMPLER,
    SCENES_SIZE,
    SCENES_TOKENS,
    SCENES_UPSAMPLER_TEXT,
)
from sluice_models.networks.glide import TextConfig, TextTransformer, TextUNet, TextUpsampler
from sluice_models.networks.parametrisation import ADDED, ResidualUpsampler, VelocityDenoiser
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
from sluice_models.recipes.workshop import Part, Recipe, Workshop
from sluice_models.sampling.diffusion import Process, Schedule, fast27_timesteps
from sluice_models.sampling.samplers import ClassifierFree, full_weights, sample_ddpm, to_pixels
from sluice_models.training.examples import KindredSource, NoisedSource, UpsamplingSource, halved, scaled
from sluice_models.training.losses import contrastive_loss, sample_loss, velocity_loss
from sluice_models.training.pairs import CaptionReader, ClipPair, TextToPicture
from sluice_models.training.trainer import Trainer, TrainingPlan, begin_from

DENOISER, GUIDE, UPSAMPLER = "denoiser", "guide", "upsampler"
BASE_BETAS, UPSAMPLER_BETAS = "cosine", "linear"
MOST_LOW_NOISE = 0.1


def _elements(text: TextConfig, network: AdmConfig) -> int:
    """Floats of one stage's context: its transformer's tokens, then the projection of the last."""
    return text.tokens * text.width + network.width_emb


BASE_ELEMENTS = _elements(SCENES_GLIDE_TEXT, SCENES_GLIDE_BASE)
FACTS = Facts(
    label=Label(
        "scenes-glide",
        "One or two coloured shapes as a caption says, 64x64 RGB; a small GLIDE: 32x32 base, noise-aware CLIP, upsampler.",
    ),
    family="glide",
    image=Shape(3, SCENES_SIZE),
    sample=Shape(3, SCENES_GLIDE_BASE.size),
    diffusion=Diffusion(BASE_BETAS),
    condition=TextCondition(BASE_ELEMENTS + _elements(SCENES_UPSAMPLER_TEXT, SCENES_GLIDE_UPSAMPLER), SCENES_TOKENS),
    guided_channels=3,
    defaults=Defaults(steps=250, classifier_free_scale=3.0, classifier_scale=0.5),
    guide_condition=TextCondition(SCENES_CLIP.embedding, SCENES_TOKENS),
    upsampling=Upsampling(Shape(3, SCENES_SIZE), Diffusion(UPSAMPLER_BETAS), tuple(fast27_timesteps()), noise_scale=0.997),
)
# Where a caption's words for places are learned; by their number alone those steps would take far longer.
NOISIEST = 0.2
_WATCHED_STEPS = 50
_EACH = 8


def _text() -> TextTransformer:
    return TextTransformer(SCENES_GLIDE_TEXT, SCENES_GLIDE_BASE.width_emb)


def _base(text: TextTransformer) -> TextToPicture[TextTransformer, VelocityDenoiser]:
    """With a text encoder that stays as it is."""
    denoiser = TextUNet(SCENES_GLIDE_BASE, SCENES_TOKENS)
    return TextToPicture(text.requires_grad_(False), VelocityDenoiser(denoiser, Schedule.evenly(BASE_BETAS).alphas_bar))


def _upsampler() -> TextToPicture[TextTransformer, ResidualUpsampler]:
    upsampler = TextUpsampler(SCENES_GLIDE_UPSAMPLER, SCENES_TOKENS)
    return TextToPicture(
        TextTransformer(SCENES_UPSAMPLER_TEXT, SCENES_GLIDE_UPSAMPLER.width_emb),
        ResidualUpsampler(upsampler, Schedule.evenly(UPSAMPLER_BETAS).alphas_bar),
    )


def _small(pixels: Tensor) -> Tensor:
    return halved(scaled(pixels))


def _source(workshop: Workshop, process: Process, prepared: Callable[[Tensor], Tensor], noisiest: float = 1.0) -> NoisedSource:
    pool, tokens = training_scenes(workshop)
    return NoisedSource(torch.from_numpy(pool.pixels), tokens, prepared, process, workshop.device, noisiest)


def _base_trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    torch.manual_seed(plan.seed)
    process = Process(Schedule.evenly(BASE_BETAS), workshop.device)
    loss = velocity_loss(process, plan.null_share, empty_tokens())
    source = _source(workshop, process, _small, NOISIEST)
    text, _ = trained_reader(workshop, _text(), SCENES_GLIDE_TEXT.width)
    return Trainer(_base(text).to(workshop.device), loss, plan, source, workshop.replicas)


def _guide_trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    torch.manual_seed(plan.seed)
    process = Process(Schedule.evenly(BASE_BETAS), workshop.device)
    pool, tokens = training_scenes(workshop)
    colours = torch.from_numpy(pool.labels[:, COLOUR])
    source = KindredSource(torch.from_numpy(pool.pixels), tokens, colours, _small, process, workshop.device)
    return Trainer(ClipPair(SCENES_CLIP).to(workshop.device), contrastive_loss, plan, source, workshop.replicas)


def _upsampler_trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
    torch.manual_seed(plan.seed)
    process = Process(Schedule.evenly(UPSAMPLER_BETAS), workshop.device)
    source = UpsamplingSource(_source(workshop, process, scaled), MOST_LOW_NOISE)
    loss = sample_loss(process, plan.null_share, empty_tokens(), ADDED)
    return Trainer(_upsampler().to(workshop.device), loss, plan, source, workshop.replicas)


@torch.no_grad()
def _watch_base(workshop: Workshop, network: nn.Module, step: int) -> None:
    """Every 1,000 steps a sheet: a row of small pictures for each of a few captions, by classifier-free guidance."""
    if step % 1_000:
        return
    assert isinstance(network, TextToPicture)
    network = copy.deepcopy(network).cpu().eval()
    context = network.text(tokens_of(WATCHED_CAPTIONS)).repeat_interleave(_EACH, dim=0)
    guidance = ClassifierFree(network.picture, network.text(empty_tokens()[None])[0], FACTS.defaults.classifier_free_scale, 3)
    process = Process(Schedule.evenly(BASE_BETAS, _WATCHED_STEPS))
    shape = (3, SCENES_GLIDE_BASE.size, SCENES_GLIDE_BASE.size)
    x = sample_ddpm(guidance, process, context, full_weights(_WATCHED_STEPS), torch.Generator().manual_seed(0), shape)
    write_png(workshop.folder / f"samples-{step:06d}.png", grid(to_pixels(x).numpy(), columns=_EACH))


def _export(workshop: Workshop, folder: Path) -> None:
    base, base_steps = workshop.trained(DENOISER, _base(_text()))
    _, reader_steps = trained_reader(workshop, _text(), SCENES_GLIDE_TEXT.width)
    clip, clip_steps = workshop.trained(GUIDE, ClipPair(SCENES_CLIP))
    upsampler, upsampler_steps = workshop.trained(UPSAMPLER, _upsampler())
    training = {
        "recipe": "sluice_models/recipes/scenes_glide.py: render; train reader, denoiser, guide, upsampler; pack",
        "steps": {READER: reader_steps, DENOISER: base_steps, GUIDE: clip_steps, UPSAMPLER: upsampler_steps},
        "seeds": RECIPE.seeds(),
    }
    modules: dict[str, nn.Module] = {
        DENOISER: base.picture,
        "text_encoder": StagedContext(base.text, upsampler.text),
        GUIDE: ClipGuideModule(clip.image, clip.text(empty_tokens()[None])[0]),
        "guide_text_encoder": clip.text,
        UPSAMPLER: UpsamplerModule(upsampler.picture, BASE_ELEMENTS),
        "auditor": load_judge(SCENES_JUDGE),
    }
    export_bundle(folder, modules, with_examples(FACTS), training, {"tokenizer.json": written_tokenizer(workshop.folder)})


def _unpack(workshop: Workshop, folder: Path) -> None:
    """All but what no worker needs, which begins anew: the scale of CLIP's products, and the caption reader's heads."""
    steps = read_description(folder)["training"]["steps"]
    base, clip, upsampler = _base(_text()), ClipPair(SCENES_CLIP), _upsampler()
    contexts = parameters(folder, "text_encoder")
    for network, weights in (
        (base.picture, parameters(folder, DENOISER)),
        (base.text, below("base.", contexts)),
        (clip.image, below("encoder.", parameters(folder, GUIDE))),
        (clip.text, parameters(folder, "guide_text_encoder")),
        (upsampler.picture, below("network.", parameters(folder, UPSAMPLER))),
        (upsampler.text, below("upsampler.", contexts)),
    ):
        network.load_state_dict(weights)
    reader = CaptionReader(_text(), SCENES_GLIDE_TEXT.width)
    reader.text.load_state_dict(base.text.state_dict())
    for part, whole in ((READER, reader), (DENOISER, base), (GUIDE, clip), (UPSAMPLER, upsampler)):
        begin_from(whole, steps[part], RECIPE.parts[part].plan, workshop.checkpoint(part))


RECIPE = Recipe(
    {
        READER: reader_part(_text, SCENES_GLIDE_TEXT.width, TrainingPlan(steps=3_000, seed=331, batch=128, learning_rate=1e-3)),
        DENOISER: Part(TrainingPlan(steps=20_000, seed=301, batch=32, null_share=0.12), _base_trainer, _watch_base),
        GUIDE: Part(TrainingPlan(steps=4_000, seed=311, batch=96, learning_rate=1e-3, weight_decay=0.05), _guide_trainer),
        UPSAMPLER: Part(TrainingPlan(steps=2_000, seed=321, batch=48, null_share=0.12), _upsampler_trainer),
    },
    _export,
    _unpack,
)

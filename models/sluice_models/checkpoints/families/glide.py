"""GLIDE: OpenAI's released base model, its upsampler, and the noise-aware CLIP that guides it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from sluice_models.bundles.bundle import Defaults, Diffusion, Facts, Label, Shape, TextCondition, Upsampling
from sluice_models.bundles.contract import ClipGuideModule, StagedContext, UpsamplerModule
from sluice_models.checkpoints.assembly import Assembly, BadRequest, Part, Sources
from sluice_models.checkpoints.reading import read
from sluice_models.checkpoints.recognition import Configuration, loaded, recognised
from sluice_models.checkpoints.vocabularies import clip_vocabulary, glide_tokenizer, gpt2_vocabulary
from sluice_models.data.tokenizer import clip_tokenizer
from sluice_models.networks import configs
from sluice_models.networks.adm import AdmConfig, halve_torso
from sluice_models.networks.glide import TextConfig, TextTransformer, TextUNet, TextUpsampler, split_state
from sluice_models.networks.noisy_clip import ClipConfig, ImageEncoder, TextEncoder
from sluice_models.sampling.diffusion import fast27_timesteps


@dataclass(frozen=True)
class StageConfig:
    """One stage: its U-Net and the transformer that reads its text, which lie in one file."""

    unet: AdmConfig
    text: TextConfig

    @property
    def context_elements(self) -> int:
        return self.text.tokens * self.text.width + self.unet.width_emb

    def base(self) -> TextUNet:
        return TextUNet(self.unet, self.text.tokens)

    def upsampler(self) -> TextUpsampler:
        return TextUpsampler(self.unet, self.text.tokens)

    def transformer(self) -> TextTransformer:
        return TextTransformer(self.text, self.unet.width_emb)


BASES = [Configuration("glide-base", StageConfig(configs.GLIDE_BASE, configs.GLIDE_TEXT), (StageConfig.transformer, StageConfig.base))]
UPSAMPLERS = [
    Configuration(
        "glide-upsample",
        StageConfig(configs.GLIDE_UPSAMPLER, configs.GLIDE_TEXT),
        (StageConfig.transformer, StageConfig.upsampler),
    )
]
CLIP_IMAGES = [Configuration("glide-clip-image", configs.GLIDE_CLIP, (ImageEncoder,))]
CLIP_TEXTS = [Configuration("glide-clip-text", configs.GLIDE_CLIP, (TextEncoder,))]

STEPS = 250
GUIDE_SCALE = 3.0
FREE_SCALE = 3.0
"""Both as in OpenAI's notebooks, for CLIP guidance and for classifier-free guidance."""
UPSAMPLER_NOISE = 0.997
GUIDE_TOKENIZER = "guide-tokenizer.json"


def assemble(sources: Sources) -> Assembly:
    base = _Stage.read(sources.checkpoint, BASES)
    upsampler = _Stage.read(sources.upsampler, UPSAMPLERS) if sources.upsampler else None
    guide = _Guide.read(sources) if sources.clip_image or sources.clip_text else None
    assert sources.tokenizer is not None
    vocabulary = gpt2_vocabulary(sources.tokenizer)
    text = base.config.text
    vocabulary.require_within(text.vocabulary, sources.tokenizer)
    if vocabulary.end_id != text.padding_id:
        raise BadRequest(f"{sources.tokenizer}: the end token is {vocabulary.end_id}, which GLIDE has at {text.padding_id}")
    stages = [base, *([upsampler] if upsampler else [])]
    sample = Shape(base.config.unet.channels_in, base.config.unet.size)
    facts = Facts(
        label=Label(
            sources.name or "glide",
            f"GLIDE (filtered), text to {stages[-1].config.unet.size}x{stages[-1].config.unet.size}"
            f"{', CLIP guidance' if guide else ''}, from public checkpoints of glide-text2im's format.",
        ),
        family="glide",
        image=Shape(3, stages[-1].config.unet.size),
        sample=sample,
        diffusion=Diffusion("cosine"),
        condition=TextCondition(sum(stage.config.context_elements for stage in stages), text.tokens),
        guided_channels=sample.channels,
        defaults=Defaults(STEPS, classifier_free_scale=FREE_SCALE, classifier_scale=GUIDE_SCALE),
        guide_condition=guide.condition() if guide else None,
        upsampling=upsampler.upsampling() if upsampler else None,
        licence=sources.licence,
    )
    parts = [
        Part("text_encoder", lambda: _text_encoder(base, upsampler)),
        Part("denoiser", lambda: loaded(base.config.base, base.picture), halve=halve_torso),  # type: ignore[arg-type]
    ]
    if upsampler:
        parts.append(Part("upsampler", lambda: _upsampler(base, upsampler), halve=_halve_upsampler))
    if guide:
        parts += guide.parts()
    tokenizers = {"tokenizer.json": glide_tokenizer(vocabulary, text.tokens)}
    configurations = {"checkpoint": base.name}
    if upsampler:
        configurations["upsampler"] = upsampler.name
    if guide:
        tokenizers[GUIDE_TOKENIZER] = guide.tokenizer
        configurations |= guide.names
    return Assembly(facts, tuple(parts), configurations, tokenizers)


@dataclass(frozen=True)
class _Stage:
    """One stage's file, recognised and cut into its two halves."""

    name: str
    config: StageConfig
    text: dict[str, Tensor]
    picture: dict[str, Tensor]

    @classmethod
    def read(cls, path: Path, configurations: list[Configuration]) -> _Stage:
        weights = read(path)
        found = recognised(path, weights, configurations)
        return cls(found.name, found.config, *split_state(weights))

    def transformer(self) -> TextTransformer:
        return loaded(self.config.transformer, self.text)

    def upsampling(self) -> Upsampling:
        return Upsampling(Shape(3, self.config.unet.size), Diffusion("linear"), tuple(fast27_timesteps()), UPSAMPLER_NOISE)


@dataclass(frozen=True)
class _Guide:
    """Both encoders of the noise-aware CLIP, recognised, and its tokenizer."""

    config: ClipConfig
    names: dict[str, str]
    image: dict[str, Tensor]
    text: dict[str, Tensor]
    tokenizer: Tokenizer

    @classmethod
    def read(cls, sources: Sources) -> _Guide:
        if sources.clip_image is None or sources.clip_text is None:
            raise BadRequest("CLIP guidance needs both encoders: --clip-image and --clip-text")
        assert sources.tokenizer is not None
        image, text = read(sources.clip_image), read(sources.clip_text)
        names = {
            "clip_image": recognised(sources.clip_image, image, CLIP_IMAGES).name,
            "clip_text": (found := recognised(sources.clip_text, text, CLIP_TEXTS)).name,
        }
        vocabulary = clip_vocabulary(sources.tokenizer)
        vocabulary.require_within(found.config.vocabulary, sources.tokenizer)
        config = dataclasses.replace(found.config, end_id=vocabulary.end_id)
        tokenizer = clip_tokenizer(vocabulary.ids, vocabulary.merges, config.tokens)
        return cls(config, names, image, text, tokenizer)

    def condition(self) -> TextCondition:
        return TextCondition(self.config.embedding, self.config.tokens, GUIDE_TOKENIZER)

    def parts(self) -> list[Part]:
        """The guide and its text encoder, fp32 always, as OpenAI runs them."""
        return [Part("guide_text_encoder", self._text_encoder), Part("guide", self._guide)]

    def _text_encoder(self) -> nn.Module:
        return loaded(partial(TextEncoder, self.config), self.text)

    def _guide(self) -> nn.Module:
        with torch.no_grad():
            empty = self._text_encoder()(torch.tensor([self.tokenizer.encode("").ids]))[0]
        return ClipGuideModule(loaded(partial(ImageEncoder, self.config), self.image), empty)


def _text_encoder(base: _Stage, upsampler: _Stage | None) -> nn.Module:
    return StagedContext(base.transformer(), upsampler.transformer()) if upsampler else base.transformer()


def _upsampler(base: _Stage, upsampler: _Stage) -> nn.Module:
    return UpsamplerModule(loaded(upsampler.config.upsampler, upsampler.picture), base.config.context_elements)


def _halve_upsampler(module: nn.Module) -> None:
    halve_torso(module.network)  # type: ignore[arg-type]

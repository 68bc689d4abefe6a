"""Stable Diffusion 1.x: a diffusers folder, or a single file of CompVis's naming with a tokenizer's folder beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor, nn

from sluice_models.bundles.bundle import Defaults, Diffusion, Facts, Label, Shape, TextCondition
from sluice_models.checkpoints import compvis
from sluice_models.checkpoints.assembly import Assembly, BadRequest, Part, Sources
from sluice_models.checkpoints.families.autoencoder import Autoencoder, autoencoder_at, autoencoder_of
from sluice_models.checkpoints.precision import halve_latent_denoiser
from sluice_models.checkpoints.reading import UnreadableCheckpoint, is_pipeline, read, read_part
from sluice_models.checkpoints.recognition import (
    Candidate,
    Configuration,
    Wording,
    candidate,
    loaded,
    require_facts,
    require_nothing_told,
    shape_text,
)
from sluice_models.checkpoints.vocabularies import clip_vocabulary
from sluice_models.data.tokenizer import clip_tokenizer
from sluice_models.networks import configs
from sluice_models.networks.stable_diffusion import ClipContext, ClipTextConfig, LatentDenoiser, LatentUNetConfig

UNETS = [Configuration("sd1-unet", configs.SD1_UNET, (LatentUNetConfig.build,), library="diffusers.models")]
TEXT_ENCODERS = [
    Configuration("clip-vit-l-14-text", configs.SD1_TEXT, (ClipTextConfig.build,), library="transformers.models.clip.modeling_clip")
]

STEPS = 50
SCALE = 7.5
_TEXT_MODEL = "text_model."
_SCHEDULE = {
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
}
_TEXT_FACTS = {"hidden_act": "quick_gelu", "num_attention_heads": 12}
_UNET_FACTS = {"attention_head_dim": 8}


@dataclass(frozen=True)
class _Pipeline:
    """The three networks and the tokenizer of one checkpoint, whichever way it is stored; ``strays`` tells of what is beside them."""

    unet: Candidate
    text: Candidate
    autoencoder: Autoencoder
    tokenizer: Path
    strays: tuple[str, ...] = ()

    def require_recognised(self) -> None:
        require_nothing_told(self.strays, self.unet.told(), self.autoencoder.found.told(), self.text.told())


def assemble(sources: Sources) -> Assembly:
    pipeline = _from_folder(sources) if sources.checkpoint.is_dir() else _from_single_file(sources)
    pipeline.require_recognised()
    unet, text, autoencoder = pipeline.unet.configuration, pipeline.text.configuration, pipeline.autoencoder
    unet_config: LatentUNetConfig = unet.config
    text_config: ClipTextConfig = text.config
    vocabulary = clip_vocabulary(pipeline.tokenizer)
    vocabulary.require_within(text_config.vocabulary, pipeline.tokenizer)
    side = unet_config.size * autoencoder.factor
    facts = Facts(
        label=Label(sources.name or "sd-1", f"Stable Diffusion 1, text to {side}x{side}, from a public checkpoint of its format."),
        family="sd",
        image=Shape(3, side),
        sample=Shape(unet_config.channels, unet_config.size),
        diffusion=Diffusion(
            "scaled_linear",
            variance="fixed_small",
            clip_denoised=False,
            spacing="leading",
            steps_offset=1,
            final_alpha_bar="first",
        ),
        condition=TextCondition(text_config.tokens * text_config.width, text_config.tokens),
        guided_channels=unet_config.channels,
        defaults=Defaults(STEPS, classifier_free_scale=SCALE, classifier_scale=0.0, sampler="ddim"),
        licence=sources.licence,
    )
    parts = (
        Part("text_encoder", partial(_text_encoder, text_config, pipeline.text.weights)),
        Part("denoiser", partial(_denoiser, unet_config, pipeline.unet.weights), halve=halve_latent_denoiser),  # type: ignore[arg-type]
        autoencoder.part(),
    )
    configurations = {"unet": unet.name, "vae": autoencoder.found.configuration.name, "text_encoder": text.name}
    tokenizer = clip_tokenizer(vocabulary.ids, vocabulary.merges, text_config.tokens)
    return Assembly(facts, parts, configurations, {"tokenizer.json": tokenizer})


def _denoiser(config: LatentUNetConfig, weights: Mapping[str, Tensor]) -> nn.Module:
    return LatentDenoiser(loaded(config.build, weights), config.context_tokens)


def _text_encoder(config: ClipTextConfig, weights: Mapping[str, Tensor]) -> nn.Module:
    return ClipContext(loaded(config.build, weights))


def _from_folder(sources: Sources) -> _Pipeline:
    folder = sources.checkpoint
    if not is_pipeline(folder):
        raise UnreadableCheckpoint(f"{folder}: a diffusers folder has a model_index.json; this one has none")
    for file, facts in (
        ("scheduler/scheduler_config.json", _SCHEDULE), ("text_encoder/config.json", _TEXT_FACTS), ("unet/config.json", _UNET_FACTS),
    ):  # fmt: skip
        require_facts(folder / file, facts, "Stable Diffusion 1")
    return _Pipeline(
        candidate(folder / "unet", read_part(folder / "unet"), UNETS),
        _text(folder / "text_encoder", read_part(folder / "text_encoder"), ""),
        autoencoder_at(sources.vae or folder),
        sources.tokenizer or folder / "tokenizer",
    )


def _from_single_file(sources: Sources) -> _Pipeline:
    if sources.tokenizer is None:
        raise BadRequest("a single file holds no vocabulary: --tokenizer names the folder with vocab.json and merges.txt")
    path = sources.checkpoint
    parts = compvis.split(read(path))
    found = parts[compvis.UNET]
    wording = compvis.wording(found, compvis.unet_prefixes(), compvis.UNET)
    return _Pipeline(
        candidate(path, compvis.unet(found, prefix=compvis.UNET), UNETS, wording),
        _text(path, parts[compvis.TEXT], compvis.TEXT),
        autoencoder_at(sources.vae) if sources.vae else autoencoder_of(path, parts[compvis.VAE], compvis.VAE),
        sources.tokenizer,
        _strays(path, parts[""]),
    )


def _strays(path: Path, found: Mapping[str, Tensor]) -> tuple[str, ...]:
    listed = [f"  extra      {name} {shape_text(tuple(tensor.shape))}" for name, tensor in found.items()]
    return (f"{path}: {len(found)} tensors belong to no part of Stable Diffusion 1:", *listed) if found else ()


def _text(path: Path, found: Mapping[str, Tensor], prefix: str) -> Candidate:
    """CLIP's text half under the names it has here, which lack the published ``text_model.``."""
    weights = compvis.renamed(compvis.text_encoder(found), [(_TEXT_MODEL, "")], prefix)
    return candidate(path, weights, TEXT_ENCODERS, Wording(lambda name: f"{prefix}{_TEXT_MODEL}{name}"))

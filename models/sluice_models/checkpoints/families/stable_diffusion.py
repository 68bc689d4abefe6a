"""Stable Diffusion 1.x: a diffusers folder, or a single file of CompVis's naming with a tokenizer's folder beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor, nn

from sluice_models.bundles.bundle import Defaults, Diffusion, Facts, Label, Shape, TextCondition
from sluice_models.checkpoints import compvis
from sluice_models.checkpoints.assembly import Assembly, BadRequest, Part, Sources
from sluice_models.checkpoints.families.autoencoder import RecognisedAutoencoder, autoencoder_of, recognised_autoencoder
from sluice_models.checkpoints.precision import halve_latent_denoiser
from sluice_models.checkpoints.reading import UnreadableCheckpoint, is_pipeline, part_config, read, read_part
from sluice_models.checkpoints.recognition import Configuration, Unrecognised, loaded, recognised
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
class _Found:
    """One network's tensors under the names that it has here, and how to say a name in the file's own words."""

    path: Path
    weights: dict[str, Tensor]
    name_in_file: Callable[[str], str]

    def recognised(self, configurations: list[Configuration]) -> Configuration:
        return recognised(self.path, self.weights, configurations, self.name_in_file)


@dataclass(frozen=True)
class _Pipeline:
    """The three networks and the tokenizer of one checkpoint, whichever way it is stored."""

    unet: _Found
    text: _Found
    autoencoder: RecognisedAutoencoder
    tokenizer: Path


def assemble(sources: Sources) -> Assembly:
    pipeline = _from_folder(sources) if sources.checkpoint.is_dir() else _from_single_file(sources)
    unet, text = pipeline.unet.recognised(UNETS), pipeline.text.recognised(TEXT_ENCODERS)
    autoencoder = pipeline.autoencoder
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
    configurations = {"unet": unet.name, "vae": autoencoder.configuration.name, "text_encoder": text.name}
    tokenizer = clip_tokenizer(vocabulary.ids, vocabulary.merges, text_config.tokens)
    return Assembly(facts, parts, configurations, {"tokenizer.json": tokenizer})


def _denoiser(config: LatentUNetConfig, weights: dict[str, Tensor]) -> nn.Module:
    return LatentDenoiser(loaded(config.build, weights), config.context_tokens)  # type: ignore[arg-type]


def _text_encoder(config: ClipTextConfig, weights: dict[str, Tensor]) -> nn.Module:
    return ClipContext(loaded(config.build, weights))  # type: ignore[arg-type]


def _from_folder(sources: Sources) -> _Pipeline:
    folder = sources.checkpoint
    if not is_pipeline(folder):
        raise UnreadableCheckpoint(f"{folder}: a diffusers folder has a model_index.json; this one has none")
    _require_facts(folder / "scheduler" / "scheduler_config.json", _SCHEDULE)
    _require_facts(folder / "text_encoder" / "config.json", _TEXT_FACTS)
    _require_facts(folder / "unet" / "config.json", _UNET_FACTS)
    unet, text = read_part(folder / "unet"), read_part(folder / "text_encoder")
    return _Pipeline(
        _Found(folder / "unet", unet, str),
        _text(folder / "text_encoder", text, ""),
        recognised_autoencoder(sources.vae or folder),
        sources.tokenizer or folder / "tokenizer",
    )


def _from_single_file(sources: Sources) -> _Pipeline:
    if sources.tokenizer is None:
        raise BadRequest("a single file holds no vocabulary: --tokenizer names the folder with vocab.json and merges.txt")
    path = sources.checkpoint
    parts = compvis.split(read(path))
    if parts[""]:
        listed = "\n".join(f"  extra      {name} {list(tensor.shape)}" for name, tensor in parts[""].items())
        raise Unrecognised(f"{path}: {len(parts[''])} tensors belong to no part of Stable Diffusion 1:\n{listed}")
    found = parts[compvis.UNET]
    unet = _Found(path, compvis.unet(found), compvis.names_as_in(found, compvis.unet_prefixes(), compvis.UNET))
    autoencoder = recognised_autoencoder(sources.vae) if sources.vae else autoencoder_of(path, parts[compvis.VAE], prefix=compvis.VAE)
    return _Pipeline(unet, _text(path, parts[compvis.TEXT], compvis.TEXT), autoencoder, sources.tokenizer)


def _text(path: Path, found: Mapping[str, Tensor], prefix: str) -> _Found:
    """CLIP's text half under the names it has here, which lack the published ``text_model.``."""
    weights = {name.removeprefix(_TEXT_MODEL): tensor for name, tensor in compvis.text_encoder(found).items()}
    return _Found(path, weights, lambda name: f"{prefix}{_TEXT_MODEL}{name}")


def _require_facts(file: Path, facts: Mapping[str, object]) -> None:
    """What shapes can't tell: a folder's own descriptions must say, where they say anything, what the family computes."""
    said = part_config(file.parent, file.name)
    wrong = [f"  {key} is {said[key]!r}, not {value!r}" for key, value in facts.items() if said.get(key, value) != value]
    if wrong:
        raise Unrecognised("\n".join([f"{file}: this is not Stable Diffusion 1:", *wrong]))

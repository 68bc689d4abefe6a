"""What no shape of a public checkpoint shows: heads, the order of qkv, schedules, steps and scales, as their owners have them.

Literals from the papers and the owners' code, compared with the published configurations themselves, built on the meta device,
and with what a worker is told of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import published
from sluice_models.bundles.bundle import Facts
from sluice_models.checkpoints.assembly import Assembly, Sources
from sluice_models.checkpoints.families import adm, autoencoder, dit, glide, stable_diffusion
from sluice_models.checkpoints.vocabularies import Vocabulary, byte_symbols
from sluice_models.networks import configs
from sluice_models.networks.adm import AdmConfig, Denoiser, NoisyClassifier
from sluice_models.networks.dit import Attention, Dit
from sluice_models.networks.glide import TextAttention, TextTransformer, TextUNet, TextUpsampler
from sluice_models.networks.layers import AttentionBlock, AttentionPool, heads_attend
from sluice_models.networks.noisy_clip import PIXEL_MEAN, PIXEL_STD, SCORE_SCALE, ImageEncoder, TextEncoder
from sluice_models.networks.noisy_clip import AttentionBlock as ClipAttention
from tiny import Network

NEW, LEGACY = False, True

# Whether qkv is in the legacy order, and the heads at each width that attends, which is that at sides 32, 16 and 8.
UNETS = {
    "ADM 64 conditional": (Denoiser, configs.ADM_64_CONDITIONAL, NEW, {384: 6, 576: 9, 768: 12}),
    "ADM 64 unconditional": (Denoiser, configs.ADM_64_UNCONDITIONAL, NEW, {384: 6, 576: 9, 768: 12}),
    "ADM 128 conditional": (Denoiser, configs.ADM_128_CONDITIONAL, LEGACY, {512: 4, 768: 4, 1024: 4}),
    "ADM 256 conditional": (Denoiser, configs.ADM_256_CONDITIONAL, LEGACY, {512: 8, 1024: 16}),
    "ADM 256 unconditional": (Denoiser, configs.ADM_256_UNCONDITIONAL, LEGACY, {512: 8, 1024: 16}),
    "classifier 64": (NoisyClassifier, configs.CLASSIFIER_64, LEGACY, {256: 4, 384: 6, 512: 8}),
    "classifier 128": (NoisyClassifier, configs.CLASSIFIER_128, LEGACY, {256: 4, 384: 6, 512: 8}),
    "classifier 256": (NoisyClassifier, configs.CLASSIFIER_256, LEGACY, {256: 4, 512: 8}),
    "GLIDE base": (lambda config: TextUNet(config, 128), configs.GLIDE_BASE, LEGACY, {384: 6, 576: 9, 768: 12}),
    "GLIDE upsampler": (lambda config: TextUpsampler(config, 128), configs.GLIDE_UPSAMPLER, LEGACY, {384: 6, 768: 12}),
}


def on_meta(build: Callable[[], Network]) -> Network:
    with torch.device("meta"):
        return build()


def parts(network: nn.Module, kind: type[nn.Module]) -> list[Any]:
    return [part for part in network.modules() if isinstance(part, kind)]


@pytest.mark.parametrize("name", UNETS)
def test_attention_of_a_unet_has_the_published_heads_and_order(name):
    build, config, legacy, heads = UNETS[name]
    blocks = parts(on_meta(lambda: build(config)), AttentionBlock)
    assert {block.qkv.in_channels: block.heads for block in blocks} == heads
    assert {block.legacy_order for block in blocks} == {legacy}


@pytest.mark.parametrize("config", [configs.CLASSIFIER_64, configs.CLASSIFIER_128, configs.CLASSIFIER_256])
def test_a_classifier_ends_in_a_pool_of_eight_heads(config: AdmConfig):
    assert [pool.heads for pool in parts(on_meta(lambda: NoisyClassifier(config)), AttentionPool)] == [8]


def test_a_classifier_s_pool_has_the_new_order_whatever_its_blocks_have():
    torch.manual_seed(0)
    pool, h = AttentionPool(positions=4, width=8, head_width=4, classes=3), torch.randn(2, 8, 2, 2)
    tokens = h.flatten(2)
    tokens = torch.cat([tokens.mean(dim=2, keepdim=True), tokens], dim=2) + pool.positional_embedding
    new, legacy = (pool.c_proj(heads_attend(pool.qkv_proj(tokens), 2, order))[:, :, 0] for order in (NEW, LEGACY))
    assert torch.allclose(pool(h), new, atol=1e-6)
    assert not torch.allclose(pool(h), legacy, atol=1e-3)


@pytest.mark.parametrize(
    ("build", "kind", "count", "heads"),
    [
        (lambda: Dit(configs.DIT_XL_2_256), Attention, 28, 16),
        (lambda: Dit(configs.DIT_XL_2_512), Attention, 28, 16),
        (lambda: TextTransformer(configs.GLIDE_TEXT, 768), TextAttention, 16, 8),
        (lambda: ImageEncoder(configs.GLIDE_CLIP), ClipAttention, 12, 12),
        (lambda: TextEncoder(configs.GLIDE_CLIP), ClipAttention, 12, 8),
    ],
    ids=["DiT-XL/2 256", "DiT-XL/2 512", "GLIDE text", "GLIDE CLIP image", "GLIDE CLIP text"],
)
def test_a_transformer_has_the_published_heads(build, kind, count, heads):
    assert [attention.heads for attention in parts(on_meta(build), kind)] == [heads] * count


def test_stable_diffusion_s_networks_have_the_published_heads_and_activation():
    from diffusers.models.attention_processor import Attention as DiffusersAttention
    from transformers.activations import QuickGELUActivation

    assert {attention.heads for attention in parts(on_meta(configs.SD1_UNET.build), DiffusersAttention)} == {8}
    text = on_meta(configs.SD1_TEXT.build)
    assert text.config.num_attention_heads == 12
    assert len(parts(text, QuickGELUActivation)) == 12


def test_glide_s_clip_has_the_published_constants():
    assert PIXEL_MEAN == (122.77093945, 116.74601272, 104.09373519)
    assert PIXEL_STD == (68.50053285, 66.63215831, 70.32316309)
    assert SCORE_SCALE == 100


def on_paper(shapes: published.Shapes) -> dict[str, Tensor]:
    """Weights that have a name and a shape and nothing else."""
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def single_file() -> dict[str, Tensor]:
    prefixed = (("model.diffusion_model.", published.sd_unet()), ("first_stage_model.", published.vae()))
    whole = {f"{prefix}{name}": shape for prefix, shapes in prefixed for name, shape in shapes.items()}
    return on_paper(whole | {f"cond_stage_model.transformer.{name}": shape for name, shape in published.clip_text().items()})


def vocabulary(end_id: int) -> Vocabulary:
    ids = {symbol: i for i, symbol in enumerate([*byte_symbols(), "<|startoftext|>"])}
    return Vocabulary({**ids, "<|endoftext|>": end_id}, [])


FILES: dict[str, Callable[[], dict[str, Tensor]]] = {
    "cadm-64": lambda: on_paper(published.adm(64, 1000)),
    "cadm-128": lambda: on_paper(published.adm(128, 1000)),
    "cadm-256": lambda: on_paper(published.adm(256, 1000)),
    "adm-64": lambda: on_paper(published.adm(64, 0)),
    "adm-256": lambda: on_paper(published.adm(256, 0)),
    "dit-256": lambda: on_paper(published.dit(side=32)),
    "dit-512": lambda: on_paper(published.dit(side=64)),
    "vae": lambda: on_paper(published.vae()),
    "base": lambda: on_paper(published.glide_base()),
    "upsample": lambda: on_paper(published.glide_upsampler()),
    "clip-image": lambda: on_paper(published.glide_clip_image()),
    "clip-text": lambda: on_paper(published.glide_clip_text()),
    "sd": single_file,
}
BASE, TOKENIZER = Path("base"), Path("tokenizer")
ASSEMBLIES: dict[str, Callable[[], Assembly]] = {
    "cadm-64": lambda: adm.assemble_conditional(Sources(Path("cadm-64"))),
    "cadm-128": lambda: adm.assemble_conditional(Sources(Path("cadm-128"))),
    "cadm-256": lambda: adm.assemble_conditional(Sources(Path("cadm-256"))),
    "adm-64": lambda: adm.assemble_unconditional(Sources(Path("adm-64"))),
    "adm-256": lambda: adm.assemble_unconditional(Sources(Path("adm-256"))),
    "dit-256": lambda: dit.assemble(Sources(Path("dit-256"), vae=Path("vae"))),
    "dit-512": lambda: dit.assemble(Sources(Path("dit-512"), vae=Path("vae"))),
    "glide": lambda: glide.assemble(
        Sources(BASE, upsampler=Path("upsample"), clip_image=Path("clip-image"), clip_text=Path("clip-text"), tokenizer=TOKENIZER)
    ),
    "sd": lambda: stable_diffusion.assemble(Sources(Path("sd"), tokenizer=TOKENIZER)),
}


@pytest.fixture
def assembled(monkeypatch) -> Callable[[str], Assembly]:
    """A published checkpoint as its family assembles it, short of its weights."""
    for family in (adm, dit, glide, stable_diffusion, autoencoder):
        monkeypatch.setattr(family, "read", lambda path: FILES[path.name]())
    monkeypatch.setattr(glide, "gpt2_vocabulary", lambda folder: vocabulary(50_256))
    for family in (glide, stable_diffusion):
        monkeypatch.setattr(family, "clip_vocabulary", lambda folder: vocabulary(49_407))
    return lambda name: ASSEMBLIES[name]()


def told(facts: Facts) -> dict[str, object]:
    """What of a bundle decides its pictures beside its weights."""
    diffusion = facts.diffusion
    return {
        "sample": (facts.sample.channels, facts.sample.size),
        "image": (facts.image.channels, facts.image.size),
        "betas": diffusion.beta_schedule,
        "variance": diffusion.variance,
        "clip": diffusion.clip_denoised,
        "spacing": (diffusion.spacing, diffusion.steps_offset, diffusion.final_alpha_bar),
        "sampler": (facts.defaults.sampler, facts.defaults.steps),
        "free": facts.defaults.classifier_free_scale if facts.classifier_free else None,
        "classifier": facts.defaults.classifier_scale,
        "guided channels": facts.guided_channels,
    }


def pixels(size: int, betas: str, classifier: float) -> dict[str, object]:
    """ADM of one size: DDPM over 250 steps that reach both ends, learned variance, clipped."""
    return {
        "sample": (3, size), "image": (3, size), "betas": betas, "variance": "learned_range", "clip": True,
        "spacing": ("even", 0, "one"), "sampler": ("ddpm", 250), "free": None, "classifier": classifier, "guided channels": 3,
    }  # fmt: skip


def latents(side: int, size: int) -> dict[str, object]:
    """DiT of one size: guided in three of its four channels."""
    return {
        "sample": (4, side), "image": (3, size), "betas": "linear", "variance": "learned_range", "clip": False,
        "spacing": ("even", 0, "one"), "sampler": ("ddpm", 250), "free": 1.5, "classifier": 0, "guided channels": 3,
    }  # fmt: skip


TOLD = {
    "cadm-64": pixels(64, "cosine", 1.0),
    "cadm-128": pixels(128, "linear", 0.5),
    "cadm-256": pixels(256, "linear", 1.0),
    "adm-64": pixels(64, "cosine", 4.0),
    "adm-256": pixels(256, "linear", 10.0),
    "dit-256": latents(32, 256),
    "dit-512": latents(64, 512),
    "glide": {**pixels(64, "cosine", 3.0), "image": (3, 256), "free": 3.0},
    "sd": {
        "sample": (4, 64), "image": (3, 512), "betas": "scaled_linear", "variance": "fixed_small", "clip": False,
        "spacing": ("leading", 1, "first"), "sampler": ("ddim", 50), "free": 7.5, "classifier": 0, "guided channels": 4,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_a_worker_is_told_what_the_owners_code_does(assembled, name):
    assert told(assembled(name).facts) == TOLD[name]


@pytest.mark.parametrize(("name", "trained"), [("cadm-64", False), ("adm-256", True), ("dit-256", True)])
def test_the_null_class_follows_imagenet_s_thousand(assembled, name, trained):
    condition = assembled(name).facts.condition
    assert (condition.null_class, condition.null_class_trained) == (1000, trained)


def test_glide_s_upsampler_runs_27_steps_of_its_own(assembled):
    upsampling = assembled("glide").facts.upsampling
    assert (upsampling.sample.channels, upsampling.sample.size) == (3, 256)
    assert (upsampling.diffusion.beta_schedule, upsampling.diffusion.clip_denoised) == ("linear", True)
    assert upsampling.noise_scale == 0.997
    assert list(upsampling.timesteps) == [
        0, 22, 44, 66, 88, 111, 133, 155, 177, 199, 200, 222, 244, 266, 288, 311, 333, 355, 377, 399, 400, 500, 599, 600, 799, 800, 997,
    ]  # fmt: skip


def test_texts_have_the_published_lengths(assembled):
    base, sd = assembled("glide").facts, assembled("sd").facts
    assert (base.condition.max_tokens, base.condition.context_elements) == (128, 2 * (128 * 512 + 768))
    assert (base.guide_condition.max_tokens, base.guide_condition.context_elements) == (77, 512)
    assert (sd.condition.max_tokens, sd.condition.context_elements) == (77, 77 * 768)


@pytest.mark.parametrize("name", ["dit-256", "sd"])
def test_latents_are_divided_by_stable_diffusion_s_scale(assembled, name):
    decoder = next(part for part in assembled(name).parts if part.role == "decoder")
    assert decoder.make().scale == 0.18215

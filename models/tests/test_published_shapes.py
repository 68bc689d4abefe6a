"""Every network of a public checkpoint has that checkpoint's tensors and parameters, counted on the meta device."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from sluice_models.networks import configs
from sluice_models.networks.adm import Denoiser, NoisyClassifier, parameter_count
from sluice_models.networks.dit import Dit
from sluice_models.networks.glide import TextTransformer, TextUNet, TextUpsampler, split_state
from sluice_models.networks.noisy_clip import ImageEncoder, TextEncoder

TEXT_TOKENS = configs.GLIDE_TEXT.tokens

PUBLISHED = {
    "ADM 64 conditional": (lambda: [Denoiser(configs.ADM_64_CONDITIONAL)], 541, 295_904_454),
    "ADM 64 unconditional": (lambda: [Denoiser(configs.ADM_64_UNCONDITIONAL)], 540, 295_136_454),
    "ADM 128 conditional": (lambda: [Denoiser(configs.ADM_128_CONDITIONAL)], 493, 421_529_606),
    "ADM 256 conditional": (lambda: [Denoiser(configs.ADM_256_CONDITIONAL)], 567, 553_838_086),
    "ADM 256 unconditional": (lambda: [Denoiser(configs.ADM_256_UNCONDITIONAL)], 566, 552_814_086),
    "classifier 64": (lambda: [NoisyClassifier(configs.CLASSIFIER_64)], 307, 65_438_568),
    "classifier 128": (lambda: [NoisyClassifier(configs.CLASSIFIER_128)], 221, 42_568_040),
    "classifier 256": (lambda: [NoisyClassifier(configs.CLASSIFIER_256)], 249, 54_096_360),
    "DiT-XL/2 256": (lambda: [Dit(configs.DIT_XL_2_256)], 292, 675_129_632),
    "GLIDE base": (lambda: [*_glide(TextUNet, configs.GLIDE_BASE)], 783, 385_030_726),
    "GLIDE upsampler": (lambda: [*_glide(TextUpsampler, configs.GLIDE_UPSAMPLER)], 797, 398_361_286),
    "SD 1 UNet": (lambda: [configs.SD1_UNET.build()], 686, 859_520_964),
    "SD 1 autoencoder": (lambda: [configs.SD1_AUTOENCODER.build()], 248, 83_653_863),
    "SD 1 CLIP text": (lambda: [configs.SD1_TEXT.build()], 196, 123_060_480),
}


def _glide(unet: type[TextUNet | TextUpsampler], config) -> tuple[nn.Module, nn.Module]:
    return unet(config, TEXT_TOKENS), TextTransformer(configs.GLIDE_TEXT, config.width_emb)


def on_meta(build) -> list[nn.Module]:
    with torch.device("meta"):
        return build()


def shapes(build) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for network in on_meta(build) for name, value in network.state_dict().items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_network_has_the_published_counts(name):
    build, tensors, parameters = PUBLISHED[name]
    assert len(shapes(build)) == tensors
    assert sum(parameter_count(network) for network in on_meta(build)) == parameters


def test_glide_halves_share_no_key_and_split_where_they_were_joined():
    unet, text = on_meta(lambda: _glide(TextUNet, configs.GLIDE_BASE))
    text_half, picture_half = split_state(text.state_dict() | unet.state_dict())
    assert text_half.keys() == text.state_dict().keys()
    assert picture_half.keys() == unet.state_dict().keys()


DIT = {
    "x_embedder.proj.weight": (1152, 4, 2, 2),
    "t_embedder.mlp.0.weight": (1152, 256),
    "t_embedder.mlp.2.bias": (1152,),
    "y_embedder.embedding_table.weight": (1001, 1152),
    "pos_embed": (1, 256, 1152),
    "blocks.0.attn.qkv.weight": (3456, 1152),
    "blocks.0.attn.proj.bias": (1152,),
    "blocks.13.mlp.fc1.weight": (4608, 1152),
    "blocks.13.mlp.fc2.weight": (1152, 4608),
    "blocks.27.adaLN_modulation.1.weight": (6912, 1152),
    "final_layer.linear.weight": (32, 1152),
    "final_layer.adaLN_modulation.1.bias": (2304,),
}
GLIDE = {
    "input_blocks.0.0.weight": (192, 3, 3, 3),
    "input_blocks.5.1.encoder_kv.weight": (768, 512, 1),
    "middle_block.1.encoder_kv.bias": (1536,),
    "output_blocks.3.1.qkv.weight": (2304, 768, 1),
    "token_embedding.weight": (50_257, 512),
    "positional_embedding": (128, 512),
    "padding_embedding": (128, 512),
    "transformer.resblocks.15.attn.c_qkv.weight": (1536, 512),
    "transformer.resblocks.0.attn.c_proj.weight": (512, 512),
    "transformer.resblocks.0.mlp.c_fc.bias": (2048,),
    "transformer.resblocks.0.mlp.c_proj.weight": (512, 2048),
    "transformer.resblocks.0.ln_1.weight": (512,),
    "transformer.resblocks.0.ln_2.bias": (512,),
    "final_ln.weight": (512,),
    "transformer_proj.weight": (768, 512),
}


@pytest.mark.parametrize(("name", "expected"), [("DiT-XL/2 256", DIT), ("GLIDE base", GLIDE)])
def test_network_has_the_grammar_s_names_and_shapes(name, expected):
    found = shapes(PUBLISHED[name][0])
    assert {key: found.get(key) for key in expected} == expected


def clip_shapes(inputs: dict[str, Any], width: int, depth: int) -> dict[str, tuple[int, ...]]:
    """The grammar of one of GLIDE's two CLIP encoders, spelled out."""
    expected = {f"blocks.input.{name}": shape for name, shape in inputs.items()}
    for level in range(depth):
        attention, mlp = f"blocks.block_{level}.f_attn", f"blocks.block_{level}.f_mlp"
        expected |= {f"{block}.ln.{name}": (width,) for block in (attention, mlp) for name in "gb"}
        expected |= {f"{attention}.f_{name}.w": (width, width) for name in "qkvc"}
        expected |= {f"{attention}.f_{name}.b": (width,) for name in "qvc"}
        expected |= {f"{mlp}.f_1.w": (4 * width, width), f"{mlp}.f_1.b": (4 * width,)}
        expected |= {f"{mlp}.f_2.w": (width, 4 * width), f"{mlp}.f_2.b": (width,)}
    return expected | {"blocks.output.ln.g": (width,), "blocks.output.ln.b": (width,), "blocks.output.f.w": (512, width)}


def test_noise_aware_clip_has_the_grammar_s_names_and_shapes():
    picture = {"w_t": (1000, 768), "patch_proj": (768, 3, 4, 4), "w_pos": (257, 768), "ln.g": (768,), "ln.b": (768,)}
    assert shapes(lambda: [ImageEncoder(configs.GLIDE_CLIP)]) == clip_shapes(picture, 768, 12)
    text = {"w_voc": (65_536, 512), "w_pos": (77, 512)}
    assert shapes(lambda: [TextEncoder(configs.GLIDE_CLIP)]) == clip_shapes(text, 512, 12)


def test_published_counts_are_those_of_the_shapes():
    found = shapes(PUBLISHED["DiT-XL/2 256"][0])
    assert sum(math.prod(shape) for shape in found.values()) == 675_129_632

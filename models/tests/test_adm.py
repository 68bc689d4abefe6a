"""The networks' parameter names, shapes and counts are those of the ADM family."""

from __future__ import annotations

import math

import pytest
import torch

from sluice_models.networks import configs
from sluice_models.networks.adm import AdmConfig, Denoiser, NoisyClassifier, parameter_count
from sluice_models.networks.layers import heads_attend, timestep_embedding, timestep_frequencies


def on_meta(network: type, config: AdmConfig) -> torch.nn.Module:
    with torch.device("meta"):
        return network(config)


@pytest.mark.parametrize(
    ("network", "config", "tensors", "parameters"),
    [(Denoiser, configs.ADM_64_CONDITIONAL, 541, 295_904_454), (NoisyClassifier, configs.CLASSIFIER_64, 307, 65_438_568)],
)
def test_published_shapes_have_the_published_counts(network, config, tensors, parameters):
    built = on_meta(network, config)
    assert len(built.state_dict()) == tensors
    assert parameter_count(built) == parameters


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("time_embed.0.weight", (768, 192)),
        ("time_embed.2.bias", (768,)),
        ("label_emb.weight", (1000, 768)),
        ("input_blocks.0.0.weight", (192, 3, 3, 3)),
        ("input_blocks.1.0.in_layers.0.weight", (192,)),
        ("input_blocks.1.0.emb_layers.1.weight", (384, 768)),
        ("input_blocks.4.0.out_layers.3.weight", (192, 192, 3, 3)),
        ("input_blocks.5.0.skip_connection.weight", (384, 192, 1, 1)),
        ("input_blocks.5.1.qkv.weight", (1152, 384, 1)),
        ("input_blocks.15.1.proj_out.weight", (768, 768, 1)),
        ("middle_block.1.norm.weight", (768,)),
        ("output_blocks.3.2.in_layers.2.weight", (768, 768, 3, 3)),
        ("output_blocks.15.0.skip_connection.weight", (192, 384, 1, 1)),
        ("out.0.bias", (192,)),
        ("out.2.weight", (6, 192, 3, 3)),
    ],
)
def test_published_denoiser_has_the_grammar_s_names_and_shapes(name, shape):
    assert tuple(on_meta(Denoiser, configs.ADM_64_CONDITIONAL).state_dict()[name].shape) == shape


def test_published_classifier_ends_in_an_attention_pool():
    names = on_meta(NoisyClassifier, configs.CLASSIFIER_64).state_dict()
    assert tuple(names["out.2.positional_embedding"].shape) == (512, 65)
    assert tuple(names["out.2.qkv_proj.weight"].shape) == (1536, 512, 1)
    assert tuple(names["out.2.c_proj.weight"].shape) == (1000, 512, 1)


def test_timestep_embedding_is_cosines_then_sines():
    embedded = timestep_embedding(torch.tensor([0, 7]), timestep_frequencies(6))
    frequencies = [math.exp(-math.log(10_000) * j / 3) for j in range(3)]
    expected = [math.cos(7 * f) for f in frequencies] + [math.sin(7 * f) for f in frequencies]
    assert embedded[0].tolist() == [1, 1, 1, 0, 0, 0]
    assert torch.allclose(embedded[1], torch.tensor(expected), atol=1e-6)


def test_attention_is_the_softmax_of_scaled_products():
    q, k, v = torch.randn(3, 1, 4, 6)
    expected = v @ torch.softmax(q.transpose(1, 2) @ k / math.sqrt(4), dim=2).transpose(1, 2)
    assert torch.allclose(heads_attend(torch.cat([q, k, v], dim=1), 1, False), expected, atol=1e-5)


def test_untrained_denoiser_answers_zero(denoiser):
    fresh = Denoiser(configs.GLYPHS_DENOISER)
    answer = fresh(torch.randn(2, 3, 32, 32), torch.tensor([0, 999]), torch.tensor([3, 10]))
    assert answer.shape == (2, 6, 32, 32)
    assert answer.abs().max() == 0

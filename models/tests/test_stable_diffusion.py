"""The traced modules of Stable Diffusion know no batch size and no device, and say what their classes say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from sluice_models.networks.stable_diffusion import (
    AutoencoderConfig,
    ClipContext,
    ClipTextConfig,
    LatentDecoder,
    LatentDenoiser,
    LatentUNetConfig,
)
from tiny import shaken

TOKENS, WIDTH = 6, 16
UNET = LatentUNetConfig(size=8, widths=(16, 32), depth=1, heads=4, context_tokens=TOKENS, context_width=WIDTH, groups=8)
AUTOENCODER = AutoencoderConfig(size=16, widths=(8, 16), depth=1, groups=8)
TEXT = ClipTextConfig(vocabulary=50, tokens=TOKENS, width=WIDTH, depth=2, heads=2)


@pytest.fixture
def unet():
    torch.manual_seed(1)
    return shaken(UNET.build())


Inputs = Callable[[int], tuple[torch.Tensor, ...]]


def modules() -> dict[str, tuple[nn.Module, Inputs]]:
    torch.manual_seed(1)
    return {
        "denoiser": (
            LatentDenoiser(shaken(UNET.build()), TOKENS),
            lambda n: (torch.randn(n, 4, 8, 8), torch.randint(1000, (n,)), torch.randn(n, TOKENS * WIDTH)),
        ),
        "text_encoder": (ClipContext(shaken(TEXT.build())), lambda n: (torch.randint(50, (n, TOKENS)),)),
        "decoder": (LatentDecoder(shaken(AUTOENCODER.build()), 0.5), lambda n: (torch.randn(n, 4, 8, 8),)),
    }


@pytest.fixture(params=["denoiser", "text_encoder", "decoder"])
def traced(request) -> tuple[nn.Module, torch.jit.ScriptModule, Inputs]:
    module, inputs = modules()[request.param]
    return module, torch.jit.trace(module, inputs(3), check_trace=False), inputs


def test_trace_takes_batches_of_other_sizes(traced):
    module, trace, inputs = traced
    for n in (1, 2, 5, 1):
        given = inputs(n)
        assert torch.allclose(module(*given), trace(*given), atol=1e-6)


def test_trace_holds_no_device_and_no_tensor_but_numbers(traced):
    graph = traced[1].inlined_graph
    for node in graph.findAllNodes("prim::Constant"):
        kind = node.output().type()
        assert kind.str() != "Device"
        if kind.isSubtypeOf(torch._C.TensorType.get()):
            assert kind.sizes() == [], "a tensor with elements would stay on the device it was made on"


def test_row_of_a_trace_does_not_depend_on_its_neighbours(traced):
    _, trace, inputs = traced
    mine, others = inputs(4), inputs(4)
    for a, b in zip(mine, others):
        b[2] = a[2]
    assert torch.equal(trace(*mine)[2], trace(*others)[2])


def test_denoiser_says_what_the_unet_says_of_the_unpacked_text(unet):
    x, t, text = torch.randn(2, 4, 8, 8), torch.tensor([0, 981]), torch.randn(2, TOKENS, WIDTH)
    expected = unet(x, t, encoder_hidden_states=text).sample
    assert torch.allclose(LatentDenoiser(unet, TOKENS)(x, t, text.flatten(1)), expected, atol=1e-5)


def test_heads_are_counted_not_measured(unet):
    assert unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1.heads == 4


def test_context_is_the_text_model_s_last_hidden_state():
    text = shaken(TEXT.build())
    tokens = torch.randint(50, (3, TOKENS))
    assert torch.allclose(ClipContext(text)(tokens), text(input_ids=tokens).last_hidden_state.flatten(1), atol=1e-5)


def test_text_model_looks_back_only():
    context = ClipContext(shaken(TEXT.build()))
    tokens = torch.randint(50, (1, TOKENS))
    other = tokens.clone()
    other[0, 3] = (other[0, 3] + 1) % 50
    before, after = (context(given).unflatten(1, (TOKENS, WIDTH)) for given in (tokens, other))
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:], atol=1e-5)


def test_decoder_divides_by_the_scale():
    autoencoder = shaken(AUTOENCODER.build())
    latent = torch.randn(2, 4, 8, 8)
    assert torch.allclose(LatentDecoder(autoencoder, 0.18215)(latent * 0.18215), autoencoder.decode(latent).sample, atol=1e-4)


@pytest.mark.parametrize(("widths", "size"), [((8, 16), 8), ((8, 8, 16), 4)])
def test_each_level_but_the_last_halves_the_side(widths, size):
    config = AutoencoderConfig(size=16, widths=widths, depth=1, groups=8)
    assert config.latent_size == size
    assert config.build().encode(torch.zeros(1, 3, 16, 16)).latent_dist.mean.shape == (1, 4, size, size)

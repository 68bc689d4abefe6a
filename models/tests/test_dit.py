"""DiT's parts do what the paper says, and the whole starts as nothing."""

from __future__ import annotations

import math

import pytest
import torch

from sluice_models.networks.dit import Attention, Dit, DitConfig, Mlp, position_table
from tiny import shaken

CONFIG = DitConfig(size=8, width=32, depth=2, heads=4, classes=10)


@pytest.fixture
def dit() -> Dit:
    torch.manual_seed(1)
    return shaken(Dit(CONFIG))


def inputs(n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(n)
    x = torch.randn((n, 4, 8, 8), generator=generator)
    return x, torch.randint(1000, (n,), generator=generator), torch.randint(11, (n,), generator=generator)


def test_untrained_dit_answers_zero():
    answer = Dit(CONFIG)(*inputs(2))
    assert answer.shape == (2, 8, 8, 8)
    assert answer.abs().max() == 0


def test_untrained_blocks_are_the_identity():
    fresh = Dit(CONFIG)
    h = torch.randn(2, 16, 32)
    for block in fresh.blocks:
        assert torch.equal(block(h, torch.randn(2, 32)), h)


def test_null_class_is_the_table_s_last_row(dit):
    x, t, _ = inputs(2)
    given, none = dit(x, t, torch.tensor([3, 3])), dit(x, t, torch.tensor([10, 10]))
    assert not torch.equal(given, none)
    with pytest.raises(IndexError):
        dit(x, t, torch.tensor([11, 11]))


def test_patches_come_back_where_they_were_taken_channels_last(dit):
    """Token (row, column) holds its patch as [p][q][channel]."""
    picture = torch.arange(8 * 8 * 8, dtype=torch.float32).reshape(1, 8, 8, 8)
    patches = picture.reshape(1, 8, 4, 2, 4, 2).permute(0, 2, 4, 3, 5, 1).reshape(1, 16, 32)
    assert torch.equal(dit._unpatchified(patches), picture)


def test_attention_takes_queries_keys_and_values_in_that_order_heads_within():
    torch.manual_seed(0)
    attention = Attention(12, 3)
    h = torch.randn(2, 5, 12)
    q, k, v = (part.reshape(2, 5, 3, 4).transpose(1, 2) for part in attention.qkv(h).split(12, dim=2))
    weight = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(4), dim=3)
    expected = attention.proj((weight @ v).transpose(1, 2).reshape(2, 5, 12))
    assert torch.allclose(attention(h), expected, atol=1e-5)


def test_mlp_has_the_tanh_form_of_gelu():
    mlp = Mlp(4)
    h = torch.randn(3, 4)
    inner = mlp.fc1(h)
    gelu = 0.5 * inner * (1 + torch.tanh(math.sqrt(2 / math.pi) * (inner + 0.044715 * inner**3)))
    assert torch.allclose(mlp(h), mlp.fc2(gelu), atol=1e-6)


def test_position_table_has_sines_and_cosines_of_column_then_row():
    table = position_table(3, 8)
    column, row = 2, 1
    expected = [f(place / 10_000 ** (j / 2)) for place in (column, row) for f in (math.sin, math.cos) for j in (0, 1)]
    assert torch.allclose(table[row * 3 + column], torch.tensor(expected), atol=1e-6)

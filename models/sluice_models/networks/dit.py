"""DiT (Peebles & Xie 2022, arXiv 2212.09748): a transformer over latent patches, named as in its public checkpoints.

Class and timestep act through adaLN-zero alone: each block takes from them a shift, a scale and a gate for its attention
and for its MLP; the gates start at zero, so that every block starts as the identity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.networks.layers import timestep_embedding, timestep_frequencies

TIMESTEP_WIDTH = 256
NORM_EPS = 1e-6
_TIMESTEP_STD = 0.02


@dataclass(frozen=True)
class DitConfig:
    """``size`` is the latent's side; ``classes`` does not count the null class, whose row is the table's last.

    ``class_std`` is what the table is drawn with. As published it is small beside the timestep's embedding, which grows to about
    3.5, and a short training hardly gets to know the classes.
    """

    size: int
    width: int
    depth: int
    heads: int
    classes: int
    patch: int = 2
    channels: int = 4
    class_std: float = 0.02

    @property
    def side(self) -> int:
        return self.size // self.patch


def _xavier_linear(width_in: int, width_out: int) -> nn.Linear:
    linear = nn.Linear(width_in, width_out)
    nn.init.xavier_uniform_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


def _zero_linear(width_in: int, width_out: int) -> nn.Linear:
    linear = nn.Linear(width_in, width_out)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


class PatchEmbed(nn.Module):
    """A latent f32[N,C,S,S] to tokens f32[N,T,W], one a patch, row by row."""

    def __init__(self, config: DitConfig):
        super().__init__()
        self.proj = nn.Conv2d(config.channels, config.width, config.patch, stride=config.patch)
        nn.init.xavier_uniform_(self.proj.weight.view(config.width, -1))
        assert self.proj.bias is not None
        nn.init.zeros_(self.proj.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)


class TimestepEmbedder(nn.Module):
    """Original timesteps i64[N] to f32[N,W]."""

    def __init__(self, width: int):
        super().__init__()
        self.frequencies = nn.Buffer(timestep_frequencies(TIMESTEP_WIDTH), persistent=False)
        self.mlp = nn.Sequential(nn.Linear(TIMESTEP_WIDTH, width), nn.SiLU(), nn.Linear(width, width))
        for linear in (self.mlp[0], self.mlp[2]):
            nn.init.normal_(linear.weight, std=_TIMESTEP_STD)

    def forward(self, t: Tensor) -> Tensor:
        return self.mlp(timestep_embedding(t, self.frequencies))


class LabelEmbedder(nn.Module):
    """Classes i64[N] to f32[N,W]; the last row is the null class."""

    def __init__(self, classes: int, width: int, std: float):
        super().__init__()
        self.embedding_table = nn.Embedding(classes + 1, width)
        nn.init.normal_(self.embedding_table.weight, std=std)

    def forward(self, label: Tensor) -> Tensor:
        return self.embedding_table(label)


def modulate(h: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """h f32[N,T,W] · (1 + scale) + shift, the same for all tokens of a row."""
    return h * (1 + scale[:, None]) + shift[:, None]


class Attention(nn.Module):
    """Self-attention over tokens f32[N,T,W]; ``qkv`` lays its channels out as [Q|K|V], each holding all heads."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = _xavier_linear(width, 3 * width)
        self.proj = _xavier_linear(width, width)

    def forward(self, h: Tensor) -> Tensor:
        n, tokens, width = h.shape
        q, k, v = self.qkv(h).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width))


class Mlp(nn.Module):
    """Two layers, four times as wide in between, with the tanh form of GELU."""

    def __init__(self, width: int):
        super().__init__()
        self.fc1 = _xavier_linear(width, 4 * width)
        self.fc2 = _xavier_linear(4 * width, width)

    def forward(self, h: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(h), approximate="tanh"))


def _bare_norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=NORM_EPS, elementwise_affine=False)


def _adaln_zero(width: int, parts: int) -> nn.Sequential:
    return nn.Sequential(nn.SiLU(), _zero_linear(width, parts * width))


class Block(nn.Module):
    """Attention, then MLP, each between a modulated LayerNorm without weights and a gate; tokens f32[N,T,W]."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = _bare_norm(width)
        self.attn = Attention(width, heads)
        self.norm2 = _bare_norm(width)
        self.mlp = Mlp(width)
        self.adaLN_modulation = _adaln_zero(width, 6)

    def forward(self, h: Tensor, condition: Tensor) -> Tensor:
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.adaLN_modulation(condition).chunk(6, dim=1)
        h = h + gate_a[:, None] * self.attn(modulate(self.norm1(h), shift_a, scale_a))
        return h + gate_m[:, None] * self.mlp(modulate(self.norm2(h), shift_m, scale_m))


class FinalLayer(nn.Module):
    """Tokens f32[N,T,W] to one patch each, f32[N,T,p·p·2C]: shift and scale, no gate; starts at zero."""

    def __init__(self, config: DitConfig):
        super().__init__()
        self.norm_final = _bare_norm(config.width)
        self.linear = _zero_linear(config.width, config.patch**2 * 2 * config.channels)
        self.adaLN_modulation = _adaln_zero(config.width, 2)

    def forward(self, h: Tensor, condition: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(condition).chunk(2, dim=1)
        return self.linear(modulate(self.norm_final(h), shift, scale))


class Dit(nn.Module):
    """eps and v of a noisy latent: x f32[N,C,S,S], original timestep t i64[N], class i64[N] to f32[N,2C,S,S]."""

    def __init__(self, config: DitConfig):
        super().__init__()
        self.side, self.patch = config.side, config.patch
        self.x_embedder = PatchEmbed(config)
        self.t_embedder = TimestepEmbedder(config.width)
        self.y_embedder = LabelEmbedder(config.classes, config.width, config.class_std)
        self.pos_embed = nn.Parameter(position_table(config.side, config.width)[None], requires_grad=False)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.depth))
        self.final_layer = FinalLayer(config)

    def forward(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
        h = self.x_embedder(x) + self.pos_embed
        condition = self.t_embedder(t) + self.y_embedder(label)
        for block in self.blocks:
            h = block(h, condition)
        return self._unpatchified(self.final_layer(h, condition))

    def _unpatchified(self, patches: Tensor) -> Tensor:
        """f32[N,T,p·p·K], channels last within a patch, to f32[N,K,S,S]."""
        n, p, side = patches.shape[0], self.patch, self.side
        whole = patches.reshape(n, side, side, p, p, -1).permute(0, 5, 1, 3, 2, 4)
        return whole.reshape(n, -1, side * p, side * p)


def position_table(side: int, width: int) -> Tensor:
    """Sines and cosines of each patch's column, then of its row: f32[side², width], a quarter of the width for each."""
    quarter = width // 4
    frequencies = torch.exp(-math.log(10_000.0) * torch.arange(quarter, dtype=torch.float64) / quarter)
    angle = torch.arange(side, dtype=torch.float64)[:, None] * frequencies
    along = torch.cat([angle.sin(), angle.cos()], dim=1)
    columns, rows = along.repeat(side, 1), along.repeat_interleave(side, dim=0)
    return torch.cat([columns, rows], dim=1).float()

"""The layers of the ADM and GLIDE families (arXiv 2105.05233, 2112.10741), named as in their public checkpoints.

Every layer is called as ``layer(h, emb, context)`` with h f32[N,C,H,W], emb f32[N,E] and, in GLIDE, text tokens
f32[N,W,L], whether or not it uses them. That single shape is what lets TorchScript unroll a block without asking what
its layers are.
"""

from __future__ import annotations

import math
from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MAX_PERIOD = 10_000.0


def timestep_frequencies(width: int) -> Tensor:
    """freq_j = exp(-ln 10000 · j / half), j = 0 … half-1; f32[half] with half = width / 2."""
    half = width // 2
    return torch.exp(-math.log(MAX_PERIOD) * torch.arange(half, dtype=torch.float32) / half)


def timestep_embedding(t: Tensor, frequencies: Tensor) -> Tensor:
    """[cos(t·freq) | sin(t·freq)]: original timesteps i64[N] to f32[N, 2·half]."""
    angle = t.to(frequencies.dtype)[:, None] * frequencies[None, :]
    return torch.cat([torch.cos(angle), torch.sin(angle)], dim=1)


class GroupNorm32(nn.GroupNorm):
    """Group normalisation computed in fp32 whatever the precision of its input (eps 1e-5)."""

    def forward(self, h: Tensor) -> Tensor:
        return F.group_norm(h.float(), self.num_groups, self.weight, self.bias, self.eps).to(h.dtype)


class StemConv(nn.Conv2d):
    """The 3×3 convolution that lifts the picture into feature space (``input_blocks.0.0``), in its weights' precision."""

    def forward(self, h: Tensor, emb: Tensor, context: Optional[Tensor]) -> Tensor:  # type: ignore[override]
        return self._conv_forward(h.to(self.weight.dtype), self.weight, self.bias)


def zeroed(layer: nn.Module) -> nn.Module:
    """The last layer of a residual branch starts at zero, so that the branch starts as the identity."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class ResBlock(nn.Module):
    """A residual block with scale-shift conditioning: h ← GN(h)·(1 + scale) + shift, [scale | shift] = Linear(SiLU(emb)).

    ``resample`` is "none", "down" (average-pool 2) or "up" (nearest ×2). It acts on the branch after its first
    normalisation and on the skip path alike, and has no weights.
    """

    def __init__(self, width_in: int, width_out: int, width_emb: int, groups: int, resample: str = "none", dropout: float = 0.0):
        super().__init__()
        self.resample = {"none": 0, "down": -1, "up": 1}[resample]
        self.in_layers = nn.Sequential(GroupNorm32(groups, width_in), nn.SiLU(), nn.Conv2d(width_in, width_out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(width_emb, 2 * width_out))
        self.out_layers = nn.Sequential(
            GroupNorm32(groups, width_out),
            nn.SiLU(),
            nn.Dropout(dropout),
            zeroed(nn.Conv2d(width_out, width_out, 3, padding=1)),
        )
        self.skip_connection = nn.Identity() if width_in == width_out else nn.Conv2d(width_in, width_out, 1)

    def forward(self, h: Tensor, emb: Tensor, context: Optional[Tensor]) -> Tensor:
        branch = self.in_layers[1](self.in_layers[0](h))
        branch = self.in_layers[2](self._resampled(branch))
        scale, shift = self.emb_layers(emb).to(h.dtype)[:, :, None, None].chunk(2, dim=1)
        branch = self.out_layers[0](branch) * (1 + scale) + shift
        branch = self.out_layers[3](self.out_layers[2](self.out_layers[1](branch)))
        return self.skip_connection(self._resampled(h)) + branch

    def _resampled(self, h: Tensor) -> Tensor:
        if self.resample < 0:
            return F.avg_pool2d(h, 2)
        if self.resample > 0:
            return F.interpolate(h, scale_factor=2.0, mode="nearest")
        return h


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(qᵀk / sqrt(D)) over tokens; q, k, v f32[B,D,L]; q and k are each scaled by D^(-1/4)."""
    scale = q.shape[1] ** -0.25
    weight = torch.softmax(torch.bmm((q * scale).transpose(1, 2), k * scale).float(), dim=2).to(v.dtype)
    return torch.bmm(v, weight.transpose(1, 2))


def split_heads(channels: Tensor, parts: int, heads: int, legacy_order: bool) -> list[Tensor]:
    """``parts`` projections f32[N·heads,D,L] out of one tensor f32[N,parts·heads·D,L] that holds them all.

    The new order (64² checkpoints) lays the channels out part by part, [Q|K|V], each holding all heads; the legacy order
    (128², 256², all classifiers, GLIDE) head by head, one [q|k|v] per head. Mixing them up loads without an error.
    """
    n, width, length = channels.shape
    depth = width // parts // heads
    if legacy_order:
        split = channels.reshape(n, heads, parts, depth, length)
        return [part.reshape(n * heads, depth, length) for part in split.unbind(dim=2)]
    split = channels.reshape(n, parts, heads, depth, length)
    return [part.reshape(n * heads, depth, length) for part in split.unbind(dim=1)]


def heads_attend(qkv: Tensor, heads: int, legacy_order: bool, context_kv: Optional[Tensor] = None) -> Tensor:
    """Multi-head attention over qkv f32[N,3C,L] to f32[N,C,L]; ``context_kv`` f32[N,2C,L'] comes before the own k and v."""
    q, k, v = split_heads(qkv, 3, heads, legacy_order)
    if context_kv is not None:
        context_k, context_v = split_heads(context_kv, 2, heads, legacy_order)
        k, v = torch.cat([context_k, k], dim=2), torch.cat([context_v, v], dim=2)
    return attend(q, k, v).reshape(qkv.shape[0], -1, qkv.shape[2])


class AttentionBlock(nn.Module):
    """Self-attention over the H·W positions of a feature map, with a residual connection.

    With ``context_width`` the positions attend to the text tokens as well: ``encoder_kv`` projects these to keys and
    values that stand before the positions' own (arXiv 2112.10741, section 3.1).
    """

    def __init__(self, width: int, heads: int, groups: int, legacy_order: bool, context_width: int = 0):
        super().__init__()
        self.heads = heads
        self.legacy_order = legacy_order
        self.norm = GroupNorm32(groups, width)
        self.qkv = nn.Conv1d(width, 3 * width, 1)
        self.encoder_kv = nn.Conv1d(context_width, 2 * width, 1) if context_width else None
        self.proj_out = zeroed(nn.Conv1d(width, width, 1))

    def forward(self, h: Tensor, emb: Tensor, context: Optional[Tensor]) -> Tensor:
        n, width, rows, columns = h.shape
        tokens = h.reshape(n, width, rows * columns)
        context_kv: Optional[Tensor] = None
        if self.encoder_kv is not None and context is not None:
            context_kv = self.encoder_kv(context.to(h.dtype))
        mixed = heads_attend(self.qkv(self.norm(tokens)), self.heads, self.legacy_order, context_kv)
        return (tokens + self.proj_out(mixed)).reshape(n, width, rows, columns)


class AttentionPool(nn.Module):
    """A feature map f32[N,C,H,W] to class logits f32[N,K]: the mean token attends to all positions, and answers."""

    def __init__(self, positions: int, width: int, head_width: int, classes: int):
        super().__init__()
        self.heads = width // head_width
        self.positional_embedding = nn.Parameter(torch.randn(width, positions + 1) / math.sqrt(width))
        self.qkv_proj = nn.Conv1d(width, 3 * width, 1)
        self.c_proj = nn.Conv1d(width, classes, 1)

    def forward(self, h: Tensor) -> Tensor:
        tokens = h.flatten(2)
        tokens = torch.cat([tokens.mean(dim=2, keepdim=True), tokens], dim=2) + self.positional_embedding[None]
        mixed = heads_attend(self.qkv_proj(tokens), self.heads, False)
        return self.c_proj(mixed)[:, :, 0]

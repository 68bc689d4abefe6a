"""GLIDE (Nichol et al. 2021, arXiv 2112.10741): ADM networks that attend to text, and the transformer that reads it.

A public checkpoint holds both halves in one state dict: the picture half (``TextUNet`` or ``TextUpsampler``, ADM's
grammar with ``encoder_kv``) and the text half (``TextTransformer``: the keys that begin with one of ``TEXT_KEYS``).
Between them stands the *context*: one row f32[K], K = L·W + E, the transformer's L tokens of width W and then the last
token's projection, of the timestep embedding's width E.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.networks.adm import AdmConfig, UNet
from sluice_models.networks.layers import attend, split_heads

TEXT_KEYS = ("transformer.", "transformer_proj.", "final_ln.", "token_embedding.", "positional_embedding", "padding_embedding")


@dataclass(frozen=True)
class TextConfig:
    """``padding_id`` is the token that pads; it takes no embedding of its own but that of its place."""

    vocabulary: int
    tokens: int
    width: int
    depth: int
    heads: int
    padding_id: int


class TextAttention(nn.Module):
    """Attention of every token to all tokens f32[N,L,W], padding included; one [q|k|v] per head."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.c_qkv = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, h: Tensor) -> Tensor:
        q, k, v = split_heads(self.c_qkv(h).transpose(1, 2), 3, self.heads, True)
        mixed = attend(q, k, v).reshape(h.shape[0], h.shape[2], h.shape[1])
        return self.c_proj(mixed.transpose(1, 2))


class TextMlp(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, h: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(h)))


class TextBlock(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.attn = TextAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = TextMlp(width)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, h: Tensor) -> Tensor:
        h = h + self.attn(self.ln_1(h))
        return h + self.mlp(self.ln_2(h))


class TextBlocks(nn.Module):
    def __init__(self, config: TextConfig):
        super().__init__()
        self.resblocks = nn.ModuleList(TextBlock(config.width, config.heads) for _ in range(config.depth))

    def forward(self, h: Tensor) -> Tensor:
        for block in self.resblocks:
            h = block(h)
        return h


class TextTransformer(nn.Module):
    """Tokens i64[N,L] to the context f32[N, L·W + E] of a network whose timestep embedding has width E."""

    def __init__(self, config: TextConfig, width_emb: int):
        super().__init__()
        self.padding_id = config.padding_id
        self.transformer = TextBlocks(config)
        self.final_ln = nn.LayerNorm(config.width)
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(config.tokens, config.width))
        self.padding_embedding = nn.Parameter(0.01 * torch.randn(config.tokens, config.width))
        self.transformer_proj = nn.Linear(config.width, width_emb)

    def forward(self, tokens: Tensor) -> Tensor:
        written = (tokens != self.padding_id)[:, :, None]
        h = torch.where(written, self.token_embedding(tokens) + self.positional_embedding, self.padding_embedding)
        h = self.final_ln(self.transformer(h))
        return torch.cat([h.flatten(1), self.transformer_proj(h[:, -1])], dim=1)


class _TextTorso(UNet):
    """A torso that is given a text's context f32[N,≥K]. Only the context's first K floats are looked at."""

    def __init__(self, config: AdmConfig, tokens: int):
        super().__init__(config)
        self.tokens, self.token_width, self.width_emb = tokens, config.context_width, config.width_emb

    def unpacked(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """The context's tokens f32[N,W,L] and the last token's projection f32[N,E]."""
        end = self.tokens * self.token_width
        text = context[:, :end].reshape(-1, self.tokens, self.token_width).transpose(1, 2)
        return text, context[:, end : end + self.width_emb]


class TextUNet(_TextTorso):
    """eps and v of a noisy picture: x f32[N,3,S,S], original timestep t i64[N], context f32[N,≥K] to f32[N,6,S,S]."""

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        text, projected = self.unpacked(context)
        return self.denoised(x, self.embedded(t) + projected, text)


class TextUpsampler(_TextTorso):
    """The same for a larger picture, shown a smaller one, ``low`` f32[N,3,S',S'] in [-1,1], ``stretched`` beside x."""

    def forward(self, x: Tensor, t: Tensor, low: Tensor, context: Tensor) -> Tensor:
        text, projected = self.unpacked(context)
        return self.denoised(
            torch.cat([x, stretched(low, x.shape[2:])], dim=1),  # type: ignore[arg-type]
            self.embedded(t) + projected,
            text,
        )


def stretched(low: Tensor, size: list[int]) -> Tensor:
    """``low`` rounded to the 256 levels of an 8-bit picture, round((low + 1)·127.5)/127.5 - 1, then stretched bilinearly."""
    levels = ((low + 1) * 127.5).round() / 127.5 - 1
    return F.interpolate(levels, size=size, mode="bilinear", align_corners=False)


def split_state(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """A public checkpoint's state dict, cut into its text half and its picture half."""
    text = {key: value for key, value in state.items() if key.startswith(TEXT_KEYS)}
    return text, {key: value for key, value in state.items() if key not in text}

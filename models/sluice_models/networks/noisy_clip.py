"""The noise-aware CLIP that guides GLIDE (arXiv 2112.10741, section 2.4), named as in its public checkpoints.

Two transformers that meet in one space: the image encoder is given the timestep as a learned first token, the text encoder
is causal and answers at the text's last token. Every block is called as ``block(h, given)``, ``given`` being the
timesteps or the tokens, whether or not it uses them: that lets TorchScript unroll the blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PIXEL_MEAN = (122.77093945, 116.74601272, 104.09373519)
PIXEL_STD = (68.50053285, 66.63215831, 70.32316309)
SCORE_SCALE = 100.0
_TIMESTEPS = 1000


@dataclass(frozen=True)
class ClipTower:
    """One transformer: ``heads`` heads of ``head_width`` channels."""

    heads: int
    depth: int
    head_width: int = 64

    @property
    def width(self) -> int:
        return self.heads * self.head_width


@dataclass(frozen=True)
class ClipConfig:
    """``size`` is the picture's side, ``end_id`` the token at whose first place the text is read off."""

    size: int
    patch: int
    image: ClipTower
    text: ClipTower
    vocabulary: int
    tokens: int
    end_id: int
    embedding: int = 512


class Norm(nn.Module):
    """LayerNorm (eps 1e-5) with gain ``g`` and bias ``b``."""

    def __init__(self, width: int):
        super().__init__()
        self.g = nn.Parameter(torch.ones(width))
        self.b = nn.Parameter(torch.zeros(width))

    def forward(self, h: Tensor) -> Tensor:
        return F.layer_norm(h, self.g.shape, self.g, self.b, 1e-5)


class Affine(nn.Module):
    """h·wᵀ + b."""

    def __init__(self, width_in: int, width_out: int, std: float, bias: bool = True):
        super().__init__()
        self.w = nn.Parameter(std * torch.randn(width_out, width_in))
        self.b = nn.Parameter(torch.zeros(width_out)) if bias else None

    def forward(self, h: Tensor) -> Tensor:
        return F.linear(h, self.w, self.b)


class AttentionBlock(nn.Module):
    """Attention with a residual connection, tokens f32[N,L,W]; keys have no bias, as it would not change the softmax."""

    def __init__(self, tower: ClipTower, causal: bool):
        super().__init__()
        self.heads, self.causal = tower.heads, causal
        width = tower.width
        self.ln = Norm(width)
        self.f_q = Affine(width, width, width**-0.5)
        self.f_k = Affine(width, width, width**-0.5, bias=False)
        self.f_v = Affine(width, width, width**-0.5)
        self.f_c = Affine(width, width, _residual_std(tower))

    def forward(self, h: Tensor) -> Tensor:
        r = self.ln(h)
        q, k, v = self._per_head(self.f_q(r)), self._per_head(self.f_k(r)), self._per_head(self.f_v(r))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return h + self.f_c(mixed.transpose(1, 2).reshape(h.shape))

    def _per_head(self, h: Tensor) -> Tensor:
        return h.reshape(h.shape[0], h.shape[1], self.heads, -1).transpose(1, 2)


class MlpBlock(nn.Module):
    def __init__(self, tower: ClipTower):
        super().__init__()
        width = tower.width
        self.ln = Norm(width)
        self.f_1 = Affine(width, 4 * width, math.sqrt(2 / (4 * width)))
        self.f_2 = Affine(4 * width, width, _residual_std(tower))

    def forward(self, h: Tensor) -> Tensor:
        return h + self.f_2(F.gelu(self.f_1(self.ln(h))))


class ClipBlock(nn.Module):
    def __init__(self, tower: ClipTower, causal: bool):
        super().__init__()
        self.f_attn = AttentionBlock(tower, causal)
        self.f_mlp = MlpBlock(tower)

    def forward(self, h: Tensor, given: Tensor) -> Tensor:
        return self.f_mlp(self.f_attn(h))


class ImageInput(nn.Module):
    """Pixels f32[N,3,S,S] of 0 … 255 and timesteps i64[N] to tokens f32[N,1+P,W]: the timestep's row, then the patches."""

    def __init__(self, config: ClipConfig):
        super().__init__()
        width, patch = config.image.width, config.patch
        self.patch = patch
        self.w_t = nn.Parameter(torch.randn(_TIMESTEPS, width) / math.sqrt(width))
        self.patch_proj = nn.Parameter(math.sqrt(2 / (width * patch**2)) * torch.randn(width, 3, patch, patch))
        self.w_pos = nn.Parameter(torch.randn(1 + (config.size // patch) ** 2, width) / math.sqrt(width))
        self.ln = Norm(width)
        self.mean = nn.Buffer(torch.tensor(PIXEL_MEAN)[:, None, None], persistent=False)
        self.std = nn.Buffer(torch.tensor(PIXEL_STD)[:, None, None], persistent=False)

    def forward(self, h: Tensor, given: Tensor) -> Tensor:
        patches = F.conv2d((h - self.mean) / self.std, self.patch_proj, stride=self.patch).flatten(2).transpose(1, 2)
        start = F.embedding(given, self.w_t)[:, None]
        return self.ln(torch.cat([start, patches], dim=1) + self.w_pos)


class ImageOutput(nn.Module):
    """The first token of f32[N,1+P,W], as a point f32[N,D] of the common space."""

    def __init__(self, width: int, embedding: int):
        super().__init__()
        self.ln = Norm(width)
        self.f = Affine(width, embedding, math.sqrt(2 / (width + embedding)), bias=False)

    def forward(self, h: Tensor, given: Tensor) -> Tensor:
        return self.f(self.ln(h[:, 0]))


class TextInput(nn.Module):
    """Tokens i64[N,L] to f32[N,L,W]."""

    def __init__(self, config: ClipConfig):
        super().__init__()
        self.w_voc = nn.Parameter(0.02 * torch.randn(config.vocabulary, config.text.width))
        self.w_pos = nn.Parameter(0.01 * torch.randn(config.tokens, config.text.width))

    def forward(self, h: Tensor, given: Tensor) -> Tensor:
        return F.embedding(given, self.w_voc) + self.w_pos


class TextOutput(nn.Module):
    """What f32[N,L,W] holds at the first end token (at the last place where there is none), as f32[N,D]."""

    def __init__(self, width: int, embedding: int, end_id: int):
        super().__init__()
        self.end_id = end_id
        self.ln = Norm(width)
        self.f = Affine(width, embedding, math.sqrt(2 / (width + embedding)), bias=False)

    def forward(self, h: Tensor, given: Tensor) -> Tensor:
        before_end = ((given == self.end_id).cumsum(dim=1) == 0).sum(dim=1).clamp(max=given.shape[1] - 1)
        last = h.gather(1, before_end[:, None, None].expand(-1, 1, h.shape[2]))[:, 0]
        return self.f(self.ln(last))


class ImageEncoder(nn.Module):
    """z_i f32[N,D], of length 1, of a noisy picture x f32[N,3,S,S] in the scale of [-1,1] at original timestep t i64[N]."""

    def __init__(self, config: ClipConfig):
        super().__init__()
        self.blocks = nn.ModuleDict()
        self.blocks["input"] = ImageInput(config)
        for level in range(config.image.depth):
            self.blocks[f"block_{level}"] = ClipBlock(config.image, causal=False)
        self.blocks["output"] = ImageOutput(config.image.width, config.embedding)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        h = (x + 1) * 127.5
        for block in self.blocks.values():
            h = block(h, t)
        return unit(h)


class TextEncoder(nn.Module):
    """z_t f32[N,D], of length 1, of tokens i64[N,L]."""

    def __init__(self, config: ClipConfig):
        super().__init__()
        self.blocks = nn.ModuleDict()
        self.blocks["input"] = TextInput(config)
        for level in range(config.text.depth):
            self.blocks[f"block_{level}"] = ClipBlock(config.text, causal=True)
        self.blocks["output"] = TextOutput(config.text.width, config.embedding, config.end_id)

    def forward(self, tokens: Tensor) -> Tensor:
        h = tokens
        for block in self.blocks.values():
            h = block(h, tokens)
        return unit(h)


def unit(z: Tensor) -> Tensor:
    """Each row of f32[N,D] divided by its length, a row of zeros left alone."""
    return z / (torch.linalg.vector_norm(z, dim=1, keepdim=True) + 1e-12)


def _residual_std(tower: ClipTower) -> float:
    """The deviation of a branch's last weights: 1 / (sqrt(W) · number of branches)."""
    return 1 / (math.sqrt(tower.width) * 2 * tower.depth)

"""The two networks of the ADM family: the denoiser (a U-Net) and the noise-aware classifier (its encoder half).

Parameter names follow the public checkpoints' grammar, so one class here can hold either our small networks or the
published ones: ``time_embed``, ``label_emb``, ``input_blocks.N.0…``, ``middle_block``, ``output_blocks.K…``, ``out``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.networks.layers import (
    AttentionBlock,
    AttentionPool,
    GroupNorm32,
    ResBlock,
    StemConv,
    timestep_embedding,
    timestep_frequencies,
    zeroed,
)


@dataclass(frozen=True)
class AdmConfig:
    """What fixes the shape of a network; ``widths`` are channels per level, finest first.

    ``attention_sizes`` are the sides (in feature-map pixels) at which blocks attend. ``patch`` > 1 folds each
    patch × patch square of the picture into channels before the network and unfolds it after (pixel-unshuffle).
    ``embedded_classes`` counts the rows of the class table, the null class included; 0 is a network that takes no class.
    Attention has ``heads`` heads at every level or, where that is 0, heads of ``head_width`` channels. ``context_width``
    is that of the text tokens it also attends to, 0 without text.
    """

    size: int
    widths: tuple[int, ...]
    depth: int
    attention_sizes: tuple[int, ...]
    channels_in: int = 3
    channels_out: int = 6
    embedded_classes: int = 0
    head_width: int = 64
    heads: int = 0
    legacy_attention: bool = False
    context_width: int = 0
    groups: int = 32
    dropout: float = 0.0
    patch: int = 1

    @property
    def width_emb(self) -> int:
        return 4 * self.widths[0]

    def heads_at(self, width: int) -> int:
        return self.heads or width // self.head_width


class Block(nn.Sequential):
    """Layers that run one after the other, each given the embedding and the text."""

    def forward(self, h: Tensor, emb: Tensor, context: Optional[Tensor]) -> Tensor:  # type: ignore[override]
        for layer in self:
            h = layer(h, emb, context)
        return h


class _Factory:
    """Makes the layers of one network and keeps track of the side of the feature map they work on."""

    def __init__(self, config: AdmConfig):
        self.config = config
        self.side = config.size // config.patch

    def res(self, width_in: int, width_out: int, resample: str = "none") -> ResBlock:
        c = self.config
        return ResBlock(width_in, width_out, c.width_emb, c.groups, resample, c.dropout)

    def attention(self, width: int) -> AttentionBlock:
        c = self.config
        return AttentionBlock(width, c.heads_at(width), c.groups, c.legacy_attention, c.context_width)

    def attention_here(self, width: int) -> list[nn.Module]:
        return [self.attention(width)] if self.side in self.config.attention_sizes else []

    def encoder(self) -> tuple[nn.ModuleList, list[int]]:
        """The blocks from the picture down to the coarsest level, and the width each leaves for the decoder."""
        c = self.config
        width = c.widths[0]
        blocks: list[nn.Module] = [Block(StemConv(c.channels_in * c.patch**2, width, 3, padding=1))]
        skips = [width]
        for level, level_width in enumerate(c.widths):
            for _ in range(c.depth):
                blocks.append(Block(self.res(width, level_width), *self.attention_here(level_width)))
                width = level_width
                skips.append(width)
            if level + 1 < len(c.widths):
                blocks.append(Block(self.res(width, width, "down")))
                skips.append(width)
                self.side //= 2
        return nn.ModuleList(blocks), skips

    def middle(self, width: int) -> Block:
        return Block(self.res(width, width), self.attention(width), self.res(width, width))

    def decoder(self, skips: list[int]) -> nn.ModuleList:
        """The mirror of the encoder; each block first takes the matching encoder output beside its own input."""
        c = self.config
        skips = list(skips)
        width = c.widths[-1]
        blocks: list[nn.Module] = []
        for level in reversed(range(len(c.widths))):
            for i in range(c.depth + 1):
                level_width = c.widths[level]
                layers = [self.res(width + skips.pop(), level_width), *self.attention_here(level_width)]
                width = level_width
                if level > 0 and i == c.depth:
                    layers.append(self.res(width, width, "up"))
                    self.side *= 2
                blocks.append(Block(*layers))
        return nn.ModuleList(blocks)


def _time_embed(config: AdmConfig) -> nn.Sequential:
    width, emb = config.widths[0], config.width_emb
    return nn.Sequential(nn.Linear(width, emb), nn.SiLU(), nn.Linear(emb, emb))


class UNet(nn.Module):
    """The torso that the denoisers of ADM and GLIDE share; what they add to the timestep's embedding differs."""

    def __init__(self, config: AdmConfig):
        super().__init__()
        self.patch = config.patch
        self.frequencies = nn.Buffer(timestep_frequencies(config.widths[0]), persistent=False)
        self.time_embed = _time_embed(config)
        self.label_emb = nn.Embedding(config.embedded_classes, config.width_emb) if config.embedded_classes else None
        factory = _Factory(config)
        self.input_blocks, skips = factory.encoder()
        self.middle_block = factory.middle(config.widths[-1])
        self.output_blocks = factory.decoder(skips)
        last = zeroed(nn.Conv2d(config.widths[0], config.channels_out * config.patch**2, 3, padding=1))
        self.out = nn.Sequential(GroupNorm32(config.groups, config.widths[0]), nn.SiLU(), last)

    def embedded(self, t: Tensor) -> Tensor:
        return self.time_embed(timestep_embedding(t, self.frequencies))

    def denoised(self, x: Tensor, emb: Tensor, context: Optional[Tensor]) -> Tensor:
        h = F.pixel_unshuffle(x, self.patch)
        skips: list[Tensor] = []
        for block in self.input_blocks:
            h = block(h, emb, context)
            skips.append(h)
        h = self.middle_block(h, emb, context)
        for block in self.output_blocks:
            h = block(torch.cat([h, skips.pop()], dim=1), emb, context)
        return F.pixel_shuffle(self.out(h.float()), self.patch)


class Denoiser(UNet):
    """eps and v of a noisy picture: x f32[N,C,S,S], original timestep t i64[N], class i64[N] to f32[N,2C,S,S].

    One network is ADM (given the null class), CADM (given a class) and both halves of classifier-free guidance. A network
    without a class table is ADM whatever class it is given.
    """

    def forward(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        emb = self.embedded(t)
        if self.label_emb is not None:
            emb = emb + self.label_emb(condition)
        return self.denoised(x, emb, None)


class NoisyClassifier(nn.Module):
    """Class logits f32[N,K] of a noisy picture x f32[N,C,S,S] at original timestep t i64[N]: p_phi(y | x_t, t)."""

    def __init__(self, config: AdmConfig):
        super().__init__()
        self.patch = config.patch
        self.frequencies = nn.Buffer(timestep_frequencies(config.widths[0]), persistent=False)
        self.time_embed = _time_embed(config)
        factory = _Factory(config)
        self.input_blocks, _ = factory.encoder()
        width = config.widths[-1]
        self.middle_block = factory.middle(width)
        pool = AttentionPool(factory.side**2, width, config.head_width, config.channels_out)
        self.out = nn.Sequential(GroupNorm32(config.groups, width), nn.SiLU(), pool)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        emb = self.time_embed(timestep_embedding(t, self.frequencies))
        h = F.pixel_unshuffle(x, self.patch)
        for block in self.input_blocks:
            h = block(h, emb, None)
        return self.out(self.middle_block(h, emb, None).float())


def halve_torso(network: UNet | NoisyClassifier) -> None:
    """Convolutions between the first and the last layer go to fp16, as the public checkpoints' fp16 mode has it.

    Embeddings, normalisation and the softmax stay fp32: in half precision t·freq would be off by up to half a radian.
    """
    for blocks in (network.input_blocks, network.middle_block, getattr(network, "output_blocks", nn.ModuleList())):
        for module in blocks.modules():
            if isinstance(module, (nn.Conv1d, nn.Conv2d)):
                module.half()


def parameter_count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())

"""Half precision where it is safe: large products in fp16; norms, embeddings and softmax in fp32.

ADM's and GLIDE's networks have ``sluice_models.networks.adm.halve_torso``; DiT and diffusers' UNet are here. A layer changes its
class, not its name, so a halved network still has the published keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from sluice_models.networks.dit import Dit
from sluice_models.networks.layers import GroupNorm32
from sluice_models.networks.stable_diffusion import LatentDenoiser


class OwnPrecisionLinear(nn.Linear):
    """Takes either precision and computes in that of its weights."""

    def forward(self, h: Tensor) -> Tensor:
        return F.linear(h.to(self.weight.dtype), self.weight, self.bias)


class OwnPrecisionConv2d(nn.Conv2d):
    """Takes either precision and computes in that of its weights."""

    def forward(self, h: Tensor) -> Tensor:
        return self._conv_forward(h.to(self.weight.dtype), self.weight, self.bias)


class LayerNorm32(nn.LayerNorm):
    """Computed in fp32 whatever the precision of its input."""

    def forward(self, h: Tensor) -> Tensor:
        return F.layer_norm(h.float(), self.normalized_shape, self.weight, self.bias, self.eps).to(h.dtype)


_IN_CLASS = {
    nn.Linear: OwnPrecisionLinear,
    nn.Conv2d: OwnPrecisionConv2d,
    nn.LayerNorm: LayerNorm32,
    nn.GroupNorm: GroupNorm32,
}


def halve_dit(network: Dit) -> None:
    """Attention and MLP of every block; what they add to, their gates and the rest stay fp32."""
    for block in network.blocks:
        for part in (block.attn, block.mlp):
            _halve(part)


def halve_latent_denoiser(module: LatentDenoiser) -> None:
    """All between the first and the last convolution, but for norms and the embedding of the timestep."""
    unet = module.unet
    for part in (unet.conv_in, unet.down_blocks, unet.mid_block, unet.up_blocks):
        _halve(part)
    _take_either_precision(unet.conv_norm_out)
    _take_either_precision(unet.conv_out)


def _halve(part: nn.Module) -> None:
    _take_either_precision(part)
    for layer in part.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            layer.half()


def _take_either_precision(part: nn.Module) -> None:
    for layer in part.modules():
        layer.__class__ = _IN_CLASS.get(type(layer), type(layer))


class RoundedProducts(TorchDispatchMode):
    """Computes products of fp16 tensors in fp32 and rounds the result to fp16, for eager networks and scripts alike.

    That is what a GPU's matrix units do. CPUs without fp16 arithmetic add up in fp16 instead, a hundred times as slowly.
    """

    _PRODUCTS = frozenset(
        {
            torch.ops.aten._convolution.default,
            torch.ops.aten.addmm.default,
            torch.ops.aten.baddbmm.default,
            torch.ops.aten.bmm.default,
            torch.ops.aten.convolution.default,
            torch.ops.aten.convolution_backward.default,
            torch.ops.aten.mm.default,
        }
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self, function: Callable[..., Any], types: Any, arguments: tuple[Any, ...] = (), options: dict[str, Any] | None = None
    ) -> Any:
        options = options or {}
        if function not in self._PRODUCTS or not any(_is_half(argument) for argument in arguments):
            return function(*arguments, **options)
        product = function(*tree_map(lambda value: value.float() if _is_half(value) else value, arguments), **options)
        return tree_map(lambda value: value.half() if isinstance(value, Tensor) else value, product)


def _is_half(value: object) -> bool:
    return isinstance(value, Tensor) and value.dtype == torch.float16

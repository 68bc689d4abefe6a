"""The three modules a worker loads, in the shape it calls them: fp32, any N ≥ 1, any device, one row never seeing another.

Each is scripted, not traced, so no batch size and no device is baked in.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.adm import Denoiser, NoisyClassifier


class DenoiserModule(nn.Module):
    """(x f32[N,3,H,W], t i64[N], condition i64[N]) to f32[N,6,H,W]: three channels of eps, then three of v.

    t is the original timestep 0 … 999; condition a class index or the null class.
    """

    def __init__(self, network: Denoiser):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        return self.network(x, t, condition)


class GuideModule(nn.Module):
    """(x f32[N,3,H,W], t i64[N], target i64[N]) to (gradient f32[N,3,H,W], log_p f32[N], hit f32[N]).

    gradient is d/dx log p(target | x, t), row by row; hit is 1 where the likeliest class is the target. The caller
    needs no gradient mode: the script turns it on for itself, on a copy of x of its own, and puts it back.
    """

    def __init__(self, network: NoisyClassifier):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        was_enabled = torch.is_grad_enabled()
        torch.set_grad_enabled(True)  # TorchScript knows no enable_grad() context
        position = x.detach().clone().requires_grad_(True)
        logits = self.network(position, t)
        log_p = _log_probability(logits, target)
        gradient = torch.autograd.grad([log_p.sum()], [position])[0]
        torch.set_grad_enabled(was_enabled)
        assert gradient is not None
        return gradient.detach(), log_p.detach(), _hit(logits.detach(), target)


class AuditorModule(nn.Module):
    """(x f32[N,3,H,W], t i64[N], target i64[N]) to (log_p f32[N], hit f32[N]); computes no gradient."""

    def __init__(self, network: NoisyClassifier):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            logits = self.network(x, t)
            return _log_probability(logits, target), _hit(logits, target)


def _log_probability(logits: Tensor, target: Tensor) -> Tensor:
    """log softmax(logits)[target], f32[N]."""
    return F.log_softmax(logits, dim=1).gather(1, target[:, None])[:, 0]


def _hit(logits: Tensor, target: Tensor) -> Tensor:
    """1.0 where the likeliest class is the target, else 0.0; f32[N]."""
    return (logits.argmax(dim=1) == target).to(logits.dtype)

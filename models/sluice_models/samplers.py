"""The kit's own reference samplers: DDPM over a respaced schedule, unguided, classifier-free or classifier-guided.

Slow and plain on purpose: they say what a bundle is worth and what a faster worker must reproduce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Protocol

import torch
from torch import Tensor

from sluice_models.diffusion import Process
from sluice_models.glyphs import SIZE

EpsAndV = Callable[[Tensor, Tensor, Tensor], Tensor]
GradientOf = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Step:
    """What a guidance may use at one sampling step: x_i, its index and original timestep i64[N], classes i64[N].

    ``weight`` is omega_i: 1 at every step of full guidance; under compressed guidance the distance to the next guided
    step, and 0 in between (arXiv 2408.11194, Eq. 14).
    """

    x: Tensor
    index: Tensor
    timestep: Tensor
    classes: Tensor
    weight: float


class Guidance(Protocol):
    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]: ...

    def mean_shift(self, step: Step, log_variance: Tensor) -> Tensor | float: ...


@dataclass(frozen=True)
class ClassifierFree:
    """eps = eps_c + omega (s - 1)(eps_c - eps_u)   (Ho & Salimans, arXiv 2207.12598; s = 1 is the plain conditional model)."""

    denoiser: EpsAndV
    null_class: int
    scale: float

    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]:
        eps, v = self.denoiser(step.x, step.timestep, step.classes).chunk(2, dim=1)
        strength = step.weight * (self.scale - 1)
        if strength == 0:
            return eps, v
        nobody = torch.full_like(step.classes, self.null_class)
        eps_null = self.denoiser(step.x, step.timestep, nobody).chunk(2, dim=1)[0]
        return eps + strength * (eps - eps_null), v

    def mean_shift(self, step: Step, log_variance: Tensor) -> Tensor | float:
        return 0.0


@dataclass(frozen=True)
class ClassifierGuided:
    """mean += omega s exp(logvar) ∇_x log p(y|x,t), on the unconditional model   (arXiv 2105.05233, Algorithm 1)."""

    denoiser: EpsAndV
    gradient: GradientOf
    null_class: int
    scale: float

    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]:
        nobody = torch.full_like(step.classes, self.null_class)
        eps, v = self.denoiser(step.x, step.timestep, nobody).chunk(2, dim=1)
        return eps, v

    def mean_shift(self, step: Step, log_variance: Tensor) -> Tensor | float:
        strength = step.weight * self.scale
        if strength == 0:
            return 0.0
        return strength * torch.exp(log_variance) * self.gradient(step.x, step.timestep, step.classes)


def full_weights(steps: int) -> list[float]:
    """omega = 1 at every index."""
    return [1.0] * steps


def compressed_weights(steps: int, guided: int) -> list[float]:
    """omega per index i = t-1 for the uniform compressed schedule of ``guided`` out of ``steps`` timesteps.

    G = {T - floor(T i / n)}, i = 0 … n-1, and omega at a guided t is its distance to the next guided one (or to 0)
    (arXiv 2408.11194, Eq. 14 and Eq. 15 with k = 1); the weights sum to T.
    """
    timesteps = [steps - steps * i // guided for i in range(guided)] + [0]
    weights = [0.0] * steps
    for now, following in zip(timesteps, timesteps[1:]):
        weights[now - 1] = float(now - following)
    return weights


@torch.no_grad()
def sample_ddpm(
    guidance: Guidance, process: Process, classes: Tensor, weights: list[float], generator: torch.Generator
) -> Tensor:
    """x_0 f32[N,3,32,32] by ancestral sampling with x_0 clipped to [-1,1] and the learned variance   [H, Algorithm 2].

    ``weights[i]`` is omega_i of sampling index i, which runs from T-1 down to 0; the last step adds no noise.
    """
    x = torch.randn((len(classes), 3, SIZE, SIZE), generator=generator)
    for index in reversed(range(len(process.schedule))):
        i = torch.full_like(classes, index)
        timestep = torch.full_like(classes, process.schedule.timesteps[index])
        step = Step(x, i, timestep, classes, weights[index])
        eps, v = guidance.eps_and_v(step)
        x0 = process.x0_hat(x, i, eps).clamp(-1, 1)
        log_variance = process.learned_log_variance(v, i)
        mean = process.posterior_mean(x0, x, i) + guidance.mean_shift(step, log_variance)
        noise = torch.randn(x.shape, generator=generator) if index > 0 else torch.zeros_like(x)
        x = mean + torch.exp(log_variance / 2) * noise
    return x


def to_pixels(x: Tensor) -> Tensor:
    """[-1,1] to u8: clamp((x + 1)·127.5, 0, 255), truncated."""
    return ((x + 1) * 127.5).clamp(0, 255).to(torch.uint8)

"""The kit's own reference samplers: DDPM and DDIM over a respaced schedule, unguided, classifier-free or guided by gradient.

Slow and plain on purpose: they say what a bundle is worth and what a faster worker must reproduce.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from sluice_models.data.glyphs import SIZE
from sluice_models.sampling.diffusion import Process, Schedule

EpsAndV = Callable[[Tensor, Tensor, Tensor], Tensor]
GradientOf = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Step:
    """What a guidance may use at one sampling step: x_i, its index and original timestep i64[N], classes i64[N] or contexts.

    ``weight`` is omega_i: 1 at every step of full guidance; under compressed guidance the distance to the next guided
    step, and 0 in between (arXiv 2408.11194, Eq. 14).
    """

    x: Tensor
    index: Tensor
    timestep: Tensor
    condition: Tensor
    weight: float


class Guidance(Protocol):
    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]: ...

    def push(self, step: Step) -> Tensor | float:
        """omega s ∇_x of what is to grow; 0 where nothing is pushed."""


@dataclass(frozen=True)
class ClassifierFree:
    """eps = eps_c + omega (s - 1)(eps_c - eps_u)   (Ho & Salimans, arXiv 2207.12598; s = 1 is the plain conditional model).

    ``null`` is the null class or the empty text's context. Only the first ``guided_channels`` are guided, if it is given.
    """

    denoiser: EpsAndV
    null: int | Tensor
    scale: float
    guided_channels: int | None = None

    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]:
        eps, v = _eps_and_v(self.denoiser, step, step.condition)
        strength = step.weight * (self.scale - 1)
        if strength == 0:
            return eps, v
        nobody = torch.as_tensor(self.null, dtype=step.condition.dtype).expand_as(step.condition)
        eps_null = _eps_and_v(self.denoiser, step, nobody)[0]
        guided = (eps + strength * (eps - eps_null))[:, : self.guided_channels]
        return torch.cat([guided, eps[:, guided.shape[1] :]], dim=1), v

    def push(self, step: Step) -> Tensor | float:
        return 0.0


@dataclass(frozen=True)
class GradientGuided:
    """Pushed along a guide's gradient: of log p(y|x,t) (arXiv 2105.05233, Algorithms 1 and 2) or of CLIP's score (arXiv 2112.10741,
    section 2.3).

    With ``null_class`` the denoiser is not told the class (ADM-G); else it is told the condition (CADM-G, GLIDE-G). ``targets``
    f32[N,K2] are what the guide is told where that is not the condition.
    """

    denoiser: EpsAndV
    gradient: GradientOf
    scale: float
    null_class: int | None = None
    targets: Tensor | None = None

    def eps_and_v(self, step: Step) -> tuple[Tensor, Tensor]:
        told = step.condition if self.null_class is None else torch.full_like(step.condition, self.null_class)
        return _eps_and_v(self.denoiser, step, told)

    def push(self, step: Step) -> Tensor | float:
        strength = step.weight * self.scale
        if strength == 0:
            return 0.0
        return strength * self.gradient(step.x, step.timestep, step.condition if self.targets is None else self.targets)


def _eps_and_v(denoiser: EpsAndV, step: Step, condition: Tensor) -> tuple[Tensor, Tensor]:
    """eps and v of the denoiser's output; v is empty where it says eps alone."""
    said = denoiser(step.x, step.timestep, condition)
    return said[:, : step.x.shape[1]], said[:, step.x.shape[1] :]


def full_weights(steps: int) -> list[float]:
    """omega = 1 at every index."""
    return [1.0] * steps


def compressed_timesteps(steps: int, guided: int, exponent: int = 1) -> list[int]:
    """G = {T - floor(T (i/n)^k)}, i = 0 … n-1, descending (arXiv 2408.11194, Eq. 15); for k > 1 some i may fall together."""
    return sorted({steps - steps * i**exponent // guided**exponent for i in range(guided)}, reverse=True)


def compressed_weights(steps: int, guided: int, exponent: int = 1) -> list[float]:
    """omega per index i = t-1 for the compressed schedule of ``guided`` out of ``steps`` timesteps; ``exponent`` k > 1 guides early.

    omega at a guided t is its distance to the next guided one, or to 0 (arXiv 2408.11194, Eq. 14); the weights sum to T.
    """
    return gap_sums(compressed_timesteps(steps, guided, exponent), full_weights(steps))


def gap_sums(timesteps: list[int], values: Sequence[float]) -> list[float]:
    """Per index, at a guided one: ``values`` added up over its own index and those of the skipped steps that follow it."""
    sums = [0.0] * len(values)
    for now, following in zip(timesteps, [*timesteps[1:], 0]):
        sums[now - 1] = float(sum(values[following:now]))
    return sums


@torch.no_grad()
def sample_ddpm(
    guidance: Guidance,
    process: Process,
    condition: Tensor,
    weights: list[float],
    generator: torch.Generator,
    shape: tuple[int, ...] = (3, SIZE, SIZE),
    clip: bool = True,
) -> Tensor:
    """x_0 f32[N,*shape] by ancestral sampling with the learned variance, x_0 clipped to [-1,1] on the way if so asked
    [H, Algorithm 2]; a push shifts the mean by sigma² times itself, and nothing is clipped after that.

    ``weights[i]`` is omega_i of sampling index i, which runs from T-1 down to 0; the last step adds no noise.
    """
    x = torch.randn((len(condition), *shape), generator=generator)
    for index in reversed(range(len(process.schedule))):
        i, step = _step(process.schedule, index, x, condition, weights)
        eps, v = guidance.eps_and_v(step)
        x0 = process.x0_hat(x, i, eps)
        if clip:
            x0 = x0.clamp(-1, 1)
        log_variance = process.learned_log_variance(v, i)
        mean = process.posterior_mean(x0, x, i) + torch.exp(log_variance) * guidance.push(step)
        noise = torch.randn(x.shape, generator=generator) if index > 0 else torch.zeros_like(x)
        x = mean + torch.exp(log_variance / 2) * noise
    return x


@torch.no_grad()
def sample_ddim(
    guidance: Guidance, schedule: Schedule, condition: Tensor, weights: list[float], noise: Tensor, clip: bool = False
) -> Tensor:
    """x_0 of ``noise`` f32[N,C,H,W] without any more noise: x_{i-1} = sqrt(abar_{i-1}) x_0 + sqrt(1 - abar_{i-1}) eps
    (Song et al. 2020, arXiv 2010.02502, Eq. 12 with sigma = 0). A push takes sqrt(1 - abar) times itself from eps; the x_0 that
    comes of it is not clipped again."""
    x = noise
    for index in reversed(range(len(schedule))):
        _, step = _step(schedule, index, x, condition, weights)
        eps, _ = guidance.eps_and_v(step)
        abar, previous = float(schedule.alphas_bar[index]), float(schedule.alphas_bar_previous[index])
        if clip:
            x0 = ((x - (1 - abar) ** 0.5 * eps) / abar**0.5).clamp(-1, 1)
            eps = (x - abar**0.5 * x0) / (1 - abar) ** 0.5
        eps = eps - (1 - abar) ** 0.5 * guidance.push(step)
        x0 = (x - (1 - abar) ** 0.5 * eps) / abar**0.5
        x = previous**0.5 * x0 + (1 - previous) ** 0.5 * eps
    return x


def _step(schedule: Schedule, index: int, x: Tensor, condition: Tensor, weights: list[float]) -> tuple[Tensor, Step]:
    i = torch.full((len(x),), index)
    return i, Step(x, i, torch.full((len(x),), schedule.timesteps[index]), condition, weights[index])


def to_pixels(x: Tensor, nearest: bool = False) -> Tensor:
    """[-1,1] to u8: clamp((x + 1)·127.5, 0, 255), truncated as ADM's and GLIDE's code does, or to the nearest as DiT's and diffusers'."""
    return ((x + 1) * 127.5 + (0.5 if nearest else 0)).clamp(0, 255).to(torch.uint8)

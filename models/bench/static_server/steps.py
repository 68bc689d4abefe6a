"""One step of a whole batch, in place. Every image of a batch is at the same step, so coefficients are plain floats.

DDPM is arXiv 2006.11239 with the learned variance of 2102.09672, DDIM is 2010.02502; a guide shifts the mean of the one
(2105.05233, Algorithm 1) and the eps of the other (Algorithm 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from sluice_models.sampling.diffusion import Schedule
from static_server.requests import Settings


@dataclass(frozen=True)
class Push:
    """A guide's gradient f32[N,C,H,W] and what it is multiplied by: omega · s."""

    gradient: Tensor
    strength: float


class Sampler(Protocol):
    def needs_noise(self, index: int) -> bool: ...

    def step(self, index: int, x: Tensor, eps: Tensor, v: Tensor, push: Push | None, noise: Tensor | None) -> None:
        """x_i f32[N,C,H,W] becomes x_{i-1}; eps and v are the denoiser's and may be overwritten; index 0 is the last step."""
        ...


class Ddpm:
    def __init__(self, schedule: Schedule):
        self._schedule = schedule
        self._c1 = schedule.mean_of_x0
        self._c2 = schedule.mean_of_xt
        self._log_beta = np.log(schedule.betas)
        # A schedule of one step has no second variance to stand in for the first, and adds no noise either.
        self._log_btilde = schedule.posterior_log_variance if len(schedule) > 1 else self._log_beta

    def needs_noise(self, index: int) -> bool:
        return index > 0

    def step(self, index: int, x: Tensor, eps: Tensor, v: Tensor, push: Push | None, noise: Tensor | None) -> None:
        x0 = predicted_x0(x, eps, self._schedule.alphas_bar[index])
        x.mul_(float(self._c2[index])).add_(x0, alpha=float(self._c1[index]))
        if push is None and noise is None:
            return
        # exp(logvar / 2), logvar = f log beta + (1 - f) log btilde with f = (v + 1)/2, as one line in v.
        top, bottom = float(self._log_beta[index]), float(self._log_btilde[index])
        deviation = v.mul_((top - bottom) / 4).add_((top + bottom) / 4).exp_()
        if push is not None:
            x.addcmul_(deviation * deviation, push.gradient, value=push.strength)
        if noise is not None:
            x.addcmul_(deviation, noise)


class Ddim:
    def __init__(self, schedule: Schedule, eta: float):
        self._schedule = schedule
        self._eta = eta

    def needs_noise(self, index: int) -> bool:
        return index > 0 and self._eta > 0

    def step(self, index: int, x: Tensor, eps: Tensor, v: Tensor, push: Push | None, noise: Tensor | None) -> None:
        abar, previous = float(self._schedule.alphas_bar[index]), float(self._schedule.alphas_bar_previous[index])
        sigma = self._eta * math.sqrt((1 - previous) / (1 - abar)) * math.sqrt(1 - abar / previous)
        x0 = predicted_x0(x, eps, abar)
        eps = x.mul_(math.sqrt(1 / abar)).sub_(x0).div_(math.sqrt(1 / abar - 1))
        if push is not None:
            x0.add_(push.gradient, alpha=(1 - abar) / math.sqrt(abar) * push.strength)
            eps.sub_(push.gradient, alpha=math.sqrt(1 - abar) * push.strength)
        eps.mul_(math.sqrt(max(0.0, 1 - previous - sigma * sigma))).add_(x0, alpha=math.sqrt(previous))
        if noise is not None:
            eps.add_(noise, alpha=sigma)


def predicted_x0(x: Tensor, eps: Tensor, abar: float) -> Tensor:
    """sqrt(1/abar) x - sqrt(1/abar - 1) eps, clipped to [-1, 1]; written over eps."""
    return eps.mul_(-math.sqrt(1 / abar - 1)).add_(x, alpha=math.sqrt(1 / abar)).clamp_(-1, 1)


def sampler_of(settings: Settings, betas: np.ndarray) -> Sampler:
    schedule = Schedule.visiting(list(reversed(settings.timesteps)), betas)
    return Ddpm(schedule) if settings.sampler == "ddpm" else Ddim(schedule, settings.eta)


class Noise:
    """Each image's own normal numbers, from its own generator, drawn for several steps at a time.

    An image's numbers do not depend on who shares its batch.
    """

    _STEPS_AHEAD = 8

    def __init__(self, seeds: list[int], shape: tuple[int, int, int], device: torch.device):
        self._generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self._ahead = torch.empty((len(seeds), self._STEPS_AHEAD, *shape), device=device)
        self._used = self._STEPS_AHEAD

    def first(self, into: Tensor) -> None:
        """x_T f32[N,C,H,W]."""
        for row, generator in zip(into, self._generators):
            row.normal_(generator=generator)

    def next(self) -> Tensor:
        """One step's noise f32[N,C,H,W]."""
        if self._used == self._STEPS_AHEAD:
            self.first(self._ahead)
            self._used = 0
        self._used += 1
        return self._ahead[:, self._used - 1]

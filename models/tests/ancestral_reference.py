"""Guided ancestral sampling step by step in float64, written from the formulas alone (arXiv 2105.05233, 2408.11194).

It shares nothing with the kit's samplers or the worker but the network, and says what both must compute.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TRAIN_STEPS = 1000


def cosine_betas() -> Array:
    """beta_i = min(1 - f((i+1)/N) / f(i/N), 0.999), f(u) = cos²((u + 0.008) / 1.008 · π/2)   (arXiv 2102.09672, Eq. 17)."""

    def f(u: float) -> float:
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    return np.array([min(1 - f((i + 1) / TRAIN_STEPS) / f(i / TRAIN_STEPS), 0.999) for i in range(TRAIN_STEPS)])


def linear_betas() -> Array:
    """1e-4 … 0.02   (arXiv 2006.11239, section 4)."""
    return np.linspace(1e-4, 0.02, TRAIN_STEPS)


def visited(steps: int) -> list[int]:
    """``steps`` timesteps from 0 to 999 at even distances, rounded half to even, ascending."""
    return [round(i * (TRAIN_STEPS - 1) / (steps - 1)) for i in range(steps)]


@dataclass(frozen=True)
class Tables:
    """What a step at sampling index i needs, f64[T] each."""

    timesteps: list[int]
    alpha_bar: Array
    beta: Array
    posterior_variance: Array

    @staticmethod
    def of(betas: Array, steps: int) -> Tables:
        alpha_bar = np.cumprod(1 - betas, dtype=np.float64)[visited(steps)]
        previous = np.concatenate([[1.0], alpha_bar[:-1]])
        beta = 1 - alpha_bar / previous
        return Tables(visited(steps), alpha_bar, beta, beta * (1 - previous) / (1 - alpha_bar))

    def previous(self, i: int) -> float:
        return float(self.alpha_bar[i - 1]) if i > 0 else 1.0


def uniform_compact(steps: int, guided: int) -> list[int]:
    """The guided timesteps t = T - floor(T i / n), i = 0 … n-1, of T … 1   (arXiv 2408.11194, Eq. 15 with k = 1)."""
    return [steps - steps * i // guided for i in range(guided)]


@dataclass(frozen=True)
class Model:
    """``denoise(x, t, omega)`` gives eps, guided with weight omega where it guides itself, and v; ``gradient(x, t)`` the guide's.

    All f64 like x, of one image.
    """

    denoise: Callable[[Array, int, int], tuple[Array, Array]]
    gradient: Callable[[Array, int], Array] | None = None
    clip: bool = True


@dataclass(frozen=True)
class Mode:
    """Which of T … 1 are guided, and what stands for the steps between: a weight (Eq. 14) or the gradient held (Eq. 12, 13)."""

    guided: frozenset[int]
    hold: bool = False

    def weight(self, t: int) -> int:
        """The distance from guided step t to the next guided one, or to 0; nothing where t is not guided."""
        return t - max((other for other in self.guided if other < t), default=0) if t in self.guided else 0


def trajectory(model: Model, tables: Tables, mode: Mode, scale: float, initial: Array, noise: Callable[[int], Array]) -> Iterator[Array]:
    """x after each step, from index T-1 down to 0."""
    x, held = initial, np.zeros_like(initial)
    for i in reversed(range(len(tables.timesteps))):
        x, held = step(model, tables, mode, scale, i, x, held, noise(i) if i > 0 else np.zeros_like(x))
        yield x


def step(model: Model, tables: Tables, mode: Mode, scale: float, i: int, x: Array, held: Array, z: Array) -> tuple[Array, Array]:
    """One update: the learned-range variance, x_0 clipped if so asked, the mean shifted by s · omega · sigma² · g, then sigma z."""
    t, timestep = i + 1, tables.timesteps[i]
    eps, v = model.denoise(x, timestep, mode.weight(t))
    abar, previous, beta = tables.alpha_bar[i], tables.previous(i), tables.beta[i]
    # At i = 0 the posterior's variance is zero and has no logarithm; the one of i = 1 stands in for it.
    smallest = math.log(tables.posterior_variance[max(i, 1)])
    share = (v + 1) / 2
    variance = np.exp(share * math.log(beta) + (1 - share) * smallest)
    x0 = (x - math.sqrt(1 - abar) * eps) / math.sqrt(abar)
    x0 = np.clip(x0, -1, 1) if model.clip else x0
    mean = math.sqrt(previous) * beta / (1 - abar) * x0 + math.sqrt(1 - beta) * (1 - previous) / (1 - abar) * x
    if model.gradient and t in mode.guided:
        held = model.gradient(x, timestep)
    mean = mean + scale * (1 if mode.hold else mode.weight(t)) * variance * held
    return mean + np.sqrt(variance) * z, held

"""The diffusion process: noise schedule, forward process, posterior and training loss. Tables are float64.

Sources: DDPM (arXiv 2006.11239) and Improved DDPM (arXiv 2102.09672), cited below as [H] and [N].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

TRAIN_STEPS = 1000


def cosine_betas(steps: int = TRAIN_STEPS) -> np.ndarray:
    """beta_i = min(1 - f((i+1)/N) / f(i/N), 0.999), f(u) = cos²((u + 0.008)/1.008 · π/2)   [N, Eq. 17]; f64[N]."""
    u = np.arange(steps + 1, dtype=np.float64) / steps
    f = np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.minimum(1 - f[1:] / f[:-1], 0.999)


def linear_betas(steps: int = TRAIN_STEPS) -> np.ndarray:
    """From 1e-4 to 0.02 in even steps, both times 1000/N   [H, section 4]; f64[N]."""
    scale = 1000 / steps
    return np.linspace(scale * 1e-4, scale * 0.02, steps)


def scaled_linear_betas(steps: int = TRAIN_STEPS) -> np.ndarray:
    """Even steps in sqrt(beta) from sqrt(0.00085) to sqrt(0.012)   (latent diffusion, arXiv 2112.10752); f64[N]."""
    return np.linspace(0.00085**0.5, 0.012**0.5, steps) ** 2


BETAS = {"cosine": cosine_betas, "linear": linear_betas, "scaled_linear": scaled_linear_betas}


def sectioned_timesteps(counts: tuple[int, ...], train_steps: int = TRAIN_STEPS) -> list[int]:
    """N timesteps cut into equal sections, of each so many by an even stride from its first to its last   [N, section 4]."""
    size, extra = divmod(train_steps, len(counts))
    chosen, start = [], 0
    for section, count in enumerate(counts):
        length = size + (section < extra)
        chosen += [start + timestep for timestep in respaced_timesteps(count, length)]
        start += length
    return chosen


def fast27_timesteps() -> list[int]:
    """The 27 timesteps of GLIDE's upsampler: sections of 10, 10, 3, 2 and 2, the last timestep 999 taken back to 997."""
    *others, _ = sectioned_timesteps((10, 10, 3, 2, 2))
    return [*others, 997]


def leading_timesteps(steps: int, offset: int, train_steps: int = TRAIN_STEPS) -> list[int]:
    """``offset`` plus each of the first ``steps`` multiples of N // T: 1, 21, … 981 for 50 and 1, as Stable Diffusion has it."""
    stride = train_steps // steps
    return [stride * index + offset for index in range(steps)]


def respaced_timesteps(steps: int, train_steps: int = TRAIN_STEPS) -> list[int]:
    """``steps`` original timesteps from 0 to N-1 by an even stride, rounded half to even   [N, section 4]."""
    if steps == 1:
        return [0]
    stride = (train_steps - 1) / (steps - 1)
    position, chosen = 0.0, []
    for _ in range(steps):
        chosen.append(round(position))
        position += stride
    return chosen


@dataclass(frozen=True)
class Schedule:
    """Per-index tables f64[T] of one (possibly respaced) schedule; ``timesteps[i]`` is the original timestep of index i."""

    timesteps: list[int]
    betas: np.ndarray
    alphas_bar: np.ndarray
    alphas_bar_previous: np.ndarray

    @classmethod
    def cosine(cls, steps: int = TRAIN_STEPS) -> Schedule:
        """The cosine schedule, respaced evenly."""
        return cls.evenly("cosine", steps)

    @classmethod
    def evenly(cls, betas: str, steps: int = TRAIN_STEPS) -> Schedule:
        """One of ``BETAS``, respaced evenly."""
        timesteps = respaced_timesteps(steps) if steps < TRAIN_STEPS else list(range(TRAIN_STEPS))
        return cls.visiting(timesteps, BETAS[betas]())

    @classmethod
    def visiting(cls, timesteps: list[int], betas: np.ndarray, final_alpha_bar: float = 1.0) -> Schedule:
        """These timesteps, ascending, of f64[N] betas: new beta_i = 1 - abar(orig i) / abar(orig i-1)   [N, Eq. 19].

        ``final_alpha_bar`` is abar before the first of them, where x_0 is: Stable Diffusion takes the first entry of the
        whole table for it instead of 1.
        """
        alphas_bar = np.cumprod(1 - betas)[timesteps]
        previous = np.append(final_alpha_bar, alphas_bar[:-1])
        return cls(timesteps, 1 - alphas_bar / previous, alphas_bar, previous)

    def __len__(self) -> int:
        return len(self.timesteps)

    @property
    def posterior_variance(self) -> np.ndarray:
        """btilde_i = beta_i (1 - abar_{i-1}) / (1 - abar_i)   [H, Eq. 7]; 0 at i = 0."""
        return self.betas * (1 - self.alphas_bar_previous) / (1 - self.alphas_bar)

    @property
    def posterior_log_variance(self) -> np.ndarray:
        """log btilde_i, with btilde_1 standing in for the zero at i = 0   [N, section 3.1]."""
        variance = self.posterior_variance
        return np.log(np.append(variance[1], variance[1:]))

    @property
    def mean_of_x0(self) -> np.ndarray:
        """c1_i = beta_i sqrt(abar_{i-1}) / (1 - abar_i): the weight of x_0 in the posterior mean   [H, Eq. 7]."""
        return self.betas * np.sqrt(self.alphas_bar_previous) / (1 - self.alphas_bar)

    @property
    def mean_of_xt(self) -> np.ndarray:
        """c2_i = (1 - abar_{i-1}) sqrt(alpha_i) / (1 - abar_i): the weight of x_t in the posterior mean   [H, Eq. 7]."""
        return (1 - self.alphas_bar_previous) * np.sqrt(1 - self.betas) / (1 - self.alphas_bar)


class Process:
    """A schedule's formulas on tensors; ``i`` i64[N] is the schedule's own index, one per picture."""

    def __init__(self, schedule: Schedule, device: torch.device | str = "cpu"):
        abar = schedule.alphas_bar

        def table(values: np.ndarray) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values)).to(device)

        self.schedule = schedule
        self._alpha_bar = table(abar)
        self._signal = table(np.sqrt(abar))
        self._noise = table(np.sqrt(1 - abar))
        self._x0_of_xt = table(np.sqrt(1 / abar))
        self._x0_of_eps = table(np.sqrt(1 / abar - 1))
        self._log_beta = table(np.log(schedule.betas))
        self._log_btilde = table(schedule.posterior_log_variance)
        self._c1 = table(schedule.mean_of_x0)
        self._c2 = table(schedule.mean_of_xt)

    def alpha_bar(self, i: Tensor) -> Tensor:
        """abar_t, f64[N]."""
        return self._alpha_bar[i]

    def q_sample(self, x0: Tensor, i: Tensor, eps: Tensor) -> Tensor:
        """x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t) eps   [H, Eq. 4]."""
        return _at(self._signal, i, x0) * x0 + _at(self._noise, i, x0) * eps

    def x0_hat(self, x: Tensor, i: Tensor, eps: Tensor) -> Tensor:
        """x_0 = sqrt(1/abar_t) x_t - sqrt(1/abar_t - 1) eps   [H, Eq. 15]."""
        return _at(self._x0_of_xt, i, x) * x - _at(self._x0_of_eps, i, x) * eps

    def posterior_mean(self, x0: Tensor, x: Tensor, i: Tensor) -> Tensor:
        """c1_t x_0 + c2_t x_t   [H, Eq. 7]."""
        return _at(self._c1, i, x) * x0 + _at(self._c2, i, x) * x

    def posterior_log_variance(self, i: Tensor, like: Tensor) -> Tensor:
        return _at(self._log_btilde, i, like)

    def learned_log_variance(self, v: Tensor, i: Tensor) -> Tensor:
        """f log beta_t + (1 - f) log btilde_t with f = (v + 1)/2   [N, Eq. 15]."""
        fraction = (v + 1) / 2
        return fraction * _at(self._log_beta, i, v) + (1 - fraction) * _at(self._log_btilde, i, v)


def _at(table: Tensor, i: Tensor, like: Tensor) -> Tensor:
    """table[i] as ``like``'s type, shaped [N,1,1,1]."""
    return table[i].to(like.dtype)[:, None, None, None]


def hybrid_loss(process: Process, denoised: Tensor, x0: Tensor, x: Tensor, i: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
    """L_simple and λ·N·L_vlb with λ = 0.001, each f32[N]; their sum is L_hybrid   [N, Eq. 16].

    The variational term trains the variance alone: eps is detached inside it.
    """
    eps_hat, v = denoised.float().chunk(2, dim=1)
    simple = ((eps - eps_hat) ** 2).mean(dim=(1, 2, 3))
    steps_weight = 0.001 * len(process.schedule)
    return simple, steps_weight * variational_term(process, eps_hat.detach(), v, x0, x, i)


def variational_term(process: Process, eps_hat: Tensor, v: Tensor, x0: Tensor, x: Tensor, i: Tensor) -> Tensor:
    """L_t of the variational bound in bits per dimension, f32[N]   [H, Eq. 5].

    KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t)) for t > 0; at t = 0 the likelihood of the 8-bit picture.
    """
    mean = process.posterior_mean(process.x0_hat(x, i, eps_hat), x, i)
    log_variance = process.learned_log_variance(v, i)
    divergence = gaussian_kl(process.posterior_mean(x0, x, i), process.posterior_log_variance(i, x), mean, log_variance)
    first = -discretised_log_likelihood(x0, mean, log_variance / 2)
    nats = torch.where((i == 0)[:, None, None, None], first, divergence)
    return nats.mean(dim=(1, 2, 3)) / math.log(2)


def gaussian_kl(mean_q: Tensor, log_variance_q: Tensor, mean_p: Tensor, log_variance_p: Tensor) -> Tensor:
    """KL(N(mean_q, var_q) || N(mean_p, var_p)) per element, in nats."""
    ratio = torch.exp(log_variance_q - log_variance_p)
    return 0.5 * (log_variance_p - log_variance_q - 1 + ratio + (mean_q - mean_p) ** 2 * torch.exp(-log_variance_p))


def discretised_log_likelihood(x: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """log of the Gaussian's mass in the 1/255-wide bin either side of x; the end bins reach to ±∞   [H, Eq. 13]."""
    centred = x - mean
    inverse_scale = torch.exp(-log_scale)
    above = torch.special.ndtr((centred + 1 / 255) * inverse_scale)
    below = torch.special.ndtr((centred - 1 / 255) * inverse_scale)
    above = torch.where(x > 0.999, torch.ones_like(above), above)
    below = torch.where(x < -0.999, torch.zeros_like(below), below)
    return torch.log((above - below).clamp(min=1e-12))

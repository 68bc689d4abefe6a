"""Denoisers whose network says something else than eps, turned into the eps that everybody else expects.

A learned variance that a network says after it stays as it is. ``alphas_bar`` f64[1000] is of the original timesteps throughout.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from sluice_models.networks.glide import stretched

# About the deviation of what a scene of 64×64 adds to its smaller picture, stretched: so much of x_0 is 1 to the network.
ADDED = 0.05


class _Turned(nn.Module):
    """A network, with sqrt(abar) and sqrt(1 - abar) of every timestep."""

    def __init__(self, network: nn.Module, alphas_bar: np.ndarray):
        super().__init__()
        self.network = network
        self.signal = nn.Buffer(torch.from_numpy(np.sqrt(alphas_bar)).float(), persistent=False)
        self.noise = nn.Buffer(torch.from_numpy(np.sqrt(1 - alphas_bar)).float(), persistent=False)


class VelocityDenoiser(_Turned):
    """eps = sqrt(abar_t) v + sqrt(1 - abar_t) x_t of a network that says v of (x, t, context)
    (Salimans & Ho 2022, arXiv 2202.00512, section 4 and appendix D).

    At the noisy end, where a picture's layout is settled, x_0 is a small difference between x_t and eps: a network that says eps
    must be exact there before it says anything of x_0. v turns from eps at no noise to -x_0 at all noise.
    """

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        said = self.network(x, t, context)
        v, variance = said[:, : x.shape[1]], said[:, x.shape[1] :]
        eps = self.signal[t][:, None, None, None] * v + self.noise[t][:, None, None, None] * x
        return torch.cat([eps, variance], dim=1)


class ResidualUpsampler(_Turned):
    """eps = (x_t - sqrt(abar_t) x_0) / sqrt(1 - abar_t), x_0 being ``low`` stretched, and added to it ADDED times what a network
    says of (x, t, low, context).

    A narrow network over patches can't hold all of their noise, which eps is, and v where there is little of it. What a larger
    picture adds to a smaller one it can.
    """

    def __init__(self, network: nn.Module, alphas_bar: np.ndarray):
        super().__init__(network, alphas_bar)
        self.unit = ADDED  # TorchScript sees no globals

    def forward(self, x: Tensor, t: Tensor, low: Tensor, context: Tensor) -> Tensor:
        said = self.network(x, t, low, context)
        added, variance = said[:, : x.shape[1]], said[:, x.shape[1] :]
        # TorchScript takes a size for a list.
        x0 = stretched(low, x.shape[2:]) + self.unit * added  # type: ignore[arg-type]
        eps = (x - self.signal[t][:, None, None, None] * x0) / self.noise[t][:, None, None, None]
        return torch.cat([eps, variance], dim=1)

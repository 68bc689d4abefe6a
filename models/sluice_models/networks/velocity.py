"""Denoisers whose network says v instead of eps   (Salimans & Ho 2022, arXiv 2202.00512, section 4 and appendix D).

At the noisy end, where a picture's layout is settled, x_0 is a small difference between x_t and eps: a network that says eps
must be exact there before it says anything of x_0. v turns from eps at no noise to -x_0 at all noise.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn


class VelocityDenoiser(nn.Module):
    """eps = sqrt(abar_t) v + sqrt(1 - abar_t) x_t of a network that takes (x, t, context); a learned variance after it stays.

    ``alphas_bar`` f64[1000] is of the original timesteps.
    """

    def __init__(self, network: nn.Module, alphas_bar: np.ndarray):
        super().__init__()
        self.network = network
        self.register_buffer("signal", torch.from_numpy(np.sqrt(alphas_bar)).float(), persistent=False)
        self.register_buffer("noise", torch.from_numpy(np.sqrt(1 - alphas_bar)).float(), persistent=False)

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        said = self.network(x, t, context)
        v, variance = said[:, : x.shape[1]], said[:, x.shape[1] :]
        eps = self.signal[t][:, None, None, None] * v + self.noise[t][:, None, None, None] * x
        return torch.cat([eps, variance], dim=1)

"""Networks that say v or what a larger picture adds to a smaller one, turned into the denoisers of eps that everything else expects."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sluice_models.networks.glide import stretched
from sluice_models.networks.parametrisation import ADDED, ResidualUpsampler, VelocityDenoiser
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.training.examples import halved

SCHEDULE = Schedule.evenly("cosine")
T = torch.tensor([0, 400, 998, 999])


class _Said(nn.Module):
    """What it is to say, kept from before."""

    def __init__(self, said: Tensor):
        super().__init__()
        self.said = nn.Parameter(said)


class Says(_Said):
    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        return self.said


class SaysOfLow(_Said):
    def forward(self, x: Tensor, t: Tensor, low: Tensor, context: Tensor) -> Tensor:
        return self.said


def test_the_true_v_gives_the_true_eps_and_a_variance_stays():
    generator = torch.Generator().manual_seed(0)
    x0, eps, variance = (torch.randn((4, 3, 8, 8), generator=generator) for _ in range(3))
    process = Process(SCHEDULE)
    signal = process.alpha_bar(T).sqrt().float()[:, None, None, None]
    v = signal * eps - (1 - process.alpha_bar(T)).sqrt().float()[:, None, None, None] * x0
    denoiser = VelocityDenoiser(Says(torch.cat([v, variance], dim=1)), SCHEDULE.alphas_bar)
    said = denoiser(process.q_sample(x0, T, eps), T, torch.zeros(4, 1))
    assert torch.allclose(said[:, :3], eps, atol=1e-5)
    assert torch.equal(said[:, 3:], variance)


def test_a_network_without_a_variance_gets_none():
    x = torch.randn(4, 3, 8, 8)
    assert VelocityDenoiser(Says(x), SCHEDULE.alphas_bar)(x, T, torch.zeros(4, 1)).shape == x.shape


def test_the_true_addition_to_the_smaller_picture_gives_the_true_eps_and_a_variance_stays():
    generator = torch.Generator().manual_seed(0)
    x0, eps, variance = (torch.randn((4, 3, 8, 8), generator=generator) for _ in range(3))
    low = halved(x0)
    added = (x0 - stretched(low, [8, 8])) / ADDED
    upsampler = ResidualUpsampler(SaysOfLow(torch.cat([added, variance], dim=1)), SCHEDULE.alphas_bar)
    given = (Process(SCHEDULE).q_sample(x0, T, eps), T, low, torch.zeros(4, 1))
    said = upsampler(*given)
    assert torch.allclose(said[:, :3], eps, atol=1e-4)
    assert torch.equal(said[:, 3:], variance)
    assert torch.equal(torch.jit.script(upsampler)(*given), said)


def test_its_script_does_the_same():
    x, said = torch.randn(4, 3, 8, 8), torch.randn(4, 6, 8, 8)
    denoiser = VelocityDenoiser(Says(said), SCHEDULE.alphas_bar)
    assert torch.equal(torch.jit.script(denoiser)(x, T, torch.zeros(4, 1)), denoiser(x, T, torch.zeros(4, 1)))

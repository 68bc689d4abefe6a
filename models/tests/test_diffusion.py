"""Tables and formulas of the diffusion process against values worked out in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from sluice_models.sampling.diffusion import (
    Process,
    Schedule,
    cosine_betas,
    discretised_log_likelihood,
    gaussian_kl,
    hybrid_loss,
    leading_timesteps,
    respaced_timesteps,
    scaled_linear_betas,
    sectioned_timesteps,
)


def closed_form_alpha_bar(t: int) -> float:
    def f(u: float) -> float:
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    return f((t + 1) / 1000) / f(0)


@pytest.mark.parametrize("t", [0, 1, 249, 499, 998])
def test_cosine_alpha_bar_is_the_closed_form(t):
    assert Schedule.cosine().alphas_bar[t] == pytest.approx(closed_form_alpha_bar(t), rel=1e-9)


def test_cosine_betas_are_clipped_at_the_end():
    betas = cosine_betas()
    assert betas[-1] == 0.999
    assert betas.max() == 0.999


def test_respacing_reaches_both_ends_and_rounds_half_to_even():
    assert respaced_timesteps(250)[:4] == [0, 4, 8, 12]
    assert respaced_timesteps(250)[-2:] == [995, 999]
    assert sum(respaced_timesteps(250)) == 124_875


def test_respaced_betas_multiply_to_the_original_alpha_bar():
    respaced, whole = Schedule.cosine(50), Schedule.cosine()
    assert np.allclose(np.cumprod(1 - respaced.betas), whole.alphas_bar[respaced.timesteps], rtol=1e-12)


def test_posterior_is_the_product_of_two_gaussians():
    schedule = Schedule.cosine(50)
    i = 20
    alpha, beta, previous = 1 - schedule.betas[i], schedule.betas[i], schedule.alphas_bar_previous[i]
    precision = alpha / beta + 1 / (1 - previous)
    assert schedule.posterior_variance[i] == pytest.approx(1 / precision)
    assert schedule.mean_of_x0[i] == pytest.approx(math.sqrt(previous) / (1 - previous) / precision)
    assert schedule.mean_of_xt[i] == pytest.approx(math.sqrt(alpha) / beta / precision)


def test_first_posterior_log_variance_is_the_second_s():
    log_variance = Schedule.cosine(50).posterior_log_variance
    assert log_variance[0] == log_variance[1]
    assert np.isfinite(log_variance).all()


def test_x0_hat_undoes_q_sample():
    process, i = Process(Schedule.cosine()), torch.tensor([0, 500, 900])
    x0, eps = torch.randn(2, 3, 3, 8, 8).double()
    assert torch.allclose(process.x0_hat(process.q_sample(x0, i, eps), i, eps), x0, atol=1e-8)


def test_learned_variance_spans_from_btilde_to_beta():
    schedule = Schedule.cosine(50)
    process, i = Process(schedule), torch.tensor([30])
    ends = [process.learned_log_variance(torch.full((1, 1, 1, 1), v).double(), i).item() for v in (-1.0, 0.0, 1.0)]
    low, high = math.log(schedule.posterior_variance[30]), math.log(schedule.betas[30])
    assert ends == pytest.approx([low, (low + high) / 2, high])


def test_kl_of_gaussians():
    zero, log4 = torch.zeros(()), torch.tensor(math.log(4.0))
    assert gaussian_kl(zero, zero, zero, zero).item() == 0
    assert gaussian_kl(zero, zero, zero + 1, log4).item() == pytest.approx(0.5 * (math.log(4) - 1 + 0.25 + 0.25))


def test_discretised_likelihood_sums_to_one_over_all_256_values():
    values = torch.arange(256).double() / 127.5 - 1
    for mean in (-1.2, 0.0, 0.97):
        mass = discretised_log_likelihood(values, torch.full_like(values, mean), torch.full_like(values, -2.0)).exp()
        assert mass.sum().item() == pytest.approx(1, abs=1e-6)


def test_hybrid_loss_vanishes_for_the_true_noise_and_posterior_variance():
    process, i = Process(Schedule.cosine()), torch.tensor([10, 500, 990])
    x0, eps = torch.randn(2, 3, 3, 8, 8).clamp(-1, 1).double()
    denoised = torch.cat([eps, torch.full_like(eps, -1)], dim=1)
    simple, variational = hybrid_loss(process, denoised, x0, process.q_sample(x0, i, eps), i, eps)
    assert simple.abs().max() < 1e-10
    assert variational.abs().max() < 1e-4


def test_variational_term_does_not_train_eps():
    process, i = Process(Schedule.cosine()), torch.tensor([0, 500])
    x0, eps = torch.rand(2, 2, 3, 8, 8) * 2 - 1
    denoised = torch.randn(2, 6, 8, 8, requires_grad=True)
    hybrid_loss(process, denoised, x0, process.q_sample(x0, i, eps), i, eps)[1].sum().backward()
    assert denoised.grad is not None
    assert denoised.grad[:, :3].abs().max() == 0
    assert denoised.grad[:, 3:].abs().max() > 0


@pytest.mark.parametrize(
    ("name", "first_two_and_last"),
    [
        ("linear", (0.9999, 0.9997800920720721, 4.035829765375676e-05)),
        ("cosine", (0.999958715775178, 0.9999125759273678, 2.4287669070348567e-09)),
        ("scaled_linear", (0.99915, 0.9982960278384514, 0.004660098513077238)),
    ],
)
def test_each_beta_table_has_the_known_products(name, first_two_and_last):
    alphas_bar = Schedule.evenly(name).alphas_bar
    assert alphas_bar[[0, 1, 999]] == pytest.approx(first_two_and_last, rel=1e-9)


def test_sections_take_their_share_of_what_does_not_divide():
    visited = sectioned_timesteps((10, 15, 20), 300)
    assert (visited[0], visited[9], visited[10], visited[24], visited[25], visited[-1]) == (0, 99, 100, 199, 200, 299)
    assert len(sectioned_timesteps((1, 1, 1), 100)) == 3


def test_leading_timesteps_and_the_first_alpha_bar_are_stable_diffusion_s():
    timesteps = leading_timesteps(50, 1)
    assert (timesteps[0], timesteps[1], timesteps[-1], len(timesteps)) == (1, 21, 981, 50)
    betas = scaled_linear_betas()
    assert Schedule.visiting(timesteps, betas, 1 - betas[0]).alphas_bar_previous[0] == pytest.approx(0.99915)

"""The reference samplers' guidance rules."""

from __future__ import annotations

import pytest
import torch

from sluice_models.diffusion import Process, Schedule
from sluice_models.evaluation import Rate
from sluice_models.samplers import ClassifierFree, ClassifierGuided, compressed_weights, full_weights, sample_ddpm, to_pixels

STEPS = 6
CLASSES = torch.tensor([1, 4])


def sampled(guidance, weights=None):
    generator = torch.Generator().manual_seed(0)
    return sample_ddpm(guidance, Process(Schedule.cosine(STEPS)), CLASSES, weights or full_weights(STEPS), generator)


class CountingDenoiser:
    """A stand-in denoiser: eps tells the classes apart, v is zero; remembers how often it was called."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x, t, condition):
        self.calls += 1
        eps = 0.5 * x + 0.1 * condition[:, None, None, None]
        return torch.cat([eps, torch.zeros_like(x)], dim=1)


def test_classifier_free_scale_one_is_the_conditional_model():
    denoiser = CountingDenoiser()
    plain = sampled(ClassifierFree(denoiser, 10, 1.0))
    assert denoiser.calls == STEPS
    assert torch.equal(plain, sampled(ClassifierFree(CountingDenoiser(), 10, 5.0), [0.0] * STEPS))


def test_full_classifier_free_guidance_asks_twice_a_step():
    denoiser = CountingDenoiser()
    sampled(ClassifierFree(denoiser, 10, 2.0))
    assert denoiser.calls == 2 * STEPS


def test_compressed_guidance_asks_twice_only_where_guided():
    denoiser = CountingDenoiser()
    sampled(ClassifierFree(denoiser, 10, 2.0), compressed_weights(STEPS, 2))
    assert denoiser.calls == STEPS + 2


def test_compressing_nothing_is_full_guidance():
    assert compressed_weights(STEPS, STEPS) == full_weights(STEPS)


@pytest.mark.parametrize(("steps", "guided"), [(50, 10), (50, 8), (250, 22)])
def test_compressed_weights_sum_to_the_steps_and_start_with_the_first(steps, guided):
    weights = compressed_weights(steps, guided)
    assert sum(weights) == steps
    assert sum(weight > 0 for weight in weights) == guided
    assert weights[steps - 1] > 0


def test_classifier_shifts_the_mean_by_scaled_variance_times_gradient():
    def gradient(x, t, target):
        return torch.ones_like(x)

    plain = sampled(ClassifierGuided(CountingDenoiser(), gradient, 10, 0.0), full_weights(STEPS))
    last_only = [3.0] + [0.0] * (STEPS - 1)
    shifted = sampled(ClassifierGuided(CountingDenoiser(), gradient, 10, 2.0), last_only)
    process = Process(Schedule.cosine(STEPS))
    variance = torch.exp(process.learned_log_variance(torch.zeros(1, 1, 1, 1), torch.tensor([0])))
    assert torch.allclose(shifted - plain, (3.0 * 2.0 * variance).expand_as(plain), atol=1e-6)


def test_pixels_are_clamped_and_truncated():
    assert to_pixels(torch.tensor([-3.0, -1.0, 0.0, 0.9999, 1.0, 2.0])).tolist() == [0, 0, 127, 254, 255, 255]


def test_wilson_interval():
    low, high = Rate(95, 100).interval
    assert (low, high) == pytest.approx((0.8883, 0.9785), abs=1e-3)

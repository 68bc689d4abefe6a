"""The reference samplers' guidance rules."""

from __future__ import annotations

import pytest
import torch

from sluice_models.judging.evaluation import Rate
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.sampling.samplers import (
    ClassifierFree,
    GradientGuided,
    compressed_weights,
    full_weights,
    sample_ddim,
    sample_ddpm,
    to_pixels,
)

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


def test_an_exponent_guides_early_and_each_timestep_once():
    weights = compressed_weights(10, 4, exponent=2)
    assert {index + 1: weight for index, weight in enumerate(weights) if weight} == {10: 2.0, 8: 3.0, 5: 5.0}


def test_classifier_shifts_the_mean_by_scaled_variance_times_gradient():
    def gradient(x, t, target):
        return torch.ones_like(x)

    plain = sampled(GradientGuided(CountingDenoiser(), gradient, 0.0, null_class=10), full_weights(STEPS))
    last_only = [3.0] + [0.0] * (STEPS - 1)
    shifted = sampled(GradientGuided(CountingDenoiser(), gradient, 2.0, null_class=10), last_only)
    process = Process(Schedule.cosine(STEPS))
    variance = torch.exp(process.learned_log_variance(torch.zeros(1, 1, 1, 1), torch.tensor([0])))
    assert torch.allclose(shifted - plain, (3.0 * 2.0 * variance).expand_as(plain), atol=1e-6)


def test_empty_text_s_context_stands_for_no_prompt():
    asked = []

    def denoiser(x, t, context):
        asked.append(context)
        return torch.cat([x, x], dim=1)

    context, empty = torch.randn(2, 5), torch.randn(5)
    generator = torch.Generator().manual_seed(0)
    sample_ddpm(ClassifierFree(denoiser, empty, 2.0), Process(Schedule.cosine(2)), context, full_weights(2), generator)
    assert torch.equal(asked[0], context)
    assert torch.equal(asked[1], empty.expand(2, 5))


def test_clip_shifts_the_mean_of_the_text_conditional_model_towards_its_own_targets():
    targets, seen = torch.randn(2, 4), []

    def gradient(x, t, target):
        seen.append(target)
        return torch.ones_like(x)

    weights = [1.0] + [0.0] * (STEPS - 1)
    plain, shifted = (sampled(GradientGuided(CountingDenoiser(), gradient, scale, targets=targets), weights) for scale in (0.0, 2.0))
    process = Process(Schedule.cosine(STEPS))
    variance = torch.exp(process.learned_log_variance(torch.zeros(1, 1, 1, 1), torch.tensor([0])))
    assert torch.allclose(shifted - plain, (2.0 * variance).expand_as(plain), atol=1e-6)
    assert len(seen) == 1
    assert seen[0] is targets


@pytest.mark.parametrize(("null_class", "told"), [(10, [10, 10]), (None, [1, 4])])
def test_the_guide_hears_the_class_and_the_denoiser_only_without_a_null_class(null_class, told):
    heard = []

    def gradient(x, t, target):
        heard.append(target.tolist())
        return torch.ones_like(x)

    def denoiser(x, t, condition):
        heard.append(condition.tolist())
        return torch.cat([x, torch.zeros_like(x)], dim=1)

    sampled(GradientGuided(denoiser, gradient, 2.0, null_class), [1.0] + [0.0] * (STEPS - 1))
    assert heard == [told] * STEPS + [[1, 4]]


def test_ddim_finds_the_picture_that_a_perfect_denoiser_knows():
    picture = torch.rand(2, 4, 8, 8) * 4 - 2
    schedule = Schedule.evenly("scaled_linear", 5)

    def perfect(x, t, condition):
        abar = Schedule.evenly("scaled_linear").alphas_bar[t[0]]
        return (x - abar**0.5 * picture) / (1 - abar) ** 0.5

    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    guidance = ClassifierFree(perfect, 10, 1.0)
    assert torch.allclose(sample_ddim(guidance, schedule, CLASSES, full_weights(5), noise), picture, atol=1e-4)
    clipped = sample_ddim(guidance, schedule, CLASSES, full_weights(5), noise, clip=True)
    assert torch.allclose(clipped, picture.clamp(-1, 1), atol=1e-4)


def test_ddim_takes_the_push_from_eps():
    def gradient(x, t, target):
        return torch.ones_like(x)

    schedule, noise = Schedule.cosine(STEPS), torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    last_only = [3.0] + [0.0] * (STEPS - 1)
    guided = [GradientGuided(CountingDenoiser(), gradient, scale, null_class=10) for scale in (0.0, 2.0)]
    plain, pushed = (sample_ddim(guidance, schedule, CLASSES, last_only, noise, clip=True) for guidance in guided)
    abar = float(schedule.alphas_bar[0])
    assert torch.allclose(pushed - plain, torch.tensor(6.0 * (1 - abar) / abar**0.5).expand_as(plain), atol=1e-6)


def test_pixels_are_clamped_and_truncated():
    assert to_pixels(torch.tensor([-3.0, -1.0, 0.0, 0.9999, 1.0, 2.0])).tolist() == [0, 0, 127, 254, 255, 255]
    assert to_pixels(torch.tensor([-3.0, -1.0, 0.0, 0.001, 0.9999, 2.0]), nearest=True).tolist() == [0, 0, 128, 128, 255, 255]


def test_wilson_interval():
    low, high = Rate(95, 100).interval
    assert (low, high) == pytest.approx((0.8883, 0.9785), abs=1e-3)

"""What loads and runs without an error when it is got wrong: one test for each trap of the public models."""

from __future__ import annotations

import json

import pytest
import torch

import solver_goldens
from sluice_models.networks.layers import heads_attend
from sluice_models.sampling.diffusion import Process, Schedule, fast27_timesteps
from sluice_models.sampling.samplers import ClassifierFree, GradientGuided, sample_ddim, sample_ddpm

STEPS = 4
CLASSES = torch.tensor([1, 4])


class Saturated:
    """A denoiser that finds every pixel far too bright, so that each x_0 is clipped; v is zero."""

    def __call__(self, x, t, condition):
        return torch.cat([torch.full_like(x, -9.0), torch.zeros_like(x)], dim=1)


def test_the_two_orders_of_qkv_are_told_apart():
    """Which order each published network has is in test_published_facts.py."""
    heads, depth, length = 2, 3, 5
    new = torch.randn(4, 3 * heads * depth, length)
    legacy = new.reshape(4, 3, heads, depth, length).transpose(1, 2).reshape(4, -1, length)
    assert torch.allclose(heads_attend(new, heads, False), heads_attend(legacy, heads, True), atol=1e-6)
    assert not torch.allclose(heads_attend(new, heads, False), heads_attend(new, heads, True), atol=1e-2)


@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_nothing_is_clipped_after_guidance(sampler):
    """At the last step x_0 is 1 everywhere once it is clipped; what the classifier then adds goes beyond 1 and stays there."""
    schedule = Schedule.cosine(STEPS)
    weights = [5_000.0] + [0.0] * (STEPS - 1)
    guidance = GradientGuided(Saturated(), lambda x, t, target: torch.ones_like(x), 4.0, null_class=10)
    if sampler == "ddim":
        x = sample_ddim(guidance, schedule, CLASSES, weights, torch.zeros(2, 3, 4, 4), clip=True)
    else:
        x = sample_ddpm(guidance, Process(schedule), CLASSES, weights, torch.Generator().manual_seed(0), (3, 4, 4))
    assert x.min() > 1 + 1e-3


def test_dit_guides_the_first_channels_and_leaves_the_rest_to_the_conditional_model():
    """The rest is the fourth channel of eps and all of the variance, which is another one for another class."""

    def denoiser(x, t, condition):
        told = condition[:, None, None, None]
        return torch.cat([0.5 * x + 0.1 * told, (0.08 * told - 0.5).expand_as(x)], dim=1)

    def sampled(scale, guided_channels=None):
        guidance = ClassifierFree(denoiser, 10, scale, guided_channels)
        noise = torch.Generator().manual_seed(0)
        return sample_ddpm(guidance, Process(Schedule.cosine(STEPS)), CLASSES, [1.0] * STEPS, noise, (4, 8, 8), clip=False)

    plain, guided = sampled(1.0), sampled(2.0, guided_channels=3)
    assert torch.equal(guided[:, 3], plain[:, 3])  # its noise is scaled by the variance
    assert not torch.allclose(guided[:, :3], plain[:, :3], atol=1e-2)


def test_the_run_that_the_worker_s_plms_is_held_to_makes_fifty_one_evaluations():
    """PLMS itself is the worker's alone; its own tests compare it with this file, step by step."""
    pytest.importorskip("diffusers")
    timesteps = json.loads(solver_goldens.GOLDENS.read_text())["runs"]["pndm_50"]["timesteps"]

    assert timesteps == solver_goldens.run(solver_goldens.schedulers()["pndm"](), 50)["timesteps"]
    assert len(timesteps) == 51
    assert timesteps[:4] == [981, 961, 961, 941]


def test_glide_s_upsampler_visits_27_timesteps_of_its_own_and_997_for_999():
    assert fast27_timesteps() == [
        0, 22, 44, 66, 88, 111, 133, 155, 177, 199, 200, 222, 244, 266, 288, 311, 333, 355, 377, 399, 400, 500, 599, 600, 799, 800, 997,
    ]  # fmt: skip

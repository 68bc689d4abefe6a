"""The kit's sampler and the goldens of the worker's against a reference written from the formulas alone, in float64."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import ancestral_goldens
from ancestral_reference import Mode, Tables, cosine_betas, trajectory, uniform_compact
from sluice_models.bundles.bundle import load_module
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.sampling.samplers import GradientGuided, compressed_weights, full_weights, sample_ddpm
from worker_noise import philox_block

STEPS = ancestral_goldens.STEPS


def test_philox_gives_its_authors_known_answers():
    """From Random123's kat_vectors."""
    assert philox_block((0, 0, 0, 0), 0) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox_block((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), 0x299F31D0A4093822) == (
        0xD16CFE09,
        0x94FDCCEB,
        0x5001E420,
        0x24126EA1,
    )


@pytest.mark.parametrize(("guided", "weights"), [(STEPS, full_weights(STEPS)), (50, compressed_weights(STEPS, 50))])
def test_the_kit_s_sampler_keeps_to_the_reference_at_every_step(guided, weights):
    shape = (1, *ancestral_goldens.SHAPE)
    seen = []

    def denoiser(x, t, condition):
        seen.append(x[0].double().numpy())
        return load(x, t, torch.tensor([ancestral_goldens.CLASS]))

    load = load_module(ancestral_goldens.BUNDLE, "denoiser")
    guide = load_module(ancestral_goldens.BUNDLE, "guide")
    guidance = GradientGuided(denoiser, lambda x, t, target: guide(x, t, target)[0], ancestral_goldens.SCALE, null_class=10)
    schedule, condition = Schedule.cosine(STEPS), torch.tensor([ancestral_goldens.CLASS])
    last = sample_ddpm(guidance, Process(schedule), condition, weights, torch.Generator().manual_seed(3), shape[1:])

    drawn = torch.Generator().manual_seed(3)
    initial = torch.randn(shape, generator=drawn)[0].double().numpy()
    noises = {i: torch.randn(shape, generator=drawn)[0].double().numpy() for i in reversed(range(1, STEPS))}
    mode = Mode(frozenset(uniform_compact(STEPS, guided)))
    reference = trajectory(
        ancestral_goldens.model(), Tables.of(cosine_betas(), STEPS), mode, ancestral_goldens.SCALE, initial, noises.__getitem__
    )
    found = [*seen[1:], last[0].double().numpy()]
    assert max(np.abs(x - y).max() for x, y in zip(found, reference, strict=True)) <= 1e-5


@pytest.mark.parametrize("name", ancestral_goldens.MODES)
def test_goldens_are_what_the_reference_computes(name):
    written = json.loads(ancestral_goldens.GOLDENS.read_text())
    computed = ancestral_goldens.states(ancestral_goldens.MODES[name]).reshape(STEPS, -1)[:, ancestral_goldens.ELEMENTS]
    np.testing.assert_allclose(written["runs"][name], computed, rtol=1e-6, atol=1e-6)

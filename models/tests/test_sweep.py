"""A sweep goes through every combination, and its best is the likest of those that hit as often."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from sluice_models import cli
from sluice_models.judging.evaluation import Rate
from sluice_models.judging.likeness import Likeness
from sluice_models.judging.sweep import Finding, best, findings, grid_of
from sluice_models.sampling.diffusion import Schedule
from sluice_models.sampling.pipeline import SamplingPlan

BUNDLE = Path(__file__).parent.parent / "bundles" / "glyphs-adm"
BASE = SamplingPlan("classifier", 16.0, steps=50, guided=10, seed=0)


def finding(hits: int, features: float) -> Finding:
    return Finding(BASE, Rate(hits, 100), Rate(hits, 100), Likeness(features, 0, 0, 0, 0), torch.empty(0))


def test_every_combination_has_its_plan():
    plans = grid_of(BASE, scale=[1.0, 2.0], max_omega=[None, 2.0])
    assert [(plan.scale, plan.max_omega) for plan in plans] == [(1.0, None), (1.0, 2.0), (2.0, None), (2.0, 2.0)]


def test_the_likest_of_those_that_hit_as_often_is_the_best():
    likest, seldom = finding(94, 2.0), finding(60, 1.0)
    assert best([finding(96, 3.0), likest, seldom]) is likest


def test_no_weight_is_larger_than_its_bound():
    weights = SamplingPlan("classifier", 16.0, 50, 10, 0, max_omega=2.0).weights(Schedule.cosine(50))
    assert [weight for weight in weights if weight] == [2.0] * 10


def test_variance_sums_are_smaller_where_variances_fall():
    schedule = Schedule.cosine(50)
    weights = SamplingPlan("classifier", 16.0, 50, 10, 0, weighting="variance-sum").weights(schedule)
    variances = schedule.posterior_variance
    assert weights[49] == pytest.approx(variances[45:50].sum() / variances[49])
    assert sum(weight > 0 for weight in weights) == 10


def test_an_interval_guides_the_steps_of_its_noise_levels_with_weight_one():
    schedule = Schedule.cosine(50)
    weights = SamplingPlan("classifier", 16.0, 50, 50, 0, interval=(0.5, 2.0)).weights(schedule)
    noise = ((1 - schedule.alphas_bar) / schedule.alphas_bar) ** 0.5
    assert weights == [float(0.5 < level <= 2.0) for level in noise]


def test_drawn_pictures_come_first_and_then_each_plan():
    pictures = torch.randint(256, (100, 3, 32, 32), generator=torch.Generator().manual_seed(3), dtype=torch.uint8)
    plan = SamplingPlan("cfg", 3.0, steps=2, guided=1, seed=0)
    found = list(findings(BUNDLE, BUNDLE, [plan], 100, pictures, pictures))
    assert [each.plan for each in found] == [None, plan]
    assert found[0].likeness.features == pytest.approx(0, abs=1e-3)
    assert found[1].likeness.features > 1
    assert str(plan) in str(found[1])


@pytest.mark.parametrize(
    ("options", "reason"), [(["--bundle", "scenes-sd"], "scenes-sd draws no glyphs"), (["--images", "1010"], "at most 1000 pictures")]
)
def test_says_what_can_t_be_swept(monkeypatch, options, reason):
    monkeypatch.setattr(sys, "argv", ["sluice_models", "--threads", "1", "sweep", "--scale", "1", *options])
    monkeypatch.chdir(BUNDLE.parent.parent)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert reason in str(ended.value.code)

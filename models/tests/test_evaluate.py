"""``evaluate`` and ``accuracy`` ask a bundle for what it has, and say in a sentence what it has not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sluice_models import cli
from sluice_models.recipes.catalogue import RECIPES
from sluice_models.sampling.diffusion import Schedule
from sluice_models.sampling.pipeline import Pipeline, SamplingPlan

BUNDLES = Path(__file__).parent.parent / "bundles"


@pytest.fixture
def planned(monkeypatch) -> list[SamplingPlan]:
    """The plans that would have been sampled by."""
    plans: list[SamplingPlan] = []

    def sample(self, prompts, plan):
        plans.append(plan)
        return torch.zeros((len(prompts), 3, 32, 32), dtype=torch.uint8)

    monkeypatch.setattr(Pipeline, "sample", sample)
    monkeypatch.setattr(cli, "hit_rate", lambda *asked: "none")
    return plans


def run(monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["sluice_models", "--threads", "1", *arguments])
    cli.main()


def refusal(monkeypatch, *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    assert isinstance(ended.value.code, str), "a text as the code is printed, and the process ends with 1"
    return ended.value.code


def test_an_explicit_zero_is_no_default(monkeypatch, planned):
    run(monkeypatch, "evaluate", "--bundle", str(BUNDLES / "glyphs-adm"), "--images", "10", "--scale", "0", "--guided", "0")
    (plan,) = planned
    assert (plan.scale, plan.guided, plan.steps) == (0, 0, 50)
    assert plan.weights(Schedule.cosine(50)) == [0] * 50


def test_defaults_are_the_bundle_s(monkeypatch, planned):
    run(monkeypatch, "evaluate", "--bundle", str(BUNDLES / "glyphs-adm"), "--guidance", "classifier", "--images", "10")
    (plan,) = planned
    assert (plan.scale, plan.guided, plan.steps, plan.sampler) == (4, 50, 50, "ddpm")


def test_a_training_of_no_steps_is_no_default():
    plan = RECIPES["glyphs-adm"].parts["denoiser"].plan
    assert cli._plan(plan, 0).steps == 0
    assert cli._plan(plan, None) == plan


@pytest.mark.parametrize(
    ("bundle", "options", "reason"),
    [
        ("scenes-sd", ["--sampler", "ddpm"], "scenes-sd has learned no variance"),
        ("scenes-sd", ["--guidance", "classifier"], "scenes-sd has no guide"),
        ("glyphs-dit", ["--guidance", "conditional-classifier"], "glyphs-dit has no guide"),
        ("glyphs-adm", ["--steps", "1001"], "ddpm takes 2 to 1000 steps, not 1001"),
        ("scenes-sd", ["--steps", "1000"], "ddim takes 1 to 999 steps, not 1000"),
        ("glyphs-adm", ["--steps", "1"], "ddpm takes 2 to 1000 steps, not 1"),
    ],
)
def test_says_what_can_t_be_sampled(monkeypatch, bundle, options, reason):
    assert reason in refusal(monkeypatch, "evaluate", "--bundle", str(BUNDLES / bundle), "--images", "2", *options)


@pytest.mark.parametrize("option", ["--steps", "--images"])
def test_no_steps_and_no_pictures_are_refused(monkeypatch, capsys, option):
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "evaluate", option, "0")
    assert ended.value.code == 2
    assert "at least 1, not 0" in capsys.readouterr().err


@pytest.mark.parametrize(("bundle", "lacking"), [("glyphs-dit", "guide"), ("scenes-sd", "guide"), ("scenes-glide", "guide and auditor")])
def test_says_which_judges_are_lacking(monkeypatch, bundle, lacking):
    assert refusal(monkeypatch, "accuracy", "--bundle", str(BUNDLES / bundle)) == f"{bundle} has no {lacking} to read classes with"


@pytest.mark.parametrize("command", ["evaluate", "accuracy"])
def test_a_folder_that_is_no_bundle_is_refused(monkeypatch, tmp_path, command):
    assert "no readable bundle.json" in refusal(monkeypatch, command, "--bundle", str(tmp_path))


def test_without_guidance_no_stage_hears_the_prompt():
    pipeline, plan = Pipeline(BUNDLES / "scenes-glide"), SamplingPlan("none", 1.0, steps=2, guided=2, seed=0)
    one, other = (pipeline.sample((text,), plan) for text in ("a small red circle on the left", "a large blue star at the top"))
    assert torch.equal(one, other)

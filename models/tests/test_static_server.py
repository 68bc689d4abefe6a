"""The static-batch server: who shares a batch, what is evaluated, and that its pictures are the kit's own."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from sluice_models.bundles.contract import DenoiserModule, GuideModule
from sluice_models.sampling.diffusion import Process, Schedule, cosine_betas
from sluice_models.sampling.samplers import ClassifierFree, GradientGuided, Guidance, compressed_weights, sample_ddpm
from static_server.requests import Request, batches
from static_server.server import BundleModules, StaticServer
from static_server.steps import Ddim, Push

BENCH = Path(__file__).parent.parent / "bench"
BUNDLE = Path(__file__).parent.parent / "bundles" / "glyphs-adm"
STEPS = 6
NULL_CLASS = 10
SEED = 7
GRADIENT_SCALE = 16.0


def request(name: str = "r", images: int = 1, method: str = "cfg", guided: int = STEPS, **changed: Any) -> dict[str, Any]:
    """A line's entry: DDPM with ``guided`` of six steps guided, as the kit compresses it."""
    weights = compressed_weights(STEPS, guided)[::-1] if guided else [0.0] * STEPS
    entry = {
        "id": name,
        "class": 3,
        "images": images,
        "seed": SEED,
        "sampler": {"kind": "ddpm", "eta": 0.0},
        "timesteps": Schedule.cosine(STEPS).timesteps[::-1],
        "guidance": {
            "method": method,
            "scale": 3.0 if method == "cfg" else GRADIENT_SCALE,
            "guided": [step for step, weight in enumerate(weights) if weight],
            "weights": weights,
        },
        "conditionClass": NULL_CLASS if method == "classifier" else 3,
    }
    return {**entry, **changed}


def parsed(*entries: dict[str, Any]) -> list[Request]:
    return [Request.parse(entry) for entry in entries]


@pytest.fixture
def modules(denoiser, classifier) -> BundleModules:
    return BundleModules(
        denoiser=DenoiserModule(denoiser),
        guide=GuideModule(classifier),
        shape=(3, 32, 32),
        guided_channels=3,
        null_class=NULL_CLASS,
        betas=cosine_betas(),
        device=torch.device("cpu"),
    )


def test_requests_with_equal_settings_share_a_batch_whatever_their_class_and_seed():
    requests = parsed(request("a"), request("b", guided=2), {**request("c", seed=9, images=2), "class": 5, "conditionClass": 5})
    shared, alone = batches(requests, 16)
    assert [(image.request, image.number, image.condition) for image in shared.images] == [("a", 0, 3), ("c", 0, 5), ("c", 1, 5)]
    assert [image.request for image in alone.images] == ["b"]


@pytest.mark.parametrize(
    "other",
    [
        request(method="classifier"),
        request(guided=2),
        request(sampler={"kind": "ddim", "eta": 0.0}),
        request(timesteps=Schedule.cosine(STEPS + 1).timesteps[:0:-1]),
    ],
)
def test_requests_with_other_settings_run_apart(other):
    assert len(batches(parsed(request(), other), 16)) == 2


def test_large_groups_are_cut_evenly():
    requests = parsed(request("a", images=4), request("b", images=4), request("c", images=3))
    assert [len(batch.images) for batch in batches(requests, 4)] == [3, 4, 4]


@pytest.mark.parametrize(
    ("entry", "every_step", "rows", "guide_rows"),
    [
        (request(images=2), False, 24, 0),
        (request(images=2, guided=2), False, 16, 0),
        (request(images=2, guided=2), True, 24, 0),
        (request(images=2, method="classifier", guided=2), False, 12, 4),
        (request(images=2, method="classifier", guided=2), True, 12, 12),
        (request(images=2, method="none", guided=0), True, 12, 0),
    ],
)
def test_rows_are_those_of_the_plan(modules, entry, every_step, rows, guide_rows):
    served = StaticServer(modules, 16, every_step).serve(parsed(entry))
    counts = served.as_json()
    assert (counts["images"], counts["denoiserRows"], counts["guideRows"]) == (2, rows, guide_rows)
    assert (counts["denoiserCalls"], counts["guideCalls"]) == (STEPS, guide_rows // 2)
    assert counts["seconds"] > 0


@pytest.mark.parametrize("guided", [STEPS, 2])
@pytest.mark.parametrize("method", ["cfg", "classifier"])
def test_pictures_are_the_kits_own(modules, method, guided):
    guidance: Guidance
    if method == "cfg":
        guidance = ClassifierFree(modules.denoiser, NULL_CLASS, 3.0)
    else:
        guidance = GradientGuided(modules.denoiser, lambda *rows: modules.guide(*rows)[0], GRADIENT_SCALE, null_class=NULL_CLASS)
    classes, generator = torch.tensor([3]), torch.Generator().manual_seed(SEED)
    expected = sample_ddpm(guidance, Process(Schedule.cosine(STEPS)), classes, compressed_weights(STEPS, guided), generator)
    served = StaticServer(modules, 16).serve(parsed(request(method=method, guided=guided)))
    assert torch.allclose(served.pictures[("r", 0)], expected[0], atol=2e-4)


def test_neighbours_change_a_picture_by_rounding_alone(modules):
    alone = StaticServer(modules, 16).serve(parsed(request("a")))
    among = StaticServer(modules, 16).serve(parsed(request("b", images=3, seed=50), request("a")))
    assert torch.allclose(alone.pictures[("a", 0)], among.pictures[("a", 0)], atol=1e-3)


def test_weight_at_a_step_that_is_not_guided_pushes_along_the_last_direction(modules):
    plan = request(guided=2)
    held = {**plan["guidance"], "weights": [1.0] * STEPS}
    pushed = StaticServer(modules, 16).serve(parsed({**plan, "guidance": held}))
    plain = StaticServer(modules, 16).serve(parsed(plan))
    assert pushed.denoiser_rows == plain.denoiser_rows
    assert not torch.allclose(pushed.pictures[("r", 0)], plain.pictures[("r", 0)], atol=1e-3)


@pytest.mark.parametrize("eta", [0.0, 0.5])
def test_ddim_step_is_equation_12_with_the_guide_in_eps(eta):
    schedule, index, strength = Schedule.cosine(STEPS), 2, 4.0
    generator = torch.Generator().manual_seed(0)
    x, eps, gradient, noise = torch.randn((4, 1, 3, 8, 8), generator=generator, dtype=torch.float64)
    gradient *= 0.01
    abar, previous = schedule.alphas_bar[index], schedule.alphas_bar_previous[index]
    x0 = ((x - math.sqrt(1 - abar) * eps) / math.sqrt(abar)).clamp(-1, 1)
    eps_hat = (x - math.sqrt(abar) * x0) / math.sqrt(1 - abar) - math.sqrt(1 - abar) * strength * gradient
    guided_x0 = (x - math.sqrt(1 - abar) * eps_hat) / math.sqrt(abar)
    sigma = eta * math.sqrt((1 - previous) / (1 - abar) * (1 - abar / previous))
    expected = math.sqrt(previous) * guided_x0 + math.sqrt(1 - previous - sigma**2) * eps_hat + sigma * noise
    sampler = Ddim(schedule, eta)
    assert sampler.needs_noise(index) == (eta > 0)
    sampler.step(index, x, eps, torch.zeros_like(x), Push(gradient, strength), noise if eta else None)
    assert torch.allclose(x, expected, atol=1e-9)


def test_unknown_sampler_is_refused_by_name():
    with pytest.raises(ValueError, match="r: heun"):
        Request.parse(request(sampler={"kind": "heun"}))


@pytest.mark.skipif(not BUNDLE.exists(), reason="no bundle beside the tests")
def test_speaks_its_protocol_until_the_input_ends():
    line = json.dumps({"requests": [request("a"), request("b", images=2, guided=2)]})
    command = [sys.executable, "-m", "static_server", "--bundle", str(BUNDLE), "--threads", "1", "--max-batch", "2"]
    finished = subprocess.run(command, cwd=BENCH, input=f"{line}\n{line}\n", capture_output=True, text=True, check=True)
    ready, *answers = finished.stdout.splitlines()
    assert json.loads(ready.removeprefix("ready ")) == {"torch": torch.__version__, "threads": 1, "device": "cpu"}
    assert len(answers) == 2
    for answer in map(json.loads, answers):
        assert answer.pop("seconds") > 0
        assert answer == {"images": 3, "denoiserRows": 12 + 16, "guideRows": 0, "denoiserCalls": 12, "guideCalls": 0}

"""An untrained bundle is whole, is the size asked for, says something everywhere, and comes out the same again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from sluice_models.bundles.bundle import load_module, problems, read_description
from sluice_models.bundles.contract import DenoiserModule, GuideModule
from sluice_models.networks.adm import Denoiser, NoisyClassifier, halve_torso
from sluice_models.networks.configs import GLYPHS_CLASSIFIER, GLYPHS_DENOISER
from sluice_models.recipes.random_bundle import factor_for, random_network

KIT = Path(__file__).parent.parent


def written(folder: Path, *options: str) -> Path:
    """A bundle as the command line writes it, in a process of its own."""
    command = [sys.executable, "-m", "sluice_models", "--threads", "1", "random-bundle", "--out", str(folder), *options]
    subprocess.run(command, cwd=KIT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def smallest(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("smallest"), "--parameters", "1", "--name", "random-smallest")


def test_holds_what_its_description_says(smallest):
    assert problems(smallest) == []
    description = read_description(smallest)
    assert description["name"] == "random-smallest"
    assert "Random weights" in description["description"]
    assert list(description["modules"]) == ["denoiser", "guide"]
    assert "timing alone" in (smallest / "README.md").read_text()


def test_same_seed_gives_the_same_bytes(smallest, tmp_path):
    again = written(tmp_path, "--parameters", "1", "--name", "random-smallest")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {path.name: path.read_bytes() for path in smallest.iterdir()}


def test_another_seed_gives_other_weights():
    one, other = (random_network(NoisyClassifier, GLYPHS_CLASSIFIER, seed) for seed in (1, 2))
    assert not torch.equal(one.time_embed[0].weight, other.time_embed[0].weight)


def test_twenty_million_parameters_take_three_times_the_width():
    assert factor_for(2_525_128) == 1
    assert factor_for(2_525_129) == 2
    assert factor_for(20_000_000) == 3


def test_drawing_weights_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    random_network(NoisyClassifier, GLYPHS_CLASSIFIER, 1)
    assert torch.equal(torch.rand(1), expected)


def test_denoiser_hears_its_timestep_and_its_class_and_stays_small(smallest):
    denoiser, x = load_module(smallest, "denoiser"), torch.randn((1, 3, 32, 32), generator=torch.Generator().manual_seed(0))

    def said(t: int, label: int) -> torch.Tensor:
        return denoiser(x, torch.tensor([t]), torch.tensor([label]))

    assert not torch.equal(said(10, 1), said(900, 1))
    assert not torch.equal(said(10, 1), said(10, 2))
    assert 0.01 < said(500, 0).std() < 2
    assert said(500, 0).abs().max() < 10


@pytest.mark.parametrize("network_class", [Denoiser, NoisyClassifier])
def test_half_is_close_to_single_and_keeps_single_at_the_boundary(network_class):
    module_class, config = (DenoiserModule, GLYPHS_DENOISER) if network_class is Denoiser else (GuideModule, GLYPHS_CLASSIFIER)
    network = random_network(network_class, config, 1)
    generator = torch.Generator().manual_seed(0)
    inputs = (torch.randn((3, 3, 32, 32), generator=generator), torch.tensor([0, 500, 999]), torch.arange(3))
    single = torch.jit.script(module_class(network))(*inputs)
    halve_torso(network)
    assert network.time_embed[0].weight.dtype == torch.float32
    try:
        half = torch.jit.script(module_class(network))(*inputs)
    except RuntimeError as refused:
        pytest.skip(f"this torch can't run the half-precision script on this CPU: {refused}")
    for a, b in zip(*((tensors,) if isinstance(tensors, torch.Tensor) else tensors for tensors in (single, half))):
        assert b.dtype == torch.float32
        assert torch.allclose(a, b, rtol=0.02, atol=0.01 * a.abs().max().item())


def test_half_bundle_holds_what_its_description_says(tmp_path):
    written(tmp_path, "--parameters", "1", "--half")
    assert problems(tmp_path) == []
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes["denoiser.pt"] < 3 * read_description(tmp_path)["modules"]["denoiser"]["parameters"]

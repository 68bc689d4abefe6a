"""Distances of sampled pictures to drawn ones: nothing where nothing differs, and each sees what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sluice_models.judging.likeness import Drawn, frechet, ripple, wasserstein

JUDGES = Path(__file__).parent.parent / "bundles" / "glyphs-adm"


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    """Plain pictures of random colours, with a square in another."""
    colours = torch.randint(40, 215, (2, 120, 3, 1, 1), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    pictures = colours[0].expand(120, 3, 32, 32).clone()
    pictures[:, :, 8:24, 8:24] = colours[1]
    return pictures


@pytest.fixture(scope="module")
def drawn(pixels) -> Drawn:
    return Drawn(JUDGES, pixels)


def test_pictures_are_like_themselves(drawn, pixels):
    likeness = drawn.likeness(pixels)
    assert likeness.features == pytest.approx(0, abs=1e-3)
    assert (likeness.grounds, likeness.contrast, likeness.clipped, likeness.ripple) == (0, 0, 0, 0)


def test_inverted_pictures_are_not(drawn, pixels):
    assert drawn.likeness(255 - pixels // 2).grounds > 20


def test_values_at_the_ends_are_counted(drawn, pixels):
    burnt = pixels.clone()
    burnt[:, :, 16:] = 255
    assert drawn.likeness(burnt).clipped == 0.5


def test_frechet_of_two_normal_distributions():
    generator = torch.Generator().manual_seed(2)
    one, other = (torch.randn(200_000, 2, generator=generator, dtype=torch.float64) for _ in range(2))
    scaled = other * torch.tensor([1.0, 3.0]) + torch.tensor([2.0, 0.0])
    assert frechet(one, scaled) == pytest.approx(2**2 + (3 - 1) ** 2, rel=0.02)


def test_wasserstein_is_how_far_one_must_be_moved():
    numbers = torch.arange(500.0)
    assert float(wasserstein(numbers, numbers + 7)) == pytest.approx(7)


def test_a_grid_of_two_pixels_ripples_by_its_amplitude():
    grid = torch.full((1, 3, 32, 32), 100, dtype=torch.uint8)
    grid[..., ::2] += 10
    assert ripple(grid) == pytest.approx(5)

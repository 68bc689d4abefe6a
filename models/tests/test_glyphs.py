"""Pictures depend on their seed and index alone."""

from __future__ import annotations

import numpy as np
import pytest

from sluice_models.data.fonts import TooFewFonts, installed_families, split_families
from sluice_models.data.glyphs import CLASSES, draw, render


@pytest.fixture(scope="module")
def families():
    try:
        return installed_families()
    except TooFewFonts as too_few:
        pytest.skip(str(too_few))


def test_same_seed_draws_the_same_pictures(families):
    first, second = draw(3, range(40), held_out=False), draw(3, range(40), held_out=False)
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.labels, second.labels)


def test_picture_does_not_depend_on_how_many_are_drawn(families):
    training, _ = split_families(families)
    assert np.array_equal(draw(3, range(15), held_out=False).pixels[12], render(training, 3, 12)[0])


def test_another_seed_draws_other_pictures(families):
    assert not np.array_equal(draw(3, range(10), held_out=False).pixels, draw(4, range(10), held_out=False).pixels)


def test_classes_are_balanced(families):
    assert np.bincount(draw(5, range(50), held_out=False).labels).tolist() == [5] * len(CLASSES)


def test_every_digit_stands_out_from_its_ground(families):
    pictures = draw(6, range(100), held_out=False).pixels.astype(float)
    luma = np.tensordot([0.299, 0.587, 0.114], pictures, axes=(0, 1))
    assert (luma.reshape(100, -1).max(axis=1) - luma.reshape(100, -1).min(axis=1) > 40).all()


def test_held_out_families_are_never_trained_on(families):
    training, held_out = split_families(families)
    assert held_out
    assert not {family.name for family in training} & {family.name for family in held_out}

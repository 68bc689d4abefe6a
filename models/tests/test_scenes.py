"""Scenes depend on their seed and index alone, show what their labels say, and keep some combinations to themselves."""

from __future__ import annotations

import colorsys
import functools

import numpy as np
import pytest

from sluice_models.data import scenes
from sluice_models.data.attributes import (
    ATTRIBUTES,
    BESIDE,
    COLOUR,
    COLOURS,
    HELD_OUT,
    LAYOUT,
    NOTHING,
    SECOND_COLOUR,
    SECOND_SHAPE,
    SHAPE,
    SHAPES,
    SIZE,
    SIZES,
    UNSAID,
    Combinations,
    target_code,
)
from sluice_models.data.picture_sets import Pictures
from sluice_models.data.pictures import captioned_grid
from sluice_models.data.shapes import DISTANCES, REACH

TRAINING = Combinations.TRAINING


@pytest.fixture(scope="module")
def drawn():
    return scenes.draw(7, range(400), Combinations.ALL)


def shown_combinations(labels: np.ndarray) -> list[set[tuple[int, int]]]:
    return [
        {tuple(objects) for objects in (label[SHAPE : COLOUR + 1].tolist(), label[SECOND_SHAPE:].tolist()) if objects[0] != NOTHING}
        for label in labels
    ]


def test_same_seed_draws_the_same_scenes():
    first, second = scenes.draw(3, range(60), TRAINING), scenes.draw(3, range(60), TRAINING)
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.labels, second.labels)
    assert first.captions == second.captions


def test_scene_does_not_depend_on_which_others_are_drawn():
    whole, part = scenes.draw(3, range(130), TRAINING), scenes.draw(3, range(117, 121), TRAINING)
    assert np.array_equal(whole.pixels[117:121], part.pixels)
    assert np.array_equal(whole.labels[117:121], part.labels)
    assert whole.captions[117:121] == part.captions


def test_another_seed_draws_other_scenes():
    assert not np.array_equal(scenes.draw(3, range(10), TRAINING).pixels, scenes.draw(4, range(10), TRAINING).pixels)


def test_training_never_shows_a_held_out_combination():
    labels = scenes.prompts(1, 3_000, TRAINING)[1]
    assert not set().union(*shown_combinations(labels)) & set(HELD_OUT)


def test_every_held_out_scene_shows_one_held_out_combination():
    labels = scenes.prompts(1, 1_000, Combinations.HELD_OUT)[1]
    assert all(len(shown & set(HELD_OUT)) == 1 for shown in shown_combinations(labels))
    assert set().union(*shown_combinations(labels)) > set(HELD_OUT)


def test_held_out_combinations_have_every_shape_and_colour_once():
    assert sorted(shape for shape, _ in HELD_OUT) == list(range(len(SHAPES)))
    assert sorted(colour for _, colour in HELD_OUT) == list(range(len(COLOURS)))


def test_two_objects_differ_in_shape_and_colour():
    labels = scenes.prompts(1, 2_000, Combinations.ALL)[1]
    pairs = labels[labels[:, LAYOUT] >= BESIDE]
    assert (pairs[:, SHAPE] != pairs[:, SECOND_SHAPE]).all()
    assert (pairs[:, COLOUR] != pairs[:, SECOND_COLOUR]).all()
    assert (pairs[:, SIZE] == UNSAID).all()


def test_every_class_of_every_attribute_is_shown():
    labels = scenes.prompts(1, 2_000, TRAINING)[1]
    for column, classes in zip(labels.T, ATTRIBUTES.values()):
        assert set(column.tolist()) - {UNSAID} == set(range(len(classes)))


def test_target_codes_tell_labels_apart():
    labels = np.unique(scenes.prompts(1, 3_000, Combinations.ALL)[1], axis=0)
    assert len(set(target_code(labels).tolist())) == len(labels)
    assert target_code(np.full((1, len(ATTRIBUTES)), UNSAID))[0] == 0


def hole(label: dict[int, int], seed: int) -> np.ndarray:
    """Where the painted ring with ``label``'s other attributes differs from the circle: its hole, bool[64,64]."""
    labels = np.zeros((2, len(ATTRIBUTES)), dtype=np.int64)
    labels[:, SECOND_SHAPE] = labels[:, SECOND_COLOUR] = NOTHING
    for column, value in label.items():
        labels[:, column] = value
    labels[:, SHAPE] = SHAPES.index("circle"), SHAPES.index("ring")
    circle, ring = scenes.paint(labels, np.random.default_rng(seed).random((1, scenes.PAINT_DRAWS)).repeat(2, axis=0)).astype(int)
    return np.abs(circle - ring).sum(axis=0) > 30


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", range(len(SIZES)))
@pytest.mark.parametrize(
    ("place", "direction"), [("left", (-1, 0)), ("right", (1, 0)), ("top", (0, -1)), ("bottom", (0, 1)), ("centre", (0, 0))]
)
def test_object_is_where_its_label_says(place, direction, size, seed):
    rows, columns = np.nonzero(hole({LAYOUT: ATTRIBUTES["layout"].index(place), SIZE: size}, seed))
    offset = np.array([columns.mean(), rows.mean()]) - (scenes.SIDE - 1) / 2
    assert (np.sign(offset) * (np.abs(offset) > 8)).astype(int).tolist() == list(direction)


def test_every_large_object_is_larger_than_every_small_one():
    areas = [[hole({LAYOUT: 0, SIZE: size}, seed).sum() for seed in range(50)] for size in range(len(SIZES))]
    assert 2 * max(areas[SIZES.index("small")]) < min(areas[SIZES.index("large")])


def test_circle_has_the_colour_its_label_says():
    labels = np.zeros((len(COLOURS), len(ATTRIBUTES)), dtype=np.int64)
    labels[:, LAYOUT], labels[:, SIZE] = ATTRIBUTES["layout"].index("centre"), SIZES.index("large")
    labels[:, COLOUR], labels[:, SECOND_SHAPE:] = range(len(COLOURS)), NOTHING
    middle = slice(scenes.SIDE // 2 - 4, scenes.SIDE // 2 + 4)
    for seed in range(20):
        pixels = scenes.paint(labels, np.random.default_rng(seed).random((len(labels), scenes.PAINT_DRAWS)))
        hues = [colorsys.rgb_to_hsv(*colour / 255)[0] * 360 for colour in pixels[:, :, middle, middle].mean(axis=(2, 3))]
        nearest = np.cos(np.radians(np.subtract.outer(hues, scenes.INKS[:, 0]))).argmax(axis=1)
        assert nearest.tolist() == list(range(len(COLOURS)))


@pytest.mark.parametrize("shape", SHAPES)
def test_shape_stays_within_its_reach_and_fills_much_of_it(shape):
    x, y = np.meshgrid(*2 * [np.linspace(-1.5, 1.5, 301, dtype=np.float32)])
    inside = DISTANCES[shape](x, y) < 0
    assert np.hypot(x, y)[inside].max() <= REACH
    assert 0.2 < inside.mean() * 9 / np.pi < 1.0


def test_set_is_kept_with_its_captions(tmp_path):
    pictures = Pictures("few", 5, 30, functools.partial(scenes.draw, combinations=TRAINING))
    made, kept = pictures.load(tmp_path), pictures.load(tmp_path)
    assert np.array_equal(made.pixels, kept.pixels)
    assert np.array_equal(made.labels, kept.labels)
    assert made.captions == kept.captions
    assert len(kept.captions) == 30


def test_captions_stand_under_their_pictures(drawn):
    sheet = captioned_grid(drawn.pixels[:4], drawn.captions[:4], columns=2, enlarge=2)
    assert sheet.shape == (2 * (128 + 40 + 2), 2 * (128 + 2), 3)
    assert (sheet[128:168, :128] < 100).any()

"""A caption says all of its label, in words that tell labels apart."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sluice_models.data import scenes
from sluice_models.data.attributes import ATTRIBUTES, BESIDE, COLOURS, LAYOUT, NOTHING, SHAPES, SIZE, SIZES, STACKED, UNSAID, Combinations
from sluice_models.data.captions import caption

SYNONYMS = {
    "disc": "circle",
    "box": "square",
    "plus": "cross",
    "hoop": "ring",
    "crescent": "moon",
    "turquoise": "cyan",
    "violet": "purple",
    "little": "small",
    "tiny": "small",
    "big": "large",
    "huge": "large",
    "middle": "centre",
    "center": "centre",
    "upper": "top",
    "lower": "bottom",
}
REVERSED = re.compile(r" (right of|to the right of|below|under) | at the bottom, an? .* at the top| on the right, an? .* on the left")


def read(text: str) -> list[int]:
    """The label a caption determines, read from its words alone."""
    words = [SYNONYMS.get(word, word) for word in re.findall(r"\w+", text)]
    shapes, colours = ([known.index(word) for word in words if word in known] for known in (SHAPES, COLOURS))
    if len(shapes) == 2:
        order = slice(None, None, -1) if REVERSED.search(text) else slice(None)
        stacked = re.search(r"above|over|below|under|top", text)
        (shape, second_shape), (colour, second_colour) = shapes[order], colours[order]
        return [STACKED if stacked else BESIDE, UNSAID, shape, colour, second_shape, second_colour]
    places = ATTRIBUTES["layout"][:BESIDE]
    size, place = (next((known.index(word) for word in words if word in known), UNSAID) for known in (SIZES, places))
    return [place, size, shapes[0], colours[0], NOTHING, NOTHING]


def test_prompt_determines_its_label():
    for text, label in zip(*scenes.prompts(11, 4_000, Combinations.ALL)):
        assert read(text) == label.tolist(), text


def test_short_caption_leaves_out_size_or_place_and_contradicts_nothing():
    _, labels = scenes.prompts(12, 500, Combinations.ALL)
    rng = np.random.default_rng(0)
    for label in labels[labels[:, LAYOUT] < BESIDE]:
        found = np.array(read(caption(label, rng, short_share=1)))
        assert UNSAID in (found[LAYOUT], found[SIZE])
        assert ((found == label) | (found == UNSAID)).all()


@pytest.mark.parametrize("bad", ["  ", r"\ba orange", "{", r"\ban [^o]"])
def test_captions_are_well_formed(bad):
    assert not any(re.search(bad, text) for text in scenes.prompts(13, 2_000, Combinations.ALL)[0])


def test_captions_are_many():
    assert len(set(scenes.draw(14, range(1_000), Combinations.TRAINING).captions)) > 500

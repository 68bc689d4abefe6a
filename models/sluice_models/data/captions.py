"""Says in English what a scene shows: several word orders and synonyms, and at times less than all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from sluice_models.data.attributes import BESIDE, COLOUR, COLOURS, LAYOUT, PLACES, SECOND_COLOUR, SECOND_SHAPE, SHAPE, SHAPES, SIZE, SIZES

# One caption of an object in so many leaves out its size, its place, or both; all captions of pairs say everything.
SHORT_SHARE = 0.12

# A word's first wording is its plain one, and as common as all others together.
_PLAIN_SHARE = 0.5

_SHAPE_WORDS = {
    "circle": ("circle", "disc"),
    "square": ("square", "box"),
    "cross": ("cross", "plus sign"),
    "ring": ("ring", "hoop"),
    "moon": ("moon", "crescent"),
}
_COLOUR_WORDS = {"cyan": ("cyan", "turquoise"), "purple": ("purple", "violet")}
_SIZE_WORDS = {"small": ("small", "little", "tiny"), "large": ("large", "big", "huge")}
_PLACE_WORDS = {
    "left": ("on the left", "at the left", "on the left side"),
    "right": ("on the right", "at the right", "on the right side"),
    "top": ("at the top", "near the top", "in the upper part"),
    "bottom": ("at the bottom", "near the bottom", "in the lower part"),
    "centre": ("in the centre", "in the middle", "in the center"),
}

_ONE = (
    "a {size} {colour} {shape} {place}",
    "{size} {colour} {shape} {place}",
    "{place}, a {size} {colour} {shape}",
    "{place} there is a {size} {colour} {shape}",
    "{key}: a {size} {colour} {shape}",
    "a {colour} {shape}, {size}, {place}",
    "a {size} {shape} in {colour} {place}",
    "the {shape} {place} is {size} and {colour}",
)
_ONE_IN_SHORT = (
    "a {colour} {shape}",
    "a {size} {colour} {shape}",
    "a {colour} {shape} {place}",
)
_BESIDE = (
    "a {first} left of a {second}",
    "a {first} to the left of a {second}",
    "a {second} right of a {first}",
    "a {second} to the right of a {first}",
    "a {first} on the left and a {second} on the right",
    "a {second} on the right, a {first} on the left",
    "left: a {first}, right: a {second}",
)
_STACKED = (
    "a {first} above a {second}",
    "a {first} over a {second}",
    "a {second} below a {first}",
    "a {second} under a {first}",
    "a {first} at the top and a {second} at the bottom",
    "a {second} at the bottom, a {first} at the top",
    "top: a {first}, bottom: a {second}",
)
_A_BEFORE_VOWEL = re.compile(r"\ba (?=[aeiou])")


def caption(label: np.ndarray, rng: np.random.Generator, short_share: float = SHORT_SHARE) -> str:
    """One caption of the scene with ``label`` i64[6]; with ``short_share`` 0 it determines the whole label."""
    templates: Sequence[str]
    if label[LAYOUT] < BESIDE:
        templates = _ONE_IN_SHORT if rng.random() < short_share else _ONE
        place = PLACES[label[LAYOUT]]
        text = _plain_first(templates, rng).format(
            size=_worded(SIZES[label[SIZE]], _SIZE_WORDS, rng),
            colour=_worded(COLOURS[label[COLOUR]], _COLOUR_WORDS, rng),
            shape=_worded(SHAPES[label[SHAPE]], _SHAPE_WORDS, rng),
            place=_worded(place, _PLACE_WORDS, rng),
            key=place,
        )
    else:
        templates = _BESIDE if label[LAYOUT] == BESIDE else _STACKED
        first = _object(label[SHAPE], label[COLOUR], rng)
        second = _object(label[SECOND_SHAPE], label[SECOND_COLOUR], rng)
        text = _plain_first(templates, rng).format(first=first, second=second)
    return _A_BEFORE_VOWEL.sub("an ", text)


def _object(shape: int, colour: int, rng: np.random.Generator) -> str:
    return f"{_worded(COLOURS[colour], _COLOUR_WORDS, rng)} {_worded(SHAPES[shape], _SHAPE_WORDS, rng)}"


def _worded(word: str, wordings: Mapping[str, tuple[str, ...]], rng: np.random.Generator) -> str:
    return _plain_first(wordings.get(word, (word,)), rng)


def _plain_first(choices: Sequence[str], rng: np.random.Generator) -> str:
    """The first choice in ``_PLAIN_SHARE`` of the draws, else any of the others."""
    draw = rng.random()
    if draw < _PLAIN_SHARE or len(choices) == 1:
        return choices[0]
    others = len(choices) - 1
    return choices[1 + int((draw - _PLAIN_SHARE) / (1 - _PLAIN_SHARE) * others)]

"""What a scene shows, as numbers: one object with a size and a place, or two objects side by side or one above the other.

A label is i64[6], one class index for each of ``ATTRIBUTES``. The first object is the only one, the left one or the upper
one, so that "a red circle left of a blue square" and "a blue square right of a red circle" have the same label.
"""

from __future__ import annotations

import enum
import functools

import numpy as np

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "moon")
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
SIZES = ("small", "large")
PLACES = ("left", "right", "top", "bottom", "centre")
CENTRE = PLACES.index("centre")
BESIDE, STACKED = len(PLACES), len(PLACES) + 1
NOTHING = len(SHAPES)
UNSAID = -1

ATTRIBUTES = {
    "layout": (*PLACES, "beside", "stacked"),
    "size": SIZES,
    "shape": SHAPES,
    "colour": COLOURS,
    "second shape": (*SHAPES, "nothing"),
    "second colour": (*COLOURS, "nothing"),
}
ATTRIBUTE_CLASSES = [len(classes) for classes in ATTRIBUTES.values()]
LAYOUT, SIZE, SHAPE, COLOUR, SECOND_SHAPE, SECOND_COLOUR = range(len(ATTRIBUTES))

# Pictures of two objects; their objects are of one middling size, which is left unsaid.
PAIR_SHARE = 0.3

# Every shape and every colour is in one combination that training pictures never show: an orange circle, a cyan square …
HELD_OUT = tuple((shape, (3 * shape + 1) % len(COLOURS)) for shape in range(len(SHAPES)))


class Combinations(enum.Enum):
    """Which (shape, colour) combinations a set of scenes shows; a held-out scene of two objects shows one of each kind."""

    TRAINING = "training"
    HELD_OUT = "held-out"
    ALL = "all"


_ALL = tuple((shape, colour) for shape in range(len(SHAPES)) for colour in range(len(COLOURS)))
_TRAINING = tuple(combination for combination in _ALL if combination not in HELD_OUT)
_FIRST = {Combinations.TRAINING: _TRAINING, Combinations.HELD_OUT: HELD_OUT, Combinations.ALL: _ALL}

LABEL_DRAWS = 6


def labels_from(draws: np.ndarray, combinations: Combinations) -> np.ndarray:
    """Labels i64[n,6] from uniform draws f64[n,LABEL_DRAWS] in [0,1); a pair's objects differ in shape and in colour."""
    is_pair = draws[:, 0] < PAIR_SHARE
    labels = np.empty((len(draws), len(ATTRIBUTES)), dtype=np.int64)
    labels[:, LAYOUT] = np.where(is_pair, BESIDE + _whole(draws[:, 1], 2), _whole(draws[:, 1], len(PLACES)))
    labels[:, SIZE] = np.where(is_pair, UNSAID, _whole(draws[:, 2], len(SIZES)))
    others = _ALL if combinations is Combinations.ALL else _TRAINING
    for label, (pick_first, pick_second, swap) in zip(labels, draws[:, 3:]):
        first = _picked(_FIRST[combinations], pick_first)
        second = _picked(_partners(others, first), pick_second)
        if label[LAYOUT] < BESIDE:
            label[SHAPE:] = *first, NOTHING, NOTHING
        else:
            label[SHAPE:] = (*second, *first) if swap < 0.5 else (*first, *second)
    return labels


def target_code(labels: np.ndarray) -> np.ndarray:
    """Labels i64[n,6], UNSAID allowed anywhere, to one number each, i64[n]: in mixed radix, digit = class index + 1.

    The first attribute is the most significant digit, and the radix of an attribute is its number of classes plus one.
    """
    code = np.zeros(len(labels), dtype=np.int64)
    for column, classes in zip(labels.T, ATTRIBUTES.values()):
        code = code * (len(classes) + 1) + column + 1
    return code


def _whole(draws: np.ndarray, below: int) -> np.ndarray:
    return (draws * below).astype(np.int64)


def _picked(choices: tuple[tuple[int, int], ...], draw: float) -> tuple[int, int]:
    return choices[int(draw * len(choices))]


@functools.cache
def _partners(combinations: tuple[tuple[int, int], ...], first: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((shape, colour) for shape, colour in combinations if shape != first[0] and colour != first[1])

"""``scenes``: 64×64 RGB pictures of one or two coloured shapes, with captions; endless, and the same on every run.

Shapes are signed distances on the pixel grid, turned into soft-edged coverage and laid over a muted plain, graded or
softly waved ground. Picture i of seed s depends on (s, i) and on which combinations are shown, on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sluice_models.data.attributes import (
    BESIDE,
    CENTRE,
    COLOUR,
    LABEL_DRAWS,
    LAYOUT,
    SECOND_COLOUR,
    SECOND_SHAPE,
    SHAPE,
    SHAPES,
    SIZE,
    Combinations,
    labels_from,
)
from sluice_models.data.captions import caption
from sluice_models.data.picture_sets import PictureSet
from sluice_models.data.shapes import DISTANCES, REACH

SIDE = 64
PAINT_DRAWS = 34
_BATCH = 50
_CENTRE = (SIDE - 1) / 2
_COLUMNS = np.arange(SIDE, dtype=np.float32)[None, None, :]
_ROWS = np.arange(SIDE, dtype=np.float32)[None, :, None]
_LUMA = np.array([0.299, 0.587, 0.114])

# Centre of each layout's (first) object from the picture's, in units of the layout's distance: (columns, rows).
_DIRECTIONS = np.array([(-1, 0), (1, 0), (0, -1), (0, 1), (0, 0), (-1, 0), (0, -1)])

# Radius in pixels, lowest and highest: small, large, and (last, where UNSAID points) each object of a pair.
_RADII = np.array([(6.5, 8.0), (12.5, 15.0), (8.0, 10.5)])
# Distance of an object from the picture's centre along its direction, and how far it may stray across it; pixels.
_DISTANCES = np.array([(13.0, 18.0), (12.5, 15.0), (13.5, 16.5)])
_STRAYS = np.array([6.0, 3.0, 6.0])
_MOST_TURN = 0.26
_MOST_SHADING = 0.12

# Hue in degrees, saturation and value, in the order of COLOURS, and how far each may stray.
INKS = np.array([
    (0, 0.85, 0.88),
    (27, 0.92, 0.97),
    (54, 0.88, 0.96),
    (128, 0.72, 0.68),
    (183, 0.78, 0.88),
    (226, 0.80, 0.85),
    (276, 0.68, 0.70),
    (332, 0.46, 0.98),
])  # fmt: skip
_INK_STRAYS = np.array([5.0, 0.07, 0.06])


def draw(seed: int, indices: range, combinations: Combinations) -> PictureSet:
    """Pictures ``indices`` of ``seed``: pixels u8[n,3,64,64], labels i64[n,6] and n captions."""
    generators = [np.random.default_rng((seed, index)) for index in indices]
    draws = np.stack([generator.random(LABEL_DRAWS + PAINT_DRAWS) for generator in generators])
    labels = labels_from(draws[:, :LABEL_DRAWS], combinations)
    captions = tuple(caption(label, generator) for label, generator in zip(labels, generators))
    starts = range(0, len(labels), _BATCH)
    pixels = [paint(labels[start : start + _BATCH], draws[start : start + _BATCH, LABEL_DRAWS:]) for start in starts]
    return PictureSet(np.concatenate(pixels), labels, captions)


def prompts(seed: int, count: int, combinations: Combinations) -> tuple[tuple[str, ...], np.ndarray]:
    """``count`` captions to sample pictures from, each determining its label, and the labels i64[n,6]."""
    generators = [np.random.default_rng((seed, index)) for index in range(count)]
    labels = labels_from(np.stack([generator.random(LABEL_DRAWS) for generator in generators]), combinations)
    return tuple(caption(label, generator, short_share=0) for label, generator in zip(labels, generators)), labels


class _Draws:
    """Uniform draws f64[n,K], a column for each picture's next random number."""

    def __init__(self, uniform: np.ndarray):
        self._columns = iter(uniform.T)

    def between(self, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
        return low + next(self._columns) * (np.asarray(high) - low)

    def around(self, stray: np.ndarray | float) -> np.ndarray:
        return self.between(-np.asarray(stray), stray)


@dataclass(frozen=True)
class _Objects:
    """One object of each picture: shapes i64[n], inks f64[n,3] in [0,1], columns, rows and radii f64[n] in pixels, angles in radians."""

    shapes: np.ndarray
    inks: np.ndarray
    columns: np.ndarray
    rows: np.ndarray
    radii: np.ndarray
    turns: np.ndarray
    lit_from: np.ndarray
    shading: np.ndarray

    @staticmethod
    def posed(draws: _Draws, labels: np.ndarray, shapes: np.ndarray, inks: np.ndarray, side: int) -> _Objects:
        """Objects on their layout's side (1) or, a pair's second ones, on the opposite side (-1)."""
        sizes, directions = labels[:, SIZE], _DIRECTIONS[labels[:, LAYOUT]]
        radii = draws.between(*_RADII[sizes].T)
        distances = side * draws.between(*_DISTANCES[sizes].T)
        strays = np.stack([draws.around(_STRAYS[sizes]), draws.around(_STRAYS[sizes])], axis=1)
        strays *= np.where(labels[:, [LAYOUT]] == CENTRE, 0.5, 1 - np.abs(directions))
        room = _CENTRE - REACH * radii[:, None]
        columns, rows = (_CENTRE + np.clip(distances[:, None] * directions + strays, -room, room)).T
        turns, lit_from, shading = draws.around(_MOST_TURN), draws.between(0, 2 * np.pi), draws.around(_MOST_SHADING)
        return _Objects(shapes, inks, columns, rows, radii, turns, lit_from, shading)


def paint(labels: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Pictures u8[n,3,64,64] of ``labels`` i64[n,6], all that a label leaves open taken from ``uniform`` f64[n,PAINT_DRAWS]."""
    draws = _Draws(uniform)
    is_pair = labels[:, LAYOUT] >= BESIDE
    inks = _inks(draws, labels[:, COLOUR])
    second_inks = _inks(draws, np.where(is_pair, labels[:, SECOND_COLOUR], labels[:, COLOUR]))
    pictures = _grounds(draws, np.stack([inks @ _LUMA, second_inks @ _LUMA]))
    _lay(pictures, _Objects.posed(draws, labels, labels[:, SHAPE], inks, side=1), np.arange(len(labels)))
    _lay(pictures, _Objects.posed(draws, labels, labels[:, SECOND_SHAPE], second_inks, side=-1), np.flatnonzero(is_pair))
    return (pictures * 255 + 0.5).astype(np.uint8)


def _lay(pictures: np.ndarray, objects: _Objects, rows: np.ndarray) -> None:
    """Paints the objects of the pictures ``rows`` over them, pictures f32[n,3,64,64] in [0,1]."""
    for shape, name in enumerate(SHAPES):
        chosen = rows[objects.shapes[rows] == shape]
        if len(chosen) == 0:
            continue
        radius = _planes(objects.radii[chosen])
        x = (_COLUMNS - _planes(objects.columns[chosen])) / radius
        y = (_ROWS - _planes(objects.rows[chosen])) / radius
        cos, sin = _planes(np.cos(objects.turns[chosen])), _planes(np.sin(objects.turns[chosen]))
        coverage = np.clip(0.5 - radius * DISTANCES[name](cos * x + sin * y, cos * y - sin * x), 0, 1)
        towards = objects.lit_from[chosen]
        light = 1 + _planes(objects.shading[chosen]) * np.clip(_planes(np.cos(towards)) * x + _planes(np.sin(towards)) * y, -1, 1)
        laid = pictures[chosen] * (1 - coverage)[:, None] + _pixelwise(objects.inks[chosen]) * (coverage * light)[:, None]
        pictures[chosen] = np.clip(laid, 0, 1)


def _inks(draws: _Draws, colours: np.ndarray) -> np.ndarray:
    """A stray from each named colour, f64[n,3] RGB in [0,1]."""
    hue, saturation, value = (draws.around(stray) + middle for stray, middle in zip(_INK_STRAYS, INKS[colours].T))
    return _rgb(hue, np.clip(saturation, 0, 1), np.clip(value, 0, 1))


def _rgb(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """HSV, hue in degrees, to RGB f64[n,3]: channel c is v - v·s·clip(min(k, 4-k), 0, 1), k = (c + hue/60) mod 6, c = 5, 3, 1."""
    k = (np.array([5, 3, 1]) + hue[:, None] / 60) % 6
    return value[:, None] * (1 - saturation[:, None] * np.clip(np.minimum(k, 4 - k), 0, 1))


def _grounds(draws: _Draws, ink_lumas: np.ndarray) -> np.ndarray:
    """Grounds f32[n,3,64,64]: nearly grey, of three random brightnesses the one that stands out best from ``ink_lumas``."""
    values = np.stack([draws.between(0.08, 0.95) for _ in range(3)])
    contrasts = np.abs(values[:, None] - ink_lumas[None]).min(axis=1)
    value = np.take_along_axis(values, contrasts.argmax(axis=0)[None], axis=0)[0]
    colour = _rgb(draws.between(0, 360), draws.between(0, 0.14), value)
    tint = np.stack([draws.around(0.10) for _ in range(3)], axis=1)
    shade = _shades(draws)
    ground = _pixelwise(colour) + shade[:, None] * _pixelwise(tint)
    return np.clip(ground, 0, 1, out=ground)


def _shades(draws: _Draws) -> np.ndarray:
    """How strongly each ground's tint shows, f32[n,64,64]: 40 % nowhere, 30 % linear, 15 % radial, 15 % in soft waves."""
    kind, direction = draws.between(0, 1), draws.between(0, 2 * np.pi)
    column, row = draws.around(0.5), draws.around(0.5)
    frequency, phase = draws.between(3, 9), draws.between(0, 2 * np.pi)
    shades = np.zeros((len(kind), SIDE, SIDE), dtype=np.float32)
    x, y = _COLUMNS / np.float32(_CENTRE) - 1, _ROWS / np.float32(_CENTRE) - 1
    linear, radial, waves = (np.flatnonzero((low <= kind) & (kind < high)) for low, high in ((0.4, 0.7), (0.7, 0.85), (0.85, 1)))
    for rows in (linear, waves):
        shades[rows] = _planes(np.cos(direction[rows])) * x + _planes(np.sin(direction[rows])) * y
    shades[waves] = 0.7 * np.sin(shades[waves] * _planes(frequency[waves]) + _planes(phase[waves]))
    shades[radial] = np.hypot(x - _planes(column[radial]), y - _planes(row[radial])) - 0.7
    return shades


def _planes(values: np.ndarray) -> np.ndarray:
    """f64[n] to f32[n,1,1]."""
    return values.astype(np.float32)[:, None, None]


def _pixelwise(colours: np.ndarray) -> np.ndarray:
    """f64[n,3] to f32[n,3,1,1]."""
    return colours.astype(np.float32)[:, :, None, None]

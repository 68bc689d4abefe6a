"""``glyphs``: 32×32 RGB pictures of the ten digits, drawn from seeds; endless, and the same on every run.

A picture is one digit in a random face, colour and pose on a plain, graded or mildly textured ground. Picture i of seed
s depends on (s, i) and on the installed fonts, on nothing else.
"""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sluice_models.data.fonts import FontFamily, installed_families, split_families
from sluice_models.data.picture_sets import PictureSet

CLASSES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIZE = 32
_SUPERSAMPLING = 4
_CANVAS = SIZE * _SUPERSAMPLING
_LEAST_CONTRAST = 0.40
_LUMA = np.array([0.299, 0.587, 0.114])


def render(families: list[FontFamily], seed: int, index: int) -> tuple[np.ndarray, int]:
    """Picture ``index`` of ``seed``: u8[3,32,32] and its label; classes take turns, so any whole ten is balanced."""
    rng = np.random.default_rng((seed, index))
    label = index % len(CLASSES)
    mask = _digit_mask(rng, families, label)[:, :, None]
    ground, ink = _colours(rng)
    picture = _ground(rng, ground) * (1 - mask) + _ink(rng, ink) * mask
    return np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8).transpose(2, 0, 1), label


def draw(seed: int, indices: range, held_out: bool) -> PictureSet:
    """Pictures ``indices`` of ``seed``, in the training fonts or in the held-out ones: u8[n,3,32,32], labels i64[n]."""
    families = _families(held_out)
    drawn = [render(families, seed, index) for index in indices]
    return PictureSet(np.stack([pixels for pixels, _ in drawn]), np.array([label for _, label in drawn], dtype=np.int64))


@functools.cache
def _families(held_out: bool) -> list[FontFamily]:
    training, kept_back = split_families(installed_families())
    return kept_back if held_out else training


@functools.lru_cache(maxsize=2_048)
def _font(file: str, points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, points)


def _digit_mask(rng: np.random.Generator, families: list[FontFamily], label: int) -> np.ndarray:
    """Coverage f64[32,32] in [0,1] of one posed digit, box-filtered down from a four times finer canvas."""
    family = families[rng.integers(len(families))]
    file = family.files[rng.integers(len(family.files))]
    sharp = _centred_digit(file, label)
    posed = sharp.transform((_CANVAS, _CANVAS), Image.Transform.AFFINE, _pose(rng), Image.Resampling.BILINEAR)
    return np.asarray(posed.resize((SIZE, SIZE), Image.Resampling.BOX), dtype=np.float64) / 255


@functools.lru_cache(maxsize=8_192)
def _centred_digit(file: str, label: int) -> Image.Image:
    """The digit with its ink box centred on the canvas and its larger side three quarters of it."""
    left, top, right, bottom = _font(file, 100).getbbox(str(label))
    points = round(100 * 0.75 * _CANVAS / max(right - left, bottom - top))
    font = _font(file, points)
    left, top, right, bottom = font.getbbox(str(label))
    image = Image.new("L", (_CANVAS, _CANVAS), 0)
    corner = ((_CANVAS - left - right) / 2, (_CANVAS - top - bottom) / 2)
    ImageDraw.Draw(image).text(corner, str(label), fill=255, font=font)
    return image


def _pose(rng: np.random.Generator) -> tuple[float, ...]:
    """The inverse affine map (canvas to source) of a rotation ≤ 17°, shear ≤ 0.15, scale 0.75-1.12 and shift ≤ 3 px."""
    angle = rng.uniform(-0.3, 0.3)
    shear = rng.uniform(-0.15, 0.15)
    scale = rng.uniform(0.75, 1.12)
    shift = rng.uniform(-3, 3, size=2) * _SUPERSAMPLING
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    inverse = np.linalg.inv(scale * turn @ np.array([[1, shear], [0, 1]]))
    centre = np.full(2, _CANVAS / 2)
    offset = centre - inverse @ (centre + shift)
    return (*inverse[0], offset[0], *inverse[1], offset[1])


def _colours(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A ground and an ink colour, f64[3] in [0,1], whose luma differs enough for the digit to stay legible."""
    while True:
        ground, ink = rng.uniform(0, 1, size=(2, 3))
        if abs((ground - ink) @ _LUMA) >= _LEAST_CONTRAST:
            return ground, ink


_ROWS, _COLUMNS = np.meshgrid(np.linspace(-1, 1, SIZE), np.linspace(-1, 1, SIZE), indexing="ij")


def _ground(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """The background f64[32,32,3]: 40 % plain, 30 % linear, 15 % radial gradient, 15 % soft waves."""
    kind = rng.choice(4, p=[0.40, 0.30, 0.15, 0.15])
    direction = rng.uniform(0, 2 * np.pi)
    along = np.cos(direction) * _COLUMNS + np.sin(direction) * _ROWS
    if kind == 0:
        shade = np.zeros((SIZE, SIZE))
    elif kind == 1:
        shade = along / np.sqrt(2)
    elif kind == 2:
        centre = rng.uniform(-0.5, 0.5, size=2)
        shade = np.hypot(_ROWS - centre[0], _COLUMNS - centre[1]) - 0.7
    else:
        shade = 0.5 * np.sin(along * rng.uniform(4, 12) + rng.uniform(0, 2 * np.pi))
    tint = rng.uniform(-0.18, 0.18, size=3)
    return np.clip(colour + shade[:, :, None] * tint, 0, 1)


def _ink(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """The digit's own colour f64[32,32,3]; one in four runs through a slight gradient."""
    if rng.uniform() >= 0.25:
        return np.broadcast_to(colour, (SIZE, SIZE, 3))
    direction = rng.uniform(0, 2 * np.pi)
    along = (np.cos(direction) * _COLUMNS + np.sin(direction) * _ROWS) / np.sqrt(2)
    return np.clip(colour + along[:, :, None] * rng.uniform(-0.15, 0.15, size=3), 0, 1)

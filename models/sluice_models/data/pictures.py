"""Lays pictures out in a grid, with captions where they have some, and writes it as a PNG."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP = 2
_BLOCK_GAP = 10
_PAPER = 255
_CAPTION_POINTS = 10
_CAPTION_LINES = 3


def grid(pixels: np.ndarray, columns: int, block: int = 0) -> np.ndarray:
    """u8[n,3,H,W], row by row, to one picture u8[h,w,3]; with ``block`` > 0 a wider gap after every so many columns."""
    count, channels, height, width = pixels.shape
    rows = -(-count // columns)
    blocks = (columns - 1) // block if block else 0
    sheet = np.full((rows * (height + _GAP), columns * (width + _GAP) + blocks * _BLOCK_GAP, channels), _PAPER, dtype=np.uint8)
    for position, picture in enumerate(pixels):
        row, column = divmod(position, columns)
        top = row * (height + _GAP)
        left = column * (width + _GAP) + (column // block * _BLOCK_GAP if block else 0)
        sheet[top : top + height, left : left + width] = picture.transpose(1, 2, 0)
    return sheet


def captioned_grid(pixels: np.ndarray, captions: Sequence[str], columns: int, enlarge: int = 2) -> np.ndarray:
    """As ``grid``, every picture u8[3,H,W] ``enlarge`` times larger and its caption beneath it, cut after three lines."""
    large = pixels.repeat(enlarge, axis=2).repeat(enlarge, axis=3)
    written = np.stack([_written(caption, large.shape[3]) for caption in captions])
    return grid(np.concatenate([large, written], axis=2), columns)


def _written(caption: str, width: int) -> np.ndarray:
    """A caption on a strip of paper, u8[3,h,width]."""
    font = ImageFont.load_default(_CAPTION_POINTS)
    lines = textwrap.wrap(caption, width // (_CAPTION_POINTS // 2))[:_CAPTION_LINES]
    strip = Image.new("RGB", (width, _CAPTION_LINES * (_CAPTION_POINTS + 2) + 4), (_PAPER,) * 3)
    ImageDraw.Draw(strip).multiline_text((2, 1), "\n".join(lines), fill=0, font=font, spacing=2)
    return np.asarray(strip).transpose(2, 0, 1)


def write_png(path: Path, sheet: np.ndarray, enlarge: int = 3) -> None:
    """Writes ``sheet`` with every pixel ``enlarge`` times larger, so that 32-pixel pictures can be looked at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(sheet)
    image.resize((image.width * enlarge, image.height * enlarge), Image.Resampling.NEAREST).save(path, optimize=True)

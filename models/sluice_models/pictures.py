"""Lays pictures out in a grid and writes it as a PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

_GAP = 2
_BLOCK_GAP = 10
_PAPER = 255


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


def write_png(path: Path, sheet: np.ndarray, enlarge: int = 3) -> None:
    """Writes ``sheet`` with every pixel ``enlarge`` times larger, so that 32-pixel pictures can be looked at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(sheet)
    image.resize((image.width * enlarge, image.height * enlarge), Image.Resampling.NEAREST).save(path, optimize=True)

"""Sets of drawn pictures: what is in one, how one is drawn on several cores, and how it is kept between runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_CHUNK = 1_000


@dataclass(frozen=True)
class PictureSet:
    """pixels u8[n,3,H,W]; labels i64[n], or i64[n,A] where a picture has A attributes; captions: n texts, or none at all."""

    pixels: np.ndarray
    labels: np.ndarray
    captions: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


Draw = Callable[[int, range], PictureSet]
"""(seed, indices) to those pictures; picture i of seed s must depend on (s, i) alone. Sent to other processes."""


def draw_set(draw: Draw, seed: int, count: int, workers: int = 2) -> PictureSet:
    """Pictures 0 … count-1 of ``seed``, drawn by ``workers`` processes where there is more than one chunk of them."""
    chunks = [range(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    if len(chunks) == 1:
        return draw(seed, chunks[0])
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(functools.partial(draw, seed), chunks))
    return PictureSet(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.labels for part in parts]),
        tuple(caption for part in parts for caption in part.captions),
    )


@dataclass(frozen=True)
class Pictures:
    """One set of pictures by its recipe: the name it is kept under, its seed and size, and what draws it."""

    name: str
    seed: int
    count: int
    draw: Draw

    def load(self, work: Path) -> PictureSet:
        """The set, drawn once and kept in ``work`` so that a second run starts at once."""
        path = work / f"{self.name}-{self.seed}-{self.count}.npz"
        if not path.exists():
            made = draw_set(self.draw, self.seed, self.count)
            work.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial.npz")
            np.savez(partial, pixels=made.pixels, labels=made.labels, captions=np.array(made.captions, dtype=np.str_))
            partial.rename(path)
        stored = np.load(path, allow_pickle=False)
        captions = tuple(stored["captions"].tolist()) if "captions" in stored else ()
        return PictureSet(stored["pixels"], stored["labels"], captions)

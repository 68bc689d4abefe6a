"""What a bundle is worth: how often sampled pictures carry their class, and how well the classifiers read noisy ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sluice_models.bundles.bundle import load_module
from sluice_models.data.glyphs import CLASSES
from sluice_models.data.picture_sets import PictureSet
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.sampling.pipeline import BATCH
from sluice_models.training.examples import scaled

_Z95 = 1.959964


@dataclass(frozen=True)
class Rate:
    """``hits`` out of ``count``, with Wilson's 95 % interval."""

    hits: int
    count: int

    @property
    def share(self) -> float:
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
        n, p, z2 = self.count, self.share, _Z95**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return middle - half, middle + half

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits}/{self.count} = {100 * self.share:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def hit_rate(bundle: Path, judge: str, pixels: Tensor, classes: Tensor) -> Rate:
    """How often ``judge`` (guide or auditor) finds the asked class in finished pictures, read as x_0 at t = 0."""
    return _accuracy_at(load_module(bundle, judge), scaled(pixels), 0, classes)


def per_class(bundle: Path, judge: str, pixels: Tensor, classes: Tensor) -> dict[str, Rate]:
    return {
        name: hit_rate(bundle, judge, pixels[classes == index], classes[classes == index])
        for index, name in enumerate(CLASSES)
        if (classes == index).any()
    }


def noisy_accuracy(bundle: Path, judge: str, pictures: PictureSet, timesteps: tuple[int, ...]) -> dict[str, Rate]:
    """Accuracy on the clean pictures (read at t = 0), then on the same pictures noised to each original timestep."""
    module = load_module(bundle, judge)
    process = Process(Schedule.cosine())
    x0, labels = scaled(torch.from_numpy(pictures.pixels)), torch.from_numpy(pictures.labels)
    rates = {"clean": _accuracy_at(module, x0, 0, labels)}
    for t in timesteps:
        eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(t))
        rates[f"t = {t}"] = _accuracy_at(module, process.q_sample(x0, torch.full_like(labels, t), eps), t, labels)
    return rates


def _accuracy_at(module: torch.jit.ScriptModule, x: Tensor, t: int, labels: Tensor) -> Rate:
    hits = sum(int(module(x[rows], torch.full((len(rows),), t), labels[rows])[-1].sum()) for rows in torch.arange(len(labels)).split(BATCH))
    return Rate(hits, len(labels))

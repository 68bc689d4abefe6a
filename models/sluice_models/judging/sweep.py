"""Which settings of guidance are worth having: a line for each of a grid, with what it hits and how like drawn pictures it is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sluice_models.data.glyphs import CLASSES
from sluice_models.judging.evaluation import Rate, hit_rate
from sluice_models.judging.likeness import Drawn, Likeness
from sluice_models.sampling.pipeline import Pipeline, SamplingPlan

HEADING = "  guide  auditor      interval  features  grounds  contrast  clipped  ripple  setting"


@dataclass(frozen=True)
class Finding:
    """What one setting makes; ``plan`` is None where the pictures are drawn ones."""

    plan: SamplingPlan | None
    guide: Rate
    auditor: Rate
    likeness: Likeness
    pixels: Tensor = dataclasses.field(repr=False, compare=False)

    def __str__(self) -> str:
        low, high = (100 * end for end in self.auditor.interval)
        like = self.likeness
        return (
            f"{100 * self.guide.share:6.1f}%  {100 * self.auditor.share:6.1f}%  [{low:4.1f}, {high:5.1f}]  {like.features:8.2f}  "
            f"{like.grounds:7.1f}  {like.contrast:8.1f}  {100 * like.clipped:6.1f}%  {like.ripple:6.2f}  {self.plan or 'drawn'}"
        )


def grid_of(base: SamplingPlan, **choices: Sequence[Any]) -> list[SamplingPlan]:
    """``base`` with every combination of the choices, each a field's values; the last field changes fastest."""
    combinations = itertools.product(*choices.values())
    return [dataclasses.replace(base, **dict(zip(choices, combination))) for combination in combinations]


def findings(bundle: Path, judges: Path, plans: Sequence[SamplingPlan], images: int, reference: Tensor, spare: Tensor) -> Iterator[Finding]:
    """A finding of drawn pictures, ``spare``, as the best that can be had, and then one of each plan, all from the same noise.

    ``reference`` u8[N,3,H,W] are the drawn pictures that all are compared with; the classes take turns in all of them.
    """
    pipeline, drawn = Pipeline(bundle), Drawn(judges, reference)
    classes = torch.arange(images) % len(CLASSES)

    def finding(plan: SamplingPlan | None, pixels: Tensor) -> Finding:
        guide, auditor = (hit_rate(judges, judge, pixels, classes) for judge in ("guide", "auditor"))
        return Finding(plan, guide, auditor, drawn.likeness(pixels), pixels)

    yield finding(None, spare[:images])
    for plan in plans:
        yield finding(plan, pipeline.sample(classes, plan))


def best(found: Sequence[Finding]) -> Finding:
    """The one nearest to drawn pictures by features, of those whose hits chance could have made as many as the most hits."""
    most = max(finding.auditor.share for finding in found)
    return min((finding for finding in found if finding.auditor.interval[1] >= most), key=lambda finding: finding.likeness.features)

"""What a recipe is made of: the parts it trains, where their checkpoints lie, and how they become a bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from sluice_models.training.trainer import Network, Trainer, TrainingPlan, trained


@dataclass(frozen=True)
class Workshop:
    """Where one bundle is made: pictures lie in ``work``, checkpoints in ``work``/``bundle``."""

    work: Path
    bundle: str
    device: torch.device = torch.device("cpu")
    replicas: int = 1

    @property
    def folder(self) -> Path:
        return self.work / self.bundle

    def checkpoint(self, part: str) -> Path:
        return self.folder / f"{part}.ckpt"

    def trained(self, part: str, network: Network) -> tuple[Network, int]:
        """``network`` with a part's averaged parameters, on the CPU, and the steps it was trained for."""
        return trained(network, self.checkpoint(part))


@dataclass(frozen=True)
class Part:
    """A network to train. ``watch`` is given the averaged network and the step at every checkpoint."""

    plan: TrainingPlan
    trainer: Callable[[Workshop, TrainingPlan], Trainer]
    watch: Callable[[Workshop, nn.Module, int], None] = lambda workshop, network, step: None


@dataclass(frozen=True)
class Recipe:
    """``parts`` in the order in which they must be trained; ``export`` writes the bundle's folder out of their checkpoints.

    ``unpack``, where a bundle holds all that was trained, writes checkpoints out of it, so that training can go on.
    """

    parts: dict[str, Part]
    export: Callable[[Workshop, Path], None]
    unpack: Callable[[Workshop, Path], None] | None = None

    def seeds(self) -> dict[str, int]:
        return {part: entry.plan.seed for part, entry in self.parts.items()}

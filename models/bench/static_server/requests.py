"""Requests, and how they are put into batches: equal settings together, in order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_SEEDS = 2**63


@dataclass(frozen=True)
class Settings:
    """What the images of one batch have in common.

    ``timesteps`` are the model's, noisiest first; ``guided[i]`` says whether step i evaluates guidance, and ``weights[i]``
    is its omega. A weight where nothing is evaluated pushes along the last direction again.
    """

    sampler: str
    eta: float
    timesteps: tuple[int, ...]
    method: str
    scale: float
    guided: tuple[bool, ...]
    weights: tuple[float, ...]

    def strength(self, step: int) -> float:
        """What step's direction is multiplied by: omega (s - 1) for classifier-free guidance, omega s for a classifier."""
        return self.weights[step] * (self.scale - 1 if self.method == "cfg" else self.scale)


@dataclass(frozen=True)
class Image:
    """One image of a request: the class the guide aims at, the class the denoiser is told, and its noise."""

    request: str
    number: int
    target: int
    condition: int
    seed: int


@dataclass(frozen=True)
class Request:
    """A request as the worker planned it."""

    settings: Settings
    images: tuple[Image, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Request:
        sampler, guidance, timesteps = entry["sampler"], entry["guidance"], tuple(entry["timesteps"])
        guided = frozenset(guidance.get("guided", ()))
        if sampler["kind"] not in ("ddpm", "ddim") or guidance["method"] not in ("none", "cfg", "classifier"):
            raise ValueError(f"{entry['id']}: {sampler['kind']} with {guidance['method']} is not known here")
        settings = Settings(
            sampler=sampler["kind"],
            eta=float(sampler.get("eta", 0.0)),
            timesteps=timesteps,
            method=guidance["method"],
            scale=float(guidance.get("scale", 0.0)),
            guided=tuple(step in guided for step in range(len(timesteps))),
            weights=tuple(float(weight) for weight in guidance.get("weights", ())) or (0.0,) * len(timesteps),
        )
        if len(settings.weights) != len(timesteps):
            raise ValueError(f"{entry['id']}: {len(settings.weights)} weights for {len(timesteps)} timesteps")
        images = (
            Image(entry["id"], number, entry["class"], entry["conditionClass"], (entry["seed"] + number) % _SEEDS)
            for number in range(entry["images"])
        )
        return cls(settings, tuple(images))


@dataclass(frozen=True)
class Batch:
    settings: Settings
    images: tuple[Image, ...]


def batches(requests: list[Request], most_images: int) -> list[Batch]:
    """Groups by equal settings, then cuts each group into batches of at most ``most_images``, as even as can be."""
    groups: dict[Settings, list[Image]] = {}
    for request in requests:
        groups.setdefault(request.settings, []).extend(request.images)
    cut = []
    for settings, images in groups.items():
        count = -(-len(images) // most_images)
        bounds = [len(images) * i // count for i in range(count + 1)]
        cut += [Batch(settings, tuple(images[start:end])) for start, end in pairwise(bounds)]
    return cut

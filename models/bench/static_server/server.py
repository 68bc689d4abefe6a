"""Runs batches over a bundle's modules, and counts what it asked of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sluice_models.bundles.bundle import load_module, read_description
from sluice_models.sampling.diffusion import cosine_betas
from static_server.requests import Batch, Request, batches
from static_server.steps import Noise, Push, sampler_of

_BETAS = {"cosine": cosine_betas}
_WARM_UP_CALLS = 3


class UnknownDiffusion(RuntimeError):
    """The bundle was trained as something this server does not compute."""


@dataclass(frozen=True)
class BundleModules:
    """A bundle's scripts on one device, and what its bundle.json says of them."""

    denoiser: nn.Module
    guide: nn.Module | None
    shape: tuple[int, int, int]
    guided_channels: int
    null_class: int
    betas: np.ndarray
    device: torch.device

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> BundleModules:
        description = read_description(folder)
        diffusion, sample = description["diffusion"], description["sample"]
        known = {"prediction": "epsilon", "variance": "learned_range", "clipDenoised": True}
        if {key: diffusion[key] for key in known} != known or diffusion["betaSchedule"] not in _BETAS:
            raise UnknownDiffusion(f"{folder}: this server computes {known} and {list(_BETAS)}, not {diffusion}")

        def module(name: str) -> torch.jit.ScriptModule:
            loaded = load_module(folder, name).to(device)
            for parameter in loaded.parameters():
                # Or the guide would also keep what the gradients of its weights need.
                parameter.requires_grad_(False)
            return loaded

        return cls(
            denoiser=module("denoiser"),
            guide=module("guide") if "guide" in description["modules"] else None,
            shape=(sample["channels"], sample["height"], sample["width"]),
            guided_channels=description["guidance"]["guidedChannels"],
            null_class=description["condition"]["nullClass"],
            betas=_BETAS[diffusion["betaSchedule"]](diffusion["trainSteps"]),
            device=device,
        )


@dataclass
class Served:
    """What a line of requests took; ``pictures`` f32[C,H,W] in [-1,1], on the CPU, by request and image number."""

    pictures: dict[tuple[str, int], Tensor] = field(default_factory=dict)
    seconds: float = 0.0
    denoiser_rows: int = 0
    guide_rows: int = 0
    denoiser_calls: int = 0
    guide_calls: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "images": len(self.pictures),
            "denoiserRows": self.denoiser_rows,
            "guideRows": self.guide_rows,
            "denoiserCalls": self.denoiser_calls,
            "guideCalls": self.guide_calls,
        }


class CountedModules:
    """A bundle's modules with their calls and rows counted into ``served``."""

    def __init__(self, modules: BundleModules, served: Served):
        self._modules = modules
        self._served = served

    def denoise(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """eps and v, f32[N,2C,H,W]."""
        self._served.denoiser_calls += 1
        self._served.denoiser_rows += len(x)
        return self._modules.denoiser(x, t, condition)

    def gradient(self, x: Tensor, t: Tensor, target: Tensor) -> Tensor:
        """The slope of log p(target | x, t), f32[N,C,H,W]."""
        if self._modules.guide is None:
            raise UnknownDiffusion("the bundle has no guide, and classifier guidance was asked for")
        self._served.guide_calls += 1
        self._served.guide_rows += len(x)
        return self._modules.guide(x, t, target)[0]


class BatchRun:
    """The trajectories of one batch. A guided step of classifier-free guidance runs both kinds of rows in one call.

    ``every_step`` evaluates guidance also at the steps whose plan skips it.
    """

    def __init__(self, batch: Batch, modules: BundleModules, served: Served, every_step: bool):
        settings, n, device = batch.settings, len(batch.images), modules.device
        self._settings, self._guided_channels = settings, modules.guided_channels
        self._modules = CountedModules(modules, served)
        self._sampler = sampler_of(settings, modules.betas)
        self._free = settings.method == "cfg"
        self._guided = [True] * len(settings.timesteps) if every_step and any(settings.guided) else settings.guided
        rows = 2 * n if self._free else n
        # Rows n … 2n stand for the same images without their class; only guided steps fill and evaluate them.
        self._both = torch.empty((rows, *modules.shape), device=device)
        self._x = self._both[:n]
        self._noise = Noise([image.seed for image in batch.images], modules.shape, device)
        self._timesteps = torch.tensor(settings.timesteps, device=device)[:, None].repeat(1, rows)
        self._targets = torch.tensor([image.target for image in batch.images], device=device)
        conditions = torch.tensor([image.condition for image in batch.images], device=device)
        nobody = torch.full_like(conditions, modules.null_class)
        self._conditions = torch.cat([conditions, nobody]) if self._free else conditions
        self._direction: Tensor | None = None

    def pictures(self) -> Tensor:
        """x_0 of every image, f32[N,C,H,W], on the CPU."""
        self._noise.first(self._x)
        steps = len(self._settings.timesteps)
        for step in range(steps):
            index = steps - 1 - step
            eps, v, push = self._prediction(step)
            noise = self._noise.next() if self._sampler.needs_noise(index) else None
            self._sampler.step(index, self._x, eps, v, push, noise)
        return self._x.cpu()

    def _prediction(self, step: int) -> tuple[Tensor, Tensor, Push | None]:
        """eps (with classifier-free guidance in it), v, and a guide's push, of one step."""
        x, t, n, guided = self._x, self._timesteps[step], len(self._x), self._guided[step]
        strength = self._settings.strength(step)
        if not self._free:
            eps, v = self._modules.denoise(x, t, self._conditions).chunk(2, dim=1)
            if guided:
                self._direction = self._modules.gradient(x, t, self._targets)
            if strength == 0 or self._direction is None:
                return eps, v, None
            return eps, v, Push(self._direction, strength)
        if guided:
            self._both[n:].copy_(x)
            said = self._modules.denoise(self._both, t, self._conditions)
            self._direction = (said[:n] - said[n:])[:, : self._guided_channels]
        else:
            said = self._modules.denoise(x, t[:n], self._conditions[:n])
        eps, v = said[:n].chunk(2, dim=1)
        if strength != 0 and self._direction is not None:
            eps[:, : self._guided_channels].add_(self._direction, alpha=strength)
        return eps, v, None


class StaticServer:
    """Serves requests batch by batch."""

    def __init__(self, modules: BundleModules, most_images: int, every_step: bool = False):
        self._modules = modules
        self._most_images = most_images
        self._every_step = every_step

    @torch.no_grad()
    def warm_up(self) -> None:
        """Calls each module at the sizes of a full batch, as often as libtorch changes its mind about a script."""
        modules, device = CountedModules(self._modules, Served()), self._modules.device
        for n in (self._most_images, 2 * self._most_images):
            x, zeros = torch.zeros((n, *self._modules.shape), device=device), torch.zeros(n, dtype=torch.int64, device=device)
            for _ in range(_WARM_UP_CALLS):
                modules.denoise(x, zeros, zeros)
                if self._modules.guide is not None and n == self._most_images:
                    modules.gradient(x, zeros, zeros)

    @torch.no_grad()
    def serve(self, requests: list[Request]) -> Served:
        served = Served()
        started = time.perf_counter()
        for batch in batches(requests, self._most_images):
            pictures = BatchRun(batch, self._modules, served, self._every_step).pictures()
            served.pictures.update(((image.request, image.number), row) for image, row in zip(batch.images, pictures))
        served.seconds = time.perf_counter() - started
        return served

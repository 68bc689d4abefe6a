"""Batches of training examples. All of a batch's randomness comes from the one generator it is drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Protocol, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from sluice_models.data.picture_sets import PictureSet
from sluice_models.sampling.diffusion import Process


@dataclass(frozen=True)
class Batch:
    """Tensors of as many rows each; labels among them, i64[N,…]."""

    labels: Tensor

    def split(self, parts: int) -> list[Self]:
        pieces = zip(*(getattr(self, field.name).chunk(parts) for field in fields(self)))
        return [type(self)(*piece) for piece in pieces]

    def to(self, device: torch.device) -> Self:
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))


@dataclass(frozen=True)
class CaptionExamples(Batch):
    """Captions' tokens i64[N,L] with the attributes i64[N,6] that they speak of."""

    tokens: Tensor


@dataclass(frozen=True)
class Examples(Batch):
    """One batch of pictures: labels (classes i64[N] or tokens i64[N,L]), x_0, original timesteps i64[N], noise, x_t, and a coin f32[N]
    in [0,1) that drops labels."""

    x0: Tensor
    t: Tensor
    eps: Tensor
    x: Tensor
    coin: Tensor

    @property
    def shown(self) -> tuple[Tensor, ...]:
        """What a network is given before the label."""
        return self.x, self.t


@dataclass(frozen=True)
class UpsamplingExamples(Examples):
    """Examples of a second stage, with the smaller picture it is shown, f32[N,3,S/2,S/2] in [-1,1]."""

    low: Tensor

    @property
    def shown(self) -> tuple[Tensor, ...]:
        return self.x, self.t, self.low


class Source(Protocol):
    def batch(self, generator: torch.Generator, size: int) -> Batch: ...


class CaptionSource:
    """Captions' tokens i64[n,L] and their pictures' labels i64[n,6], drawn uniformly."""

    def __init__(self, tokens: Tensor, labels: Tensor, device: torch.device):
        self._tokens = tokens
        self._labels = labels
        self._device = device

    def batch(self, generator: torch.Generator, size: int) -> CaptionExamples:
        chosen = torch.randint(len(self._labels), (size,), generator=generator)
        return CaptionExamples(self._labels[chosen], self._tokens[chosen]).to(self._device)


class NoisedSource:
    """Noised batches on the training device, examples and timesteps drawn uniformly.

    ``prepared`` makes x_0 of a batch of what is stored, on the CPU. Half of the timesteps come from the noisiest part
    of them alone, where it is settled what goes where; ``noisiest`` is that part's share, and 1 leaves all alike.
    """

    def __init__(
        self,
        stored: Tensor,
        labels: Tensor,
        prepared: Callable[[Tensor], Tensor],
        process: Process,
        device: torch.device,
        noisiest: float = 1.0,
    ):
        self._stored = stored
        self._labels = labels
        self._prepared = prepared
        self._process = process
        self._device = device
        self._noisiest = noisiest

    def batch(self, generator: torch.Generator, size: int) -> Examples:
        chosen = self._chosen(generator, size)
        x0 = self._prepared(self._stored[chosen])
        t = self._timesteps(generator, size)
        eps = torch.randn(x0.shape, generator=generator)
        coin = torch.rand(size, generator=generator)
        x0, labels, t, eps, coin = (part.to(self._device) for part in (x0, self._labels[chosen], t, eps, coin))
        return Examples(labels, x0, t, eps, self._process.q_sample(x0, t, eps), coin)

    def _chosen(self, generator: torch.Generator, size: int) -> Tensor:
        return torch.randint(len(self._labels), (size,), generator=generator)

    def _timesteps(self, generator: torch.Generator, size: int) -> Tensor:
        steps = len(self._process.schedule)
        t = torch.randint(steps, (size,), generator=generator)
        if self._noisiest == 1:
            return t
        noisy = torch.randint(round(steps * (1 - self._noisiest)), steps, (size,), generator=generator)
        return torch.where(torch.rand(size, generator=generator) < 0.5, noisy, t)


class KindredSource(NoisedSource):
    """Half of the batches are of one kind of picture each, ``kinds`` i64[n], so that what tells them apart is something else."""

    def __init__(
        self,
        stored: Tensor,
        labels: Tensor,
        kinds: Tensor,
        prepared: Callable[[Tensor], Tensor],
        process: Process,
        device: torch.device,
    ):
        super().__init__(stored, labels, prepared, process, device)
        self._members = [(kinds == kind).nonzero()[:, 0] for kind in kinds.unique()]

    def _chosen(self, generator: torch.Generator, size: int) -> Tensor:
        if torch.rand(1, generator=generator) < 0.5:
            return super()._chosen(generator, size)
        members = self._members[int(torch.randint(len(self._members), (1,), generator=generator))]
        return members[torch.randint(len(members), (size,), generator=generator)]


class PictureSource(NoisedSource):
    """The pictures of a set, with its labels."""

    def __init__(self, pool: PictureSet, process: Process, device: torch.device):
        super().__init__(torch.from_numpy(pool.pixels), torch.from_numpy(pool.labels), scaled, process, device)


class UpsamplingSource:
    """Another source's pictures, beside each its half-size version with noise of a deviation of up to ``most_noise``.

    The noise stands for what is imperfect in a first stage's samples.
    """

    def __init__(self, pictures: NoisedSource, most_noise: float):
        self._pictures = pictures
        self._most_noise = most_noise

    def batch(self, generator: torch.Generator, size: int) -> UpsamplingExamples:
        examples = self._pictures.batch(generator, size)
        low = halved(examples.x0)
        strength = self._most_noise * torch.rand((size, 1, 1, 1), generator=generator)
        noise = (strength * torch.randn(low.shape, generator=generator)).to(low.device)
        parts = {field.name: getattr(examples, field.name) for field in fields(Examples)}
        return UpsamplingExamples(**parts, low=(low + noise).clamp(-1, 1))


class AutoencoderSource:
    """Clean pictures u8[n,3,S,S] and the noise of their latents, f32 of ``latent_shape`` each; nothing is noised."""

    def __init__(self, pixels: Tensor, latent_shape: tuple[int, ...], device: torch.device):
        self._pixels = pixels
        self._latent_shape = latent_shape
        self._device = device

    def batch(self, generator: torch.Generator, size: int) -> Examples:
        chosen = torch.randint(len(self._pixels), (size,), generator=generator)
        x0 = scaled(self._pixels[chosen])
        eps = torch.randn((size, *self._latent_shape), generator=generator)
        nothing = torch.zeros(size, dtype=torch.int64)
        return Examples(nothing, x0, nothing, eps, x0, torch.zeros(size)).to(self._device)


def scaled(pixels: Tensor) -> Tensor:
    """u8 in 0-255 to f32 in [-1,1]."""
    return pixels.float() / 127.5 - 1


def halved(pictures: Tensor) -> Tensor:
    """f32[N,C,S,S] averaged over 2×2 pixels."""
    return F.avg_pool2d(pictures, 2)

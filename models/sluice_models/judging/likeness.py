"""How like drawn pictures sampled ones are, whatever class a judge finds in them.

A guide raises its own hits, and often another classifier's, by means that no drawn picture shows: colours at the ends of their scale,
inverted grounds. These distances see that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sluice_models.bundles.bundle import below, parameters
from sluice_models.networks.adm import NoisyClassifier
from sluice_models.networks.configs import GLYPHS_CLASSIFIER
from sluice_models.sampling.pipeline import BATCH
from sluice_models.training.examples import scaled

_BORDER = 3
_LUMA = torch.tensor([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Likeness:
    """Distances between two sets of pictures, 0 for no difference, and two figures of one set; levels are of 255.

    ``features``: Fréchet's distance of the auditor's features. ``grounds``: Wasserstein's distance in levels between the colours of
    the borders, the mean of the three channels. ``contrast``: likewise of the deviation of luma within a picture. ``clipped``: the share
    of values at an end of their scale. ``ripple``: how far a ground's pixels alternate along its border, in levels.
    """

    features: float
    grounds: float
    contrast: float
    clipped: float
    ripple: float


class Drawn:
    """What sampled pictures are compared with: as the renderer draws them, and what the auditor of ``bundle`` sees in them."""

    def __init__(self, bundle: Path, pixels: Tensor):
        self._auditor = NoisyClassifier(GLYPHS_CLASSIFIER).eval()
        self._auditor.load_state_dict(below("network.", parameters(bundle, "auditor")))
        self._pixels = pixels
        self._features = self._seen(pixels)

    def likeness(self, pixels: Tensor) -> Likeness:
        """Of sampled pictures u8[N,3,H,W] to the drawn ones."""
        channels = zip(_grounds(pixels).T, _grounds(self._pixels).T)
        return Likeness(
            features=frechet(self._seen(pixels), self._features),
            grounds=float(torch.stack([wasserstein(ours, theirs) for ours, theirs in channels]).mean()),
            contrast=float(wasserstein(_contrast(pixels), _contrast(self._pixels))),
            clipped=float(((pixels == 0) | (pixels == 255)).float().mean()),
            ripple=ripple(pixels),
        )

    @torch.no_grad()
    def _seen(self, pixels: Tensor) -> Tensor:
        """Features f64[N,D] of clean pictures: the mean over positions of what the classifier's last block leaves."""
        seen: list[Tensor] = []
        listening = self._auditor.middle_block.register_forward_hook(lambda block, given, left: seen.append(left.mean(dim=(2, 3))))
        for part in scaled(pixels).split(BATCH):
            self._auditor(part, torch.zeros(len(part), dtype=torch.int64))
        listening.remove()
        return torch.cat(seen).double()


def frechet(one: Tensor, other: Tensor) -> float:
    """|m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) of two sets of features f64[N,D]   (Heusel et al., arXiv 1706.08500, Eq. 6)."""
    roots, vectors = torch.linalg.eigh(torch.cov(one.T))
    half = vectors * roots.clamp(min=0).sqrt() @ vectors.T
    mixed = torch.linalg.eigvalsh(half @ torch.cov(other.T) @ half).clamp(min=0).sqrt().sum()
    spread = torch.cov(one.T).trace() + torch.cov(other.T).trace() - 2 * mixed
    return float(((one.mean(0) - other.mean(0)) ** 2).sum() + spread)


def wasserstein(one: Tensor, other: Tensor) -> Tensor:
    """The mean distance of two sets of numbers' quantiles, at a hundred of them."""
    at = (torch.arange(100, dtype=torch.float64) + 0.5) / 100
    return (torch.quantile(one.double(), at) - torch.quantile(other.double(), at)).abs().mean()


def ripple(pixels: Tensor) -> float:
    """The mean of |p(x-1) - 2p(x) + p(x+1)| / 4 along the rows at the top and the bottom: a grid of two pixels' amplitude."""
    rows = torch.cat([pixels[:, :, :_BORDER], pixels[:, :, -_BORDER:]], dim=2).float()
    return float((rows[..., :-2] - 2 * rows[..., 1:-1] + rows[..., 2:]).abs().mean() / 4)


def _grounds(pixels: Tensor) -> Tensor:
    """The mean colour f32[N,3] of a picture's rows at the top and the bottom, where its ground shows."""
    return torch.cat([pixels[:, :, :_BORDER], pixels[:, :, -_BORDER:]], dim=2).float().mean(dim=(2, 3))


def _contrast(pixels: Tensor) -> Tensor:
    """The deviation f32[N] of luma within a picture."""
    return torch.einsum("nchw,c->nhw", pixels.float(), _LUMA).flatten(1).std(dim=1)

"""The latents that a diffusion model in latent space is trained on: encoded once, scaled to unit variance, kept on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sluice_models.training.examples import scaled
from sluice_models.training.pairs import Autoencoding

_BATCH = 250


@dataclass(frozen=True)
class Latents:
    """Posterior means times ``scale``, f16[n,C,H,W]; ``scale`` is one over their standard deviation."""

    values: Tensor
    scale: float


@torch.no_grad()
def encoded(network: Autoencoding, pixels: Tensor, device: torch.device) -> Latents:
    """The latents of pictures u8[n,3,S,S]."""
    encoder = network.autoencoder.to(device)
    means = torch.cat([encoder.encode(scaled(batch).to(device)).latent_dist.mean.cpu() for batch in pixels.split(_BATCH)])
    scale = 1 / means.std().item()
    return Latents((means * scale).half(), scale)


def cached_latents(path: Path, network: Autoencoding, steps: int, pixels: Tensor, device: torch.device) -> Latents:
    """``encoded``, kept in ``path`` for as long as the autoencoder is the one of that many training steps."""
    if path.exists():
        stored = torch.load(path, weights_only=True)
        if stored["steps"] == steps and len(stored["values"]) == len(pixels):
            return Latents(stored["values"], stored["scale"])
    made = encoded(network, pixels, device)
    partial = path.with_suffix(".partial")
    torch.save({"steps": steps, "values": made.values, "scale": made.scale}, partial)
    partial.replace(path)
    return made

"""The latents that a diffusion model in latent space is trained on: encoded once, scaled to unit variance, kept on disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sluice_models.training.examples import scaled
from sluice_models.training.pairs import Autoencoding

ENCODING = ("encoder.", "quant_conv.")
"""What the names of an autoencoder's encoding half begin with."""
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


def cached_latents(path: Path, network: Autoencoding, pixels: Tensor, device: torch.device) -> Latents:
    """``encoded``, kept in ``path`` for as long as the encoder has the same weights and there are as many pictures."""
    encoder = encoder_sha256(network)
    if path.exists():
        stored = torch.load(path, weights_only=True)
        if stored.get("encoder") == encoder and len(stored["values"]) == len(pixels):
            return Latents(stored["values"], stored["scale"])
    made = encoded(network, pixels, device)
    partial = path.with_suffix(".partial")
    torch.save({"encoder": encoder, "values": made.values, "scale": made.scale}, partial)
    partial.replace(path)
    return made


def encoder_sha256(network: Autoencoding) -> str:
    """Of the weights that make latents, by name; those that decode them don't count."""
    digest = hashlib.sha256()
    for name, value in sorted(network.autoencoder.state_dict().items()):
        if name.startswith(ENCODING):
            digest.update(name.encode())
            digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()

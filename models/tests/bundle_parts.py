"""What diffusers' classes need of a bundle, whatever its family: the autoencoder, a picture as they make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from sluice_models.bundles.bundle import parameters, read_description
from sluice_models.networks.stable_diffusion import AutoencoderConfig

# Final latent f32[4,H,W] and picture, by what the run is called.
Runs = dict[str, tuple[Tensor, Image.Image]]


def autoencoder_of(folder: Path, config: AutoencoderConfig) -> nn.Module:
    """diffusers' autoencoder with the bundle's decoder; its encoder is not in the bundle and stays as it was drawn."""
    autoencoder = config.build()
    missing, unexpected = autoencoder.load_state_dict(parameters(folder, "decoder"), strict=False)
    if unexpected or any(not name.startswith(("encoder.", "quant_conv.")) for name in missing):
        raise ValueError(f"{folder}: decoder lacks {missing} or has {unexpected}")
    autoencoder.register_to_config(scaling_factor=read_description(folder)["training"]["latentScale"])
    return autoencoder.eval()


@torch.no_grad()
def picture(autoencoder: Any, latent: Tensor) -> Image.Image:
    """As diffusers' image processor does: to 0 … 1, clamped, times 255, rounded."""
    decoded = autoencoder.decode(latent / autoencoder.config.scaling_factor).sample[0]
    pixels = ((decoded / 2 + 0.5).clamp(0, 1) * 255).round().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())

"""How an autoencoder is trained, whatever it is for; and what its decoder and its latents become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sluice_models.bundles.bundle import checked_file, parameters
from sluice_models.data.picture_sets import Pictures
from sluice_models.data.pictures import grid, write_png
from sluice_models.networks.stable_diffusion import AutoencoderConfig
from sluice_models.recipes.workshop import Part, Workshop
from sluice_models.sampling.samplers import to_pixels
from sluice_models.training.examples import AutoencoderSource, scaled
from sluice_models.training.latents import ENCODING, Latents, cached_latents
from sluice_models.training.losses import autoencoder_loss
from sluice_models.training.pairs import Autoencoding
from sluice_models.training.trainer import Trainer, TrainingPlan

AUTOENCODER = "autoencoder"
KL_WEIGHT = 1e-3
EDGE_WEIGHT = 1.0
_WATCHED = 40


def autoencoder_part(config: AutoencoderConfig, pictures: Pictures, plan: TrainingPlan) -> Part:
    """Trains on ``pictures``; every checkpoint draws a sheet of pictures over what comes back of them."""

    def trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
        torch.manual_seed(plan.seed)
        pixels = torch.from_numpy(pictures.load(workshop.work).pixels)
        latent_shape = (config.channels, config.latent_size, config.latent_size)
        source = AutoencoderSource(pixels, latent_shape, workshop.device)
        loss = autoencoder_loss(KL_WEIGHT, EDGE_WEIGHT)
        return Trainer(Autoencoding(config).to(workshop.device), loss, plan, source, workshop.replicas)

    @torch.no_grad()
    def watch(workshop: Workshop, network: nn.Module, step: int) -> None:
        assert isinstance(network, Autoencoding)
        pixels = pictures.load(workshop.work).pixels[:_WATCHED]
        x = scaled(torch.from_numpy(pixels)).to(workshop.device)
        rebuilt = network.autoencoder.decode(network.autoencoder.encode(x).latent_dist.mean).sample
        rows = np.stack([pixels, to_pixels(rebuilt.cpu(), nearest=True).numpy()], axis=1)
        write_png(workshop.folder / f"rebuilt-{step:06d}.png", grid(rows.reshape(-1, *pixels.shape[1:]), columns=16), enlarge=2)

    return Part(plan, trainer, watch)


def trained_autoencoder(workshop: Workshop, config: AutoencoderConfig) -> tuple[Autoencoding, int]:
    return workshop.trained(AUTOENCODER, Autoencoding(config))


def latents_of(workshop: Workshop, config: AutoencoderConfig, pixels: Tensor) -> Latents:
    """The training pictures' latents by the bundle's trained autoencoder."""
    network, _ = trained_autoencoder(workshop, config)
    return cached_latents(workshop.folder / "latents.pt", network, pixels, workshop.device)


ENCODER_FILE = "encoder.safetensors"


def written_encoder(workshop: Workshop, config: AutoencoderConfig) -> Path:
    """The half of the autoencoder that no worker needs, written beside the checkpoints: training goes on with it alone."""
    network, _ = trained_autoencoder(workshop, config)
    encoding = {name: value for name, value in network.autoencoder.state_dict().items() if name.startswith(ENCODING)}
    path = workshop.folder / ENCODER_FILE
    save_file(encoding, path)
    return path


def unpacked_autoencoder(folder: Path, config: AutoencoderConfig) -> Autoencoding:
    """The autoencoder out of a bundle's decoder and the encoder beside it.

    :raises BadBundle: if either is not what bundle.json says
    """
    network = Autoencoding(config)
    network.autoencoder.load_state_dict({**load_file(checked_file(folder, ENCODER_FILE)), **parameters(folder, "decoder")})
    return network

"""The autoencoder of Stable Diffusion 1 and DiT, from a diffusers folder or a single file of either naming."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from sluice_models.checkpoints import compvis
from sluice_models.checkpoints.assembly import Part
from sluice_models.checkpoints.reading import is_pipeline, part_config, read, read_part
from sluice_models.checkpoints.recognition import Configuration, loaded, recognised
from sluice_models.networks import configs
from sluice_models.networks.stable_diffusion import AutoencoderConfig, LatentDecoder

CONFIGURATIONS = [Configuration("sd-autoencoder", configs.SD1_AUTOENCODER, (AutoencoderConfig.build,), library="diffusers.models")]


@dataclass(frozen=True)
class RecognisedAutoencoder:
    """An autoencoder's weights, under diffusers' names, and what its latents are multiplied by for diffusion."""

    configuration: Configuration
    weights: dict[str, Tensor]
    scale: float

    @property
    def factor(self) -> int:
        """By how much a picture's side exceeds its latent's."""
        config: AutoencoderConfig = self.configuration.config
        return config.size // config.latent_size

    def part(self) -> Part:
        """The decoder; it stays fp32 always, as fp16 overflows in some of these autoencoders, and it runs once a picture."""
        return Part("decoder", self._decoder)

    def _decoder(self) -> nn.Module:
        return LatentDecoder(loaded(self.configuration.config.build, self.weights), self.scale).eval()  # type: ignore[arg-type]


def recognised_autoencoder(path: Path) -> RecognisedAutoencoder:
    """From a single file, a folder of its own, or the ``vae/`` of a whole diffusers pipeline."""
    if not path.is_dir():
        return autoencoder_of(path, read(path))
    folder = path / "vae" if is_pipeline(path) else path
    scale = part_config(folder).get("scaling_factor", configs.SD1_SCALE)
    return autoencoder_of(folder, read_part(folder), scale)


def autoencoder_of(path: Path, found: dict[str, Tensor], scale: float = configs.SD1_SCALE, prefix: str = "") -> RecognisedAutoencoder:
    """From the names and tensors found at ``path``, which carried ``prefix`` there; told of in the words they had."""
    weights = compvis.vae(found)
    name_in_file = compvis.names_as_in(found, compvis.vae_prefixes(), prefix)
    return RecognisedAutoencoder(recognised(path, weights, CONFIGURATIONS, name_in_file), weights, scale)

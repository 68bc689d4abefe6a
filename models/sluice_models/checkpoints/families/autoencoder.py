"""The autoencoder of Stable Diffusion 1 and DiT, from a diffusers folder or a single file of either naming."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from sluice_models.checkpoints import compvis
from sluice_models.checkpoints.assembly import Part
from sluice_models.checkpoints.reading import is_pipeline, read, read_part
from sluice_models.checkpoints.recognition import Candidate, Configuration, candidate, loaded, require_facts, require_nothing_told
from sluice_models.networks import configs
from sluice_models.networks.stable_diffusion import AutoencoderConfig, LatentDecoder

CONFIGURATIONS = [Configuration("sd-autoencoder", configs.SD1_AUTOENCODER, (AutoencoderConfig.build,), library="diffusers.models")]


@dataclass(frozen=True)
class Autoencoder:
    """An autoencoder's weights, under diffusers' names."""

    found: Candidate

    @property
    def factor(self) -> int:
        """By how much a picture's side exceeds its latent's."""
        config: AutoencoderConfig = self.found.configuration.config
        return config.size // config.latent_size

    def part(self) -> Part:
        """The decoder; it stays fp32 always, as fp16 overflows in some of these autoencoders, and it runs once a picture."""
        return Part("decoder", self._decoder)

    def _decoder(self) -> nn.Module:
        network = loaded(self.found.configuration.config.build, self.found.weights)
        return LatentDecoder(network, configs.SD1_SCALE).eval()


def recognised_autoencoder(path: Path) -> Autoencoder:
    """:raises Unrecognised: if it is another autoencoder than Stable Diffusion 1's"""
    autoencoder = autoencoder_at(path)
    require_nothing_told(autoencoder.found.told())
    return autoencoder


def autoencoder_at(path: Path) -> Autoencoder:
    """Whatever is in a single file, a folder of its own, or the ``vae/`` of a whole diffusers pipeline.

    :raises Unrecognised: if a folder says of itself that its latents have another scale, as SDXL's have, which has the same shapes
    """
    if not path.is_dir():
        return autoencoder_of(path, read(path))
    folder = path / "vae" if is_pipeline(path) else path
    require_facts(folder / "config.json", {"scaling_factor": configs.SD1_SCALE}, "Stable Diffusion 1's autoencoder")
    return autoencoder_of(folder, read_part(folder))


def autoencoder_of(path: Path, found: dict[str, Tensor], prefix: str = "") -> Autoencoder:
    """From the names and tensors found at ``path``, which carried ``prefix`` there; told of in the words they had."""
    wording = compvis.wording(found, compvis.vae_prefixes(), prefix)
    return Autoencoder(candidate(path, compvis.vae(found, prefix=prefix), CONFIGURATIONS, wording))

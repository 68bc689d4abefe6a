"""Networks that are trained together though a bundle holds them apart."""

from __future__ import annotations

import math
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from sluice_models.data.attributes import ATTRIBUTE_CLASSES
from sluice_models.networks.noisy_clip import SCORE_SCALE, ClipConfig, ImageEncoder, TextEncoder
from sluice_models.networks.stable_diffusion import AutoencoderConfig

_FIRST_SCALE = 1 / 0.07
Text = TypeVar("Text", bound=nn.Module)
Picture = TypeVar("Picture", bound=nn.Module)


class TextToPicture(nn.Module, Generic[Text, Picture]):
    """A text encoder and the network that takes its context as the last argument: (x, t[, low], tokens) to what that returns."""

    def __init__(self, text: Text, picture: Picture):
        super().__init__()
        self.text = text
        self.picture = picture

    def forward(self, *given: Tensor) -> Tensor:
        *inputs, tokens = given
        return self.picture(*inputs, self.text(tokens))


class CaptionReader(nn.Module, Generic[Text]):
    """Tokens i64[N,L] to the logits of all attributes of a scene, f32[N,43], by what a text encoder leaves at the last token.

    ``width`` is a token's, of the L that the context begins with.
    """

    def __init__(self, text: Text, width: int):
        super().__init__()
        self.text = text
        self.heads = nn.Linear(width, sum(ATTRIBUTE_CLASSES))

    def forward(self, tokens: Tensor) -> Tensor:
        end = tokens.shape[1] * self.heads.in_features
        return self.heads(self.text(tokens)[:, end - self.heads.in_features : end])


class ClipPair(nn.Module):
    """(x, t, tokens) to z_i f32[N,D], z_t f32[N,D] and the scale of their products, learned up to that of the guide's score."""

    def __init__(self, config: ClipConfig):
        super().__init__()
        self.image = ImageEncoder(config)
        self.text = TextEncoder(config)
        self.log_scale = nn.Parameter(torch.tensor(math.log(_FIRST_SCALE)))

    def forward(self, x: Tensor, t: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.image(x, t), self.text(tokens), self.log_scale.clamp(max=math.log(SCORE_SCALE)).exp()


class Autoencoding(nn.Module):
    """Pictures x f32[N,3,S,S] and noise f32[N,C,H,W] to what comes back through a drawn latent, and the latent's posterior."""

    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        self.autoencoder = config.build()

    def forward(self, x: Tensor, eps: Tensor) -> tuple[Tensor, Any]:
        posterior = self.autoencoder.encode(x).latent_dist
        return self.autoencoder.decode(posterior.mean + posterior.std * eps).sample, posterior

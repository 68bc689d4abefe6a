"""GLIDE with the weights of scenes-glide, both stages sampled in float64 from the worker's own noise.

The networks are the kit's eager ones, as no library has GLIDE's. What is done with them is written from the formulas: the published
sampling, CLIP's gradient by automatic differentiation, and DDIM in the upsampler's 27 steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ancestral_reference import Array, Mode, Model, Tables, cosine_betas, linear_betas, trajectory, uniform_compact
from bundle_parts import Runs
from sluice_models.bundles.bundle import below, parameters
from sluice_models.networks.configs import (
    SCENES_CLIP,
    SCENES_GLIDE_BASE,
    SCENES_GLIDE_TEXT,
    SCENES_GLIDE_UPSAMPLER,
    SCENES_TOKENS,
    SCENES_UPSAMPLER_TEXT,
)
from sluice_models.networks.glide import TextTransformer, TextUNet, TextUpsampler
from sluice_models.networks.noisy_clip import ImageEncoder, TextEncoder
from sluice_models.recipes.captioned import tokens_of
from worker_noise import STEP, UPSAMPLER, noise

BUNDLE = Path(__file__).parents[1] / "bundles/scenes-glide"

PROMPT, SEED, STEPS = "a large yellow star on the left", 31, 250
CLIP_SCALE, FREE_SCALE = 3.0, 3.0
CHANNELS = 3
LOGIT_SCALE = 100.0
NOISE_SCALE = 0.997
ADDED = 0.05
# "10,10,3,2,2": so many of each fifth of the 1,000 timesteps; the last one, 999, is taken back to 997.
FAST27 = [0, 22, 44, 66, 88, 111, 133, 155, 177, 199, 200, 222, 244, 266, 288, 311, 333, 355, 377, 399, 400, 500, 599, 600, 799, 800, 997]


@dataclass(frozen=True)
class Glide:
    """The published networks with the bundle's weights. The base says v, the upsampler what is added to the smaller picture."""

    text: TextTransformer
    base: TextUNet
    upsampler_text: TextTransformer
    upsampler: TextUpsampler
    clip_text: TextEncoder
    clip_image: ImageEncoder

    @staticmethod
    def of(folder: Path) -> Glide:
        contexts = parameters(folder, "text_encoder")
        text = TextTransformer(SCENES_GLIDE_TEXT, SCENES_GLIDE_BASE.width_emb)
        upsampler_text = TextTransformer(SCENES_UPSAMPLER_TEXT, SCENES_GLIDE_UPSAMPLER.width_emb)
        return Glide(
            _loaded(text, below("base.", contexts)),
            _loaded(TextUNet(SCENES_GLIDE_BASE, SCENES_TOKENS), below("network.", parameters(folder, "denoiser"))),
            _loaded(upsampler_text, below("upsampler.", contexts)),
            _loaded(TextUpsampler(SCENES_GLIDE_UPSAMPLER, SCENES_TOKENS), below("network.network.", parameters(folder, "upsampler"))),
            _loaded(TextEncoder(SCENES_CLIP), parameters(folder, "guide_text_encoder")),
            _loaded(ImageEncoder(SCENES_CLIP), below("encoder.", parameters(folder, "guide"))),
        )


def _loaded(network: nn.Module, state: dict[str, Tensor]) -> Any:
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _row(x: Array) -> Tensor:
    return torch.from_numpy(x).float()[None]


def clip_guided(glide: Glide) -> Model:
    """eps of the text-conditional base; the gradient of 100 <z_t, z_i(x)>   (arXiv 2112.10741, section 2.3)."""
    said = glide.clip_text(tokens_of([PROMPT]))

    def gradient(x: Array, t: int) -> Array:
        position = _row(x).requires_grad_(True)
        score = LOGIT_SCALE * (glide.clip_image(position, torch.tensor([t])) * said).sum()
        return torch.autograd.grad(score, position)[0][0].double().numpy()

    return Model(lambda x, t, omega: _eps_and_v(glide, x, t, PROMPT), gradient)


def classifier_free(glide: Glide) -> Model:
    """eps + omega (s - 1) (eps - eps of the empty text)."""

    def denoise(x: Array, t: int, omega: int) -> tuple[Array, Array]:
        eps, v = _eps_and_v(glide, x, t, PROMPT)
        if omega:
            eps = eps + omega * (FREE_SCALE - 1) * (eps - _eps_and_v(glide, x, t, "")[0])
        return eps, v

    return Model(denoise)


_ALPHA_BAR = np.cumprod(1 - cosine_betas())


@torch.no_grad()
def _eps_and_v(glide: Glide, x: Array, t: int, text: str) -> tuple[Array, Array]:
    """eps = sqrt(abar) velocity + sqrt(1 - abar) x, and the other v, of the variance."""
    said = glide.base(_row(x), torch.tensor([t]), glide.text(tokens_of([text])))[0].double().numpy()
    abar = _ALPHA_BAR[t]
    return math.sqrt(abar) * said[:CHANNELS] + math.sqrt(1 - abar) * x, said[CHANNELS:]


def small(model: Model, guided: int, scale: float) -> Array:
    """The first stage's sample, f64[3,S,S]."""
    shape = (CHANNELS, SCENES_GLIDE_BASE.size, SCENES_GLIDE_BASE.size)
    *_, last = trajectory(
        model,
        Tables.of(cosine_betas(), STEPS),
        Mode(frozenset(uniform_compact(STEPS, guided))),
        scale,
        initial=noise(SEED, shape).astype(np.float64),
        noise=lambda i: noise(SEED, shape, STEP, i).astype(np.float64),
    )
    return last


@torch.no_grad()
def enlarged(glide: Glide, low: Array) -> Array:
    """The second stage's sample, f64[3,2S,2S]: DDIM without further noise (arXiv 2010.02502, Eq. 12), x_0 clipped."""
    shape = (CHANNELS, SCENES_GLIDE_UPSAMPLER.size, SCENES_GLIDE_UPSAMPLER.size)
    abars = np.cumprod(1 - linear_betas())[FAST27]
    context, shown = glide.upsampler_text(tokens_of([PROMPT])), _row(np.clip(low, -1, 1))
    levels = np.rint((np.clip(low, -1, 1) + 1) * 127.5) / 127.5 - 1
    stretched = F.interpolate(torch.from_numpy(levels)[None], scale_factor=2, mode="bilinear", align_corners=False)[0].numpy()
    x = NOISE_SCALE * noise(SEED, shape, UPSAMPLER).astype(np.float64)
    for i in reversed(range(len(FAST27))):
        said = glide.upsampler(_row(x), torch.tensor([FAST27[i]]), shown, context)[0].double().numpy()
        x0 = np.clip(stretched + ADDED * said[:CHANNELS], -1, 1)
        eps = (x - math.sqrt(abars[i]) * x0) / math.sqrt(1 - abars[i])
        previous = abars[i - 1] if i > 0 else 1.0
        x = math.sqrt(previous) * x0 + math.sqrt(1 - previous) * eps
    return x


def picture(x: Array) -> Image.Image:
    """As OpenAI's scripts make it: (x + 1) · 127.5, cut off to a level."""
    return Image.fromarray(np.clip((x + 1) * 127.5, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def goldens(folder: Path = BUNDLE) -> tuple[dict[str, Any], Runs]:
    """What was asked for, and what came of it by guidance and schedule: the small sample, and the picture made of it."""
    glide = Glide.of(folder)
    asked = {"prompt": PROMPT, "seed": SEED, "steps": STEPS, "clipScale": CLIP_SCALE, "freeScale": FREE_SCALE}
    samples = {
        "clip": small(clip_guided(glide), STEPS, CLIP_SCALE),
        "clip-compress_25": small(clip_guided(glide), 25, CLIP_SCALE),
        "free-compress_25": small(classifier_free(glide), 25, 0),
    }
    return asked, {name: (torch.from_numpy(low).float(), picture(enlarged(glide, low))) for name, low in samples.items()}

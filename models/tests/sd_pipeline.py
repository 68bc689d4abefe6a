"""diffusers' own Stable Diffusion pipeline with the weights of scenes-sd, from the prompt on, with the worker's initial noise.

Its UNet says v, and diffusers' schedulers are told so, as of Stable Diffusion 2. But PNDM extrapolates what the network says before it
turns it into eps, and the worker extrapolates eps: PNDM is given eps, turned into it here.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ancestral_reference import Mode, uniform_compact
from bundle_parts import Runs, autoencoder_of, picture
from sluice_models.bundles.bundle import below, parameters
from sluice_models.networks.configs import SCENES_AUTOENCODER, SCENES_CLIP_TEXT, SCENES_TOKENS, SCENES_UNET
from solver_goldens import CONFIG, alphas_bar, schedulers
from worker_noise import noise

BUNDLE = Path(__file__).parents[1] / "bundles/scenes-sd"

PROMPT, NEGATIVE = "a large yellow star left of a blue ring", "a red circle"
SEED, STEPS, SCALE = 29, 50, 7.5
COMPRESSED = 8


def pipeline(folder: Path = BUNDLE) -> Any:
    """diffusers' pipeline over diffusers' and transformers' own classes, with the bundle's parameters and tokenizer."""
    from diffusers import DDIMScheduler, StableDiffusionPipeline
    from transformers import PreTrainedTokenizerFast

    unet = SCENES_UNET.build()
    unet.load_state_dict(below("network.unet.", parameters(folder, "denoiser")))
    text = SCENES_CLIP_TEXT.build()
    _load_text(text, below("text_model.", parameters(folder, "text_encoder")))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="<|endoftext|>", model_max_length=SCENES_TOKENS
    )
    made = StableDiffusionPipeline(
        vae=autoencoder_of(folder, SCENES_AUTOENCODER),
        text_encoder=text.eval(),
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=DDIMScheduler.from_config(CONFIG),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    made.set_progress_bar_config(disable=True)
    return made


def _load_text(text: Any, parameters: dict[str, Tensor]) -> None:
    """transformers has CLIP's text model either in the class itself or one level down, by its version."""
    getattr(text, "text_model", text).load_state_dict(parameters)


def velocity_schedulers() -> dict[str, Any]:
    """By the worker's name; each knows what the UNet says, except PNDM."""
    made = {name: scheduler() for name, scheduler in schedulers().items()}
    told = {name: type(one).from_config(one.config, prediction_type="v_prediction") for name, one in made.items()}
    return {**told, "pndm": made["pndm"]}


def says_eps(unet: torch.nn.Module) -> Any:
    """Until the handle is removed, ``unet`` says eps = sqrt(abar_t) v + sqrt(1 - abar_t) x_t."""
    abars = torch.from_numpy(alphas_bar())

    def eps(module: torch.nn.Module, given: tuple[Tensor, ...], said: tuple[Tensor]) -> tuple[Tensor]:
        x, t = given
        abar = abars[t]
        return ((abar.sqrt() * said[0] + (1 - abar).sqrt() * x).to(x.dtype),)

    return unet.register_forward_hook(eps)


def scales(guided: int) -> list[float]:
    """The scale of each step, noisiest first: 1 + omega (s - 1); the pipeline wants more than 1 to evaluate both predictions."""
    mode = Mode(frozenset(uniform_compact(STEPS, guided)))
    return [max(1 + mode.weight(t) * (SCALE - 1), math.nextafter(1, 2)) for t in range(STEPS, 0, -1)]


@torch.no_grad()
def run(made: Any, scheduler: Any, step_scales: list[float]) -> tuple[Tensor, Image.Image]:
    """The final latent f32[4,H,W] and the picture; the scale changes between steps as ``step_scales`` says."""

    def next_scale(pipe: Any, step: int, timestep: int, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        pipe._guidance_scale = step_scales[min(step + 1, len(step_scales) - 1)]
        return tensors

    made.scheduler = scheduler
    shape = (1, SCENES_UNET.channels, SCENES_UNET.size, SCENES_UNET.size)
    latents = made(
        PROMPT,
        negative_prompt=NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=step_scales[0],
        latents=torch.from_numpy(noise(SEED, shape).astype(np.float32)),
        output_type="latent",
        callback_on_step_end=next_scale,
    ).images
    return latents[0], picture(made.vae, latents)


def goldens(folder: Path = BUNDLE) -> tuple[dict[str, Any], Runs]:
    """What was asked for, and what came of it: every solver with full guidance, DDIM with the compressed schedule too."""
    made = pipeline(folder)
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS, "scale": SCALE}
    runs = {}
    for name, scheduler in velocity_schedulers().items():
        turned = says_eps(made.unet) if name == "pndm" else None
        runs[name] = run(made, scheduler, [SCALE] * STEPS)
        if turned:
            turned.remove()
    runs[f"ddim-compress_{COMPRESSED}"] = run(made, velocity_schedulers()["ddim"], scales(COMPRESSED))
    return asked, runs

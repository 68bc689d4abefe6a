"""diffusers' DiT with the weights of glyphs-dit, sampled in float64 from the worker's own noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ancestral_reference import Array, Mode, Model, Tables, linear_betas, trajectory, uniform_compact
from bundle_parts import Runs, autoencoder_of, picture
from sluice_models.bundles.bundle import parameters
from sluice_models.networks.configs import GLYPHS_AUTOENCODER, GLYPHS_DIT, NULL_CLASS
from worker_noise import STEP, noise

BUNDLE = Path(__file__).parents[1] / "bundles/glyphs-dit"

LABEL, CLASS, SEED, STEPS, SCALE = "five", 5, 23, 250, 3.0
GUIDED_CHANNELS = 3
GUIDED = {"full": STEPS, "compress_22": 22}


def network(folder: Path = BUNDLE) -> nn.Module:
    """diffusers' DiT with the bundle's weights under its own names.

    Its sinusoids are a hair off those of the published model (they divide by half - 1, not half), which is put right.
    """
    from diffusers import DiTTransformer2DModel

    config = GLYPHS_DIT
    dit = DiTTransformer2DModel(
        num_attention_heads=config.heads,
        attention_head_dim=config.width // config.heads,
        in_channels=config.channels,
        out_channels=2 * config.channels,
        num_layers=config.depth,
        sample_size=config.size,
        patch_size=config.patch,
        num_embeds_ada_norm=config.classes,
    )
    dit.load_state_dict(names(parameters(folder, "denoiser"), config.depth))
    for block in dit.transformer_blocks:
        block.norm1.emb.time_proj.downscale_freq_shift = 0
    return dit.eval()


def names(published: dict[str, Tensor], depth: int) -> dict[str, Tensor]:
    """diffusers' names of DiT's parameters: embeddings once a block, Q, K and V apart."""
    named = {f"pos_embed.proj.{kind}": published[f"x_embedder.proj.{kind}"] for kind in ("weight", "bias")}
    for kind in ("weight", "bias"):
        named[f"proj_out_1.{kind}"] = published[f"final_layer.adaLN_modulation.1.{kind}"]
        named[f"proj_out_2.{kind}"] = published[f"final_layer.linear.{kind}"]
    for block in range(depth):
        theirs, ours = f"transformer_blocks.{block}", f"blocks.{block}"
        named[f"{theirs}.norm1.emb.class_embedder.embedding_table.weight"] = published["y_embedder.embedding_table.weight"]
        for kind in ("weight", "bias"):
            named[f"{theirs}.norm1.emb.timestep_embedder.linear_1.{kind}"] = published[f"t_embedder.mlp.0.{kind}"]
            named[f"{theirs}.norm1.emb.timestep_embedder.linear_2.{kind}"] = published[f"t_embedder.mlp.2.{kind}"]
            named[f"{theirs}.norm1.linear.{kind}"] = published[f"{ours}.adaLN_modulation.1.{kind}"]
            for name, part in zip("qkv", published[f"{ours}.attn.qkv.{kind}"].chunk(3)):
                named[f"{theirs}.attn1.to_{name}.{kind}"] = part
            named[f"{theirs}.attn1.to_out.0.{kind}"] = published[f"{ours}.attn.proj.{kind}"]
            named[f"{theirs}.ff.net.0.proj.{kind}"] = published[f"{ours}.mlp.fc1.{kind}"]
            named[f"{theirs}.ff.net.2.{kind}"] = published[f"{ours}.mlp.fc2.{kind}"]
    return named


def model(dit: nn.Module) -> Model:
    """The published rule: classifier-free guidance of eps' first three channels; x_0 is not clipped."""
    channels = GLYPHS_DIT.channels

    @torch.no_grad()
    def said(x: Array, t: int, label: int) -> Array:
        row = torch.from_numpy(x).float()[None]
        output = dit(row, timestep=torch.tensor([t]), class_labels=torch.tensor([label])).sample
        return output[0].double().numpy()

    def denoise(x: Array, t: int, omega: int) -> tuple[Array, Array]:
        asked = said(x, t, CLASS)
        eps, v = asked[:channels].copy(), asked[channels:]
        if omega:
            without = said(x, t, NULL_CLASS)[:GUIDED_CHANNELS]
            eps[:GUIDED_CHANNELS] += omega * (SCALE - 1) * (eps[:GUIDED_CHANNELS] - without)
        return eps, v

    return Model(denoise, clip=False)


def run(dit: nn.Module, autoencoder: Any, guided: int) -> tuple[Tensor, Image.Image]:
    """The final latent f32[4,H,W] and the picture of the one request, sampled in float64."""
    shape = (GLYPHS_DIT.channels, GLYPHS_DIT.size, GLYPHS_DIT.size)
    initial = noise(SEED, shape).astype(np.float64)
    steps = trajectory(
        model(dit),
        Tables.of(linear_betas(), STEPS),
        Mode(frozenset(uniform_compact(STEPS, guided))),
        scale=0,
        initial=initial,
        noise=lambda i: noise(SEED, shape, STEP, i).astype(np.float64),
    )
    *_, last = steps
    latent = torch.from_numpy(last).float()
    return latent, picture(autoencoder, latent[None])


def goldens(folder: Path = BUNDLE) -> tuple[dict[str, Any], Runs]:
    """What was asked for, and what came of it, by schedule."""
    dit, autoencoder = network(folder), autoencoder_of(folder, GLYPHS_AUTOENCODER)
    asked = {"prompt": LABEL, "seed": SEED, "steps": STEPS, "scale": SCALE}
    return asked, {name: run(dit, autoencoder, guided) for name, guided in GUIDED.items()}

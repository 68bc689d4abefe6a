"""What diffusers makes of the weights of glyphs-dit, from the worker's own noise, written down for the worker's tests.

    python tests/pipeline_goldens.py        # → ../src/test/resources/pipelines; needs diffusers

Again after every change of the bundle's weights: the file names the modules that it was made with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ancestral_reference import Array, Mode, Model, Tables, linear_betas, trajectory, uniform_compact
from sluice_models.bundles.bundle import load_module, read_description
from sluice_models.networks.configs import (
    GLYPHS_AUTOENCODER,
    GLYPHS_DIT,
    NULL_CLASS,
)
from sluice_models.networks.stable_diffusion import AutoencoderConfig
from worker_noise import STEP, noise

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "src/test/resources/pipelines"
DIT = ROOT / "models/bundles/glyphs-dit"

LABEL, CLASS, DIT_SEED, DIT_STEPS, DIT_SCALE = "five", 5, 23, 250, 3.0
DIT_GUIDED_CHANNELS = 3
DIT_GUIDED = {"full": DIT_STEPS, "compress_22": 22}

# Final latent f32[4,H,W] and picture, by what the run is called.
Runs = dict[str, tuple[Tensor, Image.Image]]


def _weights(folder: Path, role: str, prefix: str) -> dict[str, Tensor]:
    """The parameters below ``prefix`` of one of a bundle's modules, without it."""
    parameters = load_module(folder, role).named_parameters()
    return {name.removeprefix(prefix): value for name, value in parameters if name.startswith(prefix)}


def _autoencoder(folder: Path, config: AutoencoderConfig) -> nn.Module:
    """diffusers' autoencoder with the bundle's decoder; its encoder is not in the bundle and stays as it was drawn."""
    autoencoder = config.build()
    missing, unexpected = autoencoder.load_state_dict(_weights(folder, "decoder", ""), strict=False)
    if unexpected or any(not name.startswith(("encoder.", "quant_conv.")) for name in missing):
        raise ValueError(f"{folder}: decoder lacks {missing} or has {unexpected}")
    return autoencoder.eval()


@torch.no_grad()
def _picture(autoencoder: Any, latent: Tensor) -> Image.Image:
    """As diffusers' image processor does: to 0 … 1, clamped, times 255, rounded."""
    decoded = autoencoder.decode(latent / autoencoder.config.scaling_factor).sample[0]
    pixels = ((decoded / 2 + 0.5).clamp(0, 1) * 255).round().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def dit_network(folder: Path = DIT) -> nn.Module:
    """diffusers' DiT with the bundle's weights under its own names.

    Its sinusoids are a hair off those of the published model (they divide by half - 1, not half), which is put right.
    """
    from diffusers import DiTTransformer2DModel

    config = GLYPHS_DIT
    network = DiTTransformer2DModel(
        num_attention_heads=config.heads,
        attention_head_dim=config.width // config.heads,
        in_channels=config.channels,
        out_channels=2 * config.channels,
        num_layers=config.depth,
        sample_size=config.size,
        patch_size=config.patch,
        num_embeds_ada_norm=config.classes,
    )
    network.load_state_dict(dit_names(_weights(folder, "denoiser", ""), config.depth))
    for block in network.transformer_blocks:
        block.norm1.emb.time_proj.downscale_freq_shift = 0
    return network.eval()


def dit_names(published: dict[str, Tensor], depth: int) -> dict[str, Tensor]:
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


def dit_model(network: nn.Module) -> Model:
    """The published rule: classifier-free guidance of eps' first three channels; x_0 is not clipped."""
    channels = GLYPHS_DIT.channels

    @torch.no_grad()
    def said(x: Array, t: int, label: int) -> Array:
        row = torch.from_numpy(x).float()[None]
        output = network(row, timestep=torch.tensor([t]), class_labels=torch.tensor([label])).sample
        return output[0].double().numpy()

    def denoise(x: Array, t: int, omega: int) -> tuple[Array, Array]:
        asked = said(x, t, CLASS)
        eps, v = asked[:channels].copy(), asked[channels:]
        if omega:
            without = said(x, t, NULL_CLASS)[:DIT_GUIDED_CHANNELS]
            eps[:DIT_GUIDED_CHANNELS] += omega * (DIT_SCALE - 1) * (eps[:DIT_GUIDED_CHANNELS] - without)
        return eps, v

    return Model(denoise, clip=False)


def dit_run(network: nn.Module, autoencoder: Any, guided: int) -> tuple[Tensor, Image.Image]:
    """The final latent f32[4,H,W] and the picture of the one request, sampled in float64."""
    shape = (GLYPHS_DIT.channels, GLYPHS_DIT.size, GLYPHS_DIT.size)
    initial = noise(DIT_SEED, shape).astype(np.float64)
    steps = trajectory(
        dit_model(network),
        Tables.of(linear_betas(), DIT_STEPS),
        Mode(frozenset(uniform_compact(DIT_STEPS, guided))),
        scale=0,
        initial=initial,
        noise=lambda i: noise(DIT_SEED, shape, STEP, i).astype(np.float64),
    )
    *_, last = steps
    latent = torch.from_numpy(last).float()
    return latent, _picture(autoencoder, latent[None])


def dit_goldens(folder: Path) -> tuple[dict[str, Any], Runs]:
    """What was asked for, and what came of it, by schedule."""
    network, autoencoder = dit_network(folder), _autoencoder(folder, GLYPHS_AUTOENCODER)
    autoencoder.register_to_config(scaling_factor=read_description(folder)["training"]["latentScale"])
    asked = {"prompt": LABEL, "seed": DIT_SEED, "steps": DIT_STEPS, "scale": DIT_SCALE}
    return asked, {name: dit_run(network, autoencoder, guided) for name, guided in DIT_GUIDED.items()}


def write(folder: Path, target: Path = GOLDENS) -> None:
    """``target``/<bundle>.json with the latents, and a PNG for each run."""
    asked, runs = dit_goldens(folder)
    target.mkdir(parents=True, exist_ok=True)
    modules = {role: entry["sha256"] for role, entry in read_description(folder)["modules"].items() if role != "auditor"}
    head = {"about": "written by models/tests/pipeline_goldens.py", "modules": modules, **asked}
    latents = {name: [float(f"{value:.7g}") for value in latent.flatten().tolist()] for name, (latent, _) in runs.items()}
    lines = [f' "{key}": {json.dumps(value)}' for key, value in head.items()]
    lines.append(' "latents": {\n' + ",\n".join(f'  "{name}": {json.dumps(values)}' for name, values in latents.items()) + "}")
    (target / f"{folder.name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    for name, (_, picture) in runs.items():
        picture.save(target / f"{folder.name}-{name}.png")
    print(f"{target / folder.name}: {len(runs)} runs")


def main() -> None:
    write(DIT)


if __name__ == "__main__":
    main()

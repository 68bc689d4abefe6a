"""The parameter names of CompVis's latent diffusion in diffusers' words, and back.

Both are names for one network, so a translation is a table of prefixes, made for the network's depth: Rombach et al.'s code
counts blocks through (``input_blocks.4``), diffusers by level (``down_blocks.1.resnets.0``). The VAE's attention is the one
place where shapes differ: 1×1 convolutions there, linear layers here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from sluice_models.checkpoints.recognition import Shape, Unrecognised, Wording

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT = "cond_stage_model.transformer."

DROPPED = ("model_ema.", "first_stage_model.loss.", "loss.")
"""What training left in a checkpoint: the average's second copy, and the losses' own networks."""

SCHEDULE_BUFFERS = frozenset(
    {
        "alphas_cumprod",
        "alphas_cumprod_prev",
        "betas",
        "log_one_minus_alphas_cumprod",
        "logvar",
        "lvlb_weights",
        "posterior_log_variance_clipped",
        "posterior_mean_coef1",
        "posterior_mean_coef2",
        "posterior_variance",
        "sqrt_alphas_cumprod",
        "sqrt_one_minus_alphas_cumprod",
        "sqrt_recip_alphas_cumprod",
        "sqrt_recipm1_alphas_cumprod",
    }
)
POSITION_IDS = "embeddings.position_ids"

_ONLY_THEIRS = ("input_blocks.", "encoder.down.", "decoder.up.")

Prefixes = list[tuple[str, str]]

_RESNET = (
    ("in_layers.0.", "norm1."),
    ("in_layers.2.", "conv1."),
    ("emb_layers.1.", "time_emb_proj."),
    ("out_layers.0.", "norm2."),
    ("out_layers.3.", "conv2."),
    ("skip_connection.", "conv_shortcut."),
)
_VAE_RESNET = (("nin_shortcut.", "conv_shortcut."), ("", ""))
_VAE_ATTENTION = (
    ("norm.", "group_norm."),
    ("q.", "to_q."),
    ("k.", "to_k."),
    ("v.", "to_v."),
    ("proj_out.", "to_out.0."),
)
_OLD_VAE_ATTENTION = (("query.", "to_q."), ("key.", "to_k."), ("value.", "to_v."), ("proj_attn.", "to_out.0."))


def unet_prefixes(levels: int = 4, depth: int = 2) -> Prefixes:
    """(CompVis, diffusers) prefixes of a UNet with ``depth`` residual blocks a level; longer ones stand before shorter."""
    pairs = [
        ("time_embed.0.", "time_embedding.linear_1."),
        ("time_embed.2.", "time_embedding.linear_2."),
        ("input_blocks.0.0.", "conv_in."),
        ("out.0.", "conv_norm_out."),
        ("out.2.", "conv_out."),
        *_inside("middle_block.0.", "mid_block.resnets.0.", _RESNET),
        ("middle_block.1.", "mid_block.attentions.0."),
        *_inside("middle_block.2.", "mid_block.resnets.1.", _RESNET),
    ]
    for level in range(levels):
        for i in range(depth):
            block = 1 + level * (depth + 1) + i
            pairs += _inside(f"input_blocks.{block}.0.", f"down_blocks.{level}.resnets.{i}.", _RESNET)
            pairs.append((f"input_blocks.{block}.1.", f"down_blocks.{level}.attentions.{i}."))
        pairs.append((f"input_blocks.{(level + 1) * (depth + 1)}.0.op.", f"down_blocks.{level}.downsamplers.0.conv."))
        for i in range(depth + 1):
            block = level * (depth + 1) + i
            pairs += _inside(f"output_blocks.{block}.0.", f"up_blocks.{level}.resnets.{i}.", _RESNET)
            if i == depth:
                # The coarsest level has no attention, so its upsampling is the second layer of its block, not the third.
                upsample = 1 if level == 0 else 2
                pairs.append((f"output_blocks.{block}.{upsample}.conv.", f"up_blocks.{level}.upsamplers.0.conv."))
            pairs.append((f"output_blocks.{block}.1.", f"up_blocks.{level}.attentions.{i}."))
    return pairs


def vae_prefixes(levels: int = 4, depth: int = 2) -> Prefixes:
    """(CompVis, diffusers) prefixes of the autoencoder; its decoder has ``depth`` + 1 residual blocks a level."""
    pairs: Prefixes = []
    for half, side, resample, blocks in (("encoder", "down", "downsample", depth), ("decoder", "up", "upsample", depth + 1)):
        pairs += [(f"{half}.norm_out.", f"{half}.conv_norm_out.")]
        for i in range(2):
            pairs += _inside(f"{half}.mid.block_{i + 1}.", f"{half}.mid_block.resnets.{i}.", _VAE_RESNET)
        pairs += _inside(f"{half}.mid.attn_1.", f"{half}.mid_block.attentions.0.", _VAE_ATTENTION)
        for level in range(levels):
            theirs = levels - 1 - level if side == "up" else level  # CompVis counts the decoder's levels finest first
            for i in range(blocks):
                pairs += _inside(f"{half}.{side}.{theirs}.block.{i}.", f"{half}.{side}_blocks.{level}.resnets.{i}.", _VAE_RESNET)
            pairs.append((f"{half}.{side}.{theirs}.{resample}.conv.", f"{half}.{side}_blocks.{level}.{resample}rs.0.conv."))
    return pairs


def _inside(theirs: str, ours: str, names: tuple[tuple[str, str], ...]) -> Prefixes:
    return [(theirs + a, ours + b) for a, b in names]


def reversed_pairs(pairs: Prefixes) -> Prefixes:
    return [(ours, theirs) for theirs, ours in pairs]


def renamed(weights: Mapping[str, Tensor], pairs: Prefixes, prefix: str = "") -> dict[str, Tensor]:
    """The same tensors, each under its first matching prefix's counterpart; a name that no prefix fits stays.

    :raises Unrecognised: if two names become one; told with the ``prefix`` that they have in the file
    """
    return _renamed_by(weights, lambda name: _renamed(name, pairs), prefix)


def _renamed_by(weights: Mapping[str, Tensor], translate: Callable[[str], str], prefix: str) -> dict[str, Tensor]:
    origins: dict[str, str] = {}
    for name in weights:
        other = origins.setdefault(translate(name), name)
        if other != name:
            raise Unrecognised(f"{prefix}{other} and {prefix}{name} are two names for one tensor")
    return {translated: weights[name] for translated, name in origins.items()}


def _renamed(name: str, pairs: Prefixes) -> str:
    for prefix, other in pairs:
        if name.startswith(prefix):
            return other + name[len(prefix) :]
    return name


def split(weights: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """A single file's tensors by part (UNET, VAE, TEXT; prefix removed), without what is dropped; "" holds all others."""
    parts: dict[str, dict[str, Tensor]] = {UNET: {}, VAE: {}, TEXT: {}, "": {}}
    for name, tensor in weights.items():
        if name.startswith(DROPPED) or name in SCHEDULE_BUFFERS:
            continue
        part = next(prefix for prefix in parts if name.startswith(prefix))
        parts[part][name[len(part) :]] = tensor
    return parts


def wording(found: Mapping[str, Tensor], pairs: Prefixes, prefix: str) -> Wording:
    """Tells of translated names as ``found`` has them, where they have this prefix."""
    theirs = any(name.startswith(_ONLY_THEIRS) for name in found)
    if not theirs:
        return Wording(lambda name: prefix + name)
    back = reversed_pairs(pairs)
    return Wording(lambda name: prefix + _renamed(name, back), _as_convolution)


def unet(weights: Mapping[str, Tensor], levels: int = 4, depth: int = 2, prefix: str = "") -> dict[str, Tensor]:
    """A UNet of either naming under diffusers' names."""
    return renamed(weights, unet_prefixes(levels, depth), prefix)


def vae(weights: Mapping[str, Tensor], levels: int = 4, depth: int = 2, prefix: str = "") -> dict[str, Tensor]:
    """An autoencoder under diffusers' names, from those, from the ones before 2023 (``query``, ``proj_attn``), or CompVis's."""
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith(DROPPED)}
    theirs, old = vae_prefixes(levels, depth), [pair for half in ("encoder", "decoder") for pair in _old_attention(half)]
    translated = _renamed_by(kept, lambda name: _renamed(_renamed(name, theirs), old), prefix)
    return {name: _as_linear(name, tensor) for name, tensor in translated.items()}


def _old_attention(half: str) -> Prefixes:
    place = f"{half}.mid_block.attentions.0."
    return _inside(place, place, _OLD_VAE_ATTENTION)


def _is_vae_attention(name: str) -> bool:
    return ".mid_block.attentions.0.to_" in name and name.startswith(("encoder.", "decoder."))


def _as_linear(name: str, tensor: Tensor) -> Tensor:
    is_convolution = _is_vae_attention(name) and tensor.dim() == 4 and tensor.shape[2:] == (1, 1)
    return tensor[:, :, 0, 0] if is_convolution else tensor


def _as_convolution(name: str, shape: Shape) -> Shape:
    return (*shape, 1, 1) if _is_vae_attention(name) and len(shape) == 2 else shape


def text_encoder(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """CLIP's text half as it is published (``text_model.…``), without the positions that older releases stored as a buffer."""
    return {name: tensor for name, tensor in weights.items() if not name.endswith(POSITION_IDS)}

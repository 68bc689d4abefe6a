"""Names and shapes of the published checkpoints, written down from their grammar and independent of the networks here.

Sources: openai/guided-diffusion, openai/glide-text2im, facebookresearch/DiT, CompVis/stable-diffusion and the model cards. The
small ones in tests use the same functions with smaller numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

Shapes = dict[str, tuple[int, ...]]


def conv(d: Shapes, name: str, into: int, out: int, kernel: int, dims: int = 2) -> None:
    d[f"{name}.weight"] = (out, into, *([kernel] * dims))
    d[f"{name}.bias"] = (out,)


def linear(d: Shapes, name: str, into: int, out: int, bias: bool = True) -> None:
    d[f"{name}.weight"] = (out, into)
    if bias:
        d[f"{name}.bias"] = (out,)


def norm(d: Shapes, name: str, width: int) -> None:
    d[f"{name}.weight"] = (width,)
    d[f"{name}.bias"] = (width,)


class UNet:
    """Writes the names of one U-Net of guided-diffusion's grammar, which GLIDE and latent diffusion grew out of.

    ``text`` is the width of GLIDE's tokens, ``context`` of latent diffusion's. The latter has no scale in its residual blocks,
    and resamples by a plain convolution instead of a residual block.
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        depth: int,
        attention: tuple[int, ...],
        channels_in: int = 3,
        channels_out: int = 6,
        classes: int = 0,
        text: int = 0,
        context: int = 0,
    ):
        self.d: Shapes = {}
        self.widths, self.depth, self.attention = widths, depth, attention
        self.text, self.context = text, context
        self.emb = 4 * widths[0]
        linear(self.d, "time_embed.0", widths[0], self.emb)
        linear(self.d, "time_embed.2", self.emb, self.emb)
        if classes:
            self.d["label_emb.weight"] = (classes, self.emb)
        conv(self.d, "input_blocks.0.0", channels_in, widths[0], 3)
        self.channels_out = channels_out

    def res(self, name: str, into: int, out: int) -> None:
        norm(self.d, f"{name}.in_layers.0", into)
        conv(self.d, f"{name}.in_layers.2", into, out, 3)
        linear(self.d, f"{name}.emb_layers.1", self.emb, out if self.context else 2 * out)
        norm(self.d, f"{name}.out_layers.0", out)
        conv(self.d, f"{name}.out_layers.3", out, out, 3)
        if into != out:
            conv(self.d, f"{name}.skip_connection", into, out, 1)

    def attend(self, name: str, width: int) -> None:
        if self.context:
            self.cross_attend(name, width)
            return
        norm(self.d, f"{name}.norm", width)
        conv(self.d, f"{name}.qkv", width, 3 * width, 1, dims=1)
        if self.text:
            conv(self.d, f"{name}.encoder_kv", self.text, 2 * width, 1, dims=1)
        conv(self.d, f"{name}.proj_out", width, width, 1, dims=1)

    def cross_attend(self, name: str, width: int) -> None:
        norm(self.d, f"{name}.norm", width)
        conv(self.d, f"{name}.proj_in", width, width, 1)
        block = f"{name}.transformer_blocks.0"
        for part, keys in (("attn1", width), ("attn2", self.context)):
            linear(self.d, f"{block}.{part}.to_q", width, width, bias=False)
            linear(self.d, f"{block}.{part}.to_k", keys, width, bias=False)
            linear(self.d, f"{block}.{part}.to_v", keys, width, bias=False)
            linear(self.d, f"{block}.{part}.to_out.0", width, width)
        linear(self.d, f"{block}.ff.net.0.proj", width, 8 * width)
        linear(self.d, f"{block}.ff.net.2", 4 * width, width)
        for i in (1, 2, 3):
            norm(self.d, f"{block}.norm{i}", width)
        conv(self.d, f"{name}.proj_out", width, width, 1)

    def encoder(self) -> tuple[list[int], int]:
        """The blocks down to the coarsest level; their widths, and by how much the picture has shrunk."""
        width, shrunk, block = self.widths[0], 1, 1
        skips = [width]
        for level, out in enumerate(self.widths):
            for _ in range(self.depth):
                self.res(f"input_blocks.{block}.0", width, out)
                width = out
                if shrunk in self.attention:
                    self.attend(f"input_blocks.{block}.1", width)
                skips.append(width)
                block += 1
            if level + 1 < len(self.widths):
                if self.context:
                    conv(self.d, f"input_blocks.{block}.0.op", width, width, 3)
                else:
                    self.res(f"input_blocks.{block}.0", width, width)
                skips.append(width)
                shrunk *= 2
                block += 1
        self.res("middle_block.0", width, width)
        self.attend("middle_block.1", width)
        self.res("middle_block.2", width, width)
        return skips, shrunk

    def whole(self) -> Shapes:
        skips, shrunk = self.encoder()
        width, block = self.widths[-1], 0
        for level, out in reversed(list(enumerate(self.widths))):
            for i in range(self.depth + 1):
                self.res(f"output_blocks.{block}.0", width + skips.pop(), out)
                width, layer = out, 1
                if shrunk in self.attention:
                    self.attend(f"output_blocks.{block}.1", width)
                    layer = 2
                if level and i == self.depth:
                    if self.context:
                        conv(self.d, f"output_blocks.{block}.{layer}.conv", width, width, 3)
                    else:
                        self.res(f"output_blocks.{block}.{layer}", width, width)
                    shrunk //= 2
                block += 1
        norm(self.d, "out.0", width)
        conv(self.d, "out.2", width, self.channels_out, 3)
        return self.d

    def classifier(self, size: int) -> Shapes:
        _, shrunk = self.encoder()
        width = self.widths[-1]
        norm(self.d, "out.0", width)
        self.d["out.2.positional_embedding"] = (width, (size // shrunk) ** 2 + 1)
        conv(self.d, "out.2.qkv_proj", width, 3 * width, 1, dims=1)
        conv(self.d, "out.2.c_proj", width, self.channels_out, 1, dims=1)
        return self.d


def scaled(width: int, multipliers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(width * multiplier for multiplier in multipliers)


WIDER = {64: (1, 2, 3, 4), 128: (1, 1, 2, 3, 4), 256: (1, 1, 2, 2, 4, 4)}


def attention_at(size: int) -> tuple[int, ...]:
    """By how much the picture has shrunk where the networks of 64², 128², 256² attend: at sides 32, 16 and 8."""
    return tuple(size // side for side in (32, 16, 8))


def adm(size: int, classes: int) -> Shapes:
    width, depth = (192, 3) if size == 64 else (256, 2)
    return UNet(scaled(width, WIDER[size]), depth, attention_at(size), classes=classes).whole()


def adm_classifier(size: int) -> Shapes:
    depth = 4 if size == 64 else 2
    return UNet(scaled(128, WIDER[size]), depth, attention_at(size), channels_out=1000).classifier(size)


def glide(
    widths: tuple[int, ...],
    depth: int,
    attention: tuple[int, ...],
    channels_in: int,
    text_width: int = 512,
    layers: int = 16,
    vocabulary: int = 50257,
    tokens: int = 128,
) -> Shapes:
    d = UNet(widths, depth, attention, channels_in=channels_in, text=text_width).whole()
    d["positional_embedding"] = d["padding_embedding"] = (tokens, text_width)
    d["token_embedding.weight"] = (vocabulary, text_width)
    for layer in range(layers):
        block = f"transformer.resblocks.{layer}"
        linear(d, f"{block}.attn.c_qkv", text_width, 3 * text_width)
        linear(d, f"{block}.attn.c_proj", text_width, text_width)
        norm(d, f"{block}.ln_1", text_width)
        linear(d, f"{block}.mlp.c_fc", text_width, 4 * text_width)
        linear(d, f"{block}.mlp.c_proj", 4 * text_width, text_width)
        norm(d, f"{block}.ln_2", text_width)
    norm(d, "final_ln", text_width)
    linear(d, "transformer_proj", text_width, 4 * widths[0])
    return d


def glide_base() -> Shapes:
    return glide(scaled(192, WIDER[64]), 3, attention_at(64), channels_in=3)


def glide_upsampler() -> Shapes:
    return glide(scaled(192, WIDER[256]), 2, attention_at(256), channels_in=6)


def _clip_blocks(d: Shapes, width: int, layers: int, out: int) -> Shapes:
    def affine(name: str, into: int, out: int, bias: bool = True) -> None:
        d[f"{name}.w"] = (out, into)
        if bias:
            d[f"{name}.b"] = (out,)

    def layer_norm(name: str) -> None:
        d[f"{name}.g"] = d[f"{name}.b"] = (width,)

    for layer in range(layers):
        block = f"blocks.block_{layer}"
        layer_norm(f"{block}.f_attn.ln")
        affine(f"{block}.f_attn.f_q", width, width)
        affine(f"{block}.f_attn.f_k", width, width, bias=False)
        affine(f"{block}.f_attn.f_v", width, width)
        affine(f"{block}.f_attn.f_c", width, width)
        layer_norm(f"{block}.f_mlp.ln")
        affine(f"{block}.f_mlp.f_1", width, 4 * width)
        affine(f"{block}.f_mlp.f_2", 4 * width, width)
    layer_norm("blocks.output.ln")
    affine("blocks.output.f", width, out, bias=False)
    return d


def glide_clip_image(width: int = 768, layers: int = 12, out: int = 512, patch: int = 4, size: int = 64) -> Shapes:
    d: Shapes = {
        "blocks.input.w_t": (1000, width),
        "blocks.input.patch_proj": (width, 3, patch, patch),
        "blocks.input.w_pos": (1 + (size // patch) ** 2, width),
        "blocks.input.ln.g": (width,),
        "blocks.input.ln.b": (width,),
    }
    return _clip_blocks(d, width, layers, out)


def glide_clip_text(width: int = 512, layers: int = 12, out: int = 512, vocabulary: int = 65536, tokens: int = 77) -> Shapes:
    d: Shapes = {"blocks.input.w_voc": (vocabulary, width), "blocks.input.w_pos": (tokens, width)}
    return _clip_blocks(d, width, layers, out)


def dit(width: int = 1152, depth: int = 28, patch: int = 2, side: int = 32, channels: int = 4, classes: int = 1000) -> Shapes:
    d: Shapes = {"pos_embed": (1, (side // patch) ** 2, width)}
    conv(d, "x_embedder.proj", channels, width, patch)
    linear(d, "t_embedder.mlp.0", 256, width)
    linear(d, "t_embedder.mlp.2", width, width)
    d["y_embedder.embedding_table.weight"] = (classes + 1, width)
    for block in range(depth):
        linear(d, f"blocks.{block}.attn.qkv", width, 3 * width)
        linear(d, f"blocks.{block}.attn.proj", width, width)
        linear(d, f"blocks.{block}.mlp.fc1", width, 4 * width)
        linear(d, f"blocks.{block}.mlp.fc2", 4 * width, width)
        linear(d, f"blocks.{block}.adaLN_modulation.1", width, 6 * width)
    linear(d, "final_layer.linear", width, patch * patch * 2 * channels)
    linear(d, "final_layer.adaLN_modulation.1", width, 2 * width)
    return d


def sd_unet(widths: tuple[int, ...] = scaled(320, (1, 2, 4, 4)), context: int = 768) -> Shapes:
    return UNet(widths, 2, (1, 2, 4), channels_in=4, channels_out=4, context=context).whole()


def vae(widths: tuple[int, ...] = scaled(128, (1, 2, 4, 4)), channels: int = 4) -> Shapes:
    """CompVis's AutoencoderKL, as inside its single files and as ``vae-ft-*-pruned.ckpt``."""
    d: Shapes = {}

    def res(name: str, into: int, out: int) -> None:
        norm(d, f"{name}.norm1", into)
        conv(d, f"{name}.conv1", into, out, 3)
        norm(d, f"{name}.norm2", out)
        conv(d, f"{name}.conv2", out, out, 3)
        if into != out:
            conv(d, f"{name}.nin_shortcut", into, out, 1)

    def middle(half: str, width: int) -> None:
        res(f"{half}.mid.block_1", width, width)
        norm(d, f"{half}.mid.attn_1.norm", width)
        for part in ("q", "k", "v", "proj_out"):
            conv(d, f"{half}.mid.attn_1.{part}", width, width, 1)
        res(f"{half}.mid.block_2", width, width)

    last = len(widths) - 1
    conv(d, "encoder.conv_in", 3, widths[0], 3)
    width = widths[0]
    for level, out in enumerate(widths):
        for block in range(2):
            res(f"encoder.down.{level}.block.{block}", width, out)
            width = out
        if level < last:
            conv(d, f"encoder.down.{level}.downsample.conv", width, width, 3)
    middle("encoder", width)
    norm(d, "encoder.norm_out", width)
    conv(d, "encoder.conv_out", width, 2 * channels, 3)
    conv(d, "decoder.conv_in", channels, width, 3)
    middle("decoder", width)
    for level in range(last, -1, -1):
        for block in range(3):
            res(f"decoder.up.{level}.block.{block}", width, widths[level])
            width = widths[level]
        if level:
            conv(d, f"decoder.up.{level}.upsample.conv", width, width, 3)
    norm(d, "decoder.norm_out", width)
    conv(d, "decoder.conv_out", width, 3, 3)
    conv(d, "quant_conv", 2 * channels, 2 * channels, 1)
    conv(d, "post_quant_conv", channels, channels, 1)
    return d


def clip_text(width: int = 768, layers: int = 12, vocabulary: int = 49408, tokens: int = 77) -> Shapes:
    """The text half of CLIP as transformers has always saved it."""
    d: Shapes = {
        "text_model.embeddings.token_embedding.weight": (vocabulary, width),
        "text_model.embeddings.position_embedding.weight": (tokens, width),
    }
    for layer in range(layers):
        block = f"text_model.encoder.layers.{layer}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            linear(d, f"{block}.self_attn.{part}", width, width)
        norm(d, f"{block}.layer_norm1", width)
        norm(d, f"{block}.layer_norm2", width)
        linear(d, f"{block}.mlp.fc1", width, 4 * width)
        linear(d, f"{block}.mlp.fc2", 4 * width, width)
    norm(d, "text_model.final_layer_norm", width)
    return d


def drawn(shapes: Shapes, seed: int) -> Iterator[tuple[str, Tensor]]:
    """Random weights of these shapes that keep activations near 1: norms near one, else a deviation of 1/sqrt(inputs)."""
    generator = torch.Generator().manual_seed(seed)
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=generator)
        if len(shape) > 1:
            yield name, noise / max(1, noise[0].numel()) ** 0.5
        else:
            is_gain = name.endswith((".weight", ".g"))
            yield name, 1 + 0.1 * noise if is_gain else 0.02 * noise


def weights(shapes: Shapes, seed: int = 0) -> dict[str, Tensor]:
    return dict(drawn(shapes, seed))


def compvis_file(unet: Shapes, autoencoder: Shapes, text: Shapes, seed: int = 0) -> dict[str, Tensor]:
    """What lies under ``state_dict`` in a single file of Stable Diffusion 1, with what training left beside the weights."""
    schedule = (
        "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod",
        "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod", "sqrt_recipm1_alphas_cumprod", "posterior_variance",
        "posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2",
    )  # fmt: skip
    tokens = text["text_model.embeddings.position_embedding.weight"][0]
    whole = {name: torch.zeros(1000) for name in schedule}
    for prefix, shapes, offset in (
        ("model.diffusion_model.", unet, 0), ("first_stage_model.", autoencoder, 1), ("cond_stage_model.transformer.", text, 2),
    ):  # fmt: skip
        whole |= {prefix + name: tensor for name, tensor in drawn(shapes, seed + offset)}
    whole["model_ema.decay"], whole["model_ema.num_updates"] = torch.tensor(0.9999), torch.tensor(470000, dtype=torch.int32)
    whole["model_ema.diffusion_modeltime_embed0weight"] = torch.zeros(unet["time_embed.0.weight"])
    whole["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(tokens)[None]
    return whole

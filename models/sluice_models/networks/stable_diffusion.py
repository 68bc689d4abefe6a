"""Stable Diffusion 1.x (arXiv 2112.10752) out of its standard classes: diffusers' UNet and autoencoder, CLIP's text model.

The classes bring the public parameter names; the modules here give them the shapes a worker calls. They are traced, not
scripted, so each is written such that no batch size and no device ends up in the trace. diffusers and transformers take
seconds to import, and so are imported where a network is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from sluice_models.networks.layers import timestep_embedding, timestep_frequencies

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel


@dataclass(frozen=True)
class LatentUNetConfig:
    """``widths`` are channels per level, finest first; all levels but the last attend to the text, f32[N,L,W]."""

    size: int
    widths: tuple[int, ...]
    depth: int
    heads: int
    context_tokens: int
    context_width: int
    groups: int = 32
    channels: int = 4

    def build(self) -> UNet2DConditionModel:
        from diffusers import UNet2DConditionModel

        attending, plain = len(self.widths) - 1, 1
        return UNet2DConditionModel(
            sample_size=self.size,
            in_channels=self.channels,
            out_channels=self.channels,
            down_block_types=("CrossAttnDownBlock2D",) * attending + ("DownBlock2D",) * plain,
            up_block_types=("UpBlock2D",) * plain + ("CrossAttnUpBlock2D",) * attending,
            block_out_channels=self.widths,
            layers_per_block=self.depth,
            cross_attention_dim=self.context_width,
            attention_head_dim=self.heads,  # diffusers' name for what, in SD 1.x, is the number of heads
            norm_num_groups=self.groups,
        )


@dataclass(frozen=True)
class AutoencoderConfig:
    """``widths`` per level, finest first: each level but the last halves the side. ``size`` is the picture's side."""

    size: int
    widths: tuple[int, ...]
    depth: int
    groups: int = 32
    channels: int = 4

    @property
    def latent_size(self) -> int:
        return self.size >> (len(self.widths) - 1)

    def build(self) -> AutoencoderKL:
        from diffusers import AutoencoderKL

        levels = len(self.widths)
        return AutoencoderKL(
            sample_size=self.size,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=self.widths,
            layers_per_block=self.depth,
            latent_channels=self.channels,
            norm_num_groups=self.groups,
        )


@dataclass(frozen=True)
class ClipTextConfig:
    """``activation`` is quick_gelu in SD 1.x. The last two of the vocabulary start and end a text."""

    vocabulary: int
    tokens: int
    width: int
    depth: int
    heads: int
    activation: str = "quick_gelu"

    def build(self) -> CLIPTextModel:
        from transformers import CLIPTextConfig, CLIPTextModel

        return CLIPTextModel(
            CLIPTextConfig(
                vocab_size=self.vocabulary,
                hidden_size=self.width,
                intermediate_size=4 * self.width,
                num_hidden_layers=self.depth,
                num_attention_heads=self.heads,
                max_position_embeddings=self.tokens,
                hidden_act=self.activation,
                bos_token_id=self.vocabulary - 2,
                eos_token_id=self.vocabulary - 1,
                pad_token_id=self.vocabulary - 1,
            )
        )


class TimestepProjection(nn.Module):
    """What diffusers' ``time_proj`` computes, from a table that moves with the module instead of one made on a fixed device."""

    def __init__(self, width: int):
        super().__init__()
        self.frequencies = nn.Buffer(timestep_frequencies(width), persistent=False)

    def forward(self, t: Tensor) -> Tensor:
        return timestep_embedding(t, self.frequencies)


class Traced(nn.Module):
    """A module of parts that TorchScript can't compile, and so has to follow through a call."""


class LatentDenoiser(Traced):
    """eps of a noisy latent: x f32[N,C,H,W], original timestep t i64[N], context f32[N,L·W] to f32[N,C,H,W]."""

    def __init__(self, unet: UNet2DConditionModel, tokens: int):
        super().__init__()
        unet.time_proj = TimestepProjection(unet.config.block_out_channels[0])
        self.unet = unet
        self.tokens = tokens

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        text = context.unflatten(1, (self.tokens, -1))
        return self.unet(x, t, encoder_hidden_states=text, return_dict=False)[0]


class ClipContext(Traced):
    """Tokens i64[N,L] to the context f32[N,L·W]: CLIP's last hidden state, its final LayerNorm applied."""

    def __init__(self, text_model: CLIPTextModel):
        super().__init__()
        self.text_model = text_model

    def forward(self, tokens: Tensor) -> Tensor:
        h = self.text_model.embeddings(input_ids=tokens)
        h = self.text_model.encoder(inputs_embeds=h, attention_mask=None, is_causal=True).last_hidden_state
        return self.text_model.final_layer_norm(h).flatten(1)


class LatentDecoder(Traced):
    """A latent f32[N,C,H,W] as the sampler leaves it to a picture f32[N,3,H',W'] nominally in [-1,1].

    ``scale`` is what the autoencoder's latents were multiplied by for diffusion (0.18215 in SD 1.x).
    """

    def __init__(self, autoencoder: AutoencoderKL, scale: float):
        super().__init__()
        self.scale = scale
        self.post_quant_conv = autoencoder.post_quant_conv
        self.decoder = autoencoder.decoder

    def forward(self, latent: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latent / self.scale))

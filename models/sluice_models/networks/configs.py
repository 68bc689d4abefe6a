"""The network shapes this kit knows: the small ones it trains, and those of the public checkpoints.

Published shapes after arXiv 2105.05233 (ADM), 2212.09748 (DiT), 2112.10741 (GLIDE) and 2112.10752 (Stable Diffusion).
"""

from __future__ import annotations

import dataclasses

from sluice_models.data.glyphs import CLASSES, SIZE
from sluice_models.networks.adm import AdmConfig
from sluice_models.networks.dit import DitConfig
from sluice_models.networks.glide import TextConfig
from sluice_models.networks.noisy_clip import ClipConfig, ClipTower
from sluice_models.networks.stable_diffusion import AutoencoderConfig, ClipTextConfig, LatentUNetConfig

NULL_CLASS = len(CLASSES)

GLYPHS_DENOISER = AdmConfig(
    size=SIZE,
    patch=2,
    widths=(48, 64, 96),
    depth=1,
    attention_sizes=(8, 4),
    embedded_classes=len(CLASSES) + 1,
    head_width=32,
    groups=16,
)

GLYPHS_CLASSIFIER = AdmConfig(
    size=SIZE,
    patch=2,
    widths=(32, 64, 96),
    depth=1,
    attention_sizes=(4,),
    channels_out=len(CLASSES),
    head_width=32,
    groups=16,
)


# As few groups as leave four channels or more in each: normalising one or two at a time takes their colour away.
GLYPHS_AUTOENCODER = AutoencoderConfig(size=SIZE, widths=(32, 48, 64), depth=1, groups=8)

GLYPHS_DIT = DitConfig(size=GLYPHS_AUTOENCODER.latent_size, width=160, depth=8, heads=5, classes=len(CLASSES), class_std=1.0)

SCENES_SIZE = 64
SCENES_VOCABULARY = 666
SCENES_TOKENS = 24
SCENES_END_ID = SCENES_VOCABULARY - 1

SCENES_AUTOENCODER = AutoencoderConfig(size=SCENES_SIZE, widths=(16, 32, 64), depth=1, groups=4)

SCENES_CLIP_TEXT = ClipTextConfig(vocabulary=SCENES_VOCABULARY, tokens=SCENES_TOKENS, width=96, depth=3, heads=4)

SCENES_UNET = LatentUNetConfig(
    size=SCENES_AUTOENCODER.latent_size,
    widths=(48, 80, 96),
    depth=1,
    heads=2,
    context_tokens=SCENES_TOKENS,
    context_width=SCENES_CLIP_TEXT.width,
    groups=16,
)

SCENES_GLIDE_TEXT = TextConfig(vocabulary=SCENES_VOCABULARY, tokens=SCENES_TOKENS, width=96, depth=3, heads=4, padding_id=SCENES_END_ID)

SCENES_GLIDE_BASE = AdmConfig(
    size=SCENES_SIZE // 2,
    patch=2,
    widths=(48, 80, 112),
    depth=1,
    attention_sizes=(8, 4),
    head_width=16,
    legacy_attention=True,
    context_width=SCENES_GLIDE_TEXT.width,
    groups=16,
)

SCENES_UPSAMPLER_TEXT = dataclasses.replace(SCENES_GLIDE_TEXT, width=64, depth=2)

SCENES_GLIDE_UPSAMPLER = AdmConfig(
    size=SCENES_SIZE,
    patch=4,
    widths=(48, 64, 80),
    depth=1,
    attention_sizes=(4,),
    channels_in=6,
    head_width=16,
    legacy_attention=True,
    context_width=SCENES_UPSAMPLER_TEXT.width,
    groups=16,
)

SCENES_CLIP = ClipConfig(
    size=SCENES_GLIDE_BASE.size,
    patch=4,
    image=ClipTower(heads=4, depth=4, head_width=32),
    text=ClipTower(heads=4, depth=3, head_width=24),
    vocabulary=SCENES_VOCABULARY,
    tokens=SCENES_TOKENS,
    end_id=SCENES_END_ID,
    embedding=128,
)


def widened(config: AdmConfig, factor: int) -> AdmConfig:
    """The same network with every level ``factor`` times as wide: about factor² the parameters and the work."""
    return dataclasses.replace(config, widths=tuple(factor * width for width in config.widths))


IMAGENET_CLASSES = 1000
_ADM_SIZES = (32, 16, 8)
_ADM_256_WIDTHS = (256, 256, 512, 512, 1024, 1024)
_CLASSIFIER = AdmConfig(
    size=64,
    widths=(128, 256, 384, 512),
    depth=4,
    attention_sizes=_ADM_SIZES,
    channels_out=IMAGENET_CLASSES,
    legacy_attention=True,
)

ADM_64_CONDITIONAL = AdmConfig(
    size=64,
    widths=(192, 384, 576, 768),
    depth=3,
    attention_sizes=_ADM_SIZES,
    embedded_classes=IMAGENET_CLASSES,
    dropout=0.1,
)
ADM_64_UNCONDITIONAL = dataclasses.replace(ADM_64_CONDITIONAL, embedded_classes=0)
ADM_128_CONDITIONAL = AdmConfig(
    size=128,
    widths=(256, 256, 512, 768, 1024),
    depth=2,
    attention_sizes=_ADM_SIZES,
    embedded_classes=IMAGENET_CLASSES,
    heads=4,
    legacy_attention=True,
)
ADM_256_CONDITIONAL = AdmConfig(
    size=256,
    widths=_ADM_256_WIDTHS,
    depth=2,
    attention_sizes=_ADM_SIZES,
    embedded_classes=IMAGENET_CLASSES,
    legacy_attention=True,
)
ADM_256_UNCONDITIONAL = dataclasses.replace(ADM_256_CONDITIONAL, embedded_classes=0)
CLASSIFIER_64 = _CLASSIFIER
CLASSIFIER_128 = dataclasses.replace(_CLASSIFIER, size=128, widths=(128, 128, 256, 384, 512), depth=2)
CLASSIFIER_256 = dataclasses.replace(_CLASSIFIER, size=256, widths=(128, 128, 256, 256, 512, 512), depth=2)

DIT_XL_2_256 = DitConfig(size=32, width=1152, depth=28, heads=16, classes=IMAGENET_CLASSES)
DIT_XL_2_512 = dataclasses.replace(DIT_XL_2_256, size=64)

GLIDE_TEXT = TextConfig(vocabulary=50_257, tokens=128, width=512, depth=16, heads=8, padding_id=50_256)
GLIDE_BASE = AdmConfig(
    size=64,
    widths=(192, 384, 576, 768),
    depth=3,
    attention_sizes=_ADM_SIZES,
    legacy_attention=True,
    context_width=GLIDE_TEXT.width,
    dropout=0.1,
)
GLIDE_UPSAMPLER = AdmConfig(
    size=256,
    widths=(192, 192, 384, 384, 768, 768),
    depth=2,
    attention_sizes=_ADM_SIZES,
    channels_in=6,
    legacy_attention=True,
    context_width=GLIDE_TEXT.width,
    dropout=0.1,
)
GLIDE_CLIP = ClipConfig(
    size=64,
    patch=4,
    image=ClipTower(heads=12, depth=12),
    text=ClipTower(heads=8, depth=12),
    vocabulary=65_536,
    tokens=77,
    end_id=65_535,
)

SD1_SCALE = 0.18215
SD1_TEXT = ClipTextConfig(vocabulary=49_408, tokens=77, width=768, depth=12, heads=12)
SD1_UNET = LatentUNetConfig(
    size=64, widths=(320, 640, 1280, 1280), depth=2, heads=8, context_tokens=SD1_TEXT.tokens, context_width=SD1_TEXT.width
)
SD1_AUTOENCODER = AutoencoderConfig(size=512, widths=(128, 256, 512, 512), depth=2)

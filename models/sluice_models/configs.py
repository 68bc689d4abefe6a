"""The network shapes this kit knows: the small ones it trains, and two published ones that pin the grammar.

Published shapes after arXiv 2105.05233, appendix on architectures; their weights are not used here.
"""

from __future__ import annotations

import dataclasses

from sluice_models.adm import AdmConfig
from sluice_models.glyphs import CLASSES, SIZE

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


def widened(config: AdmConfig, factor: int) -> AdmConfig:
    """The same network with every level ``factor`` times as wide: about factor² the parameters and the work."""
    return dataclasses.replace(config, widths=tuple(factor * width for width in config.widths))


ADM_64_CONDITIONAL = AdmConfig(
    size=64,
    widths=(192, 384, 576, 768),
    depth=3,
    attention_sizes=(32, 16, 8),
    embedded_classes=1000,
    dropout=0.1,
)

CLASSIFIER_64 = AdmConfig(
    size=64,
    widths=(128, 256, 384, 512),
    depth=4,
    attention_sizes=(32, 16, 8),
    channels_out=1000,
    legacy_attention=True,
)

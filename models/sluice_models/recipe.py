"""The recipe of the bundle glyphs-adm: its label, which pictures, which seeds, how many steps, which defaults."""

from __future__ import annotations

import functools

from sluice_models import glyphs
from sluice_models.bundle import ClassCondition, Defaults, Diffusion, Facts, Label, Shape
from sluice_models.configs import NULL_CLASS
from sluice_models.glyphs import CLASSES, SIZE
from sluice_models.picture_sets import Pictures
from sluice_models.training import TrainingPlan

DENOISER = "denoiser"
PLANS = {
    DENOISER: TrainingPlan(steps=4_800, seed=11),
    "guide": TrainingPlan(steps=1_200, seed=21, batch=64, weight_decay=0.05),
    "auditor": TrainingPlan(steps=1_200, seed=31, batch=64, weight_decay=0.05),
}
DEFAULTS = Defaults(steps=50, classifier_free_scale=3.0, classifier_scale=16.0)
FACTS = Facts(
    label=Label(
        "glyphs-adm",
        "Digits in many typefaces, colours and poses, 32x32 RGB; a small ADM denoiser with two noise-aware classifiers.",
    ),
    family="adm",
    image=Shape(3, SIZE),
    sample=Shape(3, SIZE),
    diffusion=Diffusion("cosine"),
    condition=ClassCondition(CLASSES, NULL_CLASS),
    guided_channels=3,
    defaults=DEFAULTS,
)

TRAINING_PICTURES = Pictures("glyphs", seed=1, count=80_000, draw=functools.partial(glyphs.draw, held_out=False))
HELD_OUT_PICTURES = Pictures("held-out", seed=2, count=5_000, draw=functools.partial(glyphs.draw, held_out=True))

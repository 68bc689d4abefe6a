"""The recipe of everything around the scenes: which pictures and seeds, which tokenizer, how the judge is trained."""

from __future__ import annotations

import functools

import numpy as np
from tokenizers import Tokenizer

from sluice_models.data import scenes
from sluice_models.data.attributes import Combinations
from sluice_models.data.picture_sets import Pictures
from sluice_models.data.tokenizer import trained_tokenizer
from sluice_models.training.trainer import TrainingPlan


def _pictures(name: str, seed: int, count: int, combinations: Combinations) -> Pictures:
    return Pictures(name, seed, count, functools.partial(scenes.draw, combinations=combinations))


TRAINING_SCENES = _pictures("scenes", 51, 60_000, Combinations.TRAINING)
SEEN_SCENES = _pictures("scenes-seen", 52, 5_000, Combinations.TRAINING)
HELD_OUT_SCENES = _pictures("scenes-held-out", 53, 5_000, Combinations.HELD_OUT)

# A judge must know the held-out combinations as well as the others, or it would call the right picture wrong.
JUDGE_SCENES = _pictures("scenes-judge", 54, 60_000, Combinations.ALL)

JUDGE = "judge"
JUDGE_PLAN = TrainingPlan(steps=1_600, seed=71, batch=64, learning_rate=1e-3, weight_decay=0.01)

PROMPTS_OF_EACH_KIND = 1_000
PROMPT_SEEDS = {Combinations.TRAINING: 61, Combinations.HELD_OUT: 62}

MAX_TOKENS = 24
TOKENIZER_ENTRIES = 768
TOKENIZER_CAPTIONS = 20_000


def scenes_tokenizer() -> Tokenizer:
    """The one tokenizer of every bundle of scenes; the same bytes on every run."""
    captions, _ = scenes.prompts(TRAINING_SCENES.seed, TOKENIZER_CAPTIONS, Combinations.TRAINING)
    return trained_tokenizer(captions, TOKENIZER_ENTRIES, MAX_TOKENS)


def judged_prompts() -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """The prompts that sampled pictures are judged by: texts and labels i64[n,6], from seeds that no picture set has."""
    return {kind.value: scenes.prompts(seed, PROMPTS_OF_EACH_KIND, kind) for kind, seed in PROMPT_SEEDS.items()}

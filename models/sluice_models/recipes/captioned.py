"""Scenes and their captions as the text bundles' recipes need them: tokens, the empty text, the tokenizer's file, who reads."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from sluice_models.bundles.bundle import Facts, TextCondition
from sluice_models.data.attributes import Combinations
from sluice_models.data.picture_sets import PictureSet
from sluice_models.judging.judge_folder import SCENES_JUDGE, load_prompts
from sluice_models.recipes.scenes import TRAINING_SCENES, scenes_tokenizer
from sluice_models.recipes.workshop import Part, Workshop
from sluice_models.training.examples import CaptionSource
from sluice_models.training.losses import reading_loss
from sluice_models.training.pairs import CaptionReader, Text
from sluice_models.training.trainer import Trainer, TrainingPlan

WATCHED_CAPTIONS = (
    "a small red circle on the left",
    "a large blue star in the centre",
    "a green square left of a yellow heart",
    "a purple moon above an orange cross",
    "a tiny cyan ring at the bottom",
    "a big pink triangle on the right",
    "a yellow box below a blue disc",
    "a huge green heart in the middle",
)

EXAMPLES = 20
READER = "reader"


def with_examples(facts: Facts) -> Facts:
    """``facts`` with the first of the prompts that pictures are judged by."""
    texts, targets = load_prompts(SCENES_JUDGE, Combinations.TRAINING)
    examples = tuple(zip(texts[:EXAMPLES], targets[:EXAMPLES].tolist()))
    assert isinstance(facts.condition, TextCondition)
    return dataclasses.replace(facts, condition=dataclasses.replace(facts.condition, examples=examples))


@functools.cache
def _tokenizer() -> Tokenizer:
    return scenes_tokenizer()


def tokens_of(texts: tuple[str, ...] | list[str]) -> Tensor:
    """i64[n,L]."""
    return torch.tensor([encoding.ids for encoding in _tokenizer().encode_batch(list(texts))])


def empty_tokens() -> Tensor:
    """The unconditional prompt, i64[L]."""
    return tokens_of([""])[0]


def training_scenes(workshop: Workshop) -> tuple[PictureSet, Tensor]:
    """The pictures, and their captions' tokens i64[n,L]."""
    pool = TRAINING_SCENES.load(workshop.work)
    return pool, tokens_of(pool.captions)


def reader_part(text: Callable[[], nn.Module], width: int, plan: TrainingPlan) -> Part:
    """A text encoder that learns to say what captions speak of, before a denoiser learns from it what that looks like.

    Words for places, and which of two shapes has which colour, change little of a denoiser's loss: one that may change its text
    encoder hears them late, and lets it forget them in the meantime.
    """

    def trainer(workshop: Workshop, plan: TrainingPlan) -> Trainer:
        pool, tokens = training_scenes(workshop)
        torch.manual_seed(plan.seed)
        source = CaptionSource(tokens, torch.from_numpy(pool.labels), workshop.device)
        return Trainer(CaptionReader(text(), width).to(workshop.device), reading_loss, plan, source, workshop.replicas)

    return Part(plan, trainer)


def trained_reader(workshop: Workshop, text: Text, width: int) -> tuple[Text, int]:
    """``text`` as it was trained to read, and for how many steps."""
    reader, steps = workshop.trained(READER, CaptionReader(text, width))
    return reader.text, steps


def written_tokenizer(folder: Path) -> Path:
    """The tokenizer's file, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tokenizer.json"
    _tokenizer().save(str(path))
    return path

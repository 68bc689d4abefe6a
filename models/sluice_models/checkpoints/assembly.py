"""What a family makes of the files it was given: facts, tokenizers, and modules that are made when their turn comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer
from torch import nn

from sluice_models.bundles.bundle import Facts
from sluice_models.networks.configs import IMAGENET_CLASSES


class BadRequest(RuntimeError):
    """The options don't make an export: one is missing, not for this family, or its file is not what it should be."""


@dataclass(frozen=True)
class Sources:
    """The paths and words of one export; each path is None where it was not given."""

    checkpoint: Path
    classifier: Path | None = None
    auditor: Path | None = None
    upsampler: Path | None = None
    clip_image: Path | None = None
    clip_text: Path | None = None
    vae: Path | None = None
    tokenizer: Path | None = None
    classes: Path | None = None
    name: str | None = None
    licence: str = "not stated"

    def paths(self) -> dict[str, Path]:
        """The paths that were given, by their option's name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Path)}


@dataclass(frozen=True)
class Part:
    """One module: its role, how to make it in the contract's shape, and how it goes to fp16, if it may."""

    role: str
    make: Callable[[], nn.Module]
    halve: Callable[[nn.Module], None] | None = None


@dataclass(frozen=True)
class Assembly:
    """A bundle to be. ``configurations`` names what was recognised, by option; ``tokenizers`` go into files of their names."""

    facts: Facts
    parts: tuple[Part, ...]
    configurations: Mapping[str, str]
    tokenizers: Mapping[str, Tokenizer] = field(default_factory=dict)


def class_names(file: Path | None) -> tuple[str, ...]:
    """ImageNet's classes in their order, one a line; where there is no list, their numbers stand for them."""
    if file is None:
        return tuple(str(index) for index in range(IMAGENET_CLASSES))
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as broken:
        raise BadRequest(f"{file}: no list of classes: {broken}") from broken
    names = tuple(line.strip() for line in lines if line.strip())
    if len(names) != IMAGENET_CLASSES:
        raise BadRequest(f"{file}: {len(names)} names, one a line, where {IMAGENET_CLASSES} classes are")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRequest(f"{file}: a name may stand for one class only; twice or more: {', '.join(twice)}")
    return names

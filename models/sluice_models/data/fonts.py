"""Finds the fonts the pictures are drawn with, and sets some families aside that training never sees."""

from __future__ import annotations

import hashlib
import subprocess
from collections import defaultdict
from dataclasses import dataclass

FEWEST_FAMILIES = 24
HELD_OUT_EVERY = 6

# Dotted and slashed zeros read as eights at 32 pixels; the others hold no plain digits.
_UNFIT = ("d050000l", "mono", "code", "hack", "inconsolata", "symbol", "math", "emoji", "display", "initials", "dingbats", "keyboard")


class TooFewFonts(RuntimeError):
    """Fewer usable families are installed than the pictures' variety needs."""


@dataclass(frozen=True)
class FontFamily:
    """One typeface: its name, and the files of its faces (regular, bold, italic …) in a fixed order."""

    name: str
    files: tuple[str, ...]


def installed_families() -> list[FontFamily]:
    """Families with Latin letters and the digits 0-9, by name, so that the order is the same on every run."""
    query = ["fc-list", "--format", "%{family[0]}\t%{file}\n", ":lang=en:charset=30-39:scalable=true"]
    try:
        listing = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as missing:
        raise TooFewFonts("fc-list not found: install fontconfig") from missing
    files = defaultdict(set)
    for line in listing.splitlines():
        family, file = line.split("\t")
        if not any(word in family.lower() for word in _UNFIT):
            files[family].add(file)
    families = [FontFamily(name, tuple(sorted(files[name]))) for name in sorted(files)]
    if len(families) < FEWEST_FAMILIES:
        raise TooFewFonts(f"{len(families)} usable font families found, {FEWEST_FAMILIES} needed; the README names Debian's packages")
    return families


def split_families(families: list[FontFamily]) -> tuple[list[FontFamily], list[FontFamily]]:
    """(training, held out): about one family in six is held out, chosen by its name alone."""
    held_out = [family for family in families if _number_of(family.name) % HELD_OUT_EVERY == 0]
    training = [family for family in families if _number_of(family.name) % HELD_OUT_EVERY != 0]
    return training, held_out


def _number_of(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0]

"""Reads the vocabularies that public text models come with, and makes tokenizer files of them.

Forms that exist: transformers' ``vocab.json`` with ``merges.txt`` or one ``tokenizer.json`` (a diffusers folder's
``tokenizer/``), CLIP's single ``bpe_simple_vocab_16e6.txt.gz`` whose merges imply the vocabulary, and GPT-2's
``encoder.json`` with ``vocab.bpe``, which GLIDE's diffusion models read their text with. Each may be gzipped.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from sluice_models.checkpoints.reading import read_json
from sluice_models.data.tokenizer import END, START, Merges

_CLIP_FILE = "bpe_simple_vocab_16e6.txt"
_CLIP_MERGES = 49_152 - 256 - 2  # what CLIP uses of a file that has more


class NoVocabulary(RuntimeError):
    """The folder holds no vocabulary of the form that the family needs."""


@dataclass(frozen=True)
class Vocabulary:
    """Ids by symbol, and which pairs of symbols merge, in their order."""

    ids: dict[str, int]
    merges: Merges

    @property
    def end_id(self) -> int:
        return self.ids[END]

    def require_within(self, rows: int, folder: Path) -> None:
        """Refuses a vocabulary whose ids the network has no embedding for."""
        if max(self.ids.values()) >= rows:
            raise NoVocabulary(f"{folder}: ids up to {max(self.ids.values())}, and the network embeds {rows}")


def clip_vocabulary(folder: Path) -> Vocabulary:
    """CLIP's, from transformers' files or from CLIP's own single one; files of another vocabulary under those names are passed over.

    :raises NoVocabulary: if there is none, or it lacks a symbol
    """
    forms = [form for form in (_pair(folder, "vocab.json", "merges.txt"), _whole(folder), _single(folder)) if form]
    if not forms:
        raise NoVocabulary(f"{folder}: holds neither vocab.json with merges.txt nor tokenizer.json nor {_CLIP_FILE}.gz")
    return _complete(next((form for form in forms if START in form.ids), forms[0]), folder, START, END)


def gpt2_vocabulary(folder: Path) -> Vocabulary:
    """GPT-2's, from OpenAI's pair of files or from transformers'.

    :raises NoVocabulary: if there is none, or it lacks a symbol
    """
    for ids, merges in (("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt")):
        pair = _pair(folder, ids, merges)
        if pair:
            return _complete(pair, folder, END)
    raise NoVocabulary(f"{folder}: holds neither encoder.json with vocab.bpe nor vocab.json with merges.txt")


def glide_tokenizer(vocabulary: Vocabulary, max_tokens: int) -> Tokenizer:
    """GLIDE's: lower case, GPT-2's byte pairs, no marks around the text, cut and padded to ``max_tokens`` with the end token.

    The end token is padding only: nothing that is written in a prompt becomes it.
    """
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary.ids, merges=vocabulary.merges))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(length=max_tokens, pad_id=vocabulary.end_id, pad_token=END)
    return tokenizer


def byte_symbols() -> list[str]:
    """A printable character for every byte, in CLIP's order: the printable Latin-1 ones stand for themselves and come first."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = 256 - len(printable)
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(others)]


def _complete(vocabulary: Vocabulary, folder: Path, *marks: str) -> Vocabulary:
    """The vocabulary, which must have these marks, and all that its merges are made of and make."""
    needed = [*marks, *(symbol for pair in vocabulary.merges for symbol in (*pair, "".join(pair)))]
    lacking = next((symbol for symbol in needed if symbol not in vocabulary.ids), None)
    if lacking is not None:
        raise NoVocabulary(f"{folder}: the vocabulary has no {lacking}")
    return vocabulary


def _pair(folder: Path, ids: str, merges: str) -> Vocabulary | None:
    ids_text, merges_text = _text_of(folder, ids), _text_of(folder, merges)
    if ids_text is None or merges_text is None:
        return None
    return Vocabulary(_ids(read_json(ids_text, folder / ids), folder / ids), _merges(merges_text, folder / merges))


def _whole(folder: Path) -> Vocabulary | None:
    """The vocabulary inside a ``tokenizer.json``, whose merges are pairs or, before 2024, two symbols in one string."""
    file = folder / "tokenizer.json"
    text = _text_of(folder, file.name)
    if text is None:
        return None
    model = read_json(text, file).get("model")
    if not isinstance(model, dict) or not isinstance(model.get("merges"), list):
        raise NoVocabulary(f"{file}: not a tokenizer of byte pairs")
    pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    return Vocabulary(_ids(model.get("vocab"), file), _pairs(pairs, file))


def _single(folder: Path) -> Vocabulary | None:
    """The vocabulary that CLIP's single file of merges implies."""
    text = _text_of(folder, _CLIP_FILE)
    if text is None:
        return None
    merges = _merges(text, folder / _CLIP_FILE)[:_CLIP_MERGES]
    alphabet = byte_symbols()
    symbols = [*alphabet, *(f"{symbol}</w>" for symbol in alphabet), *("".join(pair) for pair in merges), START, END]
    return Vocabulary({symbol: i for i, symbol in enumerate(symbols)}, merges)


def _text_of(folder: Path, name: str) -> str | None:
    """A file's text, be it plain or gzipped; None where there is neither."""
    plain, zipped = folder / name, folder / f"{name}.gz"
    try:
        if plain.is_file():
            return plain.read_text(encoding="utf-8")
        return gzip.decompress(zipped.read_bytes()).decode("utf-8") if zipped.is_file() else None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as broken:
        raise NoVocabulary(f"{folder}: {name} can't be read: {broken}") from broken


def _ids(table: object, file: Path) -> dict[str, int]:
    if not isinstance(table, dict) or not all(type(value) is int for value in table.values()):
        raise NoVocabulary(f"{file}: not a table of ids")
    return table


def _merges(text: str, file: Path) -> Merges:
    """One pair a line; the first line is a comment that names a version."""
    return _pairs([line.split() for line in text.split("\n")[1:] if line.strip()], file)


def _pairs(merges: list[Any], file: Path) -> Merges:
    if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(symbol, str) for symbol in pair) for pair in merges):
        raise NoVocabulary(f"{file}: a merge is not a pair")
    return [(left, right) for left, right in merges]

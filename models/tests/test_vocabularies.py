"""The vocabularies of public text models become tokenizers that give the ids their owners' code gives."""

from __future__ import annotations

import gzip
import itertools
import json
import re
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from sluice_models.checkpoints.vocabularies import (
    NoVocabulary,
    Vocabulary,
    byte_symbols,
    clip_vocabulary,
    glide_tokenizer,
    gpt2_vocabulary,
)

MERGES = [("c", "a"), ("ca", "t"), ("Ġ", "cat"), ("cat", "s")]
TOKENS = 8


def gpt2() -> Vocabulary:
    symbols = [*byte_symbols(), *("".join(pair) for pair in MERGES), "<|endoftext|>"]
    return Vocabulary({symbol: i for i, symbol in enumerate(symbols)}, MERGES)


def by_the_definition(text: str, vocabulary: Vocabulary) -> list[int]:
    """GPT-2's byte pairs as they are defined, for ASCII: cut into words, then join the best-ranked pair until none is left."""
    ids: list[int] = []
    for word in re.findall(r"'s|'t|'re|'ve|'m|'ll|'d| ?[a-z]+| ?[0-9]+| ?[^\sa-z0-9]+|\s+(?!\S)|\s+", text.lower()):
        symbols = ["Ġ" if letter == " " else letter for letter in word]
        while True:
            ranked = [(vocabulary.merges.index(pair), i) for i, pair in enumerate(itertools.pairwise(symbols)) if pair in vocabulary.merges]
            if not ranked:
                break
            _, i = min(ranked)
            symbols[i : i + 2] = ["".join(symbols[i : i + 2])]
        ids += [vocabulary.ids[symbol] for symbol in symbols]
    return (ids + [vocabulary.end_id] * TOKENS)[:TOKENS]


@pytest.mark.parametrize("text", ["", "cat", "CATS  it's", "a cat, 2 cats", "<|endoftext|>", "cat " * 9])
def test_glide_s_tokenizer_follows_the_definition(text):
    tokenizer = Tokenizer.from_str(glide_tokenizer(gpt2(), TOKENS).to_str())
    assert tokenizer.encode(text).ids == by_the_definition(text, gpt2())


def write_pair(folder: Path, vocabulary: Vocabulary, ids: str, merges: str, zipped: bool) -> None:
    lines = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in vocabulary.merges), ""])
    for name, text in ((ids, json.dumps(vocabulary.ids)), (merges, lines)):
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / name).write_text(text)


@pytest.mark.parametrize(("table", "merges"), [("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt")])
@pytest.mark.parametrize("zipped", [True, False])
def test_reads_gpt2_s_vocabulary_under_both_names(tmp_path, table, merges, zipped):
    write_pair(tmp_path, gpt2(), table, merges, zipped)
    assert gpt2_vocabulary(tmp_path) == gpt2()


def clip() -> Vocabulary:
    merges = [("c", "a"), ("ca", "t</w>")]
    letters = byte_symbols()
    symbols = [*letters, *(f"{letter}</w>" for letter in letters), "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>"]
    return Vocabulary({symbol: i for i, symbol in enumerate(symbols)}, merges)


def test_clip_s_single_file_implies_the_ids_that_its_pair_of_files_states(tmp_path):
    pair, single, whole = tmp_path / "pair", tmp_path / "single", tmp_path / "whole"
    for folder in (pair, single, whole):
        folder.mkdir()
    write_pair(pair, clip(), "vocab.json", "merges.txt", zipped=False)
    (single / "bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress((pair / "merges.txt").read_bytes()))
    model = {"type": "BPE", "vocab": clip().ids, "merges": ["c a", ["ca", "t</w>"]]}
    (whole / "tokenizer.json").write_text(json.dumps({"model": model}))
    assert clip_vocabulary(pair) == clip_vocabulary(single) == clip_vocabulary(whole) == clip()


def test_clip_s_published_alphabet_starts_with_the_printable_ascii():
    assert byte_symbols()[:3] == ["!", '"', "#"] and len(set(byte_symbols())) == 256


def test_a_vocabulary_larger_than_the_embedding_is_refused(tmp_path):
    with pytest.raises(NoVocabulary, match="the network embeds 100"):
        clip().require_within(100, tmp_path)


@pytest.mark.parametrize("read", [clip_vocabulary, gpt2_vocabulary])
def test_says_what_it_looked_for(tmp_path, read):
    with pytest.raises(NoVocabulary, match=r"vocab\.json with merges\.txt"):
        read(tmp_path)


def test_clip_s_single_file_is_found_behind_gpt2_s_pair(tmp_path):
    """A folder of GLIDE's two vocabularies, GPT-2's under transformers' names, which CLIP's would have too."""
    write_pair(tmp_path, gpt2(), "vocab.json", "merges.txt", zipped=False)
    lines = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in clip().merges), ""])
    (tmp_path / "bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress(lines.encode()))
    assert clip_vocabulary(tmp_path) == clip()
    assert gpt2_vocabulary(tmp_path) == gpt2()


@pytest.mark.parametrize(
    ("read", "lacking"),
    [(clip_vocabulary, "<|startoftext|>"), (clip_vocabulary, "<|endoftext|>"), (gpt2_vocabulary, "<|endoftext|>"), (clip_vocabulary, "ca")],
)
def test_a_vocabulary_that_lacks_a_symbol_is_refused(tmp_path, read, lacking):
    ids = {symbol: i for symbol, i in clip().ids.items() if symbol != lacking}
    write_pair(tmp_path, Vocabulary(ids, clip().merges), "vocab.json", "merges.txt", zipped=False)
    with pytest.raises(NoVocabulary, match=f"has no {re.escape(lacking)}"):
        read(tmp_path)


WHOLE = gzip.compress(b"#version: 0.2\nc a\n")


@pytest.mark.parametrize(
    "content",
    [b"not gzipped", WHOLE[:-12], WHOLE[:12] + b"\xff" * 20, gzip.compress(b"\xff\xfe")],
    ids=["text", "cut", "damaged", "other"],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "bpe_simple_vocab_16e6.txt.gz").write_bytes(content)
    with pytest.raises(NoVocabulary, match=r"bpe_simple_vocab_16e6\.txt can't be read"):
        clip_vocabulary(tmp_path)


@pytest.mark.parametrize(
    "model",
    [
        None,
        {"vocab": {"a": "b"}, "merges": []},
        {"vocab": {}, "merges": ["a"]},
        {"vocab": {}, "merges": [1]},
        {"vocab": {}, "merges": None},
    ],
)
def test_a_tokenizer_of_another_kind_is_refused(tmp_path, model):
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": model}))
    with pytest.raises(NoVocabulary):
        clip_vocabulary(tmp_path)

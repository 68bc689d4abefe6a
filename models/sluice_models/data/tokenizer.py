"""CLIP's tokenizer (Radford et al. 2021, arXiv 2103.00020) as a ``tokenizers`` file that needs no code beside it.

Text is normalised to NFC, runs of white space become one space, all is lower-cased; it is cut into words, single digits
and runs of other marks, each as UTF-8 bytes, and byte pairs are merged within them, ``</w>`` marking a word's last piece.
The ids start with <|startoftext|> and end with <|endoftext|>, which is the padding too; longer text is cut. Truncation,
padding and the special tokens are part of the file, so every reader of the format gets the same ``max_tokens`` ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"
# CLIP's own expression: a special token, an English contraction's end, letters, one digit, or a run of other marks.
_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

Merges = list[tuple[str, str]]


def clip_tokenizer(vocab: dict[str, int], merges: Merges, max_tokens: int) -> Tokenizer:
    """The tokenizer over CLIP's own ``vocab`` (token to id) and ``merges`` (in order of rank), giving ``max_tokens`` ids."""
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token=END, continuing_subword_prefix="", end_of_word_suffix=WORD_END))
    _cut_into_words(tokenizer)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, vocab[START]), (END, vocab[END])]
    )
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(length=max_tokens, pad_id=vocab[END], pad_token=END)
    return tokenizer


def trained_tokenizer(captions: Iterable[str], entries: int, max_tokens: int) -> Tokenizer:
    """A tokenizer of at most ``entries`` entries whose merges are learnt from ``captions``; any other text still has ids."""
    learner = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    _cut_into_words(learner)
    most_merges = entries - len(_vocab([]))
    learner.train_from_iterator(captions, trainers.BpeTrainer(
        vocab_size=2 * 256 + most_merges, initial_alphabet=_byte_letters(), end_of_word_suffix=WORD_END, show_progress=False
    ))  # fmt: skip
    merges = [(left, right) for left, right in json.loads(learner.to_str())["model"]["merges"]][:most_merges]
    return clip_tokenizer(_vocab(merges), merges, max_tokens)


def _cut_into_words(tokenizer: Tokenizer) -> None:
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )


def _vocab(merges: Merges) -> dict[str, int]:
    """CLIP's layout: the 256 bytes, the same as words' ends, what each merge makes, then start and end with the largest ids.

    With every byte present in both forms no text is unknown, and ``ids.argmax()`` finds the first end.
    """
    letters = _byte_letters()
    entries = [*letters, *(letter + WORD_END for letter in letters), *(left + right for left, right in merges), START, END]
    return {entry: index for index, entry in enumerate(dict.fromkeys(entries))}


def _byte_letters() -> list[str]:
    """The 256 characters that stand for bytes in byte-level pairs, in a fixed order."""
    return sorted(pre_tokenizers.ByteLevel.alphabet())

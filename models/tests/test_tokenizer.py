"""The kit's tokenizers cut text as CLIP's does, and a file of one needs nothing beside it."""

from __future__ import annotations

import json
import random

import pytest
from tokenizers import Tokenizer

from sluice_models.data import scenes
from sluice_models.data.attributes import Combinations
from sluice_models.data.tokenizer import END, START, clip_tokenizer
from sluice_models.recipes.scenes import MAX_TOKENS, TOKENIZER_ENTRIES, scenes_tokenizer

TEXTS = (
    "",
    " ",
    "a small red circle on the left",
    "A  Small\tRED\n circle,on the LEFT!!",
    "it's we're I'll don't y'all've 'S",
    "x" * 200,
    "red " * 60,
    "3 circles, 1234567890",
    "naïve café — ångström, œuvre, İstanbul ß ﬁ",
    "cafe\u0301 is caf\u00e9",
    "красный круг слева",
    "左边有一个红色的圆",
    "दायाँ वृत्त",
    "مربع أزرق",
    "🎉🎉 party 👩‍👩‍👧‍👦 🇺🇳",
    "a\u00a0b\u2003c\u200bd\ufeffe",
    "zero\x00byte and \x7f",
    "<|endoftext|>",
    "red <|startoftext|> circle<|endoftext|>blue",
    "<|ENDOFTEXT|> and </w> a</w>",
    "tab\tnew\r\nline\u2028separated",
    "...!?--((red))--@#$%^&*",
    "Ⅷ ½ ² ① 五 ٣",
)


def random_texts(count: int) -> list[str]:
    rng = random.Random(0)
    ranges = ((32, 127), (128, 0x2FF), (0x370, 0x5FF), (0x900, 0x97F), (0x2000, 0x2BFF), (0x4E00, 0x4EFF), (0x1F300, 0x1FAFF))
    return ["".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randrange(60))) for _ in range(count)]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return scenes_tokenizer()


def model_of(tokenizer: Tokenizer) -> tuple[dict[str, int], list[tuple[str, str]]]:
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [(left, right) for left, right in model["merges"]]


@pytest.fixture(scope="module")
def reference(tokenizer):
    transformers = pytest.importorskip("transformers")
    vocab, merges = model_of(tokenizer)
    return transformers.CLIPTokenizer(vocab=dict(vocab), merges=list(merges), model_max_length=77)


@pytest.mark.parametrize("text", TEXTS)
def test_ids_are_those_of_transformers(tokenizer, reference, text):
    mine = clip_tokenizer(*model_of(tokenizer), max_tokens=77).encode(text).ids
    assert mine == reference(text, padding="max_length", truncation=True)["input_ids"]


def test_ids_of_random_text_are_those_of_transformers(tokenizer, reference):
    mine = clip_tokenizer(*model_of(tokenizer), max_tokens=77)
    for text in random_texts(2_000):
        assert mine.encode(text).ids == reference(text, padding="max_length", truncation=True)["input_ids"], text


def test_training_again_gives_the_same_file(tokenizer):
    assert scenes_tokenizer().to_str() == tokenizer.to_str()


def test_file_alone_gives_the_same_ids(tokenizer, tmp_path):
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    read = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for text in TEXTS:
        assert read.encode(text).ids == tokenizer.encode(text).ids


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_has_so_many_ids_between_start_and_end(tokenizer, text):
    ids = tokenizer.encode(text).ids
    assert len(ids) == MAX_TOKENS
    assert ids[0] == tokenizer.token_to_id(START)
    assert ids[-1] == tokenizer.token_to_id(END)


def test_end_has_the_largest_id_and_there_is_no_gap(tokenizer):
    vocab, _ = model_of(tokenizer)
    assert sorted(vocab.values()) == list(range(len(vocab)))
    assert vocab[END] == len(vocab) - 1
    assert len(vocab) <= TOKENIZER_ENTRIES


def test_each_word_of_a_caption_is_one_token(tokenizer):
    for caption in scenes.prompts(9, 200, Combinations.ALL)[0]:
        words = caption.replace(",", " ,").replace(":", " :").split()
        assert sum(tokenizer.encode(caption).attention_mask) == len(words) + 2 <= MAX_TOKENS


def test_case_and_spaces_do_not_matter(tokenizer):
    assert tokenizer.encode("A  small RED\ncircle").ids == tokenizer.encode("a small red circle").ids

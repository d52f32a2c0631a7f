"""Tokens of four tokenizers as their own decoders read them."""

from __future__ import annotations

import pytest

from compute.heads.token_words import is_special, readable
from tests.claims import each


def as_bytes(text: str) -> str:
    """GPT-2's table, by its rule: printable Latin-1 characters stand for themselves."""
    plain = [n for n in range(256) if chr(n).isprintable() and n not in (32, 160, 173)]
    others = [n for n in range(256) if n not in plain]
    table = {n: chr(n) for n in plain} | {n: chr(256 + i) for i, n in enumerate(others)}
    return "".join(table[byte] for byte in text.encode())


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ("The Ġtrophy Ġsuit case . ĠMy", "The trophy suit …case . My"),
        (f"Ġna {as_bytes('ï')} ve Ċ ĠX", "na …ï …ve ↵ X"),
        (f"Ġ {as_bytes(' 猫')} {as_bytes(' Привет')}", "␣ 猫 Привет"),
        ("<|endoftext|> Ġso on", "<|endoftext|> so …on"),
        ("<s> ▁The ▁geo des ic , ▁too <0x0A> 猫", "<s> The geo …des …ic , too ↵ 猫"),
        ("[CLS] geo ##des ##ic is ##", "[CLS] geo …des …ic is ##"),
        ("plain words", "plain words"),
        # no space comes before words that are written without: nothing goes on
        (f"{as_bytes('中文')} {as_bytes('字')} <|im_end|>", "中文 字 <|im_end|>"),
        (f"Ġa {as_bytes('ไทย')} {as_bytes('ไท')}", "a ไทย ไท"),
        ("▁これは 東京", "これは 東京"),
        (f"{as_bytes('नमस्')} {as_bytes('ते')}", "नमस् …ते"),
        # a mark on a letter before it goes on too
        (f"{as_bytes(' नमस')} {as_bytes('्')} {as_bytes('ते')}", "नमस …् …ते"),
        # Latin letters that happen to stand for bytes too
        ("café łódź naïve", "café łódź naïve"),
    ],
)
def test_tokens_are_words(tokens, words):
    assert readable(tokens.split(" ")) == tuple(words.split(" "))


def test_a_part_of_a_character_is_its_bytes():
    cat = as_bytes("🐈")
    assert readable(["Ġthe", cat[:2], cat[2:]])[1:] == ("⟨F0 9F⟩", "⟨90 88⟩")


def test_a_passage_may_begin_and_end_within_a_character():
    tokens = [as_bytes("é")[1:], as_bytes("猫"), as_bytes("猫")[:2]]
    assert readable(tokens) == ("⟨A9⟩", "猫", "⟨E7 8C⟩")


def test_special_tokens_are_known():
    special = ("[CLS]", "<s>", "</s>", "<|endoftext|>", "<bos>", "<pad>", "<|im_start|>")
    assert each(map(is_special, special))
    assert not any(map(is_special, ("cat", "<", "<0x0A>", "[", "a<b>", "<a b>")))

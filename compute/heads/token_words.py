"""Readable token labels, without the tokenizers' marks for spaces and word pieces.

"Ġcat", "▁cat" → "cat"       a word after a space (bytes as characters; SentencePiece)
"case", "##case" → "…case"   a piece that continues the previous word
"Ċ", "<0x0A>" → "↵"          bytes: decoded text, or hexadecimal numbers for parts of a character
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

SPACE, SENTENCE_SPACE, PIECE = "Ġ", "▁", "##"
GOES_ON = "…"
# replacements for invisible characters
_SEEN = {"\n": "↵", "\t": "⇥", "\r": "␍", " ": "␣", "": "␣"}
UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO ", "KHMER", "MYANMAR", "TIBETAN", "JAVANESE",
)  # fmt: skip
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_SPECIAL = re.compile(r"\[.*\]|<[^<>\s]+>")


def readable(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return readable tokens (n,), by the marking convention of the whole list."""
    if any(token.startswith(SPACE) for token in tokens) or _are_bytes(tokens):
        words = [token if is_special(token) else _from_bytes(token) for token in tokens]
        return _marked(tokens, words)
    if any(token.startswith(SENTENCE_SPACE) for token in tokens):
        words = [_from_sentence(token) for token in tokens]
        return _marked(tokens, words)
    return tuple(
        GOES_ON + token.removeprefix(PIECE)
        if token.startswith(PIECE) and token != PIECE
        else _SEEN.get(token, token)
        for token in tokens
    )


def is_special(token: str) -> bool:
    """Whether a token is a special token, such as [CLS], <s> or <|endoftext|>, and not a byte."""
    return bool(_SPECIAL.fullmatch(token)) and not _BYTE.fullmatch(token)


def _marked(tokens: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """Mark tokens without a preceding space by "…", as continuations of the previous word."""
    found: list[str] = []
    before = ""
    for token, word in zip(tokens, words, strict=True):
        goes_on = (
            _is_of_word(word[:1])
            and _is_of_word(before[-1:])
            and not is_special(token)
            and not (_has_no_spaces(word[0]) or _has_no_spaces(before[-1]))
        )
        shown = word.strip(" ") if word.strip() else word
        found.append(GOES_ON + shown if goes_on else _SEEN.get(shown, shown))
        before = "" if is_special(token) else word
    return tuple(found)


def _is_of_word(letter: str) -> bool:
    """Whether a letter, or a mark on one, may stand within a word; "" may not."""
    return letter.isalnum() or (letter != "" and unicodedata.category(letter)[0] == "M")


def _has_no_spaces(letter: str) -> bool:
    """Whether a letter is of a script that puts none between its words."""
    return unicodedata.name(letter, "").startswith(UNSPACED)


def _are_bytes(tokens: Sequence[str]) -> bool:
    """Whether tokens without a space are UTF-8 whose bytes are characters, such as "ä¸Ń" for "中".

    A passage may begin and end within a character.
    """
    characters = "".join(token for token in tokens if not is_special(token))
    numbers = [_BYTES.get(character, -1) for character in characters]
    if not numbers or min(numbers) < 0 or max(numbers) < 0x80:
        return False
    content = bytes(numbers)
    while content and content[0] & 0xC0 == 0x80:
        content = content[1:]
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def _from_sentence(token: str) -> str:
    """Return the text of a SentencePiece token."""
    byte = _BYTE.fullmatch(token)
    return _text(bytes([int(byte[1], 16)])) if byte else token.replace(SENTENCE_SPACE, " ")


def _from_bytes(token: str) -> str:
    """Decode a token whose characters stand for bytes; return it unchanged if one of them does not."""
    numbers = [_BYTES.get(character) for character in token]
    known = [number for number in numbers if number is not None]
    return _text(bytes(known)) if len(known) == len(numbers) else token


def _text(content: bytes) -> str:
    """Decode UTF-8; show incomplete characters as byte numbers."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "⟨" + content.hex(" ").upper() + "⟩"
    return text if text.strip() else "".join(_SEEN.get(character, character) for character in text)


def _table() -> dict[str, int]:
    """Return the byte for each character: printable bytes stand for themselves, others from U+0100
    on.
    """
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]
    others = [number for number in range(256) if number not in plain]
    return {chr(n): n for n in plain} | {chr(256 + i): n for i, n in enumerate(others)}


_BYTES = _table()

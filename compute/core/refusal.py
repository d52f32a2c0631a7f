"""Refuse what others hand over in one line, which stays short whatever they handed over."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# characters of a message, and of one value in it
MOST_CHARACTERS = 300
MOST_SHOWN = 80
# of what is cut out of the middle, this share of the rest stands before it
_BEGINNING = 0.6


class Refused(ValueError):
    """A value or a file of others cannot be used; the message is one short line."""

    def __init__(self, words: str) -> None:
        super().__init__(shorten(words))


@contextmanager
def refusing(words: str) -> Iterator[None]:
    """Turn whatever a parser raises into a refusal that begins with ``words``.

    Parsers of formats raise nearly everything at a damaged file: no list of kinds is complete.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as problem:
        raise Refused(f"{words}: {describe(problem)}") from None


def describe(problem: BaseException) -> str:
    """Return an exception in words, without the number and the file name of an OSError."""
    words = (problem.strerror if isinstance(problem, OSError) else "") or str(problem)
    if isinstance(problem, MemoryError):
        return "it needs more memory than is available"
    return words or type(problem).__name__


def shorten(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return ``text`` on one line of at most ``most`` characters, cut in its middle.

    A message ends with what it is about, and so keeps both of its ends.  Characters that a terminal
    would obey, or that turn the order of others, are replaced.
    """
    line = " ".join(_cut(text, 4 * most).split())
    plain = "".join(char if char.isprintable() else "�" for char in line)
    return _cut(plain, most)


def shown(value: Any) -> str:
    """Return how a message shows a value that a user or a file gave: its repr, cut if it is long."""
    try:
        return _cut(_BRIEF.repr(value), MOST_SHOWN)
    except Exception:  # a value that cannot be shown must not hide what is wrong with it
        return f"a {type(value).__name__}"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    before = int(_BEGINNING * (most - 1))
    return f"{text[:before]}…{text[before + 1 - most :]}"


class _Brief(reprlib.Repr):
    """The repr of a value without laying out all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = MOST_SHOWN
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxdict = 12

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out numbers of several thousand digits
        return str(x) if x.bit_length() < 256 else f"a number of about {_count_digits(x)} digits"

    def repr_ndarray(self, x: np.ndarray, level: int) -> str:
        return self.repr1(x.tolist(), level) if x.size <= 6 else f"an array of shape {x.shape}"


def _count_digits(number: int) -> int:
    return int(number.bit_length() * 0.30103) + 1


_BRIEF = _Brief()

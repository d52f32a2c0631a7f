"""Error messages for bad input: one short line, whatever the input."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# maximum length of a message, and of one value in it
MOST_CHARACTERS = 300
MOST_SHOWN = 80
# if the middle is cut out, this share of the rest precedes the gap
_BEGINNING = 0.6


class Refused(ValueError):
    """An input value or file cannot be used; the message is one short line."""

    def __init__(self, words: str) -> None:
        super().__init__(shorten(words))


@contextmanager
def refusing(words: str) -> Iterator[None]:
    """Turn any exception of a parser into a refusal whose message begins with ``words``.

    Parsers raise nearly any exception for a damaged file: no list of types would be complete.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as problem:
        raise Refused(f"{words}: {describe(problem)}") from None


def describe(problem: BaseException) -> str:
    """Return the message of an exception, for an OSError without its number and file name."""
    words = (problem.strerror if isinstance(problem, OSError) else "") or str(problem)
    if isinstance(problem, MemoryError):
        return "it needs more memory than is available"
    return words or type(problem).__name__


def with_kind(problem: BaseException) -> str:
    """Return the kind of an exception and its message, none if making that raises another one."""
    try:
        words = str(problem)
    except Exception:
        words = ""
    return f"{type(problem).__name__}: {words}".removesuffix(": ")


def shorten(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return ``text`` as one line of at most ``most`` characters, shortened in the middle.

    Both ends are kept, because a message ends with its subject.  Control characters and characters
    that change the text direction are replaced.
    """
    line = " ".join(_cut(text, 4 * most).split())
    plain = "".join(char if char.isprintable() else "�" for char in line)
    return _cut(plain, most)


def shown(value: Any) -> str:
    """Return the repr of an input value for a message, shortened if it is long."""
    try:
        return _cut(_BRIEF.repr(value), MOST_SHOWN)
    except Exception:  # a value that cannot be shown must not hide what is wrong with it
        return f"a {type(value).__name__}"


def unmet(problem: Any) -> str:
    """Describe a jsonschema.ValidationError: counts in place of what is counted, and the schema's own
    words where there are several forms.
    """
    words = str(problem.schema.get("description", "")).partition(";")[0]
    if problem.validator in _COUNTS:
        bound, what = _COUNTS[problem.validator]
        limit, found = problem.validator_value, len(problem.instance)
        return f"must have {bound} {limit} {what}, got {found}"
    if problem.validator in ("anyOf", "oneOf") and words:
        return f"must be {words}, got {shown(problem.instance)}"
    return str(problem.message)


# what the bounds of a schema count
_COUNTS = {
    "maxItems": ("at most", "items"),
    "minItems": ("at least", "items"),
    "maxLength": ("at most", "characters"),
    "minLength": ("at least", "characters"),
}


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    before = int(_BEGINNING * (most - 1))
    return f"{text[:before]}…{text[before + 1 - most :]}"


class _Brief(reprlib.Repr):
    """A repr that is bounded in size and time."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = MOST_SHOWN
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxdict = 12

    def repr_int(self, x: int, level: int) -> str:
        # Python does not print integers of several thousand digits
        return str(x) if x.bit_length() < 256 else f"a number of about {_count_digits(x)} digits"

    def repr_ndarray(self, x: np.ndarray, level: int) -> str:
        return self.repr1(x.tolist(), level) if x.size <= 6 else f"an array of shape {x.shape}"


def _count_digits(number: int) -> int:
    return int(number.bit_length() * 0.30103) + 1


_BRIEF = _Brief()

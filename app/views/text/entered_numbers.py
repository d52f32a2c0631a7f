"""Numbers and points as users enter them, and as text that can be entered again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from compute.core.refusal import shown
from compute.custom.parse import FormulaError, formula

CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
SEPARATORS = (";\t\n", ",", " ")


def number(text: str, what: str) -> float:
    """Return the value of a numeric expression such as 0.5, sqrt(2), −pi/3 or 1e-3.

    Raises ValueError for anything else; its message names the number ``what``.
    """
    try:
        value = formula(text, ()).value
    except FormulaError as problem:
        why = f": {problem.words}" if text.strip() else ""
        raise ValueError(
            f"{what} must be a number such as 0.5, sqrt(2) or pi/3, got {shown(text)}{why}"
        ) from None
    assert value is not None  # an expression without names has a value
    return value + 0.0  # −0 is written as 0


def point(text: str, what: str) -> tuple[float, float]:
    """Return the two numbers of "0, 1", "(0; 1)", "A = (0, 1)", a JSON list, or cells of a table.

    With semicolons or tabs between them, decimal commas are allowed.  Raises ValueError unless
    there are two numeric expressions; its message names the point ``what``.
    """
    parts = _parts(re.sub(r"^\s*\w+\s*=", "", text))
    if len(parts) != 2:
        raise ValueError(f"{what} must be two numbers such as (0, sqrt(2)), got {shown(text)}")
    return number(parts[0], what), number(parts[1], what)


def _parts(text: str) -> list[str]:
    """Return the parts of a text between separators outside brackets; [text] without separators."""
    text = text.strip()
    for signs in SEPARATORS:
        parts = _split(text, signs)
        if len(parts) > 1:
            return [re.sub(r"(?<=\d),(?=\d)", ".", part) for part in parts]
    closes = CLOSED_BY.get(text[:1])
    return _parts(text[1:-1]) if closes and text.endswith(closes) else [text]


def _split(text: str, signs: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in CLOSED_BY) - (sign in CLOSED_BY.values())
        if sign in signs and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def written(value: float) -> str:
    """Return the shortest text that reads back as exactly this number."""
    return repr(float(value) + 0.0).removesuffix(".0")


def written_point(values: Iterable[float]) -> str:
    """Return a point as text to copy: "(0, 1)"."""
    return f"({', '.join(map(written, values))})"

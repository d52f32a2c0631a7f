"""Parsing of names and numbers in lessons."""

from __future__ import annotations

import math
import re
import unicodedata

from compute.core.refusal import shown

_DASHES = str.maketrans("‐‑‒–—−", "------")
_DECIMAL = r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_NUMBER = re.compile(_DECIMAL, re.IGNORECASE)
_MEASURED = re.compile(rf"({_DECIMAL})( %| rad| nats|°)?", re.IGNORECASE)
# 3, 0.25, 1/4, π, 2π, π/2, 2π/3, √2, √3/2, each with a minus sign
_VALUE = re.compile(
    rf"(?P<number>{_DECIMAL})?(?P<root>√\d+)?(?P<pi>π)?(?:/(?P<below>\d+))?", re.IGNORECASE
)
LONGEST = 32
# relative tolerance between an exact value and the digits that measures print
EXACT = 1e-5


def plain(text: str) -> str:
    """Normalise ``text`` for comparison: case, dashes, digits and spaces."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return " ".join(folded.split())


def number(text: str) -> float:
    """Return a finite number: decimal, or exact as 1/4, −π/2, √3/2.  Raises ValueError."""
    return value(text)[0]


def value(text: str) -> tuple[float, float]:
    """Return a number and its tolerance, half a unit of its last digit.

    Raises ValueError.
    """
    written = text.strip().translate(_DASHES)
    sign, bare = (-1.0, written[1:]) if written.startswith("-") else (1.0, written)
    match = _VALUE.fullmatch(bare) if 0 < len(bare) <= LONGEST else None
    if match is None or not (match["number"] or match["root"] or match["pi"]):
        raise ValueError(f"expected a number such as 0.25, 1/4 or π/2, got {shown(text.strip())}")
    size = float(match["number"] or 1.0) * (math.pi if match["pi"] else 1.0)
    size *= math.sqrt(float(match["root"][1:])) if match["root"] else 1.0
    below = float(match["below"] or 1.0)
    if below == 0.0 or not math.isfinite(size):
        raise ValueError(f"expected a finite number, got {shown(text.strip())}")
    exact = match["root"] or match["pi"] or match["below"]
    return sign * size / below, EXACT * size / below if exact else 0.51 * _last_digit(bare)


def _last_digit(decimal: str) -> float:
    """Return the value of a unit in the last digit."""
    mantissa, _, exponent = decimal.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - places))


def numbers_in(text: str) -> list[tuple[float, str]]:
    """Return the decimal numbers in a text with their units (" %", " rad" or ""), in their order."""
    found = _MEASURED.finditer(text.translate(_DASHES))
    return [(float(match[1]), match[2] or "") for match in found]


def tuple_of(text: str, count: int) -> tuple[float, ...]:
    """Parse ``count`` comma-separated numbers, with or without parentheses.  Raises ValueError."""
    bare = text.strip()
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    parts = bare.split(",")
    if len(parts) != count:
        wanted = ", ".join("xyzuv"[:count])
        raise ValueError(f"expected {count} numbers ({wanted}), got {shown(text.strip())}")
    return tuple(number(part) for part in parts)

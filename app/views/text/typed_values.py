"""Parsing of values typed on the command line and in forms.

Heavy modules are not imported at the top, since the command line imports this one first.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable


def pair(text: str) -> tuple[float, float]:
    """Parse ``a,b`` as two floats."""
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 2:
        raise _refused("two numbers a,b", text)
    return numbers[0], numbers[1]


def positions(text: str) -> tuple[int, ...]:
    """Parse ``I,J`` as whole numbers from 0."""
    if not re.fullmatch(r"\d{1,6}(,\d{1,6})*", text):
        raise _refused("positions I,J counted from 0", text)
    return tuple(int(part) for part in text.split(","))


def size(text: str) -> tuple[int, int]:
    """Parse ``WxH`` as two whole numbers of pixels."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None or not all(16 <= int(side) <= 16384 for side in match.groups()):
        raise _refused("WIDTHxHEIGHT from 16 to 16384", text)
    return int(match[1]), int(match[2])


def number_in(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of numbers within limits."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise _refused(f"a number from {low:g} to {high:g}", text)
        return value

    return read


def _refused(expected: str, text: str) -> argparse.ArgumentTypeError:
    from compute.core.refusal import shown

    return argparse.ArgumentTypeError(f"expected {expected}, got {shown(text)}")

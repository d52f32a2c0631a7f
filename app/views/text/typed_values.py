"""Parsing of values typed on the command line and in forms.

Heavy modules are not imported at the top, since the command line imports this one first.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import NamedTuple


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


class PaperSize(NamedTuple):
    """A figure's size in inches, or in pixels; height 0: as the chart has it."""

    width: float
    height: float
    in_pixels: bool = False


PER_INCH = {"mm": 25.4, "cm": 2.54, "in": 1.0, "pt": 72.0}
_UNITS = "|".join(PER_INCH)
_NUMBER = r"\d{1,5}(?:\.\d{1,4})?"
# of a figure for print, in inches
LEAST_SIDE, MOST_SIDE = 0.5, 100.0


def paper_size(text: str) -> PaperSize:
    """``WxH`` in pixels; or ``85mm``, a width, ``85x60mm``, ``6x4in``, both sides."""
    match = re.fullmatch(
        rf"({_NUMBER})\s*({_UNITS})?(?:\s*[x×]\s*({_NUMBER}))?\s*({_UNITS})?", text.strip()
    )
    if match is None or not (match[2] or match[4]):
        try:
            width, height = size(text)
        except argparse.ArgumentTypeError:
            raise _refused("WIDTHxHEIGHT from 16 to 16384, or as 85mm or 85x60mm", text) from None
        return PaperSize(width, height, in_pixels=True)
    last = match[4] or match[2]
    sides = [float(match[1]) / PER_INCH[match[2] or last], float(match[3] or 0) / PER_INCH[last]]
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in sides if side or match[3]):
        raise _refused(f"sides from {LEAST_SIDE:g} to {MOST_SIDE:g} inches", text)
    return PaperSize(sides[0], sides[1])


def inches(text: str) -> float:
    """``85mm`` as inches."""
    match = re.fullmatch(rf"({_NUMBER})\s*({_UNITS})", text.strip())
    side = float(match[1]) / PER_INCH[match[2]] if match else 0.0
    if not LEAST_SIDE <= side <= MOST_SIDE:
        raise _refused("a length as 85mm, 8.5cm or 3.35in", text)
    return side


def points_in(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of points between two numbers: ``8pt`` or ``8``."""
    read = number_in(low, high)

    def points(text: str) -> float:
        return read(text.strip().removesuffix("pt").rstrip())

    return points


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

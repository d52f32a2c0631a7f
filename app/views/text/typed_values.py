"""Values that people type, on the command line and in forms, read from text."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from compute.core.refusal import shown


def pair(text: str) -> tuple[float, float]:
    """``a,b`` as two floats."""
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 2:
        raise argparse.ArgumentTypeError(f"expected two numbers a,b, got {shown(text)}")
    return numbers[0], numbers[1]


def size(text: str) -> tuple[int, int]:
    """``WxH`` as two whole numbers of pixels."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None or not all(16 <= int(side) <= 16384 for side in match.groups()):
        raise argparse.ArgumentTypeError(
            f"expected WIDTHxHEIGHT from 16 to 16384, got {shown(text)}"
        )
    return int(match[1]), int(match[2])


def number_in(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of numbers between two others."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"expected a number from {low:g} to {high:g}, got {shown(text)}"
            )
        return value

    return read

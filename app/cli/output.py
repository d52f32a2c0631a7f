"""Output of subcommands: one JSON object or readable lines, array files, exit status."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import SupportsFloat

import numpy as np

from app.export.files import beside, checked, save_arrays
from app.model.file_formats import suffixes
from compute.core.refusal import MOST_SHOWN, shorten
from compute.core.status import Status


def plain(value: object) -> object:
    """Convert ``value`` for JSON: arrays to lists, statuses to names, NaN and infinity to null."""
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        # what is no part of a result's words is none of its numbers
        return plain({each.name: getattr(value, each.name) for each in fields(value) if each.repr})
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def show(result: Mapping[str, object], as_json: bool, lines: list[str]) -> None:
    """Print ``result`` as JSON, or ``lines``."""
    print(
        json.dumps(plain(result), ensure_ascii=False, allow_nan=False)
        if as_json
        else "\n".join(lines)
    )


# maximum and minimum number of significant digits printed
MOST_DIGITS, FEWEST_DIGITS = 12, 3


def digits(error: float) -> int:
    """Return the number of significant digits for a relative error ``error``.

    NaN (unknown) gives FEWEST_DIGITS.
    """
    if not error > 0.0:
        return MOST_DIGITS if error == 0.0 else FEWEST_DIGITS
    return max(FEWEST_DIGITS, min(MOST_DIGITS, math.floor(-math.log10(error))))


def written(value: SupportsFloat, count: int) -> str:
    """Format a number, or an array as nested lists, to ``count`` significant digits."""
    if isinstance(value, np.ndarray):
        return f"[{', '.join(written(item, count) for item in value)}]"
    # adding 0 turns −0 into 0
    return f"{float(value) + 0.0:.{count}g}"


def label(name: str) -> str:
    """Return a name of a user's file for the terminal: one short line without control characters."""
    return shorten(name, MOST_SHOWN)


def save(path: str, **arrays: np.ndarray) -> None:
    """Write arrays as .npz, atomically.  Raises ValueError if that fails."""
    with beside(checked(path, suffixes("arrays"))) as file:
        save_arrays(file, arrays)


def remark(words: str) -> None:
    """Say on stderr how something is shown that is there all the same."""
    print(f"attention-geodesics: {shorten(words)}", file=sys.stderr)


class Remarks:
    """Remarks on omitted parts of a result; each is written to stderr once."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, words: str) -> None:
        self.lines.append(shorten(words))
        print(f"attention-geodesics: {self.lines[-1]}", file=sys.stderr)

    def exit(self, status: int) -> int:
        """Return ``status``, or 1 if something was omitted."""
        return status or int(bool(self.lines))


def exit_of(*statuses: Status) -> int:
    """Return the exit status: 0 for success, else 1."""
    return 0 if all(status == Status.OK for status in statuses) else 1

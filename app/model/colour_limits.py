"""Limits of the colours of a map: two numbers, or a rule that finds them from the map's values."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.model import ranges
from compute.core.refusal import shown

Limits = tuple[float, float] | str | None
# the rule about zero; other rules are shares of the values, such as "90%"
SYMMETRIC = "symmetric"
USUAL = "98%"
# rules that the window offers, in words
RULES = {
    USUAL: "Middle 98 % of the values",
    "90%": "Middle 90 % of the values",
    "100%": "All values",
    SYMMETRIC: "Symmetric about zero",
}
LEAST, MOST = 50.0, 100.0  # percent
_SHARE = re.compile(r"\d{2,3}(\.\d{1,6})?%")


def check(limits: Limits) -> None:
    """Raise ValueError unless these are increasing numbers, a rule, or None for the usual rule."""
    is_share = isinstance(limits, str) and _SHARE.fullmatch(limits) is not None
    if (is_share and LEAST <= float(str(limits)[:-1]) <= MOST) or limits in (None, SYMMETRIC):
        return
    # a timeline may hold any value
    if not (isinstance(limits, tuple) and [type(value) for value in limits] == [float, float]):
        raise ValueError(
            f'colour limits must be two numbers, "{SYMMETRIC}", or a share of the values from '
            f'"{LEAST:g}%" to "{MOST:g}%", got {shown(limits)}'
        )
    ranges.increasing("colour limits", limits)


def found(limits: Limits, values: ArrayLike, two_sided: bool) -> tuple[tuple[float, float], str]:
    """Return the numbers, and words for the colour bar that say where they come from.

    values: the finite values of the map, at least one.  two_sided: whether the middle of the colours
    means zero; then a rule is symmetric where the values have both signs.
    """
    if isinstance(limits, tuple):
        return limits, "chosen limits"
    rule = limits or USUAL
    share = USUAL if rule == SYMMETRIC else rule
    low, high = _middle(np.asarray(values), float(share[:-1]) / 100.0)
    words = "all values" if float(share[:-1]) == MOST else f"middle {share[:-1]} %"
    if rule == SYMMETRIC or (two_sided and low < 0.0 < high):
        high = max(abs(low), abs(high))
        low, words = -high, f"symmetric, {words.removeprefix('middle ').removesuffix(' values')}"
    return (low, high), words


def _middle(values: NDArray[np.floating], share: float) -> tuple[float, float]:
    """Return the ends of the middle ``share`` of the values."""
    low, high = np.quantile(values, [(1.0 - share) / 2, (1.0 + share) / 2])
    return float(low), float(high)


def stored(limits: Limits) -> object:
    """Return limits as a scene file holds them."""
    return list(limits) if isinstance(limits, tuple) else limits


def read(value: object) -> Limits:
    """Return limits from a scene file's text or pair of numbers."""
    if value is None or isinstance(value, str):
        return value
    low, high = map(float, value)  # type: ignore[call-overload]  # the schema has checked it
    return low, high

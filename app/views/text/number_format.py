"""Formatting of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

NOT_KNOWN = "not known"
# placeholder for a number defined only for α = 0
KEPT_BY_NONE = "only at α = 0"


def within(low: float, high: float) -> str:
    """Format an interval as its middle, to 12 digits or fewer, and its largest error.

    >>> within(1.25, 1.26)
    '1.255 ± 0.006'
    """
    middle, half = 0.5 * (low + high), 0.5 * (high - low)
    if not 0.0 < half < middle:
        return f"{low:.6g} … {high:.6g}"
    places = math.floor(math.log10(half))
    digits = max(2, min(12, math.floor(math.log10(middle)) - places + 1))
    # with the rounding of the middle, rounded up
    error = half + abs(float(f"{middle:.{digits}g}") - middle)
    unit = 10.0 ** math.floor(math.log10(error))
    return f"{middle:.{digits}g} ± {math.ceil(error / unit) * unit:.1g}"


@dataclass(frozen=True)
class Numbers:
    """digits: significant digits; unit: of information, "nats" or "bits"."""

    digits: int = 6
    unit: str = "nats"

    def plain(self, value: float, fewer: int = 0) -> str:
        """Format a number, with fewer digits if less precise; NaN as unknown."""
        if math.isnan(value):
            return NOT_KNOWN
        return f"{value:.{max(self.digits - fewer, 2)}g}"

    def information(self, nats: float) -> str:
        """Format an amount of information, given in nats, with its unit."""
        if math.isnan(nats):
            return NOT_KNOWN
        return f"{self.plain(nats if self.unit == 'nats' else nats / math.log(2.0))} {self.unit}"

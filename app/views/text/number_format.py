"""Formatting of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

NOT_KNOWN = "not known"
# placeholder for a number defined only for α = 0
KEPT_BY_NONE = "only at α = 0"


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

"""How numbers are written for people."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """digits: how many that signify; unit: of information, "nats" or "bits"."""

    digits: int = 6
    unit: str = "nats"

    def plain(self, value: float, fewer: int = 0) -> str:
        """A number, or one that is known less well."""
        return f"{value:.{max(self.digits - fewer, 2)}g}"

    def information(self, nats: float) -> str:
        """An amount of information that is known in nats, with its unit."""
        return f"{self.plain(nats if self.unit == 'nats' else nats / math.log(2.0))} {self.unit}"

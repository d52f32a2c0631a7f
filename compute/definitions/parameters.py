"""Parameters of families: numbers beside the coordinates, such as the degrees of freedom ν."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compute.core.refusal import shown

# positions of a slider on a logarithmic scale
LOGARITHMIC = 241


@dataclass(frozen=True)
class Parameter:
    """A real or whole number in [low, high] that selects one manifold of a family.

    name: in specifications ("nu").  symbol: as in formulas ("ν").  title: one or two words, such as
    "Degrees of freedom".  default: an int if all values are whole numbers, else a float.  step: of
    arrow keys, and of a slider on a linear scale.  log: whether a slider has a logarithmic scale.
    """

    name: str
    symbol: str
    title: str
    low: float
    high: float
    default: float
    step: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high or self.low >= self.high or self.step <= 0:
            raise ValueError(
                f"{self.name} must have low < high, a default between them and a positive step, got "
                f"{(self.low, self.high, self.default, self.step)}"
            )
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic scale of {self.name} needs low > 0, got {self.low}")

    @property
    def is_whole(self) -> bool:
        """Whether all values are whole numbers."""
        return isinstance(self.default, int)

    def value(self, family: str, stated: float | str) -> float:
        """Return a stated number as the parameter's type.

        Raises ValueError, with the number as it was stated, unless it lies in the range.
        """
        words = f"{self.name} of {family} must"
        got = f"got {str(stated).removesuffix('.0') if _is_number(stated) else shown(stated)}"
        if not _is_number(stated):
            raise ValueError(f"{words} be a number, {got}")
        number = float(stated)
        if self.is_whole and number.is_integer():
            number = int(number)
        elif self.is_whole:
            raise ValueError(f"{words} be a whole number, {got}")
        if not self.low <= number <= self.high:
            raise ValueError(f"{words} lie in [{self.low:g}, {self.high:g}], {got}")
        return number

    @cached_property
    def scale(self) -> tuple[float, ...]:
        """The values of a slider, increasing from low to high: all steps, or on a logarithmic scale
        `LOGARITHMIC` numbers of three digits.
        """
        if self.log:
            found = np.geomspace(self.low, self.high, LOGARITHMIC)
            values = [float(f"{value:.3g}") for value in found]
        else:
            count = round((self.high - self.low) / self.step)
            values = [float(f"{self.low + i * self.step:.12g}") for i in range(count + 1)]
        inside = (min(max(value, self.low), self.high) for value in values)
        return tuple(sorted({float(round(v)) if self.is_whole else float(v) for v in inside}))


def _is_number(stated: float | str) -> bool:
    try:
        return not math.isnan(float(stated))
    except (TypeError, ValueError):
        return False

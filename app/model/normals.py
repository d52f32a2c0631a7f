"""Two bivariate normals that a scene compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.divergences.wasserstein import Normal

# mean x and y, then σ_xx, σ_xy, σ_yy of the covariance
Numbers = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Normals:
    """The two normals.  Raises ValueError for numbers that do not define a normal."""

    a: Numbers = (-2.0, 0.0, 0.6, 0.2, 0.25)
    b: Numbers = (2.0, 1.0, 0.25, -0.2, 0.9)

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            try:
                normal_of(getattr(self, name))
            except ValueError as problem:
                raise ValueError(f"{name.upper()}: {problem}") from None


def normal_of(numbers: Numbers) -> Normal:
    """Return the normal given by five numbers.  Raises ValueError."""
    x, y, xx, xy, yy = numbers
    return Normal(np.array([x, y]), np.array([[xx, xy], [xy, yy]]))


def stated(normals: Normals) -> dict[str, object]:
    """Return two normals as stored in a scene file."""
    return {"a": list(normals.a), "b": list(normals.b)}


def read(data: Mapping[str, Any]) -> Normals:
    """Return the normals of a schema-checked scene file.  Raises ValueError."""
    usual = Normals()
    return Normals(*(_numbers(data.get(name, getattr(usual, name))) for name in ("a", "b")))


def _numbers(values: Sequence[float]) -> Numbers:
    x, y, xx, xy, yy = map(float, values)
    return x, y, xx, xy, yy

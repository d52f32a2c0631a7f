"""A request for attention by distances, and its result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, Ints, vector
from compute.core.foreign_files import plain
from compute.core.refusal import shown

# squares of larger ones overflow single precision
LARGEST = 1e15
MODES = ("flat", "ambient", "jeffreys", "geodesic")


@dataclass(frozen=True, eq=False)
class AttendRequest:
    """Queries Q (nq, d), keys K (nk, d), values V (nk, dv), a mode and a temperature τ.

    bias (nk,), or None: added to the logits of every distribution over the keys.  Raises ValueError
    for inconsistent shapes and for entries that are not finite or beyond ±1e15.
    """

    Q: Floats
    K: Floats
    V: Floats
    mode: str = "flat"
    temperature: float = 1.0
    bias: Floats | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {shown(self.mode)}")
        if not (np.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(
                f"temperature must be positive and finite, got {shown(self.temperature)}"
            )
        for name in ("Q", "K", "V"):
            object.__setattr__(self, name, _matrix(name, getattr(self, name)))
        if self.bias is not None:
            object.__setattr__(self, "bias", vector("bias", self.bias, len(self.K)))
        if self.Q.shape[1] != self.K.shape[1]:
            raise ValueError(
                f"Q and K must agree in their last axis, got {self.Q.shape} and {self.K.shape}"
            )
        if len(self.K) != len(self.V):
            raise ValueError(
                f"K and V must have the same number of rows, got {self.K.shape} and {self.V.shape}"
            )

    @property
    def root(self) -> float:
        """√d."""
        return float(np.sqrt(self.Q.shape[1]))

    @property
    def centre(self) -> Floats:
        """The mean key (d,).  Subtracting it from the keys changes no weight, and avoids
        cancellation in their differences.
        """
        mean: Floats = self.K.mean(axis=0)
        return mean


@dataclass(frozen=True, eq=False)
class Attended:
    """output (nq, dv), weights (nq, nk) whose rows sum to 1, distances (nq, nk) in nat-roots, status
    (nq, nk) of each; softmax (nq, dv): standard scaled dot-product attention; engine.

    distances: for "flat" the Euclidean |q − k|/d^¼, half of whose square enters the logit; for
    "jeffreys" √J.  A pair without a converged geodesic has distance NaN and weight 0.
    """

    output: Floats
    weights: Floats
    distances: Floats
    status: Ints
    softmax: Floats
    engine: str


def numbers(name: str, value: ArrayLike) -> Floats:
    """Return an array or a tensor as float64.  Raises ValueError if it is not numeric."""
    try:
        return np.asarray(plain(value), dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, got {type(value).__name__}") from None


def _matrix(name: str, value: ArrayLike) -> Floats:
    array = numbers(name, value)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"{name} must have shape (rows, columns), none of them 0, got {array.shape}"
        )
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    if np.abs(array).max() > LARGEST:
        raise ValueError(f"{name} must lie within ±{LARGEST:g}, got {np.abs(array).max():g}")
    return array

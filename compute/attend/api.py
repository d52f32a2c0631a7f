"""`GeometricAttention`, the name that scripts use."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from compute.attend.modes import MODES, Attended
from compute.engine import Engine, open_engine
from compute.types import Floats


class GeometricAttention:
    """Attention whose weights come from distances between distributions, at a temperature τ.

    Modes: "flat" (scaled dot-product attention exactly, at τ = 1), "ambient", "jeffreys", "geodesic".
    ``engine`` solves the geodesics; the other modes are NumPy in float64.
    """

    def __init__(
        self, mode: str = "flat", temperature: float = 1.0, engine: Engine | None = None
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        if not (np.isfinite(temperature) and temperature > 0):
            raise ValueError(f"temperature must be positive and finite, got {temperature!r}")
        self.mode = mode
        self.temperature = float(temperature)
        self._engine = engine

    def attend(self, Q: ArrayLike, K: ArrayLike, V: ArrayLike) -> Attended:
        """For queries Q (nq, d), keys K (nk, d) and values V (nk, dv): `Attended`.

        Raises ValueError for shapes that do not fit and for entries that are not finite.
        """
        q, k, v = _matrix("Q", Q), _matrix("K", K), _matrix("V", V)
        if q.shape[1] != k.shape[1]:
            raise ValueError(f"Q and K must agree in their last axis, got {q.shape} and {k.shape}")
        if len(k) != len(v):
            raise ValueError(
                f"K and V must have the same number of rows, got {k.shape} and {v.shape}"
            )
        engine = self._engine or open_engine("auto" if self.mode == "geodesic" else "reference")
        return MODES[self.mode](q, k, v, self.temperature, engine)


def _matrix(name: str, value: ArrayLike) -> Floats:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, got {type(value).__name__}") from None
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"{name} must have shape (rows, columns), none of them 0, got {array.shape}"
        )
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    return array

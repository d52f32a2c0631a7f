"""Arrays that others hand over, checked before they are used."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from compute.types import Floats


def matrix(name: str, value: ArrayLike, shape: tuple[int, int] | None = None) -> Floats:
    """``value`` as a finite float matrix, of ``shape`` if given, or ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape or (shape is not None and array.shape != shape):
        wanted = "(n, d)" if shape is None else str(shape)
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    return finite(name, array)


def vector(name: str, value: ArrayLike, length: int) -> Floats:
    """``value`` as a finite float vector of ``length``, or ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape != (length,):
        raise ValueError(f"{name} must have shape ({length},), got {array.shape}")
    return finite(name, array)


def finite(name: str, array: Floats) -> Floats:
    """``array``, or ValueError that names its first entry that is NaN or infinite."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    return array

"""Array types, and checks of array arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compute.core.refusal import shown

Floats = NDArray[np.floating]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


def real(name: str, value: ArrayLike) -> Floats:
    """Return ``value`` as a float array.  Raises ValueError for anything but real numbers."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return array.astype(np.float64)
    except ValueError:
        pass  # rows of several lengths
    raise ValueError(f"{name} must be an array of real numbers, got {shown(value)}")


def matrix(name: str, value: ArrayLike, shape: tuple[int, int] | None = None) -> Floats:
    """Return ``value`` as a finite float matrix, of ``shape`` if given.  Raises ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape or (shape is not None and array.shape != shape):
        wanted = "(n, d)" if shape is None else str(shape)
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    return finite(name, array)


def vector(name: str, value: ArrayLike, length: int) -> Floats:
    """Return ``value`` as a finite float vector of ``length``.  Raises ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape != (length,):
        raise ValueError(f"{name} must have shape ({length},), got {array.shape}")
    return finite(name, array)


def finite(name: str, array: Floats) -> Floats:
    """Return ``array``.  Raises ValueError that names the first entry that is NaN or infinite."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    return array


def points(name: str, value: ArrayLike, ndim: int = 2) -> Floats:
    """Return ``value`` as a finite float array of ``ndim`` axes, the last of length 2.  Raises
    ValueError.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be numbers, got {shown(value)}") from None
    if array.ndim != ndim or array.shape[-1] != 2:
        wanted = ", ".join([*"nmk"[: ndim - 1], "2"])
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array).all(axis=-1)][0]
        raise ValueError(f"{name} must be finite, got {bad.tolist()}")
    return array


def same_length(**arrays: Floats) -> None:
    """Raise ValueError unless all arrays have the same first axis."""
    sizes = {name: len(array) for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"arrays must have the same number of rows, got {sizes}")

"""Geometric attention of many heads at once, each query under its own mask and bias.

Queries that share a mask and a bias form one request over their unmasked keys.  A scale s in place of
1/√d is applied by scaling queries and keys by √(s√d), so that q·k/√d becomes s q·k, also for keys used
as queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compute.core.arrays import Bools, Floats
from compute.core.refusal import shown
from compute.core.status import Status
from compute.requests.attention import Attended, AttendRequest, numbers
from compute.requests.engine import Engine

T = TypeVar("T", bound=np.generic)


def attend_all(
    engine: Engine,
    mode: str,
    temperature: float,
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    mask: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    scale: float | None = None,
) -> Attended:
    """Attend from Q (…, nq, d) to K (…, nk, d), V (…, nk, dv), head by head; return `Attended` with
    their axes.

    mask (…, nq, nk): true where a key is included; bias of the same shape is added to the logits; both
    broadcast.  scale: the factor of q·k, 1/√d if None.  An excluded key has weight 0, distance NaN and
    status OK.

    Raises ValueError for inconsistent shapes, a query without a key, entries that are not finite, and
    like `AttendRequest`.
    """
    arrays = {"Q": numbers("Q", Q), "K": numbers("K", K), "V": numbers("V", V)}
    for name, array in arrays.items():
        if array.ndim < 2:
            raise ValueError(f"{name} must have shape (…, rows, columns), got {array.shape}")
    lead = arrays["Q"].shape[:-2]
    if any(array.shape[:-2] != lead for array in arrays.values()):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"Q, K and V must have the same leading axes, got {shapes}")
    pairs = (*lead, arrays["Q"].shape[-2], arrays["K"].shape[-2])
    part = _mask(mask, pairs)
    added = _bias(bias, pairs)
    stretch = _stretch(scale, arrays["Q"].shape[-1])
    found = [
        _one_head(
            engine,
            AttendRequest(
                stretch * arrays["Q"][place], stretch * arrays["K"][place], arrays["V"][place],
                mode, temperature,
            ),
            None if part is None else part[place],
            None if added is None else added[place],
        )
        for place in np.ndindex(lead)
    ]  # fmt: skip
    if not found:
        raise ValueError(f"Q must not be empty, got {arrays['Q'].shape}")
    return _stacked(found, lead)


def _mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> Bools | None:
    if mask is None:
        return None
    stated = numbers("mask", mask)
    if not np.isin(stated, (0.0, 1.0)).all():
        raise ValueError("mask must be boolean; pass numbers added to the logits as bias")
    return _broadcast("mask", stated.astype(bool), shape)


def _bias(bias: ArrayLike | None, shape: tuple[int, ...]) -> Floats | None:
    if bias is None:
        return None
    stated = numbers("bias", bias)
    if not np.isfinite(stated).all():
        raise ValueError("bias must be finite; exclude a key by the mask")
    return _broadcast("bias", stated, shape)


def _broadcast(name: str, array: NDArray[T], shape: tuple[int, ...]) -> NDArray[T]:
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast to {shape}, got {array.shape}") from None


def _stretch(scale: float | None, d: int) -> float:
    if scale is None:
        return 1.0
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be positive and finite, got {shown(scale)}")
    return float(np.sqrt(scale * np.sqrt(d)))


def _one_head(
    engine: Engine, request: AttendRequest, mask: Bools | None, bias: Floats | None
) -> Attended:
    """Return the result of one head, assembled from groups of queries that see the same keys."""
    if mask is None and bias is None:
        return engine.attend(request)
    nq, nk, dv = len(request.Q), *request.V.shape
    weights, distances = np.zeros((nq, nk)), np.full((nq, nk), np.nan)
    output, softmax = np.zeros((nq, dv)), np.zeros((nq, dv))
    status = np.full((nq, nk), int(Status.OK), np.int32)
    name = engine.name
    for queries, keys, added in _groups(nq, nk, mask, bias):
        own = AttendRequest(
            request.Q[queries], request.K[keys], request.V[keys], request.mode,
            request.temperature, added,
        )  # fmt: skip
        found = engine.attend(own)
        output[queries], softmax[queries], name = found.output, found.softmax, found.engine
        for into, part in (
            (weights, found.weights),
            (distances, found.distances),
            (status, found.status),
        ):
            into[np.ix_(queries, keys)] = part
    return Attended(output, weights, distances, status, softmax, name)


def _groups(
    nq: int, nk: int, mask: Bools | None, bias: Floats | None
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], Floats | None]]:
    """Yield groups of queries with equal mask and bias: query numbers, key numbers, and bias."""
    seen = np.ones((nq, nk)) if mask is None else mask.astype(np.float64)
    added = np.zeros((nq, nk)) if bias is None else np.where(seen > 0, bias, 0.0)
    kinds, which = np.unique(np.concatenate([seen, added], axis=1), axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        queries, keys = np.flatnonzero(which.reshape(-1) == number), np.flatnonzero(kind[:nk])
        if keys.size == 0:
            raise ValueError(
                f"mask must leave a key to each query, got none for query {queries[0]}"
            )
        yield queries, keys, kind[nk + keys] if kind[nk + keys].any() else None


def _stacked(found: list[Attended], lead: tuple[int, ...]) -> Attended:
    """Stack the results of all heads, with their leading axes."""

    def joined(name: str) -> np.ndarray:
        parts = np.stack([getattr(one, name) for one in found])
        return parts.reshape(*lead, *parts.shape[1:])

    return Attended(
        joined("output"),
        joined("weights"),
        joined("distances"),
        joined("status"),
        joined("softmax"),
        found[0].engine,
    )

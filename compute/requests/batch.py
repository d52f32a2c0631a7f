"""Batches of paths: selecting, joining and replacing rows, and a batch of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.requests.geodesics import ConnectRequest, Paths

_PER_PATH = tuple(f.name for f in fields(Paths) if f.name not in ("t", "engine"))


def pairs(request: ConnectRequest, chosen: np.ndarray) -> ConnectRequest:
    """Return the request for a selection of its pairs, in the given order."""
    return replace(request, start=request.start[chosen], end=request.end[chosen])


def undecided(paths: Paths) -> np.ndarray:
    """Return which paths (n,) failed but may still be found.

    LEFT_DOMAIN means that the geodesic is known to leave; a ray that merely strays is
    NOT_CONVERGED.
    """
    return np.asarray(~np.isin(paths.status, (Status.OK, Status.LEFT_DOMAIN)))


def rows(paths: Paths, chosen: np.ndarray) -> Paths:
    """Return the paths of a selection of rows, in the given order."""
    return _with(paths, {name: getattr(paths, name)[chosen] for name in _PER_PATH})


def joined(first: Paths, second: Paths) -> Paths:
    """Concatenate two batches with the same times."""
    return _with(
        first,
        {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in _PER_PATH},
    )


def in_parts(
    solve: Callable[[ConnectRequest, Floats], Paths],
    request: ConnectRequest,
    curves: Floats,
    most: int,
) -> Paths:
    """Solve a request from curves (n, N+1, 2), n > 0, for at most ``most`` pairs at once."""
    parts = []
    for i in range(0, len(curves), most):
        some = np.arange(i, min(i + most, len(curves)))
        parts.append(solve(pairs(request, some), curves[some]))
    return all_of(parts)


def all_of(parts: list[Paths]) -> Paths:
    """Concatenate several batches with the same times."""
    return _with(
        parts[0],
        {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PER_PATH},
    )


def replaced(paths: Paths, chosen: np.ndarray, others: Paths) -> Paths:
    """Return ``paths`` with the chosen rows replaced by those of ``others``, in order."""
    changed = {}
    for name in _PER_PATH:
        changed[name] = getattr(paths, name).copy()
        changed[name][chosen] = getattr(others, name)
    return _with(paths, changed)


def unmoved(request: ConnectRequest, status: Status, engine: str) -> Paths:
    """Return paths (n) of a request with that status, of which only the starting point is known.

    Nodes after the first and residuals are NaN; the paths stop where they start.
    """
    n, m = len(request.start), request.steps + 1
    theta = np.full((n, m, 2), np.nan)
    theta[:, 0] = request.start
    return Paths(
        t=np.linspace(0.0, 1.0, m),
        theta=theta,
        velocity=np.full((n, m, 2), np.nan),
        nodes=np.ones(n, np.int32),
        reached=np.zeros(n),
        stop=request.start.copy(),
        length=np.zeros(n),
        energy=np.zeros(n),
        residual=np.full(n, np.nan),
        error=np.zeros(n),
        status=np.full(n, status, np.int32),
        engine=engine,
    )


def one(
    request: ConnectRequest,
    theta: Floats,
    velocity: Floats,
    sums: tuple[float, float],
    error: float,
    converged: bool = True,
) -> Paths:
    """Return a batch of one path that joins both ends of a request with one pair, from its nodes
    (m, 2) and velocities (m, 2) over unit time, m = steps + 1, with length, energy and error.
    """
    return Paths(
        t=np.linspace(0.0, 1.0, len(theta)),
        theta=theta[None],
        velocity=velocity[None],
        nodes=np.array([len(theta)], np.int32),
        reached=np.ones(1),
        stop=request.end.copy(),
        length=np.array([sums[0]]),
        energy=np.array([sums[1]]),
        residual=np.zeros(1),
        error=np.array([error]),
        status=np.array([Status.OK if converged else Status.NOT_CONVERGED], np.int32),
        engine="reference",
    )


def _with(paths: Paths, changed: dict[str, Any]) -> Paths:
    return replace(paths, **changed)

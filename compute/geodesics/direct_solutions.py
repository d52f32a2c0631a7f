"""Levi-Civita geodesics without aiming rays: arcs, a quadrature, or collocation in logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Bools
from compute.core.status import Status
from compute.geodesics import constant_curvature, logarithmic, revolution
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

Solve = Callable[[ConnectRequest], Paths]


def first(request: ConnectRequest, otherwise: Solve) -> Paths:
    """Geodesics of a request, in float64: directly where they can be had so, else by ``otherwise``.

    Pairs next to each other are left to that.
    """
    solve, rows = way(request)
    if not rows.any():
        return otherwise(request)
    todo = np.flatnonzero(rows)
    found = solve(batch.pairs(request, todo))
    good = np.isin(found.status, (Status.OK, Status.LEFT_DOMAIN))
    if good.all() and rows.all():
        return found
    rest = np.setdiff1d(np.arange(len(rows)), todo[good])
    order = np.argsort(np.concatenate([todo[good], rest]))
    both = batch.joined(batch.rows(found, good), otherwise(batch.pairs(request, rest)))
    return batch.rows(both, order)


def way(request: ConnectRequest) -> tuple[Solve, Bools]:
    """Return how to find geodesics directly, and of which pairs (n,)."""
    manifold = request.manifold
    if manifold.revolution is not None:
        return revolution.connect, logarithmic.far(request)
    if constant_curvature.has_arcs(manifold):
        return constant_curvature.connect, logarithmic.far(request)
    none = logarithmic.chart_of(manifold) is None
    return logarithmic.connect, logarithmic.far(request) & (not none)


def repaired(request: ConnectRequest, paths: Paths) -> Paths:
    """``paths`` with those that failed replaced by what is found directly."""
    solve, rows = way(request)
    todo = np.flatnonzero(rows & batch.undecided(paths))
    if todo.size == 0:
        return paths
    found = solve(batch.pairs(request, todo))
    good = found.status == Status.OK
    return batch.replaced(paths, todo[good], batch.rows(replace(found, t=paths.t), good))

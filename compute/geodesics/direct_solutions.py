"""Levi-Civita geodesics without shooting: arcs, a quadrature, or collocation in logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Bools
from compute.core.status import Status
from compute.geodesics import constant_curvature, folded, logarithmic, revolution
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

Solve = Callable[[ConnectRequest], Paths]


def first(request: ConnectRequest, otherwise: Solve) -> Paths:
    """Solve a request in float64: directly where possible, else by ``otherwise``.

    Pairs of nearby points are also left to ``otherwise``.
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
    """Return a direct method, and the pairs (n,) to which it applies."""
    manifold = request.manifold
    if manifold.revolution is not None:
        return revolution.connect, logarithmic.far(request)
    if manifold.fold is not None:
        return folded.connect, logarithmic.far(request)
    if constant_curvature.has_arcs(manifold):
        return constant_curvature.connect, logarithmic.far(request)
    none = logarithmic.chart_of(manifold) is None
    return logarithmic.connect, logarithmic.far(request) & (not none)


def repaired(request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths`` with failed ones replaced by direct solutions."""
    solve, rows = way(request)
    todo = np.flatnonzero(rows & batch.undecided(paths))
    if todo.size == 0:
        return paths
    found = solve(batch.pairs(request, todo))
    good = found.status == Status.OK
    return batch.replaced(paths, todo[good], batch.rows(replace(found, t=paths.t), good))

"""Levi-Civita geodesics by collocation from curves of least energy.

Most pairs need few segments; the others, those where few segments disagree with rays, and those of a
typed metric are solved from the start with many.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.status import Status
from compute.geodesics import few_segments, gauss_collocation
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import first_curve
from compute.geodesics.initial_value import is_typed
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

FEW = 16


def connect(request: ConnectRequest) -> Paths:
    """Solve a request for α = 0 in float64; status and residual as in `gauss_collocation.connect`.

    Along a periodic coordinate paths end at the nearest copy of their end.
    """
    if is_typed(request.manifold):
        return _on_many(request)
    curves = first_curve(request.manifold, request.start, request.end, segments=FEW)
    own = replace(request, end=curves[:, -1].astype(np.float64))
    paths = few_segments.connect(own, descend(own.manifold, curves).theta)
    todo = np.flatnonzero(paths.status != Status.OK)
    if todo.size == 0:
        return paths
    return batch.replaced(paths, todo, _on_many(batch.pairs(own, todo)))


def _on_many(request: ConnectRequest) -> Paths:
    """Solve on as many segments as `gauss_collocation` takes."""
    curves = first_curve(request.manifold, request.start, request.end)
    own = replace(request, end=curves[:, -1].astype(np.float64))
    return gauss_collocation.connect(own, descend(own.manifold, curves).theta)

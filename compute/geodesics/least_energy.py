"""Levi-Civita geodesics from the least to the most expensive method: single polynomials from initial
curves, then collocation on segments from curves of least energy.

Most pairs need only the first; the others and those of a typed metric are solved on segments.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.status import Status
from compute.geodesics import gauss_collocation, spectral
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import first_curve
from compute.geodesics.step_size import is_typed
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

# intervals of the initial curves of polynomials
FEW = 16


def connect(request: ConnectRequest) -> Paths:
    """Solve a request for α = 0 in float64; status and residual as in `gauss_collocation.connect`.

    Along a periodic coordinate paths end at the nearest copy of their end.
    """
    if is_typed(request.manifold):
        return _on_segments(request)
    curves = first_curve(request.manifold, request.start, request.end, segments=FEW)
    own = replace(request, end=curves[:, -1].astype(np.float64))
    paths = spectral.connect(own, curves)
    todo = np.flatnonzero(paths.status != Status.OK)
    if todo.size == 0:
        return paths
    return batch.replaced(paths, todo, _on_segments(batch.pairs(own, todo)))


def _on_segments(request: ConnectRequest) -> Paths:
    """Solve on segments from curves of least energy."""
    curves = first_curve(request.manifold, request.start, request.end)
    own = replace(request, end=curves[:, -1].astype(np.float64))
    return gauss_collocation.connect(own, descend(own.manifold, curves).theta)

"""Logarithms of many points at one: the initial velocities of the geodesics to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.studies.retry import second_try

STEPS = 16


@dataclass(frozen=True, eq=False)
class Logarithms:
    """log_θ(θᵢ) (n, 2), the distances (n,) and the statuses (n,) of the geodesics."""

    vectors: Floats
    lengths: Floats
    status: Ints

    @property
    def worst(self) -> Status:
        """The status of the first geodesic that was not found, or OK."""
        bad = self.status[self.status != Status.OK]
        return Status(int(bad[0])) if bad.size else Status.OK


def logarithms(engine: Engine, manifold: Manifold, at: Floats, theta: Floats) -> Logarithms:
    """Return the logarithms of θ (n, 2) at a point (2,) or at one point each (n, 2)."""
    apart = np.broadcast_to(at, theta.shape)
    vectors, lengths = np.zeros(theta.shape), np.zeros(len(theta))
    status = np.zeros(len(theta), np.int32)
    moved = np.flatnonzero((apart != theta).any(axis=1))
    if moved.size:
        request = ConnectRequest(manifold, apart[moved], theta[moved], 0.0, STEPS)
        paths = second_try(engine, request, engine.connect(request))
        vectors[moved], lengths[moved] = paths.velocity[:, 0], paths.length
        status[moved] = paths.status
    return Logarithms(vectors, lengths, status)

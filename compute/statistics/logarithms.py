"""Logarithms of many points at one: the initial velocities of the geodesics to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.overflow import TYPED
from compute.core.status import Status
from compute.geodesics import constant_curvature, logarithmic, spectral
from compute.manifold.charts import Chart, parameters
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import contracted, raised
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.studies.retry import second_try

STEPS = 16
# Fisher length below which a point is at θ
HERE = 1e-12
# Gauss points of curves of which only the length is needed, to about 1e-4 of it
FEW = 8


@dataclass(frozen=True, eq=False)
class Logarithms:
    """log_θ(θᵢ) (n, 2), the distances (n,) and the statuses (n,) of the geodesics."""

    vectors: Floats
    lengths: Floats
    status: Ints

    @property
    def worst(self) -> Status:
        """The status of the first geodesic that was not found, or OK."""
        return Status.first_failure(self.status)


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


def exp_near(manifold: Manifold, theta: Floats, v: Floats) -> Floats:
    """Return exp_θ(v) (2,) to second order in v (2,), x + v − ½Γ(v, v) in the chart of
    `logarithmic.scaled` if there is one; NaN outside the domain.
    """
    own, chart = _scaled(manifold)
    x, moved = chart.forward(theta), chart.push(theta, v)
    local = own.geometry(x)
    turn = raised(local, contracted(local.first, moved, moved))
    found: Floats = chart.inverse(x + moved - 0.5 * turn)
    inside = np.isfinite(found).all() and manifold.in_domain(found)
    return found if inside else np.full(2, np.nan)


def _scaled(manifold: Manifold) -> tuple[Manifold, Chart]:
    """Return the family in logarithms of its coordinates, or itself, and that chart."""
    scaled = logarithmic.scaled(manifold)
    if scaled is None:
        return manifold, parameters(manifold.coordinates)
    return scaled, manifold.charts[0]


class RoughLogarithms:
    """Logarithms that nothing certifies, each call starting from the curves of the one before.

    Where geodesics are short they cost a third of certified ones and are as exact; a search begins with
    them.
    """

    def __init__(self, manifold: Manifold, theta: Floats) -> None:
        """Begin with points θ (n, 2)."""
        self._manifold, self._chart = _scaled(manifold)
        self._ends = self._chart.forward(theta)
        self._bend: Floats | None = None

    @staticmethod
    def lengths(manifold: Manifold, a: Floats, b: Floats) -> Floats:
        """Return the distances (n,) of pairs of points (n, 2), NaN where none is found: four times as
        fast as certified ones.
        """
        own, chart = _scaled(manifold)
        found: Floats = spectral.rough(own, chart.forward(a), chart.forward(b), count=FEW)[1]
        return found

    @staticmethod
    def pay(manifold: Manifold) -> bool:
        """Whether certified logarithms of a family are so expensive that rough ones save time."""
        return (
            manifold.distance is None
            and manifold.revolution is None
            and not any(manifold.periods)
            and manifold.name != TYPED
            and not constant_curvature.has_arcs(manifold)
        )

    def at(self, theta: Floats) -> Logarithms | None:
        """Return the logarithms at θ (2,), or None where one is not found."""
        x = np.broadcast_to(self._chart.forward(theta), self._ends.shape)
        velocity, lengths, self._bend = spectral.rough(self._manifold, x, self._ends, self._bend)
        if not np.isfinite(lengths).all():
            return None
        here = np.broadcast_to(theta, velocity.shape)
        vectors = self._chart.pull(here, velocity)
        return Logarithms(vectors, lengths, np.zeros(len(lengths), np.int32))

"""Initial-value geodesics of Γ^(α): θ' = v, v'^k = −Γ^(α)k_ij(θ) v^i v^j.

Length and energy, ℓ' = |v| and e' = |v|², are integrated along: for α ≠ 0 the speed may change by
orders of magnitude between two nodes.  Metric and connection are evaluated at every stage of every
step.  A method that is named goes from node to node, with steps halved as needed: the twin of
``shaders/kernels/geodesic.wgsl``.  Otherwise each curve has steps of its own (`own_steps`).  A curve
for which no step is possible stops with a status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics import own_steps, straightness
from compute.geodesics.runge_kutta import Begin, Tableau, slope_at, step
from compute.geodesics.way import TURN_LIMIT, Way
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner
from compute.requests.geodesics import Paths, ShootRequest

# Solves initial-value problems on either engine.
Fire = Callable[[ShootRequest], Paths]

# A step is halved while it changes the velocity by more than a share, leaves the domain or comes too
# near its edge, but between two nodes at most this many are tried.
MAX_ATTEMPTS = 16
# … or, for α ≠ 0, while it changes |v|² by more than this factor: toward a boundary g may change many
# times over while v hardly turns.
SWELL_LIMIT = 1.5
# Relative drift above which a curve is not called a geodesic, by the bytes of its numbers.
DRIFT_LIMIT = {4: 1e-3, 8: 1e-8}


@dataclass(frozen=True, eq=False)
class _Way:
    """The manifold, α, method and number of nodes of an integration."""

    manifold: Manifold
    alpha: float
    tableau: Tableau
    steps: int


@dataclass
class _Flight:
    """Curves during integration: y = (θ, v, ℓ, e) (n, 6), and the time and reason of stopping."""

    y: Floats
    reached: Floats
    status: Ints


def shoot(
    request: ShootRequest,
    tableau: Tableau | None = None,
    precision: str = "f8",
    share: Floats | float = 1.0,
) -> Paths:
    """Integrate geodesics from initial points and velocities, by `own_steps` with a share (n,) of the
    usual error, or by a method from node to node.

    ``precision`` "f4" runs the same algorithm in float32, as a model of a GPU.
    """
    manifold = request.manifold
    theta, v = request.theta.astype(precision), request.velocity.astype(precision)
    if tableau is None:
        own = Way(manifold, request.alpha, request.steps, share)
        path, reached, sums, status = own_steps.integrate(own, theta, v)
    else:
        way = _Way(manifold, request.alpha, tableau, request.steps)
        path, state = _node_by_node(way, np.concatenate([theta, v, np.zeros_like(v)], axis=1))
        reached, sums, status = state.reached, state.y[:, 4:].astype(np.float64), state.status
    places, speeds = path[..., :2], path[..., 2:4]
    return measured(request, places, speeds, reached, status, "reference", sums)


def measured(
    request: ShootRequest,
    theta: Floats,
    v: Floats,
    reached: Floats,
    status: Ints,
    engine: str,
    sums: Floats,
) -> Paths:
    """Return paths from their nodes (n, m, 2), the time that each curve reached and why it stopped, and
    length and energy, sums (n, 2).

    Nodes after the stop repeat the stop point and become NaN here.  The tolerated drift, of |v|² or of
    the velocity in a flat chart, depends on the precision of ``theta``.
    """
    limit = DRIFT_LIMIT[theta.itemsize]
    count = np.floor(reached * request.steps * (1 + 1e-6) + 1e-9).astype(np.int32) + 1
    t = np.linspace(0.0, 1.0, request.steps + 1)
    valid = np.arange(request.steps + 1) < count[:, None]
    stop = theta[:, -1].astype(np.float64)
    theta = np.where(valid[..., None], theta, theta[:, :1]).astype(np.float64)
    v = np.where(valid[..., None], v, v[:, :1]).astype(np.float64)
    error: Floats = np.full(len(theta), np.nan)
    chart = straightness.chart_of(request.manifold, request.alpha)
    if request.alpha == 0.0:
        error = _drift(request.manifold, theta, v, valid)
    elif chart is not None:
        error = straightness.errors(request.manifold, chart, theta, v, valid)
    status = np.where((status == Status.OK) & (error > limit), Status.NOT_CONVERGED, status)
    return Paths(
        t=t,
        theta=np.where(valid[..., None], theta, np.nan),
        velocity=np.where(valid[..., None], v, np.nan),
        nodes=count,
        reached=reached,
        stop=stop,
        length=sums[:, 0],
        energy=sums[:, 1],
        residual=np.zeros(len(theta)),
        error=error,
        status=status.astype(np.int32),
        engine=engine,
    )


def _drift(manifold: Manifold, theta: Floats, v: Floats, valid: Bools) -> Floats:
    """Return the largest relative change of |v|² (n,) over the valid nodes (n, m) of curves θ, v
    (n, m, 2).
    """
    speed2 = np.zeros(valid.shape)
    known, w = theta[valid], v[valid]
    speed2[valid] = np.maximum(inner(manifold.metric(known), w, w), 0.0)
    start = np.where(speed2[:, :1] > 0, speed2[:, :1], 1.0)
    drift: Floats = np.max(np.where(valid, np.abs(speed2 - speed2[:, :1]) / start, 0.0), axis=1)
    return drift


def _node_by_node(way: _Way, y: Floats) -> tuple[Floats, _Flight]:
    """Integrate all curves from states y (n, 6) from node to node, with steps halved where need be;
    return all nodes (n, m, 6) and what is known at the end.
    """
    state = _Flight(y, np.zeros(len(y)), np.zeros(len(y), np.int32))
    path = np.empty((len(y), way.steps + 1, 6), y.dtype)
    path[:, 0] = y
    for node in range(1, way.steps + 1):
        running = np.flatnonzero(state.status == Status.OK)
        _advance(way, state, running)
        # not the sum of steps: a complete path must end exactly at 1
        state.reached[state.status == Status.OK] = node / way.steps
        path[:, node] = state.y
    return path, state


def _advance(way: _Way, state: _Flight, running: np.ndarray) -> None:
    """Advance curves from one node to the next, or to the point where they stop."""
    dt = 1.0 / way.steps
    remaining = np.full(len(running), dt)
    h = remaining.copy()
    verdict = np.zeros(len(running), np.int32)

    def slope(y: Floats) -> Begin:
        return slope_at(way.manifold, y, way.alpha)

    for _ in range(MAX_ATTEMPTS):
        todo = np.flatnonzero(remaining > 1e-12 * dt)
        if todo.size == 0:
            return
        checkpoint()
        curve = running[todo]
        size = np.minimum(h[todo], remaining[todo])
        y = state.y[curve]
        swell = SWELL_LIMIT if way.alpha else np.inf
        end, verdict[todo] = step(
            way.manifold, way.tableau, slope, y, size, slope(y), TURN_LIMIT, swell
        )
        accepted = verdict[todo] == Status.OK
        state.y[curve[accepted]] = end[accepted]
        remaining[todo[accepted]] -= size[accepted]
        h[todo[~accepted]] = 0.5 * size[~accepted]
    stopped = remaining > 1e-12 * dt
    state.reached[running[stopped]] += dt - remaining[stopped]
    reason = np.where(verdict == Status.OK, Status.LEFT_DOMAIN, verdict)
    state.status[running[stopped]] = reason[stopped]

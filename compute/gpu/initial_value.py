"""Initial-value geodesics by ``shaders/kernels/geodesic.wgsl``.

Twin of `compute.geodesics.initial_value`.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import straightness
from compute.geodesics.initial_value import DRIFT_LIMIT, MAX_ATTEMPTS, SWELL_LIMIT
from compute.geodesics.runge_kutta import MARGIN_KEPT
from compute.geodesics.way import TURN_LIMIT
from compute.gpu import tiles
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.requests.geodesics import Paths, ShootRequest

# y = (θ − origin, v) and sums (∫|v|dt, ∫|v|²dt) at the last accepted step; the next node is reached
# after `remaining` of an interval, in steps of `share`, of which `tries` were tried
PATH = record(
    {
        "y": "vec4f",
        "origin": "vec2f",
        "sums": "vec2f",
        "drift": "f32",
        "start2": "f32",
        "remaining": "f32",
        "share": "f32",
        "node": "u32",
        "tries": "u32",
        "status": "i32",
    }
)
# Attempts per interval, over a whole path, in one submission.  One is nearly always enough;
# unfinished paths continue in another.
USUAL_TRIES = 2
SOURCE = Source(
    "geodesic",
    parameters=record(
        {"count": "u32", "steps": "u32", "dt": "f32", "alpha": "f32", "bound": "f32"}
    ),
    storage=(Storage("paths", "Path", writable=True), Storage("nodes", "vec4f", writable=True)),
    structs={"Path": PATH},
    constants={
        "TURN_LIMIT": TURN_LIMIT,
        "SWELL_LIMIT": SWELL_LIMIT,
        "MARGIN_KEPT": MARGIN_KEPT,
        "MAX_ATTEMPTS": MAX_ATTEMPTS,
    },
)


def shoot(session: GpuSession, request: ShootRequest, bound: float = 1.0) -> Paths:
    """Integrate geodesics from initial points and velocities; ``bound``: the share of the usual turn
    and swell of a step above which it is halved.
    """
    n, m = len(request.theta), request.steps + 1
    ends, nodes = np.empty(n, PATH), np.empty((n, m, 4), np.float32)
    for rows in tiles.batches(n, 16 * m):
        ends[rows], nodes[rows] = integrated(session, request, rows, bound)
    return paths_of(request, ends, nodes)


def integrated(
    session: GpuSession, request: ShootRequest, rows: slice, bound: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the final states (k,) of the paths of some rows, and their nodes (k, m, 4), both with θ
    relative to the first point.
    """
    states = _initial(request, rows)
    n, m, slot = len(states), request.steps + 1, request.manifold.slot
    loops = tiles.loops_of(slot)
    attempts = tiles.attempts(loops)
    kernel = session.kernel(SOURCE, slot, {"ATTEMPTS": attempts})
    parameters = np.array(
        [(n, request.steps, 1.0 / request.steps, request.alpha, bound)], SOURCE.parameters
    )
    nodes = session.buffer("geodesic nodes", n * m * 16)
    paths = session.filled("geodesic paths", states)
    buffers = (session.filled("geodesic parameters", parameters), paths, nodes)
    times = tiles.dispatches(request.steps, loops, USUAL_TRIES)
    work = Dispatch(kernel, session.family(slot), buffers, workgroups(n), times)
    while True:
        ended, kept = session.run([work], [(paths, states.nbytes), (nodes, n * m * 16)])
        ends = np.frombuffer(ended, PATH)
        if not ((ends["status"] == Status.OK) & (ends["node"] < request.steps)).any():
            return ends, np.frombuffer(kept, np.float32).reshape(n, m, 4)


def _initial(request: ShootRequest, rows: slice) -> np.ndarray:
    theta = request.theta[rows]
    states = np.zeros(len(theta), PATH)
    states["origin"], states["y"][:, 2:] = theta, request.velocity[rows]
    states["remaining"] = states["share"] = 1.0
    return states


def paths_of(request: ShootRequest, ends: np.ndarray, nodes: np.ndarray) -> Paths:
    """Return paths from their final states (n,) and their nodes (n, m, 4), see `integrated`.

    After an overflow a curve ends at its last valid node: NOT_CONVERGED.
    """
    steps = request.steps
    theta = nodes[..., :2] + request.theta[:, None]
    velocity = nodes[..., 2:].astype(np.float64)
    theta[:, 0], velocity[:, 0] = request.theta, request.velocity
    count = ends["node"].astype(np.int32) + 1
    stop, sums = request.theta + ends["y"][:, :2], ends["sums"].astype(np.float64)
    lost = ~(np.isfinite(ends["y"]).all(axis=1) & np.isfinite(sums).all(axis=1))
    for i in np.flatnonzero(lost):
        known = np.isfinite(theta[i]).all(axis=1) & np.isfinite(velocity[i]).all(axis=1)
        count[i] = np.append(np.flatnonzero(~known[: count[i]]), count[i])[0]
        stop[i], sums[i] = theta[i, count[i] - 1], np.nan
    for i in np.flatnonzero(count <= steps):
        theta[i, count[i] :] = velocity[i, count[i] :] = np.nan
    rest = np.where(lost, 1.0, ends["remaining"].astype(np.float64))
    reached = np.where(count > steps, 1.0, (count - rest) / steps)
    error = _error(request, ends, theta, velocity)
    error[lost] = np.nan
    drifted = (ends["status"] == Status.OK) & (lost | (error > DRIFT_LIMIT[4]))
    return Paths(
        t=np.linspace(0.0, 1.0, steps + 1),
        theta=theta,
        velocity=velocity,
        nodes=count,
        reached=reached,
        stop=stop,
        length=sums[:, 0],
        energy=sums[:, 1],
        residual=np.zeros(len(ends)),
        error=error,
        status=np.where(drifted, Status.NOT_CONVERGED, ends["status"]).astype(np.int32),
        engine="gpu",
    )


def _error(request: ShootRequest, ends: np.ndarray, theta: Floats, v: Floats) -> Floats:
    """Return the drift of the speed, or the error in a flat chart, (n,); NaN if there is neither."""
    chart = straightness.chart_of(request.manifold, request.alpha)
    if request.alpha == 0.0:
        return np.asarray(ends["drift"].astype(np.float64))
    if chart is None:
        return np.full(len(ends), np.nan)
    known = np.isfinite(np.concatenate([theta, v], axis=2)).all(axis=2)
    return straightness.errors(request.manifold, chart, theta, v, np.asarray(known))

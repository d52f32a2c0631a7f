"""Boundary-value geodesics by ``shaders/kernels/shooting.wgsl``.

Twin of `compute.geodesics.shooting`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import (
    constant_curvature,
    direct_solutions,
    dually_flat,
    multiple_shooting,
    outcome_bounds,
    short_arcs,
)
from compute.geodesics.discrete_energy import SEGMENTS
from compute.geodesics.initial_curves import alphas, first_curve
from compute.geodesics.shooting import AIM, MISS_LIMIT, judged, shot_of
from compute.gpu import discrete_energy, initial_value, tiles
from compute.gpu.initial_value import PATH
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest


@dataclass(frozen=True)
class Rounds:
    """Numbers of relaxation rounds, and of Newton rounds for each α, each with three rays per pair."""

    relaxing: int
    aiming: int


# nearly all pairs finish with the first; the rest continue with the second
USUAL, FULL = Rounds(4, 6), Rounds(discrete_energy.ROUNDS, 10)
# aiming rounds before the first look at the rays: most pairs have hit by then
SOON = 3
# for a metric with this many loop iterations a round costs dispatches even if all is done
COSTLY, BRIEF = 1000, Rounds(2, 3)
# for a path with so few steps, as during a drag, the largest allowed miss is invisible
COARSE, HASTY = 32, Rounds(3, 1)
# relative distance of a neighbouring ray, a balance of round-off and truncation; on a long curve
# the latter is as large as the derivative from 1e-2 on
OFFSET = 3e-4
# the largest change of an energy by steps of half the size, as a share of it
ENERGY_LIMIT = 3e-4
# attempts per interval, over a whole ray; one that needs more has not arrived
TRIES = 4

AIM_RECORD = record(
    {
        "start": "vec2f",
        "apart": "vec2f",  # from the start to the end
        "v": "vec2f",
        "step": "vec2f",
        "near": "vec3f",  # the metric at the start
        "far": "vec3f",  # and at the end
        "miss": "f32",
        "scale": "f32",
        "round": "u32",
    }
)
SOURCE = Source(
    "shooting",
    parameters=record(
        {"pairs": "u32", "segments": "u32", "steps": "u32", "restart": "u32", "alpha": "f32"}
    ),
    storage=(
        Storage("nodes", "vec2f", writable=True),
        Storage("paths", "Path", writable=True),
        Storage("aims", "Aim", writable=True),
    ),
    structs={"Path": PATH, "Aim": AIM_RECORD},
    constants={"AIM": AIM["f4"], "OFFSET": OFFSET, "INFINITE": discrete_energy.INFINITE},
)


def connect(session: GpuSession, request: ConnectRequest) -> Paths:
    """Solve for geodesics of Γ^(α) between pairs of points; near pairs in float64 by `short_arcs`."""
    if len(request.start) == 0:
        return batch.unmoved(request, Status.OK, "gpu")
    return outcome_bounds.held(
        request, short_arcs.before(request, lambda rest: _connect(session, rest)), 4
    )


def _connect(session: GpuSession, request: ConnectRequest) -> Paths:
    if dually_flat.applies(request):
        return dually_flat.connect(request)
    n, m = len(request.start), request.steps + 1
    path = alphas(request.manifold, request.alpha)
    curves = first_curve(request.manifold, request.start, request.end, path[0])
    request = replace(request, end=curves[:, -1].copy())

    def fire(shot: ShootRequest) -> Paths:
        return initial_value.shoot(session, shot)

    def solved(wanted: ConnectRequest, todo: np.ndarray, effort: Rounds) -> Paths:
        parts = []
        for rows in tiles.batches(len(todo), max(discrete_energy.bytes_each(), 3 * 16 * m)):
            own = batch.pairs(wanted, np.arange(len(todo))[rows])
            found, relaxed = _aimed(session, own, curves[todo[rows]], path, effort)
            parts.append(found)
            # where g is almost 0 single precision loses a curve
            kept = np.isfinite(relaxed).all(axis=(1, 2))
            curves[todo[rows][kept]] = relaxed[kept]
        return judged(wanted, batch.all_of(parts), MISS_LIMIT["f4"])

    paths = solved(request, np.arange(n), _effort(request))
    todo = np.flatnonzero(paths.status != Status.OK)
    if todo.size:
        rest = replace(request, start=request.start[todo], end=request.end[todo])
        paths = batch.replaced(paths, todo, solved(rest, todo, FULL))
    paths = direct_solutions.repaired(request, constant_curvature.repaired(request, paths))
    paths = multiple_shooting.repaired(request, paths, curves, fire, "f4")
    return _ended(request, _resolved(session, request, paths))


def _resolved(session: GpuSession, request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths`` with the change of their energies by steps of half the size, as a share, for
    error; NOT_CONVERGED where it is large.

    For α ≠ 0 no speed is constant, so nothing else shows that steps are too long.  Rays from some nodes
    are compared, as errors of one from the start alone would grow.
    """
    rows = np.flatnonzero(paths.status == Status.OK)
    if request.alpha == 0.0 or request.steps <= COARSE or rows.size == 0:
        return paths
    count = multiple_shooting.segments_of(request.steps, request.steps)
    every = request.steps // count
    theta, v = (nodes[rows, :-1:every].reshape(-1, 2) for nodes in (paths.theta, paths.velocity))
    own, finer = (
        initial_value.shoot(
            session, ShootRequest(request.manifold, theta, v / count, request.alpha, steps), bound
        )
        .energy.reshape(-1, count)
        .sum(axis=1)
        for steps, bound in ((every, 1.0), (2 * every, 0.5))
    )
    # a pair of equal points has no energy
    change = np.abs(own - finer) / np.where(finer > 0.0, finer, 1.0)
    status, error = paths.status.copy(), paths.error.copy()
    status[rows[~(change <= ENERGY_LIMIT)]] = Status.NOT_CONVERGED
    error[rows] = np.fmax(error[rows], change)
    return replace(paths, status=status, error=error)


def _ended(request: ConnectRequest, paths: Paths) -> Paths:
    """Return geodesics that end exactly at their end points.

    Where g is small in some direction, even a small miss is large in θ: a carried vector depends on it.
    """
    theta = paths.theta.copy()
    good = paths.status == Status.OK
    theta[good, -1] = request.end[good]
    return replace(paths, theta=theta)


def _effort(request: ConnectRequest) -> Rounds:
    """Return the effort of the first attempt."""
    if tiles.loops_of(request.manifold.slot) <= COSTLY:
        return USUAL
    return HASTY if request.steps <= COARSE else BRIEF


def _aimed(
    session: GpuSession,
    request: ConnectRequest,
    curves: Floats,
    path: list[float],
    effort: Rounds,
) -> tuple[Paths, Floats]:
    """Return paths (n) aimed from start to end, and the initial curves (n, N+1, 2).

    Relaxation, if α = 0 comes first, and shooting run in one submission; aims that have not hit after
    a few rounds continue in another.
    """
    relaxing = effort.relaxing if path[0] == 0.0 else 0
    work, nodes = discrete_energy.relaxation(session, request.manifold.slot, curves, relaxing)
    aims = np.zeros(len(curves), AIM_RECORD)
    aims["start"], aims["apart"] = request.start, request.end - request.start
    aims["miss"] = discrete_energy.INFINITE
    kept = session.filled("shooting aims", aims)
    for turn, alpha in enumerate(path):
        restart = turn * (effort.aiming + 1)
        aim, fire = _round(session, request, (nodes, kept), (restart, alpha))
        soon = min(SOON, effort.aiming) if alpha == path[-1] else effort.aiming
        work += [aim, fire] * soon + [aim]
    outputs = [(kept, aims.nbytes), (nodes, curves.size * 4), *_first_rays(session, request)]
    aimed, relaxed, *rays = session.run(work, outputs)
    late = effort.aiming - soon
    if late and not _finished(np.frombuffer(rays[0], PATH), request.steps).all():
        aimed, relaxed, *rays = session.run([fire, aim] * late, outputs)
    velocity = np.frombuffer(aimed, AIM_RECORD)["v"].astype(np.float64)
    return (
        _shot(session, shot_of(request, velocity), rays),
        np.frombuffer(relaxed, np.float32).reshape(curves.shape).astype(np.float64),
    )


def _first_rays(session: GpuSession, request: ConnectRequest) -> list[tuple[Any, int]]:
    """Return the buffers of the rays' states and nodes, and the bytes of the first ray of each pair."""
    n, m = len(request.start), request.steps + 1
    sizes = {"geodesic paths": n * PATH.itemsize, "geodesic nodes": n * m * 16}
    return [(session.buffer(name, size), size) for name, size in sizes.items()]


def _finished(states: np.ndarray, steps: int) -> np.ndarray:
    """Return which pairs (n,) have hit: their rays are as they ended; others wait to be fired again."""
    return np.asarray((states["node"] == steps) & (states["tries"] > 0))


def _shot(session: GpuSession, shot: ShootRequest, rays: list[memoryview]) -> Paths:
    """Return geodesics (n) from the rays fired last: those that have hit, and the others shot again."""
    n, m = len(shot.theta), shot.steps + 1
    states = np.frombuffer(rays[0], PATH)
    nodes = np.frombuffer(rays[1], np.float32).reshape(n, m, 4)
    paths = initial_value.paths_of(shot, states, nodes)
    todo = np.flatnonzero(~_finished(states, shot.steps))
    if todo.size == 0:
        return paths
    rest = replace(shot, theta=shot.theta[todo], velocity=shot.velocity[todo])
    return batch.replaced(paths, todo, initial_value.shoot(session, rest))


def _round(
    session: GpuSession,
    request: ConnectRequest,
    kept: tuple[Any, Any],
    turn: tuple[int, float],
) -> tuple[Dispatch, Dispatch]:
    """Return the dispatches of a round for one α: evaluate, correct, and shoot."""
    restart, alpha = turn
    slot, steps, pairs = request.manifold.slot, request.steps, len(request.start)
    nodes, aims = kept
    family, loops = session.family(slot), tiles.loops_of(slot)
    paths = session.buffer("geodesic paths", 3 * pairs * PATH.itemsize)
    traces = session.buffer("geodesic nodes", 3 * pairs * (steps + 1) * 16)
    own = np.array([(pairs, SEGMENTS, steps, restart, alpha)], SOURCE.parameters)
    rays = np.array([(3 * pairs, steps, 1.0 / steps, alpha, 1.0)], initial_value.SOURCE.parameters)
    aim_with = (session.filled(f"shooting parameters {restart}", own), nodes, paths, aims)
    fire_with = (session.filled(f"shooting rays {restart}", rays), paths, traces)
    fire_kernel = session.kernel(initial_value.SOURCE, slot, {"ATTEMPTS": tiles.attempts(loops)})
    times = tiles.dispatches(steps, loops, TRIES)
    aim = Dispatch(session.kernel(SOURCE, slot), family, aim_with, workgroups(pairs))
    fire = Dispatch(fire_kernel, family, fire_with, workgroups(3 * pairs), times)
    return aim, fire

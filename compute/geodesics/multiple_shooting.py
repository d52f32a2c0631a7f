"""Boundary-value geodesics by multiple shooting, for pairs where single shooting fails.

A curve is cut into segments of equal time with unknown states y_i = (θ_i, w_i), w = θ'/segments, at
their starts.  Newton's method closes the gaps
    d_i = φ(y_i) − y_{i+1},   φ the flow of the geodesic equation over one segment,
    δy_{i+1} = Φ_i δy_i + d_i,   Φ_i = ∂φ/∂y by four neighbouring rays,
with θ_0 and the end fixed.  Condensing to the initial velocity leaves one 2×2 system per pair. (Stoer
and Bulirsch, Introduction to Numerical Analysis, 7.3.5.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.status import Status
from compute.geodesics import outcome_bounds
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import alphas, between, first_curve, is_dual, steps_to
from compute.geodesics.initial_value import DRIFT_LIMIT, Fire
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular, norm, solve2
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest

# Initial states (k, s, 4) for a request made of some rows of another
Begin = Callable[[ConnectRequest, np.ndarray], Floats]

SEGMENTS = 16
ROUNDS = 20
# Distance between neighbouring rays relative to a segment's Fisher length.
OFFSET = {"f8": 1e-6, "f4": 3e-3}
# Sum of all gaps relative to the curve's length at which Newton's method ends …
CLOSED = {"f8": 1e-11, "f4": 1e-5}
# … and above which a curve is not called converged.
GAP_LIMIT = {"f8": 1e-8, "f4": 1e-4}


@dataclass
class _Chain:
    """The best states (k, s, 4) so far, the size of their gaps (k,), and the next correction."""

    y: Floats
    gap: Floats
    step: Floats


def repaired(
    request: ConnectRequest, paths: Paths, curves: Floats, fire: Fire, precision: str
) -> Paths:
    """Return ``paths`` with those that did not converge replaced by results of multiple shooting.

    ``curves (n, N+1, 2)``: the initial curves of single shooting.  Where it also fails, the path and
    its status stay unchanged.
    """
    todo = solvable(request, paths)
    count = segments_of(request.steps, curves.shape[1] - 1)
    if todo.size == 0 or count == 1:
        return paths
    for begin, path in _attempts(request, curves, count):
        own = replace(request, start=request.start[todo], end=request.end[todo])
        y = begin(own, todo)
        whole = np.flatnonzero(np.isfinite(y).all(axis=(1, 2)))
        own = replace(own, start=own.start[whole], end=own.end[whole])
        found = _solved(own, y[whole], path, fire, precision)
        good = found.status == Status.OK
        paths = batch.replaced(paths, todo[whole[good]], batch.rows(found, good))
        todo = np.setdiff1d(todo, todo[whole[good]])
        if todo.size == 0:
            break
    return paths


def _attempts(
    request: ConnectRequest, curves: Floats, count: int
) -> list[tuple[Begin, list[float]]]:
    """Yield initial states for some pairs, with values of α for continuation, to be tried in turn.

    First the initial curves of single shooting; for α ≠ 0 of a dual family the mean of its two flat
    geodesics with their velocities, then the Levi-Civita solution.
    """
    manifold, alpha = request.manifold, request.alpha

    def given(own: ConnectRequest, rows: np.ndarray) -> Floats:
        return states_of(curves[rows], count)

    def dual(own: ConnectRequest, rows: np.ndarray) -> Floats:
        nodes, slopes = between(manifold, own.start, own.end, alpha, count)
        return np.concatenate([nodes, slopes / count], axis=-1)[:, :-1]

    def relaxed(own: ConnectRequest, rows: np.ndarray) -> Floats:
        return states_of(descend(manifold, first_curve(manifold, own.start, own.end)).theta, count)

    if alpha == 0.0 or not is_dual(manifold):
        return [(given, alphas(manifold, alpha))]
    return [(dual, [alpha]), (relaxed, steps_to(alpha))]


def _solved(
    request: ConnectRequest, y: Floats, path: list[float], fire: Fire, precision: str
) -> Paths:
    """Return the paths to which states y (k, s, 4) converge, by continuation in α."""
    for alpha in path:
        y = close_gaps(replace(request, alpha=alpha), y, fire, precision)
    return paths_of(request, y, fire, precision)


def solvable(request: ConnectRequest, paths: Paths) -> np.ndarray:
    """Return the rows of ``paths`` that failed but may still be found: g is regular at both ends."""
    failed = np.flatnonzero(batch.undecided(paths))
    if failed.size == 0:
        return failed
    return failed[~singular_ends(batch.pairs(request, failed))]


def singular_ends(request: ConnectRequest) -> Bools:
    """Return which pairs (n,) have an end where the metric is singular or not positive definite."""
    ends = np.stack([request.start, request.end], axis=1)
    return np.asarray(is_singular(request.manifold.geometry(ends)).any(axis=1))


def segments_of(steps: int, most: int) -> int:
    """Return the number of segments, at most SEGMENTS and with at least two steps each, that divides
    both the steps and the segments of the curves.
    """
    most_of = range(1, min(SEGMENTS, steps // 2) + 1)
    return max(s for s in most_of if steps % s == 0 and most % s == 0)


def states_of(curves: Floats, count: int) -> Floats:
    """Return states (k, s, 4) at the starts of the segments of curves (k, N+1, 2), by differences."""
    every = (curves.shape[1] - 1) // count
    slope = np.gradient(curves.astype(np.float64), 1.0 / every, axis=1)
    return np.concatenate([curves, slope], axis=-1)[:, :-1:every].astype(np.float64)


def close_gaps(request: ConnectRequest, y: Floats, fire: Fire, precision: str) -> Floats:
    """Close all gaps by Newton's method; halve steps that do not reduce them."""
    chain = _Chain(y.copy(), np.full(len(y), np.inf), np.zeros_like(y))
    for number in range(ROUNDS):
        # of another connection the speed is not constant: that at the start is no length
        length = norm(_metric(request.manifold, chain.y[..., :2]), chain.y[..., 2:]).sum(axis=1)
        # if even the first states break off there is no step to halve
        lost = np.isinf(chain.gap) if number else np.zeros(len(y), dtype=bool)
        todo = np.flatnonzero((chain.gap > CLOSED[precision] * length) & ~lost)
        if todo.size == 0:
            break
        trial = chain.y[todo] + chain.step[todo]
        trial[:, 0, :2] = request.start[todo]
        gap, step = _newton(request, trial, request.end[todo], fire, precision)
        better = gap < chain.gap[todo]
        chain.step[todo[~better]] *= 0.5
        chosen = todo[better]
        chain.y[chosen], chain.gap[chosen] = trial[better], gap[better]
        chain.step[chosen] = step[better]
    return chain.y


def _metric(manifold: Manifold, theta: Floats) -> Floats:
    """Return packed g (..., 3); outside the domain that of an interior point."""
    inside = manifold.in_domain(theta)
    return manifold.geometry(np.where(inside[..., None], theta, manifold.interior)).metric


def _newton(
    request: ConnectRequest, y: Floats, end: Floats, fire: Fire, precision: str
) -> tuple[Floats, Floats]:
    """Return the total Fisher length of the gaps (k,), infinite where a segment stops early, and the
    next step.
    """
    k, count = y.shape[:2]
    usable = np.asarray(request.manifold.in_domain(y[..., :2]).all(axis=1))
    y = np.where(usable[:, None, None], y, (*request.manifold.interior, 0.0, 0.0))
    metric = _metric(request.manifold, y[..., :2])
    # on a singular line there are no neighbouring rays to compare
    regular = np.asarray((metric[..., [0, 2]] > 0.0).all(axis=-1))
    metric = np.where(regular[..., None], metric, (1.0, 0.0, 1.0))
    usable &= regular.all(axis=1)
    size = OFFSET[precision] * np.maximum(norm(metric, y[..., 2:]), 1e-9)
    sizes = np.tile(size[..., None] / np.sqrt(metric[..., [0, 2]]), 2)
    rays = y[..., None, :] + sizes[..., None, :] * np.eye(5, 4, -1)
    known = np.asarray(request.manifold.in_domain(rays[..., :2]))
    rays = np.where(known[..., None], rays, y[..., None, :])
    ends, arrived = _flow(request, rays.reshape(-1, 4), fire, count)
    ends = ends.reshape(k, count, 5, 4)
    usable &= arrived.reshape(k, -1).all(axis=1) & known.all(axis=(1, 2))
    ends = np.where(usable[:, None, None, None], ends, 0.0)
    wanted = np.concatenate([y[:, 1:], np.zeros((k, 1, 4))], axis=1)
    wanted[:, -1, :2] = end
    defect = ends[:, :, 0] - wanted
    defect[:, -1, 2:] = 0.0
    joints = np.concatenate([metric[:, 1:], metric[:, -1:]], axis=1)
    joints[:, -1] = request.manifold.geometry(end).metric
    widths = norm(joints, defect[..., :2]) + norm(joints, defect[..., 2:])
    slopes = np.swapaxes(ends[:, :, 1:] - ends[:, :, :1], -1, -2) / sizes[..., None, :]
    return np.where(usable, widths.sum(axis=1), np.inf), condensed(slopes, defect)


def _flow(request: ConnectRequest, y: Floats, fire: Fire, count: int) -> tuple[Floats, np.ndarray]:
    """Return the states (n, 4) one segment after y (n, 4), and which rays arrived."""
    shot = ShootRequest(
        request.manifold, y[:, :2], y[:, 2:], request.alpha, max(2, request.steps // count)
    )
    paths = fire(shot)
    return np.concatenate([paths.stop, paths.velocity[:, -1]], axis=1), paths.reached >= 1.0


def condensed(slopes: Floats, defect: Floats) -> Floats:
    """Return the corrections δy (k, s, 4) that close all gaps to first order."""
    k, count = slopes.shape[:2]
    lead, rest = np.zeros((k, 4, 2)), np.zeros((k, 4))
    lead[:, 2:] = np.eye(2)
    rows = []
    for i in range(count):
        rows.append((lead, rest))
        lead = slopes[:, i] @ lead
        rest = (slopes[:, i] @ rest[..., None])[..., 0] + defect[:, i]
    first = -solve2(lead[:, :2], rest[:, :2])
    return np.stack([(a @ first[..., None])[..., 0] + c for a, c in rows], axis=1)


def paths_of(request: ConnectRequest, y: Floats, fire: Fire, precision: str) -> Paths:
    """Return the complete paths of states y (k, s, 4), with the sum of their gaps as residual."""
    k, count = y.shape[:2]
    inside = request.manifold.in_domain(y[..., :2])
    safe = np.where(inside[..., None], y, (*request.manifold.interior, 0.0, 0.0)).reshape(-1, 4)
    steps = max(2, request.steps // count)
    parts = fire(ShootRequest(request.manifold, safe[:, :2], safe[:, 2:], request.alpha, steps))

    def joined(nodes: Floats) -> Floats:
        pieces = nodes.reshape(k, count, steps + 1, 2)
        return np.concatenate([pieces[:, :, :-1].reshape(k, -1, 2), pieces[:, -1, -1:]], axis=1)

    stops = parts.stop.reshape(k, count, 2)
    wanted = np.concatenate([y[:, 1:, :2], request.end[:, None]], axis=1)
    metric = _metric(request.manifold, wanted)
    gaps = outcome_bounds.missed(request.manifold, stops, wanted, norm(metric, stops - wanted))
    residual = gaps.sum(axis=1)
    energies = parts.energy.reshape(k, count)
    length = parts.length.reshape(k, count).sum(axis=1)
    error = parts.error.reshape(k, count).max(axis=1)
    if request.alpha == 0.0:
        first = energies[:, :1]
        with np.errstate(over="ignore"):
            error = error + (np.abs(energies - first) / np.maximum(first, 1e-300)).max(axis=1)
    status = np.where(inside, parts.status.reshape(k, count), Status.LEFT_DOMAIN).max(axis=1)
    missed = ~(residual <= GAP_LIMIT[precision] * length)
    # a kink does not show in a gap, but in the speed
    missed |= error > DRIFT_LIMIT[np.dtype(precision).itemsize]
    return Paths(
        t=np.linspace(0.0, 1.0, count * steps + 1),
        theta=joined(parts.theta),
        velocity=joined(parts.velocity) * count,
        nodes=np.full(k, count * steps + 1, np.int32),
        reached=np.ones(k),
        stop=stops[:, -1],
        length=length,
        energy=count * energies.sum(axis=1),
        residual=residual,
        error=error,
        status=np.where((status == 0) & missed, Status.NOT_CONVERGED, status).astype(np.int32),
        engine=parts.engine,
    )

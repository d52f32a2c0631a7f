"""Geodesics of a softmax as polygons of least energy on the sphere of its distributions.

z = 2√p, p = softmax(b + Ty) of keys T (n, r), is a point of a sphere of radius 2
(an isometric embedding):
    E_N = N Σ_i |z_{i+1} − z_i|²,   ∂z/∂y = √p_j c_j,   c_j = T_j − Σ p T,   JᵀJ = g.
The Gauss–Newton method minimises it; the length is that of the geodesic up to O(1/N²).  Where one key
has nearly all the weight, y is large, g nearly vanishes and shooting fails, but z is well behaved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.sphere import softmax

# rounds of the Gauss–Newton method, and the relative decrease of E that ends them
ROUNDS, STILL = 200, 1e-13
# relative differences of lengths below which polygons are equal, and above which one is no rival
SAME, RIVAL = 1e-6, 1.05
# Newton steps for finding a query with a given mean
NEWTON = 40
# smallest step of a line search
SHORTEST = 1e-4


@dataclass(frozen=True, eq=False)
class Polygon:
    """y (m, r) at equal times; v (m, r): velocities over unit time, of norm ``length``; length: Fisher
    length; error: its error, estimated with half as many segments; drift: the largest relative
    deviation of a squared segment length; still: whether the energy no longer decreases.
    """

    y: Floats
    v: Floats
    length: float
    error: float
    drift: float
    still: bool


def relaxed(keys: Floats, bias: Floats, y: Floats) -> Polygon:
    """Return the polygon of least energy with the ends of a given one y (m, r), m odd, for logits bias
    + keys·y with keys (n, r) and bias (n,).

    It is a geodesic, not necessarily the shortest; ``still`` is False if it did not converge.  Raises
    `Interrupted` inside `interruptible`.
    """
    y, still = _descended(keys, bias, y)
    root = _root(keys, bias, y)
    arcs = _arcs(root)
    length, coarse = float(arcs.sum()), float(_arcs(root[::2]).sum())
    even = length / len(arcs)
    drift = float(np.abs((arcs / max(even, 1e-300)) ** 2 - 1.0).max())
    v = _velocities(keys, root, length)
    return Polygon(y, v, length, abs(length - coarse) / 3.0, drift, still)


def shortest(keys: Floats, bias: Floats, starts: list[Floats], segments: int) -> Polygon:
    """Return the shortest polygon, with an even number of segments, to which any of the curves (m, r)
    relaxes.

    Each is first relaxed with half as many segments.  Those that are not much longer than the shortest
    continue with all segments; error: the difference between both lengths.  The nodes are extrapolated
    from both, O(1/N⁴) from the geodesic.  Raises `numpy.linalg.LinAlgError` if precision is exhausted.
    """
    coarse = [relaxed(keys, bias, refined(y, segments // 2)) for y in starts]
    coarse.sort(key=lambda found: found.length)
    kept: list[Polygon] = []
    for found in coarse:
        other = all(abs(found.length - one.length) > SAME * one.length for one in kept)
        if other and found.length <= RIVAL * coarse[0].length:
            kept.append(found)
    fine = [(relaxed(keys, bias, refined(one.y, segments)), one) for one in kept]
    best, half = min(fine, key=lambda pair: (not pair[0].still, pair[0].length))
    error, still = abs(best.length - half.length), best.still and half.still
    y = _extrapolated(keys, bias, best, half) if still else best.y
    return replace(best, y=y, error=error, still=still)


def _extrapolated(keys: Floats, bias: Floats, fine: Polygon, half: Polygon) -> Floats:
    """Return nodes y (m, r) by Richardson extrapolation: the error of both polygons is a smooth
    function of time over N² (m odd).

    Returns the finer polygon if extrapolation changes the length by more than the two differ.
    """
    from scipy.interpolate import CubicSpline

    t = np.linspace(0.0, 1.0, len(fine.y))
    y = fine.y + CubicSpline(t[::2], (fine.y[::2] - half.y) / 3.0)(t)
    length = float(_arcs(_root(keys, bias, y)).sum())
    fair = abs(length - fine.length) <= abs(fine.length - half.length)
    return y if fair else fine.y


def great_circle(keys: Floats, bias: Floats, y: Floats) -> Floats:
    """Return the queries (m, r) whose logits best fit, weighted by attention, the great circle between
    the ends of y (m, r) on the sphere of distributions.
    """
    root = _root(keys, bias, y[[0, -1]])
    angle = 2.0 * np.arcsin(min(0.5 * float(np.linalg.norm(root[1] - root[0])), 1.0))
    t = np.linspace(0.0, 1.0, len(y))[:, None]
    z = np.sin((1.0 - t) * angle) * root[0] + np.sin(t * angle) * root[1]
    found = y.copy()
    for i in range(1, len(y) - 1):
        weight = z[i] / max(float(z[i].sum()), 1e-300)
        logits = 2.0 * np.log(np.maximum(z[i], 1e-300)) - bias
        centred = keys - weight @ keys
        square = (centred * weight[:, None]).T @ centred
        square += 1e-9 * (np.trace(square) + 1e-300) * np.eye(len(square))
        found[i] = np.linalg.solve(square, (weight * (logits - weight @ logits)) @ centred)
    return found


def straight_mean(keys: Floats, bias: Floats, y: Floats) -> Floats:
    """Return the queries (m, r) whose mean keys η = Σ p T form a straight line between the ends of y
    (m, r).

    By Newton's method on the convex log Σ exp(b + Ty) − η·y, each started from the previous one.
    """
    ends = _root(keys, bias, y[[0, -1]]) ** 2 @ keys
    t = np.linspace(0.0, 1.0, len(y))[:, None]
    wanted, found = (1.0 - t) * ends[0] + t * ends[1], y.copy()
    for i in range(1, len(y) - 1):
        found[i] = found[i - 1]
        for _ in range(NEWTON):
            p = softmax(found[i] @ keys.T + bias)
            centred = keys - p @ keys
            metric = (centred * p[:, None]).T @ centred
            metric += 1e-10 * (np.trace(metric) + 1e-300) * np.eye(len(metric))
            gap = wanted[i] - p @ keys
            step = np.linalg.solve(metric, gap)
            # the Newton decrement is the Fisher length of the step, trusted up to 1
            size = np.sqrt(max(float(gap @ step), 0.0))
            found[i] += step / max(size, 1.0)
            if size < 1e-6:
                break
    return found


def refined(y: Floats, segments: int) -> Floats:
    """Return a polygon (m, r) resampled to a number of segments of equal time."""
    old, new = np.linspace(0.0, 1.0, len(y)), np.linspace(0.0, 1.0, segments + 1)
    return np.stack([np.interp(new, old, column) for column in y.T], axis=1)


def _root(keys: Floats, bias: Floats, y: Floats) -> Floats:
    """Return √p (m, n)."""
    return np.sqrt(softmax(y @ keys.T + bias))


def _descended(keys: Floats, bias: Floats, y: Floats) -> tuple[Floats, bool]:
    energy = _energy(_root(keys, bias, y))
    for _ in range(ROUNDS):
        checkpoint()
        step = _step(keys, bias, y)
        size = 1.0
        while size > SHORTEST:
            trial = y.copy()
            trial[1:-1] += size * step
            fallen = energy - _energy(_root(keys, bias, trial))
            if fallen > 0.0:
                break
            size *= 0.5
        else:
            return y, bool(np.abs(step).max() < 1e-5 * max(1.0, float(np.abs(y).max())))
        y, energy = trial, energy - fallen
        if fallen <= STILL * max(energy, 1e-300):
            return y, True
    return y, False


def _jacobian(keys: Floats, root: Floats) -> Floats:
    """Return ∂z/∂y (m, n, r)."""
    jacobian: Floats = root[:, :, None] * (keys[None] - (root**2 @ keys)[:, None])
    return jacobian


def _normal(jacobian: Floats) -> Floats:
    """Return JᵀJ = g (m, r, r), regularised."""
    own: Floats = np.einsum("mnr,mns->mrs", jacobian, jacobian)
    floor = 1e-12 * np.trace(own, axis1=1, axis2=2) + 1e-300
    own += floor[:, None, None] * np.eye(own.shape[1])
    return own


def _step(keys: Floats, bias: Floats, y: Floats) -> Floats:
    """Return the Gauss–Newton step (m − 2, r), by block tridiagonal elimination."""
    root = _root(keys, bias, y)
    inner = _jacobian(keys, root)[1:-1]
    pull = 2.0 * (root[:-2] + root[2:] - 2.0 * root[1:-1])
    side = np.einsum("mnr,mn->mr", inner, pull)
    beside = -np.einsum("mnr,mns->mrs", inner[:-1], inner[1:])
    return _tridiagonal(2.0 * _normal(inner), beside, side)


def _velocities(keys: Floats, root: Floats, length: float) -> Floats:
    """Return y' (m, r) = g⁻¹Jᵀz' with |y'| = length; directions by second-order differences."""
    moved = np.gradient(2.0 * root, axis=0, edge_order=2)
    jacobian = _jacobian(keys, root)
    metric = _normal(jacobian)
    side = np.einsum("mnr,mn->mr", jacobian, moved)
    velocity = np.linalg.solve(metric, side[..., None])[..., 0]
    speed = np.sqrt(np.einsum("mr,mrs,ms->m", velocity, metric, velocity))
    found: Floats = velocity * (length / np.maximum(speed, 1e-300))[:, None]
    return found


def _energy(root: Floats) -> float:
    """Return N Σ|z_{i+1} − z_i|² of z = 2√p (m, n)."""
    return float(4.0 * (len(root) - 1) * np.sum(np.diff(root, axis=0) ** 2))


def _arcs(root: Floats) -> Floats:
    """Return the great circles (m − 1,) between √p (m, n): 4 arcsin(|Δz|/4)."""
    chords = np.linalg.norm(np.diff(root, axis=0), axis=1)
    arcs: Floats = 4.0 * np.arcsin(np.minimum(0.5 * chords, 1.0))
    return arcs


def _tridiagonal(own: Floats, beside: Floats, side: Floats) -> Floats:
    """Return x (m, r) of a symmetric block tridiagonal system: blocks own (m, r, r), beside
    (m − 1, r, r).
    """
    own, side = own.copy(), side.copy()
    for i in range(1, len(own)):
        factor = np.linalg.solve(own[i - 1], beside[i - 1]).T
        own[i] -= factor @ beside[i - 1]
        side[i] -= factor @ side[i - 1]
    found = np.zeros_like(side)
    found[-1] = np.linalg.solve(own[-1], side[-1])
    for i in range(len(own) - 2, -1, -1):
        found[i] = np.linalg.solve(own[i], side[i] - beside[i] @ found[i + 1])
    return found

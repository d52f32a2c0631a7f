"""Geodesics as polynomials through Chebyshev points, by NumPy and SciPy alone.

The equation x″ + Γ(x′, x′) = 0 holds at the inner points of one polynomial of degree n from A to B,
by Newton's method; n grows until the length no longer changes.  x is log θ for coordinates that are
positive, else θ.  The geometry comes from the metric's formula, or from means of scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.polynomial import chebyshev, legendre

from compute.definitions.derive import Definition
from compute.families import manifold

from . import formulas

# degrees tried, relative change of the length that ends the search, and Newton steps at most
DEGREES, STILL, ROUNDS = (16, 24, 36, 54, 80, 120, 180, 270), 4e-15, 12
# of central differences, relative
STEP = 1e-6
# steps of the trapezoidal rule for mixtures of normals and the example of a typed family
GRID = np.linspace(-18.0, 18.0, 289)

# θ (n, 2) ↦ g (n, 2, 2), Γ_ij,k (n, 2, 2, 2), T_ijk (n, 2, 2, 2)
Local = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Curve:
    """length ∫√g(θ′, θ′) dt; change: relative, from the last degree but one; degree."""

    length: float
    change: float
    degree: int


@lru_cache(maxsize=64)
def local_geometry(specification: str) -> Local | None:
    """Return the geometry of a family by its formulas; None where it states none."""
    given, stated = formulas.logits(specification), formulas.definition(specification)
    if given is not None and stated is None:
        return lambda theta: _softmax(theta, *given)
    if stated is None:
        return None
    g = formulas.metric(stated)
    return _by_scores(specification, stated) if g is None else _by_metric(stated, g)


def _by_metric(stated: Definition, g: tuple[sp.Expr, ...]) -> Local:
    entry = [[g[0], g[1]], [g[1], g[2]]]
    t = stated.theta

    def gamma(i: int, j: int, k: int) -> sp.Expr:
        slopes = (
            sp.diff(entry[j][k], t[i]),
            sp.diff(entry[i][k], t[j]),
            sp.diff(entry[i][j], t[k]),
        )
        return (slopes[0] + slopes[1] - slopes[2]) / 2

    first = [gamma(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    third = formulas.cubic(stated) or (0, 0, 0, 0)
    cubes = [third[i + j + k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    every = formulas.quick([*g, *first, *cubes], t)

    def local(theta: np.ndarray) -> tuple[np.ndarray, ...]:
        zero = np.zeros(len(theta))
        found = np.array([zero + part for part in every(theta[:, 0], theta[:, 1])]).T
        cubes = [part.reshape(-1, 2, 2, 2) for part in (found[:, 3:11], found[:, 11:])]
        return found[:, [0, 1, 1, 2]].reshape(-1, 2, 2), *cubes

    return local  # type: ignore[return-value]


def _by_scores(specification: str, stated: Definition) -> Local:
    """Return means of scores over `GRID`."""
    log, t = stated.log_density, stated.theta
    second = [sp.diff(log, a, b) for a, b in ((t[0], t[0]), (t[0], t[1]), (t[1], t[1]))]
    every = formulas.quick([log, *(sp.diff(log, a) for a in t), *second], (*t, stated.x))

    def local(theta: np.ndarray) -> tuple[np.ndarray, ...]:
        zero = np.zeros((len(theta), len(GRID)))
        parts = [zero + part for part in every(theta[:, :1], theta[:, 1:], GRID)]
        weight = np.exp(parts[0] - parts[0].max(axis=1, keepdims=True))
        if not formulas.without_norm(specification):
            weight = np.exp(parts[0]) * (GRID[1] - GRID[0])
        else:
            weight /= weight.sum(axis=1, keepdims=True)
        return _moments(weight, parts[1:3], parts[3:])

    return local  # type: ignore[return-value]


def _softmax(theta: np.ndarray, keys: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, ...]:
    log = theta @ keys.T + bias
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    zero = np.zeros_like(weight)
    return _moments(weight, [zero + keys[:, 0], zero + keys[:, 1]], [zero, zero, zero])


def _moments(weight: np.ndarray, scores: list[np.ndarray], second: list[np.ndarray]) -> tuple:
    """Return g, Γ_ij,k and T from scores (n, k) and their derivatives, freed of their means."""
    s = np.array([part - (weight * part).sum(axis=1, keepdims=True) for part in scores])
    g = np.einsum("nk,ink,jnk->nij", weight, s, s)
    cubic = np.einsum("nk,ink,jnk,lnk->nijl", weight, s, s, s)
    bend = np.array([[second[0], second[1]], [second[1], second[2]]])
    first = np.einsum("nk,ijnk,lnk->nijl", weight, bend, s) + cubic / 2
    return g, first, cubic


def _logs(specification: str) -> np.ndarray:
    stated = formulas.definition(specification)
    return np.array(
        [False, False] if stated is None else [t.is_positive is True for t in stated.theta]
    )


def length(
    specification: str,
    a: tuple[float, float],
    b: tuple[float, float],
    alpha: float,
    guess: np.ndarray,
) -> Curve | None:
    """Return the α-geodesic from a to b near a guess (m, 2) at equal times; None if there is none or
    Newton's method fails.
    """
    local = local_geometry(specification)
    if local is None:
        return None
    logs = _logs(specification)
    ends = np.array([a, b], float)
    start = np.where(logs, np.log(np.where(logs, guess, 1.0)), guess)
    ends = np.where(logs, np.log(np.where(logs, ends, 1.0)), ends)
    found, before = None, np.inf
    times = np.linspace(0.0, 1.0, len(start))
    coefficients = chebyshev.chebfit(2 * times - 1, start, min(24, len(start) - 1))
    for degree in DEGREES:
        solved = _solved(local, logs, ends, alpha, degree, coefficients)
        if solved is None:
            continue
        coefficients = solved
        now = _length(local, logs, solved, degree)
        change = abs(now - before) / now
        if found is not None and change >= found.change and found.change < 1e-11:
            return found
        found, before = Curve(now, change, degree), now
        if change <= STILL:
            break
    return found


def _solved(
    local: Local, logs: np.ndarray, ends: np.ndarray, alpha: float, degree: int, guess: np.ndarray
) -> np.ndarray | None:
    """Return Chebyshev coefficients (degree + 1, 2) of the geodesic by Newton's method."""
    points = np.cos(np.pi * np.arange(degree, -1, -1) / degree)
    basis = chebyshev.chebvander(points, degree)
    inverse = np.linalg.inv(basis)
    unit = np.eye(degree + 1)
    # derivatives by t, which is (1 + point)/2
    slopes = basis[:, :-1] @ chebyshev.chebder(unit) @ inverse * 2.0
    bends = basis[:, :-2] @ chebyshev.chebder(unit, 2) @ inverse * 4.0
    x = chebyshev.chebval(points, guess).T
    x[[0, -1]] = ends
    inner = slice(1, -1)

    def missed(trial: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the equation's residual at inner points, and its Jacobian."""
        full = np.concatenate([ends[:1], trial, ends[1:]])
        v = slopes @ full
        push, by_place, by_speed = _slopes(local, logs, full, v, alpha)
        size = 2 * (degree + 1)
        along = np.einsum("nij,nm->nimj", by_speed, slopes)
        along[np.arange(degree + 1), :, np.arange(degree + 1)] += by_place
        matrix = (np.einsum("nm,ij->nimj", bends, np.eye(2)) - along).reshape(size, size)
        return (bends @ full - push)[inner], matrix[2:-2, 2:-2]

    now = _newton(missed, x[inner])
    return None if now is None else inverse @ np.concatenate([ends[:1], now, ends[1:]])


def _newton(
    missed: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], start: np.ndarray
) -> np.ndarray | None:
    """Return the zero that Newton's method finds; None if it does not converge."""
    now, best = start, np.inf
    for _ in range(ROUNDS):
        try:
            with np.errstate(all="ignore"):
                miss, matrix = missed(now)
                step = np.linalg.solve(matrix, -miss.ravel()).reshape(now.shape)
        except np.linalg.LinAlgError:
            return None
        now, moved = now + step, float(np.abs(step).max())
        if not np.isfinite(moved):
            return None
        if moved < 1e-13 or (moved < 1e-9 and moved >= best):
            return now
        best = moved
    return None


def _slopes(
    local: Local, logs: np.ndarray, x: np.ndarray, v: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x″ (n, 2) and its derivatives by x and v (n, 2, 2), by central differences."""
    sides = []
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1.0
        dx, dv = (STEP * np.maximum(1.0, np.abs(y)) * s for y, s in ((x, step[:2]), (v, step[2:])))
        high, low = (_acceleration(local, logs, x + k * dx, v + k * dv, alpha) for k in (1, -1))
        sides.append((high - low) / (2 * (dx + dv).sum(axis=1, keepdims=True)))
    every = np.stack(sides, axis=-1)
    return _acceleration(local, logs, x, v, alpha), every[..., :2], every[..., 2:]


def _acceleration(
    local: Local, logs: np.ndarray, x: np.ndarray, v: np.ndarray, alpha: float
) -> np.ndarray:
    """Return x″ of a geodesic of Γ_ij,k − (α/2)T_ijk; with θ = e^x, x″ = θ″/θ − x′²."""
    theta = np.where(logs, np.exp(np.where(logs, x, 0.0)), x)
    scale = np.where(logs, theta, 1.0)
    g, first, cubic = local(theta)
    speed = scale * v
    push = np.einsum("nijk,ni,nj->nk", first - alpha / 2 * cubic, speed, speed)
    bend = -np.linalg.solve(g, push[..., None])[..., 0]
    return np.asarray(bend / scale - np.where(logs, v * v, 0.0))


def _length(local: Local, logs: np.ndarray, coefficients: np.ndarray, degree: int) -> float:
    """Return ∫√g(θ′, θ′) dt by Gauss' rule with 3n points."""
    nodes, weights = legendre.leggauss(3 * degree)
    x = chebyshev.chebval(nodes, coefficients).T
    v = 2.0 * chebyshev.chebval(nodes, chebyshev.chebder(coefficients)).T
    theta = np.where(logs, np.exp(np.where(logs, x, 0.0)), x)
    speed = np.where(logs, theta, 1.0) * v
    g = local(theta)[0]
    return float(0.5 * weights @ np.sqrt(np.einsum("nij,ni,nj->n", g, speed, speed)))


def covers(specification: str) -> bool:
    """Whether this method applies to a family."""
    return local_geometry(specification) is not None and not manifold(specification).singular

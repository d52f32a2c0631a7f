"""Distances of normals of two and more dimensions: shooting of the geodesic equation, and 40 digits.

Velocities are those of N(0, 1) after an affine map.  The formula is Eriksen's exponential of a matrix
of size 2d + 1, solved here for the velocity; the equation
    μ″ = Σ′Σ⁻¹μ′,   Σ″ = Σ′Σ⁻¹Σ′ − μ′μ′ᵀ
knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
from scipy.integrate import solve_ivp

from compute import Normal, normal_geodesic

from . import entries

BY_EXPONENTIAL = "Eriksen’s exponential of a matrix, 40 digits"
BY_SHOOTING = "shooting of the geodesic equation, SciPy"
DIGITS, ROUNDS, OFFSET = 40, 4, 1e-6

Law = tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class Pair:
    """Two normals, each a mean and a covariance, and where a distance between them is printed."""

    start: Law
    end: Law
    source: str = ""


def _spread(d: int, size: float) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(size if i == j else 0.0 for j in range(d)) for i in range(d))


def _flat(*size: float) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(s if i == j else 0.0 for j in range(len(size))) for i, s in enumerate(size))


def _origin(d: int) -> Law:
    return (0.0,) * d, _spread(d, 1.0)


PAIRS = (
    Pair(((0.0, 0.0), _flat(1.0, 0.1)), ((1.0, 1.0), _flat(0.1, 1.0)), "Han and Park 2014: 3.1329"),
    Pair(_origin(2), ((3.5, -0.5), ((1.1, 1.0), (1.0, 1.5)))),
    Pair(_origin(2), ((-3.0, 3.0), _flat(0.25, 12.0))),
    Pair(_origin(2), ((2.0, 1.0), ((2.0, 0.5), (0.5, 1.0)))),
    Pair(((0.0, 0.0), _spread(2, 0.4)), ((0.4, 0.4), _spread(2, 0.5))),
    Pair(((0.0, 1.0), ((1.0, 0.5), (0.5, 2.0))), ((1.0, 2.0), ((2.0, 1.0), (1.0, 1.0)))),
    Pair(((0.0,) * 3, _spread(3, 0.4)), ((0.4,) * 3, _spread(3, 0.5))),
    Pair(_origin(3), ((1.0, 0.5, -0.5), ((1.5, 0.3, -0.2), (0.3, 0.8, 0.1), (-0.2, 0.1, 2.0)))),
    Pair(
        _origin(5),
        (
            (0.5, -1.0, 0.25, 0.0, 1.0),
            (
                (2.0, 0.5, 0.0, 0.0, 0.25),
                (0.5, 1.0, 0.25, 0.0, 0.0),
                (0.0, 0.25, 0.5, 0.125, 0.0),
                (0.0, 0.0, 0.125, 1.5, 0.5),
                (0.25, 0.0, 0.0, 0.5, 3.0),
            ),
        ),
    ),
)


def rows() -> list[dict[str, Any]]:
    """Return the entries of all pairs."""
    return [row(pair) for pair in PAIRS]


def row(pair: Pair) -> dict[str, Any]:
    """Return the entry of one pair."""
    made: dict[str, Any] = {
        "dimension": len(pair.start[0]),
        "start": stated(pair.start),
        "end": stated(pair.end),
        "distance": entries.entry(
            {
                BY_EXPONENTIAL: by_exponential(pair),
                BY_SHOOTING: by_shooting(pair),
                entries.PROGRAM: program(pair),
            }
        ),
    }
    return made | ({"printed": pair.source} if pair.source else {})


def stated(law: Law) -> dict[str, Any]:
    """Return a normal as the table has it."""
    return {"mean": list(law[0]), "covariance": [list(line) for line in law[1]]}


def program(pair: Pair) -> float:
    """Return the program's distance."""
    return normal_geodesic(
        Normal(*map(np.array, pair.start)), Normal(*map(np.array, pair.end))
    ).length


def _centred(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (d,) and covariance (d, d) of the end where the start is N(0, 1)."""
    root = np.linalg.cholesky(np.array(pair.start[1]))
    mean = np.linalg.solve(root, np.subtract(pair.end[0], pair.start[0]))
    half = np.linalg.solve(root, np.array(pair.end[1]))
    return mean, np.linalg.solve(root, half.T)


def by_shooting(pair: Pair) -> float:
    """Return √(|x|² + ½ tr B²) of the velocity (x, B) whose ray meets the end."""
    mean, covariance = _centred(pair)
    d = len(mean)
    wanted = _packed(mean, covariance)

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        spread, v, w = _full(y, d)[1], *_full(y[len(wanted) :], d)
        moved = w @ np.linalg.inv(spread)
        return np.concatenate([y[len(wanted) :], _packed(moved @ v, moved @ w - np.outer(v, v))])

    def missed(velocity: np.ndarray) -> np.ndarray:
        begin = np.concatenate([_packed(np.zeros(d), np.eye(d)), velocity])
        end = solve_ivp(slope, (0.0, 1.0), begin, "DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
        return np.asarray(end[: len(wanted)] - wanted)

    velocity = _guess(pair)
    for _ in range(ROUNDS):
        miss = missed(velocity)
        jacobian = np.stack(
            [(missed(velocity + OFFSET * e) - miss) / OFFSET for e in np.eye(len(velocity))], axis=1
        )
        velocity = velocity - np.linalg.solve(jacobian, miss)
    x, b = _full(velocity, d)
    return float(np.sqrt(x @ x + 0.5 * np.trace(b @ b)))


def _guess(pair: Pair) -> np.ndarray:
    """Return a velocity near the one sought, by differences of the program's path."""
    mean, covariance = _centred(pair)
    d = len(mean)
    path = normal_geodesic(Normal(np.zeros(d), np.eye(d)), Normal(mean, covariance), 256)
    return _packed(path.mean[1], path.covariance[1] - np.eye(d)) * 256


def _packed(x: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.concatenate([x, b[np.triu_indices(len(x))]])


def _full(y: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    b = np.zeros((d, d))
    b[np.triu_indices(d)] = y[d : d + d * (d + 1) // 2]
    return y[:d], b + np.triu(b, 1).T


def by_exponential(pair: Pair) -> float:
    """Return the distance by Newton's method on the end of e^A in 40 digits."""
    d = len(pair.start[0])
    with mp.workdps(DIGITS):
        root = mp.cholesky(mp.matrix(pair.start[1]))
        back = mp.inverse(root)
        goal_mean = back * (mp.matrix(pair.end[0]) - mp.matrix(pair.start[0]))
        goal = back * mp.matrix(pair.end[1]) * back.T
        velocity = mp.matrix(_guess(pair).tolist())
        for _ in range(ROUNDS + 2):
            miss = _miss(velocity, d, goal_mean, goal)
            if mp.norm(miss) < mp.mpf(10) ** -30:
                break
            step = mp.mpf(10) ** -15
            jacobian = mp.zeros(len(velocity))
            for j in range(len(velocity)):
                beside = velocity.copy()
                beside[j] += step
                jacobian[:, j] = (_miss(beside, d, goal_mean, goal) - miss) / step
            velocity -= mp.lu_solve(jacobian, miss)
        x, b = _matrices(velocity, d)
        square = sum(v**2 for v in x) + sum(v**2 for v in b) / 2
        return float(mp.sqrt(square))


def _matrices(velocity: Any, d: int) -> tuple[Any, Any]:
    b, k = mp.zeros(d), d
    for i in range(d):
        for j in range(i, d):
            b[i, j] = b[j, i] = velocity[k]
            k += 1
    return mp.matrix([velocity[i] for i in range(d)]), b


def _miss(velocity: Any, d: int, mean: Any, covariance: Any) -> Any:
    """Return the difference of mean and covariance that e^A reaches, packed."""
    x, b = _matrices(velocity, d)
    a = mp.zeros(2 * d + 1)
    for i in range(d):
        a[i, d], a[d, i], a[d, d + 1 + i], a[d + 1 + i, d] = x[i], x[i], -x[i], -x[i]
        for j in range(d):
            a[i, j], a[d + 1 + i, d + 1 + j] = -b[i, j], b[i, j]
    values, vectors = mp.eigsy(a)
    grown = vectors * mp.diag([mp.exp(v) for v in values]) * vectors.T
    spread = mp.inverse(grown[:d, :d])
    reached = spread * grown[:d, d]
    found = [reached[i] - mean[i] for i in range(d)]
    found += [spread[i, j] - covariance[i, j] for i in range(d) for j in range(i, d)]
    return mp.matrix(found)

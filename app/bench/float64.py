"""Workload G: geodesics by the float64 reference: 1, 10 and 143 Beta pairs, one pair of each family,
and fans: of Beta geodesics, and of each family's in the length of its pair.

The yardsticks are SciPy's `solve_bvp` at 1e-9 for the same pairs (the Beta equation written out in
polygamma functions, the others from the family's own Γ), geomstats in its own environment, and SciPy's
DOP853 for the fan.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from app.bench.fan import KEYS, best
from app.bench.fan import problem as head
from app.bench.measurement import Measurement, Yardstick
from app.bench.pairs import geomstats
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import families
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.geodesics.runge_kutta import acceleration, slope_at
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm
from compute.requests.geodesics import ConnectRequest, ShootRequest

COUNTS, THEIRS, NODES, TOLERANCE, REPEATS = (1, 10, 143), 10, 11, 1e-9, 5
RAYS, STEPS, THEIR_RAYS = 256, 128, 8
# the second derivative of θ (2, m) with velocity v (2, m)
Acceleration = Callable[[Floats, Floats], Floats]


def measure() -> list[Measurement]:
    """Measure the reference's best times and the yardsticks' in one run."""
    results = [_beta(count) for count in COUNTS]
    results += [_family(name, manifold_of(name)) for name in families() if name != "custom"]
    table, _, _ = head()
    results.append(_family(f"a head of {KEYS} keys", softmax_manifold(table[:, :2], table[:, 2])))
    return [*results, _fan(), _fans(table)]


def _fans(table: Floats) -> Measurement:
    """Measure a fan of each family and of a head, of the length of the geodesic between its pins."""
    manifolds = {name: manifold_of(name) for name in families() if name != "custom"}
    manifolds[f"a head of {KEYS} keys"] = softmax_manifold(table[:, :2], table[:, 2])
    seconds = {}
    for name, manifold in manifolds.items():
        request, engine = fan_of(manifold), ReferenceEngine()
        seconds[name] = best(lambda: engine.shoot(request), 2)  # noqa: B023
    slowest = max(seconds, key=lambda name: seconds[name])
    return {
        "workload": "G",
        "name": f"fans of {RAYS} geodesics × {STEPS} steps, the slowest of {len(seconds)}, {slowest}",
        "seconds": seconds[slowest],
        "families_ms": {name: 1e3 * value for name, value in seconds.items()},
        "target": "at most 0.2 s each",
    }


def fan_of(manifold: Manifold) -> ShootRequest:
    """Return rays in all directions from a manifold's first pin, as long as the way to its second."""
    start, end = np.array(manifold.pins)[:, None]
    path = ReferenceEngine().connect(ConnectRequest(manifold, start, end, steps=STEPS))
    angle = np.linspace(0.0, 2.0 * np.pi, RAYS, endpoint=False)
    theta, v = np.repeat(start, RAYS, axis=0), np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= path.length[0] / norm(manifold.geometry(theta).metric, v)[:, None]
    return ShootRequest(manifold, theta, v, steps=STEPS)


def _beta(count: int) -> Measurement:
    pairs = np.random.default_rng(0).uniform(0.2, 8.0, (count, 2, 2))
    seconds, lengths, name = _ours(manifold_of("beta"), pairs)
    return {
        "workload": "G",
        "name": f"{count} Beta pairs, {name}",
        "seconds": seconds,
        "yardsticks": [
            _solve_bvp(beta_acceleration, _beta_norm, pairs, lengths, seconds),
            geomstats(pairs[:THEIRS], count, seconds),
        ],
        "target": "one pair at most 0.02 s, 143 at most 0.3 s, faster than solve_bvp, within 1e-10",
    }


def _family(name: str, manifold: Manifold) -> Measurement:
    pairs = np.array([manifold.pins])
    seconds, lengths, words = _ours(manifold, pairs)

    def bend(theta: Floats, v: Floats) -> Floats:
        return acceleration(manifold, theta.T, v.T, 0.0).T

    def speed(theta: Floats, v: Floats) -> float:
        return float(norm(manifold.geometry(theta[None]).metric, v[None])[0])

    return {
        "workload": "G",
        "name": f"one pair, {name}, {words}",
        "seconds": seconds,
        "yardsticks": [_solve_bvp(bend, speed, pairs, lengths, seconds)],
        "target": "at most 0.02 s for a formula and for a head, faster than solve_bvp",
    }


def _ours(manifold: Manifold, pairs: Floats) -> tuple[float, Floats, str]:
    """Return the best time, the lengths and how many converged."""
    engine = ReferenceEngine()
    request = ConnectRequest(manifold, pairs[:, 0], pairs[:, 1], steps=STEPS)
    paths = engine.connect(request)
    good = int((paths.status == Status.OK).sum())
    return best(lambda: engine.connect(request), REPEATS), paths.length, f"{good} converged"


def _solve_bvp(
    bend: Acceleration,
    speed: Callable[[Floats, Floats], float],
    pairs: Floats,
    lengths: Floats,
    seconds: float,
) -> Yardstick:
    """Return SciPy's time for the first pairs, scaled to all, and the largest relative difference of
    lengths.
    """
    some = pairs[:THEIRS]
    name = f"SciPy's solve_bvp at {TOLERANCE:.0e}"
    name += f", on {len(some)} of the pairs" if len(some) < len(pairs) else ""
    found: list[float | None] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        whole = best(lambda: found.extend(solved(bend, speed, *pair) for pair in some), 1)
    whole *= len(pairs) / len(some)
    known = [(own, other) for own, other in zip(lengths, found, strict=False) if other is not None]
    result: Yardstick = {"name": name, "seconds": whole, "ratio": whole / seconds}
    if len(known) < len(some):
        result["name"] += f" (fails for {len(some) - len(known)})"
    if known:
        result["difference"] = max(abs(other / own - 1.0) for own, other in known)
    return result


def solved(
    bend: Acceleration, speed: Callable[[Floats, Floats], float], start: Floats, end: Floats
) -> float | None:
    """Return the length of the geodesic between two points (2,) by SciPy, None where it fails."""
    from scipy.integrate import solve_bvp

    t = np.linspace(0.0, 1.0, NODES)
    move = end - start
    guess = np.concatenate([start[:, None] + t * move[:, None], np.repeat(move[:, None], NODES, 1)])
    answer = solve_bvp(
        lambda _, y: np.concatenate([y[2:], bend(y[:2], y[2:])]),
        lambda a, b: np.concatenate([a[:2] - start, b[:2] - end]),
        t,
        guess,
        tol=TOLERANCE,
        max_nodes=2_000,
    )
    return speed(start, answer.y[2:, 0]) if answer.success else None


def beta_acceleration(theta: Floats, v: Floats) -> Floats:
    """Return θ″ (2, m) of Beta geodesics: g(θ)θ″ = −½ ∂³ψ(v, v), ψ = log Γ(a) + log Γ(b) − log Γ(c)."""
    from scipy.special import polygamma

    a, b, c = polygamma(1, [*theta, theta.sum(axis=0)])
    a3, b3, c3 = polygamma(2, [*theta, theta.sum(axis=0)])
    common = c3 * v.sum(axis=0) ** 2
    first, second = a3 * v[0] ** 2 - common, b3 * v[1] ** 2 - common
    det = a * b - c * (a + b)
    bend = np.stack([(b - c) * first + c * second, (a - c) * second + c * first])
    return np.asarray(-0.5 * bend / det)


def _beta_norm(theta: Floats, v: Floats) -> float:
    from scipy.special import polygamma

    a, b, c = polygamma(1, [*theta, theta.sum()])
    return float(np.sqrt(a * v[0] ** 2 + b * v[1] ** 2 - c * v.sum() ** 2))


def _fan() -> Measurement:
    """Measure rays in all directions from one Beta distribution."""
    from scipy.integrate import solve_ivp

    manifold, engine = manifold_of("beta"), ReferenceEngine()
    angle = np.linspace(0.0, 2.0 * np.pi, RAYS, endpoint=False)
    theta = np.tile((2.0, 3.0), (RAYS, 1))
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= 1.5 / norm(manifold.geometry(theta).metric, v)[:, None]
    request = ShootRequest(manifold, theta, v, steps=STEPS)
    ends = engine.shoot(request).theta[:, -1]
    seconds = best(lambda: engine.shoot(request), REPEATS)
    theirs: list[Floats] = []

    def slope(_: float, y: Floats) -> Floats:
        return np.asarray(slope_at(manifold, y[None], 0.0)[0][0])

    def shoot() -> None:
        for i in range(0, RAYS, RAYS // THEIR_RAYS):
            begin = np.concatenate([theta[i], v[i], np.zeros(2)])
            answer = solve_ivp(slope, (0, 1), begin, "DOP853", rtol=1e-11, atol=1e-11)
            theirs.append(answer.y[:2, -1])

    whole = best(shoot, 1) * RAYS / THEIR_RAYS
    gap = np.abs(np.array(theirs) - ends[:: RAYS // THEIR_RAYS]).max()
    return {
        "workload": "G",
        "name": f"a fan of {RAYS} Beta geodesics × {STEPS} steps",
        "seconds": seconds,
        "yardsticks": [
            {
                "name": f"SciPy's DOP853 at 1e-11, on {THEIR_RAYS} of the rays",
                "seconds": whole,
                "ratio": whole / seconds,
                "difference": float(gap),
            }
        ],
        "target": "at most 0.2 s",
    }

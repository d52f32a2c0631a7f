"""A campaign of random pairs: every result called OK must be right, and existing geodesics be found.

    python -m tests.campaign [--pairs N] [--reference N] [--retries N] [--seed S] [--only F,…]
        [--kinds K,…]

For every family geodesics are computed between pairs in its view, in wide ranges of its parameters,
and very near each other.  Results with status OK are compared with the closed form of the distance,
with the local form √(Δᵀ g Δ) if points are near, with the lower bound of every softmax, and otherwise
with an integrator of the campaign's own (Runge–Kutta of order 4 from node to node).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

import compute
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.opening import open_engine
from compute.engine.reference import ReferenceEngine
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import connection_first, contracted, inner, norm, raised
from compute.requests import batch
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths
from compute.studies.retry import second_try

# relative errors above which an answer that is called OK is wrong
WRONG = {"gpu": 1e-3, "reference": 1e-6}
BATCH = {"gpu": 512, "reference": 64}
# steps of the campaign's own integrator from node to node, and where those are not enough
PIECES, FINER = 4, (32, 512, 4096)
# Fisher lengths of near pairs: the relative error of the local form is of the order of their square
NEAREST = 1e-12
FURTHEST = {"gpu": 3e-3, "reference": 1e-4}

FAMILIES = (
    "gaussian", "cauchy", "logistic", "student_t", "weibull", "categorical3_natural",
    "categorical3_expectation", "gamma", "beta", "inverse_gaussian", "von_mises",
    "flat_exponential_pair", "mixture_wm", "mixture_mm", "bures_slice_qfi", "bures_slice_bures",
    "attention:bank", "attention:bank?layer=4&head=6", "attention:trophy?layer=2&head=3",
    "attention:bank?plane=fisher&temperature=0.5",
)  # fmt: skip

Draw = Callable[[np.random.Generator, int], Floats]


def _logs(low: float, high: float) -> Draw:
    def draw(random: np.random.Generator, n: int) -> Floats:
        return 10.0 ** random.uniform(np.log10(low), np.log10(high), (n, 2))

    return draw


def _location_scale(random: np.random.Generator, n: int) -> Floats:
    return np.stack([random.uniform(-30, 30, n), 10.0 ** random.uniform(-3, 3, n)], axis=1)


def _angles(random: np.random.Generator, n: int) -> Floats:
    return np.stack([random.uniform(-3, 3, n), 10.0 ** random.uniform(-2, 3, n)], axis=1)


def _disc(random: np.random.Generator, n: int) -> Floats:
    angle, radius = random.uniform(0, 2 * np.pi, n), np.sqrt(random.uniform(0, 0.9999, n))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _triangle(random: np.random.Generator, n: int) -> Floats:
    return random.dirichlet((0.3, 0.3, 0.3), n)[:, :2].clip(1e-6) * (1 - 3e-6)


def _plane(random: np.random.Generator, n: int) -> Floats:
    return random.uniform(-12, 12, (n, 2))


# families that are tried in wide ranges of their parameters
WIDE: dict[str, Draw] = {
    "gaussian": _location_scale,
    "cauchy": _location_scale,
    "logistic": _location_scale,
    "student_t": _location_scale,
    "laplace": _location_scale,
    "gumbel": _location_scale,
    "log_normal": _location_scale,
    "weibull": _logs(0.05, 20.0),
    "frechet": _logs(0.05, 20.0),
    "log_logistic": _logs(0.05, 20.0),
    "pareto": _logs(1e-2, 1e2),
    "birnbaum_saunders": _logs(0.05, 50.0),
    "gamma": _logs(1e-3, 1e3),
    "inverse_gamma": _logs(1e-3, 1e3),
    "nakagami": _logs(1e-3, 1e3),
    "beta": _logs(1e-3, 1e3),
    "inverse_gaussian": _logs(1e-2, 1e2),
    "von_mises": _angles,
    "flat_exponential_pair": _logs(1e-4, 1e4),
    "categorical3_natural": _plane,
    "categorical3_expectation": _triangle,
    "bures_slice_qfi": _disc,
    "bures_slice_bures": _disc,
}


@dataclass
class Tally:
    """Counts of the outcomes for one family, kind and engine."""

    pairs: int = 0
    ok: int = 0
    wrong: int = 0
    exceptions: int = 0
    unfound_after: int = 0
    worst: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def left(self) -> int:
        """The number of geodesics known to leave the domain."""
        return self.statuses.get("LEFT_DOMAIN", 0)

    def note(self, line: str) -> None:
        """Keep the first few examples of what is wrong."""
        if len(self.examples) < 3:
            self.examples.append(line)


def drawn(
    manifold: Manifold, kind: str, n: int, random: np.random.Generator, furthest: float
) -> Iterator[Floats]:
    """Yield starts and ends (n, 2) of one kind, inside the domain, near ones at most so far apart."""
    draw = WIDE[manifold.key.partition(":")[0]] if kind == "wide" else _in_view(manifold)
    start = _inside(manifold, draw, n, random)
    yield start
    if kind != "near":
        yield _inside(manifold, draw, n, random)
        return
    share = 10.0 ** random.uniform(np.log10(NEAREST), np.log10(furthest), (n, 1))
    # a step of the Fisher length `share`, in a random direction of the scaled coordinates
    angle = random.uniform(0, 2 * np.pi, n)
    way = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    metric = manifold.geometry(start).metric
    way /= np.sqrt(np.maximum(metric[:, [0, 2]], 1e-12))
    length = np.maximum(norm(metric, way), 1e-12)[:, None]
    step = share * way / length
    # the local form needs a metric that hardly changes on the way
    end = np.where(manifold.in_domain(start + step)[:, None], start + step, start)
    last = norm(manifold.geometry(end).metric, step)
    change = np.abs(last / np.maximum(share[:, 0], 1e-300) - 1.0)
    end = start + step * np.minimum(1.0, furthest / np.maximum(change, 1e-300))[:, None]
    yield np.where(manifold.in_domain(end)[:, None], end, start)


def _in_view(manifold: Manifold) -> Draw:
    def draw(random: np.random.Generator, n: int) -> Floats:
        e = manifold.view
        xy = random.uniform((e.x0, e.y0), (e.x1, e.y1), (n, 2))
        return manifold.charts[0].inverse(xy)

    return draw


def _inside(manifold: Manifold, draw: Draw, n: int, random: np.random.Generator) -> Floats:
    found = np.zeros((0, 2))
    while len(found) < n:
        more = draw(random, 2 * n)
        more = more[np.isfinite(more).all(axis=1)]
        found = np.concatenate([found, more[np.asarray(manifold.in_domain(more))]])
    return found[:n]


def errors(request: ConnectRequest, paths: Paths, kind: str, limit: float) -> Floats:
    """The relative error of each length (n,) that is called OK, NaN of the others."""
    manifold, ok = request.manifold, np.flatnonzero(paths.status == Status.OK)
    found = np.full(len(paths.status), np.nan)
    if ok.size == 0:
        return found
    start, end, length = request.start[ok], request.end[ok], paths.length[ok]
    if kind == "near":
        delta = end - start
        truth = norm(manifold.geometry(start + 0.5 * delta).metric, delta)
        found[ok] = np.abs(length - truth) / np.where(truth > 0, truth, 1.0)
        return found
    if manifold.distance is not None:
        truth = manifold.distance(start, end)
        found[ok] = np.abs(length - truth) / np.maximum(truth, 1e-300)
    else:
        found[ok] = _gaps(request, paths, ok, PIECES)
        # the integrator's own error goes first, near singular lines
        for pieces in FINER:
            doubtful = ok[~(found[ok] <= limit)]
            if doubtful.size:
                found[doubtful] = _gaps(request, paths, doubtful, pieces)
        # nodes of single precision may lie beside a curve whose length is right
        for i in ok[~(found[ok] <= limit)]:
            found[i] = min(found[i], _beside_float64(request, paths, i))
    if manifold.bounds is not None:
        low = manifold.bounds(start, end)[0]
        found[ok] = np.maximum(found[ok], (low - length) / np.maximum(low, 1e-300))
    return found


def _beside_float64(request: ConnectRequest, paths: Paths, i: int) -> float:
    """The relative error of a length against that of float64, if the integrator confirms that one."""
    one = batch.pairs(request, np.array([i]))
    exact = ReferenceEngine().connect(one)
    if exact.status[0] != Status.OK:
        return np.inf
    if _gaps(one, exact, np.array([0]), FINER[0])[0] > WRONG["reference"]:
        return np.inf
    return float(abs(paths.length[i] / exact.length[0] - 1.0))


def _gaps(request: ConnectRequest, paths: Paths, ok: np.ndarray, pieces: int) -> Floats:
    """How far nodes are from the geodesics through the nodes before them, all along a path, and its
    length from ∫|v|dt, as a share of it.
    """
    manifold = request.manifold
    theta, v = paths.theta[ok], paths.velocity[ok]
    every = theta.shape[1] - 1
    reached = _carried(manifold, theta[:, :-1], v[:, :-1] / every, request.alpha, pieces)
    metric = manifold.geometry(theta).metric
    gaps = norm(metric[:, 1:], reached - theta[:, 1:]).sum(axis=1)
    ends = norm(metric[:, -1], _around(manifold, theta[:, -1] - request.end[ok]))
    speed = np.sqrt(np.maximum(inner(metric, v, v), 0.0))
    weights = np.ones(every + 1)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    length = speed @ weights / (3 * every)
    wrong = gaps + ends + np.abs(paths.length[ok] - length)
    return np.asarray(wrong / np.maximum(paths.length[ok], 1e-300))


def _around(manifold: Manifold, gap: Floats) -> Floats:
    """A gap (n, 2) without whole periods."""
    periods = np.asarray(manifold.periods)
    return (
        gap
        - np.where(periods > 0, np.round(gap / np.where(periods > 0, periods, 1.0)), 0) * periods
    )


def _carried(manifold: Manifold, theta: Floats, v: Floats, alpha: float, pieces: int) -> Floats:
    """Follow geodesics from θ with velocities v (..., 2) over unit time, in ``pieces`` steps."""

    def slope(x: Floats, u: Floats) -> Floats:
        inside = manifold.in_domain(x)[..., None]
        local = manifold.geometry(np.where(inside, x, manifold.interior))
        return np.where(inside, -raised(local, contracted(connection_first(local, alpha), u, u)), 0)

    h = 1.0 / pieces
    for _ in range(pieces):
        a1 = slope(theta, v)
        a2 = slope(theta + 0.5 * h * v, v + 0.5 * h * a1)
        a3 = slope(theta + 0.5 * h * v + 0.25 * h * h * a1, v + 0.5 * h * a2)
        a4 = slope(theta + h * v + 0.5 * h * h * a2, v + h * a3)
        theta = theta + h * v + h * h / 6 * (a1 + a2 + a3)
        v = v + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    return theta


def tried(
    engine: Engine,
    family: str,
    kind: str,
    pairs: int,
    random: np.random.Generator,
    retries: int = 0,
) -> Tally:
    """Ask for geodesics between ``pairs`` pairs, and for second tries at the first ``retries`` that
    fail; the rest is taken to fail alike.
    """
    manifold, tally = compute.family(family), Tally()
    limit, began, retried, lost = WRONG[engine.name], time.process_time(), 0, 0
    while tally.pairs < pairs:
        n = min(BATCH[engine.name], pairs - tally.pairs)
        start, end = drawn(manifold, kind, n, random, FURTHEST[engine.name])
        tally.pairs += n
        request = ConnectRequest(manifold, start, end)
        try:
            with np.errstate(all="raise", under="ignore"):
                paths = engine.connect(request)
        except Exception as problem:  # any exception is a finding
            tally.exceptions += 1
            tally.note(f"{type(problem).__name__}: {problem}")
            continue
        _count(tally, request, paths, kind, limit)
        for i in np.flatnonzero(batch.undecided(paths))[: max(0, retries - retried)]:
            retried += 1
            lost += not _found_again(engine, request, paths, int(i), tally)
    answered = ("OK", "LEFT_DOMAIN")
    unfound = sum(count for name, count in tally.statuses.items() if name not in answered)
    tally.unfound_after = round(unfound * lost / retried) if retried else unfound
    tally.seconds = time.process_time() - began
    return tally


def _count(tally: Tally, request: ConnectRequest, paths: Paths, kind: str, limit: float) -> None:
    with np.errstate(all="ignore"):
        error = errors(request, paths, kind, limit)
    for value in paths.status:
        name = Status(int(value)).name
        tally.statuses[name] = tally.statuses.get(name, 0) + 1
    ok = paths.status == Status.OK
    tally.ok += int(ok.sum())
    # NaN is no number to trust either
    wrong = ok & ~(error <= limit)
    tally.wrong += int(wrong.sum())
    tally.worst = max(tally.worst, float(np.max(np.nan_to_num(error[ok], nan=np.inf), initial=0.0)))
    for i in np.flatnonzero(wrong):
        tally.note(
            f"{request.start[i].tolist()} → {request.end[i].tolist()}: "
            f"length {paths.length[i]:.9g}, off by {error[i]:.2g}"
        )


def _found_again(
    engine: Engine, request: ConnectRequest, paths: Paths, i: int, tally: Tally
) -> bool:
    """Whether a second try finds a geodesic that the first one missed."""
    one = ConnectRequest(request.manifold, request.start[i : i + 1], request.end[i : i + 1])
    try:
        with np.errstate(all="raise", under="ignore"):
            found = second_try(engine, one, batch.rows(paths, np.array([i])))
    except Exception as problem:
        tally.exceptions += 1
        tally.note(f"second try: {type(problem).__name__}: {problem}")
        return False
    return bool(found.status[0] == Status.OK)


def kinds(family: str) -> tuple[str, ...]:
    """The kinds of pairs for a family."""
    return ("view", "near", "wide") if family in WIDE else ("view", "near")


def main(arguments: list[str] | None = None) -> int:
    """Print a table of the whole campaign; 1 if anything called OK is wrong or anything raised."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--pairs", type=int, default=4000, help="of each family and kind, on the GPU"
    )
    options.add_argument("--reference", type=int, default=100, help="of each, by the reference")
    options.add_argument("--retries", type=int, default=10, help="second tries of each, at most")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", default="", help="families that begin so, commas between them")
    options.add_argument("--kinds", default="view,near,wide", help="kinds of pairs, likewise")
    chosen = options.parse_args(arguments)
    total = bad = 0
    sys.stdout.write(
        f"{'family':44} {'kind':5} {'engine':10} pairs ok wrong raised left unfound worst s\n"
    )
    for prefer, pairs in (("gpu", chosen.pairs), ("reference", chosen.reference)):
        engine = open_engine(prefer) if pairs else None
        for name in FAMILIES if engine else ():
            if not name.startswith(tuple(chosen.only.split(","))):
                continue
            for kind in (k for k in kinds(name) if k in chosen.kinds.split(",")):
                random = np.random.default_rng([chosen.seed, *map(ord, name + kind)])
                tally = tried(engine, name, kind, pairs, random, chosen.retries)  # type: ignore[arg-type]
                total, bad = total + tally.pairs, bad + tally.wrong + tally.exceptions
                sys.stdout.write(
                    f"{name:44} {kind:5} {prefer:10} {tally.pairs} {tally.ok} {tally.wrong} "
                    f"{tally.exceptions} {tally.left} {tally.unfound_after} {tally.worst:.1e} "
                    f"{tally.seconds:.0f}\n"
                )
                sys.stdout.write("".join(f"    {line}\n" for line in tally.examples))
                sys.stdout.flush()
    sys.stdout.write(f"{total} pairs, {bad} wrong or raised\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())

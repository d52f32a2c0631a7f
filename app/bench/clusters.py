"""Workload H: k-means of 143 Beta laws in 3 clusters from 20 starts, and the Fréchet mean of 172.

Yardsticks: geomstats on the first SHARE laws, from one start, its time scaled to all laws and starts;
for the mean also SciPy's search for the least sum of squared distances, each computed as the program
does.
A published notebook takes 9.6 minutes for such k-means with geomstats.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.bench.fan import best
from app.bench.geomstats_runs import printed
from app.bench.measurement import Measurement, Yardstick
from compute.core.arrays import Floats
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.statistics.distance_matrix import between
from compute.statistics.k_means import k_means
from compute.statistics.means import mean

CLUSTERED, AVERAGED, K, STARTS, REPEATS = 143, 172, 3, 20, 3
# laws that geomstats gets
SHARE = 8


def laws(count: int) -> Floats:
    """Return random Beta laws (count, 2), their logarithms evenly spread."""
    return np.exp(np.random.default_rng(0).uniform(np.log(0.3), np.log(8.0), (count, 2)))


def measure(engine: Engine) -> list[Measurement]:
    """Measure both, geomstats in one run for both."""
    theirs = printed("clusters_geomstats.py", "points.f64", laws(AVERAGED)[:SHARE])
    manifold = manifold_of("beta")
    found = k_means(engine, manifold, laws(CLUSTERED), K, STARTS)
    seconds = best(lambda: k_means(engine, manifold, laws(CLUSTERED), K, STARTS), REPEATS)
    clusters: Measurement = {
        "workload": "H",
        "name": f"k-means of {CLUSTERED} Beta laws, {found.status.name}",
        "seconds": seconds,
        "target": "under 2 s",
        "yardsticks": [geomstats(theirs, "k_means", CLUSTERED / SHARE * STARTS, seconds)],
    }
    return [clusters, _mean(theirs)]


def geomstats(theirs: dict[str, Any] | str, task: str, scale: float, seconds: float) -> Yardstick:
    """Return geomstats' time for a task on SHARE laws, scaled; for the mean with its difference."""
    name = f"geomstats, on {SHARE} of the laws" + (" from one start" if task == "k_means" else "")
    if isinstance(theirs, str):
        return {"name": name, "seconds": None, "ratio": None, "remark": theirs}
    whole = float(theirs[task]) * scale
    found: Yardstick = {"name": name, "seconds": whole, "ratio": whole / seconds}
    if task == "mean":
        own = mean(ReferenceEngine(), manifold_of("beta"), laws(AVERAGED)[:SHARE]).theta
        found["difference"] = float(np.abs(np.array(theirs["theta"]) / own - 1.0).max())
    return found


def _mean(theirs: dict[str, Any] | str) -> Measurement:
    from scipy.optimize import minimize

    manifold, engine, theta = manifold_of("beta"), ReferenceEngine(), laws(AVERAGED)
    found = mean(engine, manifold, theta)
    seconds = best(lambda: mean(engine, manifold, theta), REPEATS)
    searched: list[Floats] = []

    def cost(log: Floats) -> float:
        lengths, _ = between(engine, manifold, np.tile(np.exp(log), (len(theta), 1)), theta)
        return float((lengths**2).sum())

    def search() -> None:
        begin = np.log(theta).mean(axis=0)
        searched.append(np.exp(minimize(cost, begin, method="BFGS", options={"gtol": 1e-4}).x))

    whole = best(search, 1)
    return {
        "workload": "H",
        "name": f"Fréchet mean of {AVERAGED} Beta laws, mean logarithm {found.certificate:.0e}",
        "seconds": seconds,
        "target": "under 0.3 s, mean logarithm at most 1e-8",
        "yardsticks": [
            geomstats(theirs, "mean", AVERAGED / SHARE, seconds),
            {
                "name": "SciPy's BFGS on the sum of squares",
                "seconds": whole,
                "ratio": whole / seconds,
                "difference": float(np.abs(searched[0] / found.theta - 1.0).max()),
            },
        ],
    }

"""Workload H: k-means of 143 Beta laws in 3 clusters from 20 starts, and the Fréchet mean of 172.

The yardstick of the mean is SciPy's search for the least sum of squared distances, each of them
computed as the program does.  A published notebook takes 9.6 minutes for such k-means with geomstats.
"""

from __future__ import annotations

import numpy as np

from app.bench.fan import best
from app.bench.measurement import Measurement
from compute.core.arrays import Floats
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.statistics.distance_matrix import between
from compute.statistics.k_means import k_means
from compute.statistics.means import mean

CLUSTERED, AVERAGED, K, STARTS, REPEATS = 143, 172, 3, 20, 3


def laws(count: int) -> Floats:
    """Return random Beta laws (count, 2), their logarithms evenly spread."""
    return np.exp(np.random.default_rng(0).uniform(np.log(0.3), np.log(8.0), (count, 2)))


def measure(engine: Engine) -> list[Measurement]:
    """Measure both in one run."""
    manifold = manifold_of("beta")
    found = k_means(engine, manifold, laws(CLUSTERED), K, STARTS)
    seconds = best(lambda: k_means(engine, manifold, laws(CLUSTERED), K, STARTS), REPEATS)
    clusters: Measurement = {
        "workload": "H",
        "name": f"k-means of {CLUSTERED} Beta laws, {found.status.name}",
        "seconds": seconds,
        "target": "under 2 s",
    }
    return [clusters, _mean()]


def _mean() -> Measurement:
    from scipy.optimize import minimize

    manifold, engine, theta = manifold_of("beta"), ReferenceEngine(), laws(AVERAGED)
    found = mean(engine, manifold, theta)
    seconds = best(lambda: mean(engine, manifold, theta), REPEATS)
    theirs: list[Floats] = []

    def cost(log: Floats) -> float:
        lengths, _ = between(engine, manifold, np.tile(np.exp(log), (len(theta), 1)), theta)
        return float((lengths**2).sum())

    def search() -> None:
        begin = np.log(theta).mean(axis=0)
        theirs.append(np.exp(minimize(cost, begin, method="BFGS", options={"gtol": 1e-4}).x))

    whole = best(search, 1)
    return {
        "workload": "H",
        "name": f"Fréchet mean of {AVERAGED} Beta laws, mean logarithm {found.certificate:.0e}",
        "seconds": seconds,
        "target": "under 0.3 s, mean logarithm at most 1e-8",
        "yardsticks": [
            {
                "name": "SciPy's BFGS on the sum of squares",
                "seconds": whole,
                "ratio": whole / seconds,
                "difference": float(np.abs(theirs[0] / found.theta - 1.0).max()),
            }
        ],
    }

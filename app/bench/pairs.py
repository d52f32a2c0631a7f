"""Workload B: 4096 random pairs of Beta distributions in (0.2, 8)², joined by geodesics of 64 segments.

Each must converge, and the float64 reference, shot with its initial velocity, must end within 1e-3 of
its end point.  The yardstick is the boundary-value solver of geomstats, in an environment created by
``make bench``.
"""

from __future__ import annotations

import numpy as np

from app.bench.fan import best
from app.bench.geomstats_runs import printed
from app.bench.measurement import Measurement, Yardstick
from compute.core.arrays import Floats
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, ShootRequest

PAIRS, STEPS, THEIRS = 4096, 64, 12


def problem() -> Floats:
    """Return pairs (4096, 2, 2)."""
    return np.random.default_rng(0).uniform(0.2, 8.0, (PAIRS, 2, 2))


def measure(engine: Engine) -> Measurement:
    """Measure the engine's best time and misses, and geomstats' time for the first pairs, scaled."""
    pairs, manifold = problem(), manifold_of("beta")
    request = ConnectRequest(manifold, pairs[:, 0], pairs[:, 1], steps=STEPS)
    paths = engine.connect(request)
    seconds = best(lambda: engine.connect(request), 3)
    shot = ShootRequest(manifold, pairs[:, 0], paths.velocity[:, 0], steps=STEPS)
    misses = np.abs(ReferenceEngine().shoot(shot).stop - pairs[:, 1]).max(axis=1)
    converged = int((paths.status == 0).sum())
    return {
        "workload": "B",
        "name": f"{PAIRS} pairs of Beta distributions, {converged} converged, exp(log q) within "
        f"{misses.max():.1e} of q for every pair ({engine.name})",
        "seconds": seconds,
        "yardsticks": [geomstats(pairs[:THEIRS], PAIRS, seconds)],
        "target": "all converged, within 1e-3, each geodesic at least 1000 × faster than geomstats",
    }


def geomstats(pairs: Floats, count: int, seconds: float) -> Yardstick:
    """Return its time for some pairs (n, 2, 2), scaled to ``count``, and its largest miss."""
    name = "geomstats" if len(pairs) == count else f"geomstats, on {len(pairs)} of the pairs"
    theirs = printed("pairs_geomstats.py", "pairs.f64", pairs)
    if isinstance(theirs, str):
        return {"name": name, "seconds": None, "ratio": None, "remark": theirs}
    whole = theirs["seconds"] * count
    return {
        "name": name,
        "seconds": whole,
        "ratio": whole / seconds,
        "difference": max(theirs["misses"]),
    }

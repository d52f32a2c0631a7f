"""Lengths in query space against polygons of our own, by L-BFGS from several curves, extrapolated.

    python -m tests.campaign_queries [--seed S]

Three pairs of tokens of each head of the bundled photographs, whose keys are dependent.  The stated
error must cover the geodesic, and no curve may lead to a shorter one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from compute.attention.query_space import QueryPath, QuerySpace
from compute.core.arrays import Floats
from compute.core.status import Status

HEADS = Path(__file__).parent.parent / "assets" / "heads"
FILES = ("astronaut.npz", "chelsea.npz")
PAIRS = 3
# segments of two polygons, from whose lengths that of the geodesic is extrapolated
SEGMENTS = 48
# by how many of its stated errors a length may be off
MOST = 1.5


def roots(y: Floats, keys: Floats) -> Floats:
    """√p (m, n) of queries (m, r)."""
    logits = y @ keys.T
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Floats = np.sqrt(weights / weights.sum(axis=1, keepdims=True))
    return found


def relaxed(y: Floats, keys: Floats, segments: int) -> Floats:
    """The polygon of least N Σ|Δz|², z = 2√p, from a curve (m, r) between the same ends."""
    t, every = np.linspace(0, 1, len(y)), np.linspace(0, 1, segments + 1)
    y = np.stack([np.interp(every, t, part) for part in y.T], axis=1)
    scale = whitened(y, keys)

    def energy(x: Floats) -> tuple[float, Floats]:
        inner = x.reshape(segments - 1, -1) @ scale.T
        z = 2 * roots(np.concatenate([y[:1], inner, y[-1:]]), keys)
        step = np.diff(z, axis=0)
        slope = np.zeros_like(z)
        slope[1:] += 2 * segments * step
        slope[:-1] -= 2 * segments * step
        by_logit = 0.5 * slope * z
        by_logit -= z**2 / 4 * by_logit.sum(axis=1, keepdims=True)
        return segments * float((step**2).sum()), ((by_logit @ keys)[1:-1] @ scale).ravel()

    first = np.linalg.solve(scale, y[1:-1].T).T.ravel()
    options = {"maxiter": 4000, "maxfun": 6000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(energy, first, jac=True, method="L-BFGS-B", options=options).x
    return np.concatenate([y[:1], found.reshape(segments - 1, -1) @ scale.T, y[-1:]])


def whitened(y: Floats, keys: Floats) -> Floats:
    """Directions (r, r) in which the mean metric along a curve is the identity."""
    p = roots(y, keys) ** 2
    centred = keys - (p @ keys)[:, None]
    metric = np.einsum("mn,mni,mnj->ij", p, centred, centred) / len(p)
    values, vectors = np.linalg.eigh(metric)
    found: Floats = vectors / np.sqrt(np.maximum(values, 1e-9 * values.max()))
    return found


def length(y: Floats, keys: Floats) -> float:
    """The sum of the great circles between the corners of a polygon (m, r)."""
    chords = np.linalg.norm(np.diff(roots(y, keys), axis=0), axis=1)
    return float(4 * np.arcsin(np.clip(chords / 2, 0, 1)).sum())


def least(
    space: QuerySpace, found: QueryPath, random: np.random.Generator, segments: int = SEGMENTS
) -> float:
    """The least length that the path itself, the straight line and a wild curve lead to."""
    centred = space.keys - space.keys.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    basis = rows[sizes > 1e-6 * sizes[0]]
    keys, path = centred @ basis.T, found.queries @ basis.T
    t = np.linspace(0, 1, len(path))[:, None]
    line = path[0] + t * (path[-1] - path[0])
    apart = np.linalg.norm(path[-1] - path[0]) / np.sqrt(len(basis))
    bow = 0.5 * apart * random.normal(size=len(basis))
    lengths = []
    for curve in (path, line, line + np.sin(np.pi * t) * bow):
        coarse = relaxed(curve, keys, segments)
        fine = relaxed(coarse, keys, 2 * segments)
        lengths.append((4 * length(fine, keys) - length(coarse, keys)) / 3)
    return min(lengths)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    random = np.random.default_rng(options.parse_args().seed)
    tried = unfound = bad = 0
    worst = 0.0
    for name in FILES:
        with np.load(HEADS / name) as held:
            queries, every = held["q"].astype(float), held["k"].astype(float)
        for at in np.ndindex(queries.shape[:2]):
            space = QuerySpace(every[at])
            for _ in range(PAIRS):
                a, b = queries[at][random.choice(queries.shape[2], 2, replace=False)]
                found, tried = space.between(a, b), tried + 1
                if found.status != Status.OK:
                    unfound += 1
                    continue
                off = abs(found.length - least(space, found, random)) / found.error
                worst = max(worst, off)
                bad += off > MOST
                sys.stdout.write(f"{name} {at}: {found.length:.6f}, off {off:.2f} stated errors\n")
    sys.stdout.write(f"{tried} pairs, {unfound} not found, {bad} wrong, worst {worst:.2f}\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())

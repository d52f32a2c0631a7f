"""Adaptive meshes for collocation: shorter segments where the local error is larger.

The sizes equidistribute an estimate of the local error (de Boor). (Ascher, Mattheij, Russell: Numerical
Solution of Boundary Value Problems, 9.1.1)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics.hermite import hermite

# share of a mesh that is uniform
EVEN = 0.5


def equidistributed(gaps: Floats, h: Floats, order: int, count: int) -> Floats:
    """Return sizes (k, count) of segments, smaller where rays over segments of sizes h (k, N) miss by
    more.

    A miss scales with the power ``order`` of the segment size; neighbouring sizes differ little.
    """
    worst = np.max(np.where(np.isfinite(gaps), gaps, 0.0), axis=1, keepdims=True)
    gaps = np.where(np.isfinite(gaps), gaps, worst)
    wanted = np.maximum(gaps, 1e-15 * worst + 1e-300) ** (1.0 / order) / h
    beside = np.pad(wanted, ((0, 0), (1, 1)), mode="edge")
    wanted = np.maximum(wanted, 0.5 * np.maximum(beside[:, 2:], beside[:, :-2]))
    wanted = wanted * h
    wanted += EVEN * wanted.sum(axis=1, keepdims=True) * h
    finer = np.empty((len(h), count))
    for i in range(len(h)):
        amount = np.concatenate([[0.0], np.cumsum(wanted[i])]) / wanted[i].sum()
        ends = np.interp(np.linspace(0.0, 1.0, count + 1), amount, joints(h[i]))
        finer[i] = np.diff(ends)
    return finer


def joints(h: Floats) -> Floats:
    """Return the end points (..., N+1) of segments of sizes h (..., N)."""
    return np.concatenate([np.zeros((*h.shape[:-1], 1)), np.cumsum(h, axis=-1)], axis=-1)


def between(y: Floats, h: Floats, finer: Floats, places: Floats) -> tuple[Floats, Floats]:
    """Interpolate states (k, M+1, 4), and slopes (k, M, s, 4) at ``places`` (s,), for segments of other
    sizes (k, M).

    Uses cubic Hermite interpolation of states (k, N+1, 4) on segments of sizes h (k, N).
    """
    states = np.empty((len(y), finer.shape[1] + 1, 4))
    slopes = np.empty((*finer.shape, len(places), 4))
    for i, own in enumerate(finer):
        known = joints(h[i]), y[i, :, :2], y[i, :, 2:]
        ends = joints(own)
        inner = ends[:-1, None] + own[:, None] * places
        states[i] = np.concatenate(hermite(*known, ends)[:2], axis=-1)
        slopes[i] = np.concatenate(hermite(*known, inner)[1:], axis=-1)
    states[:, [0, -1], :2] = y[:, [0, -1], :2]
    return states, slopes


def at_equal_times(y: Floats, w: Floats, spans: Floats, steps: int) -> tuple[Floats, Floats]:
    """Return θ and θ' (k, steps + 1, 2) at equal times, by cubic Hermite interpolation of states
    (k, N+1, 4).

    w (k, N+1): time scale of the states' velocities; spans (k, N): durations of the segments.
    """
    t, found = np.linspace(0.0, 1.0, steps + 1), []
    for state, rate, span in zip(y, w, spans, strict=True):
        found.append(hermite(joints(span), state[:, :2], state[:, 2:] * rate[:, None], t)[:2])
    theta, velocity = (
        np.array(part).reshape(-1, steps + 1, 2) for part in zip(*found, strict=True)
    )
    return theta, velocity

"""Distributions over finitely many outcomes: z = 2√p lies on a sphere of radius 2, isometrically."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats


def distance(p: Floats, q: Floats) -> Floats:
    """2 arccos Σ√(pq) (...) of p and q (..., n) whose rows sum to 1, in nat-roots.

    By the chord |√p − √q|, which keeps the digits of short distances.
    """
    chord = np.linalg.norm(np.sqrt(p) - np.sqrt(q), axis=-1)
    apart: Floats = 4.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return apart


def softmax(logits: Floats) -> Floats:
    """Rows e^ℓ/Σe^ℓ (..., n); −∞ gives 0, and a row of nothing else zeros."""
    return normalise(logits.copy())


def normalise(logits: Floats) -> Floats:
    """Replace logits (..., n) by their `softmax`, in place, and return them."""
    largest = np.max(logits, axis=-1, keepdims=True)
    logits -= np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(under="ignore"):
        np.exp(logits, out=logits)
    total = logits.sum(axis=-1, keepdims=True)
    logits /= np.where(total > 0, total, 1.0)
    return logits

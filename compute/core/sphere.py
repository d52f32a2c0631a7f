"""Distributions over finitely many outcomes: z = 2√p embeds them isometrically in a sphere of
radius 2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats


def distance(p: Floats, q: Floats) -> Floats:
    """Return 2 arccos Σ√(pq) (...) for p and q (..., n) whose rows sum to 1, in nat-roots.

    Computed from the chord |√p − √q|, which is accurate for short distances.
    """
    return of_chord(np.linalg.norm(np.sqrt(p) - np.sqrt(q), axis=-1))


def of_chord(chord: ArrayLike) -> Floats:
    """Return the distance 4 arcsin(½ chord) (...) of a chord |√p − √q| (...), at most π: rounding may
    have made the chord longer than √2.
    """
    apart: Floats = 4.0 * np.arcsin(np.minimum(0.5 * np.asarray(chord), 0.5**0.5))
    return apart


def softmax(logits: Floats) -> Floats:
    """Return e^ℓ/Σe^ℓ (..., n); −∞ gives 0, and a row of only −∞ gives zeros."""
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


def log_softmax(logits: Floats) -> Floats:
    """Return ℓ − log Σe^ℓ (..., n) of logits (..., n) in nats, finite where `softmax` underflows."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    with np.errstate(under="ignore"):
        found: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def log_partition(logits: Floats) -> Floats:
    """Return ψ = log Σe^ℓ (...) of logits ℓ (..., n), in nats."""
    highest = logits.max(axis=-1)
    with np.errstate(under="ignore"):
        return np.asarray(highest + np.log(np.exp(logits - highest[..., None]).sum(axis=-1)))

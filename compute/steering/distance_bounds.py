"""Bounds of the Fisher–Rao distance of two rows of next-word probabilities.

With x_j = log p_j(B) − log p_j(A), every distance in hidden space lies between
    2 arccos Σ√(p_A p_B) = 4 arcsin(½ |√p_A − √p_B|)   and   √J, J = Σ (p_B − p_A) x,
computed from x, so that states as near as rounding allows keep their digits.
"""

from __future__ import annotations

import numpy as np

from compute.core import sphere
from compute.core.arrays import Floats
from compute.steering.kl_radius import centred, log_mean


def bounds(log_a: Floats, change: Floats) -> tuple[float, float]:
    """Return the lower and the upper bound for log p at A (n,) and the change of the logits from A to B
    (n,), both in nat-roots.
    """
    y = centred(log_a, change)
    x = y - log_mean(log_a, y)
    # of the larger of both probabilities
    top, gap = log_a + np.maximum(x, 0.0), np.abs(x)
    chord = np.linalg.norm(np.exp(0.5 * top) * np.expm1(-0.5 * gap))
    jeffreys = float(np.exp(top) * -np.expm1(-gap) @ gap)
    return float(sphere.of_chord(chord)), float(np.sqrt(jeffreys))

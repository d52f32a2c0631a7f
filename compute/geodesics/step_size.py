"""Sizes of DOP853's steps, from its error estimate.  (Hairer, Nørsett, Wanner, II.4; IV.8)

An error e that grows like h⁸ asks for the step h (E/e)^(1/8), E the tolerance.  Near a singularity
steps must shrink from each to the next, and every other one would be rejected; so after the step h₋
with error e₋ a step is not longer than the trend of both says (Gustafsson, ACM Trans. Math. Softw. 20,
1994):
    h (E/e)^(1/8) · (h/h₋)(e₋/e)^(1/8).
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.overflow import TYPED
from compute.geodesics import dop853
from compute.manifold.manifold import Manifold

ORDER, SAFETY = 8, 0.9
# the largest decrease, and errors below which the estimate is rounding, as a share of the tolerance
DECREASE, NOTHING = 0.25, 1e-4
# The largest step in units of that between two nodes, and by how much steps grow.  For a typed metric,
# steps that leave MARGIN_KEPT of a margin that is quadratic across a thin wall never pass over it.
QUICK, CAREFUL = (32.0, 4.0), (1.0, 1.5)


def is_typed(manifold: Manifold) -> bool:
    """Whether the metric is a formula that someone typed: it may have walls and ridges that long steps
    would pass over unseen.
    """
    return manifold.name == TYPED and manifold.averages is None


def square(metric: Floats, v: Floats) -> Floats:
    """Return |v|² (..., n) from g (3, n) and v (2, ..., n)."""
    found = metric[0] * v[0] ** 2 + 2.0 * metric[1] * v[0] * v[1] + metric[2] * v[1] ** 2
    return np.asarray(np.maximum(found, 0.0))


def unturned(metric: Floats, v: Floats, a: Floats) -> Floats:
    """Return the times (n,) in which v (2, n) turns by itself at θ'' = a (2, n), as `runge_kutta.turns`
    measures it.
    """
    (v1, v2), (a1, a2), scale1, scale2 = v * v, a * a, metric[0], metric[2]
    with np.errstate(all="ignore"):
        plain = (v1 + v2) / (a1 + a2)
        scaled = (scale1 * v1 + scale2 * v2) / (scale1 * a1 + scale2 * a2)
        found: Floats = np.sqrt(np.fmax(plain, scaled))
    return found


def errors(metric: Floats, v: Floats, rises: Floats) -> Floats:
    """Return the errors of steps in θ, v, t and ℓ (k,), as a share of |v|.

    Estimated from the errors e₅ and e₃ of the embedded methods as e₅²/√(e₅² + e₃²/100)
    (Hairer, Nørsett, Wanner).  g (3, k) and v (2, k) at the start; rises: the slopes
    of the stages times the sizes (12, d, k).
    """
    speed = np.sqrt(square(metric, v))
    both = (dop853.ERRORS @ rises.reshape(dop853.STAGES, -1)).reshape(2, *rises.shape[1:])
    vectors = both[:, :4].reshape(2, 2, 2, -1)
    squares = square(metric, np.moveaxis(vectors, 2, 0)).max(axis=1)
    np.maximum(squares, (speed * both[:, 4]) ** 2, out=squares)
    if both.shape[1] > 5:
        np.maximum(squares, both[:, 5] ** 2, out=squares)
    tiny = np.finfo(float).tiny
    error = squares[0] / np.sqrt(np.maximum(squares[0] + 0.01 * squares[1], tiny))
    return np.asarray(error / np.maximum(speed, tiny))


class Pace:
    """The sizes h (n,) of the next steps of curves; it remembers the last accepted ones."""

    def __init__(self, first: Floats) -> None:
        self.h = first
        self._size = np.full_like(first, np.inf)
        self._share = np.ones_like(first)

    def wanted(
        self, curves: np.ndarray, size: Floats, share: Floats, accepted: Bools, most: Floats
    ) -> Floats:
        """Return sizes (k,), at most ``most`` (k,) times as long, after steps of some curves with
        errors e/E = ``share`` (k,), and remember the accepted steps.
        """
        share = np.maximum(share, NOTHING)
        change = SAFETY * share ** (-1 / ORDER)
        trend = size / self._size[curves] * (self._share[curves] / share) ** (1 / ORDER)
        known = accepted & (self._size[curves] < np.inf)
        change = np.where(known, np.minimum(change, change * trend), change)
        own = curves[accepted]
        self._size[own], self._share[own] = size[accepted], share[accepted]
        longer: Floats = size * np.clip(change, DECREASE, most)
        return longer

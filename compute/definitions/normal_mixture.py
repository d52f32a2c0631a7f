"""Quadrature nodes for mixtures of two normals of variance 1.

With r the second component's share of p, scores are polynomials in x and r, and r has poles where
p = 0, at a distance π/|δ| from the real axis, δ the difference of the means.  So the error of the
trapezoid rule of step h falls like e^(−2π²/(|δ|h)): near means need fewer nodes than far ones.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.quadrature import Nodes, uniform

# the largest mean, how far nodes reach beyond the means, and the smallest and the largest step
REACH, TAIL, FINEST, COARSEST = 6.0, 9.0, 0.0625, 0.4
# 2π²/(|δ|h): an error of e^−42 is below rounding
DIGITS = 42.0
# for all means: the nodes of the kernels
ALL = uniform(-REACH - TAIL, REACH + TAIL, 241)


def nodes(means: Floats) -> Nodes:
    """Return the rule for all pairs of means (n, 2)."""
    if len(means) == 0:
        return ALL
    apart = max(float(np.abs(means[:, 1] - means[:, 0]).max()), 1e-300)
    step = min(max(2.0 * np.pi**2 / (DIGITS * apart), FINEST), COARSEST)
    low, high = float(means.min()) - TAIL, float(means.max()) + TAIL
    return uniform(low, high, int(np.ceil((high - low) / step)) + 1)

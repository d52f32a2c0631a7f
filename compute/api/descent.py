"""Descents of likelihoods, for scripts and notebooks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.families import manifold as family_of
from compute.manifold.manifold import Manifold
from compute.samples import samples as data
from compute.statistics.descent import Descent, descent
from compute.statistics.likelihood import likelihood


def descend(
    samples: Any,
    family: str | Manifold,
    start: ArrayLike,
    method: str = "natural",
    rate: float = 0.1,
    steps: int = 100,
) -> Descent:
    """Return the descent of the mean negative log-likelihood of samples (n,) from θ (2,).

    ``method``: "gradient" (θ ← θ − γ ∂L), "natural" (θ ← θ − γ g⁻¹∂L) or "mirror" (the natural gradient
    in expectation parameters), γ the ``rate``.  The result has ``theta`` (k, 2), ``loss`` (k,), the
    ``slope`` √(∂L g⁻¹ ∂L) at the last point, and a ``status``.  Raises ValueError as `fit` does, for
    several groups, and for mirror descent on a family without expectation parameters.

    >>> found = descend([1.0, 2.0, 3.0, 6.0], "gaussian", [0.0, 1.0], "mirror", rate=1.0)
    >>> print(found.theta[-1].round(6), found.status.name)
    [3.       1.870829] OK
    """
    manifold = family_of(family) if isinstance(family, str) else family
    groups = data.of_values(samples, None, "", "")
    if len(groups) != 1:
        raise Refused(f"a descent needs one sample, got {len(groups)} groups")
    function = likelihood(manifold, groups[0])

    def loss(theta: Floats) -> Floats:
        return -function.mean(theta)

    return descent(manifold, loss, np.asarray(start, np.float64), method, rate, steps)

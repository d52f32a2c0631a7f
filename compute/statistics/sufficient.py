"""Maximum likelihood in exponential families from means of sufficient statistics: η̂ = mean of T(x),
exactly.

The definition of a family need not name T: in log p = h(x) + ⟨ξ, T(x)⟩ − ψ(ξ), differences of log p
between three parameters are affine functions of T, and their means give those of T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from compute.core.arrays import Floats
from compute.divergences.divergence import natural_chart
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold, known_inside
from compute.statistics.likelihood import metric
from compute.statistics.likelihood_region import is_summarised

# Fisher length between the three parameters
APART = 0.5


@dataclass(frozen=True, eq=False)
class SufficientStatistics:
    """theta (3, 2): parameters; change (2, 2): ξ₁ − ξ₀ and ξ₂ − ξ₀; offset (2,): ψ₁ − ψ₀, ψ₂ − ψ₀."""

    manifold: Manifold
    expectation: Chart
    theta: Floats
    change: Floats
    offset: Floats

    @classmethod
    def near(cls, manifold: Manifold, theta: Floats) -> Self | None:
        """Return the statistics with parameters near θ (2,); None for other families, and where the
        domain has no room.
        """
        natural, expectation = natural_chart(manifold), named(manifold.charts, "expectation")
        if not is_summarised(manifold) or expectation is None or manifold.log_density is None:
            return None
        assert natural is not None and manifold.divergence is not None
        step = np.diag(APART / np.sqrt(np.diag(metric(manifold, theta))))
        at = np.concatenate([theta[None], theta + step])
        if not known_inside(manifold, at).all():
            return None
        xi, eta = natural.forward(at), expectation.forward(theta)
        change = xi[1:] - xi[0]
        # KL(θ₀‖θᵢ) = ψᵢ − ψ₀ − ⟨ξᵢ − ξ₀, η₀⟩
        offset = change @ eta + manifold.divergence(at[:1], at[1:])
        return cls(manifold, expectation, at, change, offset)

    def maxima(self, x: Floats, weight: Floats) -> Floats:
        """Return the maximum-likelihood points (B, 2) of samples x (n,) or (B, n) with weights (B, n);
        NaN where a sample has none inside the domain.
        """
        assert self.manifold.log_density is not None
        rows = self.manifold.log_density(self.theta, x.reshape(-1)).reshape(3, *x.shape)
        total = weight.sum(axis=-1)
        affine = rows[1:] - rows[0]
        means = weight @ affine.T if x.ndim == 1 else (affine * weight).sum(axis=-1).T
        eta = np.linalg.solve(self.change, (means / total[:, None] + self.offset).T).T
        found = np.full(eta.shape, np.nan)
        with np.errstate(all="ignore"):
            theta = self.expectation.inverse(eta)
        inside = np.asarray(np.isfinite(theta).all(axis=1))
        inside[inside] = np.asarray(known_inside(self.manifold, theta[inside]))
        found[inside] = theta[inside]
        return found

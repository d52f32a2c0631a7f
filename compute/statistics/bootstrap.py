"""The bootstrap: maximum-likelihood points of samples that are drawn again and again.

Samples are drawn from the fitted law itself (parametric), or from the values with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.samples.samples import Sample
from compute.statistics.law import law
from compute.statistics.likelihood import Likelihood, likelihood, outcomes
from compute.statistics.maximum_likelihood import maximum

# maximum number of replicates, and of values drawn in all
MOST, MOST_VALUES = 10_000, 20_000_000


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """theta (B, 2): the maximum-likelihood points, NaN where there is none; ``failed``: how many of
    these.
    """

    theta: Floats

    @property
    def failed(self) -> int:
        """The number of replicates without a maximum-likelihood point."""
        return int(np.count_nonzero(np.isnan(self.theta[:, 0])))


def resampled(manifold: Manifold, sample: Sample, theta: Floats, B: int, seed: int) -> Bootstrap:
    """Return the bootstrap by values: each of B samples takes n of them with replacement, n = Σ w
    rounded.

    The search begins at θ̂ (2,).  Raises Refused as `likelihood` does.
    """
    function = likelihood(manifold, sample)
    n = round(function.size)
    _check(B, n)
    draw = np.random.default_rng(seed)
    share = function.weight / function.size

    def replicate() -> Likelihood:
        counts = draw.multinomial(n, share).astype(np.float64)
        kept = counts > 0
        return Likelihood(manifold, function.x[kept], counts[kept])

    return _fitted([replicate() for _ in range(B)], theta)


def parametric(manifold: Manifold, theta: Floats, n: float, B: int, seed: int) -> Bootstrap:
    """Return the parametric bootstrap: each of B samples holds n values (rounded) drawn from the law at
    θ (2,).

    Raises Refused for a family from whose laws no values can be drawn.
    """
    size = round(n)
    _check(B, size)
    draw = np.random.default_rng(seed)
    if outcomes(manifold).space == "outcomes":
        p = manifold.density(theta[None], outcomes(manifold).x)[0]
        counts = draw.multinomial(size, p / p.sum(), B).astype(np.float64)
        index = np.arange(float(len(p)))
        made = [Likelihood(manifold, index[row > 0], row[row > 0]) for row in counts]
        return _fitted(made, theta)
    from_law = law(manifold, theta)
    values = from_law.quantile(draw.random((B, size)))
    return _fitted([Likelihood(manifold, row, np.ones(size)) for row in values], theta)


def _check(B: int, n: int) -> None:
    if not 1 <= B <= MOST:
        raise Refused(f"the number of replicates must be from 1 to {MOST}, got {shown(B)}")
    if n < 1:
        raise Refused(f"a bootstrap needs at least one value, got {n}")
    if B * n > MOST_VALUES:
        raise Refused(f"a bootstrap draws at most {MOST_VALUES} values, got {B} times {n}")


def _fitted(functions: list[Likelihood], theta: Floats) -> Bootstrap:
    found = np.full((len(functions), 2), np.nan)
    for i, function in enumerate(functions):
        checkpoint()
        with np.errstate(over="ignore", invalid="ignore"):
            point, status = maximum(function, theta)
        if status == Status.OK:
            found[i] = point
    return Bootstrap(found)

"""The bootstrap: maximum-likelihood points of samples that are drawn again and again.

Samples are drawn from the fitted law itself (parametric), or from the values with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.samples.samples import Sample
from compute.statistics.law import law
from compute.statistics.likelihood import Likelihood, is_positive, likelihood, metric, outcomes
from compute.statistics.maximum_likelihood import maximum
from compute.statistics.sufficient import SufficientStatistics

# maximum number of replicates, and of values drawn in all
MOST, MOST_VALUES = 10_000, 20_000_000
# values that are drawn and fitted at once, about
BLOCK = 500_000
# Fisher length of the mean score up to which a point in closed form is a maximum
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """theta (B, 2): the maximum-likelihood points, NaN where there is none."""

    theta: Floats

    @property
    def failed(self) -> int:
        """The number of replicates without a maximum-likelihood point."""
        return int(np.count_nonzero(np.isnan(self.theta[:, 0])))


def resampled(
    manifold: Manifold, sample: Sample, theta: Floats, B: int, seed: int, n: float | None = None
) -> Bootstrap:
    """Return the bootstrap by values: each of B samples takes n of them with replacement, by default
    n = Σ w, rounded.

    The search begins at θ̂ (2,).  Raises Refused as `likelihood` does.
    """
    function = likelihood(manifold, sample)
    size = round(function.size if n is None else n)
    _check(B, size, len(function.x), seed)
    draw = np.random.default_rng(seed)
    counts = draw.multinomial(size, function.weight / function.size, B).astype(np.float64)
    return _fitted(manifold, function.x, counts, theta)


def parametric(manifold: Manifold, theta: Floats, n: float, B: int, seed: int) -> Bootstrap:
    """Return the parametric bootstrap: each of B samples holds n values (rounded) drawn from the law at
    θ (2,).

    Raises Refused for a family from whose laws no values can be drawn.
    """
    size = round(n)
    discrete = outcomes(manifold).space == "outcomes"
    _check(B, size, len(outcomes(manifold).x) if discrete else size, seed)
    draw = np.random.default_rng(seed)
    if discrete:
        p = manifold.density(theta[None], outcomes(manifold).x)[0]
        counts = draw.multinomial(size, p / p.sum(), B).astype(np.float64)
        return _fitted(manifold, np.arange(float(len(p))), counts, theta)
    drawn, rows, found = law(manifold, theta), max(1, BLOCK // size), []
    for first in range(0, B, rows):
        checkpoint()
        u = draw.random((min(rows, B - first), size))
        found.append(_fitted(manifold, drawn.quantile(u), np.ones(u.shape), theta).theta)
    return Bootstrap(np.concatenate(found))


def _check(B: int, n: int, kept: int, seed: int) -> None:
    """Refuse wrong numbers; kept: how many of each sample are in memory: values, or their counts."""
    if not 1 <= B <= MOST:
        raise Refused(f"the number of replicates must be from 1 to {MOST}, got {shown(B)}")
    if seed < 0:
        raise Refused(f"seed must not be negative, got {shown(seed)}")
    if n < 1:
        raise Refused(f"a bootstrap needs at least one value, got {n}")
    if B * kept > MOST_VALUES:
        raise Refused(f"a bootstrap draws at most {MOST_VALUES} values, got {B} times {kept}")


def _fitted(manifold: Manifold, x: Floats, weight: Floats, theta: Floats) -> Bootstrap:
    """Fit samples x (n,) or (B, n) with weights (B, n): in closed form, or by search."""
    found = _closed_form(manifold, x, weight, theta)
    for i in map(int, np.flatnonzero(np.isnan(found[:, 0]))):
        checkpoint()
        with np.errstate(over="ignore", invalid="ignore"):
            point, status = maximum(_one(manifold, x, weight, i), theta)
        if status == Status.OK:
            found[i] = point
    return Bootstrap(found)


def _one(manifold: Manifold, x: Floats, weight: Floats, i: int) -> Likelihood:
    kept = weight[i] > 0
    return Likelihood(manifold, (x if x.ndim == 1 else x[i])[kept], weight[i][kept])


def _closed_form(manifold: Manifold, x: Floats, weight: Floats, theta: Floats) -> Floats:
    """Return maxima (B, 2) of an exponential family, NaN where they must be searched."""
    none = np.full((len(weight), 2), np.nan)
    statistics = SufficientStatistics.near(manifold, theta)
    if statistics is None:
        return none
    found = statistics.maxima(x, weight)
    found[_constant(x, weight)] = np.nan
    known = np.flatnonzero(np.isfinite(found[:, 0]))
    if not known.size or _is_peak(_one(manifold, x, weight, int(known[0])), found[known[0]]):
        return found
    return none


def _constant(x: Floats, weight: Floats) -> Bools:
    """Whether all values of each sample (B,) are equal."""
    here = weight > 0
    high = np.where(here, x, -np.inf).max(axis=-1)
    return np.asarray(high == np.where(here, x, np.inf).min(axis=-1))


def _is_peak(function: Likelihood, theta: Floats) -> bool:
    s, g = function.score(theta), metric(function.manifold, theta)
    return is_positive(g) and float(s @ np.linalg.solve(g, s)) < CLOSE**2

"""Goodness of a fit: a histogram beside the density, quantiles against quantiles, the distance of
Kolmogorov and Smirnov.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.manifold import COUNTS, Manifold
from compute.samples.samples import Sample
from compute.statistics.law import Law, law, on_circle
from compute.statistics.likelihood import likelihood, outcomes

# maximum number of bins, of points of QQ, of points of a curve
MOST_BINS, MOST_QUANTILES, CURVE = 60, 400, 257
# the share of quantiles that a pointwise band holds
BAND = 0.95


@dataclass(frozen=True, eq=False)
class Goodness:
    """A fit beside its sample.

    Of densities: ``edges`` (b+1,) and ``heights`` (b,) of a histogram of area 1, and the density p (k,)
    at x (k,).  Of counts and outcomes: x (k,) with the relative frequencies ``heights`` (k,) and the
    probabilities p (k,); ``edges`` is empty, ``labels`` names outcomes.  ``theoretical`` and
    ``observed`` (q,): quantiles of the law and of the sample at the same probabilities; ``low`` and
    ``high`` (q,): the band that holds each order statistic of samples of the law with probability
    `BAND`, θ̂ taken as known.  ks: sup |Fₙ − F|, NaN for outcomes.  On a circle x, F and quantiles begin
    at −π, on which ks depends.
    """

    x: Floats
    p: Floats
    heights: Floats
    edges: Floats
    labels: tuple[str, ...]
    theoretical: Floats
    observed: Floats
    low: Floats
    high: Floats
    ks: float


def goodness(manifold: Manifold, sample: Sample, theta: Floats) -> Goodness:
    """Return how well the law at θ (2,) describes a sample.

    Raises Refused as `likelihood` and `law` do.
    """
    function = likelihood(manifold, sample)
    none = np.zeros(0)
    support = outcomes(manifold)
    if support.space == "outcomes":
        p = manifold.density(theta[None], support.x)[0]
        shares = np.bincount(function.x.astype(np.intp), function.weight, len(p)) / function.size
        numbers = np.arange(float(len(p)))
        return Goodness(numbers, p, shares, none, support.labels, none, none, none, none, np.nan)
    places = on_circle(function.x) if support.space == "circle" else function.x
    order = np.argsort(places)
    x, weight = places[order], function.weight[order]
    fitted = law(manifold, theta, x)
    drawn = _counts(manifold, x, weight, theta, fitted)
    if support.space != COUNTS:
        drawn = _histogram(manifold, x, weight, theta)
    return Goodness(*drawn, (), *_quantiles(x, weight, fitted), _distance(x, weight, fitted))


Drawn = tuple[Floats, Floats, Floats, Floats]


def _counts(manifold: Manifold, x: Floats, weight: Floats, theta: Floats, fitted: Law) -> Drawn:
    if not fitted.is_count:
        return (np.zeros(0),) * 4
    assert manifold.log_density is not None
    ends = np.array([1e-3, 1 - 1e-3])
    low, high = np.concatenate([fitted.quantile(ends), x[[0, -1]]])[[0, 1]], x[[0, -1]]
    k = np.arange(min(low[0], high[0]), max(low[1], high[1]) + 1.0)
    shares = np.bincount((x - k[0]).astype(np.intp), weight, len(k)) / weight.sum()
    return k, np.exp(manifold.log_density(theta[None], k)[0]), shares, np.zeros(0)


def _histogram(manifold: Manifold, x: Floats, weight: Floats, theta: Floats) -> Drawn:
    """Bins of the width 2 IQR/∛n of Freedman and Diaconis, between the ends of the sample."""
    assert manifold.log_density is not None
    n = float(weight.sum())
    inner = np.interp([0.25, 0.75], (np.cumsum(weight) - 0.5 * weight) / n, x)
    size, width = float(x[-1] - x[0]), 2.0 * float(inner[1] - inner[0]) / n ** (1 / 3)
    bins = int(np.clip(np.ceil(size / width), 3, MOST_BINS)) if width > 0 < size else 1
    pad = 0.0 if size > 0 else 0.5 * (abs(float(x[0])) or 1.0)
    edges = np.linspace(x[0] - pad, x[-1] + pad, bins + 1)
    heights = np.histogram(x, edges, weights=weight)[0] / n / np.diff(edges)
    at = _inner(manifold, edges[0] - 0.1 * (size or pad), edges[-1] + 0.1 * (size or pad))
    with np.errstate(all="ignore"):
        p = np.exp(manifold.log_density(theta[None], at)[0])
    return at, p, heights, edges


def _inner(manifold: Manifold, low: float, high: float) -> Floats:
    """Return points (k,) between two ends that lie in the sample space."""
    support = outcomes(manifold)
    ends = support.ends or {"half-line": (0.0, np.inf), "interval": (0.0, 1.0)}.get(
        support.space, (-np.inf, np.inf)
    )
    middle = np.linspace(max(low, ends[0]), min(high, ends[1]), CURVE + 2)[1:-1]
    return middle[middle != 0.0] if support.space == "two half-lines" else middle


def _quantiles(x: Floats, weight: Floats, fitted: Law) -> tuple[Floats, Floats, Floats, Floats]:
    """Return quantiles of the law and of the sample, and a band from the order statistics U₍ᵣ₎ ~
    Beta(r, n − r + 1).
    """
    from scipy.special import betaincinv

    n = float(weight.sum())
    place = (np.cumsum(weight) - 0.5 * weight) / n
    some = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_QUANTILES)).astype(np.intp))
    p = place[some]
    rank = np.maximum(n * p + 0.5, 0.5)
    tail = 0.5 * (1.0 - BAND)
    band = [
        fitted.quantile(np.clip(betaincinv(rank, n - rank + 1.0, q), 1e-12, 1 - 1e-12))
        for q in (tail, 1.0 - tail)
    ]
    return fitted.quantile(np.clip(p, 1e-12, 1 - 1e-12)), x[some], band[0], band[1]


def _distance(x: Floats, weight: Floats, fitted: Law) -> float:
    """Return sup |Fₙ − F|, with all equal values of the sample taken as one step."""
    values, first = np.unique(x, return_index=True)
    share = np.cumsum(np.add.reduceat(weight, first)) / weight.sum()
    before = np.concatenate([[0.0], share[:-1]])
    return float(
        np.maximum(np.abs(share - fitted.at(values)), np.abs(before - fitted.below(values))).max()
    )

"""Tests of whether groups have the same distribution.

By likelihood: 2(Σ ℓ_g(θ̂_g) − ℓ(θ̂)), with θ̂ of all samples together, has asymptotically the
distribution χ² with 2(G − 1) degrees of freedom if all G samples have one distribution (Wilks 1938).
In an exponential family it is Σ 2 n_g KL(θ̂_g‖θ̂), and θ̂ is the m-mean of the θ̂_g.

By permutation: the energy statistic T = nm/(n + m) (2 E d(X, Y) − E d(X, X') − E d(Y, Y')) of the
distances between points of two groups, against its values for other assignments of the labels
(Székely and Rizzo, J. Stat. Plan. Inference 143, 2013).  The p-value is valid for all distances.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Bools, Floats, same_length
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.divergences.divergence import bregman, natural_chart
from compute.manifold.charts import named
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.samples.samples import Sample
from compute.statistics.distance_matrix import Distances
from compute.statistics.maximum_likelihood import fit

# permutations evaluated at once, and most of them; relative difference of statistics that are equal
AT_ONCE, MOST, EQUAL = 512, 1_000_000, 1e-12


@dataclass(frozen=True, eq=False)
class LikelihoodRatio:
    """statistic, degrees of freedom, p_value; pooled (2,): θ̂ of all samples together.

    status: OK, or that of the first fit without a maximum, with NaN for all numbers.  The p-value is
    asymptotic: for small samples it is an approximation.
    """

    statistic: float
    freedom: int
    p_value: float
    pooled: Floats
    status: Status


@dataclass(frozen=True, eq=False)
class Permutation:
    """statistic T ≥ 0 for distances of negative type, p_value, number of permutations; exact: all of
    them were used, the observed one among them.

    status: OK, or the first other status of a distance, with NaN for all numbers if one is unknown.
    """

    statistic: float
    p_value: float
    permutations: int
    exact: bool
    status: Status


def likelihood_ratio(manifold: Manifold, samples: Sequence[Sample]) -> LikelihoodRatio:
    """Test whether G ≥ 2 samples have one distribution of a family.  Raises Refused as `fit` does."""
    _check_count(len(samples))
    pooled = Sample(
        "all",
        np.concatenate([one.x for one in samples]),
        np.concatenate([one.weight for one in samples]),
        sum(one.missing for one in samples),
    )
    fits = [fit(manifold, one) for one in (*samples, pooled)]
    freedom = 2 * (len(samples) - 1)
    bad = next((one.status for one in fits if one.status != Status.OK), None)
    if bad is not None:
        return LikelihoodRatio(np.nan, freedom, np.nan, fits[-1].theta, bad)
    apart = sum(one.log_likelihood for one in fits[:-1]) - fits[-1].log_likelihood
    return _by_chi_square(2.0 * max(float(apart), 0.0), freedom, fits[-1].theta)


def likelihood_ratio_of_fits(
    manifold: Manifold, theta: Floats, n: Floats
) -> LikelihoodRatio | None:
    """Test from fits θ̂ (G, 2) of n (G,) observations alone: Σ 2 n_g KL(θ̂_g‖θ̂).

    None for a family that is no exponential family, where this needs all observations.
    """
    points, sizes = points_of(manifold, "fits", theta), np.asarray(n, np.float64)
    same_length(fits=points, n=sizes)
    _check_count(len(points))
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise Refused(f"n must be positive, got {shown(sizes.tolist())}")
    chart = named(manifold.charts, "expectation")
    if chart is None or natural_chart(manifold) is None or manifold.divergence is None:
        return None
    freedom = 2 * (len(points) - 1)
    pooled = chart.inverse(sizes @ chart.forward(points) / sizes.sum())
    if not np.isfinite(pooled).all() or not manifold.in_domain(pooled):
        return LikelihoodRatio(np.nan, freedom, np.nan, pooled, Status.LEFT_DOMAIN)
    apart = np.array([bregman(manifold, one, pooled)[0] for one in points])
    if not np.isfinite(apart).all():
        return LikelihoodRatio(np.nan, freedom, np.nan, pooled, Status.ILL_CONDITIONED)
    return _by_chi_square(2.0 * float(sizes @ apart), freedom, pooled)


def _check_count(groups: int) -> None:
    if groups < 2:
        raise Refused(f"there must be at least two groups, got {groups}")


def _by_chi_square(statistic: float, freedom: int, pooled: Floats) -> LikelihoodRatio:
    from scipy.special import chdtrc

    return LikelihoodRatio(statistic, freedom, float(chdtrc(freedom, statistic)), pooled, Status.OK)


def permutation(
    found: Distances, first: Bools, permutations: int = 9999, seed: int = 0
) -> Permutation:
    """Test whether the points with ``first`` (n,) and the others have one distribution.

    If there are no more than ``permutations`` assignments, all of them are evaluated; else as many
    random ones, and p = (1 + number of T ≥ the observed one)/(1 + permutations).  Raises Refused
    unless each group has at least two points, and for more than a million permutations.
    """
    chosen = np.asarray(first, bool)
    same_length(points=found.values, first=chosen.astype(np.float64))
    n, m = int(chosen.sum()), int((~chosen).sum())
    if min(n, m) < 2:
        raise Refused(f"each group must have at least two points, got {n} and {m}")
    if not 1 <= permutations <= MOST or seed < 0:
        raise Refused(
            f"permutations must be from 1 to {MOST} and seed must not be negative, got "
            f"{shown(permutations)} and {shown(seed)}"
        )
    if np.isnan(found.values).any():
        return Permutation(np.nan, np.nan, 0, False, found.worst)
    observed = float(_statistics(found.values, chosen[None])[0])
    exact = comb(n + m, n) <= permutations
    many = _assignments(n + m, n, permutations, np.random.default_rng(seed), exact)
    count = total = 0
    for some in many:
        checkpoint()
        values = _statistics(found.values, some)
        count += int((values >= observed - EQUAL * max(abs(observed), 1e-300)).sum())
        total += len(values)
    p = count / total if exact else (count + 1) / (total + 1)
    return Permutation(observed, p, total, exact, found.worst)


def _statistics(apart: Floats, first: NDArray[np.bool_]) -> Floats:
    """Return T (k,) of assignments (k, n)."""
    x = first.astype(np.float64)
    y = 1.0 - x
    n, m = x.sum(axis=1), y.sum(axis=1)
    to_x, to_y = x @ apart, y @ apart
    across = (to_x * y).sum(axis=1) / (n * m)
    within = (to_x * x).sum(axis=1) / n**2 + (to_y * y).sum(axis=1) / m**2
    found: Floats = n * m / (n + m) * (2.0 * across - within)
    return found


def _assignments(
    size: int, n: int, permutations: int, dice: np.random.Generator, exact: bool
) -> Iterator[NDArray[np.bool_]]:
    """Yield all assignments of n of the points, or random ones, in parts (k, size)."""
    if exact:
        every = combinations(range(size), n)
        while members := list(islice(every, AT_ONCE)):
            rows = np.zeros((len(members), size), bool)
            np.put_along_axis(rows, np.array(members), True, axis=1)
            yield rows
        return
    base = np.arange(size) < n
    for begin in range(0, permutations, AT_ONCE):
        count = min(AT_ONCE, permutations - begin)
        yield dice.permuted(np.tile(base, (count, 1)), axis=1)

"""The log-likelihood of a sample in a family, its score and its observed information.

ℓ(θ) = Σ wᵢ log p(xᵢ|θ), divided by Σ wᵢ throughout.  Derivatives are central differences in units of
the Fisher length, s_i = ∂_i ℓ of order 6, so that any family with a density can be fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.refusal import Refused, shown
from compute.manifold.manifold import COUNTS, TWO_COUNTS, Manifold, Support
from compute.manifold.tangent import full
from compute.samples.samples import Sample

# step of a difference in Fisher length, and how often it is halved near an edge
STEP, HALVINGS = 5e-3, 12
_OFFSETS = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_WEIGHTS = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0
# samples evaluated at once
MOST_AT_ONCE = 1 << 17


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The mean log-likelihood of a sample.

    x (n,) and weight (n,): the observations, for a family of outcomes the index of each outcome and
    how often it occurred.
    """

    manifold: Manifold
    x: Floats
    weight: Floats

    @property
    def size(self) -> float:
        """The number of observations, Σ wᵢ."""
        return float(self.weight.sum())

    def larger(self, times: float) -> Likelihood:
        """Return the likelihood as if each value had been observed this many times more often."""
        return Likelihood(self.manifold, self.x, times * self.weight)

    def mean(self, theta: Floats) -> Floats:
        """Return ℓ (k,) at θ (k, 2); −∞ outside the domain."""
        inside = self.manifold.in_domain(theta)
        found = np.full(len(theta), -np.inf)
        with np.errstate(over="ignore", invalid="ignore"):  # far from the sample ℓ is −∞
            found[inside] = self._sum(theta[inside]) / self.size
        return np.where(np.isnan(found), -np.inf, found)

    def _sum(self, theta: Floats) -> Floats:
        total = np.zeros(len(theta))
        for begin in range(0, len(self.x), MOST_AT_ONCE):
            some = slice(begin, begin + MOST_AT_ONCE)
            total += self._log_density(theta, self.x[some]) @ self.weight[some]
        return total

    def _log_density(self, theta: Floats, x: Floats) -> Floats:
        """Return log p (k, n)."""
        if self.manifold.log_density is not None:
            return self.manifold.log_density(theta, x)
        with np.errstate(divide="ignore"):
            rows: Floats = np.log(self.manifold.density(theta, outcomes(self.manifold).x))
        return rows[:, x.astype(np.intp)]

    def score(self, theta: Floats) -> Floats:
        """Return ∂_i ℓ (2,) at θ (2,); NaN where a difference reaches outside the domain."""
        step = self._step(theta)
        at = theta + _OFFSETS[:, None, None] * np.diag(step)
        values = self.mean(at.reshape(-1, 2)).reshape(len(_OFFSETS), 2)
        with np.errstate(invalid="ignore"):
            found: Floats = _WEIGHTS @ values / step
        return found

    def information(self, theta: Floats) -> Floats:
        """Return −∂_i∂_j ℓ (2, 2) at θ (2,): the observed information of one observation."""
        step = self._step(theta)
        with np.errstate(invalid="ignore"):
            columns = [
                (self.score(theta - offset) - self.score(theta + offset)) / (2 * size)
                for offset, size in zip(np.diag(step), step, strict=True)
            ]
        found: Floats = np.stack(columns)
        return 0.5 * (found + found.T)

    def _step(self, theta: Floats) -> Floats:
        """Return the steps (2,) of differences, so small that all their points lie inside."""
        step = STEP / np.sqrt(np.maximum(np.diag(metric(self.manifold, theta)), 1e-300))
        far = np.array([-4.0, 4.0])[:, None, None]
        for _ in range(HALVINGS):
            if self.manifold.in_domain((theta + far * np.diag(step)).reshape(-1, 2)).all():
                break
            step = step / 2
        return step


def metric(manifold: Manifold, theta: Floats) -> Floats:
    """Return g (..., 2, 2) at θ (..., 2)."""
    return full(manifold.geometry(theta).metric)


def is_positive(matrix: Floats) -> bool:
    """Whether a symmetric matrix (2, 2) is finite and positive definite."""
    finite = bool(np.isfinite(matrix).all())
    return finite and bool(matrix[0, 0] > 0) and float(np.linalg.det(matrix)) > 0


def outcomes(manifold: Manifold) -> Support:
    """Return the sample space of a family at a typical point."""
    return manifold.support(np.array(manifold.pins))


def likelihood(manifold: Manifold, sample: Sample) -> Likelihood:
    """Return the likelihood of a sample.

    Raises Refused for a family without a density of samples, for a sample without observations, and for
    values outside the sample space, with their number and the first of them.
    """
    if not len(sample.x) or not sample.size > 0:
        raise Refused(f"{_of(sample)}there must be at least one value, got none")
    support = outcomes(manifold)
    if support.space == "outcomes":
        return _of_outcomes(manifold, sample, support)
    if manifold.log_density is None:
        raise Refused(f"{manifold.name} has no density of samples and cannot be fitted")
    if support.space == TWO_COUNTS:
        raise Refused(
            f"{manifold.name} is a family of pairs (x₁, x₂) and cannot be fitted to single values"
        )
    _check(manifold, sample, ~_possible(support, sample.x), _SPACES.get(support.space, ""))
    return Likelihood(manifold, sample.x, sample.weight)


def _of_outcomes(manifold: Manifold, sample: Sample, support: Support) -> Likelihood:
    """Count the outcomes of a sample, given by their numbers from 1, or by numbers as labels."""
    names = {label: i for i, label in enumerate(support.labels)}
    index = np.array([names.get(np.format_float_positional(x, trim="-"), -1) for x in sample.x])
    _check(manifold, sample, index < 0, f"one of {', '.join(support.labels[:8])}")
    counts: Floats = np.bincount(index, sample.weight, len(names)).astype(np.float64)
    seen = np.flatnonzero(counts)
    return Likelihood(manifold, seen.astype(np.float64), counts[seen])


_SPACES = {
    "half-line": "positive",
    "two half-lines": "other than 0",
    "interval": "between 0 and 1",
    COUNTS: "whole numbers from 0",
}


def _possible(support: Support, x: Floats) -> Bools:
    """Return which values (n,) lie in the sample space."""
    if support.ends is not None:
        low, high = support.ends
        return np.asarray((x > low) & (x < high))
    if support.space == "half-line":
        return np.asarray(x > 0)
    if support.space == "two half-lines":
        return np.asarray(x != 0)
    if support.space == "interval":
        return np.asarray((x > 0) & (x < 1))
    if support.space == COUNTS:
        return np.asarray((x >= 0) & (x == np.rint(x)))
    return np.ones(len(x), bool)


def _check(manifold: Manifold, sample: Sample, bad: Bools, expected: str) -> None:
    if bad.any():
        count, first = int(np.count_nonzero(bad)), float(sample.x[bad][0])
        raise Refused(
            f"{_of(sample)}samples of {manifold.name} must be {expected or 'in its sample space'}, "
            f"got {count} that are not, the first {shown(first)}"
        )


def _of(sample: Sample) -> str:
    return f"group {sample.group}: " if sample.group else ""

"""Wasserstein-2 between densities on a line, against SciPy's quantiles and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from compute.divergences.divergence import divergences
from compute.families import manifold as manifold_of


def transport(p, q):
    """W₂ by SciPy's quantile functions, over the log-odds of the level."""
    s = np.linspace(-30.0, 30.0, 3001)
    first, second = (
        np.where(s < 0, d.ppf(special.expit(s)), d.isf(special.expit(-s))) for d in (p, q)
    )
    # the trapezoidal rule converges faster than any power where both ends vanish
    density = special.expit(s) * special.expit(-s)
    return np.sqrt(((first - second) ** 2 * density).sum() * (s[1] - s[0]))


FROZEN = {
    "gaussian": (stats.norm, ((0.0, 30.0), (0.1, 1.0))),
    "logistic": (stats.logistic, ((-1.5, 0.6), (1.5, 0.9))),
    "student_t:nu=6": (lambda m, s: stats.t(6, m, s), ((-1.5, 0.2), (1.5, 0.9))),
    "gamma": (lambda k, rate: stats.gamma(k, scale=1 / rate), ((0.633, 1.05), (5.0, 0.758))),
    "beta": (stats.beta, ((0.8, 0.9), (3.0, 0.7))),
    "weibull": (lambda k, s: stats.weibull_min(k, scale=s), ((0.8, 0.7), (3.0, 1.8))),
    "laplace": (stats.laplace, ((-1.5, 0.6), (1.5, 0.9))),
    "gumbel": (stats.gumbel_r, ((-1.5, 0.6), (1.5, 0.9))),
    "log_normal": (lambda m, s: stats.lognorm(s, scale=np.exp(m)), ((-0.5, 0.3), (0.8, 0.6))),
    "log_logistic": (lambda k, s: stats.fisk(k, scale=s), ((6.0, 0.7), (9.0, 1.8))),
    "frechet": (lambda k, s: stats.invweibull(k, scale=s), ((6.0, 0.7), (9.0, 1.8))),
    "pareto": (lambda a, s: stats.lomax(a, scale=s), ((6.0, 0.7), (9.0, 1.8))),
    "nakagami": (lambda m, o: stats.nakagami(m, scale=np.sqrt(o)), ((0.6, 0.5), (5.0, 2.5))),
    "inverse_gamma": (lambda a, b: stats.invgamma(a, scale=b), ((7.0, 0.5), (9.0, 3.0))),
    "birnbaum_saunders": (
        lambda a, b: stats.fatiguelife(a, scale=b),
        ((0.4, 0.6), (1.2, 2.5)),
    ),
    "inverse_gaussian": (
        lambda m, shape: stats.invgauss(m / shape, scale=shape),
        ((0.5, 0.8), (2.0, 2.0)),
    ),
}


@pytest.mark.parametrize("name", FROZEN)
def test_wasserstein_by_scipys_quantiles(name):
    of, (a, b) = FROZEN[name]
    found = divergences(manifold_of(name), np.array(a), np.array(b))
    assert found.wasserstein == pytest.approx(transport(of(*a), of(*b)), rel=1e-6)


def test_wasserstein_of_densities_that_diverge_at_an_end():
    """E x is known, and so is W₂ of b ≥ a in order; of mirror images it is the same both ways."""
    a, b = np.array([0.2, 0.3]), np.array([0.3, 0.2])
    found = [divergences(manifold_of("beta"), *pair).wasserstein for pair in ((a, b), (b, a))]
    assert found[0] == pytest.approx(found[1], rel=1e-7)
    assert abs(a[0] / a.sum() - b[0] / b.sum()) < found[0] < 1
    # scales: W₂² = (1/λ − 1/μ)² E x², with E x² = k(k + 1); half the mass lies below 1e-300
    small = divergences(manifold_of("gamma"), np.array([1e-3, 1.0]), np.array([1e-3, 0.5]))
    assert small.wasserstein == pytest.approx(np.sqrt(1e-3 * 1.001), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "theta"),
    [("frechet", (2.0, 1.0)), ("log_logistic", (1.5, 0.4)), ("pareto", (1.9, 3.0))],
)
def test_infinite_variances_are_apart_unless_they_are_the_same(name, theta):
    manifold, at = manifold_of(name), np.array(theta)
    assert manifold.wasserstein(at, at) == 0.0
    assert manifold.wasserstein(at, np.array([7.0, 1.0])) == np.inf
    found = divergences(manifold, at, np.array([7.0, 1.0]))
    assert found.wasserstein is None and "infinite" in found.why["wasserstein"]


@pytest.mark.parametrize("name", ["cauchy", "student_t:nu=2", "student_t:nu=0.5"])
def test_no_variance_no_wasserstein(name):
    manifold = manifold_of(name)
    found = divergences(manifold, *np.array(manifold.pins))
    assert found.wasserstein is None and "variance" in found.why["wasserstein"]
    assert found.forward and found.bhattacharyya


@pytest.mark.parametrize(
    ("first", "second"), [((0.5, 0.05), (2, 2)), ((0.5, 0.02), (3, 1)), ((0.0015, 1), (5, 2))]
)
def test_mass_at_the_end_of_an_interval_counts_both_ways(first, second):
    """By scipy's quantiles in log-odds of the level, from the right in the right half."""

    def square(s):
        level, rest = special.expit(s), special.expit(-s)
        lower = [stats.beta.ppf(level, *pair) for pair in (first, second)]
        upper = [stats.beta.ppf(rest, *pair[::-1]) for pair in (first, second)]
        gap = lower[0] - lower[1] if s < 0 else upper[1] - upper[0]
        return gap**2 * level * rest

    expected = np.sqrt(sum(integrate.quad(square, *part)[0] for part in ((-40, 0), (0, 40))))
    a, b = np.array(first, float), np.array(second, float)
    for found in (divergences(manifold_of("beta"), a, b), divergences(manifold_of("beta"), b, a)):
        assert found.wasserstein == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("k", [0.05, 0.03])
def test_wasserstein_of_a_tail_that_has_all_the_variance(k):
    """Quantiles (−log(1 − u))^1/k: W₂² = Γ(1 + 2/2) + Γ(1 + 2/k) − 2Γ(1 + 1/2 + 1/k)."""
    expected = np.sqrt(special.gamma(2) + special.gamma(1 + 2 / k) - 2 * special.gamma(1.5 + 1 / k))
    a, b = np.array([2.0, 1.0]), np.array([k, 1.0])
    for found in (
        divergences(manifold_of("weibull"), a, b),
        divergences(manifold_of("weibull"), b, a),
    ):
        assert found.wasserstein == pytest.approx(expected, rel=1e-9, abs=0.0)

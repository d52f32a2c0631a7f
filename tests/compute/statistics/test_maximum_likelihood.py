"""Fits against SciPy's, closed forms and the published value of Gamma distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import compute
from compute.core.refusal import Refused
from compute.samples.samples import Sample, of_values
from compute.statistics.likelihood import likelihood
from compute.statistics.likelihood_region import region
from compute.statistics.maximum_likelihood import fit, score_length

# a law to draw from, and how to find SciPy's own fit
CASES = {
    "gaussian": (stats.norm(3e4, 20), lambda x: stats.norm(*stats.norm.fit(x))),
    "gamma": (stats.gamma(0.3, scale=1e-3), lambda x: stats.gamma(*stats.gamma.fit(x, floc=0))),
    "beta": (stats.beta(0.7, 3), lambda x: stats.beta(*stats.beta.fit(x, floc=0, fscale=1))),
    "weibull": (
        stats.weibull_min(1.7, scale=1e-3),
        lambda x: stats.weibull_min(*stats.weibull_min.fit(x, floc=0)),
    ),
    "cauchy": (stats.cauchy(5, 0.1), lambda x: stats.cauchy(*stats.cauchy.fit(x))),
    "logistic": (stats.logistic(5, 1e3), lambda x: stats.logistic(*stats.logistic.fit(x))),
    "student_t:nu=5": (stats.t(5, 3, 2), lambda x: stats.t(*stats.t.fit(x, fdf=5))),
    "von_mises": (
        stats.vonmises(2, 1),
        lambda x: stats.vonmises(*stats.vonmises.fit(x, fscale=1)),
    ),
}


def drawn(name: str, size: int = 60) -> np.ndarray:
    return CASES[name][0].rvs(size, random_state=3)


def fitted(name: str, values) -> object:
    return fit(compute.family(name), of_values(values)[0])


@pytest.mark.parametrize("name", CASES)
def test_no_fit_of_scipy_is_likelier(name):
    x = drawn(name)
    found, other = fitted(name, x), CASES[name][1](x)
    assert found.status == compute.Status.OK
    assert found.score < 1e-10
    assert found.log_likelihood >= other.logpdf(x).sum() - 1e-8
    assert found.aic == pytest.approx(4 - 2 * found.log_likelihood)


def test_the_published_fit_of_a_gamma_distribution():
    found = fitted("gamma", [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(found.theta, [4.265428054777, 1.706171221911], rtol=1e-11)


def test_the_normal_of_a_sample_has_its_mean_and_its_spread():
    x = drawn("gaussian")
    found = fitted("gaussian", x)
    np.testing.assert_allclose(found.theta, [x.mean(), x.std()], rtol=1e-10)
    n, s = len(x), x.std()
    np.testing.assert_allclose(
        found.wald, np.diag([s**2 / n, s**2 / (2 * n)]), rtol=1e-9, atol=1e-12
    )


def test_weights_count_observations():
    manifold = compute.family("gamma")
    once = fit(manifold, of_values([1.0, 2.0, 2.0, 5.0])[0])
    weighted = fit(manifold, Sample("", np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 1.0]), 0))
    np.testing.assert_allclose(weighted.theta, once.theta, rtol=1e-10)
    assert weighted.n == once.n == 4.0
    assert weighted.log_likelihood == pytest.approx(once.log_likelihood, rel=1e-12, abs=0.0)


def test_counts_have_their_mean_and_the_shape_of_the_profile_likelihood():
    from scipy.optimize import minimize_scalar

    x = np.array([0, 1, 2, 3, 10, 4])
    found = fitted("negative_binomial", x)
    mean = x.mean()

    def loss(r: float) -> float:
        return -stats.nbinom(r, r / (r + mean)).logpmf(x).sum()

    best = minimize_scalar(loss, bounds=(0.2, 50), method="bounded", options={"xatol": 1e-9})
    assert found.status == compute.Status.OK
    np.testing.assert_allclose(found.theta, [best.x, mean], rtol=1e-6)
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-9)


@pytest.mark.parametrize("name", ["categorical3_expectation", "categorical3_natural"])
def test_outcomes_have_their_frequencies(name):
    manifold = compute.family(name)
    found = fit(manifold, of_values([1, 2, 3, 3, 3, 2])[0])
    p = manifold.density(found.theta[None], np.arange(3.0))[0]
    np.testing.assert_allclose(p, [1 / 6, 2 / 6, 3 / 6], rtol=1e-9)
    assert found.log_likelihood == pytest.approx(
        np.log(1 / 6) + 2 * np.log(1 / 3) + 3 * np.log(0.5)
    )


@pytest.mark.parametrize("values", [[2.0], [1.0, 1.0, 1.0]])
def test_a_sample_without_spread_has_no_maximum(values):
    found = fitted("gaussian", values)
    assert found.status == compute.Status.LEFT_DOMAIN


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        (
            "gamma",
            [1.0, -1.0, 0.0],
            "samples of gamma must be positive, got 2 that are not, the first -1",
        ),
        ("beta", [0.5, 1.0], "samples of beta must be between 0 and 1, got 1 that are not"),
        ("categorical3_natural", [1, 4], "must be one of 1, 2, 3, got 1 that are not, the first 4"),
        ("gaussian", [], "there must be at least one value, got none"),
        ("bures_slice_bures", [1.0], "bures_slice_bures"),
        (
            "negative_binomial",
            [0, 0.5, 2, -1],
            "must be whole numbers from 0, got 2 that are not, the first 0.5",
        ),
        ("poisson_poisson", [1, 2], r"pairs \(x₁, x₂\) and cannot be fitted to single values"),
        ("binomial_binomial:n=3", [1, 2], "binomial_binomial is a family of pairs"),
        ("geometric_geometric", [1, 2], "geometric_geometric is a family of pairs"),
    ],
)
def test_values_outside_the_sample_space_are_refused(name, values, words):
    with pytest.raises(Refused, match=words):
        fitted(name, values)


def test_the_score_is_the_derivative_of_the_likelihood():
    x = drawn("gamma")
    function = likelihood(compute.family("gamma"), of_values(x)[0])
    k, rate = 0.4, 700.0
    from scipy.special import polygamma, psi

    expected = [np.log(rate) - psi(k) + np.log(x).mean(), k / rate - x.mean()]
    np.testing.assert_allclose(function.score(np.array([k, rate])), expected, rtol=1e-9)
    information = [[polygamma(1, k), -1 / rate], [-1 / rate, k / rate**2]]
    np.testing.assert_allclose(function.information(np.array([k, rate])), information, rtol=2e-4)


def test_the_region_of_a_normal_ends_where_the_likelihood_ratio_does():
    x = stats.norm(0, 1).rvs(20, random_state=1)
    function = likelihood(compute.family("gaussian"), of_values(x)[0])
    found = region(function, np.array([x.mean(), x.std()]), 0.9)
    assert found.closed.all()
    here = stats.norm(x.mean(), x.std()).logpdf(x).sum()
    there = np.array([stats.norm(m, s).logpdf(x).sum() for m, s in found.theta])
    np.testing.assert_allclose(2 * (here - there), stats.chi2(2).ppf(0.9), rtol=1e-9)


def test_a_region_is_open_where_the_domain_ends_inside_it():
    # k̂ = 3,700, and the domain ends at 10,000
    manifold, sample = compute.family("gamma"), of_values([0.98, 1.0, 1.02])[0]
    found = region(likelihood(manifold, sample), fit(manifold, sample).theta)
    assert found.closed.any() and not found.closed.all()
    assert manifold.in_domain(found.theta).all()
    np.testing.assert_allclose(found.theta[~found.closed, 0], 1e4, rtol=1e-6)


def test_a_level_outside_0_to_1_is_refused():
    function = likelihood(compute.family("gaussian"), of_values([1.0, 2.0])[0])
    with pytest.raises(Refused, match="level must lie between 0 and 1, got 95"):
        region(function, np.array([1.5, 0.5]), 95)


@pytest.mark.parametrize("counts", [[1] * 201, [3, 1, 1], [1, 1, 5], [1, 1, 1, 1]])
def test_the_laplace_law_of_a_sample_has_its_median_and_its_mean_distance(counts):
    """The likelihood has a kink at the median, which differences smooth out."""
    x = np.random.default_rng(1).laplace(size=len(counts))
    found = fit(compute.family("laplace"), Sample("", x, np.array(counts, float), 0))
    every = np.repeat(x, counts)
    middle = np.median(every)
    assert found.status == compute.Status.OK
    np.testing.assert_allclose(found.theta, [middle, np.abs(every - middle).mean()], rtol=1e-12)
    assert found.score == 0.0


def test_a_laplace_law_beside_the_median_is_no_maximum():
    x = np.array([0.0, 1.0, 1.0, 5.0, 9.0])
    function = likelihood(compute.family("laplace"), Sample("", x, np.ones(5), 0))
    assert score_length(function, np.array([2.0, 3.0])) > 0.1

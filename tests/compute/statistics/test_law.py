"""Distribution functions of families against those of SciPy, their goodness and the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma, gammaln

import compute
from compute.samples.samples import Sample
from compute.statistics.bootstrap import parametric, resampled
from compute.statistics.goodness import goodness
from compute.statistics.law import law
from compute.statistics.likelihood_region import region_of_summary
from compute.statistics.maximum_likelihood import fit
from compute.statistics.sufficient import SufficientStatistics

LAWS = [
    ("gaussian", (1.0, 2.0), stats.norm(1.0, 2.0)),
    ("cauchy", (1.0, 2.0), stats.cauchy(1.0, 2.0)),
    ("student_t:nu=3", (-1.0, 0.5), stats.t(3, -1.0, 0.5)),
    ("gamma", (0.3, 2.0), stats.gamma(0.3, scale=0.5)),
    ("beta", (0.5, 3.0), stats.beta(0.5, 3.0)),
]


def sample(x, weight=None) -> Sample:
    x = np.asarray(x, np.float64)
    return Sample("x", x, np.ones(len(x)) if weight is None else np.asarray(weight, float), 0)


@pytest.mark.parametrize(("family", "theta", "known"), LAWS, ids=lambda v: str(v)[:12])
def test_distribution_functions_are_those_of_scipy(family, theta, known):
    manifold, p = compute.family(family), np.array([1e-4, 0.05, 0.5, 0.9, 0.9999])
    for around in (None, known.ppf(np.linspace(0.02, 0.98, 40))):
        found = law(manifold, np.array(theta), around)
        x = known.ppf(p)
        np.testing.assert_allclose(found.at(x), p, atol=2e-8)
        np.testing.assert_allclose(known.cdf(found.quantile(p)), p, atol=2e-8)


def test_quantiles_far_out_are_those_of_scipy():
    p = np.array([1e-9, 1e-6, 1e-3, 0.2, 0.5, 0.999, 1 - 1e-6])
    found = law(compute.family("gaussian"), np.array([1.0, 2.0])).quantile(p)
    np.testing.assert_allclose(found, stats.norm(1.0, 2.0).ppf(p), rtol=2e-5)
    found = law(compute.family("gamma"), np.array([0.3, 2.0])).quantile(p)
    np.testing.assert_allclose(found, stats.gamma(0.3, scale=0.5).ppf(p), rtol=3e-4)


def test_counts_have_steps():
    manifold = compute.family("negative_binomial")
    a, b = theta = fit(manifold, sample([0, 3, 1, 1, 5, 9, 2, 0])).theta
    found = law(manifold, theta)
    k = np.arange(12.0)
    p = np.exp(manifold.log_density(theta[None], k)[0])
    np.testing.assert_allclose(found.at(k), np.cumsum(p), atol=1e-12)
    np.testing.assert_allclose(found.below(k), np.cumsum(p) - p, atol=1e-12)
    np.testing.assert_array_equal(found.quantile(found.at(k)), k)
    assert a > 0 and b > 0


def test_the_distance_of_kolmogorov_and_smirnov_is_that_of_scipy():
    x = np.round(stats.norm(1, 2).rvs(60, random_state=1), 1)  # with ties
    found = goodness(compute.family("gaussian"), sample(x), np.array([1.0, 2.0]))
    assert found.ks == pytest.approx(stats.kstest(x, stats.norm(1, 2).cdf).statistic, abs=1e-8)
    assert found.heights @ np.diff(found.edges) == pytest.approx(1.0)
    np.testing.assert_allclose(found.p, stats.norm(1, 2).pdf(found.x))


def test_a_weight_counts_how_often_a_value_was_observed():
    manifold, theta = compute.family("gamma"), np.array([1.0, 2.0])
    twice = goodness(manifold, sample([1, 2, 2, 5]), theta)
    weighted = goodness(manifold, sample([5, 1, 2], [1, 1, 2]), theta)
    assert weighted.ks == pytest.approx(twice.ks, abs=1e-9)
    np.testing.assert_allclose(weighted.heights @ np.diff(weighted.edges), 1.0)


def test_the_band_holds_95_of_100_quantiles_of_the_law_itself():
    manifold, theta = compute.family("gaussian"), np.array([0.0, 1.0])
    inside = []
    for seed in range(40):
        x = stats.norm.rvs(size=30, random_state=seed)
        found = goodness(manifold, sample(x), theta)
        inside.append((found.low <= found.observed) & (found.observed <= found.high))
    # 1,200 quantiles, of which those of one sample depend on each other
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)
    # an order statistic of uniform values has a Beta law: the median of three
    found = goodness(manifold, sample([-1.0, 0.0, 1.0]), theta)
    assert found.low[1] == pytest.approx(stats.norm.ppf(stats.beta(2, 2).ppf(0.025)), abs=1e-6)


@pytest.mark.parametrize("values", [True, False])
def test_a_bootstrap_of_normals_has_the_covariance_of_their_fits(values):
    manifold, x = compute.family("gaussian"), stats.norm(1, 2).rvs(200, random_state=2)
    theta = np.array([x.mean(), x.std()])
    draw = (manifold, sample(x), theta) if values else (manifold, theta, 200)
    found = (resampled if values else parametric)(*draw, 100, 3)
    assert found.failed == 0
    spread = found.theta.std(axis=0)
    np.testing.assert_allclose(spread, theta[1] / np.sqrt([200, 400]), rtol=0.2)
    again = (resampled if values else parametric)(*draw, 100, 3)
    np.testing.assert_array_equal(found.theta, again.theta)
    assert (found.theta != (resampled if values else parametric)(*draw, 100, 4).theta).any()


def test_replicates_without_a_maximum_are_counted():
    found = resampled(compute.family("gamma"), sample([1.0, 2.0]), np.array([1.0, 2.0]), 40, 0)
    alike = int(np.isnan(found.theta[:, 0]).sum())
    assert found.failed == alike and 10 < alike < 30  # half of all pairs hold one value twice


def test_the_region_of_an_exponential_family_is_a_ball_of_kl():
    manifold = compute.family("gamma")
    k, lam = theta = np.array([3.0, 2.0])
    ring = region_of_summary(manifold, theta, 40.0, 0.9).theta
    # KL(θ̂‖θ) of gamma laws of shapes k and rates λ
    shape, rate = ring.T
    kl = (
        (k - shape) * digamma(k) - gammaln(k) + gammaln(shape)
        + shape * (np.log(lam) - np.log(rate)) + k * (rate - lam) / lam
    )  # fmt: skip
    np.testing.assert_allclose(2 * 40 * kl, stats.chi2(2).ppf(0.9), rtol=1e-9)


def test_fits_for_scripts_give_regions_ellipses_bootstraps_and_goodness():
    x = stats.gamma(2.0).rvs(50, random_state=1)
    fits = compute.fit({"x": x, "same": np.ones(50)}, "gamma")
    np.testing.assert_allclose(fits.region(0, 0.9).theta, fits.wald(0, 0.9), rtol=0.7)
    assert (
        fits.bootstrap(0, 3, 1).theta.shape == fits.bootstrap(0, 3, 1, True).theta.shape == (3, 2)
    )
    assert fits.goodness(0).ks < 0.2
    for ask in (fits.region, fits.wald, fits.bootstrap, fits.goodness):
        with pytest.raises(ValueError, match="group same has no maximum-likelihood point"):
            ask(1)


@pytest.mark.parametrize("family", ["gaussian", "gamma", "beta", "inverse_gaussian", "von_mises"])
def test_maxima_from_sufficient_statistics_are_those_of_the_search(family):
    manifold = compute.family(family)
    theta = np.array(manifold.interior)
    x = law(manifold, theta).quantile(np.random.default_rng(1).random((3, 40)))
    statistics = SufficientStatistics.near(manifold, theta)
    found = statistics.maxima(x, np.ones((3, 40)))
    np.testing.assert_allclose(found, [fit(manifold, sample(row)).theta for row in x], rtol=1e-9)
    weight = np.random.default_rng(2).integers(0, 4, (2, 40)).astype(float)
    weighted = [fit(manifold, sample(x[0], row)).theta for row in weight]
    np.testing.assert_allclose(statistics.maxima(x[0], weight), weighted, rtol=1e-9)


def test_angles_are_compared_with_a_law_on_the_circle_in_any_turn():
    x = stats.vonmises(3.0, loc=2.8).rvs(60, random_state=1)
    manifold, theta = compute.family("von_mises"), np.array([2.8, 3.0])
    one, other = (goodness(manifold, sample(y), theta) for y in (x, x % (2 * np.pi)))
    around = np.angle(np.exp(1j * x))
    at = stats.vonmises(3.0, loc=2.8).cdf
    assert one.ks == pytest.approx(stats.kstest(around, lambda y: at(y) - at(-np.pi)).statistic)
    assert other.ks == pytest.approx(one.ks, rel=1e-9, abs=0.0)
    np.testing.assert_allclose(other.observed, one.observed, rtol=1e-9)
    np.testing.assert_allclose(other.edges, one.edges, rtol=1e-9)

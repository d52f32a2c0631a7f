"""Samples and points on which statistics fail, if they do, with a status or a refusal."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import compute
from compute.core.refusal import Refused
from compute.statistics.geodesic_regression import regression
from compute.statistics.k_means import k_means
from compute.statistics.means import mean

REFERENCE = compute.open_engine("reference")
NORMALS = compute.family("gaussian")


def test_outcomes_are_counted_from_1():
    """Three lumps of three outcomes, seen 1, 2 and 4 times: θ = log (1, 2)/4."""
    fit = compute.fit([1, 4, 6, 7, 7, 8, 9], "categorical")
    np.testing.assert_allclose(fit.theta[0], np.log([0.25, 0.5]), atol=1e-7)
    assert fit.log_likelihood[0] == pytest.approx(
        np.log([1, 2, 2, 4, 4, 4, 4]).sum() - 7 * np.log(21)
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("categorical", [1, 2, 10]),
        ("categorical", [1, 1.0000001]),
        ("negative_binomial", [1.5, 2, 9]),
        ("negative_binomial", [-1, 2, 9]),
    ],
)
def test_what_is_no_outcome_is_refused(name, values):
    with pytest.raises(Refused, match=f"samples of {name} must be"):
        compute.fit(values, name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("gaussian", [1e300, -1e300]),
        ("gamma", [1e300, 1.0, 2.0]),
        ("weibull", [1e-300, 1.0, 1e300]),
    ],
)
def test_extreme_values_are_a_status(name, values):
    """Warnings are errors here."""
    assert compute.fit(values, name).status[0] != compute.Status.OK


@pytest.mark.parametrize(
    ("name", "law"),
    [("gumbel", stats.gumbel_r), ("gaussian", stats.norm), ("cauchy", stats.cauchy)],
)
@pytest.mark.parametrize("values", [[-4e4, -7e4, -1e5], [1e6, 1e6 + 1, 1e6 + 5]])
def test_samples_far_from_the_points_of_reference_are_fitted(name, law, values):
    fit = compute.fit(values, name)
    assert fit.status[0] == compute.Status.OK
    if name == "gaussian":
        np.testing.assert_allclose(fit.theta[0], [np.mean(values), np.std(values)], rtol=1e-8)
    own = law(*fit.theta[0]).logpdf(values).sum()
    middle, spread = fit.theta[0]
    for at in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
        near = law(middle + at[0] * spread, spread * (1 + at[1]))
        assert near.logpdf(values).sum() < own


def test_a_ridge_is_no_maximum():
    """Two pairs of equal values: every Cauchy distribution with μ² + γ² = 100 is as likely."""
    assert compute.fit([-10, -10, 10, 10], "cauchy").status[0] == compute.Status.NOT_CONVERGED


def test_a_failed_fit_has_no_region():
    fits = compute.fit({"x": [1.0, 2.0, 4.0], "y": [2.0, 2.0, 2.0]}, "gamma")
    assert len(fits.region(0).theta)
    with pytest.raises(Refused, match="group y has no maximum-likelihood point: LEFT_DOMAIN"):
        fits.region(1)


def test_weights_may_be_of_any_size():
    theta = np.array([[0.0, 1.0], [5.0, 1.0], [9.0, 3.0]])
    usual = mean(REFERENCE, NORMALS, theta)
    huge = mean(REFERENCE, NORMALS, theta, np.full(3, 1e308))
    np.testing.assert_array_equal(huge.theta, usual.theta)


def test_points_that_rounding_makes_equal_may_be_clustered():
    theta = np.array([[0.0, 1.0], [1e-200, 1.0], [2e-200, 1.0]])
    found = k_means(REFERENCE, NORMALS, theta, 3)
    assert sorted(found.labels.tolist()) == [0, 1, 2]


def test_regression_does_not_depend_on_the_scale():
    """Affine maps of the sample space are isometries of normals."""
    t, shift, scale = np.arange(3.0), 2.0, 1e-4
    theta = np.array([[0.0, 1.0], [1.3, 1.2], [2.0, 2.1]])
    moved = regression(REFERENCE, NORMALS, t, scale * theta + [shift, 0.0])
    plain = regression(REFERENCE, NORMALS, t, theta)
    assert plain.status == moved.status == compute.Status.OK
    np.testing.assert_allclose((moved.intercept - [shift, 0.0]) / scale, plain.intercept, atol=2e-6)
    np.testing.assert_allclose(moved.slope / scale, plain.slope, atol=2e-6)
    assert moved.residual == pytest.approx(plain.residual, rel=1e-8, abs=0.0)


def test_the_unit_of_the_covariate_may_be_long():
    """In one unit the geodesic would leave the domain, in which it stays for all t of the points."""
    triangle = compute.family("categorical3_expectation")
    theta = np.array([[0.2, 0.3], [0.35, 0.3], [0.5, 0.25]])
    short = regression(REFERENCE, triangle, np.array([0.0, 1.0, 2.0]), theta)
    long = regression(REFERENCE, triangle, np.array([0.0, 1e-3, 2e-3]), theta)
    assert short.status == long.status == compute.Status.OK
    np.testing.assert_allclose(1e-3 * long.slope, short.slope, rtol=1e-8)


@pytest.mark.parametrize("t", [[0, np.nan, 1], [0, np.inf, 1], [1e200, 2e200, 3e200], [1, 1, 1]])
def test_a_covariate_is_refused(t):
    with pytest.raises(Refused, match="the covariate must"):
        regression(REFERENCE, NORMALS, np.array(t, float), np.array([[0, 1.0], [1, 1], [2, 2]]))

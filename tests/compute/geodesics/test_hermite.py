"""Cubics and the coefficients of DOP853 are those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import DOP853
from scipy.interpolate import CubicHermiteSpline, CubicSpline

from compute.geodesics import dop853
from compute.geodesics.hermite import cubics, hermite, spline_slopes


def test_hermites_cubics_are_those_of_scipy():
    random = np.random.default_rng(3)
    nodes = np.sort(random.uniform(0.0, 1.0, 7))
    values, slopes = random.normal(size=(2, 7, 3))
    t = random.uniform(nodes[0], nodes[-1], (4, 5))
    spline = CubicHermiteSpline(nodes, values, slopes)
    for order, found in enumerate(hermite(nodes, values, slopes, t)):
        np.testing.assert_allclose(found, spline(t, order), rtol=1e-9, atol=1e-9)


def test_cubics_by_their_ends_are_those_of_scipy():
    ends, shares = np.random.default_rng(5).normal(size=4), np.linspace(0.0, 1.0, 9)
    spline = CubicHermiteSpline([0.0, 1.0], ends[::2], ends[1::2])
    np.testing.assert_allclose(cubics(shares) @ ends, spline(shares), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(cubics(np.ones(1)), [[0.0, 0.0, 1.0, 0.0]])


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_a_splines_slopes_are_those_of_scipy(count):
    values = np.random.default_rng(4).normal(size=(3, count, 2))
    nodes = np.linspace(0.0, 1.0, count)
    expected = CubicSpline(nodes, values, axis=1)(nodes, 1)
    np.testing.assert_allclose(spline_slopes(values), expected, rtol=1e-9, atol=1e-9)


def test_the_method_of_order_8_has_scipys_coefficients():
    np.testing.assert_array_equal(dop853.A, DOP853.A[:12, :12])
    np.testing.assert_array_equal(dop853.B, DOP853.B)
    np.testing.assert_array_equal(dop853.ERRORS, [DOP853.E5[:12], DOP853.E3[:12]])

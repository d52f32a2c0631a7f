"""Polynomials from values and two derivatives at several points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import KroghInterpolator

from compute.geodesics import osculation


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_polynomial_is_that_of_scipy(m):
    random = np.random.default_rng(m)
    points = np.array([0.0, 1.0, -0.7, 1.9])[:m]
    values, slopes, bends = random.normal(size=(3, m, 2, 5))
    found = osculation.coefficients(np.repeat(points[:, None], 5, axis=1), values, slopes, bends)
    x = random.uniform(0.0, 1.0, 5)
    each = np.repeat(points[:, None], 5, axis=1)
    place, slope = osculation.at(each, found, x)
    for i in range(5):
        data = np.stack([values[..., i], slopes[..., i], bends[..., i]], axis=1).reshape(-1, 2)
        known = KroghInterpolator(np.repeat(points, 3), data)
        np.testing.assert_allclose(place[:, i], known(x[i]), rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(slope[:, i], known.derivative(x[i]), rtol=1e-8, atol=1e-9)

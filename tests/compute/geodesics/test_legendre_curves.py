"""Polynomials from their second derivatives, against polynomials known in closed form."""

from __future__ import annotations

import numpy as np

from compute.geodesics.legendre_curves import derivative, gauss, matrices

T = np.linspace(0.0, 1.0, 7)


def test_a_polynomial_is_integrated_exactly():
    points, _ = gauss(6)
    value, shift, slope = matrices(6, T)
    bend = 20 * points**3 - 6 * points
    np.testing.assert_allclose(value @ bend, 20 * T**3 - 6 * T, atol=1e-13)
    np.testing.assert_allclose(shift @ bend, T**5 - T**3, atol=1e-14)
    np.testing.assert_allclose(slope @ bend, 5 * T**4 - 3 * T**2, atol=1e-14)


def test_many_points_lose_no_digits():
    points, weights = gauss(128)
    _, shift, slope = matrices(128, T)
    bend = -((3 * np.pi) ** 2) * np.sin(3 * np.pi * points)
    np.testing.assert_allclose(shift @ bend, np.sin(3 * np.pi * T), atol=1e-14)
    np.testing.assert_allclose(slope @ bend, 3 * np.pi * np.cos(3 * np.pi * T), atol=1e-12)
    np.testing.assert_allclose(weights @ np.exp(points), np.e - 1, rtol=1e-14)


def test_derivatives_of_values_are_those_of_the_polynomial():
    points, _ = gauss(8)
    np.testing.assert_allclose(derivative(8) @ points**7, 7 * points**6, atol=1e-12)

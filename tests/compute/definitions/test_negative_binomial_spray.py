"""Geodesics of negative binomial distributions by interpolated sums: against sums in 30 digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.manifold.tangent import contracted
from compute.requests.geodesics import ShootRequest


def series(r, m):
    """W = ½ ₃F₂(1, 2, 2; 3, r + 2; q), ∂W/∂r and ∂W/∂m, term by term."""
    with mp.workdps(30):
        r, q = mp.mpf(r), mp.mpf(m) / (1 + mp.mpf(m))
        term, w, falls, by_r, by_q, k = (
            mp.mpf(1) / 2,
            mp.mpf(1) / 2,
            mp.mpf(0),
            mp.mpf(0),
            mp.mpf(0),
            0,
        )
        while term > 1e-25:
            term *= q * (k + 2) ** 2 / ((k + 3) * (r + k + 2))
            falls += 1 / (r + k + 2)
            k += 1
            w, by_r, by_q = w + term, by_r - term * falls, by_q + k * term / q
        return w, by_r, by_q * (1 - q) ** 2


def acceleration(r, mean, a, b):
    """θ″ from ds² = E dr² + G dμ², E = m²W/((1 + m)² r(r + 1)), by derivatives written out."""
    with mp.workdps(30):
        r, mean, a, b = map(mp.mpf, (r, mean, a, b))
        m = mean / r
        w, by_r, by_m = series(r, m)
        total = r + mean
        e, g = m**2 * w / ((1 + m) ** 2 * r * (r + 1)), r / (mean * total)
        e_mean = e * (by_m / (r * w) + 2 / mean - 2 / total)
        e_r = e * ((by_r - by_m * m / r) / w - 2 / total - 1 / r - 1 / (r + 1))
        g_mean, g_r = -g * (1 / mean + 1 / total), 1 / total**2
        first = -(e_r * a * a / 2 + e_mean * a * b - g_r * b * b / 2) / e
        second = -(g_mean * b * b / 2 + g_r * a * b - e_mean * a * a / 2) / g
        return [float(e), float(g), float(first), float(second)]


@pytest.mark.parametrize(
    ("r", "mean"),
    [(0.101, 0.03), (0.4, 7.0), (1.0, 1.0), (2.7, 60.0), (30.0, 0.05), (30.0, 900.0), (990.0, 4.0)],
)
def test_interpolated_sums_are_those_of_all_terms(r, mean):
    geometry, theta = manifold_of("negative_binomial").geometry, np.array([r, mean])
    v = 0.3 * theta * [1.0, -2.0]
    found = geometry.spray(theta, v)
    bend = [-found[3] / found[0], -found[4] / found[2]]
    e, g, first, second = acceleration(r, mean, *v)
    assert found[0] == pytest.approx(e, rel=1e-12, abs=0)
    assert found[2] == pytest.approx(g, rel=1e-14, abs=0)
    assert found[1] == 0.0
    assert found[5] == pytest.approx(e * g, rel=1e-12, abs=0)
    np.testing.assert_allclose(bend / theta, [first, second] / theta, rtol=1e-11, atol=1e-12)
    np.testing.assert_array_equal(geometry.metric(theta), [found[0], 0.0, found[2]])


def test_all_cells_of_the_domain_agree_with_the_whole_geometry():
    manifold, rng = manifold_of("negative_binomial"), np.random.default_rng(6)
    r, mean = 10 ** rng.uniform(-1, 3, 400), 10 ** rng.uniform(-1.69, 3.3, 400)
    theta = np.stack([r, mean], axis=1)
    v = rng.normal(size=(400, 2)) * theta
    found, local = manifold.geometry.spray(theta, v), manifold.geometry(theta)
    g = local.metric
    np.testing.assert_allclose(np.stack(found[:3], axis=1), g, rtol=2e-13)
    size = (g[:, :1] * v[:, :1] ** 2 + g[:, 2:] * v[:, 1:] ** 2) / theta
    bent = np.stack(found[3:5], axis=1) - contracted(local.first, v, v)
    assert np.abs(bent / size).max() < 1e-12


def test_rays_are_those_of_sums_over_all_counts():
    """Over several cells; against SciPy with the series written out."""
    manifold = manifold_of("negative_binomial")
    theta, v = np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]])
    found = ReferenceEngine().shoot(ShootRequest(manifold, theta, v, steps=16))
    assert (found.status == Status.OK).all()

    def slope(_, y):
        return [*y[2:], *acceleration(*map(float, y))[2:]]

    known = solve_ivp(slope, (0, 1), [*theta[0], *v[0]], "DOP853", rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.theta[0, -1], known.y[:2, -1], rtol=1e-10)


def test_outside_the_domain_nothing_is_raised():
    geometry = manifold_of("negative_binomial").geometry
    theta = np.array([[-1.0, 2.0], [np.nan, 1.0], [0.0, 0.0], [1e300, 1e-300], [2.0, np.inf]])
    assert geometry.metric(theta).shape == (5, 3)
    assert len(geometry.spray(theta, np.ones((5, 2)))) == 6
    np.testing.assert_array_equal(geometry.metric(np.array([2.0, 5.0])) > 0.0, [True, False, True])

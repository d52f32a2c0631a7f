"""Horizontal lifts: the geodesic equation of normals, integrated by SciPy, arrives where they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute import Normal, Status, normal_geodesic
from compute.normals.horizontal_lift import Lift, horizontal


def random_normal(rng, d):
    """A mean up to five standard deviations away, and a covariance."""
    factor = rng.normal(size=(d, d))
    return rng.normal(size=d) * 10 ** rng.uniform(-1, 0.7), factor @ factor.T / d + 0.05 * np.eye(d)


def flown(x, B):
    """Mean and covariance at t = 1 from N(0, 1): μ″ = Σ′Σ⁻¹μ′, Σ″ = Σ′Σ⁻¹Σ′ − μ′μ′ᵀ."""
    d = len(x)

    def rate(t, y):
        v, W = y[d + d * d : 2 * d + d * d], y[2 * d + d * d :].reshape(d, d)
        moved = W @ np.linalg.inv(y[d : d + d * d].reshape(d, d))
        return np.concatenate([v, W.ravel(), moved @ v, (moved @ W - np.outer(v, v)).ravel()])

    start = np.concatenate([np.zeros(d), np.eye(d).ravel(), x, B.ravel()])
    end = solve_ivp(rate, (0, 1), start, "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    return end[:d], end[d : d + d * d].reshape(d, d)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_the_equation_of_geodesics_arrives(d):
    rng = np.random.default_rng(d)
    for _ in range(5):
        mean, covariance = random_normal(rng, d)
        A = horizontal(mean, covariance)
        np.testing.assert_allclose(A, A.T, rtol=0, atol=1e-14)
        np.testing.assert_array_equal(A[d + 1 :, :d], 0.0)
        mu, sigma = flown(A[:d, d], -A[:d, :d])
        back = np.linalg.inv(np.linalg.cholesky(covariance))
        np.testing.assert_allclose(back @ mu, back @ mean, rtol=0, atol=1e-9)
        np.testing.assert_allclose(back @ sigma @ back.T, np.eye(d), rtol=0, atol=1e-9)


def lift_at(d, mean, covariance, w):
    """The lift of W by its definition, X = M diag(Σ⁻¹, 1, Σ) Mᵀ."""
    turn = np.zeros((d, d))
    turn[np.triu_indices(d, 1)] = w
    zero, one = np.zeros((d, d)), np.eye(d)
    M = np.block([
        [one, np.zeros((d, 1)), zero],
        [mean[None], np.ones((1, 1)), np.zeros((1, d))],
        [turn - turn.T - 0.5 * np.outer(mean, mean), -mean[:, None], one],
    ])  # fmt: skip
    middle = np.block([
        [np.linalg.inv(covariance), np.zeros((d, d + 1))],
        [np.zeros((1, d)), np.ones((1, 1)), np.zeros((1, d))],
        [np.zeros((d, d + 1)), covariance],
    ])  # fmt: skip
    values, vectors = np.linalg.eigh(M @ middle @ M.T)
    return Lift(w, vectors, np.log(values), d)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_the_corner_is_the_gradient_of_the_energy_and_the_jacobian_its_derivative(d):
    rng = np.random.default_rng(d)
    mean, covariance = rng.normal(size=d), np.diag(np.exp(rng.normal(size=d)))
    w = rng.normal(size=d * (d - 1) // 2)
    here, step = lift_at(d, mean, covariance, w), 1e-4
    sides = [
        [lift_at(d, mean, covariance, w + sign * step * e) for sign in (1, -1)]
        for e in np.eye(len(w))
    ]
    slope = [(a.energy - b.energy) / (2 * step) for a, b in sides]
    turn = [(a.corner - b.corner) / (2 * step) for a, b in sides]
    np.testing.assert_allclose(here.corner, slope, rtol=0, atol=1e-6)
    np.testing.assert_allclose(here.jacobian(), turn, rtol=0, atol=1e-6)


def test_no_lift_is_longer_than_another_of_the_same_end():
    """The horizontal one is the shortest of its fibre."""
    rng = np.random.default_rng(9)
    for d in (2, 3, 5):
        mean, covariance = random_normal(rng, d)
        least = float((horizontal(mean, covariance) ** 2).sum()) / 4
        for size in (0.1, 1.0, 10.0):
            w = size * rng.normal(size=d * (d - 1) // 2)
            assert lift_at(d, mean, covariance, w).energy >= least * (1 - 1e-12)


def test_a_lift_that_is_not_found_is_none_and_its_path_says_so():
    """Standard deviations from 10⁻³ to 10³, and a mean farther away: the corner does not vanish."""
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(4, 4)) * (1e-3, 0.1, 10.0, 1e3)
    mean, covariance = 1e5 * rng.normal(size=4), factor @ factor.T
    assert horizontal(mean, covariance) is None
    path = normal_geodesic(Normal(np.zeros(4), np.eye(4)), Normal(mean, covariance), 8)
    assert path.status == Status.NOT_CONVERGED
    assert path.covariance.shape == (9, 4, 4) and path.mean.shape == (9, 4)
    assert np.isnan([path.length, *path.mean.ravel(), *path.covariance.ravel()]).all()

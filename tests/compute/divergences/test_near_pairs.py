"""Divergences of near distributions, against their closed forms at 60 digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from compute.divergences.divergence import balls, divergences
from compute.families import manifold as manifold_of

Point = tuple[mp.mpf, mp.mpf]


def gamma(a, b):
    (k, rate), (j, other) = a, b
    kl = (k - j) * mp.digamma(k) - mp.loggamma(k) + mp.loggamma(j)
    middle, mean = (k + j) / 2, (rate + other) / 2
    log_bc = mp.loggamma(middle) - middle * mp.log(mean)
    for shape, r in (a, b):
        log_bc -= (mp.loggamma(shape) - shape * mp.log(r)) / 2
    return kl + j * mp.log(rate / other) + k * (other - rate) / rate, mp.exp(log_bc)


def von_mises(a, b):
    (m, k), (n, j) = a, b
    ratio = mp.besseli(1, k) / mp.besseli(0, k)
    kl = mp.log(mp.besseli(0, j) / mp.besseli(0, k)) + ratio * (k - j * mp.cos(m - n))
    middle = mp.sqrt(k * k + j * j + 2 * k * j * mp.cos(m - n)) / 2
    return kl, mp.besseli(0, middle) / mp.sqrt(mp.besseli(0, k) * mp.besseli(0, j))


def outcomes(a, b):
    p, q = ((*t, 1 - t[0] - t[1]) for t in (a, b))
    kl = sum(x * mp.log(x / y) for x, y in zip(p, q, strict=True))
    return kl, sum(mp.sqrt(x * y) for x, y in zip(p, q, strict=True))


def odds(a, b):
    def p(t):
        e = [mp.exp(t[0]), mp.exp(t[1]), mp.mpf(1)]
        return [x / sum(e) for x in e[:2]]

    return outcomes(p(a), p(b))


def cauchy(a, b):
    (m, s), (n, t) = a, b
    square = ((s - t) ** 2 + (m - n) ** 2) / (4 * s * t)
    return mp.log1p(square), 2 / (mp.pi * mp.sqrt(1 + square)) * mp.ellipk(square / (1 + square))


def weibull(a, b):
    (k, s), (j, t) = a, b
    kl = mp.log(k / j) + j * mp.log(t / s) + mp.euler * (j / k - 1) - 1
    return kl + (s / t) ** j * mp.gamma(1 + j / k), None


def laplace(a, b):
    (m, s), (n, t) = a, b
    gap = abs(m - n)
    kl = mp.log(t / s) + gap / t + s / t * mp.exp(-gap / s) - 1
    u, v = mp.exp(-gap / (2 * s)), mp.exp(-gap / (2 * t))
    if s == t:
        return kl, u * (1 + gap / (2 * s))
    between = (v - u) / (1 / s - 1 / t)
    return kl, ((u + v) / (1 / s + 1 / t) + between) / mp.sqrt(s * t)


CASES = {
    "gamma": (gamma, [(2.0, 1.3), (400.0, 0.02)]),
    "von_mises": (von_mises, [(-0.6, 3.0), (1.0, 0.02)]),
    "categorical3_expectation": (outcomes, [(0.3, 0.6), (1e-5, 0.2)]),
    "categorical3_natural": (odds, [(-1.5, 1.0), (14.0, 3.0)]),
    "cauchy": (cauchy, [(0.4, 0.7)]),
    "laplace": (laplace, [(0.4, 0.7)]),
    "weibull": (weibull, [(0.8, 0.7), (3.0, 1.8)]),
}


@pytest.mark.parametrize("name", CASES)
def test_divergences_keep_their_digits_at_any_separation(name):
    """The angle is 2 arccos ∫√(pq), whose square is 4 times KL's double to first order."""
    exact, bases = CASES[name]
    manifold, rng = manifold_of(name), np.random.default_rng(2)
    for base in np.array(bases):
        g11, g12, g22 = manifold.geometry(base).metric
        for size in 10.0 ** -np.arange(1, 16, 2):
            u = rng.normal(size=2)
            u *= size / np.sqrt(g11 * u[0] ** 2 + 2 * g12 * u[0] * u[1] + g22 * u[1] ** 2)
            found = divergences(manifold, base, base + u)
            with mp.workdps(60):
                a, b = ([mp.mpf(float(x)) for x in point] for point in (base, base + u))
                (forward, bc), (backward, _) = exact(a, b), exact(b, a)
                angle = None if bc is None else float(2 * mp.acos(bc))
            assert found.forward == pytest.approx(float(forward), rel=1e-10, abs=0)
            assert found.backward == pytest.approx(float(backward), rel=1e-10, abs=0)
            assert found.jeffreys == pytest.approx(float(forward + backward), rel=1e-10, abs=0)
            if angle is not None:
                assert found.bhattacharyya == pytest.approx(angle, rel=1e-10, abs=0)


@pytest.mark.parametrize("name", ["logistic", "mixture_mm", "attention"])
def test_where_there_is_no_closed_form_the_metric_is_the_limit(name):
    """√J → d, 2 arccos ∫√(pq) → d and KL(a‖b) − KL(b‖a) → −T/6, by the geometry half-way."""
    manifold = manifold_of(name)
    base, u = np.array(manifold.pins[0]), np.array([0.6, -0.3])
    for size in (1e-4, 1e-7, 1e-13):
        b = base + size * u
        step = b - base
        local = manifold.geometry((base + b) / 2)
        d = np.sqrt(local.metric @ (step[[0, 0, 1]] * step[[0, 1, 1]] * [1, 2, 1]))
        found = divergences(manifold, base, b)
        assert np.sqrt(found.jeffreys) == pytest.approx(d, rel=1e-7, abs=0)
        assert found.bhattacharyya == pytest.approx(d, rel=1e-7, abs=0)
        skew = local.cubic @ (
            step[[0, 0, 0, 1]] * step[[0, 0, 1, 1]] * step[[0, 1, 1, 1]] * [1, 3, 3, 1]
        )
        assert found.forward - found.backward == pytest.approx(-skew / 6, abs=1e-7 * d**2)


def test_small_balls_are_ellipses_of_the_metric():
    manifold, a = manifold_of("gaussian"), np.array([0.3, 2.0])
    b = a + np.array([3e-9, 1e-9])
    g = manifold.geometry(a).metric
    square = [
        (edge - a)[:, [0, 0, 1]] * (edge - a)[:, [0, 1, 1]] @ (g * [1, 2, 1])
        for edge in balls(manifold, a, b)
    ]
    np.testing.assert_allclose(square, g @ np.array([9e-18, 2 * 3e-18, 1e-18]), rtol=1e-5)

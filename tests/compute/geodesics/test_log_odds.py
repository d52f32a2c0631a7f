"""Rays of three outcomes by their probabilities: against straight lines of p^((1−α)/2), normalized.

With k = 2/(1 − α) the α-geodesic from p with velocity v is p(τ) ∝ (a + bτ)^k, a = p^(1/k),
b = a v/(k p), at the time t = ∫ S^(−2/k) dτ, S = Σ (a + bτ)^k.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics import log_odds
from compute.geodesics.known_rays import shoot
from compute.manifold.tangent import norm
from compute.requests.geodesics import ShootRequest

START = np.array([0.7, 0.2])


def rays(alpha, length, count=16):
    manifold = manifold_of("categorical3_expectation")
    theta = np.tile(START, (count, 1))
    angle = 2 * np.pi * np.arange(count) / count + 0.1
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= length / norm(manifold.metric(theta), v)[:, None]
    return ShootRequest(manifold, theta, v, alpha, steps=32)


def closed(alpha, v, t):
    """p₁ and p₂ at a time, and the least probability."""
    k, p, w = 2 / (1 - alpha), np.append(START, 1 - START.sum()), np.append(v, -v.sum())
    a = p ** (1 / k)
    b = a * w / (k * p)
    falls = b < 0
    edge = (a[falls] / -b[falls]).min()

    def time(tau):
        return quad(lambda x: ((a + b * x) ** k).sum() ** (-2 / k), 0, tau, epsabs=1e-14)[0] - t

    tau = brentq(time, 0, edge, xtol=1e-15)
    found = (a + b * tau) ** k
    return found[:2] / found.sum(), found.min() / found.sum()


@pytest.mark.parametrize(("alpha", "length"), [(0.5, 1.0), (-0.5, 0.3)])
def test_rays_against_the_closed_form(alpha, length):
    request = rays(alpha, length)
    found = shoot(request)
    assert (found.status == Status.OK).all()
    ends = np.array([closed(alpha, v, 1.0)[0] for v in request.velocity])
    gap = norm(request.manifold.metric(ends), found.theta[:, -1] - ends) / found.length
    assert (gap < found.error + 1e-13).all()
    assert found.error.max() < 1e-11


@pytest.mark.parametrize(("alpha", "nearest"), [(0.5, 3e-7), (-0.5, 6e-5)])
def test_rays_end_at_the_edge_in_few_steps(alpha, nearest, monkeypatch):
    """Where 1 − p₁ − p₂ has seven digits left, steps in p would be the smallest."""
    monkeypatch.setattr("compute.geodesics.own_steps.MOST_STEPS", 4)
    request = rays(alpha, 3.0)
    found = shoot(request)
    assert not np.isin(found.status, (Status.OK, Status.NOT_CONVERGED)).any()
    for v, t, stop in zip(request.velocity, found.reached, found.stop, strict=True):
        p, least = closed(alpha, v, t)
        np.testing.assert_allclose(stop, p, rtol=0, atol=1e-8)
        assert least < nearest


def test_only_probabilities_have_log_odds():
    names = ("categorical3_expectation", "categorical3_natural", "categorical", "gaussian")
    found = [log_odds.chart_of(manifold_of(name)) for name in names]
    assert found[0] is not None and found[1:] == [None, None, None]


def test_the_geometry_is_that_of_the_family_in_log_odds():
    own, odds = manifold_of("categorical3_natural"), manifold_of("categorical3_expectation")
    chart = log_odds.chart_of(odds)
    scaled = log_odds.scaled(odds, chart)
    theta = np.random.default_rng(0).uniform(-8, 8, (50, 2))
    found, known = scaled.geometry(theta), own.geometry(theta)
    for name in ("metric", "first", "cubic", "det"):
        np.testing.assert_allclose(getattr(found, name), getattr(known, name), rtol=1e-12)
    np.testing.assert_allclose(scaled.margin(theta), odds.margin(chart.inverse(theta)))

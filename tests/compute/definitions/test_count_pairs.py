"""Pairs of counts: lengths, divergences and probabilities against SciPy's distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from compute.divergences.divergence import divergences
from compute.families import manifold as manifold_of
from compute.geodesics.constant_curvature import arcs
from compute.requests.geodesics import ConnectRequest

# specification, two points, and the distributions of the first and second count
CASES = {
    "poisson_poisson": (
        ((1.0, 8.0), (12.0, 0.3)),
        (stats.poisson, stats.poisson),
        lambda m: 1 / m,
    ),
    "geometric_geometric": (
        ((0.6, 0.15), (0.1, 0.7)),
        (lambda p: stats.geom(p, loc=-1), lambda p: stats.geom(p, loc=-1)),
        lambda p: 1 / (p**2 * (1 - p)),
    ),
    "binomial_binomial:m=4,n=4": (
        ((0.05, 0.4), (0.8, 0.1)),
        (lambda p: stats.binom(4, p), lambda p: stats.binom(4, p)),
        lambda p: 4 / (p * (1 - p)),
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return manifold_of(request.param), *CASES[request.param]


def test_probabilities_of_both_counts(case):
    manifold, points, laws, _ = case
    x = manifold.support(np.array(points)).x
    for theta in points:
        p = manifold.density(np.array(theta), x)
        own = [law(t) for law, t in zip(laws, theta, strict=True)]
        wanted = np.where(x >= 0, own[0].pmf(x), own[1].pmf(-1 - x))
        np.testing.assert_allclose(p, wanted, rtol=1e-11, atol=1e-300)
        assert own[0].cdf(x[-1]) > 1 - 1e-6 and own[1].cdf(-1 - x[0]) > 1 - 1e-6


def test_the_distance_is_the_hypotenuse_of_two_integrals(case):
    manifold, (a, b), _, metric = case
    sides = [
        integrate.quad(lambda t: np.sqrt(metric(t)), *ends, epsabs=0, epsrel=1e-12)[0]
        for ends in zip(a, b, strict=True)
    ]
    found = manifold.distance(np.array(a), np.array(b))
    assert found == pytest.approx(np.hypot(*sides), rel=1e-11, abs=0)


def test_geodesics_are_straight_in_the_arc_lengths(case, engine):
    manifold, (a, b), *_ = case
    start, end = np.array([a]), np.array([b])
    paths = engine.connect(ConnectRequest(manifold, start, end, 0.0, 32))
    assert paths.length[0] == pytest.approx(float(manifold.distance(start, end)[0]), rel=2e-6)
    s = next(c for c in manifold.charts if c.name == "arc_length").forward(paths.theta[0])
    line = s[0] + np.linspace(0, 1, 33)[:, None] * (s[-1] - s[0])
    assert np.abs(s - line).max() < 2e-5
    theta, velocity = arcs(manifold, start, end, 32)
    slope = (theta[0, 2:] - theta[0, :-2]) * 16
    assert np.abs(slope - velocity[0, 1:-1]).max() < 0.03 * np.abs(velocity).max()


def test_divergences_are_sums_over_both_counts(case):
    manifold, points, laws, _ = case
    k, forward, apart = np.arange(400), 0.0, 1.0
    for law, a, b in zip(laws, *points, strict=True):
        p, q, first, second = law(a).pmf(k), law(b).pmf(k), law(a).logpmf(k), law(b).logpmf(k)
        seen = p > 0
        forward += np.sum(p[seen] * (first[seen] - second[seen]))
        apart *= np.sum(np.sqrt(p * q))
    found = divergences(manifold, *map(np.array, points))
    assert found.forward == pytest.approx(forward, rel=1e-9, abs=0)
    assert found.bhattacharyya == pytest.approx(2 * np.arccos(apart), rel=1e-9, abs=0)


def test_numbers_of_trials_out_of_range_are_refused():
    for stated in ("n=0", "m=1001"):
        with pytest.raises(ValueError, match=r"of binomial_binomial must lie in \[1, 1000\], got"):
            manifold_of(f"binomial_binomial:{stated}")


def test_the_entropy_of_geometric_distributions():
    manifold, (a, _), laws, _ = manifold_of("geometric_geometric"), *CASES["geometric_geometric"]
    wanted = sum(law(t).entropy() for law, t in zip(laws, a, strict=True))
    found = manifold.scalar("entropy", np.array(a), 0)
    assert found == pytest.approx(float(wanted), rel=1e-9, abs=0)

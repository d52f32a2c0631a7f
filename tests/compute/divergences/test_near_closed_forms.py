"""Closed forms of near points keep their digits, and bounds on shorter paths are stated alike."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest

from compute import AttentionGeodesic, family
from compute.api.geodesics import compared, judged
from compute.core.status import Status


def half_plane(a, b):
    """√2 arcosh(1 + (Δμ² + 2Δσ²)/(4σσ')) of normals, in 50 digits."""
    with mp.workdps(50):
        mu, s, nu, t = map(mp.mpf, (*a, *b))
        return float(mp.sqrt(2) * mp.acosh(1 + ((mu - nu) ** 2 + 2 * (s - t) ** 2) / (4 * s * t)))


def inverse_gaussian(a, b):
    """The same with X = 2/√μ, σ = 1/√λ."""
    with mp.workdps(50):
        (x, s), (y, t) = (
            (2 / mp.sqrt(mp.mpf(mu)), 1 / mp.sqrt(mp.mpf(shape))) for mu, shape in (a, b)
        )
        return float(mp.sqrt(2) * mp.acosh(1 + ((x - y) ** 2 + 2 * (s - t) ** 2) / (4 * s * t)))


def outcomes(a, b):
    """2 arccos Σ√(pq) of three outcomes by their probabilities."""
    with mp.workdps(50):
        p, q = ([mp.mpf(x), mp.mpf(y), 1 - mp.mpf(x) - mp.mpf(y)] for x, y in (a, b))
        return float(2 * mp.acos(sum(mp.sqrt(x * y) for x, y in zip(p, q, strict=True))))


@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-8, 1e-11, 1e-13])
@pytest.mark.parametrize(
    ("name", "exact", "a"),
    [
        ("gaussian", half_plane, (1.7, 2.3)),
        ("inverse_gaussian", inverse_gaussian, (1.3, 2.0)),
        ("categorical3_expectation", outcomes, (0.3, 0.21)),
    ],
)
def test_the_closed_form_of_near_points_keeps_its_digits(name, exact, a, apart):
    manifold = family(name)
    b = (a[0] + apart, a[1] - 0.3 * apart)
    right = exact(a, b)
    assert float(manifold.distance(np.array(a), np.array(b))) == pytest.approx(right, rel=1e-8)
    path = AttentionGeodesic(manifold).compute_path(a, b)
    assert path.status == Status.OK and path.shortest is True
    assert path.length == pytest.approx(right, rel=1e-8)


def test_points_that_are_one_have_no_distance():
    manifold = family("gaussian")
    points = np.array([[0.0, 1.0], [2.0, 3.0]])
    assert (manifold.distance(points, points) == 0.0).all()
    assert (manifold.distance(points[:, None], points) > 0.0).sum() == 2


def test_a_geodesic_above_jeffreys_is_said_not_to_be_the_shortest():
    manifold = family("attention:bank")
    path = AttentionGeodesic(manifold).compute_path((-0.5, 0.2), (0.6, 0.3))
    most = float(manifold.bounds(np.array([-0.5, 0.2]), np.array([0.6, 0.3]))[1])
    longer = replace(path, length=1.2 * most, status=Status.NOT_SHORTEST, shortest=None)
    found = judged(manifold, longer)
    assert found.shortest is False and found.shorter_length == pytest.approx(most)
    assert compared(replace(path, shortest=None), [path, longer]).shortest is True
    # the length of a part of a curve is no bound of anything
    assert judged(manifold, replace(longer, status=Status.NOT_CONVERGED)).shortest is None

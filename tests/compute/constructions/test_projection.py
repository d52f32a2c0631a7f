"""Dual projections: the relation of Pythagoras, and minima that SciPy finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import compute
from compute.constructions.projection import project
from compute.core.status import Status
from compute.manifold.charts import named

REFERENCE = compute.open_engine("reference")
POINTS = {
    "gaussian": ([-1.0, 1.0], [1.0, 1.5], [0.3, 3.0]),
    "gamma": ([2.0, 1.0], [5.0, 3.0], [3.0, 1.0]),
    "beta": ([2.0, 3.0], [5.0, 1.0], [1.0, 1.0]),
    "categorical3_natural": ([0.5, 1.0], [-1.0, 0.3], [0.2, -0.4]),
    "von_mises": ([0.0, 1.0], [1.0, 2.0], [0.3, 4.0]),
}


def divergence(manifold, kind, p, q):
    return manifold.divergence(p, q) if kind == "m" else manifold.divergence(q, p)


@pytest.mark.parametrize("kind", ["m", "e"])
@pytest.mark.parametrize("name", list(POINTS))
def test_the_relation_of_pythagoras_holds_for_every_point_of_the_line(name, kind):
    manifold = compute.family(name)
    a, b, c = (np.array([x]) for x in POINTS[name])
    found = project(REFERENCE, manifold, a, b, c, kind)
    assert found.status[0] == Status.OK
    np.testing.assert_allclose(found.left, found.right, atol=1e-12)
    chart = named(manifold.charts, "natural" if kind == "m" else "expectation")
    begin, end = (chart.forward(x) for x in (a, b))
    for t in (-0.05, 0.4, 0.9):
        r = chart.inverse(begin + t * (end - begin))
        whole = divergence(manifold, kind, c, r)
        parts = divergence(manifold, kind, c, found.theta) + divergence(
            manifold, kind, found.theta, r
        )
        np.testing.assert_allclose(whole, parts, atol=1e-12)


@pytest.mark.parametrize("onto", ["line", "geodesic"])
@pytest.mark.parametrize("kind", ["m", "e"])
def test_the_projection_is_the_point_of_least_divergence(kind, onto):
    manifold = compute.family("gaussian")
    a, b, c = (np.array([x]) for x in POINTS["gaussian"])
    found = project(REFERENCE, manifold, a, b, c, kind, onto)
    chart = named(manifold.charts, "natural" if kind == "m" else "expectation")
    geodesic = compute.AttentionGeodesic(manifold, engine=REFERENCE, steps=64)
    path = geodesic.compute_path(a[0], b[0])

    def at(t):
        if onto == "line":
            return chart.inverse(chart.forward(a) * (1 - t) + chart.forward(b) * t)
        return geodesic.shoot(a[0], path.velocity[0] * t).theta[-1:]

    best = minimize_scalar(
        lambda t: float(divergence(manifold, kind, c, at(t))[0]), bracket=(0.3, 0.6),
        options={"xtol": 1e-8},
    )  # fmt: skip
    np.testing.assert_allclose(found.t[0], best.x, atol=1e-6)
    np.testing.assert_allclose(found.divergence[0], best.fun, atol=1e-12)


def test_on_a_geodesic_the_right_angle_is_there_and_the_relation_is_not():
    manifold = compute.family("gaussian")
    a, b, c = (np.array([x]) for x in POINTS["gaussian"])
    found = project(REFERENCE, manifold, a, b, c, "m", "geodesic")
    assert found.certificate[0] < 1e-12
    assert abs(found.left[0] - found.right[0]) > 0.01


def test_a_projection_beyond_the_domain_of_the_program_is_said_to_leave_it():
    # the least KL(Q‖C) on this mixture line has a probability of 1e-15 and less
    points = ([0.914, 3.445], [-2.317, 3.154], [3.744, -0.658])
    a, b, c = (np.array([x]) for x in points)
    found = project(REFERENCE, compute.family("categorical3_natural"), a, b, c, "e")
    assert found.status[0] == Status.LEFT_DOMAIN
    assert np.isnan(found.theta).all()


def test_a_point_on_the_line_is_its_own_projection():
    manifold = compute.family("gaussian")
    a, b = np.array([[-1.0, 1.0]]), np.array([[1.0, 1.5]])
    for kind in "me":
        found = project(REFERENCE, manifold, a, b, b, kind)
        np.testing.assert_allclose(found.theta, b, atol=1e-9)
        np.testing.assert_allclose(found.divergence, 0.0, atol=1e-15)


def test_what_is_not_dually_flat_or_not_known_is_refused():
    pins = [np.array([x]) for x in POINTS["gaussian"]]
    with pytest.raises(ValueError, match="projections need a dually flat family"):
        project(REFERENCE, compute.family("cauchy"), *pins)
    with pytest.raises(ValueError, match="kind must be one of m, e, got 'n'"):
        project(REFERENCE, compute.family("gaussian"), *pins, "n")

"""Quadrature nodes for mixtures of two normals: against many more nodes, and their number."""

from __future__ import annotations

import numpy as np
import pytest

from compute.definitions.normal_mixture import ALL, nodes
from compute.definitions.quadrature import uniform
from compute.families import manifold as manifold_of


def mean_over(rule, integrand, m1, m2, w=0.3):
    """E f(x, r) under (1 − w)N(m₁, 1) + wN(m₂, 1), r the second one's share."""
    x = rule.x
    first, second = (
        share * np.exp(-0.5 * (x - m) ** 2) / np.sqrt(2 * np.pi)
        for share, m in ((1 - w, m1), (w, m2))
    )
    with np.errstate(invalid="ignore"):
        r = np.nan_to_num(second / (first + second))
    return float(((first + second) * integrand(x, r)) @ rule.weights)


@pytest.mark.parametrize("apart", [0.0, 0.3, 1.0, 2.0, 3.2, 5.0, 8.0])
def test_few_nodes_are_as_good_as_many(apart):
    m1, m2 = -0.4 * apart, 0.6 * apart
    rule, many = nodes(np.array([[m1, m2]])), uniform(-30.0, 30.0, 6001)
    for integrand in (
        lambda x, r: r**2,
        lambda x, r: r * (1 - r) * x**2,
        lambda x, r: r**3 * (1 - r) ** 2 * (x - m1) ** 3,
    ):
        wanted = mean_over(many, integrand, m1, m2)
        assert mean_over(rule, integrand, m1, m2) == pytest.approx(wanted, rel=1e-12, abs=1e-13)
    assert len(rule.x) < (70 if apart <= 1.0 else 150 if apart <= 3.2 else 480)


def test_no_points_have_a_rule_and_all_points_one_rule():
    assert nodes(np.zeros((0, 2))) is ALL
    both = nodes(np.array([[0.0, 0.1], [-5.0, 5.0]]))
    assert both.x[0] <= -14.0 and both.x[-1] >= 14.0 and np.diff(both.x).max() < 0.0626


def test_points_of_one_request_and_of_several_have_the_same_geometry():
    manifold = manifold_of("mixture_mm")
    points = np.array([[-5.0, 5.5], [-1.0, 1.0], [0.3, 0.31], [2.0, -1.0]])
    every = manifold.geometry(points)
    for i, theta in enumerate(points):
        own = manifold.geometry(theta[None])
        np.testing.assert_allclose(own.metric[0], every.metric[i], rtol=1e-12)
        np.testing.assert_allclose(own.det[0], every.det[i], rtol=1e-10)
        np.testing.assert_allclose(own.first[0], every.first[i], rtol=1e-9, atol=1e-12)

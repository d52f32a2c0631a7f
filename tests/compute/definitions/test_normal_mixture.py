"""Scores of mixtures of two normals: against sums in 30 digits, and the number of their nodes."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from compute.definitions.normal_mixture import ALL, nodes
from compute.families import manifold as manifold_of


def exact(by_weight, w, m1, m2):
    """g, T, D and K of (w, m₂) or of (m₁, m₂), by the trapezoidal rule with a step of 1/40."""
    with mp.workdps(30):
        w, m1, m2, step = *map(mp.mpf, (w, m1, m2)), mp.mpf(1) / 40
        rows = []
        for j in range(int((min(m1, m2) - 10) / step), int((max(m1, m2) + 10) / step) + 1):
            y1, y2 = j * step - m1, j * step - m2
            a, b = mp.npdf(y1), mp.npdf(y2)
            p = (1 - w) * a + w * b
            r = w * b / p
            if by_weight:
                l1, l2, b11, b12 = (b - a) / p, r * y2, 0, y2 * b / p
            else:
                l1, l2, b11, b12 = (1 - r) * y1, r * y2, (1 - r) * (y1 * y1 - 1), 0
            rows.append((step * p, l1, l2, b11, b12, r * (y2 * y2 - 1)))

        def mean(f):
            return sum(row[0] * f(*row[1:]) for row in rows)

        g = [[mean(lambda *u, i=i, j=j: u[i] * u[j]) for j in (0, 1)] for i in (0, 1)]
        cubic = [mean(lambda *u, i=i: u[0] ** (3 - i) * u[1] ** i) for i in range(4)]
        first = [
            [mean(lambda *u, i=i, k=k: u[2 + i] * u[k]) - cubic[i + k] / 2 for i in range(3)]
            for k in (0, 1)
        ]
        bent = mean(
            lambda l1, l2, b11, b12, b22: (
                b11 * b22 - b12**2 - (b22 * l1**2 + b11 * l2**2 - 2 * b12 * l1 * l2) / 2
            )
        )
        det = g[0][0] * g[1][1] - g[0][1] ** 2
        inverse = mp.matrix([[g[1][1], -g[0][1]], [-g[0][1], g[0][0]]]) / det
        turn = sum(
            inverse[m, n] * (first[m][1] * first[n][1] - first[m][0] * first[n][2])
            for m in (0, 1)
            for n in (0, 1)
        )
        found = ([g[0][0], g[0][1], g[1][1]], first, cubic, det, (bent + turn) / det)
        return [np.array(value, float) for value in found]


@pytest.mark.parametrize(
    ("family", "theta", "far"),
    [
        ("mixture_mm", (-0.4, 2.2), 1e-13),
        # rounding is magnified, and is another on another processor
        ("mixture_mm", (5.9, -5.9), 5e-9),
        ("mixture_mm", (0.3, 0.31), 5e-9),
        ("mixture_wm", (0.25, 3.2), 1e-13),
        ("mixture_wm", (2e-4, 1.0), 1e-10),
        ("mixture_wm", (0.9998, 0.3), 2e-11),
        ("mixture_wm", (3e-4, -5.0), 1e-13),
    ],
)
def test_geometry_is_that_of_sums_in_thirty_digits(family, theta, far):
    manifold, by_weight = manifold_of(family), family == "mixture_wm"
    wanted = exact(by_weight, *((theta[0], 0, theta[1]) if by_weight else (0.5, *theta)))
    local, k = manifold.geometry(np.array([theta])), manifold.curvature(np.array([theta]))
    found = (local.metric[0], local.first[0], local.cubic[0], local.det[0], k[0])
    for own, value, off in zip(found, wanted, (1e-14, far, far, 1e-13, far), strict=True):
        assert np.abs(own - value).max() <= off * np.abs(value).max()


@pytest.mark.parametrize(("gap", "most"), [(0.3, 60), (1.0, 60), (3.2, 170), (-8.0, 620)])
def test_near_means_need_few_nodes(gap, most):
    assert len(nodes(np.array([gap])).x) < most


def test_no_points_have_a_rule_and_all_points_one_rule():
    assert nodes(np.zeros(0)) is ALL
    both = nodes(np.array([0.1, 10.0]))
    assert both.x[0] <= -19.0 and both.x[-1] >= 9.0 and np.diff(both.x).max() < 0.05


def test_points_of_one_request_and_of_several_have_the_same_geometry():
    manifold = manifold_of("mixture_mm")
    points = np.array([[-5.0, 5.5], [-1.0, 1.0], [0.3, 0.31], [2.0, -1.0]])
    every = manifold.geometry(points)
    for i, theta in enumerate(points):
        own = manifold.geometry(theta[None])
        np.testing.assert_allclose(own.metric[0], every.metric[i], rtol=1e-12)
        np.testing.assert_allclose(own.det[0], every.det[i], rtol=1e-10)
        np.testing.assert_allclose(own.first[0], every.first[i], rtol=1e-9, atol=1e-12)

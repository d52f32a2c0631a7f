"""Geodesics of mixtures by few sums: against sums in 25 digits and SciPy's integration."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.geodesics import ShootRequest


def exact(by_weight, w, m1, m2, v):
    """g, Γ(v, v) and D of (w, m₂) or of (m₁, m₂), by the trapezoidal rule with a step of 1/20."""
    with mp.workdps(25):
        w, m1, m2, step, v1, v2 = *map(mp.mpf, (w, m1, m2)), mp.mpf(1) / 20, *map(mp.mpf, v)
        g11 = g12 = g22 = u1 = u2 = mp.mpf(0)
        for j in range(int((min(m1, m2) - 10) / step), int((max(m1, m2) + 10) / step) + 1):
            y1, y2 = j * step - m1, j * step - m2
            a, b = mp.npdf(y1), mp.npdf(y2)
            p = (1 - w) * a + w * b
            r = w * b / p
            bend = r * (y2 * y2 - 1) * v2**2
            if by_weight:
                l1, l2 = (b - a) / p, r * y2
                bend += 2 * v1 * v2 * y2 * b / p
            else:
                l1, l2 = (1 - r) * y1, r * y2
                bend += (1 - r) * (y1 * y1 - 1) * v1**2
            rest, q = bend - (v1 * l1 + v2 * l2) ** 2 / 2, step * p
            g11, g12, g22 = g11 + q * l1 * l1, g12 + q * l1 * l2, g22 + q * l2 * l2
            u1, u2 = u1 + q * rest * l1, u2 + q * rest * l2
        return np.array([g11, g12, g22, u1, u2, g11 * g22 - g12**2], float)


@pytest.mark.parametrize(
    ("family", "theta"),
    [
        ("mixture_wm", (0.25, 3.2)),
        ("mixture_wm", (0.6, -5.9)),
        ("mixture_wm", (2e-4, 5.5)),
        ("mixture_wm", (0.9995, 1.3)),
        ("mixture_wm", (0.4, 0.05)),
        ("mixture_wm", (0.4, -0.61)),
        ("mixture_mm", (-0.4, 2.2)),
        ("mixture_mm", (2.5, -3.5)),
        ("mixture_mm", (0.3, 0.35)),
        ("mixture_mm:w=0.03", (-1.0, 1.2)),
        ("mixture_mm:w=0.97", (3.0, -2.0)),
    ],
)
def test_sums_are_those_of_many_nodes(family, theta):
    """Alone, and beside points whose means are far apart on both sides, which determine the nodes."""
    manifold, (_, _, weight) = manifold_of(family), family.partition("w=")
    v, means = (0.7, -1.3), not family.startswith("mixture_wm")
    w, m1 = (float(weight or 0.5), theta[0]) if means else (theta[0], 0.0)
    known = exact(not means, w, m1, theta[1], v)
    scale = np.sqrt([known[0] ** 2, known[0] * known[2], known[2] ** 2])
    far = [(-2.8, 2.9), (2.8, -2.9)] if means else [(0.5, 5.8), (0.5, -5.8)]
    for points in (np.array([theta]), np.array([theta, *far])):
        found = np.array(manifold.geometry.spray(points, np.full(points.shape, v)))[:, 0]
        assert (np.abs(found[:3] - known[:3]) < 1e-12 * scale).all()
        size = np.abs(known[3:5]) + 1e-3 * np.sqrt(known[[0, 2]]) * (known[[0, 2]] @ np.square(v))
        assert (np.abs(found[3:5] - known[3:5]) < 2e-12 * size).all()
        np.testing.assert_allclose(found[5], known[5], rtol=1e-11)
        assert (np.abs(manifold.metric(points)[0] - known[:3]) < 1e-12 * scale).all()


def by_many_nodes(y):
    """The slope of a state (w, m, w', m'), from densities at 4,000 points x."""
    w, m, *v = y
    x, step = np.linspace(-11.0, m + 11.0, 4000, retstep=True)
    a, b = (np.exp(-0.5 * (x - c) ** 2) / np.sqrt(2 * np.pi) for c in (0.0, m))
    p = (1 - w) * a + w * b
    first = np.array([(b - a) / p, w * (x - m) * b / p])
    bend = (2 * v[0] * v[1] * (x - m) + v[1] ** 2 * w * ((x - m) ** 2 - 1)) * b / p
    g = step * (p * first) @ first.T
    turn = step * (p * first) @ (bend - 0.5 * (v @ first) ** 2)
    return np.concatenate([v, -np.linalg.solve(g, turn)])


def test_rays_of_mixtures_are_those_of_scipy():
    manifold, v = manifold_of("mixture_wm"), np.array([[0.4, 0.3], [-0.3, 1.5], [0.1, -1.9]])
    theta = np.tile((0.25, 3.2), (3, 1))
    paths = ReferenceEngine().shoot(ShootRequest(manifold, theta, v, steps=16))
    assert paths.status.tolist() == [Status.OK] * 3
    for path, start, way in zip(paths.theta, theta, v, strict=True):
        known = solve_ivp(
            lambda _, y: by_many_nodes(y), (0, 1), [*start, *way], "DOP853",
            rtol=1e-12, atol=1e-12, t_eval=paths.t,
        )  # fmt: skip
        np.testing.assert_allclose(path, known.y[:2].T, rtol=0, atol=1e-10)


@pytest.mark.parametrize("family", ["mixture_wm", "mixture_mm"])
def test_many_points_have_the_sums_of_each(family):
    """Many are divided into parts with nodes of their own."""
    manifold, random = manifold_of(family), np.random.default_rng(5)
    first = random.uniform(0.05, 0.95, 900) if family == "mixture_wm" else -1.0
    theta = np.stack([np.broadcast_to(first, 900), random.uniform(0.5, 5.9, 900)], axis=1)
    v = random.normal(size=theta.shape)
    every, some = manifold.geometry.spray(theta, v), range(0, 900, 60)
    for i in (*some, int(theta[:, 1].argmin()), int(theta[:, 1].argmax())):
        alone = manifold.geometry.spray(theta[i : i + 1], v[i : i + 1])
        for part, one in zip(every, alone, strict=True):
            np.testing.assert_allclose(part[i], one[0], rtol=1e-10, atol=1e-11)

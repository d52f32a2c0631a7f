"""Softmax under a softcap: g, Γ, T, K and geodesics against mpmath, the sphere, and its limit."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from compute import AttentionGeodesic
from compute.divergences.divergence import natural_chart
from compute.families.attention import softmax_manifold
from compute.requests.geometry import GeometryRequest

DRAW = np.random.default_rng(4)
T, ORIGIN, B = DRAW.normal(size=(9, 2)), DRAW.normal(size=9), DRAW.normal(size=9)
CAP = 1.7
POINTS = np.array([[0.0, 0.0], [0.4, -0.7], [-1.3, 0.9], [2.2, 1.4]])


def capped(cap: float = CAP):
    return softmax_manifold(T, ORIGIN, softcap=cap, added=B)


def log_p(j: int, x, y):
    logits = [
        CAP * mpmath.tanh((ORIGIN[k] + T[k, 0] * x + T[k, 1] * y) / CAP) + B[k]
        for k in range(len(T))
    ]
    return logits[j] - mpmath.log(mpmath.fsum(map(mpmath.exp, logits)))


def expected(at):
    """g, Γ_ij,k = E[(∂ᵢ∂ⱼl + ½ ∂ᵢl ∂ⱼl) ∂ₖl] and T by derivatives in 40 digits."""
    with mpmath.workdps(40):
        x, y = map(mpmath.mpf, map(float, at))
        p = [mpmath.exp(log_p(j, x, y)) for j in range(len(T))]

        def d(j, *order):
            return mpmath.diff(lambda u, v: log_p(j, u, v), (x, y), order)

        one = [(d(j, 1, 0), d(j, 0, 1)) for j in range(len(T))]
        two = [{(0, 0): d(j, 2, 0), (0, 1): d(j, 1, 1), (1, 1): d(j, 0, 2)} for j in range(len(T))]
        pairs = [(0, 0), (0, 1), (1, 1)]

        def mean(f):
            return float(mpmath.fsum(p[j] * f(j) for j in range(len(T))))

        g = [mean(lambda j, i=i, k=k: one[j][i] * one[j][k]) for i, k in pairs]
        first = [
            [
                mean(
                    lambda j, i=i, k=k, m=m: (two[j][i, k] + one[j][i] * one[j][k] / 2) * one[j][m]
                )
                for i, k in pairs
            ]
            for m in (0, 1)
        ]
        cubic = [mean(lambda j, n=n: one[j][0] ** (3 - n) * one[j][1] ** n) for n in range(4)]
    return g, first, cubic


@pytest.mark.parametrize("at", POINTS[1:3], ids=str)
def test_the_geometry_is_that_of_the_distributions(at):
    local = capped().geometry(at[None])
    g, first, cubic = expected(at)
    np.testing.assert_allclose(local.metric[0], g, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(local.first[0], first, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(local.cubic[0], cubic, rtol=1e-11, atol=1e-13)


def brioschi(manifold, at: np.ndarray, h: float = 2e-3) -> float:
    """K from the metric alone, by Brioschi's formula and central differences of order 4."""
    offsets, weights = np.arange(-2, 3), np.array([1, -8, 0, 8, -1]) / 12
    second = np.array([-1, 16, -30, 16, -1]) / 12
    u, v = np.meshgrid(offsets, offsets, indexing="ij")
    grid = manifold.geometry(at + h * np.stack([u, v], axis=-1).reshape(-1, 2)).metric
    E, F, G = grid.reshape(5, 5, 3).transpose(2, 0, 1)

    def d(f, n, m):
        a, b = ({0: (offsets == 0) * 1.0, 1: weights, 2: second}[k] for k in (n, m))
        return float(a @ f @ b) / h ** (n + m)

    e, f, g = (float(x[2, 2]) for x in (E, F, G))
    top = -d(E, 0, 2) / 2 + d(F, 1, 1) - d(G, 2, 0) / 2
    first = [
        [top, d(E, 1, 0) / 2, d(F, 1, 0) - d(E, 0, 1) / 2],
        [d(F, 0, 1) - d(G, 1, 0) / 2, e, f],
        [d(G, 0, 1) / 2, f, g],
    ]
    other = [[0, d(E, 0, 1) / 2, d(G, 1, 0) / 2], [d(E, 0, 1) / 2, e, f], [d(G, 1, 0) / 2, f, g]]
    return (np.linalg.det(first) - np.linalg.det(other)) / (e * g - f * f) ** 2


@pytest.mark.parametrize("at", POINTS, ids=str)
def test_the_curvature_is_that_of_its_own_metric(at):
    manifold = capped()
    assert manifold.curvature(at) == pytest.approx(brioschi(manifold, at), rel=1e-6, abs=1e-6)


def test_without_a_bound_it_is_the_softmax():
    far, plain = capped(1e7), softmax_manifold(T, ORIGIN + B)
    for name in ("metric", "first", "cubic"):
        ours, theirs = (getattr(m.geometry(POINTS), name) for m in (far, plain))
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(far.curvature(POINTS), plain.curvature(POINTS), rtol=1e-6, atol=1e-7)
    assert natural_chart(plain) is not None and natural_chart(far) is None


def test_both_engines_agree(reference_engine, engine):
    manifold = capped()
    one, other = (e.geometry(GeometryRequest(manifold, POINTS)) for e in (engine, reference_engine))
    for name in ("metric", "christoffel", "cubic", "curvature"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=2e-5, atol=2e-5)


def test_a_geodesic_lies_between_its_bounds_and_is_shortest(engine):
    manifold = capped()
    path = AttentionGeodesic(manifold, engine=engine).compute_path(POINTS[2], POINTS[3])
    assert path.status.name == "OK"
    low, high = (float(x[0]) for x in manifold.bounds(POINTS[2:3], POINTS[3:]))
    assert low < path.length < high
    # its length on the sphere of distributions, as a polygon of its own nodes
    roots = np.sqrt(manifold.density(path.theta, None))
    assert 2 * np.linalg.norm(np.diff(roots, axis=0), axis=1).sum() == pytest.approx(
        path.length, rel=1e-3
    )
    moved = path.theta + 0.02 * np.sin(np.pi * path.t)[:, None] * np.array([1.0, -1.0])
    other = np.sqrt(manifold.density(moved, None))
    assert 2 * np.linalg.norm(np.diff(other, axis=0), axis=1).sum() > path.length * (1 - 1e-3)


def test_a_divergence_is_that_of_the_distributions():
    manifold = capped()
    p, q = manifold.density(POINTS[1], None), manifold.density(POINTS[3], None)
    expected = float((p * np.log(p / q)).sum())
    assert manifold.divergence(POINTS[1], POINTS[3]) == pytest.approx(expected, rel=1e-12, abs=0.0)
    near = POINTS[1] + 1e-6
    g = manifold.geometry(POINTS[1]).metric
    assert manifold.divergence(POINTS[1], near) == pytest.approx(
        0.5e-12 * (g[0] + 2 * g[1] + g[2]), rel=1e-5
    )

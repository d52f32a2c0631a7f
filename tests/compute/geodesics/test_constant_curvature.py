"""Arcs of constant curvature: lengths by closed forms, and pairs that shooting cannot reach."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics.constant_curvature import arcs
from compute.requests.geodesics import ConnectRequest

WIDE = {
    "gaussian": lambda r: (r.normal(0, 4), np.exp(r.uniform(-3, 3))),
    "cauchy": lambda r: (r.normal(0, 4), np.exp(r.uniform(-3, 3))),
    "gumbel": lambda r: (r.normal(0, 4), np.exp(r.uniform(-3, 3))),
    "weibull": lambda r: np.exp(r.uniform(-3, 3, 2)),
    "frechet": lambda r: np.exp(r.uniform(-3, 3, 2)),
    "inverse_gaussian": lambda r: np.exp(r.uniform(-3, 3, 2)),
    "categorical3_natural": lambda r: r.normal(0, 4, 2),
    "bures_slice_qfi": lambda r: r.uniform(-0.69, 0.69, 2),
}


@pytest.mark.parametrize("name", WIDE)
def test_an_arc_has_the_length_of_the_distance_at_constant_speed(name):
    manifold, random = manifold_of(name), np.random.default_rng(3)
    start, end = (np.array([WIDE[name](random) for _ in range(40)]) for _ in range(2))
    theta, v = arcs(manifold, start, end, 512)
    np.testing.assert_allclose(theta[:, -1], end, rtol=1e-9, atol=1e-9)
    pieces = manifold.distance(theta[:, :-1], theta[:, 1:])
    distance = manifold.distance(start, end)
    np.testing.assert_allclose(pieces * 512, np.repeat(distance[:, None], 512, 1), rtol=1e-9)
    g = manifold.geometry(theta).metric
    speed2 = g[..., 0] * v[..., 0] ** 2 + 2 * g[..., 1] * v[..., 0] * v[..., 1]
    speed2 += g[..., 2] * v[..., 1] ** 2
    np.testing.assert_allclose(np.sqrt(speed2), np.repeat(distance[:, None], 513, 1), rtol=1e-8)
    # θ' is the derivative of θ; near an edge differences of θ know less of it
    slope = (theta[:, 2:] - theta[:, :-2]) * 256
    wrong = np.linalg.norm(slope - v[:, 1:-1], axis=-1) / np.linalg.norm(v[:, 1:-1], axis=-1)
    assert np.median(wrong) < 1e-3 and np.quantile(wrong, 0.9) < 1e-2


def test_points_close_together_and_the_same_point():
    manifold = manifold_of("gaussian")
    start = np.array([[0.3, 1.0], [0.3, 1.0]])
    end = np.array([[0.3, 1.0], [0.3 + 1e-9, 1.0 + 1e-9]])
    theta, v = arcs(manifold, start, end, 8)
    np.testing.assert_allclose(theta[:, -1], end, rtol=1e-15)
    np.testing.assert_allclose(v[:, 0], end - start, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("weibull", (5.5137, 0.012759), (0.065519, 436.774)),
        ("inverse_gaussian", (0.0484, 1.622), (312.42, 0.0922)),
        ("categorical3_natural", (-6.532, 8.904), (1.195, -5.286)),
    ],
)
def test_pairs_that_no_ray_can_aim_at_are_joined(engine, name, start, end):
    manifold = manifold_of(name)
    paths = engine.connect(ConnectRequest(manifold, np.array([start]), np.array([end])))
    assert paths.status[0] == Status.OK
    expected = manifold.distance(np.array(start), np.array(end))
    assert paths.length[0] == pytest.approx(expected, rel=1e-4 if engine.name == "gpu" else 1e-8)


def test_other_families_have_none():
    assert arcs(manifold_of("beta"), np.ones((1, 2)), 2 * np.ones((1, 2)), 8) is None

"""Pairs that one ray cannot aim at: far ones, turning ones, periodic ones, and other connections."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.requests.geodesics import ConnectRequest


def far(name: str, count: int, seed: int = 1):
    """Random pairs over the whole first view."""
    manifold = manifold_of(name)
    view = manifold.view
    random = np.random.default_rng(seed)
    x = random.uniform((view.x0, view.y0), (view.x1, view.y1), (6 * count, 2))
    theta = manifold.charts[0].inverse(x)
    theta = theta[np.isfinite(theta).all(axis=1)]
    theta = theta[manifold.in_domain(theta)]
    return manifold, theta[:count], theta[count : 2 * count]


@pytest.mark.parametrize("name", ["gamma", "von_mises", "beta", "inverse_gaussian", "attention"])
def test_far_pairs_are_joined(name, gpu_engine):
    manifold, a, b = far(name, 100)
    paths = gpu_engine.connect(ConnectRequest(manifold, a, b))
    assert (paths.status == Status.OK).sum() >= (95 if name == "von_mises" else 100)
    assert paths.residual[paths.status == Status.OK].max() < 1e-3


def test_the_reference_joins_what_turns_round(reference_engine):
    """Along k the curve turns where λ goes on: coordinates of very different size."""
    manifold = manifold_of("gamma")
    a, b = np.array([[18.75, 0.336]]), np.array([[17.645, 0.1118]])
    paths = reference_engine.connect(ConnectRequest(manifold, a, b))
    assert paths.status[0] == Status.OK
    assert paths.residual[0] < 1e-8
    assert paths.theta[0, :, 0].min() < 6


def test_periodic_coordinates_go_the_short_way_round(engine):
    manifold = manifold_of("von_mises")
    a, b = np.array([[3.0, 2.0]]), np.array([[-3.0, 2.0]])
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=64))
    assert paths.status[0] == Status.OK
    np.testing.assert_allclose(paths.theta[0, -1], (2 * np.pi - 3.0, 2.0), atol=1e-4)
    turned = np.array([[2 * np.pi - 6.0, 2.0]])
    near = engine.connect(ConnectRequest(manifold, np.array([[0.0, 2.0]]), turned, steps=64))
    np.testing.assert_allclose(paths.length, near.length, rtol=1e-4)


def test_pairs_across_a_fold_are_not_joined_and_say_so(gpu_engine):
    """m₁ = m₂ is a singular line of the mixtures."""
    manifold = manifold_of("mixture_mm")
    a, b = np.array([[-1.0, 2.0]]), np.array([[2.0, -1.0]])
    paths = gpu_engine.connect(ConnectRequest(manifold, a, b))
    assert paths.status[0] != Status.OK

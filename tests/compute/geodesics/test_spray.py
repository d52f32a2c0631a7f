"""θ'' by the quick way of each family, against its whole geometry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import families, manifold
from compute.geodesics import logarithmic
from compute.geodesics.spray import acceleration_of
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import QuickGeometry, contracted, raised


def near_the_pins(family: Manifold) -> tuple[np.ndarray, np.ndarray]:
    """Points and velocities (2, n), shaped for `acceleration_of`."""
    share = np.linspace(-0.1, 1.1, 300)[:, None]
    theta = np.array(family.pins[0]) * (1 - share) + np.array(family.pins[1]) * share
    theta = theta[family.margin(theta) > 1e-3]
    v = np.random.default_rng(2).normal(size=theta.shape) * (1.0 + np.abs(theta))
    return theta.T, v.T


def same(family: Manifold, tolerance: float) -> None:
    theta, v = near_the_pins(family)
    found, metric, wrong = acceleration_of(family, 0.0)(theta, v)
    local = family.geometry(theta.T)
    assert wrong is None
    known = -raised(local, contracted(local.first, v.T, v.T))
    size = np.abs(known).max(axis=1) + 1.0
    assert (np.abs(found - known.T).max(axis=0) < tolerance * size).all()
    np.testing.assert_allclose(metric, local.metric.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(family.metric(theta.T), local.metric, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in families() if n != "custom"])
def test_the_quick_way_is_that_of_the_whole_geometry(name):
    same(manifold(name), 1e-10)


@pytest.mark.parametrize("name", ["beta", "gaussian"])
def test_logarithms_of_coordinates_have_their_own_quick_way(name):
    """Both coordinates are logarithms, or only the second."""
    scaled = logarithmic.scaled(manifold(name))
    assert isinstance(scaled.geometry, QuickGeometry)
    x, w = np.random.default_rng(3).normal(size=(2, 2, 40)) * 0.5
    local = scaled.geometry(x.T)
    found = acceleration_of(scaled, 0.0)(x, w)[0]
    known = -raised(local, contracted(local.first, w.T, w.T))
    np.testing.assert_allclose(found, known.T, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(scaled.metric(x.T), local.metric, rtol=1e-12, atol=1e-14)


def test_another_geometry_takes_no_quick_way_of_the_first():
    family = manifold("gamma")
    flat = replace(family, geometry=manifold("flat_exponential_pair").geometry.whole)
    theta, v = near_the_pins(family)
    np.testing.assert_allclose(acceleration_of(flat, 0.0)(theta, v)[0], v**2 / theta, rtol=1e-12)


def test_there_is_no_acceleration_outside_or_where_g_is_singular():
    family = manifold("attention")
    theta = np.array([[0.0, 1e9], [0.0, 0.0]])
    found, _, wrong = acceleration_of(family, 0.0)(theta, np.ones((2, 2)))
    assert wrong.tolist() == [Status.OK, Status.LEFT_DOMAIN]
    assert np.abs(found[:, 0]).max() > 0.0
    np.testing.assert_array_equal(found[:, 1], 0.0)
    singular = manifold("mixture_mm")
    found, _, wrong = acceleration_of(singular, 0.0)(np.ones((2, 1)), np.ones((2, 1)))
    assert wrong.tolist() == [Status.ILL_CONDITIONED]
    np.testing.assert_array_equal(found, 0.0)

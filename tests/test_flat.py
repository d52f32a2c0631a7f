"""e- and m-geodesics in closed form, against the integrated geodesic equation."""

from __future__ import annotations

import numpy as np
import pytest

from compute.families import families, family
from compute.flat import applies
from compute.guess import is_dual
from compute.types import ConnectRequest, ShootRequest, Status

DUAL = [name for name in sorted(families()) if is_dual(family(name))]


def test_every_exponential_family_has_both_flat_charts():
    assert set(DUAL) >= {
        "attention", "beta", "categorical3_expectation", "categorical3_natural",
        "flat_exponential_pair", "gamma", "gaussian", "inverse_gaussian", "von_mises",
    }  # fmt: skip


@pytest.mark.parametrize("alpha", [1.0, -1.0])
@pytest.mark.parametrize("name", DUAL)
def test_they_solve_the_geodesic_equation(name, alpha, reference_engine):
    manifold = family(name)
    start, end = (np.array([pin]) for pin in manifold.pins)
    request = ConnectRequest(manifold, start, end, alpha, 64)
    assert applies(request)
    lines = reference_engine.connect(request)
    assert lines.status[0] == Status.OK
    shot = ShootRequest(manifold, start, lines.velocity[:, 0], alpha, 64)
    paths = reference_engine.shoot(shot)
    size = np.abs(lines.theta).max()
    np.testing.assert_allclose(paths.theta, lines.theta, atol=2e-6 * size)
    np.testing.assert_allclose(paths.velocity[:, -1], lines.velocity[:, -1], rtol=1e-4, atol=1e-5)


def test_both_engines_answer_alike(gpu_engine, reference_engine):
    manifold = family("gamma")
    request = ConnectRequest(manifold, np.array([[0.1, 5.0]]), np.array([[40.0, 0.2]]), -1.0)
    found, expected = gpu_engine.connect(request), reference_engine.connect(request)
    np.testing.assert_array_equal(found.theta, expected.theta)
    assert found.engine == "reference"

"""Geodesics of mixtures beside their fold: against collocation in θ and SciPy, by few evaluations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics import least_energy
from compute.geodesics.folded import regular
from compute.manifold.tangent import contracted, raised
from compute.requests.geodesics import ConnectRequest

BESIDE = (((-1.0, -0.98), (0.3, 1.2)), ((0.0, 0.02), (1.0, 2.0)), ((0.02, 0.0), (1.0, -0.4)))


@pytest.mark.parametrize("w", [0.5, 0.3])
@pytest.mark.parametrize(("start", "end"), BESIDE)
def test_a_path_ends_where_its_velocity_leads(w, start, end):
    manifold = manifold_of(f"mixture_mm:w={w}")
    request = ConnectRequest(manifold, np.array([start]), np.array([end]), steps=32)
    path = ReferenceEngine().connect(request)
    assert path.status[0] == Status.OK
    assert path.error[0] < 1e-8 and path.residual[0] < 1e-8

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        local = manifold.geometry(y[:2])
        return np.concatenate([y[2:], -raised(local, contracted(local.first, y[2:], y[2:]))])

    # from the end that is far from the fold to the middle
    begin = [*path.theta[0, -1], *-path.velocity[0, -1]]
    ray = solve_ivp(rate, (0, 0.5), begin, "DOP853", rtol=1e-11, atol=1e-12).y[:2, -1]
    np.testing.assert_allclose(ray, path.theta[0, 16], atol=1e-8)


def test_a_path_beside_the_fold_takes_few_evaluations_and_has_the_length_of_collocation():
    manifold, points = manifold_of("mixture_mm"), []

    def counted(theta):
        points.append(theta.size // 2)
        return manifold.geometry(theta)

    own = replace(manifold, geometry=counted)
    request = ConnectRequest(own, np.array([[-1.0, -0.98]]), np.array([[0.3, 1.2]]), steps=32)
    path = ReferenceEngine().connect(request)
    assert path.status[0] == Status.OK and sum(points) < 1_500
    other = least_energy.connect(replace(request, manifold=manifold))
    assert other.status[0] == Status.OK
    assert path.length[0] == pytest.approx(other.length[0], rel=1e-11, abs=0.0)


def test_the_connection_of_regular_coordinates_is_that_of_their_metric():
    folded = regular(manifold_of("mixture_mm:w=0.3"))
    x, h = np.array([[0.4, 0.3], [-0.2, -1.1]]), 1e-5
    slope = [
        (folded.geometry(x + h * e).metric - folded.geometry(x - h * e).metric) / (2 * h)
        for e in np.eye(2)
    ]
    (e1, f1, g1), (e2, f2, g2) = (np.moveaxis(s, -1, 0) for s in slope)
    expected = [[e1 / 2, e2 / 2, f2 - g1 / 2], [f1 - e2 / 2, g1 / 2, g2 / 2]]
    found = folded.geometry(x).first
    np.testing.assert_allclose(found, np.moveaxis(np.array(expected), -1, 0), atol=1e-8)
    assert regular(manifold_of("gaussian")) is None

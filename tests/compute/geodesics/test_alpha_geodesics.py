"""α-geodesics by collocation at constant Fisher speed, against closed forms and SciPy's integrator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import compute
from compute.core.status import Status
from compute.geodesics import alpha_geodesics, boundary_values
from compute.requests.geodesics import ConnectRequest


def request_of(manifold, start, end, alpha, steps=32):
    return ConnectRequest(manifold, np.atleast_2d(start), np.atleast_2d(end), alpha, steps)


def normals(alpha):
    """θ″ of normals: Γ^(α) in closed form (Amari and Nagaoka 2000, 2.3)."""

    def slopes(_, y):
        _, sigma, u, w = y
        return [
            u, w, 2 * (1 + alpha) * u * w / sigma,
            (-(1 - alpha) * u * u / 2 + (1 + 2 * alpha) * w * w) / sigma,
        ]  # fmt: skip

    return slopes


@pytest.mark.parametrize("alpha", [1.0, -1.0])
def test_e_and_m_geodesics_are_straight_lines(alpha):
    """Collocated as any other α, by whatever their closed form is not asked."""
    manifold = compute.family("gaussian")
    start, end = np.array([-3.9, 0.21]), np.array([3.87, 4.674])
    request = request_of(manifold, start, end, alpha)
    found = alpha_geodesics.near(request, _levi_civita(manifold, start, end))
    assert found.status[0] == Status.OK
    flat = compute.manifold.charts.named(manifold.charts, "natural" if alpha > 0 else "expectation")
    a, b = flat.forward(start), flat.forward(end)
    share = np.linspace(0, 1, 33)[:, None]
    np.testing.assert_allclose(
        flat.forward(found.theta[0]), a * (1 - share) + b * share, atol=1e-8 * np.abs(a - b).max()
    )


def _levi_civita(manifold, start, end):
    return boundary_values.solve(request_of(manifold, start, end, 0.0)).theta


def test_wide_pairs_of_normals_obey_their_equation():
    """Scales from 1e-3 to 1e3, whose speed changes ten thousandfold: the ray from A arrives at B."""
    manifold, alpha, rng = compute.family("gaussian"), 0.7, np.random.default_rng(4)
    ends = np.stack([rng.uniform(-30, 30, (8, 2)), 10.0 ** rng.uniform(-3, 3, (8, 2))], axis=-1)
    found = boundary_values.solve(ConnectRequest(manifold, ends[:, 0], ends[:, 1], alpha, 32))
    assert (found.status == Status.OK).all()
    for i in range(8):
        # from the faster end, whose error does not grow
        first = [*found.theta[i, -1], *-found.velocity[i, -1]]
        y = solve_ivp(normals(alpha), (0, 1), first, "DOP853", rtol=1e-11, atol=1e-13).y[:2]
        size = np.abs(ends[i]).max(axis=0)
        np.testing.assert_allclose(y[:, -1] / size, ends[i, 0] / size, atol=2e-6)


@pytest.mark.parametrize("alpha", [0.6, -0.6])
def test_a_length_is_that_of_the_curve(alpha):
    manifold = compute.family("gamma")
    found = boundary_values.solve(request_of(manifold, (1.0, 1.0), (6.0, 0.7), alpha, 512))
    assert found.status[0] == Status.OK
    metric = manifold.geometry(found.theta[0]).metric
    v = found.velocity[0]
    speed = np.sqrt(metric[:, 0] * v[:, 0] ** 2 + 2 * metric[:, 1] * v[:, 0] * v[:, 1]
                    + metric[:, 2] * v[:, 1] ** 2)  # fmt: skip
    weights = np.ones(513)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    assert found.length[0] == pytest.approx(speed @ weights / 1536, rel=1e-7)
    assert found.energy[0] == pytest.approx(speed**2 @ weights / 1536, rel=1e-7)


@pytest.mark.parametrize("alpha", [-1.0, 0.5])
def test_mixtures_beside_both_edges_are_joined_and_soon(alpha):
    """Weights from 0.001 to 0.999, where most of the turn lies in the first hundredth: in a bounded
    number of evaluations of the geometry, each a sum over 241 terms."""
    manifold, count = compute.family("mixture_wm"), [0]

    def counted(theta):
        count[0] += theta.size // 2
        return manifold.geometry(theta)

    own = replace(manifold, geometry=counted)
    found = boundary_values.solve(request_of(own, (0.001, 1.0), (0.999, 1.0), alpha))
    assert found.status[0] == Status.OK
    assert found.residual[0] < 1e-8 * found.length[0]
    assert count[0] < 60_000
    if alpha == -1.0:  # mixtures of two distributions are a straight line of this connection
        straight = np.stack([np.linspace(0.001, 0.999, 33), np.ones(33)], axis=1)
        np.testing.assert_allclose(found.theta[0], straight, atol=1e-7)


@pytest.mark.parametrize(
    ("family", "start", "across", "beside"),
    [
        ("mixture_wm", [0.3, 1.0], [0.6, -0.8], [0.6, 0.8]),
        ("mixture_mm", [-1.0, 1.0], [2.0, 1.5], [-0.4, 2.2]),
    ],
)
def test_nothing_crosses_a_line_where_the_metric_is_singular(family, start, across, beside, engine):
    """Mixtures with m < 0 and with m > 0 have N(0, 1) in common alone, and m₁ = m₂ is a fold; one pair
    stops no other.
    """
    manifold = compute.family(family)
    start, end = np.array([start, start]), np.array([across, beside])
    for alpha in (0.0, 0.5):
        found = engine.connect(ConnectRequest(manifold, start, end, alpha, 16))
        assert found.status.tolist() == [Status.LEFT_DOMAIN, Status.OK]
        assert engine.connect(request_of(manifold, start[0], end[0], alpha)).status[0] == (
            Status.LEFT_DOMAIN
        )

"""e- and m-geodesics in closed form, against the integrated geodesic equation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from compute.core.status import Status
from compute.families import families
from compute.families import manifold as manifold_of
from compute.geodesics.dually_flat import applies
from compute.geodesics.initial_curves import is_dual
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.transport import TransportRequest

DUAL = [name for name in sorted(families()) if is_dual(manifold_of(name))]


def test_every_exponential_family_has_both_flat_charts():
    assert set(DUAL) >= {
        "attention", "beta", "binomial_binomial", "categorical", "categorical3_expectation",
        "categorical3_natural", "geometric_geometric", "poisson_poisson",
        "flat_exponential_pair", "gamma", "gaussian", "inverse_gamma", "inverse_gaussian",
        "log_normal", "nakagami", "von_mises",
    }  # fmt: skip


@pytest.mark.parametrize("alpha", [1.0, -1.0])
@pytest.mark.parametrize("name", DUAL)
def test_they_solve_the_geodesic_equation(name, alpha, reference_engine):
    manifold = manifold_of(name)
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
    manifold = manifold_of("gamma")
    request = ConnectRequest(manifold, np.array([[0.1, 5.0]]), np.array([[40.0, 0.2]]), -1.0)
    found, expected = gpu_engine.connect(request), reference_engine.connect(request)
    np.testing.assert_array_equal(found.theta, expected.theta)
    assert found.engine == "reference"


@pytest.mark.parametrize("alpha", [1.0, -1.0, -0.5])
def test_a_length_along_which_the_speed_changes_a_thousandfold(alpha, reference_engine):
    """Straight up the half-plane every connection goes the same way, of length √2 ln(σ₁/σ₀)."""
    start, end = np.array([[0.0, 0.01]]), np.array([[0.0, 3.0]])
    found = reference_engine.connect(ConnectRequest(manifold_of("gaussian"), start, end, alpha))
    assert found.status[0] == Status.OK
    assert found.length[0] == pytest.approx(np.sqrt(2) * np.log(300), rel=1e-8)


def test_the_energy_is_jeffreys_divergence_and_the_length_scipys(reference_engine):
    """η goes straight from (0, σ²) to (3, 9 + σ²): dσ²/dt = 9 − 2μ μ', and |v|² = (μ'² + 2σ'²)/σ²."""
    manifold, s0 = manifold_of("gaussian"), 0.05
    start, end = np.array([[0.0, s0]]), np.array([[3.0, s0]])
    found = reference_engine.connect(ConnectRequest(manifold, start, end, -1.0))
    jeffreys = manifold.divergence(start, end) + manifold.divergence(end, start)
    assert found.energy[0] == pytest.approx(jeffreys[0], rel=1e-8)

    def speed(t):
        s2 = s0**2 + 9 * t * (1 - t)
        return np.sqrt(9 / s2 + 2 * (9 * (1 - 2 * t) / 2) ** 2 / s2**2)

    expected = 2 * integrate.quad(speed, 0, 0.5, points=[1e-4, 1e-3, 1e-2], limit=200)[0]
    assert found.length[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("alpha", [1.0, -1.0])
def test_transport_keeps_the_components_in_the_flat_chart(alpha, engine):
    """V^μ ∝ g_μμ^−1 along α = 1, and stays along α = −1, on a line of constant μ."""
    manifold = manifold_of("gaussian")
    start, end = np.array([[0.0, 0.01]]), np.array([[0.0, 3.0]])
    path = engine.connect(ConnectRequest(manifold, start, end, alpha))
    vector = np.array([[1.0, 0.0]])
    found = engine.transport(TransportRequest(manifold, path.theta, path.velocity, vector, alpha))
    assert found.status[0] == Status.OK
    expected = (300.0**2 if alpha > 0 else 1.0, 0.0)
    np.testing.assert_allclose(found.vectors[0, -1], expected, rtol=1e-9, atol=1e-9)


def test_a_curve_that_its_nodes_do_not_tell_carries_nothing(engine):
    manifold = manifold_of("gaussian")
    start, end = np.array([[0.0, 0.01]]), np.array([[0.0, 3.0]])
    path = engine.connect(ConnectRequest(manifold, start, end, -1.0))
    vector = np.array([[1.0, 0.0]])
    found = engine.transport(TransportRequest(manifold, path.theta, path.velocity, vector, 0.0))
    assert found.status[0] == Status.NOT_CONVERGED
    assert np.isnan(found.vectors[0, 1:]).all()

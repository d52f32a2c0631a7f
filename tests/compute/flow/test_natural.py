"""The natural gradient: points and mass that go down KL(p_target ‖ p_θ)."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.natural import towards
from compute.manifold.charts import named
from compute.manifold.extent import Extent
from compute.manifold.tangent import raised

EXPONENTIAL = ["gaussian", "gamma", "beta", "von_mises", "categorical3_expectation",
               "attention:bank", "inverse_gaussian"]  # fmt: skip


@pytest.mark.parametrize("name", EXPONENTIAL)
def test_a_natural_gradient_is_the_steepest_way_to_its_target(name):
    """θ' of the exact solution against −g^ij ∂_j KL(p_target ‖ p_θ), both by differences."""
    manifold = manifold_of(name)
    start, target = np.array(manifold.pins)
    h = 1e-4
    found = compute.natural_gradient_flow(
        manifold, start, target, [0.0, 0.5 - h, 0.5, 0.5 + h, 9.0]
    )
    np.testing.assert_allclose(found.theta[0], start, rtol=1e-8, atol=1e-9)
    assert (np.diff(found.loss) < 0).all()
    assert found.loss[-1] < 1e-6 * found.loss[0]
    middle, slope = found.theta[2], np.empty(2)
    for axis in (0, 1):
        around = middle + h * np.array([[-1.0], [1.0]]) * np.eye(2)[axis]
        before, after = manifold.divergence(target, around)
        slope[axis] = (after - before) / (2 * h)
    wanted = -raised(manifold.geometry(middle), slope)
    np.testing.assert_allclose((found.theta[3] - found.theta[1]) / (2 * h), wanted, rtol=2e-5)


def test_a_field_towards_a_target_has_a_sink_there():
    for name in ("gaussian", "gamma", "categorical3_expectation"):
        flow = compute.AttentionFlow(manifold_of(name), 32)
        target = np.array(flow.manifold.pins[1])
        (sink,) = flow.singularities(towards(flow.grid, target))
        assert (sink.index, sink.kind) == (1, "node")
        np.testing.assert_allclose(sink.theta, target, rtol=0.08)


def expectation_of(flow, rho):
    """The mean of η by the mass of the nodes."""
    eta = named(flow.manifold.charts, "expectation").forward(flow.grid.theta[flow.operator.used])
    mass = (flow.operator.mass * rho)[flow.operator.used]
    return mass @ eta / mass.sum()


@pytest.mark.parametrize("name", ["gaussian", "beta", "von_mises", "categorical3_natural"])
def test_the_mean_of_mass_goes_straight_to_the_target(name):
    """E[η](t) = η* + e^{−t}(E[η](0) − η*), to second order; mass is kept and nothing is negative."""
    errors = []
    for size in (33, 65):
        flow = compute.AttentionFlow(manifold_of(name), size, "natural")
        rho = initial_fields.bump(flow.grid, np.array(flow.manifold.pins[0]))
        found = flow.evolve(rho, 2.0, 4)
        start, end = expectation_of(flow, rho), expectation_of(flow, found.field)
        target = named(flow.manifold.charts, "expectation").forward(flow.target)
        exact = target + np.exp(-2.0) * (start - target)
        errors.append(np.abs(end - exact).max() / np.abs(start - target).max())
        # on its way some of it may lie beside the grid
        assert found.mass[-1] == pytest.approx(found.mass[0], rel=1e-11, abs=0.0)
        assert np.nanmin(found.field) >= 0.0
        assert found.steps == 0 and found.status == Status.OK
    assert errors[1] < 3e-3
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=0.6)


def test_mass_is_carried_as_the_density_says():
    """(ρ√D_η)(η, t) = e^{2t}(ρ₀√D_η)(η* + e^t(η − η*)), over the pole of μ too."""
    errors, time = [], 0.3
    manifold = manifold_of("von_mises")
    eta = named(manifold.charts, "expectation")
    foot, target = np.array([2.9, 1.0]), np.array([-2.4, 2.0])

    def first(theta):
        return np.exp(4.0 * (np.cos(theta[..., 0] - foot[0]) - (theta[..., 1] - foot[1]) ** 2))

    def element(theta):
        return np.sqrt(manifold.geometry(theta).det) / np.abs(np.linalg.det(eta.jacobian(theta)))

    for size in (48, 96):
        flow = compute.AttentionFlow(
            manifold, size, "natural", extent=Extent(0.0, 1.0, 0.2, 5.0), boundary="periodic",
            target=target,
        )  # fmt: skip
        theta, end = flow.grid.theta, eta.forward(target)
        before = end + np.exp(time) * (eta.forward(theta) - end)
        inside = flow.operator.used & (np.hypot(*np.moveaxis(before, -1, 0)) < 0.97)
        inside &= eta.inverse(np.where(inside[..., None], before, end))[..., 1] > 0.2
        back = eta.inverse(np.where(inside[..., None], before, end))
        exact = np.exp(2 * time) * first(back) * element(back) / element(theta)
        found = flow.evolve_attention(first(theta), time)
        weight = flow.operator.mass * inside
        errors.append(float((weight * np.abs(found - exact)).sum() / (weight * exact).sum()))
    assert errors[1] < 1e-2
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=0.8)


def test_mass_of_either_sign_is_carried():
    flow = compute.AttentionFlow(manifold_of("gaussian"), 32, "natural")
    one, other = (initial_fields.bump(flow.grid, np.array(pin)) for pin in flow.manifold.pins)
    found = flow.evolve_attention(one - 2.0 * other, 0.3)
    parts = [flow.evolve_attention(part, 0.3) for part in (one, other)]
    np.testing.assert_allclose(found, parts[0] - 2.0 * parts[1], atol=1e-10 * np.abs(found).max())


def test_mass_arrives():
    flow = compute.AttentionFlow(manifold_of("gaussian"), 32, "natural", target=(0.5, 1.2))
    rho = initial_fields.bump(flow.grid, np.array(flow.manifold.pins[0]))
    found = flow.evolve_attention(rho, 12.0)
    mass = flow.operator.mass * found
    gap = np.abs(flow.grid.x - flow.grid.chart.forward(np.array([0.5, 1.2]))) / flow.grid.step
    assert mass[(gap < 1.0).all(axis=-1)].sum() == pytest.approx(mass.sum(), rel=1e-9, abs=0.0)
    (_, _, before), (_, _, after) = flow.measures(rho), flow.measures(found)
    assert after < 1e-2 * before


def test_natural_gradients_that_are_not_known_are_refused():
    with pytest.raises(ValueError, match="needs an exponential family"):
        compute.natural_gradient_flow(manifold_of("cauchy"), (0, 1), (1, 1), [1.0])
    with pytest.raises(ValueError, match="times must be finite"):
        compute.natural_gradient_flow(manifold_of("gaussian"), (0, 1), (1, 1), [-1.0])
    with pytest.raises(ValueError, match="needs an exponential family"):
        compute.AttentionFlow(manifold_of("cauchy"), 16, "natural")
    with pytest.raises(ValueError, match="target must lie in"):
        compute.AttentionFlow(manifold_of("gaussian"), 16, "natural", target=(0.0, -1.0))
    with pytest.raises(ValueError, match="does not support boundary dirichlet"):
        compute.AttentionFlow(manifold_of("gaussian"), 16, "natural", boundary="dirichlet")

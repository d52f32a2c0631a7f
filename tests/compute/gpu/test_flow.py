"""Flows by kernels: the same as the reference, whatever the tile; exact modes, conservation, bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import compute
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.gpu import flow as kernels
from compute.manifold.extent import Extent
from compute.requests.flow import FlowRequest
from tests import golden_flow
from tests.compute.flow.test_flow import SCALARS, VECTORS, by_id

TURN = 2 * np.pi


def solver(name, size, mode, engine, **more):
    return compute.AttentionFlow(manifold_of(name), size, mode, engine, **more)


def beginning(flow):
    if flow.mode == "scalar":
        return initial_fields.bump(flow.grid, np.array(flow.manifold.pins[0]))
    return initial_fields.random(flow.grid, 1)


# --- against the reference -------------------------------------------------------------------
CASES = [
    ("gaussian", "rough", "neumann"), ("beta", "hodge", "dirichlet"),
    ("categorical3_expectation", "scalar", "neumann"), ("attention:bank", "deformation", "neumann"),
    ("von_mises", "rough", "periodic"), ("von_mises", "scalar", "periodic"),
]  # fmt: skip


@pytest.mark.parametrize("name, mode, boundary", CASES)
def test_steps_are_those_of_the_reference(name, mode, boundary, gpu_engine, reference_engine):
    flow = solver(name, 37, mode, reference_engine, boundary=boundary)
    op, z = flow.operator, flow.state_of(beginning(flow))
    for stages in (1, 3, 9):
        request = flow.request(z, (1.0 if stages == 1 else 5.0) / op.bound, 4, stages)
        exact, found = reference_engine.flow(request), gpu_engine.flow(request)
        # the state is kept in two floats, so that only its float32 image is seen by L
        assert np.abs(found - exact).max() < 4e-7 * np.abs(z).max()
    assert gpu_engine.flow_bound(op) == pytest.approx(op.bound, rel=1e-5)


@pytest.mark.parametrize("mode, boundary", [
    ("sharpen", "neumann"), ("seed", "neumann"), ("seed", "dirichlet"), ("seed", "periodic"),
])  # fmt: skip
def test_backward_steps_are_those_of_the_reference(mode, boundary, gpu_engine, reference_engine):
    name = "von_mises" if boundary == "periodic" else "categorical3_expectation"
    flow = solver(name, 37, mode, reference_engine, boundary=boundary)
    z = flow.state_of(beginning(flow))
    for count in (1, 2, 5):
        request = flow.request(z, flow.longest_step, count)
        exact, found = reference_engine.flow(request), gpu_engine.flow(request)
        assert np.abs(exact - z).max() > 5e-3 * np.abs(z).max()
        assert np.abs(found - exact).max() < 2e-6 * np.abs(exact).max()


def test_the_whole_evolution_on_the_gpu(gpu_engine, reference_engine):
    ends = []
    for engine in (reference_engine, gpu_engine):
        flow = solver("gaussian", 32, "rough", engine)
        ends.append(flow.evolve(beginning(flow), 0.2))
    assert [end.engine for end in ends] == ["reference", "gpu"]
    assert ends[0].steps == ends[1].steps
    np.testing.assert_allclose(ends[1].norm, ends[0].norm, rtol=1e-6)
    # the metric is of kernels too
    np.testing.assert_allclose(ends[1].field, ends[0].field, atol=2e-6)


def test_increments_too_small_for_float32_add_up(gpu_engine, reference_engine):
    """2,000 steps of which each changes z by less than half a unit in its last place."""
    flow = solver("gaussian", 17, "rough", reference_engine)
    op, z = flow.operator, flow.state_of(beginning(flow)) + 1.0
    step = 1e-8 / op.bound
    request = FlowRequest(op, z, step, 2000, 1)
    found, exact = gpu_engine.flow(request) - z, reference_engine.flow(request) - z
    assert np.abs(exact).max() / 2000 < 3e-8
    assert np.abs(found - exact).max() < 2e-2 * np.abs(exact).max()


# --- tiles and bands -------------------------------------------------------------------------
@pytest.mark.parametrize("mode, boundary", [("rough", "periodic"), ("scalar", "neumann"),
                                            ("seed", "periodic")])  # fmt: skip
def test_the_tile_does_not_matter(mode, boundary, gpu_engine, reference_engine):
    flow = solver("von_mises", 28, mode, reference_engine, boundary=boundary)
    z = flow.state_of(beginning(flow))
    step = 0.5 * flow.longest_step if mode == "seed" else 5.0 / flow.operator.bound
    request = flow.request(z, step, 3, 1 if mode == "seed" else 9)
    shop = gpu_engine.session
    small, usual, one = (kernels.flow(shop, request, tile) for tile in (8, 16, 28))
    scale = np.abs(z).max()
    assert np.abs(small - usual).max() < 1e-6 * scale
    assert np.abs(one - usual).max() < 1e-6 * scale


@pytest.fixture
def narrow(gpu_engine, monkeypatch):
    """A device whose bindings hold few rows."""
    limits = gpu_engine.session.device.limits
    monkeypatch.setitem(limits, "max-storage-buffer-binding-size", 9 * 64 * 32)
    return gpu_engine


def test_bands_do_not_matter(narrow, reference_engine):
    flow = solver("categorical3_expectation", 40, "rough", reference_engine)
    op, z = flow.operator, flow.state_of(beginning(flow))
    request = FlowRequest(op, z, 5.0 / op.bound, 2, 9)
    assert len(kernels.bands(op, 4 * 8, narrow.session.device.limits)) == 6
    found = narrow.flow(request)
    assert np.abs(found - reference_engine.flow(request)).max() < 4e-7 * np.abs(z).max()
    assert narrow.flow_bound(op) == pytest.approx(op.bound, rel=1e-5)


def test_a_grid_that_fits_no_device_is_refused_with_the_largest_that_does(narrow, monkeypatch):
    flow = solver("gaussian", 40, "rough", narrow)
    monkeypatch.setitem(narrow.session.device.limits, "max-buffer-size", 30 * 64 * 32)
    with pytest.raises(ValueError, match="at most 28 rows on this device, got 40"):
        flow.evolve(beginning(flow), 0.1)


# --- what is exact ---------------------------------------------------------------------------
def defect(flow, values, rate, engine):
    """The largest error of L u against rate · u in the inner quarter, L by one Euler step."""
    z = flow.state_of(values)
    moved = engine.flow(FlowRequest(flow.operator, z, 1.0, 1)) - z
    inner = slice(flow.grid.shape[0] // 4, -(flow.grid.shape[0] // 4))
    return float(np.abs(moved - rate * z)[inner, inner].max())


@pytest.mark.parametrize("case", SCALARS + VECTORS, ids=by_id)
def test_exact_modes_converge_at_second_order(case, gpu_engine):
    kind = "scalar" if case["kind"].startswith("scalar") else "vector"
    mode, key = ("scalar", "rate") if kind == "scalar" else ("hodge", "rate_hodge")
    field, rate = getattr(golden_flow, kind)(case), case["expected"][key]
    # float32 rounds z, and 1/h² makes that the larger error on finer grids
    coarse = kind == "vector" or case["family"] == "categorical3_expectation"
    sizes = (9, 17) if coarse else (17, 33)
    errors = []
    for size in sizes:
        flow = golden_flow.solver(case, manifold_of(case["family"]), mode, size, gpu_engine)
        errors.append(defect(flow, field(flow.grid.theta), rate, gpu_engine))
    if errors[0] > 1e-3:  # a parallel field is exact but for the rounding of z over h²
        assert errors[0] / errors[1] == pytest.approx(4.0, abs=0.6)
    else:
        assert max(errors) < 1e-3


def test_mass_is_kept_over_a_thousand_steps(gpu_engine):
    flow = solver("beta", 32, "scalar", gpu_engine)
    z = flow.state_of(beginning(flow))
    op = flow.operator
    end = gpu_engine.flow(FlowRequest(op, z, 2.0 / op.bound, 1000, 3))
    assert op.norm(end) < 0.5 * op.norm(z)
    assert op.total(end) == pytest.approx(op.total(z), rel=1e-6)


@pytest.mark.parametrize("name, mode", [("gaussian", "rough"), ("attention:bank", "scalar"),
                                        ("categorical3_expectation", "hodge")])  # fmt: skip
def test_the_norm_never_grows(name, mode, gpu_engine):
    flow = solver(name, 24, mode, gpu_engine)
    found = flow.evolve(beginning(flow), 0.5, records=25)
    assert (np.diff(found.norm) < 1e-7 * found.norm[0]).all()


def test_killing_fields_stay(gpu_engine):
    middle = Extent(-1, 1, -0.5, 0.5)
    moved = []
    for size in (17, 33):
        flow = solver("gaussian", size, "deformation", gpu_engine, extent=middle)
        field = initial_fields.rotation(flow.grid)
        moved.append(defect(flow, field, 0.0, gpu_engine) / np.abs(field).max())
    assert moved[1] < max(0.35 * moved[0], 2e-4)


@pytest.mark.parametrize("mode", ["sharpen", "seed"])
def test_backward_heat_is_stopped_on_the_gpu(mode, gpu_engine):
    extent = Extent(-0.3, 0.3, 0.8, 1.2) if mode == "seed" else Extent(-0.3, 0.3, -0.2, 0.2)
    flow = solver("gaussian", 16, mode, gpu_engine, extent=extent)
    found = flow.evolve(beginning(flow), 5000.0 * flow.longest_step)
    assert found.status is Status.NOT_CONVERGED
    assert 5.0 * found.norm[0] < found.norm[-1] < 10.0 * found.norm[0]
    assert "reduced" in found.limiter


def test_a_circle_has_no_seam(gpu_engine):
    """On von Mises' circle a flow turned by columns of nodes is the turned flow."""
    flow = solver("von_mises", 24, "rough", gpu_engine, boundary="periodic")
    assert flow.grid.wraps == (True, False)
    assert flow.grid.step[0] == pytest.approx(TURN / 24)
    field = beginning(flow)
    straight = flow.evolve(field, 0.3, 1).field
    turned = flow.evolve(np.roll(field, 5, axis=1), 0.3, 1).field
    np.testing.assert_allclose(np.roll(straight, 5, axis=1), turned, atol=2e-5)


def test_a_request_that_makes_no_sense_is_refused():
    flow = solver("gaussian", 8, "scalar", None)
    good = FlowRequest(flow.operator, np.zeros((8, 8)), 0.1, 1)
    for wrong, why in (
        ({"stages": 4}, "odd"), ({"count": 0}, "steps"), ({"step": np.nan}, "steps"),
        ({"state": np.zeros((3, 3))}, r"\(8, 8\)"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            replace(good, **wrong)

"""Flows: exact eigenmodes at second order, conservation, stationary fields, stops, singularities."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.sparse.linalg import expm_multiply

import compute
from app.cli.main import main
from compute.core.status import Status
from compute.families import families
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.grid import Grid
from compute.flow.literal_equation import literal
from compute.flow.zeros import boundary_index, singularities
from compute.manifold.extent import Extent
from compute.requests.flow import FlowRequest
from tests import ROOT, golden_flow

CASES = json.loads((ROOT / "tests" / "golden" / "flow.json").read_text("utf-8"))["cases"]
SCALARS = [case for case in CASES if case["kind"] == "scalar_heat_eigenmode"]
LITERAL = [case for case in CASES if case["kind"] == "seed_literal_fourier_growth"]
VECTORS = [case for case in CASES if case["kind"] == "vector_heat_eigenmode"]

TURN = 2 * np.pi


def by_id(case):
    return case["id"]


def truncation(flow, values, rate):
    """The largest error of L u against rate · u, in the inner quarter of the grid."""
    z = flow.state_of(values)
    defect = np.abs(flow.operator.applied(z) - rate * z)
    inner = slice(flow.grid.shape[0] // 4, -(flow.grid.shape[0] // 4))
    return float(defect[inner, inner].max())


@pytest.mark.parametrize("case", SCALARS, ids=by_id)
def test_scalar_modes_decay_at_their_rate(case):
    manifold, mode = manifold_of(case["family"]), golden_flow.scalar(case)
    point, expected = np.array(case["inputs"]["theta"]), case["expected"]
    assert mode(point) == pytest.approx(expected["u0"], rel=1e-12, abs=0.0)
    errors = []
    for size in (17, 33):
        flow = golden_flow.solver(case, manifold, "scalar", size)
        errors.append(truncation(flow, mode(flow.grid.theta), expected["rate"]))
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=0.6)


@pytest.mark.parametrize("mode, key", [("rough", "rate_rough"), ("hodge", "rate_hodge"),
                                       ("deformation", "rate_deformation")])  # fmt: skip
@pytest.mark.parametrize("case", VECTORS, ids=by_id)
def test_vector_modes_decay_at_their_rate(case, mode, key):
    manifold, field = manifold_of(case["family"]), golden_flow.vector(case)
    start = field(np.array(case["inputs"]["theta"]))
    scale = np.abs(start).max()
    np.testing.assert_allclose(
        start / scale, np.array(case["expected"]["A0"]) / np.abs(case["expected"]["A0"]).max(),
        atol=1e-12,
    )  # fmt: skip
    errors = []
    for size in (17, 33):
        flow = golden_flow.solver(case, manifold, mode, size)
        errors.append(truncation(flow, field(flow.grid.theta), case["expected"][key]))
    if errors[0] > 1e-9:  # a parallel field is exact
        assert errors[0] / errors[1] == pytest.approx(4.0, abs=0.6)


def test_a_neumann_mode_decays_in_time():
    case = next(c for c in SCALARS if "neumann_box" in c["id"])
    manifold, mode = manifold_of("gaussian"), golden_flow.scalar(case)
    extent = Extent(-0.5, 0.5, np.log(0.5), np.log(2.0))
    flow = compute.AttentionFlow(manifold, 33, "scalar", extent=extent)
    found = flow.evolve(mode(flow.grid.theta), 0.4)
    exact = mode(flow.grid.theta) * np.exp(case["expected"]["rate"] * 0.4)
    assert np.abs(found.field - exact).max() < 4e-3
    assert found.mass[-1] == pytest.approx(found.mass[0], abs=1e-9)


def test_mass_is_kept_and_norms_never_grow():
    flow = compute.AttentionFlow(manifold_of("beta"), 32, "scalar")
    found = flow.evolve(
        initial_fields.bump(flow.grid, np.array(flow.manifold.pins[0])), 2.0, records=40
    )
    np.testing.assert_allclose(found.mass, found.mass[0], rtol=1e-9)
    assert (np.diff(found.norm) < 1e-12).all()
    rough = compute.AttentionFlow(manifold_of("attention"), 32, "rough")
    found = rough.evolve(initial_fields.random(rough.grid, 3), 1.0, records=40)
    assert (np.diff(found.norm) < 1e-9).all()


@pytest.mark.parametrize("mode", ["rough", "hodge", "deformation"])
@pytest.mark.parametrize("name", ["gaussian", "categorical3_natural", "attention:bank"])
def test_no_norm_grows_by_heat_whatever_reaches_the_edge(name, mode):
    flow = compute.AttentionFlow(manifold_of(name), 24, mode)
    for field in (initial_fields.random(flow.grid, 3), initial_fields.frame(flow.grid)):
        found = flow.evolve(field, 4.0, records=8)
        assert (np.diff(found.norm) < 1e-9 * found.norm[0]).all()
        assert flow.measures(np.nan_to_num(found.field))[2] >= 0.0


@pytest.mark.parametrize("name", ["gaussian", "von_mises", "cauchy"])
def test_killing_fields_stand_still_up_to_the_edge(name):
    """All of them: what is left of their energy is the grid's error, of second order."""
    energies = []
    for size in (33, 65):
        flow = compute.AttentionFlow(manifold_of(name), size, "deformation")
        field = initial_fields.rotation(flow.grid)
        norm, _, energy = flow.measures(field)
        energies.append(energy / norm**2)
        moved = np.nan_to_num(flow.evolve_attention(field, 0.5)) - field
        change = flow.measures(np.where(flow.operator.used[..., None], moved, 0.0))[0]
    assert energies[0] / energies[1] > 3.4
    assert change < 0.1 * norm


@pytest.mark.parametrize("name", ["gaussian", "cauchy", "logistic", "student_t", "von_mises"])
@pytest.mark.parametrize("size", [32, 63, 64, 128])
def test_rotations_are_killing_fields_on_every_grid(name, size):
    flow = compute.AttentionFlow(manifold_of(name), size)
    np.testing.assert_array_equal(
        initial_fields.rotation(flow.grid), np.broadcast_to([1.0, 0.0], (size, size, 2))
    )


@pytest.mark.parametrize("size", [63, 64])
def test_there_is_no_killing_field_of_attention(size):
    flow = compute.AttentionFlow(manifold_of("attention:bank"), size)
    with pytest.raises(ValueError, match="has no known rotation"):
        initial_fields.rotation(flow.grid)


def test_fields_to_begin_with_do_not_depend_on_the_grid():
    """Nor do they end where a grid closes on itself."""
    manifold = manifold_of("von_mises")
    at = np.array([3.0, 1.0])
    for boundary in ("neumann", "periodic"):
        masses = []
        for size in (48, 96):
            flow = compute.AttentionFlow(manifold, size, "scalar", boundary=boundary)
            masses.append(flow.operator.total(initial_fields.bump(flow.grid, at)))
        assert masses[0] == pytest.approx(masses[1], rel=2e-3)
    grid = flow.grid
    for field in (
        initial_fields.bump(grid, at)[..., None], initial_fields.dipole(grid, at, np.array([0.0, 1.0])),
        initial_fields.random(grid, 1), initial_fields.painted(grid, [[(2.9, 1.0), (3.4, 1.1)]]),
    ):  # fmt: skip
        steps = np.abs(np.diff(field, axis=1)).max()
        assert np.abs(field[:, 0] - field[:, -1]).max() < 1.5 * steps


def test_the_operator_is_symmetric_in_its_mass():
    flow = compute.AttentionFlow(manifold_of("weibull"), 12, "rough")
    op = flow.operator
    form = (op.matrix.toarray().T * op.mass.reshape(-1)).T
    np.testing.assert_allclose(form, form.conj().T, atol=1e-12 * np.abs(form).max())
    assert np.linalg.eigvalsh(form).max() < 1e-10 * np.abs(form).max()


def test_the_chart_does_not_matter():
    """The same field on grids of two charts that see the same square, at its middle."""
    manifold, a = manifold_of("gaussian"), 0.2
    middle = []
    for chart, extent in (
        ("log", Extent(-a, a, np.log(1 - a), np.log(1 + a))),
        ("parameters", Extent(-a, a, 1 - a, 1 + a)),
    ):
        flow = compute.AttentionFlow(manifold, 41, "hodge", chart=chart, extent=extent)
        theta = flow.grid.theta
        field = np.stack([np.sin(3 * theta[..., 0]) * theta[..., 1], np.cos(2 * theta[..., 1])], -1)
        change = flow.field_of(flow.operator.applied(flow.state_of(field)))
        gaps = np.linalg.norm(theta - (0.05, 1.0), axis=-1)
        middle.append(change[np.unravel_index(gaps.argmin(), gaps.shape)])
    np.testing.assert_allclose(middle[0], middle[1], rtol=3e-2)


def test_sharpening_and_the_literal_equation_are_stopped():
    for mode in ("sharpen", "seed"):
        flow = compute.AttentionFlow(manifold_of("gaussian"), 16, mode)
        found = flow.evolve(initial_fields.random(flow.grid, 1), 50.0 if mode == "sharpen" else 5.0)
        assert found.status is Status.NOT_CONVERGED
        assert found.norm[-1] <= 10.0 * found.norm[0]
        assert found.times[-1] < 50.0


def test_what_is_stopped_at_once_has_no_time_twice():
    flow = compute.AttentionFlow(manifold_of("gaussian"), 16, "seed")
    found = flow.evolve(initial_fields.random(flow.grid, 0), 0.3, records=400)
    assert found.status is Status.NOT_CONVERGED
    assert (np.diff(found.times) > 0).all()
    assert len(found.times) == len(found.norm)


def test_indices_add_up_to_the_turns_along_the_edge():
    rng = np.random.default_rng(8)
    flow = compute.AttentionFlow(manifold_of("gaussian"), 40)
    x = flow.grid.x / 4
    for _ in range(200):
        c = rng.normal(size=(2, 4, 4))
        powers = np.stack([x[..., 0] ** i * x[..., 1] ** j for i in range(4) for j in range(4)], -1)
        field = flow.grid.chart.pull(flow.grid.theta, powers @ c.reshape(2, 16).T)
        zeros = singularities(flow.grid, field)
        assert sum(zero.index for zero in zeros) == boundary_index(flow.grid, field)


@pytest.mark.parametrize("top", [2.5, 6.5])
def test_kinds_and_places_of_zeros(top):
    """Of square cells and of cells three times as high as they are wide."""
    flow = compute.AttentionFlow(
        manifold_of("gaussian"), 33, chart="parameters", extent=Extent(-1.0, 1.0, 0.5, top)
    )
    gap = flow.grid.theta - (0.11, 1.27)
    for matrix, kind, index in (
        ([[1, 0], [0, 2]], "node", 1), ([[1, 0], [0, -1]], "saddle", -1),
        ([[0, -1], [1, 0]], "centre", 1), ([[1, -3], [3, 1]], "focus", 1),
        # turns by less than half of its growth
        ([[1, -0.4], [0.4, 1]], "focus", 1), ([[1, 0.2], [-0.2, 1]], "focus", 1),
        ([[1, 0.05], [-0.05, 1]], "node", 1),
    ):  # fmt: skip
        (zero,) = flow.singularities(gap @ np.array(matrix, float).T)
        assert (zero.kind, zero.index) == (kind, index)
        np.testing.assert_allclose(zero.theta, (0.11, 1.27), atol=1e-9)


def test_grids_over_the_edge_are_cut_and_say_so():
    flow = compute.AttentionFlow(manifold_of("categorical3_expectation"), 40, "scalar")
    found = flow.evolve(initial_fields.bump(flow.grid, np.array(flow.manifold.pins[0])), 0.1)
    assert 0.3 < found.cut < 0.8
    assert np.isnan(found.field[0, 0])
    assert np.isnan(flow.metric_field()[0, 0]).all()
    assert found.mass[-1] == pytest.approx(found.mass[0], rel=1e-9, abs=0.0)


def test_where_the_metric_is_next_to_nothing_the_grid_is_cut():
    """Far out on a plane of attention g decays exponentially, and with it the steps that are stable."""
    manifold = manifold_of("attention:bank")
    near = compute.AttentionFlow(manifold, 24)
    assert near.grid.usable.all()
    far = compute.AttentionFlow(manifold, 24, extent=manifold.view.grown(1.5)).grid
    assert 0.05 < 1 - far.usable.mean() < 0.3
    g = np.linalg.eigvalsh(np.linalg.inv(far.raised[far.usable]))
    assert 1e-7 < g[:, 0].min() / g[:, 1].max() < 2e-6


def test_a_step_too_long_is_reduced_and_said():
    flow = compute.AttentionFlow(manifold_of("gaussian"), 32)
    found = flow.evolve(initial_fields.random(flow.grid, 1), 1.0, 2, step=0.5)
    assert found.steps > 2
    assert found.limiter.startswith("Steps were reduced from 0.5 to ")
    gentle = flow.evolve(initial_fields.random(flow.grid, 1), 0.01, 2, step=0.001)
    # the first of ten are made in two where they would err by too much
    assert 10 <= gentle.steps < 14 and gentle.limiter == ""


def test_a_circle_closes():
    """On von Mises' circle a wave e^{iμ} of mass decays everywhere alike, the seam not excepted."""
    flow = compute.AttentionFlow(manifold_of("von_mises"), 32, "scalar", boundary="periodic")
    assert flow.grid.wraps == (True, False)
    assert flow.grid.x[0, -1, 0] + flow.grid.step[0] - flow.grid.x[0, 0, 0] == pytest.approx(TURN)
    mu = flow.grid.theta[..., 0]
    change = flow.operator.applied(np.exp(np.cos(mu)))
    np.testing.assert_allclose(np.roll(change, 7, axis=1), flow.operator.applied(
        np.exp(np.cos(np.roll(mu, 7, axis=1)))
    ), atol=1e-9 * np.abs(change).max())  # fmt: skip
    found = flow.evolve(np.cos(mu) + 2.0, 1.0)
    assert found.mass[-1] == pytest.approx(found.mass[0], rel=1e-12, abs=0.0)


def test_only_what_is_periodic_closes():
    for name, chart in (("gaussian", ""), ("von_mises", "natural")):
        with pytest.raises(ValueError, match="boundary periodic needs a periodic coordinate"):
            compute.AttentionFlow(manifold_of(name), 16, chart=chart, boundary="periodic")


@pytest.mark.parametrize("name", [f for f in families() if f != "custom"])
def test_grids_keep_what_lies_in_the_domain(name):
    """In no chart is more than a tenth cut for being stiff, or singular, at any size of the grid."""
    manifold = manifold_of(name)
    for chart in (c for c in manifold.charts if c.dimension == 2):
        for size in (16, 48):
            grid = compute.AttentionFlow(manifold, size, "scalar", chart=chart.name).grid
            theta = chart.inverse(grid.x)
            known = np.isfinite(theta).all(axis=-1)
            inside = known & manifold.in_domain(np.where(known[..., None], theta, 0.5))
            assert (inside & ~grid.usable).sum() < 0.1 * inside.sum(), (chart.name, size)


def test_wrong_use():
    manifold = manifold_of("gaussian")
    with pytest.raises(ValueError, match="mode must be one of rough"):
        compute.AttentionFlow(manifold, mode="magic")
    for bad in (2, 4097, 8.0, (8, 2), (8, 8, 8), "8"):
        with pytest.raises(ValueError, match="grid must be a whole number"):
            compute.AttentionFlow(manifold, bad)
    flow = compute.AttentionFlow(manifold, 8)
    with pytest.raises(ValueError, match=r"field must have shape \(8, 8, 2\)"):
        flow.evolve(np.zeros((4, 4, 2)), 1.0)
    spoilt = np.zeros((8, 8, 2))
    spoilt[3, 5, 0] = np.nan
    with pytest.raises(ValueError, match=r"at cell \(3, 5\)"):
        flow.evolve(spoilt, 1.0)
    for records in (0, -3):
        with pytest.raises(ValueError, match="records must be a whole number from 1"):
            flow.evolve(np.zeros((8, 8, 2)), 1.0, records)
    with pytest.raises(ValueError, match=r"up to 1e\+100 in size"):
        flow.evolve(np.full((8, 8, 2), 1e200), 1.0)
    with pytest.raises(ValueError, match=r"time must be at most .* in mode rough on this grid"):
        flow.evolve(np.zeros((8, 8, 2)), 1e12)
    with pytest.raises(ValueError, match="not covariant"):
        compute.AttentionFlow(manifold, 8, "seed", chart="log")


def test_grids_need_not_be_square():
    flow = compute.AttentionFlow(manifold_of("gaussian"), grid=(np.int64(12), 20), mode="scalar")
    assert flow.metric_field().shape == (12, 20, 2, 2)
    found = flow.evolve(initial_fields.bump(flow.grid, np.array([0.0, 1.0])), 0.1)
    assert found.mass[-1] == pytest.approx(found.mass[0], rel=1e-12, abs=0.0)


def test_the_command(tmp_path, capsys):
    out = tmp_path / "out.npz"
    arguments = ["flow", "gaussian", "--mode", "scalar", "--time", "0.1", "--grid", "16", "--json"]
    assert main([*arguments, "--engine", "reference", "-o", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["times"][0] == 0
    assert len(found["norm"]) == len(found["mass"]) == len(found["times"])
    assert found["status"] == "OK"
    with np.load(out) as file:
        assert file["field"].shape == (16, 16)
    again = [*arguments[:2], "--initial", str(out), "--grid", "16", "--engine", "reference"]
    assert main(again) == 2
    assert "must be real of shape (16, 16, 2)" in capsys.readouterr().err


def flat_grid(side, h, inverse):
    """A grid of a constant metric, by hand."""
    x = h * np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1)
    whole, raised = np.ones((side, side)), np.broadcast_to(np.array(inverse), (side, side, 2, 2))
    manifold = manifold_of("gaussian")
    return Grid(
        manifold, manifold.charts[0], x, x, whole > 0, np.linalg.inv(raised), whole, raised,
        np.zeros((side, side, 2)), (h, h),
    )  # fmt: skip


@pytest.mark.parametrize("case", LITERAL, ids=by_id)
def test_the_literal_equation_makes_waves_grow(case, engine):
    h, expected = case["inputs"]["h"], case["expected"]
    g = flat_grid(24, h, case["params"]["g_inverse"])
    equation = literal(g, np.zeros((24, 24, 2, 2, 2)), False)
    wave = np.exp(1j * (g.x @ np.array(case["inputs"]["wavevector"])))
    step = 1e-3
    moved = engine.flow(FlowRequest(equation, wave, step, 1)) - wave
    growth = (moved / wave / step)[1:-1, 1:-1]
    # A¹ + iA² of a wave is a field whose components are waves, both of which grow alike
    rounding = 1e-9 if engine.name == "reference" else 2e-4
    np.testing.assert_allclose(growth, expected["growth_rate_grid_centred"], rtol=rounding)
    assert equation.longest_step == pytest.approx(0.5 / expected["worst_grid_rate_bound"])


@pytest.mark.parametrize("kind", ["random", "painted", "noise"])
def test_the_error_in_time_is_stated_and_small(kind):
    """Against the exponential of the operator, where the norm falls to a fifth in one record."""
    flow = compute.AttentionFlow(manifold_of("gaussian"), 24)
    grid = flow.grid
    field = {
        "random": lambda: initial_fields.random(grid, 3),
        "painted": lambda: initial_fields.painted(grid, [[(-0.5, 1.0), (0.5, 1.2)]]),
        "noise": lambda: np.random.default_rng(0).normal(size=(*grid.shape, 2)),
    }[kind]()
    found = flow.evolve(field, 0.4, 2)
    z = flow.state_of(field).reshape(-1)
    for time, norm, error in list(zip(found.times, found.norm, found.time_error, strict=True))[1:]:
        exact = expm_multiply(time * flow.operator.matrix, z).reshape(grid.shape)
        assert abs(norm / flow.operator.norm(exact) - 1) < error < 2e-3
    off = flow.operator.norm(flow.state_of(found.field) - exact)
    assert 0.02 * error < off / flow.operator.norm(exact) < error


def test_late_steps_are_as_long_as_the_grid_lets_them_be():
    flow = compute.AttentionFlow(manifold_of("attention:bank"), 24)
    late = flow.evolve(initial_fields.random(flow.grid, 1), 1.0, 1)
    count = int(np.ceil(1.0 / flow.longest_step))
    assert late.steps < count + 80
    assert np.isnan(
        compute.AttentionFlow(manifold_of("gaussian"), 8, "sharpen")
        .evolve(initial_fields.random(nodes_of(8), 1), 1e-3)
        .time_error[-1]
    )


def nodes_of(size):
    return compute.AttentionFlow(manifold_of("gaussian"), size).grid

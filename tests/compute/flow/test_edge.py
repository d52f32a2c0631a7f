"""Flows up to an edge that is finitely far away: exact modes of the hemisphere and of the octant."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import diags
from scipy.sparse.linalg import eigsh, expm_multiply
from scipy.special import jn_zeros

import compute
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.cells import sampled
from compute.flow.grid import connection
from compute.flow.laplacian import laplacian
from compute.flow.links import integral
from compute.flow.zeros import whole_cells
from compute.manifold.extent import Extent

DISK = Extent(-1.08, 1.08, -1.08, 1.08)
OFF = Extent(-1.1, 1.07, -1.04, 1.13)


# family, chart, extent, and the rate of modes through whose edge nothing flows: l(l + 1)K, of those
# spherical harmonics that are even in the directions across the edges
MODES = [
    ("bures_slice_qfi", "parameters", DISK, 2.0), ("bures_slice_qfi", "parameters", OFF, 6.0),
    ("bures_slice_bures", "parameters", OFF, 8.0),
    ("categorical3_expectation", "triangle", None, 1.5),
    ("categorical3_expectation", "parameters", None, 1.5),
    ("categorical3_natural", "expectation", None, 1.5),
]  # fmt: skip


def rates(op, near):
    """Rates of decay of a Laplacian next to one."""
    used = np.flatnonzero(op.used)
    root = np.sqrt(op.mass.reshape(-1)[used])
    form = diags(root) @ op.matrix[used][:, used] @ diags(1 / root)
    return -eigsh((form + form.conj().T) / 2, 4, sigma=-0.99 * near)[0]


@pytest.mark.parametrize("name, chart, extent, rate", MODES)
def test_modes_decay_at_second_order_up_to_the_edge(name, chart, extent, rate):
    """The nearest eigenvalue of the operator; the edge is a circle or lines, along the grid or not."""
    errors = []
    for size in (24, 48):
        flow = compute.AttentionFlow(manifold_of(name), size, "scalar", chart=chart, extent=extent)
        op = flow.operator
        errors.append(np.abs(rates(op, rate) / rate - 1).min())
        assert flow.beyond == 0.0
        assert op.mass.sum() == pytest.approx(
            2 * np.pi / (4 if name.endswith("_bures") else 1), rel=2e-3 if size == 24 else 2e-4
        )
    assert errors[1] < 1.2e-2
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=1.2)


@pytest.mark.parametrize("name", ["bures_slice_qfi", "categorical3_expectation"])
@pytest.mark.parametrize("mode", ["scalar", "rough", "hodge", "deformation"])
def test_operators_of_cut_cells_are_symmetric_and_never_positive(name, mode):
    flow = compute.AttentionFlow(manifold_of(name), 17, mode)
    op = flow.operator
    form = (op.matrix.toarray().T * op.mass.reshape(-1)).T
    np.testing.assert_allclose(form, form.conj().T, atol=1e-12 * np.abs(form).max())
    assert np.linalg.eigvalsh(form).max() < 1e-10 * np.abs(form).max()
    assert (op.mass[op.used] > 0).all()
    # slivers ask for no shorter steps than whole cells
    whole = laplacian(sampled(flow.grid), mode != "scalar", 0.0)
    assert op.bound < 1.3 * whole.bound
    if mode == "scalar":
        assert np.abs(form.sum(axis=0)).max() < 1e-10 * np.abs(form).max()


def spun(m: int, count: int = 2000) -> float:
    """The slowest rate of vectors e^{imφ} on the unit hemisphere, free at the equator.

    By differences in the latitude n of −(cos n z′)′/cos n + ((m − sin n)/cos n)² z = λz, z′(0) = 0.
    """
    h = np.pi / 2 / count
    n, side = (np.arange(count) + 0.5) * h, np.cos(np.arange(count + 1) * h)
    side[0] = 0.0
    low, high, weight = side[:-1] / h**2, side[1:] / h**2, np.cos(n)
    diagonal = (low + high) / weight + ((m - np.sin(n)) / np.cos(n)) ** 2
    beside = -high[:-1] / np.sqrt(weight[:-1] * weight[1:])
    return eigh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0))[0][0]


@pytest.mark.parametrize("m, most, fall", [(1, 1e-2, 3.0)])
def test_vectors_decay_at_their_rate_up_to_the_edge(m, most, fall):
    """Links that cut corners inside the edge put the rates off by a tenth, and at first order."""
    rate, errors = spun(m), []
    for size in (24, 48):
        flow = compute.AttentionFlow(
            manifold_of("bures_slice_qfi"), size, "rough", chart="parameters", extent=OFF
        )
        errors.append(np.abs(rates(flow.operator, rate) / rate - 1).min())
    assert errors[1] < most and errors[0] > fall * errors[1]
    assert flow.order == 1.5


@pytest.mark.parametrize("mode", ["hodge", "deformation"])
def test_an_edge_where_the_metric_is_regular_keeps_the_second_order(mode):
    """A flat disk: the slowest rate of fields with div and curl (or Def) 0 at the edge is j₀₁²."""
    disk = {"coordinates": ["x", "y"], "metric": ["1", "0", "1"], "domain": ["x^2+y^2<1"],
            "view": [-1.1, 1.07, -1.04, 1.13], "pins": [[0.2, 0.1], [-0.3, 0.4]]}  # fmt: skip
    flow = compute.AttentionFlow(compute.custom_family(disk), 32, mode)
    rate = jn_zeros(0, 1)[0] ** 2
    assert np.abs(rates(flow.operator, rate) / rate - 1).min() < 1e-3
    assert flow.order == 2.0


def test_the_order_is_that_of_the_mode_and_the_edge():
    hemisphere, normals = manifold_of("bures_slice_qfi"), manifold_of("gaussian")
    assert compute.AttentionFlow(hemisphere, 17, "scalar").order == 2.0
    assert compute.AttentionFlow(hemisphere, 17, "hodge").order == 0.5
    assert compute.AttentionFlow(hemisphere, 17, "scalar", boundary="dirichlet").order == 1.0
    assert compute.AttentionFlow(normals, 17, "hodge").order == 2.0


def test_links_are_integrals_of_the_connection():
    """∫ω along lines that end close to the edge, by SciPy's quadrature."""
    grid = compute.AttentionFlow(manifold_of("bures_slice_qfi"), 24, "rough", extent=OFF).grid
    start = np.array([[0.3, 0.2], [0.1, -0.8], [0.69, 0.69]])
    end = np.array([[0.35, 0.2], [0.1, -0.98], [0.69, 0.72]])
    found = integral(grid, start, end)
    for a, b, value in zip(start, end, found, strict=True):
        exact = quad(lambda t, a=a, b=b: connection(grid.manifold, a + t * (b - a)) @ (b - a), 0, 1,
                     epsabs=1e-12, limit=400)[0]  # fmt: skip
        assert value == pytest.approx(exact, abs=2e-8)


def test_mass_is_kept_up_to_the_edge_and_the_field_is_that_of_the_exponential():
    flow = compute.AttentionFlow(manifold_of("categorical3_expectation"), 32, "scalar")
    rho = initial_fields.bump(flow.grid, np.array([0.05, 0.9]))
    found = flow.evolve(rho, 0.3, 3)
    np.testing.assert_allclose(found.mass, found.mass[0], rtol=1e-12)
    assert (np.diff(found.norm) < 0).all()
    z = flow.state_of(rho)
    exact = expm_multiply(0.3 * flow.operator.matrix, z.reshape(-1)).reshape(z.shape)
    inside = flow.operator.used & flow.grid.usable
    off = flow.operator.norm(np.where(inside, found.field, 0) - np.where(inside, exact, 0))
    assert off < found.time_error[-1] * found.norm[-1]
    assert found.time_error[-1] < 2e-3
    assert np.isnan(found.field[~flow.grid.usable]).all()


@pytest.mark.parametrize(
    "name, most", [("bures_slice_qfi", 8e-3), ("categorical3_expectation", 5e-2)]
)
def test_rotations_stand_still_up_to_an_edge(name, most):
    flow = compute.AttentionFlow(manifold_of(name), 33, "deformation")
    found = flow.evolve(initial_fields.rotation(flow.grid), 0.5, 1)
    assert 1.0 - most < found.norm[-1] / found.norm[0] <= 1.0


def test_what_no_cell_covers_is_said():
    """Of the whole cells alone, and of a disk whose edge is infinitely far away."""
    held = compute.AttentionFlow(manifold_of("bures_slice_qfi"), 33, "scalar", boundary="dirichlet")
    whole = whole_cells(held.grid)
    middles = (np.arange(16) + 0.5) / 16
    across = np.stack(np.meshgrid(middles, middles), -1) * held.grid.step
    places = held.grid.x[:-1, :-1][whole][:, None, None] + across
    area = np.prod(held.grid.step) / 256 / np.sqrt(1 - (places**2).sum(axis=-1))
    assert held.beyond == pytest.approx(1 - area.sum() / (2 * np.pi), rel=0.02)
    far = compute.AttentionFlow(manifold_of("gaussian"), 24, "scalar", chart="disk")
    assert far.beyond == np.inf
    assert compute.AttentionFlow(manifold_of("gaussian"), 24, "scalar").beyond == 0.0


def test_what_is_held_at_an_edge_is_held_at_its_inward_corners_too():
    """At every node that is not in the middle of four whole cells, on a triangle that is cut."""
    flow = compute.AttentionFlow(
        manifold_of("categorical3_expectation"), 24, "scalar", boundary="dirichlet"
    )
    whole = np.pad(whole_cells(flow.grid).astype(int), 1)
    beside = whole[:-1, :-1] + whole[:-1, 1:] + whole[1:, :-1] + whole[1:, 1:]
    inside = beside == 4
    assert (beside == 3).any(), "there are inward corners"
    z = np.where(inside, 1.0, 0.0)
    moved = flow.operator.applied(z)
    assert (moved[~inside] == 0.0).all() and (moved[inside] != 0.0).any()
    found = flow.evolve(z, 0.05)
    assert (found.field[(beside > 0) & ~inside] == 0.0).all()
    assert found.mass[-1] < found.mass[0]

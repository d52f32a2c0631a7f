"""Distance maps: closed forms, both engines, edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.model.scene import view_of
from compute import custom_family
from compute.core.status import Status
from compute.distances.distance_map import interpolated, prepared
from compute.distances.map_verification import Gap
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.geodesics.scalar_field import centres
from compute.manifold.extent import Extent
from compute.requests.fields import DistanceRequest, Effort
from compute.requests.geodesics import ConnectRequest


def grid(request):
    e, (rows, columns) = request.extent, request.shape
    x = np.meshgrid(centres(e.x0, e.x1, columns), centres(e.y0, e.y1, rows))
    return np.stack(x, axis=-1)


@pytest.mark.parametrize("name", ["gaussian", "flat_exponential_pair", "categorical3_expectation"])
def test_within_three_cells_of_the_closed_form(name, engine):
    manifold = manifold_of(name)
    chart, source = manifold.charts[0], np.array(manifold.pins[0])
    request = DistanceRequest(manifold, chart, source, manifold.view, (80, 96))
    found = engine.distance(request)
    known = found.status == Status.OK
    theta = chart.inverse(grid(request))[known]
    exact = manifold.distance(np.broadcast_to(source, theta.shape), theta)
    metric = prepared(request, engine.geometry).metric[known]
    h = np.sqrt(np.maximum(metric[:, 0], metric[:, 2]))
    assert (np.abs(found.values[known] - exact) / h).max() < 3
    assert np.isnan(found.values[~known]).all()


def test_engines_agree(gpu_engine, reference_engine):
    manifold = manifold_of("attention")
    request = DistanceRequest(
        manifold, manifold.charts[0], np.array(manifold.pins[0]), manifold.view, (50, 70)
    )
    found, expected = gpu_engine.distance(request), reference_engine.distance(request)
    np.testing.assert_array_equal(found.status, expected.status)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-4, atol=1e-4)


def open_form(name):
    """A family that does not say its distance, with what it would say."""
    known = manifold_of(name)
    return replace(known, distance=None, divergence=None, bounds=None), known.distance


def measured(engine, manifold, chart, extent, shape):
    request = DistanceRequest(manifold, chart, np.array(manifold.pins[0]), extent, shape)
    found = engine.distance(request)
    return found, chart.inverse(grid(request)), request.source


@pytest.mark.parametrize(
    ("name", "chart", "known"),
    [
        ("flat_exponential_pair", "expectation", 1.0),
        ("gaussian", "log", 1.0),
        ("gaussian", "natural", 0.97),
        ("weibull", "log", 1.0),
        ("categorical3_natural", "parameters", 0.99),
        ("categorical3_expectation", "parameters", 0.99),
        ("categorical3_expectation", "natural", 0.85),
    ],
)
def test_maps_without_a_closed_form_have_its_digits(reference_engine, name, chart, known):
    """Coarse grids too, and charts at whose edges g diverges: grids alone were off by up to 40 %."""
    manifold, distance = open_form(name)
    chart = next(c for c in manifold.charts if c.name == chart)
    found, theta, a = measured(
        reference_engine, manifold, chart, view_of(manifold, chart), (32, 32)
    )
    sure, outside = found.status == Status.OK, found.status == Status.LEFT_DOMAIN
    assert sure.sum() >= known * (~outside).sum()
    exact = distance(np.broadcast_to(a, theta[sure].shape), theta[sure])
    off = np.abs(found.values[sure] / exact - 1.0)
    assert off.max() < 0.05 and off.mean() < 2e-3


def test_what_is_saturated_is_enclosed(reference_engine):
    """Three keys around a sink: most of the plane is one key's, and no ray gets there."""
    sink = softmax_manifold(
        [[1, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)], [0, 0]], [0, 0, 0, np.log(100)]
    )
    manifold = replace(sink, pins=((0.3, 0.2), sink.pins[1]))
    found, theta, a = measured(
        reference_engine, manifold, manifold.charts[0], manifold.view, (24, 24)
    )
    sure = found.status == Status.OK
    assert sure.mean() > 0.9
    low, high = manifold.bounds(np.broadcast_to(a, theta.shape), theta)
    assert (found.values >= low * (1 - 1e-9))[sure].all()
    assert (found.values <= high * (1 + 1e-9))[sure].all()


@pytest.mark.parametrize(
    ("name", "chart"),
    [("categorical3_expectation", "natural"), ("gaussian", "natural"), ("gaussian", "disk")],
)
def test_a_rough_map_claims_nothing(reference_engine, name, chart):
    """Two grids agree in single cells though both are off: what is called OK lies between bounds."""
    manifold, distance = replace(manifold_of(name), distance=None), manifold_of(name).distance
    chart = next(c for c in manifold.charts if c.name == chart)
    a, view = np.array(manifold.pins[0]), view_of(manifold, chart)
    request = DistanceRequest(manifold, chart, a, view, (30, 48), Effort.GRIDS)
    found = reference_engine.distance(request)
    theta = chart.inverse(grid(request))
    sure, rough = found.status == Status.OK, found.status == Status.NOT_VERIFIED
    assert rough.any() and np.isfinite(found.values[rough | sure]).all()
    assert np.isnan(found.values[~(rough | sure)]).all()
    exact = distance(np.broadcast_to(a, theta.shape), np.where(sure[..., None], theta, a))
    assert (np.abs(found.values - exact) <= 0.05 * exact)[sure].all()


@pytest.mark.parametrize("effort", [Effort.GEODESICS, Effort.GRIDS])
def test_each_cell_without_a_distance_has_a_reason(reference_engine, effort):
    """Behind the hole of a plane, and nowhere else."""
    manifold = custom_family({
        "coordinates": ["x", "y"], "metric": ["1", "0", "1"], "domain": ["x^2+y^2 > 1"],
        "view": [-3, 3, -3, 3], "pins": [[-2, 0], [2, 0.1]],
    })  # fmt: skip
    chart, a = manifold.charts[0], np.array(manifold.pins[0])
    found = reference_engine.distance(
        DistanceRequest(manifold, chart, a, manifold.view, (24, 24), effort)
    )
    lacking = found.status == Status.NOT_CONVERGED
    assert lacking.any() and found.gaps is not None
    np.testing.assert_array_equal(found.gaps != Gap.NONE, lacking)
    assert {Gap(int(gap)).words for gap in found.gaps[lacking]} <= {
        Gap.UNREACHED.words, Gap.DISPUTED.words, Gap.ROUND.words,
    } | ({Gap.COARSE.words} if effort is Effort.GRIDS else set())  # fmt: skip


def test_round_a_hole_the_way_is_not_the_geodesic_that_goes_the_other_way(reference_engine):
    """A plane without a disk: what the disk hides is reached round it, d by tangents and an arc."""
    plane = {"coordinates": ["x", "y"], "metric": ["1", "0", "1"], "domain": ["x^2+y^2 > 1"],
             "view": [-3, 3, -3, 3], "pins": [[-2, 0], [2, 0.1]]}  # fmt: skip
    manifold = custom_family(plane)
    found, theta, a = measured(
        reference_engine, manifold, manifold.charts[0], manifold.view, (48, 48)
    )
    sure = found.status == Status.OK
    radius = np.hypot(theta[..., 0], theta[..., 1])
    with np.errstate(all="ignore"):
        turn = np.abs(np.arctan2(theta[..., 1], -theta[..., 0]))
        turn = turn - np.arccos(1 / 2.0) - np.arccos(1 / radius)
        round_ = np.sqrt(3.0) + np.sqrt(radius**2 - 1) + turn
    exact = np.where(turn > 0, round_, np.hypot(*np.moveaxis(theta - a, -1, 0)))
    off = np.abs(found.values[sure] / exact[sure] - 1.0)
    assert sure.sum() > 0.75 * (radius > 1).sum()
    assert off.max() < 0.05


def test_shortest_paths_may_leave_the_view(reference_engine):
    """Normals of small σ: the geodesic between two of them rises out of the window."""
    manifold, distance = open_form("gaussian")
    manifold = replace(manifold, pins=((-1.5, 0.2), (1.5, 0.2)))
    view = Extent(-2.0, 2.0, np.log(0.15), np.log(0.6))
    found, theta, a = measured(reference_engine, manifold, manifold.charts[0], view, (64, 96))
    exact = distance(np.broadcast_to(a, theta.shape), theta)
    known = found.status == Status.OK
    assert known.mean() > 0.6
    assert (np.abs(found.values - exact) <= 0.05 * exact)[known].mean() > 0.95


def test_a_closed_form_is_the_map(engine):
    """In the disk whose edge is infinitely far no grid has the digits."""
    manifold = manifold_of("gaussian")
    disk = next(chart for chart in manifold.charts if chart.name == "disk")
    found, theta, a = measured(engine, manifold, disk, Extent(-1.0, 1.0, -1.0, 1.0), (96, 96))
    known = found.status == Status.OK
    assert known.mean() > 0.75
    theta = theta[known]
    exact = np.sqrt(2) * np.arccosh(1 + ((theta - a) ** 2 @ [1, 2]) / (4 * theta[:, 1] * a[1]))
    np.testing.assert_allclose(found.values[known], exact, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("chart", ["log", "parameters"])
def test_gamma_maps_hold_geodesics(gpu_engine, chart):
    """At the cells that say OK; the old map was off by half beyond the default view's edges."""
    manifold = manifold_of("gamma")
    chart = next(c for c in manifold.charts if c.name == chart)
    found, theta, a = measured(gpu_engine, manifold, chart, view_of(manifold, chart), (64, 96))
    some = np.s_[3::9, 3::9]
    known = found.status[some] == Status.OK
    assert known.mean() > 0.3
    end = theta[some][known]
    paths = gpu_engine.connect(ConnectRequest(manifold, np.broadcast_to(a, end.shape), end))
    assert (paths.status == Status.OK).all()
    off = np.abs(found.values[some][known] - paths.length) / paths.length
    assert (off < 0.05).mean() > 0.97


def test_values_lie_between_the_bounds(engine):
    manifold = manifold_of("attention")
    found, theta, a = measured(engine, manifold, manifold.charts[0], manifold.view, (32, 48))
    low, high = manifold.bounds(np.broadcast_to(a, theta.shape), theta)
    known = found.status == Status.OK
    assert known.mean() > 0.9
    assert (found.values >= low * (1 - 1e-12))[known].all()
    assert (found.values <= high * (1 + 1e-12))[known].all()


def test_a_distance_goes_round_where_a_coordinate_closes(reference_engine):
    """On a cylinder nothing is farther round than half a turn, wherever the view lies."""
    cylinder = custom_family(
        {
            "coordinates": ["u", "v"],
            "metric": ["1", "0", "1"],
            "periods": [2 * np.pi, 0],
            "domain": ["-30 < v < 30"],
            "view": [-1, 8, -2, 2],
            "pins": [[0.5, 0.3], [1.5, 1.0]],
        }
    )
    found, theta, a = measured(
        reference_engine, cylinder, cylinder.charts[0], cylinder.view, (32, 64)
    )
    gap = theta - a
    gap[..., 0] -= 2 * np.pi * np.round(gap[..., 0] / (2 * np.pi))
    exact = np.hypot(gap[..., 0], gap[..., 1])
    known = found.status == Status.OK
    assert known.mean() > 0.98
    np.testing.assert_allclose(found.values[known], exact[known], rtol=0.05)


def test_interpolation_is_bilinear():
    extent = Extent(0.0, 4.0, 0.0, 3.0)
    x, y = np.meshgrid(centres(0, 4, 8), centres(0, 3, 6))
    found = interpolated(2 * x - y, extent, np.array([[1.1, 2.2], [3.9, 0.1], [9.0, 1.0]]))
    np.testing.assert_allclose(found, [0.0, 7.7, np.nan], atol=1e-12)


def test_bad_requests():
    manifold = manifold_of("gaussian")
    with pytest.raises(ValueError, match="source must lie in the extent"):
        DistanceRequest(
            manifold, manifold.charts[0], (50.0, 1.0), Extent(-1.0, 1.0, -1.0, 1.0), (8, 8)
        )
    with pytest.raises(ValueError, match="shape must be between"):
        DistanceRequest(manifold, manifold.charts[0], (0.0, 1.0), manifold.view, (2, 8))

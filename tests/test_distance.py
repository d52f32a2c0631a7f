"""Distance maps: closed forms, both engines, edges."""

from __future__ import annotations

import numpy as np
import pytest

from compute.distance import interpolated, prepared
from compute.families import family
from compute.field import centres
from compute.types import DistanceRequest, Extent, Status


def grid(request):
    e, (rows, columns) = request.extent, request.shape
    x = np.meshgrid(centres(e.x0, e.x1, columns), centres(e.y0, e.y1, rows))
    return np.stack(x, axis=-1)


@pytest.mark.parametrize("name", ["gaussian", "flat_exponential_pair", "categorical3_expectation"])
def test_within_three_cells_of_the_closed_form(name, engine):
    manifold = family(name)
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
    manifold = family("attention")
    request = DistanceRequest(
        manifold, manifold.charts[0], np.array(manifold.pins[0]), manifold.view, (50, 70)
    )
    found, expected = gpu_engine.distance(request), reference_engine.distance(request)
    np.testing.assert_array_equal(found.status, expected.status)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-4, atol=1e-4)


def test_errors_halve_with_the_cells(reference_engine):
    manifold = family("flat_exponential_pair")
    source = np.array(manifold.pins[0])
    errors = []
    for side in (40, 160):
        request = DistanceRequest(manifold, manifold.charts[0], source, manifold.view, (side, side))
        theta = manifold.charts[0].inverse(grid(request)).reshape(-1, 2)
        exact = manifold.distance(np.broadcast_to(source, theta.shape), theta)
        errors.append(np.abs(reference_engine.distance(request).values.ravel() - exact).mean())
    assert errors[1] < errors[0] / 2


def test_interpolation_is_bilinear():
    extent = Extent(0.0, 4.0, 0.0, 3.0)
    x, y = np.meshgrid(centres(0, 4, 8), centres(0, 3, 6))
    found = interpolated(2 * x - y, extent, np.array([[1.1, 2.2], [3.9, 0.1], [9.0, 1.0]]))
    np.testing.assert_allclose(found, [0.0, 7.7, np.nan], atol=1e-12)


def test_bad_requests():
    manifold = family("gaussian")
    with pytest.raises(ValueError, match="source must lie in the extent"):
        DistanceRequest(
            manifold, manifold.charts[0], (50.0, 1.0), Extent(-1.0, 1.0, -1.0, 1.0), (8, 8)
        )
    with pytest.raises(ValueError, match="shape must be between"):
        DistanceRequest(manifold, manifold.charts[0], (0.0, 1.0), manifold.view, (2, 8))

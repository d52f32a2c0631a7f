"""Maps of stretched metrics, where two grids may agree and be wrong, against geodesics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import polygamma

from compute import custom_family, family
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.geodesics.scalar_field import centres
from compute.manifold.extent import Extent
from compute.manifold.tangent import norm
from compute.requests.fields import DistanceRequest
from compute.requests.geodesics import ConnectRequest


def arrives(a, v, b):
    """Whether a Gamma geodesic in (k, m = k/rate), g = diag(ψ'(k) − 1/k, k/m²), leads from a to b."""

    def slope(_, y):
        k, m, dk, dm = y
        e, de = polygamma(1, k) - 1 / k, polygamma(2, k) + 1 / k**2
        return [dk, dm, -(de * dk**2 - dm**2 / m**2) / (2 * e), -dk * dm / k + dm**2 / m]

    def moved(x, u):
        k, rate = x
        return [k, k / rate, u[0], u[0] / rate - k * u[1] / rate**2]

    end = solve_ivp(slope, (0, 1), moved(a, v), method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
    return end[:2] == pytest.approx([b[0], b[0] / b[1]], rel=1e-4)


def test_a_stretched_metric_leaves_no_long_distance_on_the_map():
    """About k = 100 the metric of log k and log rate is stretched thirtyfold, askew to all grids: two
    of them agreed on distances that were a third too long."""
    manifold, engine, source = family("gamma"), ReferenceEngine(), np.array([100.0, 0.5])
    chart = manifold.charts[0]
    x, y = chart.forward(source)
    extent = Extent(x - 4.0, x + 5.0, y - 4.5, y + 4.0)
    field = engine.distance(DistanceRequest(manifold, chart, source, extent, (48, 48)))
    cells = np.stack(
        np.meshgrid(centres(extent.x0, extent.x1, 48), centres(extent.y0, extent.y1, 48)), -1
    )
    sure = field.status == Status.OK
    theta = chart.inverse(cells[sure])[::5]
    paths = engine.connect(ConnectRequest(manifold, np.tile(source, (len(theta), 1)), theta))
    assert (paths.status == Status.OK).all() and len(theta) > 10
    assert arrives(source, paths.velocity[-1, 0], theta[-1])
    speed = norm(manifold.geometry(source).metric, paths.velocity[-1, 0])
    assert paths.length[-1] == pytest.approx(float(speed), rel=1e-8)
    off = np.abs(field.values[sure][::5] / paths.length - 1.0)
    assert (off > 0.05).mean() < 0.02 and off.max() < 0.1


@pytest.mark.parametrize("source", [(3.5, -2.0), (0.0, 0.0)])
def test_no_cell_is_farther_than_along_its_straight_line(source):
    """Where the plane is so bent that many geodesics come to a cell, none but the shortest counts."""
    bent = "1+0.9*sin(3*a)"
    manifold = custom_family({
        "coordinates": ["a", "b"], "metric": [bent, "0", bent],
        "view": [-4, 4, -3, 3], "pins": [[-3, 0.3], [3, 0.2]],
    })  # fmt: skip
    extent, shape = Extent(-4, 4, -3, 3), (40, 40)
    field = ReferenceEngine().distance(
        DistanceRequest(manifold, manifold.charts[0], np.array(source), extent, shape)
    )
    cells = np.stack(np.meshgrid(centres(-4, 4, 40), centres(-3, 3, 40)), axis=-1)
    t, weights = np.polynomial.legendre.leggauss(40)
    a = source[0] + (t[:, None, None] + 1) / 2 * (cells[..., 0] - source[0])
    apart = np.hypot(*np.moveaxis(cells - source, -1, 0))
    straight = apart * np.tensordot(weights / 2, np.sqrt(1 + 0.9 * np.sin(3 * a)), axes=1)
    known = field.status == Status.OK
    assert known.mean() > 0.2
    assert (field.values[known] <= 1.01 * straight[known]).all()

"""Places and velocities of e- and m-geodesics in flat charts."""

from __future__ import annotations

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.geodesics import straightness


def test_a_chart_belongs_to_its_connection_and_to_exponential_families():
    normal = manifold_of("gaussian")
    assert straightness.chart_of(normal, 1.0).name == "natural"
    assert straightness.chart_of(normal, -1.0).name == "expectation"
    assert straightness.chart_of(normal, 0.5) is None
    assert straightness.chart_of(manifold_of("cauchy"), 1.0) is None


@pytest.mark.parametrize("alpha", [1.0, -1.0])
def test_a_straight_line_does_not_drift_and_a_bent_one_by_its_bend(alpha):
    """(μ/σ², −1/(2σ²)) or (μ, μ² + σ²), written out; then the speed changes by a hundredth."""
    t = np.linspace(0.0, 1.0, 9)
    if alpha > 0:
        first, second = 0.5 + 0.3 * t, -0.5 - 0.2 * t
        sigma = (-2 * second) ** -0.5
        mu = first * sigma**2
        d_sigma = -0.2 * sigma**3
        d_mu = 0.3 * sigma**2 + 2 * first * sigma * d_sigma
    else:
        mu, square = 0.5 + 0.3 * t, 2.0 + 0.4 * t
        sigma = np.sqrt(square - mu**2)
        d_mu = np.full(9, 0.3)
        d_sigma = (0.4 - 2 * mu * d_mu) / (2 * sigma)
    theta, v = (np.stack(pair, axis=1)[None] for pair in ((mu, sigma), (d_mu, d_sigma)))
    manifold = manifold_of("gaussian")
    chart = straightness.chart_of(manifold, alpha)
    known = np.ones((1, 9), bool)

    def error(theta, v, known=known):
        return straightness.errors(manifold, chart, theta, v, known)[0]

    assert error(theta, v) < 1e-14
    assert error(theta, v * (1.0 + 0.01 * t)[:, None]) == pytest.approx(0.01 / 1.01)
    # the same line, too late by a hundredth of the time after the first node
    late = chart.forward(theta)
    late[:, 1:] -= 0.01 * (late[:, -1:] - late[:, :1])
    late = chart.inverse(late)
    # v at these places: constant in the chart
    along = chart.pull(late, chart.push(theta, v))
    assert 0.005 < error(late, along) < 0.02
    assert error(late, along, np.arange(9)[None] < 1) == 0.0

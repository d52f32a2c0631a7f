"""The rectangle of a chart that a flow is computed in, where none is given."""

from __future__ import annotations

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.flow.rectangle import shown
from compute.manifold.charts import named


@pytest.mark.parametrize("name", ["gaussian", "gamma"])
def test_in_the_first_chart_it_is_the_view(name):
    manifold = manifold_of(name)
    found, view = shown(manifold, manifold.charts[0]), manifold.view
    corners = [found.x0, found.x1, found.y0, found.y1]
    assert corners == pytest.approx([view.x0, view.x1, view.y0, view.y1], abs=1e-9)


def test_in_another_chart_it_holds_the_image_of_most_of_the_view():
    manifold = manifold_of("gaussian")
    chart, view = named(manifold.charts, "expectation"), manifold.view
    found = shown(manifold, chart)
    draw = np.random.default_rng(4).uniform(size=(4000, 2))
    low, high = np.array([view.x0, view.y0]), np.array([view.x1, view.y1])
    x, y = chart.forward(manifold.charts[0].inverse(low + draw * (high - low))).T
    inside = (found.x0 <= x) & (x <= found.x1) & (found.y0 <= y) & (y <= found.y1)
    # 2 % are left out on each of four sides, and E[x²] ≥ 0
    assert 0.88 < inside.mean() < 0.99 and found.y0 > 0.0

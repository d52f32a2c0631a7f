"""The figure of a matrix of distances: cells, names, clusters and unknown distances in place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.export.distances import EDGE, SIDE, drawn
from app.export.sheet import Raster
from app.views.canvas.colour_map import coloured
from app.views.canvas.display_list import Label
from app.views.interface.distances import DistancesChosen
from app.views.interface.shapes import Area, Line
from app.views.interface.theme import LIGHT, rgba
from tests.app.parts.test_distances import POINTS, matrix, of

STATE = of(POINTS, DistancesChosen(k=2), matrix())


def items(state, kind):
    return [item for item in drawn(state).groups[0].items if isinstance(item, kind)]


def test_cells_are_the_distances_in_the_order_of_the_dendrogram():
    picture = items(STATE, Raster)[0]
    ordered = STATE.values[np.ix_(STATE.order, STATE.order)]
    cells = picture.pixels[:: len(picture.pixels) // 6, :: len(picture.pixels) // 6][:6, :6]
    np.testing.assert_array_equal(cells, coloured(ordered, "viridis", (0.0, ordered.max())))
    left, top, right, bottom = picture.box
    assert (right - left, bottom - top) == (SIDE, SIDE)
    names = [item for item in items(STATE, Label) if item.text in "abcdef"]
    assert [name.text for name in names] == [STATE.names[i] for i in STATE.order]
    rows = [top + (row + 0.5) * SIDE / 6 for row in range(6)]
    assert [name.at[1] for name in names] == pytest.approx(rows)
    strips = items(STATE, Area)
    assert [strip.colour for strip in strips] == [
        rgba(LIGHT.group(int(STATE.groups[i]))) for i in STATE.order
    ]


def test_the_dendrogram_stands_over_the_matrix_and_the_bar_ends_at_the_largest_distance():
    lines = items(STATE, Line)
    top = items(STATE, Raster)[0].box[1]
    points = np.concatenate([np.concatenate(line.lines) for line in lines])
    assert points[:, 1].max() < top
    assert points[:, 0].min() >= EDGE and points[:, 0].max() <= EDGE + SIDE + 9
    assert any(item.text == f"{STATE.values.max():.3g} √nat" for item in items(STATE, Label))


def test_unknown_distances_are_crossed_out():
    values = STATE.values.copy()
    values[0, 1] = values[1, 0] = np.nan
    crossed = items(replace(STATE, values=values), Line)[-1]
    assert len(crossed.lines) == 2

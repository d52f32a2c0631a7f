"""Items elsewhere on a page, and sheets of another width."""

from __future__ import annotations

import numpy as np
import pytest

from app.export import placement
from app.export.sheet import Group, Raster, Sheet
from app.views.canvas.display_list import Label
from app.views.interface.shapes import Area, Disc, Line

SHIFT = np.array([10.0, 20.0])


def test_a_group_moves_with_all_its_items():
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    ink = (0.0, 0.0, 0.0, 1.0)
    items = (Line([square], ink, 1.0), Area(square, ink), Disc((1.0, 2.0), 3.0, ink),
             Raster(np.zeros((1, 1, 4), np.uint8), (0.0, 1.0, 2.0, 3.0), 1.0),
             Label("a", (5.0, 6.0), 10.0, ink))  # fmt: skip
    line, area, disc, raster, label = placement.moved(
        Group(items, (0.0, 0.0, 9.0, 9.0)), SHIFT
    ).items
    np.testing.assert_array_equal(line.lines[0], square + SHIFT)
    np.testing.assert_array_equal(area.outline, square + SHIFT)
    assert disc.centre == (11.0, 22.0) and label.at == (15.0, 26.0)
    assert raster.box == (10.0, 21.0, 12.0, 23.0)
    assert placement.moved(Group((), None), (1.0, 1.0)).box is None


def test_a_sheet_of_another_width_has_everything_larger():
    ink = (0.0, 0.0, 0.0, 1.0)
    items = (Disc((10.0, 20.0), 3.0, ink), Label("a", (5.0, 6.0), 10.0, ink, rim=1.0),
             Line([np.array([[0.0, 0.0], [96.0, 48.0]])], ink, 2.0))  # fmt: skip
    sheet = placement.at_width(Sheet((96.0, 48.0), None, (Group(items),)), 2.5)
    assert sheet.size == pytest.approx((240.0, 120.0)) and sheet.in_mm
    disc, label, line = sheet.groups[0].items
    assert (disc.centre, disc.radius) == ((25.0, 50.0), 7.5)
    assert (label.at, label.size, label.rim, line.width) == ((12.5, 15.0), 25.0, 2.5, 5.0)
    np.testing.assert_array_equal(line.lines[0][1], [240.0, 120.0])

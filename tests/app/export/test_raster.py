"""Sheets that no canvas draws: their pixels agree with their vectors."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from app.cli.main import main
from app.export import raster
from app.export.ellipses import drawn
from app.export.sheet import Group, Raster, Sheet
from app.views.canvas.display_list import Label
from app.views.interface.shapes import Area, Disc, Line
from compute import Normal
from compute.normals.paths import normal_paths

RED, BLUE, WHITE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)
ENDS = ["--start", "0,0,1,0,1", "--end", "3,1,0.5,0,2"]


def test_every_item_is_where_the_sheet_says():
    half = np.full((2, 2, 4), (0, 255, 0, 128), np.uint8)
    items = (
        Raster(half, (0.0, 0.0, 10.0, 10.0), 1.0),
        Area(np.array([[20.0, 0.0], [30.0, 0.0], [30.0, 10.0], [20.0, 10.0]]), RED),
        Disc((45.0, 5.0), 4.0, BLUE),
        Line([np.array([[60.0, 5.0], [80.0, 5.0]])], RED, 2.0),
        Label("M₂", (90.0, 5.0), 10.0, BLUE, (0.0, 0.5)),
    )
    pixels = np.asarray(raster.pixels(Sheet((120.0, 10.0), WHITE, (Group(items),))), int)
    assert pixels.shape == (10, 120, 3)
    middle = {x: tuple(pixels[5, x]) for x in (5, 15, 25, 45, 70)}
    assert middle[5] == pytest.approx((127, 255, 127), abs=2)
    assert middle[15] == (255, 255, 255)
    assert (middle[25], middle[45], middle[70]) == ((255, 0, 0), (0, 0, 255), (255, 0, 0))
    assert (pixels[1, 70] == 255).all(), "a line is as wide as it is"
    letters = np.flatnonzero((pixels[:, 90:] < 200).any(axis=(0, 2)))
    # M is nearly as wide as its size, and the small figure follows
    assert 10 < np.ptp(letters) < 16


def test_a_label_runs_upwards_from_its_place_and_groups_end_at_their_box():
    label = Label("L" * 8, (20.0, 90.0), 10.0, RED, (0.0, 0.5), upright=True)
    line = Line([np.array([[0.0, 50.0], [100.0, 50.0]])], BLUE, 4.0)
    groups = (Group((label,)), Group((line,), (60.0, 0.0, 80.0, 100.0)))
    pixels = np.asarray(raster.pixels(Sheet((100.0, 100.0), WHITE, groups), 2.0), int)
    assert pixels.shape == (200, 200, 3)
    rows, columns = np.nonzero(pixels[..., 1] < 128)
    red = pixels[rows, columns, 0] > 200
    assert rows[red].max() <= 181 and rows[red].min() < 120, "it begins at its place and goes up"
    assert np.ptp(columns[red]) < 20 and abs(columns[red].mean() - 40) < 8
    # the feet of the letters are at the right, after a quarter turn to the left
    feet = np.bincount(columns[red]).argmax()
    assert feet > columns[red].mean()
    assert (columns[~red].min(), columns[~red].max()) == (120, 159)


def test_four_paths_are_written_as_pixels_and_as_vectors(tmp_path):
    for kind in ("png", "svg", "pdf"):
        assert main(["normals", *ENDS, "-o", str(tmp_path / f"a.{kind}")]) == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1040, 1040)
    text = (tmp_path / "a.svg").read_text("utf-8")
    assert len(re.findall("<path", text)) == 4 * (9 + 1)
    assert "Fisher–Rao geodesic, length 3.1052" in text
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert main(["normals", *ENDS, "-o", str(tmp_path / "a.bmp")]) == 2


def test_the_ellipses_go_from_one_normal_to_the_other():
    paths = normal_paths(Normal([0, 0], np.eye(2)), Normal([3, 1], np.diag([0.5, 2])))
    for group in drawn(paths).groups:
        first, *_, last, way, _ = group.items
        middles = [line.lines[0][:-1].mean(axis=0) for line in (first, last)]
        assert middles[0] == pytest.approx(way.lines[0][0], abs=1e-9)
        assert middles[1] == pytest.approx(way.lines[0][-1], abs=1e-9)

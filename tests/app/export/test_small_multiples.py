"""Pictures side by side on a page: each in its cell, at one scale, under its name."""

from __future__ import annotations

import pytest

from app.export import small_multiples
from app.export.figure import Paper
from app.jobs.variants import variants
from app.model.comparison import read
from app.model.lessons import first_scene
from app.model.scene import completed
from app.views.canvas.display_list import Label
from compute import open_engine
from compute.core.status import Status

PAPER = Paper((900, 400))
SCENE = completed(first_scene.load("attention:bank"))


@pytest.fixture(scope="module")
def made():
    """The pictures of two heads, and of one that is not there."""
    told = []
    found = variants(SCENE, read("head", ["0", "9", "77"]))
    size = small_multiples.cell(3, PAPER)
    return small_multiples.pictures(found, open_engine("reference"), size, told.append), told


def test_rows_and_columns_follow_the_page():
    assert small_multiples.grid(3, (1200, 300)) == (1, 3)
    assert small_multiples.grid(3, (300, 1200)) == (3, 1)
    assert small_multiples.grid(4, (1200, 900)) == (2, 2)
    with pytest.raises(ValueError, match="6 pictures 120x54"):
        small_multiples.cell(6, Paper((600, 200)))


def test_pictures_share_scale_and_colours_and_a_missing_one_is_said(made):
    pictures, told = made
    first, second, missing = pictures
    assert missing.scene is None and "got 77" in told[0] and missing.path is None
    assert first.scene.limits == second.scene.limits and first.path.paths.status[0] == Status.OK
    sizes = [(p.scene.view.x1 - p.scene.view.x0, p.scene.view.y1 - p.scene.view.y0)
             for p in (first, second)]  # fmt: skip
    assert sizes[0] == pytest.approx(sizes[1])


def test_each_picture_is_in_its_cell_under_its_name(made):
    sheet = small_multiples.drawn(made[0], PAPER)
    width, _ = small_multiples.cell(3, PAPER)
    labels = [item for group in sheet.groups for item in group.items if isinstance(item, Label)]
    heads = {item.text: item.at[0] for item in labels if item.text.startswith("head ")}
    assert [int(heads[f"head {i}"] // width) for i in (0, 9, 77)] == [0, 1, 2]
    boxes = [group.box for group in sheet.groups if group.box is not None]
    assert [int(box[0] // width) for box in boxes] == [0, 1]
    assert boxes[1][0] - boxes[0][0] == pytest.approx(width)
    assert "geodesic" in {item.text for item in labels}, "what the lines mean stands below"

"""Figures and tables of the panels of heads: every number in its place, text as text."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from app.export import panel_figures
from app.export.charts import Axis, Chart, Look, spanning
from app.export.panel_tasks import (
    PanelTask,
    look_of,
    matrix_arrays,
    matrix_rows,
    paper_of,
    why_rows,
)
from app.export.sheet import Raster
from app.parts.attention_matrix import AttentionMatrixPart
from app.parts.head_atlas import HeadAtlasPart
from app.parts.why_there import WhyTherePart
from app.presenters import steering
from app.views.canvas.colour_map import coloured
from app.views.canvas.display_list import Label
from app.views.interface.events import PanelShown
from app.views.interface.head_atlas import CLUSTERS, MAP, AtlasChosen
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import LIGHT, rgba
from compute.engine.reference import ReferenceEngine
from compute.steering.bench import steer
from tests.app.parts.beside import CAT, Beside, scene_of
from tests.compute.steering import outputs

LOOK = Look((6.7, 5.0))
VALUES = (("size", "170x100mm"), ("font-size", "8"), ("dpi", 150), ("style", "print"))


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """The states of the three panels of the bundled causal model."""
    scene = scene_of(CAT, tmp_path_factory.mktemp("scene"))
    parts = {"Matrix": AttentionMatrixPart, "Atlas": HeadAtlasPart, "Why there": WhyTherePart}
    return {
        title: Beside(part, scene).hear(PanelShown(title, True)) for title, part in parts.items()
    }


def of(sheet, kind):
    return [item for group in sheet.groups for item in group.items if isinstance(item, kind)]


def texts(sheet):
    return [item.text for item in of(sheet, Label)]


def test_a_chart_places_values_and_breaks_lines_where_they_are_unknown():
    chart = Chart((100.0, 10.0, 300.0, 110.0), Axis(0.0, 2.0, "x"), Axis(-1.0, 1.0, "y"), LOOK)
    np.testing.assert_allclose(
        chart.place([[0, -1], [2, 1], [1, 0]]), [[100, 110], [300, 10], [200, 60]]
    )
    line = chart.line([[0, 0], [0.5, 0], [1, np.nan], [1.5, 0], [2, 0]], "#000000")
    assert [len(part) for part in line.lines] == [2, 2]
    assert spanning([3.0, np.nan], "x") == Axis(2.5, 3.5, "x")
    assert {"x", "y", "0", "1"} <= {item.text for item in chart.frame() if isinstance(item, Label)}


def test_the_matrix_has_the_colours_of_its_rows_and_the_rows_of_the_pins(states):
    state = replace(states["Matrix"], pins=(32, 5))
    sheet = panel_figures.matrix(state, LOOK)
    cells, bar = of(sheet, Raster)
    fine = cells.pixels.shape[0] // 33
    values = np.where(state.seen, state.rows, np.nan)
    expected = coloured(values, "viridis", (0.0, np.nanmax(state.rows)))
    np.testing.assert_array_equal(cells.pixels[::fine, ::fine], expected)
    left, top, right, bottom = cells.box
    assert right - left == pytest.approx(bottom - top, rel=1e-9, abs=1e-9), "square cells"
    outlines = [line for line in of(sheet, Line) if len(line.lines[0]) == 5]
    rows = [(line.lines[0][0, 1] - top) / (bottom - top) * 33 for line in outlines]
    assert rows == pytest.approx([32.0, 5.0]) and bar.box[0] > right
    assert "0 The" in texts(sheet) and "key" in texts(sheet)


def test_the_bars_are_as_long_as_their_values(states):
    state = states["Why there"]
    sheet = panel_figures.why(state, LOOK)
    bars = of(sheet, Area)
    assert len(bars) == len(state.values)
    widths = np.array([bar.outline[1, 0] - bar.outline[0, 0] for bar in bars])
    np.testing.assert_allclose(widths / widths[0], state.values / state.values[0], rtol=1e-9)
    assert [bar.colour == rgba(LIGHT.pin_a) for bar in bars] == (state.values >= 0).tolist()
    assert {*state.names} <= {*texts(sheet)}


def test_the_leak_on_the_paths_is_drawn_as_high_as_it_is():
    found = steer(outputs.random(300, 6, 1.5), 1, 4, ReferenceEngine())
    state = steering.state(found, "m", on_canvas=False)
    sheet = panel_figures.steering(state, LOOK)
    colours = [rgba(colour) for colour in (LIGHT.e_path, LIGHT.m_path, LIGHT.geodesic)]
    curves = [next(x for x in of(sheet, Line) if x.colour == colour and len(x.lines[0]) == 9)
              for colour in colours]  # fmt: skip
    up = np.concatenate([curve.lines[0][:, 1] for curve in curves])
    leaks = np.concatenate([state.leaks[name] for name in ("e", "m", "geodesic")])
    slope, zero = np.polyfit(leaks, up, 1)
    np.testing.assert_allclose(slope * leaks + zero, up, atol=1e-6)
    assert slope < 0 and {"m-path: dual steering", "Leaked mass"} <= {*texts(sheet)}
    assert any("From “1 t1” to “4 t4”" in words for words in texts(sheet))


def test_the_atlas_has_a_dot_a_head_in_the_colour_of_its_cluster(states):
    state = replace(states["Atlas"], chosen=AtlasChosen(MAP, colours=CLUSTERS))
    sheet = panel_figures.atlas(state, LOOK)
    dots = of(sheet, Disc)
    assert [dot.colour for dot in dots] == [rgba(LIGHT.group(int(i))) for i in state.clusters]
    centres = np.array([dot.centre for dot in dots])
    apart = np.linalg.norm(centres[0] - centres[1:], axis=1)
    flat = np.linalg.norm(state.map[0] - state.map[1:], axis=1)
    np.testing.assert_allclose(apart / apart[0], flat / flat[0], rtol=1e-9)
    names = {of.name for of in state.heads} & {*texts(sheet)}
    assert 4 <= len(names) <= 8 and {state.heads[i].name for i in state.middles} <= names
    scores = panel_figures.atlas(states["Atlas"], LOOK)
    assert len(of(scores, Disc)) == 54 and "17·5" in texts(scores)


def test_files_have_their_size_in_millimetres_and_tables_every_number(states, tmp_path):
    state, told = states["Matrix"], []
    draw = lambda look: panel_figures.matrix(state, look)  # noqa: E731
    for suffix in ("svg", "pdf", "png", "csv", "npz"):
        task = PanelTask("Matrix", draw, lambda: matrix_rows(state), tmp_path / f"m.{suffix}", VALUES,
                         lambda: matrix_arrays(state))  # fmt: skip
        task.perform(None, told.append, lambda: False)
    assert [each.words.startswith("written: ") for each in told] == [True] * 5
    text = (tmp_path / "m.svg").read_text("utf-8")
    assert 'width="170mm" height="100mm"' in text and ">0 The<" in text
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[12]["3 not"]) == state.rows[12, 3] and rows[2][state.keys[20]] == ""
    np.testing.assert_array_equal(np.load(tmp_path / "m.npz")["rows"], state.rows)
    assert (
        float(why_rows(states["Why there"])[0]["part of the logit"])
        == states["Why there"].values[0]
    )


def test_a_page_that_is_too_small_is_refused_in_words(states, tmp_path):
    told = []
    draw = lambda look: panel_figures.atlas(states["Atlas"], look)  # noqa: E731
    small = (("size", "20x15mm"), ("font-size", "12"), ("dpi", 150), ("style", "dark"))
    PanelTask("Atlas", draw, list, tmp_path / "a.svg", small).perform(None, told.append, None)
    assert "too small for its letters" in told[0].words and not (tmp_path / "a.svg").exists()
    assert look_of(small).size == pytest.approx(16.0) and paper_of(small).style == "dark"

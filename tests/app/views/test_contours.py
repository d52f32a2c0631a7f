"""Contour lines of maps whose level sets are known, and axes of one scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.export import figure
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport, visible
from app.model import scene_file
from app.presenters.scalar_maps import color_map
from app.views.canvas.display_list import Label, Strokes
from app.views.canvas.layers.contours import ContoursLayer, contours
from app.views.canvas.layers.legend import levels
from app.views.canvas.plot import Plot
from app.views.interface.theme import DARK
from app.views.interface.views import ColorMap2D
from compute.manifold.extent import Extent
from tests.claims import each

VIEW = Extent(-2.0, 2.0, -1.0, 1.0)


def sampled(function, rows: int = 200, columns: int = 300) -> ColorMap2D:
    """A map of a function of (x, y), sampled in the middle of cells."""
    x = VIEW.x0 + (np.arange(columns) + 0.5) / columns * (VIEW.x1 - VIEW.x0)
    y = VIEW.y0 + (np.arange(rows) + 0.5) / rows * (VIEW.y1 - VIEW.y0)
    values = function(*np.meshgrid(x, y))
    return ColorMap2D(values, VIEW, "viridis", (0.0, 1.0), "f", contours=True)


def test_the_contour_of_a_distance_is_one_closed_circle():
    (line,) = contours(sampled(lambda x, y: np.hypot(x - 0.3, y)), 0.5)
    assert np.array_equal(line[0], line[-1])
    assert np.abs(np.hypot(line[:, 0] - 0.3, line[:, 1]) - 0.5).max() < 2e-4
    steps = np.hypot(*np.diff(line, axis=0).T)
    assert steps.sum() == pytest.approx(np.pi, rel=1e-3) and steps.max() < 0.03


def test_a_contour_ends_at_the_edge_and_where_nothing_is_known():
    (line,) = contours(sampled(lambda x, y: x), 0.25)
    assert np.allclose(line[:, 0], 0.25) and len(line) == 200
    with np.errstate(invalid="ignore"):
        holed = sampled(lambda x, y: np.where(np.abs(y) < 0.2, np.nan, x))
    below, above = sorted(contours(holed, 0.25), key=lambda part: part[0, 1])
    assert below[:, 1].max() < -0.19 and above[:, 1].min() > 0.19


def test_lines_do_not_cross_at_a_saddle():
    lines = contours(sampled(lambda x, y: x * y, 20, 20), 1e-3)
    assert len(lines) == 2
    assert each(len(np.unique(np.sign(line[:, 0]))) == 1 for line in lines)


def test_a_level_that_is_not_reached_has_no_line():
    assert contours(sampled(lambda x, y: x), 9.0) == []
    assert contours(sampled(lambda x, y: 0.0 * x), 0.5) == []


@pytest.fixture(scope="module")
def scene():
    layers = replace(scene_file.load("gaussian").layers, contours=True)
    return replace(scene_file.load("gaussian"), scalar="distance", layers=layers)


def test_the_layer_draws_through_the_values_that_the_bar_marks(scene, reference_engine):
    plot = Plot((700, 500), DARK)
    found = figure.answers(scene, reference_engine, (700, 500))
    figure.show(plot, scene, found)
    layer = next(drawn for drawn in plot.plotted if isinstance(drawn, ContoursLayer))
    made = layer.primitives(plot.frame)
    (strokes,) = [part for part in made if isinstance(part, Strokes)]
    answer = next(part for part in found if isinstance(part, MapAnswer))
    image = color_map(Subject.of(scene), answer)
    marked = [value for value, _ in levels(image, plot.frame)]
    numbers = {part.text for part in made if isinstance(part, Label)}
    assert numbers and numbers <= {words for _, words in levels(image, plot.frame)}
    # the closed form of the distance from A on each line
    a = np.array(scene.start.theta)
    for line in strokes.lines[:20]:
        mu, log_sigma = np.array([plot.frame.to_chart(point) for point in line[::5]]).T
        sigma = np.exp(log_sigma)
        gap = ((mu - a[0]) ** 2 / 2 + (sigma - a[1]) ** 2) / (2 * sigma * a[1])
        distance = np.sqrt(2.0) * np.arccosh(1 + gap)
        level = min(marked, key=lambda value: abs(value - distance.mean()))
        assert np.abs(distance - level).max() < 0.03
    figure.show(plot, replace(scene, layers=replace(scene.layers, contours=False)), found)
    assert layer.primitives(plot.frame) == ()


def test_equal_axes_have_one_scale_and_the_map_covers_them(scene):
    plot = Plot((700, 400), DARK)
    for equal in (False, True, False):
        asked = replace(scene, equal=equal)
        figure.show(plot, asked, [])
        along, up = np.abs(np.diff(plot.frame.to_pixels([(0.0, 0.0), (1.0, 1.0)]), axis=0))[0]
        assert (abs(along - up) < 1e-6) == equal
    seen = visible(Subject.of(replace(scene, equal=True)), Viewport((700, 400)))
    assert (seen.x1 - seen.x0) / (seen.y1 - seen.y0) == pytest.approx(700 / 400, rel=1e-6)
    assert visible(Subject.of(scene), Viewport((700, 400))) == scene.view

"""Geometry of what the canvas draws, without a display: frames, ticks, ribbons, dashes, colours."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.views.canvas import colour_map, typeface
from app.views.canvas.colour_map import LEVELS, coloured, palette
from app.views.canvas.display_list import ArrowHeads, Discs, Label, Pen, Strokes, TexturedQuad
from app.views.canvas.gl.shapes import tessellated
from app.views.canvas.input.pointer import nearest, zoom_factor
from app.views.canvas.layers.layer import box_of
from app.views.canvas.layers.legend import LONGEST, WIDTH, LegendLayer
from app.views.canvas.layers.marks import MarksLayer
from app.views.canvas.layers.message import MessageLayer
from app.views.canvas.plot import Plot
from app.views.canvas.polyline import dashes
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.ticks import linear, logarithmic, number, step
from app.views.interface.theme import DARK, LIGHT, rgba
from app.views.interface.views import Arrows, Axes, ColorMap2D, Curve, Marks, Outline
from compute.manifold.extent import Extent
from tests.claims import each
from tests.layers import layer, layers, said

VIEW = Extent(-2.0, 3.0, 10.0, 14.0)
SIZE = (640, 480)
BLUE, ORANGE = (0x4C, 0xC2, 0xFF), (0xFF, 0xB4, 0x54)


@pytest.fixture
def frame() -> Frame:
    return Frame(VIEW, SIZE, Margins(60, 10, 20, 50))


def test_pixels_and_chart_are_inverse(frame):
    assert frame.to_pixels((-2.0, 10.0)) == pytest.approx((60, 430))
    assert frame.to_pixels((3.0, 14.0)) == pytest.approx((620, 10))
    assert frame.to_chart(frame.to_pixels((0.3, 11.7))) == pytest.approx((0.3, 11.7))


def test_zoom_keeps_the_point_under_the_pointer(frame):
    pixel = (300.0, 200.0)
    at = frame.to_chart(pixel)
    closer = frame.with_extent(frame.zoomed(pixel, 0.5))
    assert closer.to_chart(pixel) == pytest.approx(at)
    assert closer.extent.x1 - closer.extent.x0 == pytest.approx(2.5)


def test_zoom_ends_where_digits_end(frame):
    deepest = frame
    for _ in range(2000):
        deepest = deepest.with_extent(deepest.zoomed((300.0, 200.0), 0.8))
    assert deepest.extent.x1 > deepest.extent.x0
    assert len({x for x, _ in linear(deepest.extent.x0, deepest.extent.x1, 8)}) > 1


@pytest.mark.parametrize("width", [1e-7, 0.013, 0.99, 1.0, 2.0, 37.0, 4.2e8])
@pytest.mark.parametrize("count", [1, 4, 7.5])
def test_steps_are_one_two_five(width, count):
    each = step(width, count)
    mantissa = each / 10.0 ** math.floor(math.log10(each) + 1e-9)
    assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-9
    assert width / each <= count * (1 + 1e-9) < 2.5 * width / each * (1 + 1e-9)


def test_linear_ticks_lie_inside_and_are_written_shortly():
    assert linear(-0.3, 0.3, 6) == [
        (pytest.approx(i * 0.1), words)
        for i, words in zip(
            range(-3, 4), ("−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"), strict=True
        )
    ]
    assert number(200000.0, 100000.0) == "2·10⁵"
    assert number(-1e-6, 1e-6) == "−10⁻⁶"


@pytest.mark.parametrize(("low", "high"), [(0.2, 5.0), (0.01, 1e6), (1.0, 1.3), (1e-30, 1e30)])
def test_logarithmic_ticks_stand_at_their_logarithms(low, high):
    found = logarithmic(math.log(low), math.log(high), 8)
    assert 2 <= len(found) <= 13
    for position, words in found:
        mantissa, _, power = words.partition("10")
        if power:
            digits = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
            if any(mark in power for mark in "⁰¹²³⁴⁵⁶⁷⁸⁹"):
                value = float(mantissa.rstrip("·") or 1) * 10.0 ** int(digits)
            else:
                value = float(words)
        else:
            value = float(words)
        assert position == pytest.approx(math.log(value), abs=1e-9)


def test_a_ribbon_is_as_wide_as_its_pen():
    # half of its width, and a pixel for the antialiased edge
    pen = Pen((1, 1, 1, 1), width=4.0)
    quad = tessellated([Strokes([np.array([(10.0, 20.0), (30.0, 20.0)])], pen)])
    assert len(quad) == 4
    assert sorted(set(quad["a_position"][:, 1])) == [20 - 3.0, 20 + 3.0]
    np.testing.assert_allclose(np.abs(quad["a_offset"][:, 0]), 3.0)


def test_a_ribbon_breaks_at_nan_and_turns_by_a_mitre():
    line = np.array(
        [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (np.nan, np.nan), (50.0, 0.0), (60.0, 0.0)]
    )
    pen = Pen((1, 1, 1, 1), width=2.0)
    quads = tessellated([Strokes([line], pen)]).reshape(-1, 4)
    assert len(quads) == 3
    corner = quads[0]["a_position"][2:]
    np.testing.assert_allclose(np.abs(corner - (10.0, 0.0)), 2.0, atol=1e-5)


def test_dashes_and_gaps_have_their_lengths():
    line = np.array([(0.0, 0.0), (0.0, 37.0), (40.0, 37.0)])
    pieces = dashes(line, 9.0, 7.0)
    steps = np.hypot(*np.diff(pieces, axis=0).T)
    assert np.nansum(steps) == pytest.approx(4 * 9.0 + 9.0)  # 77 = 4 periods of 16 and 13 more
    assert np.isnan(pieces).all(axis=1).sum() == 5


def test_what_is_not_finite_is_transparent():
    image = coloured(np.array([[0.0, np.nan], [0.5, 2.0]]), "viridis", (0.0, 1.0))
    shades = palette("viridis")
    assert (image[0, 0] == shades[0]).all() and (image[1, 1] == shades[LEVELS - 1]).all()
    assert (image[0, 1] == 0).all()


def test_the_nearest_target_is_taken():
    targets = {"A": (10.0, 10.0), "B": (14.0, 10.0), "tip": (10.0, 10.0)}
    assert nearest((10.0, 12.0), targets) == "A"
    assert nearest((15.0, 10.0), targets) == "B"
    assert nearest((40.0, 10.0), targets) == ""
    assert zoom_factor(1.0) < 1.0 < zoom_factor(-1.0) < zoom_factor(-100.0) < 10.0


def test_frames_that_differ_in_anything_are_different(frame):
    assert frame == replace(frame)
    assert frame != replace(frame, ratio=2.0)
    assert frame != frame.with_extent(Extent(0.0, 1.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("limits", "ways"),
    [((0.0, 10.0), []), ((1.0, 10.0), [1.0]), ((0.0, 9.0), [-1.0]), ((1.0, 9.0), [1.0, -1.0])],
)
def test_a_colour_bar_ends_in_points_where_values_go_on(limits, ways):
    plot = Plot(SIZE, DARK)
    plot.set_map(ColorMap2D(np.linspace(0, 10, 12).reshape(3, 4), VIEW, "viridis", limits, "K"))
    points = [
        p for p in layer(plot, LegendLayer).primitives(plot.frame) if isinstance(p, ArrowHeads)
    ]
    assert [float(point.directions[0, 1]) for point in points] == ways


def test_a_name_that_is_cut_in_the_colour_bar_says_so():
    names = tuple(f"{number} of nine keys with long names" for number in range(9))
    plot = Plot(SIZE, DARK)
    image = ColorMap2D(np.arange(9.0).reshape(3, 3), VIEW, "categorical9", (-0.5, 8.5), "Key")
    plot.set_map(replace(image, names=(*names[:-1], "short")))
    labels = [p for p in layer(plot, LegendLayer).primitives(plot.frame) if isinstance(p, Label)]
    *cut, short = [label.text for label in labels if label.text != "Key"]
    assert short == "short"
    for name, text in zip(names, cut, strict=False):
        assert text.endswith("…") and name.startswith(text[:-1]) and len(text) > 8
        assert typeface.width(text, 11) <= LONGEST
    assert plot.frame.size[0] - plot.frame.box[2] > WIDTH + LONGEST / 2, "there is room for them"


def test_a_colour_bar_has_the_lowest_colour_at_its_foot():
    plot = Plot(SIZE, DARK)
    plot.set_map(ColorMap2D(np.array([[0.0, 1.0]]), VIEW, "viridis", (0.0, 1.0), "K"))
    bar = layer(plot, LegendLayer).primitives(plot.frame)[0]
    assert isinstance(bar, TexturedQuad)
    assert bar.low[1] > bar.high[1], "y runs downwards"
    made = layer(plot, LegendLayer).primitives(plot.frame)
    at = {label.text: label.at[1] for label in made if isinstance(label, Label)}
    assert at["0"] == pytest.approx(bar.low[1], abs=1.0)
    up = at["0"] - 0.8 * (bar.low[1] - bar.high[1])
    assert at["0.8"] == pytest.approx(up, abs=1.0)
    np.testing.assert_array_equal(bar.texture[[0, -1], 0], palette("viridis")[[0, LEVELS - 1]])


@pytest.mark.parametrize("theme", [DARK, replace(LIGHT, type_size=12.0, pen=1.5)])
@pytest.mark.parametrize(("height", "is_whole"), [(600, True), (210, True), (120, False)])
def test_the_title_of_a_colour_bar_stays_in_the_picture(theme, height, is_whole):
    plot, title = Plot((400, height), theme), "Fisher–Rao distance from A"
    image = ColorMap2D(np.array([[0.0, 1.0]]), VIEW, "viridis", (0.0, 1.0), title)
    plot.set_map(replace(image, source="middle 98 %"))
    made = [p for p in layer(plot, LegendLayer).primitives(plot.frame) if isinstance(p, Label)]
    (shown,) = [label for label in made if label.upright]
    (source,) = [label for label in made if label.text == "middle 98 %"]
    _, top, _, bottom = box_of(shown)
    assert 0 <= top < bottom <= box_of(source)[1]
    assert (shown.text == title) == is_whole and (is_whole or shown.text.endswith("…"))
    assert shown.size == 12.0 or (not theme.type_size and height < 600)


@pytest.mark.parametrize("limits", [(2.0, 4.0), (-3.0, 5.0), (-9.0, -1.0)])
def test_a_tick_of_the_colour_bar_stands_at_its_share_of_the_limits(limits):
    plot, (low, high) = Plot(SIZE, DARK), limits
    plot.set_map(ColorMap2D(np.array([[*limits]]), VIEW, "viridis", limits, "K"))
    made = layer(plot, LegendLayer).primitives(plot.frame)
    bar, (marks,) = made[0], [p for p in made if isinstance(p, Strokes)]
    foot, top = bar.low[1], bar.high[1]
    ticks = [label for label in made if isinstance(label, Label) and label.text != "K"]
    assert len(ticks) >= 3
    for label, line in zip(ticks, marks.lines, strict=True):
        share = (float(label.text.replace("−", "-")) - low) / (high - low)
        assert label.at[1] == pytest.approx(foot + share * (top - foot), abs=1.0)
        assert each(line[:, 1] == label.at[1])


def filled(theme) -> Plot:
    """A plot that draws something in every layer of the plane."""
    plot, at = Plot(SIZE, theme), np.array([(0.0, 11.0), (1.0, 12.0)])
    line = np.array([(-1.0, 11.0), (0.0, 12.0), (1.0, 11.5)])
    plot.set_axes(Axes(("x", "y")))
    plot.set_view(VIEW)
    hatched = np.eye(12, dtype=bool)
    plot.set_map(
        ColorMap2D(np.arange(144.0).reshape(12, 12), VIEW, "viridis", (0.0, 100.0), "K", hatched)
    )
    plot.set_outline(Outline(line, (("corner", (0.0, 11.0)),)))
    plot.set_ellipses(np.array([line]))
    plot.set_curve("geodesic", Curve(line))
    plot.set_vector(Arrows(at[:1], np.array([(0.5, 0.5)])))
    plot.set_transport(Arrows(at, np.array([(0.5, 0.5), (0.5, 0.0)])))
    plot.set_marks(Marks(at, ("a", "b"), np.array([0.5, 1.0])))
    plot.set_pin("A", (0.0, 11.0))
    plot.set_message("not converged")
    plot.set_note("a note")
    return plot


def test_after_a_change_of_theme_all_is_drawn_as_if_it_had_been_so_from_the_beginning():
    plot, wanted = filled(DARK), filled(LIGHT)
    dark = said(plot)
    plot.set_theme(LIGHT)
    assert said(plot) == said(wanted)
    unchanged = {name for name in dark if dark[name] == said(plot)[name] and dark[name] != "()"}
    assert unchanged == set(), "all of them have colours of the theme"


@pytest.mark.parametrize("theme", [DARK, replace(LIGHT, type_size=15.0, pen=1.5)])
@pytest.mark.parametrize("width", [900, 560, 380])
def test_messages_and_notes_stay_beside_the_scales(theme, width):
    """On plates within the plot, in lines that keep all words."""
    plot = filled(theme)
    words = "One key stands for 48641 other words: 1.1 % of the mass at “on”, 0.67 % at “on”"
    plot.set_note(words)
    plot.set_message(words)
    narrow = Frame(VIEW, (width, 420), Margins(60, 10, 80, 50))
    left, top, right, bottom = narrow.box
    assert len(layers(plot, MessageLayer)) == 2
    for found in layers(plot, MessageLayer):
        plate, *labels = found.primitives(narrow)
        assert " ".join(label.text for label in labels) == words
        xs, half = plate.lines[0][:, 0], plate.pen.width / 2
        assert left <= xs.min() - half and xs.max() + half <= right
        for x0, y0, x1, y1 in map(box_of, labels):
            assert left < x0 and x1 < right and top < y0 and y1 < bottom
            assert abs((y0 + y1) / 2 - plate.lines[0][0, 1]) + (y1 - y0) / 2 <= half


def test_a_map_is_hatched_where_the_metric_is_singular_and_nowhere_else():
    values, hatched = np.full((40, 40), 0.5), np.zeros((40, 40), bool)
    hatched[:, :20] = True
    image = ColorMap2D(values, VIEW, "viridis", (0.0, 1.0), "K")
    plain = colour_map.colours(image, DARK)
    striped = colour_map.colours(replace(image, hatched=hatched), DARK)
    differs = (plain != striped).any(axis=-1)
    assert not differs[:, 20:].any()
    width, apart = colour_map.STRIPES
    assert differs[:, :20].mean() == pytest.approx(width / apart)


def test_points_of_one_group_have_one_colour(frame):
    layer = MarksLayer(DARK)
    xy = np.array([[0.2, 9.0], [0.5, 9.5], [0.8, 9.2]])
    layer.set(Marks(xy, ("",) * 3, np.zeros(3), group=(1, -1, 1)))
    discs = next(shape for shape in layer.build(frame) if isinstance(shape, Discs))
    expected = [rgba(DARK.groups[1]), rgba(DARK.mark), rgba(DARK.groups[1])]
    np.testing.assert_allclose(discs.colours, expected)

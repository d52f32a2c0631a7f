"""The key of the canvas, and labels that do not overlap."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from app.export import figure, figure_panels, sheet
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import Scene, completed, in_chart
from app.presenters import drawables, drawing
from app.views.canvas import typeface
from app.views.canvas.display_list import ArrowHeads, Discs, Label, Strokes
from app.views.canvas.layers.annotations import AnnotationsLayer
from app.views.canvas.layers.box import BoxLayer
from app.views.canvas.layers.curves import CurvesLayer
from app.views.canvas.layers.focus import FocusLayer
from app.views.canvas.layers.key import KeyLayer, length_in
from app.views.canvas.layers.layer import box_of
from app.views.canvas.layers.marks import (
    GAP,
    HEIGHT,
    PLACES,
    SIZE,
    MarksLayer,
    first_free,
    overlapped,
    overlaps,
    spots,
)
from app.views.canvas.layers.outline import OutlineLayer
from app.views.canvas.plot import Plot
from app.views.interface.annotations import AngleArc, Annotation
from app.views.interface.theme import LIGHT
from app.views.interface.views import Arrows, Curve, Marks
from compute.manifold.extent import Extent
from tests.layers import layer, layers

VIEW = Extent(0.0, 10.0, 0.0, 10.0)


@pytest.fixture
def plot() -> Plot:
    """A plot with a geodesic, its pins and a moving point, in the upper right."""
    made = Plot((900, 600))
    made.set_view(VIEW)
    xy = np.linspace((6.0, 9.0), (9.0, 6.0), 20)
    made.set_curve("geodesic", Curve(xy))
    made.set_curve("straight", Curve(xy, True))
    made.set_pin("A", (6.0, 9.0))
    made.set_pin("B", (9.0, 6.0))
    made.set_moving_point((7.5, 7.5))
    return made


def test_what_has_the_coordinates_of_one_chart_is_drawn_while_two_glide(plot):
    """Points that have just come; the key gives way to those of both charts."""
    both = np.linspace((6.0, 9.0, 1.0, 2.0), (9.0, 6.0, 2.0, 1.0), 20)
    plot.set_blend(0.0)
    plot.set_blend(0.5)
    plot.set_curve("geodesic", Curve(both))
    plot.set_pin("A", (6.0, 9.0, 1.0, 2.0))
    drawn = [shape for thing in plot.things for shape in thing.primitives(plot.drawn)]
    said = {shape.text for shape in drawn if isinstance(shape, Label)}
    assert {"A", "B", "geodesic"} <= said


def words(plot: Plot) -> list[str]:
    """Return the names in the key."""
    shapes = layer(plot, KeyLayer).primitives(plot.frame)
    return [each.text for each in shapes if isinstance(each, Label)]


def ground(plot: Plot) -> tuple[float, float, float, float]:
    """Return the box of the key's ground."""
    first = layer(plot, KeyLayer).primitives(plot.frame)[0]
    assert isinstance(first, Strokes)
    found = box_of(first)
    assert found is not None
    return found


def test_the_key_names_what_is_shown_on_a_ground_of_its_own(plot):
    usual = ["geodesic", "straight in the parameters", "start A, end B", "moving point"]
    assert words(plot) == usual
    plot.set_transport(Arrows(np.array([(7.0, 8.0)]), np.array([(0.5, 0.5)])))
    plot.set_ellipses(np.zeros((1, 5, 2)), 0.3)
    assert words(plot) == [*usual, "carried vector", "Fisher circles, radius 0.3"]
    left, top, right, bottom = ground(plot)
    for each in layer(plot, KeyLayer).primitives(plot.frame):
        if isinstance(each, Label):
            x0, y0, x1, y1 = box_of(each)
            assert left < x0 < x1 < right and top < y0 < y1 < bottom
    plot.set_curve("straight", None)
    assert "straight in the parameters" not in words(plot)


def test_the_key_leaves_the_geodesic_and_the_pins_alone(plot):
    before = ground(plot)
    assert before[0] < 100
    plot.set_pin("A", (0.5, 9.5))
    after = ground(plot)
    x, y = plot.frame.to_pixels((0.5, 9.5))
    assert not (after[0] < x < after[2] and after[1] < y < after[3])
    assert after != before
    plot.set_pin("A", (6.0, 9.0))
    assert ground(plot) == after  # it does not follow the hand back and forth


def inside(box: tuple[float, float, float, float], at: np.ndarray) -> np.ndarray:
    """Return which pixels (k, 2) lie in a box."""
    return ((at > box[:2]) & (at < box[2:])).all(axis=1)


def test_where_no_place_is_free_the_key_covers_the_least(plot):
    """As at 1280 × 720, where curves cross most places: by the lengths of curves sampled finely."""
    plot.set_pin("A", (1.0, 9.0))
    plot.set_curve("straight", None)
    corners = np.array(
        [(0.2, 5.0), (9.8, 5.0), (9.8, 9.8), (0.2, 9.8), (5.0, 9.8), (5.0, 0.2), (9.8, 0.2)]
    )
    finely = np.concatenate([np.linspace(a, b, 2000) for a, b in itertools.pairwise(corners)])
    plot.set_curve("geodesic", Curve(corners))
    frame = plot.frame
    left, top, right, bottom = ground(plot)
    width, height = right - left, bottom - top
    x0, y0, x1, y1 = frame.box

    def covered(x: float, y: float) -> int:
        box = (x, y, x + width, y + height)
        return int(inside(box, frame.to_pixels(finely)).sum())

    xs = x0 + 8, (x0 + x1 - width) / 2, x1 - 8 - width
    ys = y0 + 8, (y0 + y1 - height) / 2, y1 - 8 - height
    counts = {(x, y): covered(x, y) for x in xs for y in ys if (x, y) != (xs[1], ys[1])}
    assert min(counts.values()) == covered(left, top) < sorted(counts.values())[1]


def test_lengths_of_segments_in_a_box_are_exact():
    begin = np.array(
        [(0.0, 5.0), (-5.0, 5.0), (2.0, -9.0), (0.0, 0.0), (-3.0, 0.0), (20.0, 0.0), (1.0, 1.0)]
    )
    along = np.array(
        [(10.0, 0.0), (20.0, 0.0), (0.0, 30.0), (10.0, 10.0), (6.0, 6.0), (1.0, 1.0), (0.0, 0.0)]
    )
    wanted = 10 + 10 + 10 + 10 * 2**0.5 + 3 * 2**0.5 + 0 + 0
    assert length_in((0.0, 0.0, 10.0, 10.0), begin, along) == pytest.approx(
        wanted, rel=0, abs=1e-10
    )


def test_the_key_stays_where_it_is_in_a_drag_and_for_a_little_less(plot, monkeypatch):
    before = ground(plot)
    under = tuple(plot.frame.to_chart((before[0] + 20, before[1] + 20)))
    monkeypatch.setattr(plot, "holds", lambda: True)
    plot.set_pin("A", under)
    assert ground(plot) == before, "in a drag"
    monkeypatch.undo()
    after = ground(plot)
    assert after != before, "once it is over"
    plot.set_marks(Marks(np.array([plot.frame.to_chart(_middle(after))]), ("token",), np.zeros(1)))
    assert ground(plot) != after, "a token is worth a jump"


def _middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def test_the_key_does_not_move_for_a_little_less(plot):
    plot.set_curve("straight", None)
    plot.set_pin("A", (4.0, 7.0))
    plot.set_pin("B", (4.0, 7.0))
    plot.set_moving_point((4.0, 7.0))
    left, top, right, bottom = ground(plot)
    x0, y0, x1, y1 = plot.frame.box
    across, down = x0 + x1 - left - right, y0 + y1 - top - bottom

    def everywhere(here: float) -> Curve:
        """The same length of a curve in each place of the key, but in the one where it is."""
        parts = []
        for sx, sy in itertools.product((0.0, 0.5, 1.0), repeat=2):
            x, y = _middle((left, top, right, bottom))
            begin = np.array([x + sx * across - 30, y + sy * down])
            length = here if (sx, sy) == (0.0, 0.0) else 60.0
            parts += [
                plot.frame.to_chart(begin),
                plot.frame.to_chart((begin[0] + length, begin[1])),
            ]
            parts.append((np.nan, np.nan))
        return Curve(np.array(parts))

    before = ground(plot)
    for length, stays in ((60.0, True), (70.0, True), (100.0, False)):
        plot.set_curve("geodesic", everywhere(length))
        assert (ground(plot) == before) == stays


def test_a_small_plot_has_no_room_for_the_usual_rows():
    small = Plot((300, 220))
    small.set_view(VIEW)
    small.set_curve("geodesic", Curve(np.array([(1.0, 1.0), (2.0, 2.0)])))
    small.set_pin("A", (1.0, 1.0))
    assert words(small) == []


def test_a_figure_with_a_legend_names_things_once():
    theme = figure.Paper(legend=True, style="print").theme
    plot = Plot((900, 600), theme)
    plot.set_view(VIEW)
    plot.set_curve("geodesic", Curve(np.array([(1.0, 1.0), (2.0, 2.0)])))
    plot.set_pin("A", (1.0, 1.0))
    assert words(plot) == []
    names = [row.words for row in figure_panels.legend(Scene(), [])]
    assert {"start A, end B", "geodesic", "moving point"} <= {*names}


@pytest.mark.parametrize("example", ["alpha", "loop", "gaussian"])
def test_the_legend_of_a_figure_names_what_the_key_of_the_window_names(example, reference_engine):
    scene = scene_file.load(example)
    scene = replace(scene, layers=replace(scene.layers, map=False, triangle=True))
    if example == "loop":  # which turns on itself: no pins, no moving point
        bare = replace(Scene().layers, **dict.fromkeys(vars(scene.layers), False))
        scene = replace(scene, layers=replace(bare, loop=True))
    found = figure.answers(scene, reference_engine, (900, 600))
    plot = Plot((1600, 1200))
    figure.show(plot, scene, found)
    rows = figure_panels.legend(scene, found)
    assert [row.words for row in rows] == words(plot)
    # each entry has the sample of the key
    ink = figure_panels.Ink(LIGHT)
    figure_panels.draw_legend(ink, rows, (0.0, 0.0))
    arrows = {"loop": 2, "alpha": 0, "gaussian": 1}[example]
    assert sum(isinstance(shape, ArrowHeads) for shape in ink.shapes) == arrows


@pytest.mark.parametrize("size", [(1000, 760), (660, 560)])
@pytest.mark.parametrize("family", ["attention:bank", "attention:trophy"])
def test_each_token_of_a_default_scene_has_its_label_and_none_covers_another(family, size):
    plot = Plot(size, LIGHT)
    subject = Subject.of(completed(Scene(family=family)))
    drawing.show_scene(plot, subject)
    marks = drawables.marks(subject.manifold, subject.chart)
    shapes = layers(plot, MarksLayer)[-1].primitives(plot.frame)
    labels = [each for each in shapes if isinstance(each, Label)]
    inside = [plot.frame.contains(at) for at in plot.frame.to_pixels(marks.xy)]
    assert len(labels) == sum(inside) > 8
    boxes = [box_of(label) for label in labels]
    for i, box in enumerate(boxes):
        x0, y0, x1, y1 = box
        others = np.array(boxes[:i] + boxes[i + 1 :])
        assert not overlaps((x0 + 0.5, y0 + 0.5, x1 - 0.5, y1 - 0.5), others)


def test_of_thousands_of_tokens_each_word_has_the_first_place_that_is_free():
    """The same as by trying the places one after another."""
    frame, die = Plot((300, 200)).frame, np.random.default_rng(5)
    at = die.uniform((0.0, 0.0), (300.0, 200.0), (300, 2))
    taken = np.concatenate([at - 4, at + 4], axis=1)[::4]
    left, top, right, bottom = frame.box
    found = 0
    for point, insist in zip(at, die.random(300) < 0.5, strict=True):
        width = float(die.uniform(10, 60))
        fitting, free = [], []
        for anchor, offset in PLACES:
            x, y = point + offset - anchor * (width, HEIGHT)
            if left <= x and x + width <= right and top <= y and y + HEIGHT <= bottom:
                fitting.append((x, y, x + width, y + HEIGHT))
                wide = (x - GAP, y, x + width + GAP, y + HEIGHT)
                free += [] if overlaps(wide, taken) else fitting[-1:]
        wanted = next(iter(free or (fitting if insist else [])), None)
        where = spots(frame, point[None], np.array([width]), taken[::2])
        place = first_free(where.of(0), taken[1::2], bool(insist))
        assert (place is None) == (wanted is None)
        if place is not None:
            found += 1
            np.testing.assert_allclose(place[2], wanted, rtol=0, atol=1e-12)
    assert 100 < found < 300


def test_words_of_zeros_leave_tokens_theirs():
    plot = Plot((900, 600))
    plot.set_view(VIEW)
    at = np.array([(5.0, 5.0)])
    plot.set_marks(Marks(at, ("token",), np.zeros(1)))
    plot.set_zeros(Marks(at + 0.05, ("+1 source",), np.zeros(1), (1,)))
    labels = [
        each
        for mine in plot.things
        for each in mine.primitives(plot.frame)
        if isinstance(each, Label) and each.text in ("token", "+1 source")
    ]
    assert len(labels) == 2
    assert not overlaps(box_of(labels[0]), [box_of(labels[1])])


def test_the_words_of_a_token_give_way_to_a_note():
    plot = Plot((900, 600))
    plot.set_view(VIEW)
    at = np.array([(5.0, 5.0)])
    plot.set_marks(Marks(at, ("token",), np.zeros(1)))
    plot.set_annotations([Annotation("words of a note", (5.0, 5.0), None, 0, "")], [])
    note, token = (
        next(p for p in made.primitives(plot.frame) if isinstance(p, Label))
        for made in (layers(plot, AnnotationsLayer)[0], layers(plot, MarksLayer)[-1])
    )
    assert token.text == "token" and not overlaps(box_of(token), [box_of(note)])


def test_the_plot_keeps_its_place_while_another_family_is_prepared():
    plot = Plot((900, 600))
    drawing.show_scene(plot, Subject.of(completed(Scene())))
    before = plot.frame.box
    drawing.blank(plot, "Preparing …")
    assert plot.frame.box == before
    drawing.show_scene(plot, Subject.of(completed(Scene(layers=Layers(map=False)))))
    assert plot.frame.box != before


def label_of(plot: Plot, text: str) -> Label:
    """Return the label of a mark."""
    shapes = [p for made in layers(plot, MarksLayer) for p in made.primitives(plot.frame)]
    return next(p for p in shapes if isinstance(p, Label) and p.text == text)


def test_the_words_of_points_lie_beside_pins_and_the_geodesic(plot):
    beside = tuple(plot.frame.to_chart(plot.frame.to_pixels((6.0, 9.0)) - (30.0, 0.0)))
    on = (7.2, 7.8)  # the line goes through the first place, to the right
    plot.set_data_points(Marks(np.array([beside, on]), ("a datum", "on"), np.zeros(2)))
    x, y = plot.frame.to_pixels((6.0, 9.0))
    assert not overlaps((x - 8, y - 8, x + 8, y + 8), [box_of(label_of(plot, "a datum"))])
    left, top, right, bottom = box_of(label_of(plot, "on"))
    line = plot.frame.to_pixels(np.linspace((6.0, 9.0), (9.0, 6.0), 20)).T
    assert not ((line[0] > left) & (line[0] < right) & (line[1] > top) & (line[1] < bottom)).any()


@pytest.mark.parametrize("at", [(3.0, 3.0), (9.6, 9.6), (0.3, 0.2)])
def test_the_ring_of_a_focused_pin_hides_no_letter_of_its_token(plot, at):
    plot.set_pin("A", at)
    plot.set_marks(Marks(np.array([at]), ("token",), np.zeros(1)))
    focus = layer(plot, FocusLayer)
    focus.set(at)
    (ring,) = focus.primitives(plot.frame)
    around, reach = ring.lines[0], ring.pen.width / 2 + ring.pen.rim
    left, top, right, bottom = box_of(label_of(plot, "token"))
    apart = np.maximum(np.maximum((left, top) - around, around - (right, bottom)), 0.0)
    assert np.hypot(*apart.T).min() >= reach
    shapes = layers(plot, MarksLayer)[-1].primitives(plot.frame)
    assert not any(isinstance(each, Strokes) for each in shapes), "no line leads to it"


def test_words_stay_where_they_are_while_a_pin_is_held(plot, monkeypatch):
    at = np.array([(3.0, 3.0)])
    plot.set_data_points(Marks(at, ("a datum",), np.zeros(1)))
    free = label_of(plot, "a datum").at
    monkeypatch.setattr(plot, "holds", lambda: True)
    over = plot.frame.to_chart(np.add(free, (20.0, 0.0)))
    plot.set_pin("A", tuple(over))
    assert label_of(plot, "a datum").at == free
    monkeypatch.undo()
    plot.set_pin("A", tuple(over))
    assert label_of(plot, "a datum").at != free


def test_a_word_is_nearer_to_its_own_point_than_to_another(plot):
    # the first place of "one", which is free, would be nearer to the other point
    wide = typeface.width("one", SIZE)
    pixels = ((300.0, 300.0), (300.0 + 13.0 + wide + 11.0, 301.0))
    at = np.array([plot.frame.to_chart(pixel) for pixel in pixels])
    plot.set_marks(Marks(at, ("one", "two"), np.zeros(2)))
    x0, y0, x1, y1 = box_of(label_of(plot, "one"))
    x, y = plot.frame.to_pixels(at).T
    far = np.hypot(
        np.maximum(0, np.maximum(x0 - x, x - x1)), np.maximum(0, np.maximum(y0 - y, y - y1))
    )
    assert far[0] < far[1]


def test_what_is_drawn_again_while_charts_glide_has_the_coordinates_of_one(plot):
    """A released pin and its straight line are put in their place although the geodesic glides."""
    plot.set_blend(0.0)
    line = np.array([(1.0, 1.0, 1.0, 1.0), (9.0, 9.0, 9.0, 9.0)])
    plot.set_curve("geodesic", Curve(line))
    plot.set_curve("straight", Curve(line[:, :2]))
    plot.set_pin("A", (1.0, 1.0))
    plot.set_pin("B", (9.0, 9.0, 9.0, 9.0))
    drawn = {type(thing): thing.primitives(plot.drawn) for thing in plot.things}
    assert drawn[CurvesLayer] and any(isinstance(p, Label) for p in drawn[KeyLayer])


def test_the_key_leaves_the_words_of_notes_alone(plot):
    _, top, right, bottom = ground(plot)
    # the middle of the words is beside the key, their beginning would be below it
    at = plot.frame.to_chart((right + 10.0, (top + bottom) / 2))
    plot.set_annotations([Annotation("words of a note", tuple(at), None, 0, "")], [])
    moved = ground(plot)
    assert moved[0] >= right or moved[1] >= bottom
    # a token drives it to another corner
    for xy in ((0.5, 0.5), (9.5, 0.5)):
        plot.set_marks(Marks(np.array([xy]), ("token",), np.zeros(1)))
        left, top, right, bottom = ground(plot)
        x, y = plot.frame.to_pixels(xy)
        assert not (left < x < right and top < y < bottom)


def test_values_of_angles_close_together_stand_below_one_another(plot):
    arc = np.array([(1.0, 0.0), (0.999, 0.02), (0.998, 0.04)])
    plot.set_annotations([], [AngleArc((5.0, 5.0 + i / 100), arc, f"{i}°") for i in (10, 20, 30)])
    shown = layer(plot, AnnotationsLayer).primitives(plot.frame)
    boxes = [box_of(each) for each in shown if isinstance(each, Label)]
    assert len(boxes) == 3
    assert not any(overlaps(boxes[i], boxes[:i]) for i in (1, 2))


@pytest.mark.parametrize("turn", [-1.085, 0.4, 2.9, -6.0])
@pytest.mark.parametrize("squeezed", [0.15, 1.0, 5.0])
def test_no_arc_of_an_angle_passes_through_its_value(plot, turn, squeezed):
    phi = np.linspace(0.0, turn, 49)
    arc = np.stack([np.cos(phi), squeezed * np.sin(phi)], 1)
    plot.set_annotations([], [AngleArc((5.0, 5.0), arc, "−1.085 rad", is_turn=True)])
    shown = layer(plot, AnnotationsLayer).primitives(plot.frame)
    (value,) = [box_of(each) for each in shown if isinstance(each, Label)]
    (line,) = [each.lines[0] for each in shown if isinstance(each, Strokes)]
    assert not overlaps(value, np.concatenate([line, line], axis=1))


def test_the_key_leaves_notes_free_and_values_of_angles_one_another(plot):
    before = ground(plot)
    arc = np.stack([np.cos(turn := np.linspace(0.0, 1.0, 9)), np.sin(turn)], 1)
    angles = [AngleArc((3.0, 4.0), arc, "35.26°"), AngleArc((3.1, 4.0), arc, "54.74°")]
    plot.set_annotations([Annotation("a note", (1.0, 9.5), None, 0, "a note")], angles)
    after = ground(plot)
    notes = [box_of(p) for p in layer(plot, AnnotationsLayer).primitives(plot.frame)]
    first, second, note = np.array([box for box in notes if box is not None])
    assert not overlaps(first, [second]) and not overlaps(note, [after])
    assert overlaps(note, [before])


def test_points_of_data_are_named_and_a_crowd_of_them_is_small_and_leaves_the_curve_visible(plot):
    def place_and_width(n: int) -> tuple[bool, float]:
        xy = np.linspace((1.0, 1.0), (4.0, 4.0), n)
        plot.set_data_points(Marks(xy, ("",) * n, np.zeros(n)))
        order = list(plot.things)
        data = next(at for at in order if isinstance(at, MarksLayer) and at.xy is xy)
        (discs,) = (p for p in data.primitives(plot.frame) if isinstance(p, Discs))
        curves = layer(plot, CurvesLayer)
        return order.index(data) > order.index(curves), discs.pen.width

    assert "points of data" not in words(plot)
    is_above, few = place_and_width(20)
    assert is_above and "points of data" in words(plot)
    is_above, many = place_and_width(1000)
    assert not is_above and many == few / 2


@pytest.mark.parametrize(
    ("chart", "kind"), [("octant", OutlineLayer), ("height:parameters", BoxLayer)]
)
def test_the_key_covers_words_of_axes_in_space_only_in_place_of_the_curve(chart, kind):
    plot = Plot((633, 433))  # of a small window whose letters are at 120 %
    subject = Subject.of(in_chart(completed(Scene(family="categorical3_natural")), chart))
    drawing.show_scene(plot, subject)
    ends = np.array([subject.scene.start.theta, subject.scene.end.theta])
    xy = subject.chart.forward(np.linspace(*ends, 40))
    for name in ("geodesic", "straight"):
        plot.set_curve(name, Curve(xy))
    plot.set_moving_point(tuple(xy[20]))
    covered = []
    for azimuth in range(-180, 180, 20):
        for elevation in (-10.0, 10.0, 25.0, 45.0, 75.0):
            plot.set_camera((float(azimuth), elevation, 1.0, 0.0, 0.0))
            axes = [box_of(p) for p in layer(plot, kind).primitives(plot.frame)]
            words = [box for box in axes if box is not None]
            assert words
            covered.append(overlapped(ground(plot), words))
            if covered[-1]:
                assert not inside(ground(plot), plot.frame.to_pixels(xy)).any()
    # by one number on an axis, seen from above
    assert sum(covered) <= 2


def test_words_that_run_upwards_have_a_box_too():
    across = Label("words", (100.0, 50.0), 12.0, (0.0, 0.0, 0.0, 1.0), (0.25, 0.5))
    left, top, right, bottom = box_of(across)
    turned = box_of(replace(across, upright=True))
    np.testing.assert_allclose(
        turned, (100 + top - 50, 50 - (right - 100), 100 + bottom - 50, 50 + (100 - left))
    )


def test_words_left_of_a_surface_are_not_cut_since_no_axis_is_there():
    plot = Plot((470, 433))
    scene = completed(Scene(family="categorical3_natural"))
    drawing.show_scene(plot, Subject.of(in_chart(scene, "octant")))
    boxes = [
        box_of(p)
        for kind in (OutlineLayer, BoxLayer)
        for p in layer(plot, kind).primitives(plot.frame)
    ]
    words = np.array([box for box in boxes if box is not None])
    assert words[:, 0].min() < plot.frame.box[0], "beyond the plot, but not beyond what is drawn"
    inside, _ = sheet.groups(plot)
    assert (words[:, :2] > inside.box[:2]).all() and (words[:, 2:] < inside.box[2:]).all()

"""The canvas on a display: its pixels, and the events of its user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain, combinations

import numpy as np
import pytest

from app.views.canvas import typeface
from app.views.canvas.colour_map import LEVELS, palette
from app.views.canvas.display_list import Label
from app.views.canvas.input.keyboard import FINE_STEP, STEP
from app.views.canvas.layers.marks import MarksLayer
from app.views.interface.annotations import Annotation, NoteMoved, NoteRemoved, NoteWritten
from app.views.interface.events import (
    Hovered,
    LoopDrawn,
    PinMoved,
    PlotResized,
    StrokeDrawn,
    VectorMoved,
    ViewChanged,
)
from app.views.interface.theme import DARK
from app.views.interface.views import Arrows, Axes, ColorMap2D, Curve, Marks
from compute.manifold.extent import Extent
from tests.layers import layers
from tests.windows import live, point, wheel

VIEW = Extent(-2.0, 3.0, 10.0, 14.0)
SIZE = (640, 480)
BLUE, ORANGE = (0x4C, 0xC2, 0xFF), (0xFF, 0xB4, 0x54)


# --- pixels and events, on a display ---------------------------------------------------------
class Recorded(list):
    """Events in the order they came."""

    def of(self, kind: type) -> list:
        return [event for event in self if isinstance(event, kind)]


@pytest.fixture(params=[True, False], ids=["painted", "composed"])
def canvas(request) -> Iterator:
    """A shown canvas that records its events as ``canvas.events``; destroyed after the test.

    Its pixels are painted by Qt, or composed with the window by OpenGL.
    """
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["test"])
    before = set(QApplication.topLevelWidgets())
    from app.views import surface
    from app.views.canvas.canvas import VispyCanvas

    made = VispyCanvas(SIZE, DARK, surface.application(request.param))
    made.native.show()
    live()
    made.set_axes(Axes(("μ", "σ₁")))
    made.set_view(VIEW)
    made.events = Recorded()
    made.connect(made.events.append)
    yield made
    made.close()
    made.native.close()
    made.native.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    application.processEvents()
    assert set(QApplication.topLevelWidgets()) <= before


def pixel(canvas, xy) -> tuple[int, int]:
    x, y = canvas.frame.to_pixels(xy)
    return round(float(x)), round(float(y))


def shade(canvas, xy, dx=0, dy=0) -> tuple[int, ...]:
    x, y = pixel(canvas, xy)
    return tuple(int(v) for v in canvas.image()[y + dy, x + dx, :3])


def near(shade: tuple[int, ...], wanted: tuple[int, ...], slack: int = 3) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(shade, wanted, strict=True))


def move(canvas, start, *stops, key="NoModifier") -> None:
    """Press at a pixel, move over others, release at the last."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    keys = Qt.KeyboardModifier[key]
    QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, keys, QPoint(*start))
    for stop in stops:
        point(canvas.native, *stop, pressed=True)
    QTest.mouseRelease(
        canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(*(stops or [start])[-1])
    )


@pytest.mark.window
class TestPixels:
    def test_the_image_is_as_large_as_the_canvas(self, canvas):
        assert canvas.image().shape == (SIZE[1], SIZE[0], 4)
        assert (canvas.image()[..., 3] == 255).all()

    def test_pins_are_found_at_their_pixels(self, canvas):
        canvas.set_pin("A", (-1.0, 11.0))
        canvas.set_pin("B", (2.0, 13.0))
        assert shade(canvas, (-1.0, 11.0), dx=7) == BLUE
        assert shade(canvas, (2.0, 13.0), dx=7) == ORANGE
        canvas.set_pin("A", None)
        assert shade(canvas, (-1.0, 11.0), dx=7) != BLUE

    def test_the_map_is_the_right_way_up(self, canvas):
        values = np.array([[0.0, 1.0], [2.0, 3.0]])
        canvas.set_grid(False)
        canvas.set_map(ColorMap2D(values, VIEW, "viridis", (0.0, 3.0), "Entropy"))
        ground = np.array([int(DARK.background[i : i + 2], 16) for i in (1, 3, 5)])
        corners = {(-1.98, 10.02): 0, (2.98, 10.02): 1, (-1.98, 13.98): 2, (2.98, 13.98): 3}
        for corner, value in corners.items():
            colour = palette("viridis")[round(value / 3 * (LEVELS - 1)), :3]
            wanted = DARK.map_strength * colour + (1 - DARK.map_strength) * ground
            assert near(shade(canvas, corner), tuple(wanted), 6), corner

    def test_nothing_is_drawn_outside_the_plot(self, canvas):
        before = canvas.image()
        canvas.set_curve("geodesic", Curve(np.array([(-9.0, 11.0), (9.0, 12.0)])))
        canvas.set_pin("A", (-9.0, 12.0))
        after = canvas.image()
        left, top, right, bottom = canvas.frame.box
        outside = np.ones(before.shape[:2], bool)
        outside[top:bottom, left:right] = False
        assert (before[outside] == after[outside]).all()
        assert not (before == after).all()

    def test_a_dashed_curve_has_gaps(self, canvas):
        line = np.array([(-1.8, 12.1), (2.8, 12.1)])
        lit = []
        for dashed in (False, True):
            canvas.set_curve("geodesic", Curve(line, dashed))
            row = canvas.image()[pixel(canvas, (0.0, 12.1))[1], :, :3].min(axis=1)
            lit.append(int((row > 230).sum()))
        assert 0.4 * lit[0] < lit[1] < 0.7 * lit[0]

    def test_arrow_keys_go_on_before_the_pin_is_drawn_and_begin_anew_elsewhere(self, canvas):
        """A pin is drawn with its path, which may take longer than the next key."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        canvas.chosen = "A"
        QTest.keyPress(canvas.native, Qt.Key.Key_Right)
        QTest.keyPress(canvas.native, Qt.Key.Key_Right)
        width = VIEW.x1 - VIEW.x0
        assert canvas.events.of(PinMoved)[-1].xy[0] == pytest.approx(2 * STEP * width)
        canvas.leave()  # the keyboard is elsewhere, and the release of the key with it
        QTest.keyPress(canvas.native, Qt.Key.Key_Right)
        assert canvas.events.of(PinMoved)[-1].xy[0] == pytest.approx(STEP * width)
        QTest.keyRelease(canvas.native, Qt.Key.Key_Right)
        assert canvas.events.of(PinMoved)[-1] == PinMoved("A", (STEP * width, 12.0), done=True)

    def test_the_last_move_counts_however_soon_it_comes(self, canvas):
        """A hand that stops at once leaves the pin where it stopped, not a move before."""
        canvas.set_pin("A", (0.0, 12.0))
        start = pixel(canvas, (0.0, 12.0))
        move(canvas, start, *((start[0] + 4 * k, start[1]) for k in range(1, 9)))
        moved = [event for event in canvas.events.of(PinMoved) if not event.done]
        assert pixel(canvas, moved[-1].xy) == (start[0] + 32, start[1])

    def test_nothing_moves_when_a_map_arrives(self, canvas):
        canvas.reserve_bar(True)
        before = canvas.frame.box
        canvas.set_map(ColorMap2D(np.ones((4, 4)), VIEW, "viridis", (0.0, 1.0), "f"))
        assert canvas.frame.box == before
        canvas.reserve_bar(False)
        assert canvas.frame.box == before, "the bar is there"
        canvas.set_map(None)
        assert canvas.frame.box[2] > before[2]

    def test_an_answer_is_one_frame(self, canvas):
        """A change that waits for an answer is drawn with the next frame, not in one of its own."""
        live()
        canvas.set_moving_point((0.0, 12.0))
        assert canvas.is_waiting
        canvas.set_curve("geodesic", Curve(np.array([(-1.8, 12.1), (2.8, 12.1)])))
        assert not canvas.is_waiting
        canvas.set_moving_point((0.1, 12.0))
        assert not canvas.is_waiting
        live()
        canvas.set_moving_point((0.2, 12.0))
        assert canvas.is_waiting
        canvas.close()

    def test_a_faint_layer_lets_the_ground_through(self, canvas):
        canvas.set_grid(False)
        canvas.set_curve("geodesic", Curve(np.array([(-1.8, 12.1), (2.8, 12.1)])))
        canvas.set_vector(Arrows(np.array([(0.0, 11.0)]), np.array([(0.0, 0.8)])))
        places = ((1.0, 12.1), (0.0, 11.2))
        ground = np.array([int(DARK.background[i : i + 2], 16) for i in (1, 3, 5)])
        full = [np.array(shade(canvas, at)) for at in places]
        canvas.set_opacity({"transport": 0.5}, {"geodesic": 0.25})
        for at, colour, share in zip(places, full, (0.25, 0.5), strict=True):
            mixed = share * colour + (1.0 - share) * ground
            # the casing below it is as faint
            assert near(shade(canvas, at), tuple(mixed), 22), at
        canvas.set_opacity({}, {})
        assert [tuple(colour) for colour in full] == [shade(canvas, at) for at in places]

    def test_a_vector_points_up(self, canvas):
        canvas.set_vector(Arrows(np.array([(0.0, 11.0)]), np.array([(0.0, 1.5)])))
        assert near(shade(canvas, (0.0, 11.5)), (0xFF, 0x7A, 0xC6), 40)

    def test_everything_can_be_cleared(self, canvas):
        before = canvas.image()
        arrows = Arrows(np.array([(0.0, 11.0)]), np.array([(1.0, 1.0)]))
        circle = np.stack(
            [np.cos(np.linspace(0, 6.3, 40)), 12 + np.sin(np.linspace(0, 6.3, 40))], -1
        )
        canvas.set_map(ColorMap2D(np.eye(4), VIEW, "viridis", (0.0, 1.0), "Entropy"))
        canvas.set_marks(Marks(circle[:3], ("a", "b", "c"), np.zeros(3)))
        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_curve("geodesic", Curve(circle))
        canvas.set_curve("straight", Curve(circle, dashed=True))
        canvas.set_vector(arrows)
        canvas.set_transport(arrows)
        canvas.set_ellipses(circle[None])
        canvas.set_moving_point((0.0, 11.5))
        canvas.set_message("Not converged")
        assert not (canvas.image() == before).all()
        canvas.set_map(None)
        canvas.set_marks(None)
        canvas.set_pin("A", None)
        canvas.set_curve("geodesic", None)
        canvas.set_curve("straight", None)
        canvas.set_vector(None)
        canvas.set_transport(None)
        canvas.set_ellipses(None)
        canvas.set_moving_point(None)
        canvas.set_message("")
        assert (canvas.image() == before).all()

    def test_what_does_not_exist_is_refused(self, canvas):
        with pytest.raises(ValueError, match="got 'D'"):
            canvas.set_pin("D", (0.0, 0.0))
        with pytest.raises(ValueError, match="got 'spline'"):
            canvas.set_curve("spline", None)

    def test_nothing_to_draw_is_no_trouble(self, canvas):
        bare = canvas.image()
        point = np.tile((0.0, 12.0), (5, 1))
        canvas.set_curve("geodesic", Curve(point, dashed=True))
        canvas.set_curve("straight", Curve(point * np.nan, dashed=True))
        canvas.set_vector(Arrows(point[:1], np.zeros((1, 2))))
        canvas.set_transport(Arrows(np.zeros((0, 2)), np.zeros((0, 2))))
        canvas.set_ellipses(np.zeros((0, 8, 2)))
        canvas.set_marks(Marks(np.zeros((0, 2)), (), np.zeros(0)))
        canvas.set_map(ColorMap2D(np.full((3, 3), np.nan), VIEW, "viridis", (1.0, 1.0), ""))
        canvas.image()
        canvas.set_map(None)
        assert (canvas.image() == bare).all()

    def test_labels_do_not_overlap(self, canvas):
        rng = np.random.default_rng(1)
        xy = rng.normal((0.5, 12.0), (0.4, 0.3), (40, 2))
        canvas.set_marks(Marks(xy, tuple(f"token{i}" for i in range(40)), rng.random(40)))
        drawn = [layer.primitives(canvas.frame) for layer in layers(canvas, MarksLayer)]
        labels = [p for p in chain(*drawn) if isinstance(p, Label)]
        assert 5 < len(labels) < 40
        boxes = []
        for label in labels:
            width, height = typeface.width(label.text, label.size), 9.0
            x = label.at[0] - label.anchor[0] * width
            y = label.at[1] - label.anchor[1] * height
            boxes.append((x, y, x + width, y + height))
        for a, b in combinations(boxes, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.window
class TestEvents:
    def test_dragging_a_pin_tells_where_it_goes(self, canvas):
        canvas.set_pin("A", (-1.0, 11.0))
        x, y = pixel(canvas, (-1.0, 11.0))
        move(canvas, (x + 5, y - 3), (x + 25, y - 23), (x + 105, y - 53))
        moved = canvas.events.of(PinMoved)
        # the readout follows
        assert [event.xy for event in canvas.events.of(Hovered)][-1] == moved[-1].xy
        # the toolkit may merge moves in quick succession
        *on_the_way, last = (event.done for event in moved)
        assert last and on_the_way and not any(on_the_way)
        assert {event.pin for event in moved} == {"A"}
        # it was taken 5 pixels beside its middle, and stays so
        assert pixel(canvas, moved[-1].xy) == pytest.approx((x + 100, y - 50), abs=1)
        assert not canvas.events.of(ViewChanged)

    def test_a_hand_takes_hold_through_the_toolkit(self, canvas):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("B", (1.0, 12.0))
        x, y = pixel(canvas, (1.0, 12.0))
        QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        QTest.mouseMove(canvas.native, QPoint(x + 30, y))
        QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x + 40, y))
        last = canvas.events.of(PinMoved)[-1]
        assert last.pin == "B" and last.done
        assert pixel(canvas, last.xy) == pytest.approx((x + 40, y), abs=1)

    def test_the_tip_of_the_vector_can_be_dragged(self, canvas):
        canvas.set_pin("A", (0.0, 11.0))
        canvas.set_vector(Arrows(np.array([(0.0, 11.0)]), np.array([(1.0, 1.0)])))
        x, y = pixel(canvas, (1.0, 12.0))
        move(canvas, (x, y), (x + 30, y + 10))
        moved = canvas.events.of(VectorMoved)
        assert [event.done for event in moved] == [False, True]
        assert pixel(canvas, moved[-1].tip) == pytest.approx((x + 30, y + 10), abs=1)

    def test_dragging_elsewhere_pans(self, canvas):
        x, y = pixel(canvas, (0.0, 12.0))
        move(canvas, (x, y), (x + 20, y), (x + 50, y + 40))
        shown = canvas.events.of(ViewChanged)[-1]
        assert shown.extent == canvas.frame.extent
        assert pixel(canvas, (0.0, 12.0)) == (x + 50, y + 40)
        left, top, right, bottom = canvas.frame.box
        assert shown.pixels == (right - left, bottom - top)

    @pytest.mark.parametrize(
        ("key", "kind"), [("ShiftModifier", LoopDrawn), ("AltModifier", StrokeDrawn)]
    )
    def test_a_line_drawn_by_hand_is_a_loop_with_shift_and_a_stroke_with_alt(
        self, canvas, key, kind
    ):
        corners = [(0.0, 11.0), (1.0, 11.0), (1.0, 12.0)]
        canvas.set_pin("A", corners[0])
        move(canvas, *(pixel(canvas, xy) for xy in corners), key=key)
        (drawn,) = canvas.events.of(LoopDrawn) + canvas.events.of(StrokeDrawn)
        assert isinstance(drawn, kind)
        half_a_pixel = 0.5 * 5.0 / canvas.frame.size[0] * 2.0
        np.testing.assert_allclose(drawn.xy, corners, atol=half_a_pixel)
        assert not canvas.events.of(PinMoved) and not canvas.events.of(ViewChanged)

    def test_the_wheel_zooms_and_a_double_click_centres(self, canvas):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        x, y = pixel(canvas, (0.0, 12.0))
        wheel(canvas.native, x, y, 120)
        extent = canvas.events.of(ViewChanged)[-1].extent
        assert extent.x1 - extent.x0 < VIEW.x1 - VIEW.x0
        assert pixel(canvas, (0.0, 12.0)) == (x, y)
        QTest.mouseDClick(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        e = canvas.events.of(ViewChanged)[-1].extent
        assert ((e.x0 + e.x1) / 2, (e.y0 + e.y1) / 2) == pytest.approx((0.0, 12.0), abs=0.02)

    def test_a_pinch_zooms_where_it_is(self, canvas):
        from PySide6.QtCore import QPointF, Qt
        from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
        from PySide6.QtWidgets import QApplication

        from app.views.qt.window.frame import Pinching

        Pinching(canvas.native, canvas.pinch)
        x, y = pixel(canvas, (1.0, 12.0))
        at, zoom = QPointF(x, y), Qt.NativeGestureType.ZoomNativeGesture
        device = QPointingDevice.primaryPointingDevice()
        event = QNativeGestureEvent(zoom, device, 2, at, at, at, 0.25, QPointF())
        QApplication.sendEvent(canvas.native, event)
        extent = canvas.events.of(ViewChanged)[-1].extent
        assert extent.x1 - extent.x0 == pytest.approx((VIEW.x1 - VIEW.x0) / 1.25)
        assert pixel(canvas, (1.0, 12.0)) == pytest.approx((x, y), abs=1)

    def test_setting_the_view_tells_nothing(self, canvas):
        canvas.set_view(Extent(0.0, 1.0, 0.0, 1.0))
        assert canvas.events == []

    def test_pointing_tells_where_and_lights_a_pin(self, canvas):
        canvas.set_pin("A", (0.0, 12.0))
        before = canvas.image()
        x, y = pixel(canvas, (0.0, 12.0))
        point(canvas.native, x, y)
        assert canvas.events[-1].xy == pytest.approx((0.0, 12.0), abs=0.02)
        assert not (canvas.image() == before).all()
        point(canvas.native, 3, 3)
        assert canvas.events[-1] == Hovered(None)
        assert (canvas.image() == before).all()

    def test_a_note_is_dragged_edited_and_removed_by_hand_and_by_keyboard(self, canvas):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        from app.views.qt.widgets.note_line import NoteLine

        note = Annotation("a long enough note", (0.0, 12.0), (1.0, 13.0), 0, "a note")
        canvas.set_annotations([note], ())
        line = NoteLine(canvas.native)
        canvas.ask = line.ask
        (x, y), left = pixel(canvas, note.at), Qt.MouseButton.LeftButton
        move(canvas, (x + 30, y), (x + 60, y), (x + 70, y + 5))  # by its words
        moved = canvas.events.of(NoteMoved)[-1]
        assert (moved.number, moved.tip, moved.done) == (0, False, True)
        assert pixel(canvas, moved.xy) == pytest.approx((x + 40, y + 5), abs=1)
        move(canvas, pixel(canvas, note.to), (x, y + 60))  # by the tip of its arrow
        assert canvas.events.of(NoteMoved)[-1].tip
        QTest.mouseDClick(canvas.native, left, pos=QPoint(x - 30, y))
        assert line.isVisible() and line.text() == "a note"
        for typed, is_open in (("$x", True), ("$x$", False)):
            line.setText(typed)
            QTest.keyClick(line, Qt.Key.Key_Return)
            assert line.isVisible() == is_open, "a formula that cannot be read keeps it open"
        assert canvas.events.of(NoteWritten) == [NoteWritten(0, "$x$", note.at, note.to)]
        assert canvas.walk(forward=True, entering=True)
        QTest.keyClick(canvas.native, Qt.Key.Key_Right)
        assert canvas.events.of(NoteMoved)[-1].xy == pytest.approx((5.0 * STEP, 12.0))
        QTest.keyClick(canvas.native, Qt.Key.Key_Return)
        assert line.isVisible()
        QTest.keyClick(line, Qt.Key.Key_Escape)
        QTest.keyClick(canvas.native, Qt.Key.Key_Delete)
        assert canvas.events.of(NoteRemoved) == [NoteRemoved(0)] and not line.isVisible()
        assert len(canvas.events.of(NoteWritten)) == 1

    def test_arrow_keys_move_the_pin_chosen_last(self, canvas):
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_pin("B", (1.0, 13.0))
        QTest.keyClick(canvas.native, Qt.Key.Key_Right)
        moves = canvas.events.of(PinMoved)
        assert moves[0] == PinMoved("A", (pytest.approx(5.0 * STEP), 12.0), done=False)
        assert moves[-1].done
        QTest.keyClick(canvas.native, Qt.Key.Key_B)
        QTest.keyClick(canvas.native, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
        moves = canvas.events.of(PinMoved)
        assert moves[-2].pin == "B"
        assert moves[-2].xy == pytest.approx((1.0, 13.0 + 4.0 * FINE_STEP))

    @pytest.mark.parametrize("interrupt", ["other pin", "focus", "menu", "mouse"])
    def test_a_held_arrow_moves_no_other_pin(self, canvas, interrupt):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_pin("B", (1.0, 13.0))
        QTest.keyPress(canvas.native, Qt.Key.Key_Right)  # no path has come: A is drawn where it was
        if interrupt == "other pin":
            QTest.keyClick(canvas.native, Qt.Key.Key_B)
        elif interrupt == "focus":
            canvas.leave()
        elif interrupt == "menu":
            canvas.let_go()
        else:
            middle = QPoint(*pixel(canvas, (1.0, 13.0)))
            QTest.mouseClick(canvas.native, Qt.MouseButton.LeftButton, pos=middle)
        to = (pytest.approx(5.0 * STEP), 12.0)
        assert canvas.events.of(PinMoved)[1] == PinMoved("A", to, done=True)
        QTest.keyRelease(canvas.native, Qt.Key.Key_Right)
        canvas.chosen = "B"
        QTest.keyClick(canvas.native, Qt.Key.Key_Left)
        moves = [move for move in canvas.events.of(PinMoved)[2:] if move.pin == "B"]
        assert moves[-1].xy == pytest.approx((1.0 - 5.0 * STEP, 13.0))

    def test_keys_wait_while_the_pointer_holds_a_pin(self, canvas):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_pin("B", (1.0, 13.0))
        x, y = pixel(canvas, (0.0, 12.0))
        QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        point(canvas.native, x + 30, y, pressed=True)
        before = list(canvas.events.of(PinMoved))
        for key in (Qt.Key.Key_B, Qt.Key.Key_Right):
            QTest.keyClick(canvas.native, key)
        assert canvas.events.of(PinMoved) == before and canvas.walk(True)
        QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x + 30, y))
        last = canvas.events.of(PinMoved)[-1]
        assert last == PinMoved("A", before[-1].xy, done=True)

    def test_a_goal_is_forgotten_with_its_coordinates(self, canvas):
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        QTest.keyPress(canvas.native, Qt.Key.Key_Right)
        canvas.set_axes(Axes(("x", "y")))
        canvas.set_pin("A", (1.0, 11.0))
        QTest.keyRelease(canvas.native, Qt.Key.Key_Right)
        assert canvas.events.of(PinMoved)[-1] == PinMoved("A", (1.0, 11.0), done=True)

    def test_a_pointer_that_has_jumped_away_lights_nothing(self, canvas):
        canvas.set_pin("A", (0.0, 12.0))
        before = canvas.image()
        point(canvas.native, *pixel(canvas, (0.0, 12.0)))
        canvas.point_away()
        assert canvas.events[-1] == Hovered(None)
        assert (canvas.image() == before).all()

    def test_tab_walks_through_pins_and_tip_with_a_ring(self, canvas):
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_pin("B", (1.0, 13.0))
        canvas.set_vector(Arrows(np.array([[0.0, 12.0]]), np.array([[0.5, 0.5]])))
        bare = canvas.image()
        assert canvas.walk(True, True) and canvas.chosen == "A"
        assert not (canvas.image() == bare).all(), "there is a ring"
        assert canvas.walk(True) and canvas.chosen == "B"
        assert canvas.events[-1] == Hovered((1.0, 13.0)), "said in words too"
        assert canvas.walk(True) and canvas.chosen == "tip"
        QTest.keyClick(canvas.native, Qt.Key.Key_Up)
        tips = canvas.events.of(VectorMoved)
        assert tips[0].tip == pytest.approx((0.5, 12.5 + 4.0 * STEP)) and tips[-1].done
        assert not canvas.walk(True), "on to the next widget"
        assert (canvas.image() == bare).all()
        assert canvas.walk(False, True) and canvas.chosen == "tip"
        QTest.keyClick(canvas.native, Qt.Key.Key_Escape)
        assert (canvas.image() == bare).all()

    def test_tab_takes_hold_of_nothing_between_two_charts(self, canvas):
        canvas.set_pin("A", (0.0, 12.0))
        canvas.set_blend(0.0)
        canvas.set_pin("A", (0.0, 12.0, 0.3, 0.4))
        assert not canvas.walk(True, True)
        canvas.set_blend(None)
        canvas.set_pin("A", (0.3, 0.4))
        assert canvas.walk(True, True) and canvas.events[-1] == Hovered((0.3, 0.4))

    def test_escape_puts_back_what_is_dragged(self, canvas):
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas.set_pin("A", (0.0, 12.0))
        x, y = pixel(canvas, (0.0, 12.0))
        QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        point(canvas.native, x + 30, y, pressed=True)
        QTest.keyClick(canvas.native, Qt.Key.Key_Escape)
        assert canvas.events.of(PinMoved)[-1] == PinMoved("A", (0.0, 12.0), done=True)
        QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x + 30, y))
        assert canvas.events.of(PinMoved)[-1].xy == (0.0, 12.0)

    def test_a_new_size_is_told(self, canvas):
        canvas.native.resize(SIZE[0] + 40, SIZE[1])
        live()
        told, (left, top, right, bottom) = canvas.events.of(PlotResized)[-1], canvas.frame.box
        assert told == PlotResized((right - left, bottom - top))
        assert not canvas.events.of(ViewChanged), (
            "a scene keeps its view in a window of another size"
        )
        assert canvas.frame.size == (SIZE[0] + 40, SIZE[1])


HEADLESS = """
import numpy as np, vispy.app
vispy.app.use_app("egl")
from app.views.canvas.canvas import VispyCanvas
from compute.manifold.extent import Extent
canvas = VispyCanvas((320, 240))
canvas.set_view(Extent(0, 1, 0, 1))
canvas.set_pin("A", (0.5, 0.5))
x, y = canvas.frame.to_pixels((0.5, 0.5))
image = canvas.image()
assert image.shape == (240, 320, 4)
assert tuple(image[round(y), round(x) + 7, :3]) == (0x4C, 0xC2, 0xFF)
"""


@pytest.mark.window
def test_the_same_canvas_draws_without_a_display():
    environment = {**os.environ, "EGL_PLATFORM": "surfaceless"}
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-c", HEADLESS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

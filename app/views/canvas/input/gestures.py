"""Gestures on the canvas: dragging, turning, zooming, drawing a loop, arrow keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from app.process.unhandled import reported
from app.views.canvas.input.data_points import DataPoints, point_number
from app.views.canvas.input.keyboard import ARROWS, TIP
from app.views.canvas.input.listening import Events, KeyEvent, MouseEvent, has, name_of
from app.views.canvas.input.notes import WORDS
from app.views.canvas.input.pointer import PAN, Drag, Pointer, nearest, zoom_factor
from app.views.canvas.layers.beyond import BeyondLayer
from app.views.canvas.projections.frame import Frame, Pixel
from app.views.canvas.projections.space import SpaceFrame
from app.views.interface.events import (
    XY,
    Array,
    Camera,
    CameraMoved,
    CommandInvoked,
    Hovered,
    LoopDrawn,
    ViewChanged,
)
from app.views.interface.flow import StrokeDrawn
from app.views.interface.theme import Theme
from app.views.interface.topology import PairChosen
from app.views.interface.views import Curve
from compute.manifold.extent import Extent

E = TypeVar("E")
LOOP_STEP = 6.0  # pixels between vertices of a loop drawn by hand
ZOOMS = {"+": 1.0, "=": 1.0, "-": -1.0}  # keys and their notches of the wheel
PAN_SHARE = 0.1  # of the plot, for one press of an arrow key


class Gestures(DataPoints):
    """A plot that converts mouse and keyboard input to events."""

    def __init__(self, size: tuple[int, int], theme: Theme) -> None:
        super().__init__(size, theme)
        self._pointer = Pointer()
        self._shifting = False  # the view is dragged with the right button
        self._loop: list[Pixel] = []  # drawn with Shift held, or painted with Alt
        self._painting = False
        self._held_from: XY | None = None  # where the drag began
        self._on_grid = False  # the dragged pin was put on a crossing of grid lines
        self.beyond = BeyondLayer(theme, self._pins, self._curves)
        self._added.append(self.beyond)

    def listen(self, events: Events) -> None:
        """Connect to mouse and keyboard of a vispy canvas."""
        events.mouse_press.connect(self._when_still(self._pressed))
        events.mouse_move.connect(self._when_still(self._moved))
        events.mouse_release.connect(self._when_still(self._released))
        events.mouse_wheel.connect(self._when_still(self._turned))
        events.mouse_double_click.connect(self._when_still(self._centre))
        events.key_press.connect(self._when_still(self._key_pressed))
        events.key_release.connect(self._when_still(self._key_released))

    def _when_still(self, gesture: Callable[[E], None]) -> Callable[[E], None]:
        """Wrap a gesture so that it is ignored during a chart transition, when positions are
        undefined.
        """

        @reported(None)
        def heard(event: E) -> None:
            if not self.is_between:
                gesture(event)

        return heard

    def holds(self) -> bool:
        """Whether a drag or a hand-drawn line is under way."""
        return self._pointer.drag is not None or bool(self._loop) or self._is_selecting

    def set_blend(self, share: float | None) -> None:
        if share == 0.0:
            self._going = None  # it has the coordinates of one chart
            self.let_go()
        super().set_blend(share)

    def let_go(self) -> None:
        """End a drag where it has come to, and drop a hand-drawn line."""
        self._pointer.release()
        self._loop = []
        self._drop_band()
        self.arrive()
        self._settle_points()

    def point_away(self) -> None:
        """Note that the pointer is outside the widget, wherever it was seen last."""
        if not self.holds() and not self.is_between:
            self._hover(None)

    # --- the mouse ----------------------------------------------------------------------------
    def targets(self) -> dict[str, Pixel]:
        """Return draggable objects with their pixels."""
        return {name: _pixel(self._stage.drawn, xy) for name, xy in self.movable().items()}

    def _pressed(self, event: MouseEvent) -> None:
        pixel = self._position(event)
        painting, looping = has(event, "Alt"), has(event, "Shift")
        if event.button == 1 and self.frame.contains(pixel) and self._begin_band(event, pixel):
            return
        if event.button == 1 and (painting or looping) and self.frame.contains(pixel):
            self._loop, self._painting = [pixel], painting
        elif event.button == 2 and self.frame.contains(pixel):
            self._pointer.press(pixel, {})
            self._shifting = True
        elif event.button == 1 and self.beyond.has(pixel) and not nearest(pixel, self.targets()):
            self._handler(CommandInvoked("fit_curve"))
        elif event.button == 1 and self.frame.contains(pixel):
            self._shifting = False
            self.leave()
            under = self.note_under(pixel) or self.aim(pixel)
            held = self._pointer.press(pixel, self.targets(), under)
            self._marks.hover(None, self.frame)
            self._held_from, self._on_grid = self.movable().get(held.name), False
            self.chosen = self.chosen if held.name == PAN else held.name
            number = point_number(held.name)
            if number is not None and number not in self.chosen_points:
                self.choose_points((number,))
            if held.name == PAN:
                self._choose_pair(pixel)

    def _choose_pair(self, pixel: Pixel) -> None:
        """Select a critical point under the pointer, without dragging the view."""
        pair = self._critical.pair_at(pixel, self._stage.drawn)
        if pair is not None:
            self._pointer.release()
            self._handler(PairChosen(pair))

    def _moved(self, event: MouseEvent) -> None:
        pixel, held = self._position(event), self._pointer.drag
        if self._is_selecting:
            self._extend_band(pixel)
        elif self._loop:
            self._extend_loop(pixel)
        elif held is None:
            self._hover(pixel)
        elif held.name == PAN:
            self._drag_view(held.start, pixel)
            self._pointer.drag = Drag(PAN, pixel)
        else:
            self._on_grid = self.snapping != has(event, "Control")
            self._carry(held, pixel, done=False)

    def _drag_view(self, start: Pixel, end: Pixel) -> None:
        """Pan the plane; turn the surface, or pan it with the right button."""
        frame = self.frame
        if np.array_equal(start, end):
            return  # a click changes nothing, not even by rounding, which would be an undo step
        if isinstance(frame, SpaceFrame):
            self._look((frame.shifted if self._shifting else frame.turned)(start, end), done=False)
        else:
            self._show(frame.panned(start, end))

    def _look(self, camera: Camera, done: bool) -> None:
        self.set_camera(camera)
        self._handler(CameraMoved(camera, done))

    def _extend_loop(self, pixel: Pixel) -> None:
        """Extend a hand-drawn line to the pointer, if far enough for a new vertex."""
        last = self._loop[-1]
        if max(abs(pixel[0] - last[0]), abs(pixel[1] - last[1])) >= LOOP_STEP:
            self._loop.append(pixel)
            self.set_curve("drawing", Curve(self._loop_vertices()))

    def _loop_vertices(self) -> Array:
        return np.array([self.frame.to_chart(pixel) for pixel in self._loop])

    def _released(self, event: MouseEvent) -> None:
        if self._is_selecting:
            self._end_band(self._position(event))
            return
        if self._loop:
            vertices, self._loop = self._loop_vertices(), []
            self.set_curve("drawing", None)
            self._handler((StrokeDrawn if self._painting else LoopDrawn)(vertices))
            return
        held = self._pointer.release()
        if held is not None and held.name != PAN:
            self._carry(held, self._position(event), done=True)
            self._settle_points()
        elif held is not None:
            self._drag_view(held.start, self._position(event))
            if isinstance(self.frame, SpaceFrame):
                self._look(self.frame.camera, done=True)

    def _key_pressed(self, event: KeyEvent) -> None:
        key = name_of(event)
        if self.holds():
            if key == "Escape":
                self._give_up(self._pointer.drag)
        elif key in ZOOMS:
            self._zoom(self.place_of_chosen(), zoom_factor(ZOOMS[key]))
        elif key in ARROWS and has(event, "Control"):
            self._pan(*ARROWS[key])
        else:
            super()._key_pressed(event)

    def _pan(self, right: int, up: int) -> None:
        """Move the view by keyboard, or turn a surface."""
        left, top, end, bottom = self.frame.box
        away = PAN_SHARE * (left - end) * right, PAN_SHARE * (bottom - top) * up
        self._shifting = False
        self._drag_view((left, top), (left + away[0], top + away[1]))
        if isinstance(self.frame, SpaceFrame):
            self._look(self.frame.camera, done=True)

    def menu_place(self) -> Pixel:
        """Return the pixel of the widget at which a key opens the context menu."""
        x, y = self.place_of_chosen()
        return x * self.magnified, y * self.magnified

    def place_of_chosen(self) -> Pixel:
        """Return where the object is that keys move, or the middle of the plot if it is out of view."""
        left, top, right, bottom = self.frame.box
        at = self.targets().get(self.chosen)
        inside = at is not None and self.frame.contains(at)
        return at if at is not None and inside else ((left + right) / 2, (top + bottom) / 2)

    def _key_released(self, event: KeyEvent) -> None:
        if not self.holds():  # the pointer's release ends the move
            super()._key_released(event)

    def walk(self, forward: bool, entering: bool = False) -> bool:
        return self.holds() or super().walk(forward, entering)

    def _give_up(self, held: Drag | None) -> None:
        """Cancel a drag or a hand-drawn line."""
        was, self._going = self._held_from, None
        self.let_go()
        self.set_curve("drawing", None)
        if held is not None and held.name != PAN and was is not None:
            self._put(was, done=True)

    def _carry(self, held: Drag, pixel: Pixel, done: bool) -> None:
        place, foot = held.place(pixel), self._vector.foot
        if held.name == TIP and foot is not None:
            at = self.frame.beside(place, foot)
        else:
            at = self._place(place, pixel == held.start)
        self._going = None if done else at
        self._put(at, done)
        if held.name != TIP:
            self._handler(Hovered(at))

    def _place(self, place: Pixel, is_still: bool) -> XY:
        """Return where a pin comes to be; one that is only clicked stays to its last digit."""
        if is_still and self._held_from is not None:
            return self._held_from
        at = self.frame.to_chart(place)
        return self.crossing(at) if self._on_grid else at

    def _turned(self, event: MouseEvent) -> None:
        pixel = self._position(event)
        if self.frame.contains(pixel):
            self._zoom(pixel, zoom_factor(float(event.delta[1])))

    def pinch(self, pixel: Pixel, growth: float) -> None:
        """Zoom at a pixel of the widget, by the factor of a pinch gesture."""
        at = self.at(pixel)
        if not self.is_between and self.frame.contains(at):
            self._zoom(at, 1.0 / max(1.0 + growth, 0.1))

    def _zoom(self, pixel: Pixel, factor: float) -> None:
        if isinstance(self.frame, SpaceFrame):
            self._look(self.frame.nearer(factor), done=True)
        else:
            self._show(self.frame.zoomed(pixel, factor))

    def _centre(self, event: MouseEvent) -> None:
        pixel = self._position(event)
        note = self.note_under(pixel) or self._pointer.hovered
        number = point_number(note)
        if note.startswith(WORDS):
            self._pointer.release()
            self.write_note(note)
        elif number is not None:
            self._pointer.release()
            self.name_point(number)
        elif self.frame.contains(pixel) and not self._pointer.hovered:
            self.centre(pixel)

    def _hover(self, pixel: Pixel | None) -> None:
        """Note what is under the pointer; ``pixel``: None where it is not over the widget."""
        inside = pixel if pixel is not None and self.frame.contains(pixel) else None
        under = "" if inside is None else self.note_under(inside) or self.point_under(inside)
        if self._pointer.hover(inside, self.targets(), under):
            self._pins.hover(self._pointer.hovered)
            self._vector.hover(self._pointer.hovered == TIP)
            self._now()
        if any([layer.hover(inside, self.frame) for layer in (self._marks, self._data)]):
            self._now()
        if not self._say_point(self._pointer.hovered):
            self._handler(Hovered(None if inside is None else self.frame.hit(inside)))

    # --- the view -----------------------------------------------------------------------------
    def show_points(self, xyz: Array) -> None:
        if isinstance(self.frame, SpaceFrame):
            self._look(self.frame.showing(xyz), done=True)

    def centre(self, pixel: Pixel) -> None:
        """Centre the view on a pixel."""
        left, top, right, bottom = self.frame.box
        if isinstance(self.frame, SpaceFrame):
            middle = ((left + right) / 2, (top + bottom) / 2)
            self._look(self.frame.shifted(pixel, middle), done=True)
        else:
            self._show(self.frame.centred(pixel))

    def _show(self, extent: Extent) -> None:
        if extent != self.frame.extent:
            self.set_view(extent)
            self._handler(ViewChanged(extent, self._plot_pixels()))

    def _plot_pixels(self) -> tuple[int, int]:
        left, top, right, bottom = self.frame.box
        return round((right - left) * self.magnified), round((bottom - top) * self.magnified)

    def at(self, pixel: Pixel) -> Pixel:
        """Convert a pixel of the widget to drawing pixels."""
        return pixel[0] / self.magnified, pixel[1] / self.magnified

    def _position(self, event: MouseEvent) -> Pixel:
        return self.at((float(event.pos[0]), float(event.pos[1])))


def _pixel(frame: Frame, xy: XY) -> Pixel:
    x, y = frame.to_pixels(xy)
    return float(x), float(y)

"""`VispyCanvas`: the layers put together, and the mouse turned into events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy import app, gloo

from app.views.base import (
    XY,
    Array,
    Arrows,
    Axes,
    Camera,
    Canvas,
    ColorMap2D,
    Curve,
    Hovered,
    LoopDrawn,
    Marks,
    Outline,
    PinMoved,
    Surface,
    VectorMoved,
    ViewChanged,
)
from app.views.canvas.arrows import ArrowsLayer
from app.views.canvas.axes import AxesLayer, GridLayer
from app.views.canvas.curves import CurvesLayer
from app.views.canvas.ellipses import EllipsesLayer
from app.views.canvas.frame import Frame, Margins
from app.views.canvas.glyphs import Atlas
from app.views.canvas.keyboard import ARROWS, nudged
from app.views.canvas.layer import Layer
from app.views.canvas.legend import WIDTH, LegendLayer
from app.views.canvas.map import MapLayer
from app.views.canvas.marks import MarksLayer
from app.views.canvas.message import MessageLayer
from app.views.canvas.pins import PinsLayer
from app.views.canvas.pointer import PAN, Drag, Pixel, Pointer, zoom_factor
from app.views.canvas.shapes import CLEAR
from app.views.canvas.still import Tile, still
from app.views.theme import DARK, RGBA, Theme, rgba
from compute.types import Extent

MARGINS = Margins(left=68, top=14, right=18, bottom=52)
TIP = "tip"
LOOP_STEP = 6.0  # pixels between vertices of a loop drawn by hand
# seconds that a moved pin waits for its geodesic before it is drawn without
PATIENCE = 0.025


class VispyCanvas(Canvas):
    """The canvas of a window or of a picture; the vispy backend is chosen before it is made.

    size: logical pixels (width, height).  ``native`` is the backend's widget.
    """

    def __init__(self, size: tuple[int, int] = (1200, 800), theme: Theme = DARK) -> None:
        super().__init__()
        self._view, self._timer = self._surface(size)
        self.frames = 0  # drawn so far
        self._pointer, self._chosen = Pointer(), "A"
        self._loop: list[Pixel] = []  # drawn with Shift held, not yet closed
        self._axes, self._grid_visible = Axes(("", "")), True
        self._frame = Frame(Extent(0.0, 1.0, 0.0, 1.0), size, MARGINS)
        self._make_layers(theme)
        self._listen()

    def _surface(self, size: tuple[int, int]) -> tuple[Any, Any]:
        """What is drawn on, and the timer that has it drawn."""
        view = app.Canvas(size=size, show=False, keys=None, title="canvas", autoswap=False)
        return view, app.Timer(PATIENCE, iterations=1, connect=lambda event: view.update())

    def _listen(self) -> None:
        events = self._view.events
        events.draw.connect(lambda event: self._draw())
        events.resize.connect(lambda event: self._resized())
        events.mouse_press.connect(self._pressed)
        events.mouse_move.connect(self._moved)
        events.mouse_release.connect(self._released)
        events.mouse_wheel.connect(self._turned)
        events.mouse_double_click.connect(self._centre)
        events.key_press.connect(self._key_pressed)
        events.key_release.connect(self._key_released)

    def _make_layers(self, theme: Theme) -> None:
        self._view.set_current()
        atlas = Atlas()
        self.theme = theme
        self._map = MapLayer(theme)
        self._grid, self._frame_layer = GridLayer(theme, atlas), AxesLayer(theme, atlas)
        self._ellipses, self._curves = EllipsesLayer(theme, atlas), CurvesLayer(theme, atlas)
        self._carried = ArrowsLayer(theme, atlas, width=2.0, alpha=0.75, handle=False)
        self._vector = ArrowsLayer(theme, atlas, width=2.6, alpha=1.0, handle=True)
        self._marks, self._pins = MarksLayer(theme, atlas), PinsLayer(theme, atlas)
        self._legend, self._message = LegendLayer(theme, atlas), MessageLayer(theme, atlas)

    def _now(self) -> None:
        """Draw as soon as the window can, with all that has changed."""
        self._timer.stop()
        self._view.update()

    def _soon(self) -> None:
        """Draw with what is about to come, the geodesic of a moved pin: one frame instead of two."""
        if not self._timer.running:
            self._timer.start()

    def close(self) -> None:
        """Draw no more: the widget is about to go."""
        self._timer.stop()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in other colours."""
        self.theme = theme
        for layer in (*self.plotted, *self.around):
            layer.set_theme(theme)
        self._now()

    # --- what is drawn ------------------------------------------------------------------------
    @property
    def native(self) -> object:
        return self._view.native

    def set_axes(self, axes: Axes) -> None:
        self._axes = axes
        self._frame_layer.set(axes)
        self._grid.set(axes, self._grid_visible)
        self._now()

    def set_view(self, extent: Extent) -> None:
        self._frame = self._frame.with_extent(extent)
        self._now()

    def set_surface(self, surface: Surface | None) -> None: ...
    def set_camera(self, camera: Camera) -> None: ...
    def set_outline(self, outline: Outline | None) -> None: ...
    def set_blend(self, share: float | None) -> None: ...

    def set_map(self, image: ColorMap2D | None) -> None:
        self._map.set(image)
        self._legend.set(image)
        right = MARGINS.right + (WIDTH if image is not None else 0)
        self._frame = replace(self._frame, margins=replace(MARGINS, right=right))
        self._now()

    def set_marks(self, marks: Marks | None) -> None:
        self._marks.set(marks)
        self._now()

    def set_pin(self, name: str, xy: XY | None) -> None:
        self._pins.set(name, xy)
        self._soon()

    def set_curve(self, kind: str, curve: Curve | None) -> None:
        self._curves.set(kind, curve)
        self._soon() if kind == "straight" else self._now()

    def set_vector(self, arrows: Arrows | None) -> None:
        self._vector.set(arrows)
        self._soon()

    def set_transport(self, arrows: Arrows | None) -> None:
        self._carried.set(arrows)
        self._now()

    def set_ellipses(self, outlines: Array | None) -> None:
        self._ellipses.set(outlines)
        self._now()

    def set_grid(self, visible: bool) -> None:
        self._grid_visible = visible
        self._grid.set(self._axes, visible)
        self._now()

    def set_moving_point(self, xy: XY | None) -> None:
        self._pins.set_moving(xy)
        self._soon()

    def set_message(self, text: str) -> None:
        self._message.set(text)
        self._now()

    def image(self) -> NDArray[np.uint8]:
        """Drawn into a buffer of its own, at the canvas's size in device pixels."""
        width, height = self._view.physical_size
        return self.picture((int(width), int(height)), float(self._view.pixel_scale))

    def picture(
        self, pixels: tuple[int, int], ratio: float, transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Drawn with ``pixels`` (width, height), ``ratio`` of them to a logical one; premultiplied."""
        self._view.set_current()
        self._measure()
        frame, ground = replace(self._frame, ratio=ratio), CLEAR if transparent else None
        return still(pixels, lambda tile: self._paint(frame, tile, ground))

    @property
    def renderer(self) -> str:
        """The OpenGL implementation, in words."""
        self._view.set_current()
        names = (gloo.gl.GL_RENDERER, gloo.gl.GL_VERSION)
        return ", ".join(str(gloo.gl.glGetParameter(name)) for name in names)

    def _draw(self) -> None:
        self.frames += 1
        self._measure()
        width, height = self._view.physical_size
        self._paint(self._frame, Tile((width, height), 0, 0, width, height))

    def _paint(self, frame: Frame, tile: Tile, ground: RGBA | None = None) -> None:
        tile.view()
        gloo.set_state(depth_test=False, cull_face=False, scissor_test=False, blend=True)
        gloo.set_blend_func("one", "one_minus_src_alpha")
        gloo.clear(color=ground or rgba(self.theme.background))
        tile.clip(frame)
        gloo.set_state(scissor_test=True)
        for layer in self.plotted:
            layer.draw(frame)
        gloo.set_state(scissor_test=False)
        for layer in self.around:
            layer.draw(frame)

    @property
    def plotted(self) -> tuple[MapLayer | Layer, ...]:
        """The layers inside the plot, in the order drawn."""
        behind = (self._map, self._grid, self._ellipses, self._curves, self._carried)
        return (*behind, self._marks, self._vector, self._pins)

    @property
    def around(self) -> tuple[Layer, ...]:
        """The layers over the plot and in its margins."""
        return self._frame_layer, self._legend, self._message

    @property
    def frame(self) -> Frame:
        """Where the plot is, and what it shows."""
        return self._frame

    def _measure(self) -> None:
        size = (int(self._view.size[0]), int(self._view.size[1]))
        ratio = float(self._view.pixel_scale)
        if (size, ratio) != (self._frame.size, self._frame.ratio):
            self._frame = replace(self._frame, size=size, ratio=ratio)

    # --- the mouse ----------------------------------------------------------------------------
    def _targets(self) -> dict[str, Pixel]:
        """What can be taken hold of, and where it is; the pins before the vector's tip."""
        at = dict(self._pins.at)
        if self._vector.tip is not None:
            at[TIP] = self._vector.tip
        return {name: _pixel(self._frame, xy) for name, xy in at.items()}

    def _pressed(self, event: Any) -> None:
        pixel = _position(event)
        if event.button == 1 and _has_shift(event) and self._frame.contains(pixel):
            self._loop = [pixel]
        elif event.button == 1 and self._frame.contains(pixel):
            held = self._pointer.press(pixel, self._targets())
            self._marks.hover(None, self._frame)
            self._chosen = held.name if held.name in self._pins.at else self._chosen

    def _moved(self, event: Any) -> None:
        pixel, held = _position(event), self._pointer.drag
        if self._loop:
            self._extend_loop(pixel)
        elif held is None:
            self._hover(pixel)
        elif held.name == PAN:
            self._show(self._frame.panned(held.start, pixel))
            self._pointer.drag = Drag(PAN, pixel)
        else:
            self._carry(held, pixel, done=False)

    def _extend_loop(self, pixel: Pixel) -> None:
        """A loop under way follows the pointer, in steps that are worth a vertex."""
        last = self._loop[-1]
        if max(abs(pixel[0] - last[0]), abs(pixel[1] - last[1])) >= LOOP_STEP:
            self._loop.append(pixel)
            self.set_curve("drawing", Curve(self._loop_vertices()))

    def _loop_vertices(self) -> Array:
        return np.array([self._frame.to_chart(pixel) for pixel in self._loop])

    def _released(self, event: Any) -> None:
        if self._loop:
            vertices, self._loop = self._loop_vertices(), []
            self.set_curve("drawing", None)
            self._handler(LoopDrawn(vertices))
            return
        held = self._pointer.release()
        if held is not None and held.name != PAN:
            self._carry(held, _position(event), done=True)

    def _carry(self, held: Drag, pixel: Pixel, done: bool) -> None:
        xy = self._frame.to_chart(held.place(pixel))
        self._handler(VectorMoved(xy, done) if held.name == TIP else PinMoved(held.name, xy, done))

    def _turned(self, event: Any) -> None:
        pixel = _position(event)
        if self._frame.contains(pixel):
            self._show(self._frame.zoomed(pixel, zoom_factor(float(event.delta[1]))))

    def _centre(self, event: Any) -> None:
        pixel = _position(event)
        if self._frame.contains(pixel) and not self._pointer.hovered:
            self.centre(pixel)

    # --- the keyboard -------------------------------------------------------------------------
    def _key_pressed(self, event: Any) -> None:
        key, at = _key(event), self._pins.at
        if key in at:
            self._chosen = key
            self._pins.hover(key)
            self._now()
        elif key in ARROWS and self._chosen in at:
            xy = nudged(at[self._chosen], key, self._frame.extent, _has_shift(event))
            self._handler(PinMoved(self._chosen, xy, done=False))

    def _key_released(self, event: Any) -> None:
        if _key(event) in ARROWS and self._chosen in self._pins.at:
            self._handler(PinMoved(self._chosen, self._pins.at[self._chosen], done=True))

    # --- the view -----------------------------------------------------------------------------
    def centre(self, pixel: Pixel) -> None:
        """Bring a pixel to the middle."""
        self._show(self._frame.centred(pixel))

    def _show(self, extent: Extent) -> None:
        if extent != self._frame.extent:
            self.set_view(extent)
            self._handler(ViewChanged(extent, self._plot_pixels()))

    def _resized(self) -> None:
        self._measure()
        self._handler(ViewChanged(self._frame.extent, self._plot_pixels()))
        self._now()

    def _plot_pixels(self) -> tuple[int, int]:
        left, top, right, bottom = self._frame.box
        return right - left, bottom - top

    def _hover(self, pixel: Pixel) -> None:
        inside = self._frame.contains(pixel)
        if self._pointer.hover(pixel if inside else None, self._targets()):
            self._pins.hover(self._pointer.hovered)
            self._vector.hover(self._pointer.hovered == TIP)
            self._now()
        if self._marks.hover(pixel if inside else None, self._frame):
            self._now()
        self._handler(Hovered(self._frame.to_chart(pixel) if inside else None))


def _position(event: Any) -> Pixel:
    return float(event.pos[0]), float(event.pos[1])


def _has_shift(event: Any) -> bool:
    return any(modifier.name == "Shift" for modifier in event.modifiers)


def _key(event: Any) -> str:
    return event.key.name if event.key is not None else ""


def _pixel(frame: Frame, xy: XY) -> Pixel:
    x, y = frame.to_pixels(xy)
    return float(x), float(y)

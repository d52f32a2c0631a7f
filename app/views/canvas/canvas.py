"""`VispyCanvas`: the layers put together, and the mouse turned into events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy import app, gloo

from app.views.canvas.display_list import CLEAR
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.still import Tile, still
from app.views.canvas.input.gestures import Gestures
from app.views.canvas.layers.arrows import ArrowsLayer
from app.views.canvas.layers.axes import AxesLayer, GridLayer
from app.views.canvas.layers.box import BoxLayer
from app.views.canvas.layers.critical import CriticalLayer
from app.views.canvas.layers.curves import CurvesLayer
from app.views.canvas.layers.ellipses import EllipsesLayer
from app.views.canvas.layers.flow import FieldLayer, ParticlesLayer
from app.views.canvas.layers.focus import FocusLayer
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.legend import WIDTH, LegendLayer
from app.views.canvas.layers.map import MapLayer
from app.views.canvas.layers.marks import MarksLayer
from app.views.canvas.layers.message import MessageLayer, NoteLayer
from app.views.canvas.layers.outline import OutlineLayer
from app.views.canvas.layers.pins import PinsLayer
from app.views.canvas.layers.relief import ReliefLayer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.projections.space import SpaceFrame
from app.views.canvas.viewport import Stage
from app.views.interface.events import ViewChanged
from app.views.interface.flow import Particles, VectorField
from app.views.interface.theme import DARK, RGBA, Theme, rgba
from app.views.interface.topology import Critical
from app.views.interface.views import (
    XY,
    Array,
    Arrows,
    Axes,
    Camera,
    ColorMap2D,
    Curve,
    Marks,
    Outline,
    Surface,
)
from compute.manifold.extent import Extent

# of the screen, as vispy assumes where it cannot find out; nothing is drawn by it
DPI = 96.0
MARGINS = Margins(left=68, top=14, right=18, bottom=52)
# seconds that a moved pin waits for its geodesic before it is drawn without
PATIENCE = 0.025


class VispyCanvas(Gestures):
    """The canvas of a window or of a picture; the vispy backend is chosen before it is made.

    size: logical pixels (width, height).  ``native`` is the backend's widget.
    """

    def __init__(self, size: tuple[int, int] = (1200, 800), theme: Theme = DARK) -> None:
        super().__init__()
        self._view, self._timer = self._surface(size)
        self.frames = 0  # drawn so far
        self._due = False  # a frame was asked for that is not drawn yet
        self._axes, self._grid_visible = Axes(("", "")), True
        self._stage = Stage(size, MARGINS)
        self._make_layers(theme)
        self._listen()

    def _surface(self, size: tuple[int, int]) -> tuple[Any, Any]:
        """Return the surface to draw on, and the timer that has it drawn."""
        # without a dpi vispy runs programs that ask the screen for it, and warns where there are none
        view = app.Canvas(size=size, show=False, keys=None, title="canvas", autoswap=False, dpi=DPI)
        return view, app.Timer(PATIENCE, iterations=1, connect=lambda event: view.update())

    def _listen(self) -> None:
        events = self._view.events
        events.draw.connect(lambda event: self._draw())
        events.resize.connect(lambda event: self._resized())
        self.listen(events)

    def _make_layers(self, theme: Theme) -> None:
        self._view.set_current()
        atlas = Atlas()
        self.theme = theme
        self._map, self._relief = MapLayer(theme), ReliefLayer(theme)
        self._box, self._outline = BoxLayer(theme, atlas), OutlineLayer(theme, atlas)
        self._grid, self._frame_layer = GridLayer(theme, atlas), AxesLayer(theme, atlas)
        self._ellipses, self._curves = EllipsesLayer(theme, atlas), CurvesLayer(theme, atlas)
        self._field, self._particles = FieldLayer(theme, atlas), ParticlesLayer(theme, atlas)
        self._zeros = MarksLayer(theme, atlas)
        self._critical = CriticalLayer(theme, atlas)
        self._carried = ArrowsLayer(theme, atlas, width=2.0, alpha=0.75, handle=False)
        self._vector = ArrowsLayer(theme, atlas, width=2.6, alpha=1.0, handle=True)
        self._marks, self._pins = MarksLayer(theme, atlas), PinsLayer(theme, atlas)
        self._focus = FocusLayer(theme, atlas)
        self._named: dict[str, tuple[Layer, ...]] = {
            "grid": (self._grid,),
            "ellipses": (self._ellipses,),
            "tokens": (self._marks,),
            "transport": (self._carried, self._vector),
            "flow": (self._field,),
            "particles": (self._particles,),
            "singularities": (self._zeros,),
        }
        self._legend, self._message = LegendLayer(theme, atlas), MessageLayer(theme, atlas)
        self._note = NoteLayer(theme, atlas)

    def _now(self) -> None:
        """Draw as soon as the window can, with all that has changed."""
        self._timer.stop()
        self._due = True
        self._view.update()

    def _soon(self) -> None:
        """Draw with what is about to come, the geodesic of a moved pin: one frame instead of two.

        A frame that is due already has it anyway.
        """
        if not self._timer.running and not self._due:
            self._timer.start()

    def close(self) -> None:
        """Draw no more: the widget is about to go."""
        self._timer.stop()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in other colours."""
        self.theme = theme
        flat = (self._map, self._grid, self._frame_layer)
        for layer in (*flat, self._box, self._relief, self._outline, *self.things, *self.around):
            layer.set_theme(theme)
        self._now()

    # --- what is drawn ------------------------------------------------------------------------
    @property
    def native(self) -> object:
        return self._view.native

    def set_axes(self, axes: Axes) -> None:
        self._axes = axes
        self._stage.show(self.frame.extent, axes.equal)
        self._frame_layer.set(axes)
        self._box.set(axes)
        self._grid.set(axes, self._grid_visible)
        self._now()

    def set_view(self, extent: Extent) -> None:
        self._stage.show(extent, self._axes.equal)
        self._now()

    def set_surface(self, surface: Surface | None) -> None:
        self._stage.place(surface)
        self._relief.set_surface(surface)
        self._grid.set(self._axes, self._grid_visible)
        self._outline.set_lines(surface.lines if surface and self._grid_visible else None)
        self._now()

    def set_camera(self, camera: Camera) -> None:
        self._stage.look(camera)
        self._now()

    def set_outline(self, outline: Outline | None) -> None:
        self._outline.set(outline)
        self._now()

    def set_blend(self, share: float | None) -> None:
        if share == 0.0:
            self.let_go()
            self._curves.set("drawing", None)
        self._stage.blend(share)
        self._now()

    def set_map(self, image: ColorMap2D | None) -> None:
        self._map.set(image)
        self._legend.set(image)
        self._relief.set(image, self._map.colours)
        right = MARGINS.right + (WIDTH if image is not None else 0)
        self._stage.surround(replace(MARGINS, right=right))
        self._now()

    def set_marks(self, marks: Marks | None) -> None:
        self._marks.set(marks)
        self._now()

    def set_pin(self, name: str, xy: XY | None) -> None:
        self._pins.set(name, xy)
        self.ring()
        self._soon()

    def set_curve(self, kind: str, curve: Curve | None) -> None:
        self._curves.set(kind, curve)
        self._soon() if kind == "straight" else self._now()

    def set_vector(self, arrows: Arrows | None) -> None:
        self._vector.set(arrows)
        self.ring()
        self._soon()

    def set_transport(self, arrows: Arrows | None) -> None:
        self._carried.set(arrows)
        self._now()

    def set_ellipses(self, outlines: Array | None) -> None:
        self._ellipses.set(outlines)
        self._now()

    def set_field(self, field: VectorField | None) -> None:
        self._field.set(field)
        self._now()

    def set_particles(self, particles: Particles | None, phase: float = 0.0) -> None:
        self._particles.set(particles, phase)
        self._now()

    def set_zeros(self, zeros: Marks | None) -> None:
        self._zeros.set(zeros)
        self._now()

    def set_critical(self, points: Critical | None) -> None:
        self._critical.set(points)
        self._now()

    def set_opacity(self, layers: Mapping[str, float], curves: Mapping[str, float]) -> None:
        for name, parts in self._named.items():
            for part in parts:
                part.fade(layers.get(name, 1.0))
        self._curves.fade_kinds(curves)
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

    def set_note(self, text: str) -> None:
        """A line at the foot of the plot; "" clears."""
        self._note.set(text)
        self._now()

    def image(self) -> NDArray[np.uint8]:
        """Drawn into a buffer of its own, at the canvas's size in device pixels."""
        width, height = self._view.physical_size
        return self.picture((int(width), int(height)), self._ratio)

    def picture(
        self, pixels: tuple[int, int], ratio: float, transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Drawn with ``pixels`` (width, height), ``ratio`` of them to a logical one; premultiplied."""
        self._view.set_current()
        self._measure()
        frame, things = (replace(f, ratio=ratio) for f in (self.frame, self._stage.drawn))
        ground = CLEAR if transparent else None
        return still(pixels, lambda tile: self._paint(frame, tile, ground, things))

    @property
    def renderer(self) -> str:
        """The OpenGL implementation, in words."""
        self._view.set_current()
        names = (gloo.gl.GL_RENDERER, gloo.gl.GL_VERSION)
        return ", ".join(str(gloo.gl.glGetParameter(name)) for name in names)

    def _draw(self) -> None:
        self.frames += 1
        self._due = False
        self._measure()
        width, height = self._view.physical_size
        self._paint(
            self.frame, Tile((width, height), 0, 0, width, height), things=self._stage.drawn
        )

    def _paint(
        self, frame: Frame, tile: Tile, ground: RGBA | None = None, things: Frame | None = None
    ) -> None:
        tile.view()
        gloo.set_state(depth_test=False, cull_face=False, scissor_test=False, blend=True)
        gloo.set_blend_func("one", "one_minus_src_alpha")
        gloo.clear(color=ground or rgba(self.theme.background))
        tile.clip(frame)
        gloo.set_state(scissor_test=True)
        for layer in self.ground:
            layer.draw(frame)
        for layer in self.things:
            layer.draw(things or frame)
        gloo.set_state(scissor_test=False)
        for layer in self.around:
            layer.draw(frame)

    @property
    def plotted(self) -> tuple[MapLayer | ReliefLayer | Layer, ...]:
        """The layers inside the plot, in the order drawn."""
        return (*self.ground, *self.things)

    @property
    def ground(self) -> tuple[MapLayer | ReliefLayer | Layer, ...]:
        """Return the layers that others are drawn on."""
        flat = (self._map, self._grid)
        return (*((self._box, self._relief) if self._in_space else flat), self._outline)

    @property
    def things(self) -> tuple[Layer, ...]:
        """Return the layers at points of the manifold."""
        flow = (self._particles, self._field)
        behind = (self._ellipses, *flow, self._curves, self._carried)
        before = (*behind, self._zeros, self._critical, self._marks)
        return (*before, self._vector, self._pins, self._focus)

    @property
    def around(self) -> tuple[Layer, ...]:
        """The layers over the plot and in its margins."""
        beside = (self._legend, self._message, self._note)
        return beside if self._in_space else (self._frame_layer, *beside)

    @property
    def _in_space(self) -> bool:
        return isinstance(self.frame, SpaceFrame)

    def magnify(self, scale: float) -> None:
        """Draw letters, lines and pins this many times their usual size: for a lecture hall."""
        self._magnified = scale
        self._resized()

    @property
    def _ratio(self) -> float:
        """Device pixels to one that is drawn in."""
        return float(self._view.pixel_scale) * self._magnified

    def _measure(self) -> None:
        width, height = (round(side / self._magnified) for side in self._view.size)
        self._stage.resize((width, height), self._ratio)

    def _resized(self) -> None:
        self._measure()
        self._handler(ViewChanged(self._stage.asked, self._plot_pixels()))
        self._now()

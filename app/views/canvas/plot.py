"""A plot: all layers in drawing order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.views.canvas.layers.annotations import AnnotationsLayer
from app.views.canvas.layers.arrows import ArrowsLayer
from app.views.canvas.layers.axes import AxesLayer, GridLayer
from app.views.canvas.layers.box import BoxLayer
from app.views.canvas.layers.chosen import ChosenLayer
from app.views.canvas.layers.contours import ContoursLayer
from app.views.canvas.layers.critical import CriticalLayer
from app.views.canvas.layers.curves import CurvesLayer
from app.views.canvas.layers.ellipses import EllipsesLayer
from app.views.canvas.layers.flow import FieldLayer, ParticlesLayer
from app.views.canvas.layers.focus import FocusLayer
from app.views.canvas.layers.key import CARRIED, CIRCLES, DATA, ENDS, MOVING, THIRD, KeyLayer, Shown
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.legend import WIDTH, LegendLayer, width_of
from app.views.canvas.layers.map import MapLayer
from app.views.canvas.layers.marks import DATA_DISC, MarksLayer
from app.views.canvas.layers.message import MessageLayer, NoteLayer
from app.views.canvas.layers.outline import OutlineLayer
from app.views.canvas.layers.pins import PinsLayer
from app.views.canvas.layers.relief import ReliefLayer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.projections.space import SpaceFrame
from app.views.canvas.viewport import Stage
from app.views.interface.annotations import AngleArc, Annotation
from app.views.interface.events import XY, Array, Camera
from app.views.interface.flow import Particles, VectorField
from app.views.interface.theme import DARK, Theme
from app.views.interface.topology import Critical
from app.views.interface.views import (
    Arrows,
    Axes,
    Canvas,
    ColorMap2D,
    Curve,
    Marks,
    Outline,
    Surface,
)
from compute.manifold.extent import Extent

MARGINS = Margins(left=68, top=14, right=18, bottom=52)
# curves that words leave free, and how many of their nodes
LINES, MOST_NODES = ("geodesic", "straight"), 100
PRINTED = Margins(left=60, top=10, right=10, bottom=46)


class Plot(Canvas):
    """The layers of a manifold's drawing; each output renders their display lists.

    size: logical pixels (width, height).
    """

    def __init__(self, size: tuple[int, int] = (1200, 800), theme: Theme = DARK) -> None:
        super().__init__()
        self._axes, self._grid_visible, self.snapping = Axes(("", "")), True, False
        self._margins = PRINTED if theme.pen else MARGINS
        self._stage = Stage(size, self._margins)
        self._added: list[Layer] = []
        self._has_bar = self._is_reserved = False
        self._bar = WIDTH  # of the last map
        self._make_layers(theme)

    def _make_layers(self, theme: Theme) -> None:
        self.theme = theme
        self._map, self._relief = MapLayer(theme), ReliefLayer(theme)
        self._contours = ContoursLayer(theme)
        self._box, self._outline = BoxLayer(theme), OutlineLayer(theme)
        self._grid, self._frame_layer = GridLayer(theme), AxesLayer(theme)
        self._ellipses, self._curves = EllipsesLayer(theme), CurvesLayer(theme)
        self._field, self._particles = FieldLayer(theme), ParticlesLayer(theme)
        self._zeros = MarksLayer(theme)
        self._critical = CriticalLayer(theme)
        self._carried = ArrowsLayer(theme, width=2.0, alpha=0.75, handle=False)
        self._vector = ArrowsLayer(theme, width=2.6, alpha=1.0, handle=True)
        self._marks, self._pins = MarksLayer(theme), PinsLayer(theme)
        self._data = MarksLayer(theme, DATA_DISC)
        self._chosen = ChosenLayer(theme, self._data)
        self._annotations = AnnotationsLayer(theme)
        self._focus = FocusLayer(theme)
        self._named: dict[str, tuple[Layer, ...]] = {
            "grid": (self._grid,),
            "contours": (self._contours,),
            "ellipses": (self._ellipses,),
            "tokens": (self._marks,),
            "transport": (self._carried, self._vector),
            "points": (self._data, self._chosen),
            "notes": (self._annotations,),
            "flow": (self._field,),
            "particles": (self._particles,),
            "singularities": (self._zeros,),
        }
        self._legend, self._message = LegendLayer(theme), MessageLayer(theme)
        self._note = NoteLayer(theme)
        self._key = KeyLayer(theme, self._shown)

        self._key.avoided = (self._annotations, self._outline, self._box)
        self._marks.avoided = (self._key, self._outline, self._annotations)
        self._zeros.avoided = self._contours.avoided = (self._key, self._marks)
        self._data.avoided = (self._key, self._marks)
        self._critical.avoided = (self._key, self._marks, self._zeros, self._data)

    def holds(self) -> bool:
        """Whether something is being dragged."""
        return False

    def add(self, layer: Layer) -> None:
        """Add a layer above all other layers of the manifold."""
        self._added.append(layer)
        self._now()

    def _now(self) -> None:
        """Request a redraw; overridden by the window's canvas."""

    def _soon(self) -> None:
        """Request a redraw that may wait for the next answer."""

    @property
    def frame(self) -> Frame:
        """The frame: position of the plot and visible rectangle."""
        return self._stage.frame

    def asked(self, width: float, height: float) -> Extent:
        """Return the rectangle that was asked for, in a plot of another size."""
        extent = self._stage.asked
        return extent.with_aspect(width, height) if self._axes.equal else extent

    @property
    def drawn(self) -> Frame:
        """The frame of `things`, which differs from `frame` during a chart transition."""
        return self._stage.drawn

    @property
    def is_between(self) -> bool:
        """Whether a chart transition is under way, when nothing can be dragged."""
        return self._stage.is_between

    def set_theme(self, theme: Theme) -> None:
        """Set the theme of all layers."""
        self.theme = theme
        flat = (self._map, self._contours, self._grid, self._frame_layer)
        for layer in (*flat, self._box, self._relief, self._outline, *self.things, *self.around):
            layer.set_theme(theme)
        self._now()

    # --- what is drawn ------------------------------------------------------------------------
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
            self._curves.set("drawing", None)
        self._stage.blend(share)
        # while charts glide, tokens and key are in the pixels of another frame than the map
        self._contours.avoided = () if self.is_between else (self._key, self._marks)
        self._now()

    def set_map(self, image: ColorMap2D | None) -> None:
        self._map.set(image)
        self._contours.set(image)
        self._legend.set(image)
        self._relief.set(image)
        self._has_bar = image is not None
        self._bar = width_of(image) if image is not None else self._bar
        self._surround()

    def reserve_bar(self, is_reserved: bool) -> None:
        self._is_reserved = is_reserved
        self._surround()

    def _surround(self) -> None:
        right = self._margins.right + (self._bar if self._has_bar or self._is_reserved else 0)
        self._stage.surround(replace(self._margins, right=right))
        self._now()

    def set_marks(self, marks: Marks | None) -> None:
        self._marks.set(marks)
        self._key.note()
        self._now()

    def set_data_points(self, marks: Marks | None) -> None:
        if not (self.holds() and self._data.drag(marks)):
            self._data.set(marks)
        self._chosen.changed()
        self._key.note()
        self._now()

    def set_pin(self, name: str, xy: XY | None) -> None:
        self._pins.set(name, xy)
        self._key.note()
        self._soon()

    def set_curve(self, kind: str, curve: Curve | None) -> None:
        self._curves.set(kind, curve)
        self._key.note()
        self._soon() if kind == "straight" else self._now()

    def _give_way(self) -> None:
        """Keep the words of marks off pins and the geodesic, once these are at rest."""
        if not self.holds():
            pins = _joined([np.array([xy]) for xy in self._pins.at.values()])
            lines = [xy[:: max(len(xy) // MOST_NODES, 1)] for xy in self._curves.nodes(LINES)]
            nodes = _joined(lines)
            for marks in (self._marks, self._data):
                marks.give_way(pins, nodes[np.isfinite(nodes).all(axis=1)])

    def _shown(self) -> Shown:
        """Return what the key names, and what it must not cover; words of marks give way to it too."""
        self._give_way()
        pins, curves = self._pins.at, self._curves
        marks = (
            (ENDS, pins.keys() & {"A", "B"}),
            (THIRD, "C" in pins),
            (MOVING, self._pins.moving),
            (CARRIED, self._carried.foot),
            (DATA, self._data.xy is not None),
        )
        kinds = (*curves.kinds, *(name for name, there in marks if there))
        circles = self._ellipses.words
        ends = (*pins.values(), self._vector.tip, self._pins.moving)
        points = [np.array([xy]) for xy in ends if xy is not None]
        shares = {**curves.shares, CARRIED: self._carried.opacity, CIRCLES: self._ellipses.opacity}
        shares[DATA] = self._data.opacity
        named = [m.xy for m in (self._marks, self._data) if m.opacity and m.xy is not None]
        tokens = _joined(named) if named else None
        places = _joined(points) if points else None
        lines, others = curves.nodes(LINES), curves.nodes({*curves.kinds} - {*LINES})
        names = {CIRCLES: circles, **curves.names}
        return Shown(kinds, names, shares, lines, others, places, tokens, self.holds())

    def set_vector(self, arrows: Arrows | None) -> None:
        self._vector.set(arrows)
        self._key.note()
        self._soon()

    def set_transport(self, arrows: Arrows | None) -> None:
        self._carried.set(arrows)
        self._key.note()
        self._now()

    def set_ellipses(self, outlines: Array | None, radius: float = 0.0) -> None:
        self._ellipses.set(outlines, radius)
        self._key.note()
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
        self._key.note()
        self._now()

    def set_annotations(self, notes: Sequence[Annotation], angles: Sequence[AngleArc]) -> None:
        self._annotations.set(notes, angles)
        self._key.note()
        self._now()

    def set_grid(self, visible: bool) -> None:
        self._grid_visible = visible
        self._grid.set(self._axes, visible)
        self._now()

    def set_snapping(self, on: bool) -> None:
        self.snapping = on

    def set_moving_point(self, xy: XY | None) -> None:
        self._pins.set_moving(xy)
        self._key.note()
        self._soon()

    def set_message(self, text: str) -> None:
        self._message.set(text)

    def set_note(self, text: str) -> None:
        """Show a note at the bottom of the plot; "" clears it."""
        self._note.set(text)
        self._now()

    @property
    def plotted(self) -> tuple[Layer, ...]:
        """The layers inside the plot, in drawing order."""
        return (*self.ground, *self.things)

    @property
    def ground(self) -> tuple[Layer, ...]:
        """The background layers."""
        flat = (self._map, self._grid, self._contours)
        return (*((self._box, self._relief) if self._in_space else flat), self._outline)

    @property
    def things(self) -> tuple[Layer, ...]:
        """The layers at points of the manifold."""
        flow = (self._particles, self._field)
        # in a drag the key stays behind what moves, so that it is not drawn again for each frame
        moving: tuple[Layer, ...] = (self._curves, self._carried)
        # a crowd leaves the curves visible; fewer points are not cut by curves that end at them
        moving = (self._data, *moving) if self._data.is_crowd else (*moving, self._data)
        named = (self._key, *moving) if self.holds() else (*moving, self._key)
        before = (
            self._ellipses,
            *flow,
            *named,
            self._zeros,
            self._critical,
            self._marks,
            self._chosen,
        )
        return (*before, self._vector, self._pins, self._annotations, self._focus, *self._added)

    @property
    def margin(self) -> tuple[Layer, ...]:
        """The layers in the margins of the plot."""
        return (self._legend,) if self._in_space else (self._frame_layer, self._legend)

    @property
    def around(self) -> tuple[Layer, ...]:
        """The layers in the margins of the plot, and over it."""
        return (*self.margin, *self.over)

    @property
    def over(self) -> tuple[Layer, ...]:
        """The layers over the plot."""
        return self._message, self._note

    @property
    def _in_space(self) -> bool:
        return isinstance(self.frame, SpaceFrame)


def _joined(parts: list[Array]) -> Array:
    """Return points (k, d) of several arrays; while charts glide, only those in both charts, if there
    are any: what is drawn again meanwhile has the coordinates of one.
    """
    width = max((part.shape[1] for part in parts), default=2)
    return np.concatenate([part for part in parts if part.shape[1] == width] or [np.empty((0, 2))])

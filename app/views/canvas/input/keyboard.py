"""Keyboard input of the canvas: Tab cycles through movable objects, arrow keys move them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from app.views.canvas.input.listening import KeyEvent, has, name_of
from app.views.canvas.layers.axes import marked
from app.views.canvas.plot import Plot
from app.views.canvas.projections.space import SpaceFrame
from app.views.canvas.ticks import Tick
from app.views.interface.events import XY, Hovered, PinMoved, VectorMoved
from app.views.interface.theme import Theme
from app.views.interface.views import Arrows, Axes
from compute.manifold.extent import Extent

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, 1), "Down": (0, -1)}
STEP, FINE_STEP = 0.02, 0.002  # shares of the view
PIXELS, FINE_PIXELS = 12.0, 2.0  # on a surface in space
TIP, VECTOR = "tip", "V"  # the vector's tip, and its key


class Keys(Plot):
    """A plot with keyboard input; ``chosen`` is the object moved by arrow keys: a pin or the tip."""

    def __init__(self, size: tuple[int, int], theme: Theme) -> None:
        super().__init__(size, theme)
        self.chosen = "A"
        self._going: XY | None = None  # the goal of a move, drawn once its path is there
        self._ringed = False  # the chosen object is held by the keyboard

    def set_axes(self, axes: Axes) -> None:
        if (axes.labels, axes.log) != (self._axes.labels, self._axes.log):
            self._going = None  # it has the coordinates of another chart
        super().set_axes(axes)

    @abstractmethod
    def centre(self, pixel: tuple[float, float]) -> None:
        """Centre the view on a pixel."""

    def set_pin(self, name: str, xy: XY | None) -> None:
        super().set_pin(name, xy)
        self.ring()

    def set_vector(self, arrows: Arrows | None) -> None:
        super().set_vector(arrows)
        self.ring()

    def movable(self) -> dict[str, XY]:
        """Return movable objects with positions, pins before the vector's tip."""
        at: dict[str, XY] = dict(self._pins.at)
        if self._vector.tip is not None:
            at[TIP] = self._vector.tip
        return at

    def walk(self, forward: bool, entering: bool = False) -> bool:
        """Select the next movable object, or the first; False past the last one.

        Backwards it goes from the last to the first.
        """
        names = [] if self.is_between else list(self.movable())
        if not forward:
            names.reverse()
        place = names.index(self.chosen) + 1 if self.chosen in names else 0
        if entering or not self._ringed:
            place = 0
        if place >= len(names):
            self.leave()
            return False
        self._choose(names[place])
        return True

    def leave(self) -> None:
        """Remove the ring, because the keyboard focus is elsewhere."""
        self.arrive()
        self._ringed = False
        self.ring()
        self._now()

    def arrive(self) -> None:
        """End a move at its goal, because no release will: hand or keyboard are elsewhere."""
        to, self._going = self._going, None
        if to is not None:
            self._put(to, done=True)

    def _put(self, to: XY, done: bool) -> None:
        is_tip = self.chosen == TIP
        self._handler(VectorMoved(to, done) if is_tip else PinMoved(self.chosen, to, done))

    def held_by_keys(self) -> str:
        """Return the name of the selected object while the keyboard holds it, or ""."""
        if not self._ringed:
            return ""
        return "Tip of the vector" if self.chosen == TIP else f"Pin {self.chosen}"

    def ring(self) -> None:
        """Move the ring to the selected object."""
        at = self.movable().get(self.chosen) if self._ringed else None
        self._focus.set(at)

    def _choose(self, name: str) -> None:
        self.arrive()
        self.chosen, self._ringed = name, True
        self.ring()
        self._now()
        # also in words, for screen readers
        self._handler(Hovered(self.movable()[name]))

    def _key_pressed(self, event: KeyEvent) -> None:
        key, at = name_of(event), self.movable()
        if key in at or (key == VECTOR and TIP in at):
            self._choose(TIP if key == VECTOR else key)
        elif key == "Escape":
            self.leave()
        elif key == "Enter" and self.chosen in at:
            x, y = self.frame.to_pixels(at[self.chosen])
            self.centre((float(x), float(y)))
        elif key in ARROWS and self.chosen in at:
            self._shift(at[self.chosen], key, has(event, "Shift"))

    def _shift(self, xy: XY, key: str, fine: bool) -> None:
        self._ringed = True
        foot = self._vector.foot if self.chosen == TIP else None
        self._going = self._nudged(self._going or xy, key, fine, foot)
        self._put(self._going, done=False)

    def crossing(self, xy: XY) -> XY:
        """Return the nearest crossing of the grid's lines; in space there is none."""
        if isinstance(self.frame, SpaceFrame):
            return xy
        lines = marked(self.frame, self._axes, printed=False)
        x, y = (_nearest(v, ticks) for v, ticks in zip(xy, lines, strict=True))
        return x, y

    def _next_line(self, xy: XY, key: str) -> XY | None:
        """Return the crossing that an arrow key leads to, if there is one and pins snap."""
        if not self.snapping:
            return None
        (dx, dy), lines = ARROWS[key], marked(self.frame, self._axes, printed=False)
        axis, way = (0, dx) if dx else (1, dy)
        beyond = [at for at, _ in lines[axis] if (at - xy[axis]) * way > 1e-9 * abs(at)]
        if not beyond:
            return None
        there = min(beyond) if way > 0 else max(beyond)
        x, y = self.crossing((there, xy[1]) if axis == 0 else (xy[0], there))
        return x, y

    def _nudged(self, xy: XY, key: str, fine: bool, foot: XY | None = None) -> XY:
        if not isinstance(self.frame, SpaceFrame):
            moved_to = nudged(xy, key, self.frame.extent, fine)
            return self._next_line(xy, key) or moved_to if foot is None else moved_to
        x, y = self.frame.to_pixels(xy)
        pixel = moved((float(x), float(y)), key, fine)
        return self.frame.to_chart(pixel) if foot is None else self.frame.beside(pixel, foot)

    def _key_released(self, event: KeyEvent) -> None:
        at = self.movable()
        if name_of(event) not in ARROWS or self.chosen not in at:
            return
        xy, self._going = self._going or at[self.chosen], None
        self._put(xy, done=True)
        self._handler(Hovered(xy))


def _nearest(value: float, ticks: Sequence[Tick]) -> float:
    return min((at for at, _ in ticks), key=lambda at: abs(at - value), default=value)


def nudged(xy: XY, key: str, extent: Extent, fine: bool) -> XY:
    """Return ``xy`` moved by an arrow key."""
    dx, dy = ARROWS[key]
    share = FINE_STEP if fine else STEP
    x = xy[0] + dx * share * (extent.x1 - extent.x0)
    y = xy[1] + dy * share * (extent.y1 - extent.y0)
    return x, y


def moved(pixel: tuple[float, float], key: str, fine: bool) -> tuple[float, float]:
    """Return ``pixel`` moved by an arrow key."""
    dx, dy = ARROWS[key]
    step = FINE_PIXELS if fine else PIXELS
    return pixel[0] + dx * step, pixel[1] - dy * step

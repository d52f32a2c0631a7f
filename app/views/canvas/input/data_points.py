"""Points of data on the canvas: selecting, dragging, naming and removing them."""

from __future__ import annotations

import numpy as np

from app.views.canvas.input.listening import KeyEvent, MouseEvent, has, name_of
from app.views.canvas.input.notes import Notes
from app.views.canvas.projections.frame import REACH, Pixel
from app.views.interface.data import DataPointChosen
from app.views.interface.data_points import (
    DataPointMoved,
    DataPointNamed,
    DataPointsChosen,
    DataPointsFreed,
    DataPointsRemoved,
)
from app.views.interface.events import XY, Hovered
from app.views.interface.theme import Theme
from app.views.interface.views import Marks

POINT = "point "  # names of points as movable objects begin with it
STEPS = {"PageDown": 1, "PageUp": -1}  # keys that go to the next and to the last point


def point_number(name: str) -> int | None:
    """Return the number of the point of data that a movable object is, or None."""
    return int(name.removeprefix(POINT)) if name.startswith(POINT) else None


class DataPoints(Notes):
    """A plot whose points of data can be selected, dragged, named and removed.

    Of the points only the one that keys move is a movable object like pins.
    """

    def __init__(self, size: tuple[int, int], theme: Theme) -> None:
        super().__init__(size, theme)
        self._at_hand = 0  # the point that keys reach
        self._band: tuple[Pixel, bool] | None = None  # its first corner, and whether it adds

    @property
    def chosen_points(self) -> tuple[int, ...]:
        """The numbers of the selected points."""
        return self._chosen.numbers

    def set_data_points(self, marks: Marks | None) -> None:
        before = self._data.labels
        super().set_data_points(marks)
        if len(self._data.labels) != len(before):
            self._chosen.choose(())
            self._at_hand = 0
            if point_number(self.chosen) is not None:
                self._going, self.chosen = None, "A"
        if marks is not None and 0 <= marks.chosen < len(marks.labels):
            self._follow(marks.chosen)
        self.ring()

    def _follow(self, number: int) -> None:
        """Select the point that was selected elsewhere."""
        if number not in self.chosen_points:
            self._chosen.choose((number,))
            self._at_hand = number

    def movable(self) -> dict[str, XY]:
        at, xy = super().movable(), self._data.xy
        if xy is not None and self._at_hand < len(xy):
            at[f"{POINT}{self._at_hand}"] = tuple(map(float, xy[self._at_hand]))
        return at

    def point_under(self, pixel: Pixel) -> str:
        """Return the name of the nearest point within reach of a pixel, or ""."""
        xy = self._data.xy
        if xy is None or not self._data.opacity:
            return ""
        away = np.hypot(*(self._stage.drawn.to_pixels(xy) - pixel).T)
        nearest = int(np.argmin(np.where(np.isfinite(away), away, np.inf)))
        return f"{POINT}{nearest}" if away[nearest] < REACH else ""

    def aim(self, pixel: Pixel) -> str:
        """Make the point under a pixel the one at hand, and return its name, or ""."""
        name = self.point_under(pixel)
        number = point_number(name)
        if number is not None:
            self._at_hand = number
        return name

    # --- selecting ----------------------------------------------------------------------------
    def choose_points(self, numbers: tuple[int, ...]) -> None:
        """Select points, and report it."""
        if numbers != self.chosen_points:
            self._chosen.choose(numbers)
            self._now()
            self._handler(DataPointChosen(numbers[-1] if numbers else -1))
            if len(numbers) > 1:
                self._handler(DataPointsChosen(numbers))

    def toggle_point(self, number: int) -> None:
        """Add a point to the selected ones, or take it away."""
        others = tuple(n for n in self.chosen_points if n != number)
        is_in = number in self.chosen_points
        self.choose_points(others if is_in else (*others, number))

    def _begin_band(self, event: MouseEvent, pixel: Pixel) -> bool:
        """Begin a selection: with Control held, a point is toggled or a rectangle begins."""
        if self._data.xy is None or not has(event, "Control"):
            return False
        number = point_number(self.aim(pixel))
        if number is not None:
            self.toggle_point(number)
        else:
            self._band = pixel, has(event, "Shift")
        return True

    @property
    def _is_selecting(self) -> bool:
        """Whether a rectangle is being drawn."""
        return self._band is not None

    def _drop_band(self) -> None:
        self._band = None
        self._chosen.stretch(None)

    def _settle_points(self) -> None:
        """Draw a point that was dragged among the others."""
        self._data.settle()
        self._chosen.changed()

    def _extend_band(self, pixel: Pixel) -> None:
        if self._band is not None:
            self._chosen.stretch((self._band[0], pixel))
            self._now()

    def _end_band(self, pixel: Pixel) -> None:
        """Select the points in the rectangle."""
        assert self._band is not None
        first, adds = self._band
        self._drop_band()
        self._now()
        xy = self._data.xy
        if xy is None:
            return
        at = self._stage.drawn.to_pixels(xy)
        low, high = np.minimum(first, pixel), np.maximum(first, pixel)
        inside = ((at >= low) & (at <= high)).all(axis=1)
        kept = self.chosen_points if adds else ()
        found = tuple(n for n in np.flatnonzero(inside).tolist() if n not in kept)
        self.choose_points((*kept, *found))

    # --- commands -----------------------------------------------------------------------------
    def _meant(self, number: int) -> tuple[int, ...]:
        """Return the selected points if that one is among them, else that one alone."""
        return self.chosen_points if number in self.chosen_points else (number,)

    def remove_points(self, number: int) -> None:
        """Ask to remove a point, and with it all selected ones if it is one of them."""
        meant = self._meant(number)
        self.leave()
        self._handler(DataPointsRemoved(meant))

    def free_points(self, number: int) -> None:
        """Ask to make a point, or all selected ones, independent of samples."""
        self._handler(DataPointsFreed(self._meant(number)))

    def name_point(self, number: int) -> None:
        """Ask for another label of a point."""
        if self._data.xy is None:
            return
        x, y = self._stage.drawn.to_pixels(self._data.xy[number])
        place = float(x) * self.magnified, float(y) * self.magnified
        label = self._data.labels[number]
        self.ask(place, label, lambda text: self._handler(DataPointNamed(number, text)))

    # --- as a movable object --------------------------------------------------------------------
    def _put(self, to: XY, done: bool) -> None:
        number = point_number(self.chosen)
        if number is None:
            super()._put(to, done)
        elif np.isfinite(to).all():
            self._handler(DataPointMoved(number, to, done))

    def held_by_keys(self) -> str:
        """Return the name of the selected object while the keyboard holds it, or ""."""
        number, words = point_number(self.chosen), super().held_by_keys()
        return f"Point {self._data.labels[number]}" if words and number is not None else words

    def _go_to(self, number: int) -> None:
        """Take the keyboard to a point, and select it."""
        self.arrive()
        self._at_hand = number
        self.choose_points((number,))
        self._choose(f"{POINT}{number}")

    def _key_pressed(self, event: KeyEvent) -> None:
        key, number, count = name_of(event), point_number(self.chosen), len(self._data.labels)
        if key in STEPS and count:
            self._go_to(0 if number is None else (number + STEPS[key]) % count)
        elif number is not None and key in ("Delete", "Backspace"):
            self.remove_points(number)
        elif number is not None and key in ("Enter", "F2"):
            self.name_point(number)
        else:
            if key == "Escape":
                self.choose_points(())
            super()._key_pressed(event)

    def _say_point(self, name: str) -> bool:
        """Describe the point of that name, if it is one."""
        number, xy = point_number(name), self._data.xy
        if number is None or xy is None:
            return False
        self._handler(Hovered(tuple(map(float, xy[number]))))
        return True

"""The part of points of data on the canvas: moved, named, made independent of samples, removed."""

from __future__ import annotations

from dataclasses import replace

from app.model.data_points import LONGEST, DataPoint
from app.model.scene import Pin
from app.parts.part import Part
from app.presenters import picking
from app.views.interface.data_points import (
    DataPointMoved,
    DataPointNamed,
    DataPointsChosen,
    DataPointsFreed,
    DataPointsRemoved,
)
from app.views.interface.events import Event

FIXED = (
    "{} is the maximum-likelihood point of {:.6g} observations and stays there; its context menu makes "
    "it a point that moves"
)


class PointSelectionPart(Part):
    """Changes points of data as the canvas asks for; each change is one step of undo.

    Numbers of events count the points that are drawn, those of the scene's own family.
    """

    events = (
        DataPointMoved,
        DataPointsChosen,
        DataPointsRemoved,
        DataPointsFreed,
        DataPointNamed,
    )

    def on_event(self, event: Event) -> None:
        match event:
            case DataPointMoved():
                self._move(event)
            case DataPointsRemoved():
                self._remove(event.numbers)
            case DataPointsFreed():
                self._free(event.numbers)
            case DataPointNamed():
                self._name(event)
            case DataPointsChosen():
                self.context.say(f"{len(event.numbers)} points are selected", True)

    def point(self, number: int) -> DataPoint | None:
        """Return a point by its number on the canvas, or None."""
        places = self._places()
        in_range = 0 <= number < len(places)
        return self.context.store.scene.points[places[number]] if in_range else None

    def pin(self, number: int) -> Pin | None:
        """Return a pin at a point."""
        point = self.point(number)
        return None if point is None else Pin(point.theta)

    def _places(self) -> list[int]:
        """Return the place in the scene of each point that is drawn."""
        return [i for i, point in enumerate(self.context.store.scene.points) if not point.family]

    def _move(self, event: DataPointMoved) -> None:
        before = self.point(event.number)
        if before is None:
            return
        subject = self.context.subject
        is_there = picking.is_drawn_at(subject, Pin(before.theta), event.xy)
        if before.n and not is_there:
            self.context.say(FIXED.format(called(before), before.n), False)
        elif not is_there:
            self._put(event, before)
        if event.done:
            self.context.store.settle()
            self.context.hold(False)

    def _put(self, event: DataPointMoved, before: DataPoint) -> None:
        """Move a given point, unless that place is outside the domain."""
        pin = picking.pin_at(self.context.subject, None, event.xy)
        if pin is None:
            return
        moved = {event.number: replace(before, theta=pin.theta)}
        self._set(moved, f"point of data {event.number}")
        if not event.done:
            self.context.hold(True)

    def _free(self, numbers: tuple[int, ...]) -> None:
        found = {n: point for n in numbers if (point := self.point(n)) is not None and point.n}
        self._set({n: replace(point, n=0.0) for n, point in found.items()})
        words = "this point moves" if len(found) == 1 else f"{len(found)} points move"
        self.context.say(f"{words} now, and no longer belong to a sample", True)

    def _name(self, event: DataPointNamed) -> None:
        point, label = self.point(event.number), " ".join(event.label.split())
        if len(label) > LONGEST:
            self.context.say(f"a label must have at most {LONGEST} characters", False)
        elif point is not None and label != point.label:
            self._set({event.number: replace(point, label=label)})

    def _remove(self, numbers: tuple[int, ...]) -> None:
        places = self._places()
        gone = {places[n] for n in numbers if 0 <= n < len(places)}
        scene = self.context.store.scene
        kept = tuple(point for i, point in enumerate(scene.points) if i not in gone)
        if gone:
            self.context.store.update(replace(scene, points=kept))
            self.context.store.settle()
            words = "a point" if len(gone) == 1 else f"{len(gone)} points"
            self.context.say(f"removed {words}", True)

    def _set(self, changed: dict[int, DataPoint], merge: str | None = None) -> None:
        """Replace points by their numbers; ``merge``: as in `Store.update`."""
        if not changed:
            return
        scene, places = self.context.store.scene, self._places()
        points = list(scene.points)
        for number, point in changed.items():
            points[places[number]] = point
        self.context.store.update(replace(scene, points=tuple(points)), merge)
        if merge is None:
            self.context.store.settle()


def called(point: DataPoint) -> str:
    """Return the words for a point."""
    return f"“{point.label}”" if point.label else "this point"

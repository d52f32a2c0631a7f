"""The part of the panel Points: it shows and edits the scene's numbers and switches snapping."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model import panel_titles
from app.model.scene import Point, Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import point_rows, points, scalar_maps
from app.views.interface.events import Event, PanelShown
from app.views.interface.points import (
    PointsState,
    Refusal,
    ValueEntered,
    ValueGroup,
    ValueStepped,
)

# milliseconds between updates while something moves: nobody reads faster digits
PAUSE_MS = 60


class PointsPart(PanelPart):
    """The numbers of the scene: shown while the panel is visible, editable at any time."""

    title = panel_titles.POINTS
    events = (PanelShown, ValueEntered, ValueStepped)
    messages: tuple[type, ...] = ()
    while_seen = frozenset(
        (
            "family",
            "chart",
            "start",
            "end",
            "third",
            "vector",
            "view",
            "limits",
            "alpha",
            "loop",
            "scalar",
        )
    ) | {"layers", "colormap"}

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._refusal: Refusal | None = None
        self._snapping = False
        self._visits = 0
        self._stop: Callable[[], None] | None = None  # set during the pause between two updates
        self._is_late = False  # the scene changed during the pause
        self._still: tuple[object, tuple[ValueGroup, ValueGroup]] | None = None  # key and rows
        self._known: tuple[object, Point | None] = (None, None)  # key and colour limits

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"points": self._visit, "snap": self._snap}

    def wanted(self, scene: Scene) -> None:
        """Request no jobs: the panel shows the scene and answers that other parts request."""

    def _visit(self) -> None:
        """Raise the panel and move the keyboard focus to its first field."""
        self._visits += 1
        self.context.window.raise_panel(self.title)
        self._show()

    def _snap(self) -> None:
        self._snapping = not self._snapping
        self.context.canvas.set_snapping(self._snapping)
        words = "pins snap to the grid" if self._snapping else "pins move freely"
        self.context.say(words, True)
        self._show()

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        match event:
            case PanelShown(title=self.title):
                self.messages = (MapAnswer,) if self.seen else ()
                self._show()
            case ValueEntered():
                self._enter(event)
            case ValueStepped():
                self._step(event)

    def on_scene(self, old: Scene, new: Scene) -> None:
        self._refusal = None
        if self._stop is not None:
            self._is_late = True
        elif self.seen:
            self._show()
            self._stop = self.context.every(PAUSE_MS, self._catch_up)

    def _catch_up(self) -> None:
        """Show the latest state if the scene changed during the pause; otherwise end the pause."""
        if self._is_late:
            self._is_late = False
            self._show()
        else:
            self.close()

    def close(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    def on_message(self, message: object) -> None:
        if isinstance(message, MapAnswer):
            self._show()

    def _enter(self, event: ValueEntered) -> None:
        """Set numbers from entered text as one undo step, or show why the text is invalid."""
        row, place, store = event.row, event.place, self.context.store
        try:
            found = points.entered(self._subject, row, place, event.text, self._colours())
        except ValueError as problem:
            self._refuse(Refusal(row, place, event.text, str(problem)))
            return
        self._refusal = None
        store.settle()
        self.context.edit(found, None)
        store.settle()
        self._show()

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self.context.say(refusal.words, False)
        self._show()

    def _step(self, event: ValueStepped) -> None:
        """Step a number; consecutive steps of the same number are one undo step."""
        row, place = event.row, event.place
        if event.steps == 0:
            self._refusal = None
            self._show()
            return
        try:
            values = points.stepped(self._subject, row, place, event.steps, self._colours())
            found = points.changes(self._subject, row, values)
        except ValueError as problem:
            self._refuse(Refusal(row, place, "", str(problem)))
            return
        self.context.edit(found, f"step {row} {place}")

    @property
    def _subject(self) -> Subject:
        return self.context.subject

    def _colours(self) -> Point | None:
        """Return the colour limits of the map on show; None without a map of numbers."""
        answer, subject = self.context.ground(), self._subject
        if answer is None or not subject.scene.layers.map:
            return None
        key = (answer, subject.scene.limits, subject.scene.colormap)
        if key != self._known[0]:
            shown = scalar_maps.color_map(subject, answer)
            self._known = (key, shown.limits if shown and not shown.names else None)
        return self._known[1]

    def _show(self) -> None:
        if self.seen:
            subject, colours = self._subject, self._colours()
            scene = subject.scene
            shown = (scene.view, scene.limits, scene.alpha, scene.layers.map, colours)
            key = (scene.family, scene.chart, *shown)
            if self._still is None or self._still[0] != key:
                self._still = key, point_rows.still(subject, colours)
            found = point_rows.groups(subject, self._still[1])
            self.show(PointsState(found, self._snapping, self._refusal, self._visits))

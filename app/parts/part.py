"""A part of the controller: one subject with its own commands, jobs and panel.

The controller passes to a part the events, scene changes and messages that it subscribes to;
`registry.py` lists the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.jobs.job import Job
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import CurrentSubject, Subject
from app.model.scene import Scene
from app.model.store import Store
from app.views.interface.events import Event
from app.views.interface.views import Canvas, Window
from app.views.text.number_format import Numbers


class PartContext:
    """The environment of a part: the scene's store, the views, and the worker for its tasks."""

    def __init__(
        self,
        store: Store,
        canvas: Canvas,
        window: Window,
        submit: Callable[[Job], None],
        current: CurrentSubject | None = None,
        path: Callable[[], PathAnswer | None] = lambda: None,
        say: Callable[[str, bool], None] = lambda words, ok: None,
        ground: Callable[[], MapAnswer | None] = lambda: None,
        edit: Callable[[dict[str, Any], str | None], None] = lambda changes, merge: None,
        is_behind: Callable[[], bool] = lambda: False,
        hold: Callable[[bool], None] = lambda held: None,
    ) -> None:
        self.store, self.canvas, self.window, self.submit = store, canvas, window, submit
        self.path = path  # the one shown
        self.say = say  # in the status bar: text, and whether there is no problem
        self.ground = ground  # the map shown
        self.edit = edit  # fields of the scene by name; merge as in `Store.update`
        self.is_behind = is_behind  # whether what the scene needs is still being computed
        self.hold = hold  # compute paths as in a drag, or no longer
        self._current = current or CurrentSubject(store)

    @property
    def subject(self) -> Subject:
        """The current scene with its manifold and chart."""
        return self._current.now

    def every(self, milliseconds: int, tick: Callable[[], None]) -> Callable[[], None]:
        """Call ``tick`` regularly on the window's clock, each time as one event; the returned function
        stops it.
        """

        def event() -> None:
            with self.store.event():
                tick()

        return self.window.every(milliseconds, event)


class Part:
    """A part that does nothing; subclasses override what they need.

    events, messages: the classes to which it subscribes; fields: the fields of the scene, named as in
    `changed_fields`, whose changes it follows; None: all changes.  The subscriptions may depend on
    whether its panel is visible.
    """

    events: tuple[type, ...] = ()
    messages: tuple[type, ...] = ()
    fields: frozenset[str] | None = frozenset()

    def __init__(self, context: PartContext) -> None:
        self.context = context

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return the functions for the command table, by name."""
        return {}

    def on_event(self, event: Event) -> None:
        """Handle an event of a view, after the controller has dealt with it."""

    def on_scene(self, old: Scene, new: Scene) -> None:
        """Follow a change of the scene, after the controller has drawn it."""

    def use_numbers(self, numbers: Numbers) -> None:
        """Use this number format from now on."""

    def on_waiting(self) -> None:
        """Clear what is shown, because another subject is being prepared.

        A change of the scene follows, or `on_scene` with the same one if it stays.
        """

    def on_message(self, message: object) -> None:
        """Handle an answer of the worker, or a `JobFailed`; the part recognises its own by their
        job.
        """

    def options(self) -> dict[str, str | int | bool]:
        """Return command-line options for figures that show what is not part of the scene."""
        return {}

    def close(self) -> None:
        """Stop animations, because the window closes."""

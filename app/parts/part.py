"""A part of the controller: one subject with its own commands, jobs and panel.

The controller hands a part the events, changes of the scene and messages that the part says it hears;
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
    """The means of a part: the scene's store, the views, and the worker for its tasks."""

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
    ) -> None:
        self.store, self.canvas, self.window, self.submit = store, canvas, window, submit
        self.path = path  # the one that is shown
        self.say = say  # in the status bar: words, and whether all is well
        self.ground = ground  # the map that is shown
        self.edit = edit  # fields of the scene by their names; merge as in `Store.update`
        self._current = current or CurrentSubject(store)

    @property
    def subject(self) -> Subject:
        """The scene as it is now, with its manifold and the chart in which it is drawn."""
        return self._current.now

    def every(self, milliseconds: int, tick: Callable[[], None]) -> Callable[[], None]:
        """Call ``tick`` on the window's clock, each time as one event; the result stops it."""

        def event() -> None:
            with self.store.event():
                tick()

        return self.window.every(milliseconds, event)


class Part:
    """A part that does nothing yet; subclasses override what concerns them.

    events, messages: the classes of those that it hears; fields: those of the scene, as
    `changed_fields` names them, that let it hear of a change; None: of every change.  A part may hear
    more while its panel is seen than while it is not.
    """

    events: tuple[type, ...] = ()
    messages: tuple[type, ...] = ()
    fields: frozenset[str] | None = frozenset()

    def __init__(self, context: PartContext) -> None:
        self.context = context

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return the functions that the command table calls, by name."""
        return {}

    def on_event(self, event: Event) -> None:
        """Handle an event of a view, after the controller has dealt with it."""

    def on_scene(self, old: Scene, new: Scene) -> None:
        """Follow a change of the scene, once what the controller draws of it is drawn."""

    def use_numbers(self, numbers: Numbers) -> None:
        """Write numbers in this way from now on."""

    def on_waiting(self) -> None:
        """Another subject is prepared: what is shown of the scene's is to go.

        A change of the scene follows, or `on_scene` of the same one if it stays.
        """

    def on_message(self, message: object) -> None:
        """Take an answer of the worker, or a `JobFailed`: the part knows its own by the job in it."""

    def options(self) -> dict[str, str | int | bool]:
        """Return the command-line options by which a figure shows what the scene does not hold."""
        return {}

    def close(self) -> None:
        """Stop what moves by itself: the window closes."""

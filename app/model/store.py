"""The store: the current scene with its undo history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.model.scene import Scene

Listener = Callable[[Scene, Scene], None]
DEEPEST = 200


class Store:
    """Holds the current scene; every change goes through `update` and can be undone, except what a
    running clock changes, which goes through `play`.

    Successive updates with the same ``merge`` key form one undo step (such as a drag), until `settle`
    is called or another key follows.

    Listeners are notified after the change is complete: at the end of the enclosing `event`, or before
    `update` returns.  A change made by a listener is reported after the current one, never nested in
    it.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._past: list[Scene] = []
        self._future: list[Scene] = []
        self._merge: str | None = None
        self._listeners: list[Listener] = []
        self._told = scene  # the scene that listeners were last notified of
        self._is_untold = False  # the scene has changed again
        self._events = 0  # running events, nested if a dialog keeps the window responsive
        self._is_telling = False

    @property
    def scene(self) -> Scene:
        return self._scene

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def listen(self, listener: Listener) -> None:
        """Call ``listener(old, new)`` once per event, after all its changes."""
        self._listeners.append(listener)

    @contextmanager
    def event(self) -> Iterator[None]:
        """Group the changes of one event, then notify the listeners once.

        An event that arrives while another one waits in a dialog notifies at its own end.
        """
        self._events += 1
        try:
            yield
        finally:
            self._events -= 1
            self._tell()

    def update(self, scene: Scene, merge: str | None = None) -> None:
        """Set the current scene; does nothing if it is equal."""
        if scene == self._scene:
            return
        if merge is None or merge != self._merge:
            self._past = [*self._past[-DEEPEST + 1 :], self._scene]
        self._merge = merge
        self._future = []
        self._set(scene)

    def play(self, scene: Scene) -> None:
        """Set the current scene at another time: no step of undo, and redo stays possible."""
        if scene != self._scene:
            self._set(scene)

    def settle(self) -> None:
        """End a merged undo step."""
        self._merge = None

    def replace(self, scene: Scene) -> None:
        """Replace the scene (another file) and clear the history."""
        self._past, self._future, self._merge = [], [], None
        self._set(scene)

    def undo(self) -> None:
        """Undo one step, if possible."""
        if self._past:
            self._future.append(self._scene)
            self._merge = None
            self._set(self._past.pop())

    def redo(self) -> None:
        """Redo one step, if possible."""
        if self._future:
            self._past.append(self._scene)
            self._merge = None
            self._set(self._future.pop())

    def _set(self, scene: Scene) -> None:
        self._scene, self._is_untold = scene, True
        if not self._events:
            self._tell()

    def _tell(self) -> None:
        """Notify every listener of old and new, and then of changes made by listeners."""
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._is_untold:
                old, self._told, self._is_untold = self._told, self._scene, False
                for listener in self._listeners:
                    listener(old, self._told)
        finally:
            self._is_telling = False

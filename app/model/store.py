"""The current scene, its past and its future."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.model.scene import Scene

Listener = Callable[[Scene, Scene], None]
DEEPEST = 200


class Store:
    """Holds one scene; every change passes through `update` and can be undone.

    Successive updates with the same ``merge`` key are one step of undo (a drag is one step) until
    `settle` is called or another key comes.

    Listeners hear of a change once whoever made it has finished: at the end of the `event` in which it
    was made, or else before `update` returns.  A listener's own change is told after the one that it
    is hearing of, never within it.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._past: list[Scene] = []
        self._future: list[Scene] = []
        self._merge: str | None = None
        self._listeners: list[Listener] = []
        self._told = scene  # the scene that listeners know
        self._is_untold = False  # there is another one by now
        self._events = 0  # under way, one within another where a dialog lets the window live
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
        """Call ``listener(old, new)`` once for all changes of an event, after it."""
        self._listeners.append(listener)

    @contextmanager
    def event(self) -> Iterator[None]:
        """Handle one event to its end, then tell the listeners what it has changed, all at once.

        An event that comes while another one waits for a dialog is told at its own end.
        """
        self._events += 1
        try:
            yield
        finally:
            self._events -= 1
            self._tell()

    def update(self, scene: Scene, merge: str | None = None) -> None:
        """Make ``scene`` the current one; nothing happens if it equals the current one."""
        if scene == self._scene:
            return
        if merge is None or merge != self._merge:
            self._past = [*self._past[-DEEPEST + 1 :], self._scene]
        self._merge = merge
        self._future = []
        self._set(scene)

    def settle(self) -> None:
        """End a merged step: the next update starts a new one."""
        self._merge = None

    def replace(self, scene: Scene) -> None:
        """Start over with ``scene`` (another file): nothing to undo."""
        self._past, self._future, self._merge = [], [], None
        self._set(scene)

    def undo(self) -> None:
        """Go one step back, if there is one."""
        if self._past:
            self._future.append(self._scene)
            self._merge = None
            self._set(self._past.pop())

    def redo(self) -> None:
        """Go one step forward, if there is one."""
        if self._future:
            self._past.append(self._scene)
            self._merge = None
            self._set(self._future.pop())

    def _set(self, scene: Scene) -> None:
        self._scene, self._is_untold = scene, True
        if not self._events:
            self._tell()

    def _tell(self) -> None:
        """Tell old and new to every listener, and then what the listeners themselves have changed."""
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

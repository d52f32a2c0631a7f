"""The current scene, its past and its future."""

from __future__ import annotations

from collections.abc import Callable

from app.model.scene import Scene

Listener = Callable[[Scene, Scene], None]
DEEPEST = 200


class Store:
    """Holds one scene; every change passes through `update` and can be undone.

    Successive updates with the same ``merge`` key are one step of undo (a drag is one step) until
    `settle` is called or another key comes.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._past: list[Scene] = []
        self._future: list[Scene] = []
        self._merge: str | None = None
        self._listeners: list[Listener] = []

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
        """Call ``listener(old, new)`` after every change."""
        self._listeners.append(listener)

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
        """One step back, if there is one."""
        if self._past:
            self._future.append(self._scene)
            self._merge = None
            self._set(self._past.pop())

    def redo(self) -> None:
        """One step forward, if there is one."""
        if self._future:
            self._past.append(self._scene)
            self._merge = None
            self._set(self._future.pop())

    def _set(self, scene: Scene) -> None:
        old, self._scene = self._scene, scene
        for listener in self._listeners:
            listener(old, scene)

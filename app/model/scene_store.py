"""The scene as scripts, macros and the console change it: ``store.set(alpha=0.5)``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from app.model import macro, scene_file
from app.model.lessons import first_scene
from app.model.scene import Scene
from app.model.store import Store

# attempts to change a scene that something else changes meanwhile
ATTEMPTS = 20


def _at_once(act: Callable[[], object]) -> object:
    return act()


class SceneStore:
    """A scene with its undo history, changed by entries of scene files.

    >>> store = SceneStore()
    >>> store.begin(family="gaussian")
    >>> store.set(start=(0.0, 1.0), alpha=0.5, layers={"grid": False})
    >>> store.scene.alpha
    0.5
    >>> store.undo()
    >>> store.scene.alpha
    0.0

    store: that of a window, or None for one of its own.  call: runs a function where that store may be
    changed, and returns its result.  prepare: called with each new scene before that.
    """

    def __init__(
        self,
        store: Store | None = None,
        call: Callable[[Callable[[], object]], object] = _at_once,
        prepare: Callable[[Scene], None] = lambda scene: None,
    ) -> None:
        self._store = store or Store(macro.begun({}))
        self._call, self._prepare = call, prepare

    @property
    def scene(self) -> Scene:
        """The scene as it is now; it is frozen."""
        return self._store.scene

    def open(self, name: str) -> None:
        """Show a bundled scene, a scene file or the first head of a file.  Raises ValueError."""
        self._change(lambda scene: scene_file.load(name))

    def begin(self, **entries: Any) -> None:
        """Show the scene of entries; those that are not stated have their defaults.

        Raises ValueError.
        """
        self._change(lambda scene: macro.begun(entries))

    def set(self, **entries: Any) -> None:
        """Set entries of the scene; None removes one, and within ``layers``, ``opacity``, ``flow``,
        ``photograph``, ``normals``, ``data`` and ``descents`` those that are not stated stay.

        Another family or chart first brings its own defaults.  Raises ValueError.
        """
        self._change(lambda scene: macro.changed(scene, entries))

    def undo(self) -> None:
        """Undo the last change, if there is one."""
        self._call(self._store.undo)

    def redo(self) -> None:
        """Redo the change that was undone last, if there is one."""
        self._call(self._store.redo)

    def save(self, path: str | Path) -> None:
        """Write the scene to a file.  Raises ValueError or OSError."""
        scene_file.save(self.scene, path)

    def _change(self, make: Callable[[Scene], Scene]) -> None:
        for _ in range(ATTEMPTS):
            before = self.scene
            after = make(before)
            self._prepare(after)
            if self._call(partial(self._put, before, after)):
                return
        raise RuntimeError("the scene keeps changing: pause the animation first")

    def _put(self, before: Scene, after: Scene) -> bool:
        """Change the scene, unless it has changed since ``before``."""
        if self._store.scene is not before:
            return False
        self._store.update(after)
        self._store.settle()
        return True


def opened(scene: object = None) -> SceneStore:
    """Return a store of its own with a scene: one of the model, a name, or a file's path; None for the
    default entries.  Raises ValueError.
    """
    return SceneStore(None if scene is None else Store(first_scene.given(scene)))

"""Watching one file for changes."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

# editors write a file in several steps
QUIET_MS = 120


class FileWatch(QObject):
    """Calls ``changed`` a moment after the watched file was written, or replaced by another one."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed, self._path = changed, ""
        self._seen: tuple[int, ...] = ()
        self._watcher = QFileSystemWatcher(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(QUIET_MS)
        self._pause.timeout.connect(self._look)
        self._watcher.fileChanged.connect(lambda _: self._pause.start())
        self._watcher.directoryChanged.connect(lambda _: self._pause.start())

    def watch(self, path: str) -> None:
        """Watch this file from now on; "" for none."""
        if path == self._path:
            return
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        self._path, self._seen = path, _state(path)
        if self._seen:
            # many editors put a new file in place of the old one, which only its folder notices
            self._watcher.addPaths([path, os.path.dirname(os.path.abspath(path))])

    def _look(self) -> None:
        state = _state(self._path)
        if not state or state == self._seen:
            return
        self._seen = state
        if self._path not in self._watcher.files():
            self._watcher.addPath(self._path)
        self._changed()


def _state(path: str) -> tuple[int, ...]:
    """Return what differs after a file was written; () if there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size

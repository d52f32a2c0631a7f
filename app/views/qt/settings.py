"""What outlives a session: preferences, recent files, layout; and a lock for each session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QByteArray, QLockFile, QSettings, QStandardPaths

from app.model.preferences import Preferences

NAME = "attention-geodesics"


class Settings:
    """Kept in ``store``; unsaved work goes to ``folder``.  Without, nothing outlives the session."""

    def __init__(self, store: QSettings | None = None, folder: Path | None = None) -> None:
        self._store = store
        self._values: dict[str, Any] = {}
        self.folder = folder
        self.session = uuid4().hex
        self._lock: QLockFile | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._lock_of(self.session)
            self._lock.tryLock(0)

    @property
    def preferences(self) -> Preferences:
        """As stored; what does not fit gives way to what is usual."""
        usual = Preferences()
        try:
            return Preferences(
                **{name: self._read(name, value) for name, value in vars(usual).items()}
            )
        except ValueError:
            return usual

    def _read(self, name: str, usual: Any) -> Any:
        """A value of the type of the usual one; files hold words."""
        words = str(self._get(name, usual))
        return words.lower() == "true" if isinstance(usual, bool) else type(usual)(words)

    @preferences.setter
    def preferences(self, chosen: Preferences) -> None:
        for name, value in vars(chosen).items():
            self._set(name, value)

    @property
    def recent(self) -> tuple[str, ...]:
        """Files opened last, the newest first."""
        found = self._get("recent", [])
        return (found,) if isinstance(found, str) else tuple(map(str, found or []))

    @recent.setter
    def recent(self, files: Sequence[str]) -> None:
        self._set("recent", list(files))

    @property
    def lessons(self) -> str:
        """How far somebody is in each lesson, as text."""
        return str(self._get("lessons", ""))

    @lessons.setter
    def lessons(self, progress: str) -> None:
        self._set("lessons", progress)

    @property
    def file_folder(self) -> str:
        """Where the last file was opened or saved; "" if that is not known."""
        return str(self._get("folder", ""))

    @file_folder.setter
    def file_folder(self, folder: str) -> None:
        self._set("folder", folder)

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """The window's geometry and the state of its panels."""
        geometry, panels = self._get("geometry", None), self._get("panels", None)
        if isinstance(geometry, QByteArray) and isinstance(panels, QByteArray):
            return geometry, panels
        return None

    @layout.setter
    def layout(self, layout: tuple[QByteArray, QByteArray]) -> None:
        for name, value in zip(("geometry", "panels"), layout, strict=True):
            self._set(name, value)

    def is_alive(self, session: str) -> bool:
        """Whether the session of that name still runs: its lock is held by a living process."""
        if session == self.session:
            return True
        lock = self._lock_of(session)
        if lock.tryLock(0):
            lock.unlock()
            return False
        return True

    def close(self) -> None:
        """Let go of the session's lock and write everything out."""
        if self._lock is not None:
            self._lock.unlock()
        if self._store is not None:
            self._store.sync()

    def _lock_of(self, session: str) -> QLockFile:
        assert self.folder is not None
        lock = QLockFile(str(self.folder / f"{session}.lock"))
        lock.setStaleLockTime(0)
        return lock

    def _get(self, name: str, usual: object) -> Any:
        store = self._store
        return self._values.get(name, usual) if store is None else store.value(name, usual)

    def _set(self, name: str, value: object) -> None:
        if self._store is None:
            self._values[name] = value
        else:
            self._store.setValue(name, value)


def of_the_platform() -> Settings:
    """In the places that the platform has for settings and for data."""
    place = QStandardPaths.StandardLocation.GenericDataLocation
    data = Path(QStandardPaths.writableLocation(place)) / NAME / "unsaved"
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME)
    try:
        return Settings(store, data)
    except OSError:
        return Settings(store)

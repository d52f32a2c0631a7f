"""Persistent settings: preferences, recent files, layout; and a lock for each session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QByteArray, QLockFile, QSettings, QStandardPaths

from app.model.preferences import Preferences
from compute.core.opening import is_regular, opened
from compute.core.refusal import describe

NAME = "attention-geodesics"
MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Layout:
    """Geometry and panel state of a window in Qt's formats, and the sizes of its panels as text."""

    geometry: QByteArray
    panels: QByteArray
    sizes: str = ""


class Settings:
    """Stored in ``store``, with backups in ``folder``; without these nothing is kept.

    ``remark``: a message for the user if something cannot be saved.
    """

    def __init__(
        self, store: QSettings | None = None, folder: Path | None = None, remark: str = ""
    ) -> None:
        self._store, self.remark = store, remark
        self._values: dict[str, object] = {}
        self.folder = folder
        self.session = uuid4().hex
        self._lock: QLockFile | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._lock_of(self.session)
            self._lock.tryLock(0)

    @property
    def preferences(self) -> Preferences:
        """The stored preferences, with defaults for invalid ones."""
        usual = Preferences()
        try:
            return Preferences(
                **{name: self._read(name, value) for name, value in vars(usual).items()}
            )
        except ValueError:
            return usual

    @preferences.setter
    def preferences(self, chosen: Preferences) -> None:
        for name, value in vars(chosen).items():
            self._set(name, value)

    def _read(self, name: str, usual: str | int | bool) -> Any:
        """Return a value converted to the type of the default, since files contain strings."""
        words = str(self._get(name, usual))
        return words.lower() == "true" if isinstance(usual, bool) else type(usual)(words)

    @property
    def recent(self) -> tuple[str, ...]:
        """Recently opened files, newest first."""
        found = self._get("recent", [])
        listed = found if isinstance(found, list) else [found]
        return tuple(name for name in listed if isinstance(name, str) and name)

    @recent.setter
    def recent(self, files: Sequence[str]) -> None:
        self._set("recent", list(files))

    @property
    def lessons(self) -> str:
        """The progress in lessons, as text."""
        return str(self._get("lessons", ""))

    @lessons.setter
    def lessons(self, progress: str) -> None:
        self._set("lessons", progress)

    @property
    def exports(self) -> str:
        """Return what was chosen in the forms of exports, as text."""
        return str(self._get("exports", ""))

    @exports.setter
    def exports(self, chosen: str) -> None:
        self._set("exports", chosen)

    @property
    def file_folder(self) -> str:
        """The folder of the last file opened or saved; "" if unknown."""
        return str(self._get("folder", ""))

    @file_folder.setter
    def file_folder(self, folder: str) -> None:
        self._set("folder", folder)

    @property
    def layout(self) -> Layout | None:
        """The window's layout; None if the stored value is damaged.

        Qt does not check it, and a damaged state would crash the process.
        """
        geometry, panels = self._get("geometry", None), self._get("panels", None)
        if not (isinstance(geometry, QByteArray) and isinstance(panels, QByteArray)):
            return None
        layout = Layout(geometry, panels, str(self._get("sizes", "")))
        return layout if self._get("layout", "") == _digest(layout) else None

    @layout.setter
    def layout(self, layout: Layout) -> None:
        for name, value in vars(layout).items():
            self._set(name, value)
        self._set("layout", _digest(layout))

    def is_alive(self, session: str) -> bool:
        """Whether the session of that name still runs, by its lock."""
        if session == self.session:
            return True
        if not is_regular(self._place_of(session)):
            return False
        lock = self._lock_of(session)
        if lock.tryLock(0):
            lock.unlock()
            return False
        return True

    def close(self) -> None:
        """Release the session's lock and write all settings."""
        if self._lock is not None:
            self._lock.unlock()
        if self._store is not None:
            self._store.sync()

    def _lock_of(self, session: str) -> QLockFile:
        lock = QLockFile(str(self._place_of(session)))
        lock.setStaleLockTime(0)
        return lock

    def _place_of(self, session: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{session}.lock"

    def _get(self, name: str, usual: object) -> object:
        store = self._store
        return self._values.get(name, usual) if store is None else store.value(name, usual)

    def _set(self, name: str, value: object) -> None:
        if self._store is None:
            self._values[name] = value
        else:
            self._store.setValue(name, value)


def _digest(layout: Layout) -> str:
    parts = (layout.geometry.data(), layout.panels.data(), layout.sizes.encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def of_the_platform() -> Settings:
    """Return settings in the platform's standard locations."""
    place = QStandardPaths.StandardLocation
    data = Path(QStandardPaths.writableLocation(place.GenericDataLocation)) / NAME / "unsaved"
    config = Path(QStandardPaths.writableLocation(place.GenericConfigLocation))
    store, remark = store_in(config)
    try:
        return Settings(store, data, remark)
    except OSError as problem:
        words = f"unsaved work cannot be backed up: {data}: {problem.strerror}"
        return Settings(store, remark="; ".join(filter(None, (remark, words))))


def store_in(folder: Path) -> tuple[QSettings | None, str]:
    """Return the settings in ``folder``, or None if they cannot be read, with a message.

    Qt would block on a pipe and read a device endlessly, also for the lock file.  It is given a single
    file, or it would read three others.
    """
    file = folder / NAME / f"{NAME}.ini"
    for path in (file, file.with_name(f"{file.name}.lock")):
        problem = _problem_of(path)
        if problem:
            return None, f"settings are neither read nor saved: {problem}"
    store = QSettings(str(file), QSettings.Format.IniFormat)
    return (
        store,
        "" if store.isWritable() else f"settings cannot be saved: {file} cannot be written",
    )


def _problem_of(path: Path) -> str:
    """Return why a file cannot be read; "" if it can, or does not exist."""
    try:
        with opened(path, MOST_BYTES):
            return ""
    except FileNotFoundError:
        return ""
    except OSError as problem:
        return f"{path}: {describe(problem)}"
    except ValueError as problem:
        return str(problem)

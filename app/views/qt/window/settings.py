"""Settings that outlive a session: preferences, recent files, layout; and a lock for each session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QByteArray, QLockFile, QSettings, QStandardPaths

from app.model.preferences import Preferences
from compute.core.opening import is_regular, opened
from compute.core.refusal import describe

NAME = "attention-geodesics"
MOST_BYTES = 4 << 20


class Settings:
    """Kept in ``store``; unsaved work goes to ``folder``.  Without, nothing outlives the session.

    ``remark``: what cannot be kept and why, to be told to the user.
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
        """As stored; what does not fit gives way to what is usual."""
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
        """Return a value of the type of the usual one; files hold words."""
        words = str(self._get(name, usual))
        return words.lower() == "true" if isinstance(usual, bool) else type(usual)(words)

    @property
    def recent(self) -> tuple[str, ...]:
        """Files opened last, the newest first."""
        found = self._get("recent", [])
        listed = found if isinstance(found, list) else [found]
        return tuple(name for name in listed if isinstance(name, str) and name)

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
    def exports(self) -> str:
        """Return what was chosen in the forms of exports, as text."""
        return str(self._get("exports", ""))

    @exports.setter
    def exports(self, chosen: str) -> None:
        self._set("exports", chosen)

    @property
    def file_folder(self) -> str:
        """Where the last file was opened or saved; "" if that is not known."""
        return str(self._get("folder", ""))

    @file_folder.setter
    def file_folder(self, folder: str) -> None:
        self._set("folder", folder)

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """The window's geometry and the state of its panels; None if they are not as they were stored.

        Qt believes what they say, and a damaged state ends the process.
        """
        geometry, panels = self._get("geometry", None), self._get("panels", None)
        if not (isinstance(geometry, QByteArray) and isinstance(panels, QByteArray)):
            return None
        is_whole = self._get("layout", "") == _digest(geometry, panels)
        return (geometry, panels) if is_whole else None

    @layout.setter
    def layout(self, layout: tuple[QByteArray, QByteArray]) -> None:
        for name, value in zip(("geometry", "panels"), layout, strict=True):
            self._set(name, value)
        self._set("layout", _digest(*layout))

    def is_alive(self, session: str) -> bool:
        """Whether the session of that name still runs: its lock is held by a living process."""
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
        """Let go of the session's lock and write everything out."""
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


def _digest(*parts: QByteArray) -> str:
    return hashlib.sha256(b"".join(part.data() for part in parts)).hexdigest()


def of_the_platform() -> Settings:
    """In the places that the platform has for settings and for data."""
    place = QStandardPaths.StandardLocation
    data = Path(QStandardPaths.writableLocation(place.GenericDataLocation)) / NAME / "unsaved"
    config = Path(QStandardPaths.writableLocation(place.GenericConfigLocation))
    store, remark = store_in(config)
    try:
        return Settings(store, data, remark)
    except OSError as problem:
        words = f"unsaved work cannot be kept: {data}: {problem.strerror}"
        return Settings(store, remark="; ".join(filter(None, (remark, words))))


def store_in(folder: Path) -> tuple[QSettings | None, str]:
    """Return the settings below ``folder``, None if they may not be read, and what to tell of them.

    Qt would wait for a pipe, and read a device without end: of a file, and of the lock beside it.  It
    is given the one file, or it would read another three.
    """
    file = folder / NAME / f"{NAME}.ini"
    for path in (file, file.with_name(f"{file.name}.lock")):
        problem = _problem_of(path)
        if problem:
            return None, f"settings are neither read nor kept: {problem}"
    store = QSettings(str(file), QSettings.Format.IniFormat)
    return store, "" if store.isWritable() else f"settings cannot be kept: {file} cannot be written"


def _problem_of(path: Path) -> str:
    """Return why a file cannot be read, or "" if it can or is not there."""
    try:
        with opened(path, MOST_BYTES):
            return ""
    except FileNotFoundError:
        return ""
    except OSError as problem:
        return f"{path}: {describe(problem)}"
    except ValueError as problem:
        return str(problem)

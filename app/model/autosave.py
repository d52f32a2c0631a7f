"""Backup of unsaved work: one file per session, written atomically.

A file names the scene file to which it belongs, if any, and contains the scene as text.  It is removed
when its session saves or ends; a remaining file is from a session that was cut off.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.model import scene_file
from app.model.scene import Scene
from compute.core import replacing
from compute.core.json_text import read_json
from compute.core.opening import modified, read_text
from compute.core.refusal import describe

SUFFIX = ".unsaved"
# a scene as a JSON string inside JSON, where a character may take six bytes
MOST_BYTES = 8 * scene_file.MOST_BYTES
# seconds between writes: a kill loses less than one second of work
PACE = 0.2


@dataclass(frozen=True)
class Lost:
    """The work left by a session: its backup file, the scene, and the scene's own file."""

    file: Path
    scene: Scene
    origin: Path | None


@dataclass(frozen=True)
class Unread:
    """Work left by a session that cannot be read, and why: a file that it names may be elsewhere."""

    file: Path
    reason: str


class Autosave:
    """The backup file of this session, under a unique name."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / f"{name}{SUFFIX}"

    def write(self, scene: Scene, origin: Path | None) -> None:
        """Write a scene atomically.  Raises CannotBeKept and OSError."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = scene_file.kept_text(scene, self._file.parent)
        stated = {"origin": str(origin) if origin else "", "scene": text}
        with replacing.replacing(self._file) as temporary:
            temporary.write_text(json.dumps(stated), "utf-8")

    def take(self, file: Path) -> None:
        """Take over the file of another session.  Raises OSError; of two sessions that try, only one
        succeeds.
        """
        file.replace(self._file)

    def discard(self) -> None:
        """Delete the backup: the work is saved or unwanted."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


class Keeper:
    """Writes and deletes backups in a thread of its own, at intervals, according to the latest request.

    So nothing waits for the disk, and a busy GUI thread does not prevent backups.  ``problem``: why the
    last request failed, or ""; tell: called with it in that thread.
    """

    def __init__(self, autosave: Autosave, tell: Callable[[Exception | None], None]) -> None:
        self._autosave, self._tell = autosave, tell
        self.problem: Exception | None = None
        self._change = threading.Condition()
        self._asked: Callable[[], None] | None = None
        self._busy, self._hurried, self._ended = False, False, False
        threading.Thread(target=self._work, name="autosave", daemon=True).start()

    def write(self, scene: Scene, origin: Path | None) -> None:
        """Request a backup of a scene, unless a newer one comes first."""
        self._ask(partial(self._autosave.write, scene, origin))

    def discard(self) -> None:
        """Request deletion of the backup."""
        self._ask(self._autosave.discard)

    def take(self, file: Path) -> None:
        """Take over the file of another session at once.  Raises OSError."""
        self.wait()
        self._autosave.take(file)

    def wait(self) -> None:
        """Block until all requests are done."""
        with self._change:
            self._hurried = True
            self._change.notify_all()
            self._change.wait_for(lambda: self._asked is None and not self._busy)
            self._hurried = False

    def close(self) -> None:
        """Complete pending requests and end the thread; later requests are performed at once."""
        self.wait()
        with self._change:
            self._ended = True
            self._change.notify_all()

    def _ask(self, act: Callable[[], None]) -> None:
        if self._ended:
            self._do(act)
            return
        with self._change:
            self._asked = act
            self._change.notify_all()

    def _work(self) -> None:
        while (act := self._next()) is not None:
            self._do(act)

    def _do(self, act: Callable[[], None]) -> None:
        self.problem = None
        try:
            act()
        except Exception as problem:  # any exception: the user's work is at stake
            self.problem = problem
        self._tell(self.problem)

    def _next(self) -> Callable[[], None] | None:
        with self._change:
            self._busy = False
            self._change.notify_all()
            self._change.wait_for(lambda: self._hurried or self._ended, PACE)
            self._change.wait_for(lambda: self._ended or self._asked is not None)
            act, self._asked = self._asked, None
            self._busy = act is not None
            return act


def sweep(folder: Path, alive: Callable[[str], bool]) -> None:
    """Remove useless files of dead sessions: locks, and half-written files."""
    replacing.sweep(folder)
    for lock in folder.glob("*.lock"):
        # checking whether a session is alive removes the lock of a dead one
        alive(lock.stem)


def lost(folder: Path, alive: Callable[[str], bool]) -> list[Lost]:
    """Return the work left by ended sessions in ``folder``, newest first; skip unreadable files.

    alive: whether a session of a given name still runs.
    """
    return [found for found in _left(folder, alive) if isinstance(found, Lost)]


def newest(folder: Path, alive: Callable[[str], bool]) -> Lost | Unread | None:
    """Return the newest work left by ended sessions, one that can be read if there is any."""
    left = _left(folder, alive)
    return next((found for found in left if isinstance(found, Lost)), next(iter(left), None))


def _left(folder: Path, alive: Callable[[str], bool]) -> list[Lost | Unread]:
    files = [file for file in folder.glob(f"[!.]*{SUFFIX}") if not alive(file.stem)]
    files.sort(key=modified, reverse=True)
    return [_read(file) for file in files]


def _read(file: Path) -> Lost | Unread:
    try:
        data = read_json(read_text(file, MOST_BYTES), file.name)
        scene = scene_file.from_text(str(data["scene"]), "its scene", file.parent)
        origin = str(data["origin"])
    except (OSError, ValueError) as problem:
        return Unread(file, describe(problem))
    except (KeyError, TypeError):
        return Unread(file, f"{file.name} must be an object with origin and scene")
    return Lost(file, scene, Path(origin) if origin else None)

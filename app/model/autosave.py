"""What is not saved yet, kept beside: one file a session, written whole or not at all.

A file names the scene file that it belongs to, if there is one, and holds the scene as text.  It goes
when its session saves or ends; one that is left tells of a session that was cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.model import session
from app.model.scene import Scene
from compute.json_text import read_json
from compute.opening import modified, read_text

SUFFIX = ".unsaved"
# a scene as text in a text, in which a character may take six
MOST_BYTES = 8 * session.MOST_BYTES


@dataclass(frozen=True)
class Lost:
    """What a session left: its file, the scene, and the scene file it was to be saved to."""

    file: Path
    scene: Scene
    origin: Path | None


class Autosave:
    """The unsaved work of this session, under a name that is its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / f"{name}{SUFFIX}"

    def write(self, scene: Scene, origin: Path | None) -> None:
        """Keep a scene; the file is never half written.  Raises CannotBeKept and OSError."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = session.kept_text(scene, self._file.parent)
        beside = self._file.with_suffix(f".{os.getpid()}")
        try:
            beside.write_text(
                json.dumps({"origin": str(origin) if origin else "", "scene": text}), "utf-8"
            )
            beside.replace(self._file)
        finally:
            beside.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget it: all is saved, or is not wanted."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


def lost(folder: Path, alive: Callable[[str], bool]) -> list[Lost]:
    """What ended sessions left in ``folder``, the newest first; unreadable files are passed over.

    alive: whether the session of that name still runs.
    """
    files = [file for file in folder.glob(f"*{SUFFIX}") if not alive(file.stem)]
    files.sort(key=modified, reverse=True)
    return [found for file in files if (found := _read(file)) is not None]


def _read(file: Path) -> Lost | None:
    try:
        data = read_json(read_text(file, MOST_BYTES), file.name)
        scene = session.from_text(str(data["scene"]), file.name, file.parent)
        origin = str(data["origin"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Lost(file, scene, Path(origin) if origin else None)

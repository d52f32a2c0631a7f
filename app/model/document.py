"""The scene's file: its path, its last saved content, and whether it has changed on disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.model.scene import Scene
from compute.core.opening import opened

MOST_BYTES = 1 << 30
# fields of a scene that are no work to save
LOOSE = ("playhead", "view")


@dataclass(frozen=True)
class Document:
    """path: the file, or None for a scene without one.  saved: its content, or None.

    digest: of the file's bytes when last read or written.

    lent: whether the scene belongs to a lesson.
    """

    path: Path | None = None
    saved: Scene | None = None
    digest: str = ""
    lent: bool = False

    def is_unsaved(self, scene: Scene) -> bool:
        """Whether ``scene`` has changes to save; changes of view and playhead do not count."""
        if self.saved is None:
            return True
        now = vars(scene)
        return any(
            old is not now[name] and old != now[name]
            for name, old in vars(self.saved).items()
            if name not in LOOSE
        )

    def was_overwritten(self) -> bool:
        """Whether the file has changed on disk since."""
        return self.path is not None and self.path.exists() and digest(self.path) != self.digest


def at(path: Path, scene: Scene) -> Document:
    """Return the document of a file that now contains ``scene``."""
    return Document(path, scene, digest(path))


def digest(path: Path) -> str:
    """Return a digest of a file's bytes; "" if it cannot be read."""
    try:
        with opened(path, MOST_BYTES) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""

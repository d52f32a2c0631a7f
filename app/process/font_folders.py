"""Folders in which each system keeps its fonts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def font_folders() -> tuple[Path, ...]:
    """Return the folders of the user's and the system's fonts, which need not exist, each once."""
    return tuple(dict.fromkeys(Path(os.path.expanduser(name)) for name in _stated() if name))


def _stated() -> Iterator[str]:
    known = os.environ.get
    if sys.platform == "win32":
        yield os.path.join(known("WINDIR", "C:\\Windows"), "Fonts")
        if local := known("LOCALAPPDATA", ""):
            yield os.path.join(local, "Microsoft", "Windows", "Fonts")
    elif sys.platform == "darwin":
        yield from ("~/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts")
    else:
        yield os.path.join(known("XDG_DATA_HOME", "") or "~/.local/share", "fonts")
        yield "~/.fonts"
        shared = known("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share"
        # the usual two also where the user names others, as some desktops forget them
        for folder in (*shared.split(":"), "/usr/local/share", "/usr/share"):
            yield os.path.join(folder, "fonts") if os.path.isabs(folder) else ""

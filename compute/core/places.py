"""Folders in which each system expects the files of a program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "attention-geodesics"


def cache_folder() -> Path | None:
    """Return the folder for files that can be made again, or None if the system has none.

    Windows: %LOCALAPPDATA%; macOS: ~/Library/Caches; elsewhere $XDG_CACHE_HOME or ~/.cache.  Where
    $XDG_CACHE_HOME is set, it counts on every system.  A relative path counts nowhere.
    """
    stated = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(stated):
        return Path(stated) / NAME
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) / NAME / "Cache" if os.path.isabs(local) else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / NAME

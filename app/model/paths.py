"""Paths of files in a scene: stored relative to it, or absolute if that is impossible."""

from __future__ import annotations

import os
from pathlib import Path


def relative(path: str, folder: Path | None) -> str:
    """Return ``path`` relative to ``folder``, with slashes, which every system reads; without a folder,
    absolute.
    """
    try:
        if folder is not None:
            return os.path.relpath(path, folder).replace(os.sep, "/")
        return os.path.abspath(path)
    except ValueError:  # on another drive, where no relative path exists
        return os.path.abspath(path)


def located(path: str, folder: Path) -> str:
    """Return the path stored in a file in ``folder``."""
    return os.path.normpath(folder / path)

"""Paths of files in a scene: stored relative to it, absolute where that cannot be."""

from __future__ import annotations

import os
from pathlib import Path


def relative(path: str, folder: Path) -> str:
    """Return ``path`` as a file in ``folder`` names it."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive, which no relative path leads to
        return os.path.abspath(path)


def located(path: str, folder: Path) -> str:
    """Return the path that a file in ``folder`` names."""
    return os.path.normpath(folder / path)

"""Folders of head files."""

from __future__ import annotations

from pathlib import Path

from app.model.file_formats import suffixes

# files of a folder that are taken, by name
MOST = 200


def files_in(folder: str) -> list[str]:
    """Return the files of heads in a folder, by name, at most `MOST` of them.  Raises OSError."""
    return sorted(
        str(path) for path in Path(folder).iterdir() if path.suffix.lower() in suffixes("heads")
    )[:MOST]

"""Folders of head files."""

from __future__ import annotations

from pathlib import Path

from app.model.file_formats import suffixes

# files of a folder that are taken, by name
MOST = 200


def files_in(folder: str) -> tuple[list[str], str]:
    """Return the files of heads in a folder, by name, at most `MOST` of them, and a line on the others,
    "" if there are none.  Raises OSError.
    """
    found = sorted(
        str(path) for path in Path(folder).iterdir() if path.suffix.lower() in suffixes("heads")
    )
    left = (
        f"{Path(folder).name} holds {len(found)} files of heads: the first {MOST} by name are taken"
    )
    return found[:MOST], left if len(found) > MOST else ""

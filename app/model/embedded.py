"""A scene inside another file: a picture, a document or a film that can be opened again.

Whatever the container, the scene is one run of plain ASCII that begins with `MARK`: characters that a
container would write otherwise (& < > and all beyond ASCII) are escaped as JSON allows.  So one
reader does for all of them, and no parser of theirs sees a file from somebody else.
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

SUFFIXES = (".png", ".svg", ".pdf", ".mp4", ".webm", ".gif")
MARK = '{"format": "attention-geodesics/scene"'
MOST_BYTES = 4 << 20
MOST_TRIES = 8
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "&<>"}


def packed(text: str) -> str:
    """A scene's JSON as a container can hold it."""
    return json.dumps(json.loads(text), ensure_ascii=True).translate(_ESCAPED)


def unpacked(path: Path) -> str:
    """The JSON of the scene in a file.  Raises ValueError with one line if there is none."""
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file cannot be mapped
            raise ValueError("it holds no scene") from None
        with content:
            return _first(content)


def _first(content: mmap.mmap) -> str:
    """The first run that is JSON: a title may hold the mark by mischief."""
    begin = -1
    for tried in range(MOST_TRIES):
        begin = content.find(MARK.encode(), begin + 1)
        if begin < 0:
            known = "the scene in it is damaged or too large" if tried else "it holds no scene"
            raise ValueError(known)
        run = content[begin : begin + MOST_BYTES].decode("latin-1")
        try:
            _, end = json.JSONDecoder().raw_decode(run)
        except (ValueError, RecursionError):
            continue
        return run[:end]
    raise ValueError("the scene in it is damaged or too large")

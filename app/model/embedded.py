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
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "&<>"}


def packed(text: str) -> str:
    """A scene's JSON as a container can hold it."""
    return json.dumps(json.loads(text), ensure_ascii=True).translate(_ESCAPED)


def unpacked(path: Path) -> str:
    """The JSON of the scene in a file.  Raises ValueError with one line if there is none."""
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                begin = content.find(MARK.encode())
                found = content[begin : begin + MOST_BYTES + 1] if begin >= 0 else b""
        except ValueError:  # an empty file cannot be mapped
            found = b""
    if not found:
        raise ValueError("it holds no scene of this program")
    try:
        _, end = json.JSONDecoder().raw_decode(found.decode("latin-1"))
    except (ValueError, RecursionError):
        raise ValueError("the scene in it is damaged or too large") from None
    return found[:end].decode("latin-1")

"""Scenes embedded in pictures, documents and films, which can be opened again.

In every container the scene is one run of plain ASCII that begins with `MARK`: characters that a
container would encode (& < > and all non-ASCII ones) are escaped as JSON allows.  So one reader
suffices for all of them, and no format parser sees an untrusted file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

from compute.core.opening import opened

MARK = '{"format": "attention-geodesics/scene"'
# size limits: of a scene, where a character may take six bytes; of the file around it
MOST_BYTES = 16 << 20
MOST_AROUND = 16 << 30
MOST_TRIES = 8
CHUNK = 1 << 20
# bytes searched at either end of a file: containers store metadata there, and the window must not
# wait for a whole film to be read
AT_ENDS = 128 << 20
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "&<>"}


def packed(text: str) -> str:
    """Return a scene's JSON escaped for containers."""
    return json.dumps(json.loads(text), ensure_ascii=True).translate(_ESCAPED)


def unpacked(path: Path) -> str:
    """Return the JSON of the scene in a file.  Raises ValueError if there is none."""
    with opened(path, MOST_AROUND) as file:
        return _first(file)


def _first(file: BinaryIO) -> str:
    """Return the first run that is valid JSON, since a title may contain the mark."""
    begin = -1
    for tried in range(MOST_TRIES):
        begin = _find(file, MARK.encode(), begin + 1)
        if begin < 0:
            known = "the scene in it is damaged or too large" if tried else "it contains no scene"
            raise ValueError(known)
        file.seek(begin)
        run = file.read(MOST_BYTES).decode("latin-1")
        try:
            _, end = json.JSONDecoder().raw_decode(run)
        except (ValueError, RecursionError):
            continue
        return run[:end]
    raise ValueError("the scene in it is damaged or too large")


def _find(file: BinaryIO, mark: bytes, begin: int) -> int:
    """Return the first position of ``mark`` from ``begin``, or -1.

    Reads in pieces: a film need not fit in memory and may be truncated meanwhile.
    """
    late = file.seek(0, os.SEEK_END) - AT_ENDS
    file.seek(begin)
    place, kept = begin, b""
    while piece := file.read(CHUNK):
        if AT_ENDS <= place < late:
            place, kept = file.seek(late), b""
            continue
        found = (kept + piece).find(mark)
        if found >= 0:
            return place - len(kept) + found
        place += len(piece)
        kept = (kept + piece)[1 - len(mark) :]
    return -1

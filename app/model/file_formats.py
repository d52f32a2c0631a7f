"""The formats of files that the program reads and writes: the one table of their suffixes.

Whatever names a suffix takes it from here: what is opened, which files hold a scene, what an export
writes, and what dialogs and the help of the command line offer.  This module imports nothing of the
program: the command line reads it before everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

JSON, MARKDOWN, PYTHON, CSV = ".json", ".md", ".py", ".csv"
PNG, JPG, JPEG, SVG, PDF = ".png", ".jpg", ".jpeg", ".svg", ".pdf"
TIKZ, TEX = ".tikz", ".tex"
MP4, WEBM, GIF = ".mp4", ".webm", ".gif"
NPZ, SAFETENSORS = ".npz", ".safetensors"


class FileFormat(NamedTuple):
    """A suffix, the kind of content that it stands for, and its words in a dialog.

    ``holds_scene``: a file of this format holds the scene that it shows, and can be opened again.
    """

    suffix: str
    kind: str
    words: str
    holds_scene: bool = False


FORMATS = (
    FileFormat(JSON, "scene", "Scenes"),
    FileFormat(MARKDOWN, "lesson", "Lessons"),
    FileFormat(NPZ, "heads", "Heads"),
    FileFormat(SAFETENSORS, "heads", "Heads"),
    FileFormat(PNG, "photograph", "Pictures"),
    FileFormat(JPG, "photograph", "Pictures"),
    FileFormat(JPEG, "photograph", "Pictures"),
    FileFormat(NPZ, "vision heads", "Vision heads"),
    FileFormat(NPZ, "arrays", "NumPy"),
    FileFormat(JSON, "loop", "Loops"),
    FileFormat(PNG, "figure", "PNG", holds_scene=True),
    FileFormat(SVG, "figure", "SVG, vectors", holds_scene=True),
    FileFormat(PDF, "figure", "PDF, vectors", holds_scene=True),
    FileFormat(TIKZ, "figure", "TikZ, to be read by LaTeX", holds_scene=True),
    FileFormat(TEX, "figure", "LaTeX document of one figure", holds_scene=True),
    FileFormat(MP4, "film", "MP4", holds_scene=True),
    FileFormat(WEBM, "film", "WebM", holds_scene=True),
    FileFormat(GIF, "film", "GIF", holds_scene=True),
    FileFormat(PNG, "film", "PNG sequence", holds_scene=True),
    FileFormat(NPZ, "data", "NumPy"),
    FileFormat(JSON, "data", "JSON"),
    FileFormat(CSV, "data", "CSV, the geodesic"),
    FileFormat(PYTHON, "script", "Python"),
)


def formats(*kinds: str) -> tuple[FileFormat, ...]:
    """Return the formats of some kinds, kind by kind.  Raises ValueError for an unknown kind."""
    known = {entry.kind for entry in FORMATS}
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"kind must be one of {', '.join(sorted(known))}, got {kind}")
    return tuple(entry for kind in kinds for entry in FORMATS if entry.kind == kind)


def suffixes(*kinds: str) -> tuple[str, ...]:
    """Return the suffixes of some kinds of files, each once, kind by kind."""
    return _once(entry.suffix for entry in formats(*kinds))


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


# figures of lines and letters, which go to print
VECTORS = (SVG, PDF, TIKZ, TEX)
# files that hold the scene they show
HOLDING_SCENE = _once(entry.suffix for entry in FORMATS if entry.holds_scene)
# what the program opens where a command is expected
OPENED = _once((*suffixes("lesson", "scene"), *HOLDING_SCENE, *suffixes("heads")))


def metavar(name: str, *kinds: str) -> str:
    """Return how a help text names a file to be written: OUT.(png|svg|pdf)."""
    known = [suffix.removeprefix(".") for suffix in suffixes(*kinds)]
    return f"{name}.{known[0]}" if len(known) == 1 else f"{name}.({'|'.join(known)})"

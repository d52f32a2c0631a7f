"""The table of file formats and suffixes that the program reads and writes.

All code takes suffixes from here: opening, embedded scenes, exports, dialogs and help texts.  This
module imports nothing of the program, since the command line reads it before everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

JSON, MARKDOWN, PYTHON = ".json", ".md", ".py"
CSV, TSV, TXT = ".csv", ".tsv", ".txt"
PARQUET, FEATHER, XLSX = ".parquet", ".feather", ".xlsx"
PNG, JPG, JPEG, SVG, PDF = ".png", ".jpg", ".jpeg", ".svg", ".pdf"
TIKZ, TEX = ".tikz", ".tex"
HTML = ".html"
MP4, WEBM, GIF = ".mp4", ".webm", ".gif"
NPZ, SAFETENSORS = ".npz", ".safetensors"


class FileFormat(NamedTuple):
    """A suffix, its kind of content, and its description in dialogs.

    ``holds_scene``: files of this format contain their scene and can be opened again.
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
    FileFormat(CSV, "table", "Tables"),
    FileFormat(TSV, "table", "Tables"),
    FileFormat(TXT, "table", "Tables"),
    FileFormat(NPZ, "table", "Tables"),
    FileFormat(PARQUET, "table", "Tables, by pandas"),
    FileFormat(FEATHER, "table", "Tables, by pandas"),
    FileFormat(XLSX, "table", "Tables, by pandas"),
    FileFormat(PNG, "photograph", "Pictures"),
    FileFormat(JPG, "photograph", "Pictures"),
    FileFormat(JPEG, "photograph", "Pictures"),
    FileFormat(NPZ, "vision heads", "Vision heads"),
    FileFormat(NPZ, "arrays", "NumPy"),
    FileFormat(JSON, "loop", "Loops"),
    FileFormat(PNG, "figure", "PNG", holds_scene=True),
    FileFormat(SVG, "figure", "SVG, vector graphics", holds_scene=True),
    FileFormat(PDF, "figure", "PDF, vector graphics", holds_scene=True),
    FileFormat(TIKZ, "figure", "TikZ, for input into LaTeX", holds_scene=True),
    FileFormat(TEX, "figure", "LaTeX document of one figure", holds_scene=True),
    # the first is the default: it needs nothing that is not installed
    FileFormat(WEBM, "film", "WebM", holds_scene=True),
    FileFormat(MP4, "film", "MP4", holds_scene=True),
    FileFormat(GIF, "film", "GIF", holds_scene=True),
    FileFormat(PNG, "film", "PNG sequence", holds_scene=True),
    FileFormat(NPZ, "data", "NumPy"),
    FileFormat(JSON, "data", "JSON"),
    FileFormat(CSV, "data", "CSV, the geodesic"),
    FileFormat(PYTHON, "script", "Python"),
    FileFormat(HTML, "page", "Interactive page", holds_scene=True),
)


def formats(*kinds: str) -> tuple[FileFormat, ...]:
    """Return the formats of the given kinds, in order.  Raises ValueError for an unknown kind."""
    known = {entry.kind for entry in FORMATS}
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"kind must be one of {', '.join(sorted(known))}, got {kind}")
    return tuple(entry for kind in kinds for entry in FORMATS if entry.kind == kind)


def suffixes(*kinds: str) -> tuple[str, ...]:
    """Return the distinct suffixes of the given kinds, in order."""
    return _once(entry.suffix for entry in formats(*kinds))


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


# vector figures, for print
VECTORS = (SVG, PDF, TIKZ, TEX)
# files that contain the scene they show
HOLDING_SCENE = _once(entry.suffix for entry in FORMATS if entry.holds_scene)
# file types accepted in place of a command
OPENED = _once((*suffixes("lesson", "scene"), *HOLDING_SCENE, *suffixes("heads")))

# what is opened too, to be refused with the way out
PICKLED = (".pt", ".pth", ".ckpt")


def metavar(name: str, *kinds: str) -> str:
    """Return the name of an output file for help texts: OUT.(png|svg|pdf)."""
    known = [suffix.removeprefix(".") for suffix in suffixes(*kinds)]
    return f"{name}.{known[0]}" if len(known) == 1 else f"{name}.({'|'.join(known)})"

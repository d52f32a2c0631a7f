"""A scene as one self-contained page: the kernels, what it shows, and a still picture for browsers without
WebGPU.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.export import figure, web_scene
from app.export.embed import escape
from app.export.files import beside
from app.jobs.answers import Answer
from app.model import scene_file
from app.model.file_formats import SVG
from app.model.scene import Scene
from compute.families import manifold as manifold_of

MODULES = (
    *("records", "session", "charts", "geodesic", "transport", "fields"),
    *("ticks", "frame", "drawing", "bars", "pins", "state", "main"),
)
# logical pixels of the still picture
STILL = (1000, 660)


def write(target: Path, scene: Scene, found: Sequence[Answer]) -> list[str]:
    """Write the page of a completed scene with its answers; return remarks on what it leaves out.

    Raises ValueError if the page would be larger than the limit: with how large, and the way out.
    """
    shown, remarks = web_scene.drawable(scene)
    saved = json.loads(scene_file.to_text(shown, target.absolute().parent))
    data = web_scene.page_data(shown, found, saved)
    manifold = manifold_of(scene.family)
    title = scene.title or manifold.title
    content = _filled(
        _asset("page.html"),
        title=escape(title),
        subtitle=escape(_one_line(manifold.line_element)),
        style=_asset("page.css"),
        still=_still(scene, found),
        data=_json(data),
        imports=_json({"imports": {f"page/{name}": _url(name) for name in MODULES}}),
        remarks="".join(f"<p>{escape(remark)}</p>" for remark in remarks),
    ).encode("utf-8")
    _check_size(len(content), of_head=manifold.name == "attention")
    with beside(target) as temporary:
        temporary.write_bytes(content)
    return remarks


def _asset(name: str) -> str:
    return resources.files("assets").joinpath("page", name).read_text("utf-8")


def _url(module: str) -> str:
    """Return a module as a URL, so that modules of one file can import each other."""
    return f"data:text/javascript;charset=utf-8,{quote(_asset(f'{module}.js'))}"


def _filled(template: str, **values: str) -> str:
    """Return the template with its names in braces replaced, once."""
    pieces = [template]
    for name, value in values.items():
        mark = f"{{{name}}}"
        pieces = [part for piece in pieces for part in _between(piece, mark, value)]
    return "".join(pieces)


class _Done(str):
    """Text that is not searched for names again."""


def _between(piece: str, mark: str, value: str) -> list[str]:
    if isinstance(piece, _Done):
        return [piece]
    first, *rest = piece.split(mark)
    found = [first]
    for part in rest:
        found += [_Done(value), part]
    return found


def _json(value: Any) -> str:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!--", "<\\u0021--")


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _still(scene: Scene, found: Sequence[Answer]) -> str:
    """Return the figure as SVG, which contains the scene, so that the page can be opened again."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"still{SVG}"
        figure.write(target, scene, list(found), figure.Paper(STILL, style="print"))
        text = target.read_text("utf-8")
    return text[text.index("<svg") :]


def _check_size(size: int, of_head: bool) -> None:
    most = web_scene.MOST_OF_HEAD if of_head else web_scene.MOST
    if size > most:
        raise ValueError(
            f"the page would have {size / 1e6:.1f} MB, and a page that is shared should not exceed "
            f"{most / 1e6:.0f} MB: choose fewer keys or tokens of the head, or export a figure"
        )

"""A scene or a lesson as one self-contained page, with a still picture for browsers without WebGPU."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from app.export import figure, web_scene
from app.export.embed import escape
from app.export.files import beside
from app.export.lesson_step import absent
from app.jobs.answers import Answer
from app.model import scene_file
from app.model.lessons.lesson import Lesson, Step
from app.model.scene import Scene, completed
from app.views.text import markdown
from compute.families import manifold as manifold_of
from compute.gpu.published import published
from compute.requests.engine import Engine

MODULES = (
    *("records", "session", "charts", "geodesic", "chain", "checks", "transport", "fields"),
    *("ticks", "frame", "circles", "drawing", "bars", "distributions", "measures", "picture"),
    *("newest", "pins", "controls", "viewer", "lesson", "main"),
)
# logical pixels of the still picture
STILL = (1000, 660)
# bytes of a page of a family, and of a head with its keys; a lesson may have that for each step
MOST, MOST_OF_HEAD = 2_000_000, 4_000_000
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Part:
    """A scene of a page, completed, with its answers, and the lesson's step, or None for a scene
    alone.
    """

    scene: Scene
    found: Sequence[Answer]
    step: Step | None = None


def of_scene(scene: Scene, engine: Engine, told: figure.Told) -> list[Part]:
    """Return the one part of a scene's page; what cannot be computed is reported to ``told``."""
    return [Part(scene, figure.answers(scene, engine, STILL, told=told))]


def of_lesson(lesson: Lesson, engine: Engine, told: figure.Told) -> list[Part]:
    """Return a part for each step of a lesson."""
    parts = []
    for step in lesson.steps:
        scene = completed(step.scene)
        found = figure.answers(scene, engine, STILL, told=told)
        parts.append(Part(scene, found, step))
    return parts


def write(target: Path, title: str, parts: Sequence[Part]) -> list[str]:
    """Write the page of one or more parts; return remarks on what it leaves out.

    Raises ValueError if the page would be larger than the limit: with how large, and the way out.
    """
    data, remarks = _data(parts, target.absolute().parent)
    first = parts[0].scene
    values = {
        "title": escape(title),
        "line": escape(data["scenes"][0]["line"]),
        "style": _asset("page.css"),
        "still": _still(first, parts[0].found, target),
        "data": _json(data),
        "imports": _json({"imports": {f"page/{name}": _url(name) for name in MODULES}}),
        # those of a lesson stand at its steps
        "remarks": "".join(f"<p>{escape(remark)}</p>" for remark in remarks if not parts[0].step),
    }
    content = _filled(_asset("page.html"), values).encode("utf-8")
    _check_size(len(content), parts)
    with beside(target) as temporary:
        temporary.write_bytes(content)
    return remarks


def _data(parts: Sequence[Part], folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what the page's script reads, each kernel once, and the remarks."""
    texts: dict[str, int] = {}
    kernels: dict[str, Any] = {}
    keys: dict[object, str] = {}
    scenes, remarks = [], []
    for part in parts:
        shown, said = web_scene.drawable(part.scene)
        remarks += [remark for remark in said if remark not in remarks]
        saved = json.loads(scene_file.to_text(shown, folder))
        # a number, since a family names its head's file by the path on this machine
        key = keys.setdefault((shown.family, shown.scalar), f"kernels {len(keys)}")
        if key not in kernels:
            kernels[key] = published(manifold_of(shown.family), shown.scalar)
            for kernel in kernels[key]["kernels"].values():
                kernel["code"] = texts.setdefault(kernel["code"], len(texts))
        entry = web_scene.scene_data(shown, part.found, saved)
        entry["line"] = _one_line(manifold_of(shown.family).line_element)
        step = None if part.step is None else _step(part.step, said)
        scenes.append({**entry, "kernels": key, "step": step})
    return {"texts": list(texts), "kernels": kernels, "scenes": scenes}, remarks


def _step(step: Step, remarks: list[str]) -> dict[str, Any]:
    """Return the heading of a step, and text and task as rich text; what the page lacks of it."""
    return {
        "heading": step.title,
        "text": markdown.page(step.text),
        "task": markdown.page(step.task),
        "absent": absent(step, remarks),
    }


def _asset(name: str) -> str:
    return resources.files("assets").joinpath("page", name).read_text("utf-8")


def _url(module: str) -> str:
    """Return a module as a URL, so that modules of one file can import each other."""
    content = base64.b64encode(_asset(f"{module}.js").encode("utf-8")).decode("ascii")
    return f"data:text/javascript;base64,{content}"


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Return the template with each name in braces replaced by its value, which is not searched."""
    return _PLACE.sub(lambda match: values[match[1]], template)


def _json(value: Any) -> str:
    """Return JSON that cannot end the element that holds it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _still(scene: Scene, found: Sequence[Answer], target: Path) -> str:
    """Return the figure as SVG, which contains the scene, so that the page can be opened again."""
    text = figure.as_svg(scene, list(found), figure.Paper(STILL, style="print"), target)
    return text[text.index("<svg") :]


def _check_size(size: int, parts: Sequence[Part]) -> None:
    heads = any(manifold_of(part.scene.family).name == "attention" for part in parts)
    most = len(parts) * (MOST_OF_HEAD if heads else MOST)
    if size > most:
        raise ValueError(
            f"the page would have {size / 1e6:.1f} MB, and a page to be shared has at most "
            f"{most / 1e6:.0f} MB: choose fewer keys of the head, or export a figure"
        )

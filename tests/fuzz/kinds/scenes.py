"""Scenes on their own, in figures and as unsaved work; each one that opens is saved and reopened."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from app.desktop.opened_files import is_photograph
from app.export import embed
from app.model import autosave, scene_file
from app.model.scene import Scene
from compute.heads import head
from tests.fuzz.kind import Broken, Kind

BARE = {"format": scene_file.FORMAT, "version": scene_file.VERSION}
OWN = {
    "coordinates": ["a", "b"],
    "metric": ["1/b^2", "0", "1/b^2"],
    "domain": ["b > 0"],
    "pins": [[0, 1], [1, 2]],
    "view": [-2, 2, 0.1, 3],
}
FULL = {
    **BARE,
    "family": "gaussian",
    "chart": "parameters",
    "start": {"theta": [0.25, 1.5], "token": None},
    "end": {"theta": [1, 2]},
    "third": {"theta": [0.5, 1.5]},
    "vector": [0.5, -0.25],
    "alpha": 0.5,
    "scalar": "curvature",
    "token": 0,
    "colormap": "plasma",
    "map_opacity": 0.5,
    "layers": {"map": True, "flow": True, "halo": 1},
    "opacity": {"grid": 0.5},
    "loop": [[0, 1], [1, 1], [0, 2]],
    "playhead": 0.25,
    "view": [-3, 2, 0.1, 3],
    "equal": True,
    "camera": [10, 20, 1, 0, 0],
    "title": "θ and “quotes”",
    "flow": {"side": 32, "mode": "rough", "initial": "painted", "strokes": [[[0, 1], [1, 1]]],
    "seed": 3},
    "photograph": {"source": "cat.png", "patch": 8, "of": "shades", "start": [0.5, 1]},
    "normals": {"a": [0, 0, 1, 0, 1], "b": [0, 0, 1, 0.25, 2]},
    "points": [
        {"theta": [0, 1], "label": "a", "n": 5, "group": "one", "time": 1.5, "later": 1},
        {"theta": [1, 2], "n": 2.5, "family": "gamma"},
        {"theta": [2, 2], "group": "two"},
    ],
    "data": {"file": "data.csv", "layout": "groups", "column": "x", "by": "g", "level": 0.9,
    "times": 2, "resampled": True, "seed": 3, "mean": "median", "later": {"a": 1}},
    "aside": [{
        "family": "beta", "start": {"theta": [2, 2]}, "end": {"theta": [3, 2]},
        "third": {"theta": [2.5, 2]}, "vector": [0.1, 0.2], "view": [1, 4, 1, 4],
        "points": [{"theta": [1, 1], "label": "b"}], "later": 5,
        "timeline": {"duration": 2, "repeat": "once",
        "tracks": [{"field": "alpha", "keys": [{"at": 0, "value": 0}]}]},
    }],
    "timeline": {
        "duration": 4,
        "repeat": "loop",
        "tracks": [
            {"field": "alpha", "keys": [{"at": 0, "value": 0}, {"at": 2, "value": 1, "easing": "in"}]},
            {"field": "start.theta", "keys": [{"at": 0, "value": [0, 1]}]},
            {"field": "loop", "keys": [{"at": 1, "value": [[0, 1], [1, 1], [0, 2]]}]},
        ],
    },
    "later": {"a": [1, 2, {"b/c": 0.1}]},
}  # fmt: skip


def stated(folder: Path) -> list[bytes]:
    """Scenes as text, and the head file that one of them names."""
    rng = np.random.default_rng(1)
    np.savez(folder / "mine.npz", **{name: rng.normal(size=(5, 4)) for name in "qkv"})
    own = {
        **BARE,
        "family": f"custom:{json.dumps(OWN)}",
        "chart": "parameters",
        "scalar": "curvature",
    }
    scenes = [
        BARE,
        FULL,
        FULL,
        FULL,
        {**BARE, "family": "attention:mine.npz?layer=0&head=0&mask=1"},
        {**BARE, "family": "student_t:nu=5", "scalar": "distance"},
        {**BARE, "family": "categorical3_expectation", "chart": "octant"},
        {**BARE, "family": "mixture_mm:w=0.3", "flow": {"initial": "file", "source": "/dev/zero"}},
        own,
    ]
    return [json.dumps(scene, ensure_ascii=False).encode() for scene in scenes]


def open_scene(path: Path) -> None:
    """Open a scene as the window does; save it, keep it, and open both again."""
    scene = scene_file.load(path)
    saved = path.with_name("saved.json")
    scene_file.save(scene, saved)
    _compare(scene_file.load(saved), scene, "saved")
    kept = path.parent / "kept"
    autosave.Autosave(kept, "it").write(scene, path)
    found = autosave.lost(kept, lambda name: False)
    if len(found) != 1:
        raise Broken("what was kept is not found")
    _compare(found[0].scene, scene, "kept")


def _compare(found: Scene, scene: Scene, how: str) -> None:
    if found != scene:
        fields = [name for name in vars(scene) if getattr(found, name) != getattr(scene, name)]
        raise Broken(f"it is another one when it is {how}: {', '.join(fields)}")


@cache
def _scene() -> Scene:
    return replace(scene_file.load("gaussian"), title="<&> θ")


def figures(folder: Path) -> list[bytes]:
    """A PNG, an SVG, a PDF's metadata and a GIF, each with its scene."""
    run = embed.stated(_scene(), folder / "x")
    gif, png = io.BytesIO(), io.BytesIO()
    Image.new("P", (8, 8)).save(gif, format="GIF")
    Image.new("RGB", (8, 8)).save(png, format="PNG")
    return [
        png.getvalue()[:-12] + run.encode() + png.getvalue()[-12:],
        f"<svg><metadata>{embed.in_svg(run)}</metadata></svg>".encode(),
        b"%PDF-1.7\n" + embed.in_xmp(run, "a title").encode() + b"\n%%EOF",
        embed.in_gif(gif.getvalue(), run),
    ]


def open_figure(path: Path) -> None:
    """Open what may be a figure, or a photograph."""
    if not is_photograph(path):
        open_scene(path)


def remains(folder: Path) -> list[bytes]:
    """A file of unsaved work from a session that was killed."""
    autosave.Autosave(folder, "seed").write(_scene(), folder / "was.json")
    return [(folder / f"seed{autosave.SUFFIX}").read_bytes()]


def open_remains(path: Path) -> None:
    """Look for lost work as the start of the window does: damaged files are skipped."""
    for found in autosave.lost(path.parent, lambda name: name != "fuzzed"):
        scene_file.save(found.scene, path.with_name("saved.json"))
        _compare(scene_file.load(path.with_name("saved.json")), found.scene, "saved")


WORDS = (
    b'"family": "beta"', b'"family": "bures_slice_qfi"', b'"alpha": 1e309', b'"title": "\\u202e"',
    b'"unknown/key": 1',
    *(name.encode() for name in ("gaussian", "attention:bank?layer=1", "height:parameters",
    *head.bundled())),
)  # fmt: skip
KINDS = (
    Kind("scene", ".json", stated, open_scene, WORDS, weight=8),
    Kind("figure", ".png", figures, open_figure, WORDS, weight=2),
    Kind("figure in svg", ".svg", figures, open_figure, WORDS),
    Kind("autosave", autosave.SUFFIX, remains, open_remains, WORDS, weight=2),
)

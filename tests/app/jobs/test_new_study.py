"""A study is one file: all that draws, saves, checks and lists layers finds it there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from app.model.layers import with_layers
from app.model.scene_schema import published_schema
from tests import ROOT

STUDY = '''
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies.study import Found, Study, pins_of
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure


@dataclass(frozen=True)
class DiagonalJob(Study):
    """The polygon from A to B by way of a corner in θ."""

    title: ClassVar[str] = "Corner"
    hint: ClassVar[str] = "First along one coordinate, then along the other."
    words: ClassVar[str] = "the corner"
    place: ClassVar[int] = 25
    measure: ClassVar[str] = "Corner"
    curves: ClassVar[dict] = {"corner": Style(145, lambda t: t.vector, words="by a corner")}

    start: tuple[float, float]
    end: tuple[float, float]

    @classmethod
    def of(cls, scene, viewport):
        return cls(scene.family, *pins_of(scene))

    def found(self, engine, manifold):
        a, b = np.array(self.start), np.array(self.end)
        corner = np.array([b[0], a[1]])
        return Found({"corner": np.stack([a, corner, b])}, [Measure("Corner", "one", self.hint)])


STUDY = DiagonalJob
'''
SCRIPT = """
import json, sys
from pathlib import Path
from app.model import study_folders

folder = Path(sys.argv[1])
study_folders.FOLDERS.append(folder / "studies")
from app.cli.main import main
from app.jobs.subject import Subject
from app.model import layers, scene_file, scene_schema
from app.presenters import scene_panels

scene = scene_file.load("gaussian")
scene = scene_file.from_text(
    scene_file.to_text(scene, folder).replace('"corner": false', '"corner": true'), "", folder
)
assert scene.layers.corner and not scene.unknown
scene_file.save(scene, folder / "scene.json")
rows = [row.field for row in scene_panels.state(Subject.of(scene)).layers]
assert rows.index("all_geodesics") < rows.index("corner") < rows.index("spray")
schema = layers.with_layers(scene_schema.published_schema())
assert "corner" in schema["properties"]["layers"]["properties"]
drawn = ["render", str(folder / "scene.json"), "-o", str(folder / "a.svg")]
assert main([*drawn, "--panels", "measures"]) == 0
"""


def test_a_study_of_one_file_is_in_panel_scene_schema_and_figures(tmp_path):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "corner.py").write_text(STUDY, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    picture = (tmp_path / "a.svg").read_text("utf-8")
    assert ">by a corner<" in picture and ">Corner<" in picture


def test_the_published_schema_has_all_layers():
    published = published_schema()
    assert json.dumps(with_layers(published), sort_keys=True) == json.dumps(
        published, sort_keys=True
    )

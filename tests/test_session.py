"""Scene files: what is written is read, what is wrong is refused in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from app.model import session
from app.model.normals import Normals
from app.model.photograph import Photograph
from app.model.scene import Layers, Opacity, Pin, completed
from compute.types import Extent


@pytest.mark.parametrize("name", session.names())
def test_bundled_scenes_come_back_from_a_file(name, tmp_path):
    scene = session.load(name)
    session.save(scene, tmp_path / "scene.json")
    assert session.load(tmp_path / "scene.json") == scene
    assert [path.name for path in tmp_path.iterdir()] == ["scene.json"]


@pytest.mark.parametrize("name", session.names())
def test_bundled_scenes_fit_the_schema(name):
    text = (resources.files("assets") / "scenes" / f"{name}.json").read_text("utf-8")
    assert session.from_text(text, name, Path()) == session.load(name)


def test_everything_in_a_scene_is_kept(tmp_path):
    scene = replace(
        session.load("gaussian"),
        start=Pin((0.25, 1.5)),
        vector=(0.5, -0.25),
        alpha=-0.5,
        scalar="curvature",
        colormap="plasma",
        layers=Layers(map=False, ellipses=False),
        opacity=Opacity(geodesic=0.5, balls=0.0),
        playhead=0.125,
        view=Extent(-3.0, 2.0, -1.0, 1.5),
        title="θ and “quotes”",
        photograph=Photograph(str(tmp_path / "cat.png"), "shades", patch=8, start=(0.5, 1.0)),
        normals=Normals(b=(0.0, 0.0, 1.0, 0.25, 2.0)),
        unknown=(
            (("later",), {"a": [1, 2]}),
            (("layers", "halo"), True),
            (("photograph", "frame"), "gold"),
        ),
    )
    session.save(scene, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["photograph"]["source"] == "cat.png"
    assert session.load(tmp_path / "a.json") == scene


def test_a_head_file_is_named_relative_to_the_scene(tmp_path):
    rng = np.random.default_rng(3)
    (tmp_path / "heads").mkdir()
    arrays = {name: rng.normal(size=(5, 8)) for name in "qkv"}
    np.savez(tmp_path / "heads" / "mine.npz", **arrays)
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "scene.json"
    text = {
        "format": session.FORMAT,
        "version": 1,
        "family": "attention:../heads/mine.npz?layer=0&head=0",
    }
    file.write_text(json.dumps(text))
    scene = session.load(file)
    session.save(scene, file)
    stored = json.loads(file.read_text())["family"]
    assert "../heads/mine.npz" in stored
    assert session.load(file) == scene


GOOD = {"format": session.FORMAT, "version": 1, "family": "gaussian"}
BAD = {
    "truncated": (json.dumps(GOOD)[:-3], "not JSON"),
    "not JSON": ("hello", "not JSON"),
    "a list": ("[1]", "must be a scene"),
    "another format": (json.dumps(GOOD | {"format": "x"}), "must be a scene"),
    "newer": (json.dumps(GOOD | {"version": 99}), "version 99.*newer"),
    "no version": (json.dumps({"format": session.FORMAT}), "version must be"),
    "unknown family": (json.dumps(GOOD | {"family": "gausian"}), "family must be one of.*gausian"),
    "unknown chart": (json.dumps(GOOD | {"chart": "globe"}), "chart of gaussian.*globe"),
    "unknown scalar": (json.dumps(GOOD | {"scalar": "beauty"}), "scalar of gaussian.*beauty"),
    "pin outside": (json.dumps(GOOD | {"start": {"theta": [0, -1]}}), r"pin A must lie in.*-1"),
    "three coordinates": (json.dumps(GOOD | {"end": {"theta": [0, 1, 2]}}), "end/theta"),
    "NaN": (json.dumps(GOOD | {"alpha": float("nan")}), "finite"),
    "infinite": (json.dumps(GOOD)[:-1] + ', "start": {"theta": [1e999, 1]}}', "finite"),
    "alpha beyond": (json.dumps(GOOD | {"alpha": 2}), "alpha.*2"),
    "empty view": (json.dumps(GOOD | {"view": [1, 1, 0, 1]}), "extent"),
    "pin off the picture": (
        json.dumps(GOOD | {"photograph": {"start": [1.5, 0]}}),
        "photograph/start/0: 1.5",
    ),
    "more than all": (
        json.dumps(GOOD | {"opacity": {"spray": 1.5}}),
        "opacity/spray: 1.5 is greater than the maximum of 1",
    ),
    "another map": (json.dumps(GOOD | {"photograph": {"shown": "x"}}), "photograph/shown: 'x'"),
    "no normal": (
        json.dumps(GOOD | {"normals": {"b": [0, 0, 1, 2, 1]}}),
        "B: covariance must be symmetric and positive definite",
    ),
    "an endless normal": (
        json.dumps(GOOD)[:-1] + ', "normals": {"a": [1e999, 0, 1, 0, 1]}}',
        "A: mean must be finite",
    ),
    "deep": ("[" * 100_000, "not JSON"),
    "no such head": (
        json.dumps(GOOD | {"family": "attention:none.npz"}),
        "must be a file or one of",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_in_one_line(case):
    text, words = BAD[case]
    with pytest.raises(session.NotAScene, match=words) as caught:
        session.from_text(text, "scene.json", Path())
    assert "\n" not in str(caught.value)


def test_a_missing_file_names_what_there_is(tmp_path):
    with pytest.raises(session.NotAScene, match="one of bank"):
        session.load(tmp_path / "none.json")


def test_a_huge_file_is_not_read(tmp_path):
    (tmp_path / "huge.json").write_bytes(b" " * (session.MOST_BYTES + 1))
    with pytest.raises(session.NotAScene, match="at most"):
        session.load(tmp_path / "huge.json")


def test_completing_is_idempotent():
    scene = session.load("bank")
    assert completed(scene) == scene


def test_a_scene_of_the_first_release_opens_with_what_came_later_as_usual():
    stored = {
        "format": "attention-geodesics/scene",
        "version": 1,
        "title": "A head reads a sentence",
        "family": "attention:bank?layer=4&head=9",
    }
    scene = session.from_text(json.dumps(stored), "first.json", Path())
    assert scene == session.load("bank")


def test_an_older_version_goes_through_every_step_and_is_written_as_the_newest(monkeypatch):
    def renamed(data: dict) -> dict:
        return {**{k: v for k, v in data.items() if k != "connection"}, "alpha": data["connection"]}

    def halved(data: dict) -> dict:
        return {**data, "alpha": data["alpha"] / 2}

    old = {"format": session.FORMAT, "version": 1, "family": "gaussian", "connection": 0.5}
    monkeypatch.setattr(session, "VERSION", 3)
    monkeypatch.setattr(session, "MIGRATIONS", {1: renamed, 2: halved})
    monkeypatch.setattr(session, "_check_schema", lambda data, where: None)
    scene = session.from_text(json.dumps(old), "old.json", Path())
    assert scene.alpha == 0.25 and not scene.unknown
    assert json.loads(session.to_text(scene, Path()))["version"] == 3

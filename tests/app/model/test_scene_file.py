"""Scene files: they are read as written, and mistakes are refused in one line."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import opened
from app.model import scene_entries, scene_file, scene_schema
from app.model.data_points import DataPoint
from app.model.data_settings import DataSettings
from app.model.descents import DescentSettings
from app.model.flow import FlowSettings
from app.model.keyframe_tracks import Key, Timeline, Track
from app.model.layers import Layers, Opacity
from app.model.normals import Normals
from app.model.notes import Angle, Note
from app.model.photograph import Photograph
from app.model.scene import Pin, Scene, completed, of_family
from app.model.timeline import keyframes
from compute.manifold.extent import Extent


@pytest.mark.parametrize("name", scene_file.names())
def test_bundled_scenes_come_back_from_a_file(name, tmp_path):
    scene = scene_file.load(name)
    scene_file.save(scene, tmp_path / "scene.json")
    assert scene_file.load(tmp_path / "scene.json") == scene
    assert [path.name for path in tmp_path.iterdir()] == ["scene.json"]


@pytest.mark.parametrize("name", scene_file.names())
def test_bundled_scenes_fit_the_schema(name):
    text = (resources.files("assets") / "scenes" / f"{name}.json").read_text("utf-8")
    assert scene_file.from_text(text, name, Path()) == scene_file.load(name)


PLANE = 'custom:{"coordinates":["x","y"],"domain":["y > 0"],"metric":["1/y^2","0","1/y^2"]}'


@pytest.mark.parametrize(
    ("family", "scalar"),
    [(PLANE, "curvature"), ("bures_slice_qfi", "purity"), ("inverse_gaussian", "curvature")],
)
def test_a_scene_without_a_scalar_maps_the_familys_first(family, scalar):
    text = json.dumps({"format": scene_file.FORMAT, "version": 1, "family": family})
    assert scene_file.from_text(text, "own.json", Path()).scalar == scalar


def test_everything_in_a_scene_is_kept(tmp_path):
    track = Track("alpha", (Key(0.0, 0.5), Key(2.0, -0.5)))
    scene = replace(
        scene_file.load("gaussian"),
        chart="height:parameters",
        start=Pin((0.25, 1.5)),
        end=Pin((1.25, 0.5)),
        third=Pin((0.5, 2.5)),
        vector=(0.5, -0.25),
        token=2,
        map_opacity=0.625,
        limits=(-0.25, 2.0),
        equal=True,
        loop=((0.0, 1.0), (1.0, 1.0), (0.5, 2.0)),
        notes=(
            Note(r"$K = -\frac12$", (0.5, 1.0), (0.0, 1.0), unknown=(("colour", "red"),)),
            Note("", (0.5, -0.5), (0.5, 1.0), "parameters"),
        ),
        points=(
            DataPoint((0.5, 2.0), "north", 25.0, "student_t", (("since", 3),)),
            DataPoint((1.0, 1.0)),
        ),
        angles=(Angle("B", ("geodesic", "e"), (("since", 2),)),),
        camera=(30.0, 45.0, 1.5, 0.25, -0.125),
        flow=FlowSettings("hodge", side=32, initial="random", seed=7),
        timeline=Timeline(2.0, (track,)),
        alpha=-0.5,
        scalar="curvature",
        colormap="plasma",
        layers=Layers(map=False, ellipses=False),
        opacity=Opacity(geodesic=0.5, balls=0.0),
        playhead=0.125,
        view=Extent(-3.0, 2.0, -1.0, 1.5),
        title="θ and “quotes”",
        data=DataSettings(str(tmp_path / "a.csv"), "groups", "x", "w", "k", 0.9, 10.0, True, 7),
        descents=DescentSettings("divergence", "C", 40, 0.5, 0.25, 2.0),
        photograph=Photograph(str(tmp_path / "cat.png"), "shades", patch=8, start=(0.5, 1.0)),
        normals=Normals(b=(0.0, 0.0, 1.0, 0.25, 2.0)),
        unknown=(
            (("later",), {"a": [1, 2]}),
            (("layers", "halo"), True),
            (("photograph", "frame"), "gold"),
        ),
    )
    aside = Scene("beta", "parameters", Pin((1.0, 2.0)), Pin((2.0, 1.0)), (0.5, 0.0), 0.25)
    aside = replace(aside, view=Extent(0.5, 3.0, 0.5, 3.0), timeline=scene.timeline)
    scene = replace(scene, aside=(aside, replace(aside, family="gamma", equal=True)))
    left = {"family"}  # every other field differs from a new scene: one that is not stored fails
    usual = Scene("gaussian")
    same = {f.name for f in fields(scene) if getattr(scene, f.name) == getattr(usual, f.name)}
    assert same == left
    scene_file.save(scene, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["photograph"]["source"] == "cat.png"
    assert json.loads((tmp_path / "a.json").read_text())["data"]["file"] == "a.csv"
    assert scene_file.load(tmp_path / "a.json") == scene


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
def test_a_camera_that_is_not_finite_is_refused(place, number):
    camera = ["0", "0", "1", "0", "0"]
    camera[place] = number
    text = f'{{"format": "{scene_file.FORMAT}", "version": 1, "camera": [{", ".join(camera)}]}}'
    with pytest.raises(scene_file.NotAScene):
        scene_file.from_text(text, "it", Path())


@pytest.mark.parametrize(
    ("elevation", "zoom", "fits"),
    [(90.0, 0.01, True), (-90.0, 100.0, True), (90.01, 1.0, False), (-90.01, 1.0, False),
     (0.0, 0.0099, False), (0.0, 0.0, False), (0.0, -1.0, False), (0.0, 100.01, False)],
)  # fmt: skip
def test_a_camera_looks_from_no_farther_than_straight_above(elevation, zoom, fits):
    camera = [10.0, elevation, zoom, 0.0, 0.0]
    text = json.dumps({"format": scene_file.FORMAT, "version": 1, "camera": camera})
    if fits:
        assert scene_file.from_text(text, "it", Path()).camera == tuple(camera)
        return
    with pytest.raises(scene_file.NotAScene, match="camera"):
        scene_file.from_text(text, "it", Path())


def test_a_head_file_is_named_relative_to_the_scene(tmp_path):
    rng = np.random.default_rng(3)
    (tmp_path / "heads").mkdir()
    arrays = {name: rng.normal(size=(5, 8)) for name in "qkv"}
    np.savez(tmp_path / "heads" / "mine.npz", **arrays)
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "scene.json"
    text = {
        "format": scene_file.FORMAT,
        "version": 1,
        "family": "attention:../heads/mine.npz?layer=0&head=0",
    }
    file.write_text(json.dumps(text))
    scene = scene_file.load(file)
    scene_file.save(scene, file)
    stored = json.loads(file.read_text())["family"]
    assert "../heads/mine.npz" in stored
    assert scene_file.load(file) == scene


GOOD = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian"}
POSE = {
    "start": {"theta": [1.0, 2.0]},
    "end": {"theta": [2.0, 1.0]},
    "vector": [0.5, 0.0],
    "view": [0.5, 3.0, 0.5, 3.0],
}


def timeline(field: str, value: object) -> dict:
    """A timeline of one key."""
    track = {"field": field, "keys": [{"at": 0, "value": value}]}
    return {"duration": 1, "tracks": [track]}


BAD = {
    "truncated": (json.dumps(GOOD)[:-3], "not JSON"),
    "not JSON": ("hello", "not JSON"),
    "a list": ("[1]", "must be a scene"),
    "another format": (json.dumps(GOOD | {"format": "x"}), "must be a scene"),
    "newer": (json.dumps(GOOD | {"version": 99}), "version 99.*newer"),
    "no version": (json.dumps({"format": scene_file.FORMAT}), "version must be"),
    "unknown family": (json.dumps(GOOD | {"family": "gausian"}), "family must be one of.*gausian"),
    "unknown chart": (json.dumps(GOOD | {"chart": "globe"}), "chart of gaussian.*globe"),
    "unknown scalar": (json.dumps(GOOD | {"scalar": "beauty"}), "scalar of gaussian.*beauty"),
    "pin outside": (json.dumps(GOOD | {"start": {"theta": [0, -1]}}), r"pin A must lie in.*-1"),
    "three coordinates": (json.dumps(GOOD | {"end": {"theta": [0, 1, 2]}}), "end/theta"),
    "NaN": (json.dumps(GOOD | {"alpha": float("nan")}), "finite"),
    "infinite": (json.dumps(GOOD)[:-1] + ', "start": {"theta": [1e999, 1]}}', "finite"),
    "alpha beyond": (json.dumps(GOOD | {"alpha": 2}), "alpha.*2"),
    "a view of all there is": (
        json.dumps(GOOD | {"view": [-1e308, 1e308, -1, 1]}),
        "sides must be below 1e.15",
    ),
    "a view of a hair": (json.dumps(GOOD | {"view": [0, 5e-324, 1, 2]}), "scene.json: a view"),
    "a view out there": (json.dumps(GOOD | {"view": [1e9, 1e9 + 1e-6, 1, 2]}), "at least 1e-12"),
    "a far pin": (json.dumps(GOOD | {"end": {"theta": [1e300, 1]}}), "pin B must lie in -1e.15"),
    "a far tip": (json.dumps(GOOD | {"vector": [1, -1e300]}), "the vector must lie in -1e.15"),
    "a far loop": (json.dumps(GOOD | {"loop": [[0, 1], [1, 1e200], [1, 1]]}), "a loop must lie in"),
    "a far note": (
        json.dumps(GOOD | {"notes": [{"text": "x", "at": [1, 1e200]}]}),
        "a note must lie",
    ),
    "an empty note": (json.dumps(GOOD | {"notes": [{"at": [1, 1]}]}), "a note must have 1 to 200"),
    "a long note": (
        json.dumps(GOOD | {"notes": [{"at": [1, 1], "text": 201 * "x"}]}),
        "notes/0/text: must have at most 200 characters, got 201",
    ),
    "many notes": (
        json.dumps(GOOD | {"notes": 65 * [{"at": [1, 1], "text": "x"}]}),
        "notes: must have at most 64 items, got 65",
    ),
    "a share in words": (json.dumps(GOOD | {"limits": "98 %"}), '"50%" to "100%", got \'98 %\''),
    "one side": (json.dumps(GOOD | {"angles": [{"at": "A", "between": 2 * ["e"]}]}), "two sides"),
    "an angle at D": (
        json.dumps(GOOD | {"angles": [{"at": "D", "between": ["e", "m"]}]}),
        "angles/0",
    ),
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
    with pytest.raises(scene_file.NotAScene, match=words) as caught:
        scene_file.from_text(text, "scene.json", Path())
    assert "\n" not in str(caught.value)


def test_a_missing_file_names_what_there_is(tmp_path):
    with pytest.raises(scene_file.NotAScene, match="one of bank"):
        scene_file.load(tmp_path / "none.json")


def test_a_huge_file_is_not_read(tmp_path):
    (tmp_path / "huge.json").write_bytes(b" " * (scene_file.MOST_BYTES + 1))
    with pytest.raises(scene_file.NotAScene, match="at most"):
        scene_file.load(tmp_path / "huge.json")


def test_completing_is_idempotent():
    scene = scene_file.load("bank")
    assert completed(scene) == scene


def test_a_scene_of_the_first_release_opens_with_what_came_later_as_usual():
    stored = {
        "format": "attention-geodesics/scene",
        "version": 1,
        "title": "A head reads a sentence",
        "family": "attention:bank?layer=4&head=9",
    }
    scene, bank = (
        scene_file.from_text(json.dumps(stored), "first.json", Path()),
        scene_file.load("bank"),
    )
    assert scene.view and bank.view
    sides = scene.view.x0, scene.view.x1, scene.view.y0, scene.view.y1
    assert sides == pytest.approx(
        (bank.view.x0, bank.view.x1, bank.view.y0, bank.view.y1), abs=1e-9
    )
    assert replace(scene, view=bank.view) == bank


def test_an_older_version_goes_through_every_step_and_is_written_as_the_newest(monkeypatch):
    def renamed(data: dict) -> dict:
        return {**{k: v for k, v in data.items() if k != "connection"}, "alpha": data["connection"]}

    def halved(data: dict) -> dict:
        return {**data, "alpha": data["alpha"] / 2}

    old = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian", "connection": 0.5}
    monkeypatch.setattr(scene_file, "VERSION", 3)
    monkeypatch.setattr(scene_file, "MIGRATIONS", {1: renamed, 2: halved})
    monkeypatch.setattr(
        scene_schema, "with_layers", lambda schema: {"$defs": {}}
    )  # of another version
    scene = scene_file.from_text(json.dumps(old), "old.json", Path())
    assert scene.alpha == 0.25 and not scene.unknown
    assert json.loads(scene_file.to_text(scene, Path()))["version"] == 3


# --- keyframes by their values ---------------------------------------------------------------
OF_KEYS = {
    "playhead": (2, "a value of playhead: 2 is greater than the maximum of 1"),
    "alpha": (-1.5, "a value of alpha: -1.5 is less than the minimum of -1"),
    "map_opacity": (1.5, "a value of map_opacity: 1.5 is greater than the maximum of 1"),
    "token": (-1, "-1 is less than the minimum of 0"),
    "flow.drift": ("far", "must be like"),
    "flow.side": (8, "a flow's grid must lie in 16"),
    "start.theta": ([1, 2, 3], "must be like"),
    "chart": ("globe", "chart of gaussian must be one of .*, got 'globe'"),
    "scalar": ("entrope", "a scalar must be one of .*, got 'entrope'"),
    "colormap": ("rainbow", "rainbow"),
}


@pytest.mark.parametrize("field", OF_KEYS)
def test_a_key_holds_what_its_field_may_hold(field):
    value, words = OF_KEYS[field]
    stated = GOOD | {"timeline": timeline(field, value)}
    with pytest.raises(scene_file.NotAScene, match=words) as caught:
        scene_file.from_text(json.dumps(stated), "scene.json", Path())
    assert str(caught.value).startswith("scene.json: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("playhead", 1), ("alpha", -1), ("camera", None), ("limits", None), ("limits", "98%"),
     ("start.theta", [0, 1]), ("layers.map", False), ("loop", []), ("scalar", "distance"),
     ("chart", "height:parameters"), ("token", 2.0), ("view", [0, 1, 2, 3])],
)  # fmt: skip
def test_a_key_holds_all_that_its_field_may_hold(field, value):
    stated = GOOD | {"timeline": timeline(field, value)}
    scene = scene_file.from_text(json.dumps(stated), "scene.json", Path())
    assert scene.timeline and scene.timeline.tracks[0].field == field


# --- keyframes of other families -------------------------------------------------------------
ASIDE = {
    "no list": ({}, "aside: .* not of type 'array'"),
    "no keyframes": ([POSE | {"family": "beta"}], "'timeline' is a required property"),
    "too many": (9 * [POSE | {"family": "beta", "timeline": timeline("alpha", 0)}], "at most 8"),
    "no family": ([POSE | {"family": "x", "timeline": timeline("alpha", 0)}], "family must be"),
    "a wrong key": (
        [POSE | {"family": "beta", "timeline": timeline("playhead", 2)}],
        "aside/0/timeline/tracks/0/keys/0/value: a value of playhead: 2 is greater",
    ),
    "a wrong field": (
        [POSE | {"family": "beta", "timeline": timeline("nothing", 2)}],
        "field must be one of",
    ),
    "far": (
        [POSE | {"end": {"theta": [1e300, 1]}, "family": "beta", "timeline": timeline("alpha", 0)}],
        "pin B must lie in -1e.15",
    ),
    "one in another": (
        [POSE | {"family": "beta", "timeline": timeline("aside", [])}],
        "field must be one of",
    ),
}


@pytest.mark.parametrize("case", ASIDE)
def test_what_is_wrong_aside_is_refused(case):
    held, words = ASIDE[case]
    with pytest.raises(scene_file.NotAScene, match=words):
        scene_file.from_text(json.dumps(GOOD | {"aside": held}), "scene.json", Path())


def test_keyframes_set_aside_come_back_after_saving(tmp_path):
    scene = scene_file.load("gaussian")
    track = Track("playhead", (Key(0.0, 0.0), Key(2.0, 1.0)))
    keyed = replace(scene, view=Extent(-4.0, 4.0, 0.5, 5.0), timeline=Timeline(2.0, (track,)))
    scene_file.save(of_family(keyed, "beta"), tmp_path / "a.json")
    back = of_family(scene_file.load(tmp_path / "a.json"), "gaussian")
    assert (back.timeline, back.view, back.aside) == (keyed.timeline, keyed.view, ())


def test_a_head_set_aside_is_named_relative_to_the_scene(tmp_path):
    source = f"attention:{tmp_path / 'mine.npz'}?head=1"
    held = POSE | {"family": source, "timeline": timeline("alpha", 0)}
    scene = scene_file.from_text(json.dumps(GOOD | {"aside": [held]}), "a.json", tmp_path)
    scene_file.save(scene, tmp_path / "a.json")
    stored = json.loads((tmp_path / "a.json").read_text())["aside"][0]
    assert stored["family"] == "attention:mine.npz?head=1"
    assert scene_file.load(tmp_path / "a.json") == scene, (
        "a head that is missing is no reason to refuse"
    )


# --- what opens can be saved -----------------------------------------------------------------
KEPT = {
    "a slash": {"title/a": 1, "a/b/c": {"d/e": [1]}},
    "nothing": {"": 1},
    "a slash below": {"layers": {"a/b": 1}, "start": {"theta": [0, 1], "a/b": 2}},
    "of a timeline": {"timeline": {"duration": 1, "tracks": [], "a/b": 1}},
    "as a known one elsewhere": {"theta": 1, "map": {"x": 2}},
    "deep": {"later": json.loads("[" * 60 + "]" * 60)},
    "long numbers": {"later": [10**300, -0.0, 5e-324, 1.7976931348623157e308]},
    "characters": {"later": "\u2028\N{GRINNING FACE}\x00", "title": "\x7f\u202e"},
    "whole numbers as reals": {"token": 3.0, "flow": {"side": 64.0, "seed": 2.0}},
}


@pytest.mark.parametrize("case", KEPT)
def test_what_opens_is_saved_and_opens_again_as_it_was(case, tmp_path):
    text = json.dumps(GOOD | KEPT[case])
    scene = scene_file.from_text(text, "scene.json", tmp_path)
    scene_file.save(scene, tmp_path / "scene.json")
    assert scene_file.load(tmp_path / "scene.json") == scene
    stored = json.loads((tmp_path / "scene.json").read_text("utf-8"))
    for name, value in KEPT[case].items():
        if name in ("later", "title/a", "a/b/c", "", "theta", "map"):
            assert stored[name] == value


def test_what_was_said_of_a_timeline_goes_with_it(tmp_path):
    stated = GOOD | {"timeline": {"duration": 1, "tracks": [], "later": 1}}
    scene = scene_file.from_text(json.dumps(stated), "scene.json", tmp_path)
    scene_file.save(replace(scene, timeline=None), tmp_path / "scene.json")
    assert scene_file.load(tmp_path / "scene.json").unknown == ()


def test_a_large_scene_is_written_on_one_line_or_refused_when_it_is_read(tmp_path, monkeypatch):
    """With indentation it would be too large to be read again."""
    monkeypatch.setattr(scene_file, "MOST_BYTES", 1 << 16)
    monkeypatch.setattr(scene_file, "LARGE", 1 << 12)
    many = GOOD | {"later": [[1]] * 6000}
    scene = scene_file.from_text(json.dumps(many), "scene.json", tmp_path)
    scene_file.save(scene, tmp_path / "scene.json")
    assert scene_file.load(tmp_path / "scene.json") == scene
    short = json.dumps(GOOD)[:-1] + ', "later": [' + ", ".join(["1e15"] * 8000) + "]}"
    assert len(short) < scene_file.MOST_BYTES
    with pytest.raises(scene_file.NotAScene, match="at most 65536 bytes"):
        scene_file.from_text(short, "scene.json", tmp_path)


def test_what_cannot_be_written_leaves_the_file_alone(tmp_path):
    path = tmp_path / "scene.json"
    scene_file.save(scene_file.load("gaussian"), path)
    before = path.read_bytes()
    broken = replace(scene_file.load("gaussian"), unknown=((("later",), {1}),))
    for scene in (broken, replace(broken, unknown=((("later",), float("inf")),))):
        with pytest.raises(scene_file.CannotBeKept, match="cannot be written as JSON"):
            scene_file.save(scene, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_path_on_another_drive_is_kept_whole(monkeypatch, tmp_path):
    from app.model import paths

    def elsewhere(path: str, start: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(paths.os.path, "relpath", elsewhere)
    assert paths.relative(str(tmp_path / "a.npz"), tmp_path) == str(tmp_path / "a.npz")


@pytest.mark.parametrize("entry", [{"later": [1e999]}, {"layers": {"later": {"a": -1e999}}}])
def test_what_no_file_could_hold_is_refused(entry):
    text = json.dumps(GOOD | entry).replace("Infinity", "1e999")
    with pytest.raises(scene_file.NotAScene, match=r"must be finite, got -?inf in"):
        scene_file.from_text(text, "scene.json", Path())


@pytest.mark.parametrize("token", [3, 10**300])
def test_a_pin_on_a_token_that_there_is_not_is_on_none(token):
    for family in ("gaussian", "attention:bank"):
        pin = {"theta": [0.0, 1.0], "token": token + 99}
        stated = GOOD | {"family": family, "start": pin}
        assert scene_file.from_text(json.dumps(stated), "a", Path()).start == Pin((0.0, 1.0))


def everything() -> dict:
    """A scene whose file contains every kind of object."""
    return {
        **GOOD,
        "start": {"theta": [0.25, 1.5], "token": None},
        "end": {"theta": [1.0, 2.0]},
        "layers": {"map": False},
        "opacity": {"balls": 0.5},
        "flow": {"side": 32},
        "photograph": {"patch": 8},
        "normals": {"a": [0.0, 0.0, 1.0, 0.25, 2.0]},
        "timeline": {
            "duration": 3.0,
            "tracks": [
                {"field": "alpha", "keys": [{"at": 0.0, "value": 0.0}, {"at": 2.0, "value": 1.0}]},
                {"field": "start.theta", "keys": [{"at": 2.0, "value": [0.5, 1.0]}]},
            ],
        },
        "aside": [
            {**deepcopy(POSE), "family": "beta", "timeline": timeline("playhead", 0.5)},
        ],
    }


def objects(value: object) -> list[dict]:
    """All objects within a value of JSON, itself included."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for item in value.values() for found in objects(item))]


@pytest.mark.parametrize("seed", range(4))
def test_an_unknown_entry_of_any_object_is_kept(seed, tmp_path):
    """Those of a timeline's tracks and keys were dropped."""
    die, stated = random.Random(seed), everything()
    values = (None, 0, -1.5, "°/ö", [1, {"b": []}], {"a/b": {"": [None]}}, False)
    added = [{f"later/{i}": die.choice(values)} for i in range(len(objects(stated)))]
    for home, entries in zip(objects(stated), added, strict=True):
        home.update(entries)
    (tmp_path / "a.json").write_text(json.dumps(stated))
    scene = scene_file.load(tmp_path / "a.json")
    assert len(scene_entries.unknown(scene)) == len(added) == 20
    scene_file.save(scene, tmp_path / "a.json")
    found = objects(json.loads((tmp_path / "a.json").read_text()))
    for entries in added:
        ((name, value),) = entries.items()
        assert [home[name] for home in found if name in home] == [value]
    assert scene_file.load(tmp_path / "a.json") == scene


def test_keyframes_keep_what_is_unknown_of_them():
    stated = everything()
    track = stated["timeline"]["tracks"][0]
    track["note"] = track["keys"][0]["note"] = track["keys"][1]["note"] = "mine"
    scene = scene_file.from_text(json.dumps(stated), "a scene", Path())
    timeline, _ = keyframes.moved(keyframes.stretched(scene.timeline, 6.0), 4.0, 5.0)
    timeline = keyframes.eased(timeline, 5.0, "out")
    timeline = keyframes.keyed(replace(scene, timeline=timeline), scene, 5.0)
    assert [key.unknown for key in timeline.tracks[0].keys] == [(("note", "mine"),)] * 2
    left = keyframes.removed(timeline, 5.0)
    assert left.tracks[0].unknown == (("note", "mine"),) and len(left.tracks[0].keys) == 1


def test_what_is_unknown_of_a_keyframe_must_be_finite_too():
    text = json.dumps(everything()).replace('"at": 0.0', '"at": 0.0, "later": [1e999]')
    with pytest.raises(scene_file.NotAScene, match="tracks/0/keys/0/later"):
        scene_file.from_text(text, "a scene", Path())


def test_a_file_of_pytorch_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "heads.pt"
    path.write_bytes(b"PK\x03\x04\x80")
    assert opened([str(path)]) == ["gui", str(path)]
    with pytest.raises(scene_file.NotAScene, match=r"save_file\(tensors"):
        scene_file.load(path)

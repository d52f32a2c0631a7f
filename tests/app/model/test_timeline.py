"""Timelines: the scene at a time is a pure function of the time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.model import keyframe_tracks as tracks
from app.model import scene_file
from app.model.keyframe_tracks import EASINGS, Key, Timeline, Track, glide, position, value_at
from app.model.timeline.scene_time import scene_at
from compute.manifold.extent import Extent


@pytest.fixture(scope="module")
def scene():
    return scene_file.load("gaussian")


def made(*tracks: Track, repeat: str = "once") -> Timeline:
    return Timeline(10.0, tracks, repeat)


@pytest.mark.parametrize("name", EASINGS)
def test_an_easing_begins_at_0_and_ends_at_1(name):
    ease = EASINGS[name]
    assert ease(0.0) == 0.0
    assert ease(1.0) == (0.0 if name == "hold" else 1.0)
    shares = [ease(i / 50) for i in range(51)]
    assert shares == sorted(shares)


def test_values_between_keys_follow_the_easing_of_the_first():
    track = Track("alpha", (Key(2.0, 0.0, "linear"), Key(4.0, 1.0, "smooth"), Key(8.0, -1.0)))
    assert value_at(track, 0.0) == 0.0
    assert value_at(track, 3.0) == 0.5
    assert value_at(track, 4.0) == 1.0
    # smoothstep at a quarter: 3/16 − 2/64 = 5/32 of the way from 1 to −1
    assert value_at(track, 5.0) == pytest.approx(1.0 - 2.0 * 5 / 32)
    assert value_at(track, 9.0) == -1.0


@pytest.mark.parametrize(
    ("repeat", "places"),
    [
        ("once", {-1.0: 0.0, 4.0: 4.0, 12.0: 10.0}),
        ("loop", {4.0: 4.0, 10.0: 0.0, 12.5: 2.5}),
        ("bounce", {4.0: 4.0, 10.0: 10.0, 12.5: 7.5, 20.0: 0.0, 23.0: 3.0}),
    ],
)
def test_where_a_timeline_is(repeat, places):
    assert {t: position(made(repeat=repeat), t) for t in places} == places


def test_anything_in_a_scene_can_have_keys(scene):
    chosen = made(
        Track("start.theta", (Key(0.0, (-1.0, 0.5), "linear"), Key(10.0, (1.0, 1.5)))),
        Track("alpha", (Key(0.0, 0.0, "linear"), Key(10.0, 1.0))),
        Track("layers.map", (Key(0.0, True), Key(5.0, False))),
        Track("opacity.spray", (Key(0.0, 0.0, "linear"), Key(10.0, 1.0))),
        Track("scalar", (Key(0.0, "entropy"), Key(6.0, "curvature"))),
        Track("token", (Key(0.0, 0.0),)),
        Track(
            "view", (Key(0.0, (-4.0, 4.0, -2.0, 2.0), "linear"), Key(10.0, (0.0, 4.0, 0.0, 2.0)))
        ),
    )
    middle = scene_at(scene, 5.0, chosen)
    assert middle.start.theta == (0.0, 1.0)
    assert middle.alpha == 0.5
    assert (middle.layers.map, scene_at(scene, 4.9, chosen).layers.map) == (False, True)
    assert (middle.scalar, scene_at(scene, 6.0, chosen).scalar) == ("entropy", "curvature")
    assert middle.view == Extent(-2.0, 4.0, -1.0, 2.0)
    assert scene_at(scene, 5.0, chosen) == middle


def test_a_parameter_of_the_family_can_have_keys():
    scene = scene_file.load("bank")
    keys = (Key(0.0, 1.0, "linear"), Key(10.0, 2.0))
    later = scene_at(scene, 5.0, made(Track("family.temperature", keys)))
    assert "temperature=1.5" in later.family
    assert later.view == scene.view


def test_a_whole_number_in_a_file_does_not_make_a_field_one(tmp_path):
    entries = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian", "alpha": 0}
    keys = [{"at": 0, "value": -1, "easing": "linear"}, {"at": 1, "value": 1}]
    entries["timeline"] = {"duration": 1, "tracks": [{"field": "alpha", "keys": keys}]}
    scene = scene_file.from_text(json.dumps(entries), "scene.json", tmp_path)
    assert scene_at(scene, 0.75).alpha == 0.5


def test_a_moved_pin_is_no_longer_on_its_token():
    scene = scene_file.load("bank")
    assert scene.start.token is not None
    later = scene_at(scene, 1.0, made(Track("start.theta", (Key(0.0, (0.0, 0.0)),))))
    assert (later.start.theta, later.start.token) == ((0.0, 0.0), None)


def test_another_chart_brings_its_own_view(scene):
    other = scene_at(scene, 1.0, made(Track("chart", (Key(0.0, "parameters"),))))
    assert other.chart == "parameters"
    assert other.view != scene.view


def test_without_a_timeline_the_point_glides(scene):
    assert scene_at(scene, 3.0) == scene
    ends = [scene_at(scene, t, glide(2.0)).playhead for t in (0.0, 1.0, 2.0)]
    assert ends == [0.0, 0.5, 1.0]


def test_a_timeline_comes_back_from_a_file(scene, tmp_path):
    chosen = made(
        Track("alpha", (Key(0.0, 0.0, "in"), Key(10.0, 1.0))),
        Track("layers.grid", (Key(1.0, False, "hold"),)),
        Track("start.theta", (Key(0.0, (0.0, 1.0)),)),
        repeat="bounce",
    )
    scene_file.save(replace(scene, timeline=chosen), tmp_path / "a.json")
    assert scene_file.load(tmp_path / "a.json") == replace(scene, timeline=chosen)


BAD = {
    "no such field": ({"field": "colour", "keys": [{"at": 0, "value": 1}]}, "field must be one of"),
    "itself": ({"field": "timeline", "keys": [{"at": 0, "value": 1}]}, "field must be one of"),
    "deeper than it is": ({"field": "alpha.x", "keys": [{"at": 0, "value": 1}]}, "got 'x'"),
    "of another type": (
        {"field": "alpha", "keys": [{"at": 0, "value": "x"}]},
        "alpha must be like",
    ),
    "of another length": (
        {"field": "start.theta", "keys": [{"at": 0, "value": [1, 2, 3]}]},
        "theta must be like",
    ),
    "a whole pin": ({"field": "start", "keys": [{"at": 0, "value": [1, 2]}]}, "start must be like"),
    "no such parameter": (
        {"field": "family.nu", "keys": [{"at": 0, "value": 1}]},
        "parameters of gaussian",
    ),
    "backwards": (
        {"field": "alpha", "keys": [{"at": 1, "value": 0}, {"at": 0.5, "value": 1}]},
        "must be in increasing order of time",
    ),
    "too late": ({"field": "alpha", "keys": [{"at": 11, "value": 0}]}, "must lie in 0 … 10 s"),
    "no keys": ({"field": "alpha", "keys": []}, "timeline/tracks/0/keys"),
    "no such easing": (
        {"field": "alpha", "keys": [{"at": 0, "value": 0, "easing": "jump"}]},
        "jump",
    ),
}


@pytest.mark.parametrize(("track", "words"), BAD.values(), ids=BAD)
def test_a_wrong_timeline_is_refused_in_one_line(track, words, tmp_path):
    entries = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian"}
    entries["timeline"] = {"duration": 10, "tracks": [track]}
    with pytest.raises(scene_file.NotAScene, match=words) as refused:
        scene_file.from_text(json.dumps(entries), "scene.json", tmp_path)
    assert "\n" not in str(refused.value)


def test_a_key_outside_the_domain_is_told(scene):
    with pytest.raises(ValueError, match="pin A must lie in"):
        scene_at(scene, 0.0, made(Track("start.theta", (Key(0.0, (0.0, -1.0)),))))


def test_a_stated_timeline_is_read_as_it_was():
    chosen = made(Track("alpha", (Key(0.0, 0.5, "out"),)), repeat="loop")
    assert tracks.read(json.loads(json.dumps(tracks.stated(chosen)))) == chosen


LOOPS = (((0.0, 1.0), (1.0, 1.0), (1.0, 2.0)), ((0.0, 2.0), (1.0, 2.0), (1.0, 3.0)))


def test_a_loop_goes_over_into_one_of_as_many_vertices_and_whole_numbers_step(scene, tmp_path):
    tracks = (
        Track("loop", (Key(0.0, LOOPS[0], "linear"), Key(4.0, LOOPS[1]), Key(8.0, ()))),
        Track("token", (Key(0.0, 5.0), Key(10.0, 3.0))),
        Track("photograph.start", (Key(0.0, (0.0, 0.0), "linear"), Key(10.0, (1.0, 0.5)))),
        Track("photograph.circles", (Key(0.0, True), Key(5.0, False))),
        Track("normals.b", (Key(0.0, (0.0, 0.0, 1.0, 0.5, 1.0), "linear"),
                            Key(10.0, (2.0, 0.0, 3.0, -0.5, 1.0)))),
    )  # fmt: skip
    scene_file.save(replace(scene, timeline=made(*tracks)), tmp_path / "a.json")
    again = scene_file.load(tmp_path / "a.json")
    assert again.timeline == made(*tracks)
    there = scene_at(again, 1.0)
    assert there.loop == ((0.0, 1.25), (1.0, 1.25), (1.0, 2.25))
    assert (scene_at(again, 6.0).loop, scene_at(again, 9.0).loop) == (LOOPS[1], ())
    family = scene_file.load("bank").family
    bank = replace(scene_file.load("bank"), timeline=made(tracks[1]))
    assert bank.family == family
    assert [scene_at(bank, t).token for t in (0.0, 9.9, 10.0)] == [5, 5, 3]
    assert there.photograph.start == pytest.approx((0.1, 0.05))
    assert [scene_at(again, t).photograph.circles for t in (4.0, 6.0)] == [True, False]
    assert scene_at(again, 5.0).normals.b == (1.0, 0.0, 2.0, 0.0, 1.0)


def test_the_layer_of_the_notes_has_keys(scene, tmp_path):
    """The scene's notes have none, but a keyframe holds the visibility of every layer."""
    keys = (Key(0.0, True), Key(5.0, False))
    scene = replace(scene, timeline=made(Track("layers.notes", keys)))
    scene_file.save(scene, tmp_path / "scene.json")
    opened = scene_file.load(tmp_path / "scene.json")
    assert [scene_at(opened, t).layers.notes for t in (0.0, 6.0)] == [True, False]
    with pytest.raises(ValueError, match="got 'notes'"):
        scene_at(scene, 0.0, made(Track("notes", keys)))


@pytest.mark.parametrize("seen", [None, (9.0, 20.0, 1.0, 0.0, 0.0)])
def test_a_camera_has_a_key_before_it_is_turned(scene, seen):
    turned = (40.0, 30.0, 2.0, 0.0, 0.0)
    chosen = made(Track("camera", (Key(0.0, None), Key(5.0, turned))))
    text = scene_file.to_text(replace(scene, camera=seen, timeline=chosen), Path())
    opened = scene_file.from_text(text, "it", Path())
    assert [scene_at(opened, t).camera for t in (0.0, 6.0)] == [None, turned]


@pytest.mark.parametrize(
    ("field", "value"),
    [("limits", True), ("limits", ((0.0, 1.0), (1.0, 2.0))), ("limits", "all"), ("limits", (1.0,)),
     ("camera", "high"), ("camera", (0.0, 99.0, 1.0, 0.0, 0.0)), ("camera", (0.0, 1.0))],
)  # fmt: skip
def test_a_key_of_another_kind_is_refused_when_a_scene_is_opened(scene, field, value):
    chosen = made(Track(field, (Key(0.0, value),)))
    text = scene_file.to_text(replace(scene, timeline=chosen), Path())
    with pytest.raises(scene_file.NotAScene, match=f"{field[:-1]}.* must be"):
        scene_file.from_text(text, "it", Path())

"""Films: the content of the files, the same in each run; nothing is left of interrupted ones."""

from __future__ import annotations

import json
import signal
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from app.export import film
from app.export.figure import Paper, path_of
from app.model import scene_file
from app.model.keyframe_tracks import Key, Timeline, Track
from tests.claims import each
from tests.exporting import command, environment, made, refused, refused_at_once

SMALL = ("--size", "320x240")
ORANGE = (0xFF, 0xB4, 0x54)


def bare(**others):
    """A quick scene: pins, geodesic and moving point only."""
    scene = scene_file.load("gaussian")
    layers = replace(scene.layers, map=False, ellipses=False, straight=False, transport=False)
    return replace(scene, layers=layers, **others)


@pytest.fixture(scope="module")
def quick(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "quick.json"
    scene_file.save(bare(), path)
    return path


def decoded(path: Path) -> tuple[av.video.stream.VideoStream, list[np.ndarray]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream, [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "h264"), ("webm", "av1")])
def test_a_film_plays_and_is_the_same_each_time(quick, kind, codec, tmp_path):
    contents = []
    for name in ("a", "b"):
        target = tmp_path / f"{name}.{kind}"
        stated = made(
            "animate", str(quick), "-o", str(target), "--frames", "5", "--fps", "24", *SMALL
        )
        assert (stated["file"], stated["frames"], stated["status"]) == (str(target), 5, "OK")
        contents.append(target.read_bytes())
    assert contents[0] == contents[1]
    stream, frames = decoded(tmp_path / f"a.{kind}")
    assert stream.codec_context.pix_fmt == "yuv420p"
    assert codec in stream.codec_context.name
    assert stream.average_rate == 24
    assert [frame.shape for frame in frames] == [(240, 320, 3)] * 5
    assert scene_file.load(tmp_path / f"a.{kind}") == scene_file.load(quick)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{kind}", f"b.{kind}"]


def test_without_a_timeline_the_point_glides_from_a_to_b(quick, tmp_path):
    made("animate", str(quick), "-o", str(tmp_path / "a.png"), "--frames", "5", *SMALL)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [f"a-000{i}.png" for i in range(1, 6)]
    playheads = [scene_file.load(path).playhead for path in files]
    assert playheads == pytest.approx([0.0, 5 / 32, 0.5, 27 / 32, 1.0])
    pictures = [np.asarray(Image.open(path)) for path in files]
    assert each((a != b).any() for a, b in pairwise(pictures))


def test_a_timeline_says_how_long_and_what_moves(reference_engine, tmp_path):
    keys = (Key(0.0, (1.5, 0.6), "linear"), Key(0.5, (1.5, 1.2)))
    scene = bare(timeline=Timeline(0.5, (Track("end.theta", keys),), "bounce"))
    scene_file.save(scene, tmp_path / "scene.json")
    target = tmp_path / "a.png"
    stated = made("animate", str(tmp_path / "scene.json"), "-o", str(target), "--fps", "4", *SMALL)
    assert stated["frames"] == 4
    rows = []
    for number in range(4):
        picture = np.asarray(Image.open(tmp_path / f"a-000{number + 1}.png"))[..., :3]
        rows.append(np.nonzero((picture == ORANGE).all(axis=-1))[0].mean())
    # log σ grows with σ, and the pin of B goes up with it, and down again
    assert rows[0] - 10 > rows[1] > rows[2] + 5
    assert rows[3] == rows[1]


def test_what_two_frames_share_is_computed_once(reference_engine):
    calls = []

    class Counting:
        name, adapter = "counting", ""

        def __getattr__(self, name):
            calls.append(name)
            return getattr(reference_engine, name)

    camera = film.Camera(bare(), Counting(), film.Reel(3, Fraction(30), Paper()))
    first = path_of(camera.answers(camera.scene(0)))
    asked = len(calls)
    assert path_of(camera.answers(camera.scene(1))) is first
    assert len(calls) == asked > 0


def test_a_gif_is_close_to_the_frames_it_is_made_of(tmp_path):
    options = ("--frames", "3", "--fps", "20", "--size", "321x241")  # odd sizes are fine here
    made("animate", "gaussian", "-o", str(tmp_path / "a.gif"), *options)
    made("animate", "gaussian", "-o", str(tmp_path / "a.png"), *options)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["duration"]) == (3, (321, 241), 50)
        for number in range(3):
            gif.seek(number)
            shown = np.asarray(gif.convert("RGB")).astype(int)
            png = np.asarray(Image.open(tmp_path / f"a-000{number + 1}.png").convert("RGB"))
            assert np.abs(shown - png).mean() < 5.0
    assert scene_file.load(tmp_path / "a.gif") == scene_file.load("gaussian")


def test_a_sequence_is_resumed_where_it_ended(quick, tmp_path):
    arguments = ("animate", str(quick), "-o", str(tmp_path / "a.png"), "--frames", "4", *SMALL)
    made(*arguments)
    files = sorted(tmp_path.iterdir())
    whole = [path.read_bytes() for path in files]
    files[1].write_bytes(whole[1][:500])  # half a file
    files[2].write_bytes(whole[0])  # another moment
    files[3].unlink()
    kept = files[0].stat().st_mtime_ns
    made(*arguments, "--resume")
    assert [path.read_bytes() for path in files] == whole
    assert files[0].stat().st_mtime_ns == kept


def test_finer_frames_are_reduced(quick, tmp_path):
    for name, options in (("a", ()), ("b", ("--supersample", "2"))):
        target = str(tmp_path / f"{name}.png")
        made("animate", str(quick), "-o", target, "--frames", "1", *SMALL, *options)
    a, b = (
        np.asarray(Image.open(tmp_path / f"{name}-0001.png").convert("RGB")).astype(int)
        for name in "ab"
    )
    assert a.shape == b.shape
    assert 0 < np.abs(a - b).mean() < 3.0


@pytest.mark.parametrize("kind", ["mp4", "gif", "png"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_film_that_is_cancelled_leaves_nothing(quick, kind, number, tmp_path):
    target = tmp_path / f"a.{kind}"
    arguments = ("animate", str(quick), "-o", str(target), "--frames", "100000", *SMALL)
    process = subprocess.Popen(
        command(*arguments, "--engine", "reference"),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("frame ")
    process.send_signal(number)
    process.communicate()
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "{}/a.mp4", "--size", "321x240"), "must be even, got 321x240; use 320x240"),
        (("-o", "{}/a.webm", "--size", "320x241"), "must be even"),
        (("-o", "{}/a.mp4", "--frames", "0"), "must have 1 to 100000 frames, got 0"),
        (("-o", "{}/a.mp4", "--frames", "-3"), "got -3"),
        (("-o", "{}/a.gif", "--fps", "60"), "at most 50 frames per second"),
        (("-o", "{}/a.mp4", "--fps", "0"), "number from 0.1 to 240"),
        (("-o", "{}/a.mp4", "--resume"), "only a PNG sequence can be resumed"),
        (("-o", "{}/a.mp4", "--frames", "3", "--seconds", "1"), "not allowed with"),
        (("-o", "{}/a.avi"), "must end in .webm, .mp4, .gif or .png"),
        (("-o", "{}/no/a.mp4"), "there is no folder"),
        (("-o", "/proc/a.mp4"), "'/proc/a.mp4' cannot be written: No such file"),
    ],
)
def test_a_film_that_cannot_be_is_refused_before_the_work(options, words, tmp_path):
    said = refused_at_once(
        tmp_path, "animate", "bank", *(part.format(tmp_path) for part in options)
    )
    assert words in said


def test_a_timeline_that_leaves_the_domain_says_in_which_frame(tmp_path):
    keys = [{"at": 0, "value": [0, 1]}, {"at": 1, "value": [0, -1]}]
    stated = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian"}
    stated["timeline"] = {"duration": 1, "tracks": [{"field": "start.theta", "keys": keys}]}
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(stated))
    target = str(tmp_path / "a.mp4")
    said = refused(
        tmp_path, "animate", str(path), "-o", target, "--frames", "3", "--fps", "2", *SMALL
    )
    assert "frame 2 of 3: pin A must lie in" in said

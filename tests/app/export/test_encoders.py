"""Encoders: what other programs decode of their films, and how closely."""

from __future__ import annotations

import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from app.export import encoders, webm
from app.export.cut import Cut

ORANGE = (0xFF, 0xB4, 0x54)
SCENE = '{"format": "attention-geodesics/scene"}'


def frames(count, width=64, height=48):
    """A slope of colours, and an orange square that moves."""
    slope = np.zeros((height, width, 3), np.uint8)
    slope[..., 0], slope[..., 2] = np.linspace(0, 200, width), np.linspace(40, 180, height)[:, None]
    for number in range(count):
        shown = slope.copy()
        left = 4 + number % (width - 16)
        shown[20:28, left : left + 8] = ORANGE
        yield shown


def film(path, shown, rate=24):
    shown = list(shown)
    height, width = shown[0].shape[:2]
    cut = Cut((width, height), Fraction(rate), "Ωmega & <co>", SCENE)
    encoder = encoders.opened(path, path.suffix, cut, lambda: shown[:12])
    for frame in shown:
        encoder.add(frame)
    encoder.close()
    return path


def decoded(path):
    with av.open(str(path)) as container:
        return [
            (frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)
        ]


def distance(shown, frame):
    return np.abs(shown.astype(int) - frame).mean()


@pytest.mark.parametrize("rate", [24, Fraction(30000, 1001), Fraction(1, 10)])
def test_webm_has_each_frame_at_its_time(rate, tmp_path, monkeypatch):
    monkeypatch.setattr(webm, "MOST_FRAMES", 5)
    shown = list(frames(11))
    found = decoded(film(tmp_path / "a.webm", shown, rate))
    assert [time for time, _ in found] == pytest.approx(
        [number / rate for number in range(11)], abs=6e-4
    )
    assert max(distance(a, b) for (_, a), b in zip(found, shown, strict=True)) < 6.0


def test_webm_states_its_length_title_and_scene_and_can_be_entered(tmp_path, monkeypatch):
    monkeypatch.setattr(webm, "MOST_FRAMES", 8)
    path = film(tmp_path / "a.webm", frames(40), 20)
    assert SCENE.encode() in path.read_bytes()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (container.duration, container.metadata["title"]) == (2_000_000, "Ωmega & <co>")
        assert (stream.codec_context.color_range, stream.codec_context.color_primaries) == (1, 1)
        container.seek(1_300_000, backward=True)
        first = next(container.decode(video=0))
        # the key frame before: the fourth group begins with frame 24
        assert (first.time, first.key_frame) == (1.2, True)


def test_a_webm_of_one_frame_is_a_film(tmp_path):
    (only,) = decoded(film(tmp_path / "a.webm", frames(1)))
    assert only[0] == 0


def test_groups_of_large_frames_are_small(tmp_path):
    cut = Cut((3840, 2160), Fraction(60), "", SCENE)
    assert webm.group_size(cut) * 3 * 3840 * 2160 <= webm.MOST_BYTES
    assert webm.group_size(Cut((64, 64), Fraction(1, 10), "", SCENE)) == 3
    assert webm.group_size(Cut((64, 64), Fraction(1, 100), "", SCENE)) == 1


def test_a_gif_keeps_colours_of_few_pixels_and_its_time(tmp_path):
    shown = list(frames(10))
    with Image.open(film(tmp_path / "a.gif", shown, 30)) as gif:
        delays = []
        for number, frame in enumerate(shown):
            gif.seek(number)
            delays.append(gif.info["duration"])
            got = np.asarray(gif.convert("RGB")).astype(int)
            assert distance(got, frame) < 4.0
            left = 4 + number % 48
            square = got[20:28, left : left + 8]
            assert np.abs(square - ORANGE).max() < 24
    assert delays == [30, 40, 30, 30, 40, 30, 30, 40, 30, 30]


def test_a_gif_holds_only_what_has_changed(tmp_path):
    (one,) = frames(1, 400, 300)
    still = film(tmp_path / "still.gif", [one] * 10).stat().st_size
    single = film(tmp_path / "single.gif", [one]).stat().st_size
    assert still - single < 10 * 40
    with Image.open(tmp_path / "still.gif") as gif:
        assert gif.n_frames == 10


def test_all_colours_alike_are_a_palette_too(tmp_path):
    flat = np.full((8, 8, 3), 77, np.uint8)
    with Image.open(film(tmp_path / "a.gif", [flat, flat])) as gif:
        assert np.abs(np.asarray(gif.convert("RGB")).astype(int) - 77).max() <= 4


def test_without_pyav_only_mp4_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ValueError, match=r"pip install 'attention-geodesics\[video\]'; WebM"):
        encoders.check(".mp4")
    for kind in (".webm", ".gif", ".png"):
        encoders.check(kind)

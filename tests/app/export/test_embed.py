"""Scenes inside other files: read back from each, and hostile ones refused in one line."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.export import embed
from app.export.figure import save_png
from app.export.pdf import pdf
from app.export.sheet import Sheet
from app.export.svg import svg
from app.model import embedded, scene_file
from app.model.keyframe_tracks import Key, Timeline, Track

MARK = embedded.MARK.encode()
BLANK = Sheet((8, 8), None, ())


@pytest.fixture(scope="module")
def scene():
    track = Track("alpha", (Key(0.0, 0.0), Key(2.0, 1.0)))
    title = '<&>"\' ]]> --> θ₁ \N{GRINNING FACE} \\ {"format": "attention-geodesics/scene"'
    return replace(scene_file.load("gaussian"), title=title, timeline=Timeline(2.0, (track,)))


def blank_gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("P", (8, 8)).save(buffer, format="GIF")
    return buffer.getvalue()


def containers(scene, folder: Path) -> dict[str, Path]:
    """The scene in each kind of file."""
    stated = embed.stated(scene, folder / "x")
    save_png(np.zeros((4, 4, 4), np.uint8), folder / "a.png", scene)
    (folder / "a.svg").write_text(svg(BLANK, scene.title, embed.in_svg(stated)), "utf-8")
    (folder / "a.pdf").write_bytes(pdf(BLANK, scene.title, embed.in_xmp(stated, scene.title)))
    (folder / "a.gif").write_bytes(embed.in_gif(blank_gif(), stated))
    return {path.suffix: path for path in sorted(folder.iterdir())}


def test_every_container_gives_the_scene_back(scene, tmp_path):
    found = containers(scene, tmp_path)
    assert set(found) == {".png", ".svg", ".pdf", ".gif"}
    for kind, path in found.items():
        assert scene_file.load(path) == scene, kind


def test_what_is_put_in_xml_is_well_formed(scene, tmp_path):
    from xml.etree import ElementTree

    stated = embed.stated(scene, tmp_path / "x")
    whole = svg(BLANK, scene.title, embed.in_svg(stated))
    for text in (embed.in_svg(stated), embed.in_xmp(stated, scene.title), whole):
        root = ElementTree.fromstring(text)
        assert stated in "".join(root.itertext())
    assert root.findtext("{http://www.w3.org/2000/svg}title") == scene.title


def test_a_title_that_xml_cannot_hold_leaves_it_well_formed(scene, tmp_path):
    from xml.etree import ElementTree

    found = ElementTree.fromstring(embed.in_xmp(embed.stated(scene, tmp_path / "x"), "a\0\x1b<b>"))
    assert "a��<b>" in "".join(found.itertext())


def test_a_packed_scene_is_ascii_that_no_container_changes(scene, tmp_path):
    stated = embed.stated(scene, tmp_path / "x")
    assert stated.startswith(embedded.MARK)
    assert stated.isascii()
    assert not set("&<>\n\0") & set(stated)


def test_a_gif_with_a_scene_is_still_a_gif(scene, tmp_path):
    path = containers(scene, tmp_path)[".gif"]
    with Image.open(path) as picture:
        picture.load()
        assert picture.n_frames == 1
    assert path.read_bytes()[-1:] == b";"


def test_the_head_file_of_an_embedded_scene_is_found_beside_it(tmp_path):
    rng = np.random.default_rng(5)
    np.savez(tmp_path / "mine.npz", **{name: rng.normal(size=(5, 8)) for name in "qkv"})
    file = tmp_path / "scene.json"
    family = "attention:mine.npz?layer=0&head=0"
    file.write_text(json.dumps({"format": scene_file.FORMAT, "version": 1, "family": family}))
    scene = scene_file.load(file)
    (tmp_path / "figures").mkdir()
    target = tmp_path / "figures" / "a.png"
    save_png(np.zeros((4, 4, 4), np.uint8), target, scene)
    assert b"../mine.npz" in target.read_bytes()
    assert scene_file.load(target) == scene


GOOD = embedded.packed(
    json.dumps({"format": scene_file.FORMAT, "version": 1, "family": "gaussian"})
)
BAD = {
    "empty": (b"", "contains no scene"),
    "without a scene": (b"\x89PNG\r\n\x1a\n" + bytes(1000), "contains no scene"),
    "cut off": (b"%PDF" + GOOD[:-5].encode(), "damaged"),
    "letters changed": (GOOD.replace('"version":', '"version"').encode(), "damaged"),
    "endless": (MARK + b', "title": "' + b"x" * (embedded.MOST_BYTES + 10), "damaged or too large"),
    "deep": (MARK + b', "a": ' + b"[" * 200_000, "damaged"),
    "a huge number": (MARK + b', "version": ' + b"9" * 10_000 + b"}", "."),
    "another family": (GOOD.replace("gaussian", "gausian").encode(), "family must be one of"),
    "a newer one": (GOOD.replace("1", "99").encode(), "newer"),
    "not finite": (MARK + b', "version": 1, "alpha": NaN}', "finite"),
    "a key twice": (MARK + b', "version": 1, "format": "x"}', "must be a scene"),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", ["png", "mp4"])
def test_a_tampered_file_is_refused_in_one_line(kind, content, words, tmp_path):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(content)
    with pytest.raises(scene_file.NotAScene, match=words) as refused:
        scene_file.load(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_no_more_than_a_scene_is_read_of_a_large_film(tmp_path):
    path = tmp_path / "a.mp4"
    with path.open("wb") as file:
        file.write(GOOD.encode())
        file.seek(1 << 31)  # a hole: two gigabytes that take no room
        file.write(b"\0")
    assert scene_file.load(path) == scene_file.from_text(GOOD, "here", tmp_path)


def test_a_folder_called_like_a_figure_is_refused(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(scene_file.NotAScene, match="cannot be read"):
        scene_file.load(tmp_path / "a.png")

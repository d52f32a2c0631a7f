"""Letters of any script in figures, as independent programs show and read them."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.export import figure, figure_panels, raster
from app.export.letters import any_script
from app.export.sheet import Group, Lettering, Sheet, drawn
from app.model import scene_file
from app.model.scene import completed, of_family
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.theme import DARK
from compute.manifold.extent import Extent
from tests.claims import each
from tests.exporting import needs, run

TOKENS = (
    "[CLS]", "中文字符", "مرحبا", "नमस्ते", "😀", "👨\u200d👩\u200d👧", "שלום", "cafe\u0301", "ไทย",
    "13 كتاب", "trophy", "a_very_long_token_that_goes_on_and_on_for_ever",
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
WIDTH, HEIGHT = 700, 100
BLACK, WHITE = (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)


class Word(Layer):
    """One label, large, in the middle."""

    def __init__(self, text: str) -> None:
        super().__init__(DARK)
        self.text = text

    def build(self, frame):
        at = (WIDTH / 2, HEIGHT / 2)
        return (Label(self.text, at, 40.0, BLACK, (0.5, 0.5)),)


def page_of(text: str) -> Sheet:
    frame = Frame(Extent(0.0, 1.0, 0.0, 1.0), (WIDTH, HEIGHT), Margins(0, 0, 0, 0))
    return Sheet((WIDTH, HEIGHT), WHITE, (Group(drawn([Word(text)], frame)),))


def ink(picture: Image.Image) -> np.ndarray:
    """The box of what is not white: left, top, right, bottom."""
    dark = np.asarray(picture.convert("L")) < 128
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def expected(sheet: Sheet) -> np.ndarray:
    """The same from the outlines."""
    (item,) = sheet.groups[0].items
    assert isinstance(item, Lettering)
    points = np.concatenate([points for _, points in item.outline])
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


# no colours: a coloured letter is a picture, whose edges are faint
@pytest.mark.parametrize("text", ["中文字符", "مرحبا 13", "שלום abc", "cafe\u0301", "\u0378"])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_programs_show_letters_where_they_are(text, kind, tmp_path):
    target, shown = tmp_path / f"a.{kind}", tmp_path / "shown.png"
    with any_script(lambda words: None):
        sheet = page_of(text)
        raster.write(sheet, target, "a word")
    if kind == "png":
        shown = target
    elif kind == "svg":
        subprocess.run([needs("rsvg-convert"), target, "-o", shown], check=True)
    else:
        options = ["-r", "96", "-png", "-singlefile"]
        subprocess.run([needs("pdftoppm"), *options, target, shown.with_suffix("")], check=True)
    np.testing.assert_allclose(ink(Image.open(shown)), expected(sheet), atol=1.6)


@pytest.mark.parametrize("text", ["中文字符", "مرحبا", "שלום abc", "नमस्ते", "13 كتاب", "😀"])
def test_the_text_of_a_pdf_is_read_in_its_order(text, tmp_path):
    target, told = tmp_path / "a.pdf", list[str]()
    with any_script(told.append):
        raster.write(page_of(text), target, "a word")
    if told and text[0] in "مש1":
        pytest.skip("no font here has these letters, and code points run from left to right")
    read = subprocess.run(
        [needs("pdftotext"), target, "-"], check=True, capture_output=True, text=True
    ).stdout
    # marks of direction stand round it, and words of a line may be read in turn
    assert each(word in read for word in text.split())


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """A file of heads whose tokens are of many scripts."""
    rng = np.random.default_rng(5)
    path = tmp_path_factory.mktemp("heads") / "many.npz"
    q, k, v = rng.normal(size=(3, 1, 1, len(TOKENS), 8))
    np.savez(path, q=q, k=k, v=v, tokens=np.array(TOKENS))
    return path


def test_tokens_of_many_scripts_are_in_the_svg_as_text_and_as_shapes(
    heads, reference_engine, tmp_path
):
    scene = completed(of_family(scene_file.load("bank"), f"attention:{heads}"))
    paper = figure.Paper((900, 600), panels=("distributions",))
    found = figure.answers(scene, reference_engine, (900, 600))
    with any_script(lambda words: None):
        figure.write(tmp_path / "a.svg", scene, found, paper)
        foreign = [token for token in TOKENS if typeface.shaped(token, False)]
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {"".join(text.itertext()): text for text in root.iter(f"{SVG}text")}
    assert set(foreign) | {"[CLS]", "trophy"} <= set(texts)
    assert set(foreign) == set(TOKENS) - {"[CLS]", "trophy", TOKENS[-1]}
    for group in root.iter(f"{SVG}g"):
        words = group.findall(f"{SVG}text[@textLength]")
        for word in words:
            assert "'Open Sans'" in word.get("font-family")
            shapes = [*group.findall(f"{SVG}path"), *group.findall(f"{SVG}image")]
            assert shapes and each(shape.get("d") != "" for shape in shapes)
    # a long word ends in an ellipsis beside the bars
    assert [text for text in texts if text.endswith("…") and TOKENS[-1].startswith(text[:-1])]


def test_only_words_wider_than_their_room_are_shortened():
    word = "the moving point"
    whole = figure_panels.width_of(word, 12)
    assert figure_panels.shortened(word, 12, whole) == word
    cut = figure_panels.shortened(word, 12, whole - 1.0)
    assert cut.endswith("…") and word.startswith(cut[:-1])
    assert whole / 2 < figure_panels.width_of(cut, 12) < whole
    assert figure_panels.shortened(word, 12, 0.0) == "…"


def test_a_picture_of_many_scripts_is_made_and_says_what_has_no_letters(heads, tmp_path):
    done = run("render", f"attention:{heads}", "-o", str(tmp_path / "a.png"),
               "--size", "700x500", "--engine", "reference")  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("attention-geodesics")]
    assert [line for line in said if "are written as their code points" not in line] == []
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (700, 500)

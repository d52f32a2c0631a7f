"""Text in any script: whole lines are laid out if the canvas's own font lacks a letter.

Fonts differ between machines: a word either has glyphs, or a message says that there is none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.export import sheet
from app.export.letters import any_script
from app.export.sheet import Lettering, drawn, halo_of
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface import letters
from app.views.interface.letters import Shaped
from app.views.interface.theme import DARK
from compute.heads import head_file
from compute.manifold.extent import Extent

WORDS = {
    "Chinese": "中文字符",
    "Arabic": "مرحبا",
    "Devanagari": "नमस्ते",
    "Hebrew": "שלום",
    "Thai": "ไทย",
    "Korean": "한국어",
    "emoji": "😀",
    "a family of emoji": "👨\u200d👩\u200d👧",
    "both ways": "13 كتاب",
}
BLACK = (0.0, 0.0, 0.0, 1.0)
FRAME = Frame(Extent(0.0, 1.0, 0.0, 1.0), (400, 300), Margins(0, 0, 0, 0))
# no letter, and none to come
NO_LETTER = "\u0378"


@pytest.fixture
def told():
    """The messages about letters while text is laid out."""
    heard: list[str] = []
    with any_script(heard.append):
        yield heard


class Words(Layer):
    """A layer of given labels."""

    def __init__(self, *labels: Label) -> None:
        super().__init__(DARK)
        self.labels = labels

    def build(self, frame):
        return self.labels


def lettered(label: Label) -> Lettering:
    """The item of a sheet that a label becomes."""
    (item,) = drawn([Words(label)], FRAME)
    assert isinstance(item, Lettering)
    return item


def box(lines) -> np.ndarray:
    """The smallest and the largest place of points."""
    points = np.concatenate(list(lines))
    return np.array([points.min(axis=0), points.max(axis=0)])


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_a_word_of_any_script_is_drawn(told, word):
    line = typeface.shaped(word, False)
    assert line.width > 0.3 and (line.outline or line.pictures)
    pixels, _, _, advance = typeface.rendered(word, 24, False)
    assert pixels.max() == 255 and advance == pytest.approx(24 * line.width, abs=1.5)
    assert typeface.width(word, 12) == pytest.approx(12 * line.width)
    assert not [words for words in told if "are written as their code points" not in words]


def test_a_letter_that_no_font_has_is_its_code_point_and_this_is_said(told):
    line = typeface.shaped(NO_LETTER, False)
    plain = typeface.width("U+0378", 1000) / 1000
    assert line.width == pytest.approx(plain, rel=0.02)
    assert [words for words in told if "U+0378" in words] == told and len(told) == 1
    # beside others it is set apart
    both = typeface.shaped(f"a{NO_LETTER}5", False)
    assert both.width > line.width + typeface.width("a5", 1000) / 1000
    assert len(told) == 1, "once of each kind"


@pytest.mark.parametrize(
    "text",
    [
        "कु", "\u0941", "a\u0941", "ก็", "\U000e0100x", "\u200d中", "x\u0378\u0301y", "\u202e",
        "\u2028", "\x00中", "\u0600", "\ufdd0", "\uffff", "\U0010ffff", "e" + 40 * "\u0301", "𓀀ا𓀁",
    ],
    ids=ascii,
)  # fmt: skip
def test_odd_letters_are_drawn_or_left_out(told, text):
    """Marks without a letter, joiners between nothing, numbers of no letter: Qt aborts if a box for
    a missing letter has to name its font.
    """
    line = typeface.shaped(text, False)
    pixels, _, _, advance = typeface.rendered(text, 20, True)
    assert np.isfinite(line.width) and line.width >= 0.0 and advance >= 0
    assert pixels.size or not line.outline or advance < 3


def test_of_many_missing_letters_two_are_named():
    assert letters.code_points("中 \u200d文") == "U+4E2D U+6587"
    assert letters.code_points("中文字") == "U+4E2D U+6587…"
    assert letters.code_points("\u200d ") == ""


def test_without_an_engine_code_points_stand_for_letters():
    assert typeface.shaped("中文", False) is None
    assert typeface.writable("中a") == "U+4E2Da"
    assert typeface.width("中", 12) == typeface.width("U+4E2D", 12)


def test_what_the_font_has_needs_no_engine(told):
    for text in ("trophy", "θ₁² √|‖", "Привет", "[CLS]"):
        assert typeface.shaped(text, False) is None


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("anchor", [(0.0, 0.5), (1.0, 1.0), (0.5, 0.0)])
def test_a_line_lies_where_its_letters_lie_one_by_one(told, anchor, upright):
    plain = Label("niche", (200.0, 150.0), 40.0, BLACK, anchor, upright=upright)
    # marks of direction make it one piece; they are not seen
    whole = lettered(replace(plain, text="\u2068niche\u2069"))
    expected = box(halo_of(plain).lines)
    np.testing.assert_allclose(box(points for _, points in whole.outline), expected, atol=0.5)


def test_a_mark_is_on_its_letter(told):
    """Open Sans has é as one letter: e with an accent is as wide, and no wider."""
    line = typeface.shaped("cafe\u0301", False)
    assert line.width == pytest.approx(typeface.width("café", 1000) / 1000, rel=0.01)


def test_hebrew_runs_from_right_to_left(told):
    line = typeface.shaped("שלום abc", False)
    if told:
        pytest.skip("no font here has Hebrew")
    places = {word: first for word, first, _ in line.words}
    hebrew = [places[letter] for letter in "שלום"]
    assert hebrew == sorted(hebrew, reverse=True)
    assert places["a"] < places["b"] < places["c"] < min(hebrew)
    assert [word for word, _, _ in line.words] == list("שלום abc"), "they are read in their order"


def test_joiners_within_a_word_are_kept_and_marks_of_direction_are_not():
    assert head_file.label("👨\u200d👩") == "👨\u200d👩"
    assert head_file.label("می\u200cخواهم") == "می\u200cخواهم"
    assert head_file.label("a\u202eb\nc") == "a·b·c"


# --- an engine with known results ----------------------------------------------------
class Squares:
    """Lays each line out as one red square, as large as its letters."""

    def shaped(self, text, bold):
        picture = np.full((4, 4, 4), (255, 0, 0, 255), np.uint8)
        box_ = (0.0, -1.0, 1.0, 0.0)
        return Shaped(1.0, ("Squares",), (), ((picture, box_),), ((text, 0.0, 1.0),))

    def picture(self, text, size, bold):
        return np.full((size, size, 4), (255, 0, 0, 255), np.uint8), 0, -size, size


def test_coloured_letters_keep_their_colours_in_the_atlas_and_on_a_sheet():
    with typeface.using(Squares):
        atlas = Atlas()
        glyph = atlas.glyph("中", 20, False, 2)
        assert glyph.colours is not None and glyph.colours[2:] == glyph.cell[2:] == (24, 24)
        assert glyph.colours[:2] != glyph.cell[:2] and glyph.advance == 20
        assert atlas.glyph("e", 20, False, 2).colours is None
        (picture,) = lettered(Label("中", (100.0, 50.0), 20.0, BLACK, (0.5, 1.0))).pictures
        assert picture.box == (90.0, 30.0, 110.0, 50.0)
        assert sheet.width_of("中", 20.0) == 20.0
    assert typeface.shaped("中", False) is None, "it was for that long"

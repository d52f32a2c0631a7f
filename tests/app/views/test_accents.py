"""Letters with accents, compared with those that the font's designer drew."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.export import raster
from app.export.sheet import Group, Sheet, advance, contours, drawn, halo_of, width_of
from app.views.canvas import typeface
from app.views.canvas.accents import clusters
from app.views.canvas.display_list import Label
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.theme import DARK
from app.views.text.mathematics import slanted
from app.views.text.typesetting import line
from compute.manifold.extent import Extent
from tests.exporting import needs

INK, WHITE = (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)
WIDTH, HEIGHT = 300, 120
NAMES = ("hat", "bar", "tilde", "dot", "ddot", "vec")


def box(points: np.ndarray) -> np.ndarray:
    """The smallest and the largest coordinates."""
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def outline(text: str) -> np.ndarray:
    """The points of a label at font size 1, y downwards, on its outlines."""
    return np.concatenate(halo_of(Label(text, (0.0, 0.0), 1.0, INK, (0.0, 1.0))).lines)


def above(points: np.ndarray, letter: str) -> np.ndarray:
    """The box of the points that lie higher than a letter."""
    return box(points[points[:, 1] < outline(letter)[:, 1].min() - 0.01])


@pytest.mark.parametrize("letter", "êāãėëôñÂĀÄÕĖ")
@pytest.mark.parametrize("is_italic", [False, True])
def test_an_accent_stands_where_the_designer_puts_it(letter, is_italic):
    plain, mark = unicodedata.normalize("NFD", letter)
    plain = slanted(plain) if is_italic else plain
    given = np.concatenate(contours(letter, False, is_italic)) * (1.0, -1.0)
    np.testing.assert_allclose(above(outline(plain + mark), plain), above(given, plain), atol=0.03)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("letter", [r"\theta", "p", r"\eta", r"\Sigma"])
def test_an_accent_is_clear_of_its_letter_and_takes_no_room(name, letter):
    bare, made = line(f"${letter}$"), line(rf"$\{name}{{{letter}}}$")
    assert list(clusters(made)) == [made]
    assert typeface.writable(made) == made
    for size in (11, 26):
        assert typeface.width(made, size) == typeface.width(bare, size)
        assert width_of(made, size) == pytest.approx(width_of(bare, size), abs=1e-9)
        ink, _, top, _ = typeface.rendered(made, size, False)
        below, _, begins, _ = typeface.rendered(bare, size, False)
        # both end on the same row, and the accent lies higher
        assert top + len(ink) == begins + len(below) and top < begins
        inside = np.flatnonzero(~ink.any(axis=1))
        assert size < 26 or len(inside) > 0, "a row between them is empty"


def test_a_vector_has_its_head_at_the_right():
    bar, arrow = (typeface.rendered(f"x{mark}", 80, False)[0] for mark in "\u0304\u20d7")
    above = arrow[: len(arrow) - len(typeface.rendered("x", 80, False)[0])]
    columns = np.flatnonzero(above.any(axis=0))
    heights = (above > 127).sum(axis=0)[columns[0] : columns[-1]]
    assert heights[: len(heights) // 2].max() < heights[len(heights) // 2 :].max()
    assert len(arrow) > len(bar)


def test_accents_stand_over_one_another():
    one, two = box(outline("x\u0304")), box(outline("x\u0304\u0302"))
    assert two[1] < one[1] - 0.1


def test_what_follows_an_accent_keeps_its_place():
    one, other = box(outline("x\u0302p")), box(outline("xp"))
    assert one[[0, 2, 3]] == pytest.approx(other[[0, 2, 3]], abs=0.05)


def test_an_accent_without_a_letter_stands_over_a_space():
    assert list(clusters("\u0302a")) == ["\u00a0\u0302", "a"]


class Word(Layer):
    """One label, large, in the middle."""

    def build(self, frame):
        at = (WIDTH / 2, HEIGHT / 2)
        return (Label(line(r"$p\hat\theta\bar\Sigma\vec{v}q$"), at, 40.0, INK, (0.5, 0.5)),)


def written(target: Path) -> Label:
    """Write a figure of the label and return the label."""
    frame = Frame(Extent(0.0, 1.0, 0.0, 1.0), (WIDTH, HEIGHT), Margins(0, 0, 0, 0))
    (item,) = drawn([Word(DARK)], frame)
    assert isinstance(item, Label)
    raster.write(Sheet((WIDTH, HEIGHT), WHITE, (Group((item,)),)), target, "a word")
    return item


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_programs_show_accents_where_they_are(kind, tmp_path):
    target, shown = tmp_path / f"a.{kind}", tmp_path / "a.png"
    item = written(target)
    if kind == "pdf":
        options = ["-r", "96", "-png", "-singlefile"]
        subprocess.run([needs("pdftoppm"), *options, target, shown.with_suffix("")], check=True)
    dark = np.asarray(Image.open(shown).convert("L")) < 128
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    found = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    np.testing.assert_allclose(found, box(np.concatenate(halo_of(item).lines)), atol=1.6)


def test_the_pen_of_an_svg_goes_back_for_an_accent_and_ends_where_the_line_ends(tmp_path):
    item = written(tmp_path / "a.svg")
    (text,) = ElementTree.parse(tmp_path / "a.svg").iter("{http://www.w3.org/2000/svg}text")
    assert "text-anchor" not in text.attrib
    pen, level, places = float(text.attrib["x"]), 0.0, {}
    for part in text:
        pen += float(part.get("dx", 0.0))
        level += float(part.get("dy", 0.0))
        places[part.text] = pen, level
        size = float(part.get("font-size", 40.0))
        pen += sum(
            advance(char, size, False, part.get("font-style") == "italic") for char in part.text
        )
    assert pen == pytest.approx(WIDTH / 2 + width_of(item.text, 40.0) / 2, abs=0.05)
    assert level == pytest.approx(0.0, abs=0.02)
    assert places["ˆ"][0] < places["Σ"][0] < places["q"][0] and places["ˆ"][1] < -5.0

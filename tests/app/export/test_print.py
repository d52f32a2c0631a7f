"""Figures for print: their sizes as other programs read them back from the files."""

from __future__ import annotations

import re
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.controller.export_commands import AS_WINDOW, EXPORTS, options
from app.export import figure, page
from app.export.sheet import groups
from app.model import figure_options, scene_file
from app.views.canvas.display_list import Label, Pen, Strokes, printed, scaled
from app.views.canvas.plot import Plot
from app.views.interface.theme import LIGHT
from app.views.text import typed_values
from app.views.text.mathematics import italic, powers
from tests.exporting import annotated, made, refused_at_once

MM = 72 / 25.4


@pytest.fixture(scope="module")
def column(tmp_path_factory):
    """A figure for a column of 85 mm, with legend and caption."""
    target = tmp_path_factory.mktemp("print") / "bank.pdf"
    stated = made("render", "bank", "-o", str(target), "--size", "85mm", "--legend", "--caption")
    return target, stated["mm"]


def read(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def letters(path: Path) -> set[float]:
    """The sizes of type in a PDF, in points."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    found = set()
    for stream in streams:
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        found |= {float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", text)}
    return found


def lines(path: Path) -> set[float]:
    """The widths of all strokes of a PDF, in points, as another program draws them."""
    drawn = path.with_suffix(".cairo.svg")
    read("pdftocairo", "-svg", str(path), str(drawn))
    return {float(width) for width in re.findall(r'stroke-width[:="]+([\d.]+)', drawn.read_text())}


def test_a_column_is_85_mm_wide_with_letters_of_8_pt_and_lines_of_half_a_point_to_one(column):
    path, (width, height) = column
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", read("pdfinfo", str(path)))
    assert size is not None
    assert float(size[1]) == pytest.approx(85 * MM, abs=0.01)
    assert float(size[2]) == pytest.approx(height * MM, abs=0.02) and width == 85
    # subscripts are small letters of the same font
    assert letters(path) == {8.0, 5.44}
    assert min(lines(path)) == pytest.approx(0.5, abs=0.01)
    assert max(lines(path)) == pytest.approx(1.0, abs=0.01)


def test_sizes_of_type_and_of_lines_are_those_that_are_asked_for(tmp_path):
    target = tmp_path / "a.pdf"
    sizes = ("--width", "3.5in", "--height", "3in", "--font-size", "10pt", "--line-width", "0.8")
    stated = made("render", annotated(tmp_path), "-o", str(target), *sizes)
    assert stated["mm"] == [88.9, 76.2]
    assert letters(target) == {10.0, 6.8}  # with a subscript in a note
    words = read("pdftotext", "-layout", str(target), "-")
    assert "K = −½ at μ" in words.replace("\u2005", " ") and "29.5°" in words and "60.5°" in words
    assert (min(lines(target)), max(lines(target))) == pytest.approx((0.4, 0.8), abs=0.01)


def test_an_svg_states_millimetres_and_is_light_while_a_png_has_its_dots(tmp_path):
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    for target in (svg, png):
        made("render", annotated(tmp_path), "-o", str(target), "--size", "85x60mm")
    root = ElementTree.parse(svg).getroot()
    assert (root.get("width"), root.get("height")) == ("85mm", "60mm")
    _, _, width, _ = map(float, str(root.get("viewBox")).split())
    assert {"29.5°", "60.5°"} <= {"".join(text.itertext()) for text in root.iter()}
    sizes = {
        float(text.get("font-size", 0)) for text in root.iter("{http://www.w3.org/2000/svg}text")
    }
    # 8 pt in units of which ``width`` make 85 mm
    assert {round(size * 85 * MM / width, 2) for size in sizes} == {8.0}
    with Image.open(png) as picture:
        assert picture.info["dpi"] == pytest.approx((300, 300), rel=1e-3)
        assert picture.size == (round(85 / 25.4 * 300), round(60 / 25.4 * 300))
        assert np.asarray(picture)[2, 2].min() == 255


def test_a_vector_figure_is_light_and_a_png_of_the_screen_is_dark(tmp_path):
    for kind in ("svg", "png"):
        made("render", "gaussian", "-o", str(tmp_path / f"a.{kind}"), "--size", "400x300")
    assert '<rect width="400" height="300" fill="#ffffff"/>' in (tmp_path / "a.svg").read_text()
    assert np.asarray(Image.open(tmp_path / "a.png"))[2, 2].max() < 40


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("85mm", (85 / 25.4, 0.0)),
        ("85x60mm", (85 / 25.4, 60 / 25.4)),
        ("8.5cm x 60mm", (8.5 / 2.54, 60 / 25.4)),
        ("3.35in", (3.35, 0.0)),
        ("6×4in", (6.0, 4.0)),
        ("144pt", (2.0, 0.0)),
    ],
)
def test_a_size_is_read_as_people_write_it(text, sides):
    found = typed_values.paper_size(text)
    assert (found.width, found.height) == pytest.approx(sides) and not found.in_pixels


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--size", "5mm"), "sides from 0.5 to 100 inches, got '5mm'"),
        (("--size", "85"), "or as 85mm or 85x60mm, got '85'"),
        (("--height", "60mm"), "--height needs a --width"),
        (("--width", "85mm", "--size", "300x200"), "--width stands in place of"),
        (("--size", "85mm", "--font-size", "3pt"), "a number from 4 to 72"),
        (("--size", "30mm", "--panels", "measures"), "at least 140 per side"),
    ],
)
def test_a_size_that_cannot_be_is_refused_in_one_line(asked, words, tmp_path):
    assert words in refused_at_once(
        tmp_path, "render", "gaussian", "-o", str(tmp_path / "a.svg"), *asked
    )


def test_every_use_of_the_form_is_a_preset_of_the_command():
    from app.cli.parser import parser

    for name, presets in (("export_figure", figure_options.FIGURE_PRESETS),
                          ("export_film", figure_options.FILM_PRESETS)):  # fmt: skip
        export = EXPORTS[name]
        use = next(field for field in export.fields if field.name == "use")
        assert set(use.fills) == {AS_WINDOW, *presets}
        names = {field.name for field in export.fields}
        for fills in use.fills.values():
            assert set(fills) <= names
            stated = options({**fills, "size": fills["size"] or "300x200"})
            target = f"a{export.suffix}"
            parser().parse_args([export.command, "bank", "-o", target, *stated])


def test_a_primitive_is_printed_in_one_size_of_type_with_lines_beside_it_for_its_rim():
    theme = replace(LIGHT, type_size=12.0, pen=2.0)
    ink = (0.0, 0.0, 0.0, 1.0)
    (label,) = printed(Label("a", (0.0, 0.0), 11, ink), theme)
    assert label.size == 12.0
    line = np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)])
    casing, core = printed(Strokes([line], Pen(ink, 3.0, (1.0, 1.0, 1.0, 1.0), 1.5)), theme)
    assert (core.pen.width, casing.pen.width) == (2.0, 1.0)
    # beside a straight piece, at half of both widths
    assert sorted(abs(float(side[0, 1])) for side in casing.lines) == [1.5, 1.5]
    assert scaled(core, 0.5).pen.width == 1.0


def test_symbols_are_italic_and_words_are_not():
    slanted = {
        "ds² = (dμ² + 2 dσ²) / σ²": "d𝑠² = (d𝜇² + 2 d𝜎²) / 𝜎²",
        "E log x": "E log 𝑥",
        "Distance from A": "Distance from 𝐴",
        "A head reads a sentence": "A head reads a sentence",
        "det g, Student’s": "det 𝑔, Student’s",
        "h = 1": "ℎ = 1",
    }
    assert {text: italic(text) for text in slanted} == slanted


def test_numbers_have_powers_of_ten_and_true_minus_signs():
    assert powers("missed by 2.0e-06, −3.5e+10, -0.5, 0.0e+00") == (
        "missed by 2.0·10⁻⁶, −3.5·10¹⁰, −0.5, 0"
    )
    assert powers("layer-2, 1.0e−12, 1e-6") == "layer-2, 1.0·10⁻¹², 10⁻⁶"


def test_the_legend_names_every_curve_in_print_and_the_chart_none(reference_engine):
    scene = scene_file.load("gaussian")
    scene = replace(scene, layers=replace(scene.layers, dual_paths=True, map=False))
    paper = replace(figure.for_print(85 / 25.4, 64 / 25.4, 300, 8.0, 1.0, "print"), legend=True)
    found = figure.answers(scene, reference_engine, paper.plot)
    paper = figure.with_words(paper, scene, found)
    layout = figure.laid_out(scene, found, paper)
    below = {
        item.text for group in layout.groups() for item in group.items if isinstance(item, Label)
    }
    plot = Plot(layout.chart, paper.theme)
    figure.show(plot, scene, found)
    inside = {
        item.text for group in groups(plot) for item in group.items if isinstance(item, Label)
    }
    assert {"e-path, α = 1", "m-path, α = −1"} <= below - inside


def test_a_family_of_fonts_is_in_the_file_and_an_unknown_one_is_refused(tmp_path):
    if "DejaVu Serif" not in read("fc-list", ":", "family"):
        pytest.skip("the font is not installed")
    target = tmp_path / "a.pdf"
    made("render", "gaussian", "-o", str(target), "--size", "85mm", "--font", "DejaVu Serif")
    inside = read("pdffonts", str(target))
    assert "DejaVuSerif" in inside and "OpenSans" not in inside
    command = ("render", "gaussian", "-o", str(tmp_path / "b.pdf"), "--font", "Nobody Sans")
    assert "font must be a TrueType family of this system" in refused_at_once(tmp_path, *command)


def test_the_chart_of_a_film_keeps_its_size_whatever_its_caption_says(reference_engine):
    from fractions import Fraction

    from app.export import film

    scene = scene_file.load("gaussian")
    paper = figure.Paper((640, 480), 96, caption=True, type_size=12.0, line_width=1.0)
    found = figure.answers(scene, reference_engine, paper.plot)
    first = figure.laid_out(scene, found, paper)
    later = figure.laid_out(replace(scene, title="many words " * 30), found, paper)
    assert later.chart != first.chart
    assert replace(later, kept=first.foot).chart == first.chart
    film.checked(film.Reel(3, Fraction(30), paper), ".mp4")


def test_the_page_is_higher_by_its_words_and_the_chart_keeps_its_size(reference_engine):
    scene = scene_file.load("gaussian")
    paper = figure.for_print(85 / 25.4, 64 / 25.4, 300, 8.0, 1.0, "print")
    found = figure.answers(scene, reference_engine, paper.plot)
    worded = figure.with_words(replace(paper, legend=True, caption=True), scene, found)
    bare, whole = (figure.laid_out(scene, found, p) for p in (paper, worded))
    assert np.abs(np.subtract(bare.chart, whole.chart)).max() <= 1
    assert worded.sheet_size[1] - paper.sheet_size[1] == pytest.approx(whole.foot * paper.times)
    text = page.caption_of(scene, found)
    assert text.startswith("Normal distributions") and "\n" not in text
    assert "Fisher–Rao length" in text and page.caption_of(scene, []) == ""

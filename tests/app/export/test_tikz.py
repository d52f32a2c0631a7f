"""Figures as TikZ, read by a small parser of their own."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest

from app.export.sheet import Group, Lettering, Raster, Sheet
from app.export.tikz import tex, tikz
from app.model import scene_file
from app.views.canvas.display_list import Label
from app.views.interface.letters import Shaped
from app.views.interface.shapes import Area, Disc, Line
from tests.exporting import annotated, made

INK = (0.0, 0.0, 0.0, 1.0)
POINT = re.compile(r"\((-?\d+\.\d\d),(-?\d+\.\d\d)\)")
# the statements that a figure may contain
KNOWN = ("definecolor", "providecommand", "begin", "end", "path", "clip", "draw", "fill", "node")


def statements(text: str) -> list[str]:
    """The statements of a picture.  Raises AssertionError where braces or scopes do not match."""
    plain = re.sub(r"(?<!\\)%.*", "", text)
    depth, opened = 0, []
    for found in re.finditer(r"\\(?:begin|end)\{(\w+)\}|\\.|[{}]", plain):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
            assert depth >= 0
        elif found[0].startswith("\\begin"):
            opened.append(found[1])
        elif found[0].startswith("\\end{"):
            assert opened.pop() == found[1]
    assert depth == 0 and opened == []
    lines = [line for line in plain.splitlines() if line.startswith("\\")]
    assert {re.match(r"\\(\w+)", line)[1] for line in lines} <= set(KNOWN)
    return lines


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tikz")
    for kind in ("tikz", "tex"):
        target = folder / f"my figure.{kind}"
        made(
            "render",
            annotated(folder),
            "-o",
            str(target),
            "--size",
            "85mm",
            "--legend",
            "--caption",
        )
    return folder


def test_a_figure_is_a_picture_of_its_size_with_the_map_beside_it(written):
    text = (written / "my figure.tikz").read_text("utf-8").partition("\\endinput")[0]
    lines = statements(text)
    box = next(line for line in lines if "use as bounding box" in line)
    ((width, height),) = [tuple(map(float, found)) for found in POINT.findall(box)]
    assert "(0,0) rectangle" in box and width == pytest.approx(85 / 25.4 * 72, abs=0.01)
    plot = next(line for line in lines if line.startswith("\\clip"))
    (x0, y0), (x1, y1) = [tuple(map(float, found)) for found in POINT.findall(plot)]
    assert 0 < x0 < x1 < width and 0 < y0 < y1 < height
    # lines are cut at the plot; marks beside it stay on the page
    points = np.array(POINT.findall(text), float)
    assert np.isfinite(points).all() and points.min() > -10 and points[:, 0].max() < width + 10
    names = re.findall(r"\\includegraphics\[[^]]*\]\{([^}]+)\}", text)
    assert names == ["my-figure-1.png", "my-figure-2.png"]
    assert {(written / name).read_bytes()[:8] for name in names} == {b"\x89PNG\r\n\x1a\n"}
    widths = {float(width) for width in re.findall(r"line width=([\d.]+)bp", text)}
    assert min(widths) == 0.5 and max(widths) == 1.0
    assert set(re.findall(r"\\fontsize\{([\d.]+)\}", text)) == {"8"}


def test_it_names_symbols_as_mathematics_and_opens_again(written):
    target = written / "my figure.tikz"
    text = target.read_text("utf-8")
    assert r"{$\mu $}" in text and r"d$\sigma ^{2}$" in text
    assert scene_file.load(target) == scene_file.load(written / "annotated.json")
    assert r"$K$\ =\ $-\frac12 $ at $\mu _{0}$" in text and r"{29.5$^{\circ}$}" in text
    # no line is too long for TeX
    assert max(map(len, text.partition("\\endinput")[0].splitlines())) < 2000


def test_a_document_holds_the_same_picture(written):
    text = (written / "my figure.tex").read_text("utf-8")
    picture = (written / "my figure.tikz").read_text("utf-8").partition("\\endinput")[0]
    assert picture in text and text.index("\\begin{document}") < text.index("\\end{document}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed")
def test_tex_makes_a_page_of_its_size(written):
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "my figure.tex"]
    done = subprocess.run(command, cwd=written, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    size = subprocess.run(
        ["pdfinfo", "my figure.pdf"], cwd=written, capture_output=True, text=True, check=True
    ).stdout
    assert float(re.search(r"Page size:\s+([\d.]+)", size)[1]) == pytest.approx(240.94, abs=0.05)


def test_every_item_is_where_the_sheet_says():
    red = (1.0, 0.0, 0.0, 0.5)
    items = (
        Line([np.array([(0.0, 0.0), (96.0, 48.0)])], INK, 4.0, capped=True),
        Line([np.array([(0, 0), (96, 0), (96, 96), (0, 0)], float)], INK, 1.0),
        Area(np.array([(0.0, 0.0), (9.6, 0.0), (0.0, 9.6)]), red),
        Disc((48.0, 48.0), 9.6, INK),
        Raster(np.zeros((2, 2, 4), np.uint8), (0.0, 0.0, 96.0, 48.0), 0.25),
        Label("σ", (96.0, 96.0), 16.0, INK, (1.0, 1.0), upright=True, math=True),
        Lettering(Label("注", (0.0, 0.0), 16.0, INK), (), (), Shaped(1.0, (), (), (), ())),
    )
    text, pictures = tikz(Sheet((96.0, 96.0), INK, (Group(items),)), "a")
    # 96 pixels are 72 points, and y goes upwards
    assert "line width=3bp,line cap=round]\n(0.00,72.00) -- (72.00,36.00)\n;" in text
    assert "(0.00,72.00) -- (72.00,72.00) -- (72.00,0.00) -- cycle\n;" in text
    assert r"\fill[fill=agFF0000,fill opacity=0.5]" in text
    assert "(36.00,36.00) circle[radius=7.200bp];" in text
    assert r"opacity=0.25] at (0.00,36.00) {\includegraphics[width=72.00bp,height=36.00bp]" in text
    assert r"anchor=base east" in text and r"rotate=90] at (72.00,0.00) {$\sigma $};" in text
    assert r"\fill[fill=ag000000] (0,0) rectangle (72.00,72.00);" in text
    assert r"{\agletter{注}{6CE8}};" in text  # the document's font, if it has the letter
    assert list(pictures) == ["a-1.png"]
    assert statements(text)


def test_letters_that_tex_takes_for_commands_are_escaped():
    assert tex("50 % of $x_1 & {a}~b\\c^2#") == (
        r"50 \% of \$x\_1 \& \{a\}\textasciitilde{}b\textbackslash{}c\textasciicircum{}2\#"
    )
    assert (
        tex("θ₁₂² − 2·10⁻⁶ ≤ ∞") == r"$\theta _{12}^{2}$ $-$ 2$\cdot $10$^{-6}$ $\leq $ $\infty $"
    )
    assert tex("ab\ncd\x1b\x85\x0c.") == r"ab cd{\tiny U+001B}  ."
    assert tex("log₁₀ 中") == r"log$_{10}$ \agletter{中}{4E2D}"

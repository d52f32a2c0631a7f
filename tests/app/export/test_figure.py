"""Figures: their content as independent programs see it, and that they open again as scenes."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.export import figure, page, sheet
from app.export.sheet import Raster, cut, drawn
from app.jobs.ellipses import EllipseAnswer
from app.jobs.path import PathAnswer
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import Scene, completed
from app.presenters import chart_in_words
from app.views.canvas.display_list import Label, Pen, Strokes
from app.views.canvas.layers.key import USUAL
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.legend import LegendLayer
from app.views.canvas.plot import Plot
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import DARK, LIGHT
from app.views.text import scalar_names
from tests import ROOT
from tests.exporting import environment, made, refused_at_once
from tests.layers import layer

SVG = "{http://www.w3.org/2000/svg}"
SIZE = (900, 600)


@pytest.fixture(scope="module")
def scene():
    return scene_file.load("gaussian")


@pytest.fixture(scope="module")
def found(scene, reference_engine):
    return figure.answers(scene, reference_engine, SIZE)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The same figure as PNG, SVG and PDF."""
    folder = tmp_path_factory.mktemp("figures")
    for kind in ("png", "svg", "pdf"):
        target = folder / f"bank.{kind}"
        options = ("--caption", "--panels", "distributions", "measures", "--size", "1300x800",
                   "--style", "dark")  # fmt: skip
        stated = made("render", "bank", "-o", str(target), *options)
        assert stated == {"file": str(target), "size": [1300, 800], "status": "OK"}
    return folder


def groups(scene, found, theme=DARK):
    plot = Plot(SIZE, theme)
    figure.show(plot, scene, found)
    return plot, sheet.groups(plot)


def test_the_geodesic_is_one_path_through_its_nodes(scene, found):
    canvas, (inside, _) = groups(scene, found)
    answer = figure.path_of(found)
    chart = canvas.frame.to_pixels
    from compute.families import manifold as manifold_of

    nodes = chart(manifold_of(scene.family).charts[0].forward(answer.curve))
    lines = [line for item in inside.items if isinstance(item, Line) for line in item.lines]
    assert any(line.shape == nodes.shape and np.allclose(line, nodes, atol=1e-9) for line in lines)


def test_everything_drawn_has_its_kind(scene, found):
    _, (inside, around) = groups(scene, found)
    for kind in (Line, Area, Disc, Raster):
        assert any(isinstance(item, kind) for item in inside.items), kind.__name__
    words = {item.text for item in around.items if isinstance(item, Label)}
    assert {"μ", "σ (log)", "Entropy (nats)"} <= words
    drawn = {item.text for item in inside.items if isinstance(item, Label)}
    assert {"A", "B", "geodesic", "carried vector"} <= drawn


def test_what_is_drawn_around_the_geodesic_is_in_the_figure_too(scene, reference_engine):
    layers = replace(scene.layers, map=False, loop=True)
    more = replace(scene, layers=layers)
    found = figure.answers(more, reference_engine, SIZE)
    _, (inside, _) = groups(more, found)
    words = {item.text for item in inside.items if isinstance(item, Label)}
    assert {"before the loop", "after the loop"} <= words
    panels = figure.laid_out(more, found, figure.Paper(panels=("measures",))).groups()
    named = {item.text for item in panels[0].items if isinstance(item, Label)}
    assert "Turn on the loop" in named


def test_the_light_style_has_light_ground_and_dark_lines(scene, found):
    _, (inside, _) = groups(scene, found, LIGHT)
    brightest = [sum(item.colour[:3]) for item in inside.items if isinstance(item, Line)]
    assert min(brightest) < 0.3
    assert figure.Paper(style="print").theme is LIGHT


def test_a_layer_that_is_off_is_not_in_the_figure(scene, found):
    bare = replace(scene.layers, map=False, ellipses=False, straight=False, transport=False)
    _, (inside, around) = groups(replace(scene, layers=bare), found)
    assert not any(isinstance(item, Raster) for item in (*inside.items, *around.items))


def test_a_faint_layer_is_faint_in_the_figure(scene, found):
    bare = replace(
        scene.layers, map=False, ellipses=False, transport=False, grid=False, tokens=False
    )
    plain = replace(scene, layers=bare)
    faint = replace(plain, opacity=replace(scene.opacity, geodesic=0.5, straight=0.0))

    def colours(drawn):
        _, (inside, _) = groups(drawn, found, replace(DARK, named=frozenset(USUAL)))
        return [item.colour[3] for item in inside.items if isinstance(item, Line)]

    # the grid, a line's casing and the line, the geodesic's casing and the geodesic
    *grid, casing, line, around, curve = colours(plain)
    assert colours(faint) == pytest.approx([*grid, 0.0, 0.5 * around, 0.5 * curve])
    assert min(casing, line) > 0.0


def test_the_legend_leaves_out_what_cannot_be_seen(scene, found):
    faint = replace(scene, opacity=replace(scene.opacity, straight=0.0))
    paper = figure.Paper(legend=True)

    def words(drawn) -> set[str]:
        groups_ = figure.laid_out(drawn, found, paper).groups()
        return {item.text for g in groups_ for item in g.items if isinstance(item, Label)}

    assert "straight in the parameters" in words(scene)
    assert "straight in the parameters" not in words(faint) and "geodesic" in words(faint)


def test_a_caption_calls_things_as_the_window_does(scene):
    from app.presenters.flow_form import words_of
    from app.presenters.scene_panels import chart_words
    from compute.families import manifold as manifold_of

    assert chart_words(manifold_of("gaussian"), "height:log") == "Height over logarithmic"
    assert words_of(scene.flow) == ("Heat, covariant (rough)", "Source at A, sink at B")


def test_a_map_of_a_probability_says_of_which_key_it_is(reference_engine):
    scene = completed(Scene(family="attention:bank", scalar="probability", token=9))
    scene = replace(scene, layers=replace(Layers(), map=True, geodesic=True))
    found = figure.answers(scene, reference_engine, (120, 80))
    plot = Plot((600, 500))
    figure.show(plot, scene, found)
    (title,) = [label.text for label in layer(plot, LegendLayer).primitives(plot.frame)
                if isinstance(label, Label) and label.upright]  # fmt: skip
    assert title == "Probability of “9 rates”"
    assert f"Colours: {title}." in page.caption_of(scene, found)
    spoken = " ".join(chart_in_words.paragraphs(Subject.of(scene), found))
    assert f"Colours show: {title}, in view from" in spoken


def test_a_caption_has_short_numbers_and_true_minus_signs(found):
    words = page.caption(scene_file.load("lens"), figure.path_of(found), [])[0]
    assert "exp(−a/2 + 0.866*b) + exp(−a/2 − 0.866*b" in words


def test_svg_has_text_as_text_curves_as_paths_and_maps_as_images(pictures):
    root = ElementTree.parse(pictures / "bank.svg").getroot()
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    for word in (
        "interest",
        "Entropy (nats)",
        "θ2",
        "Measures",
        "Fisher–Rao length",
        "Probability",
    ):
        assert word in words, word
    caption = " ".join(words)
    for part in ("ds² = Σ pj", "α = 0", "Fisher–Rao length 2.867", "Certificate: converged"):
        assert part in caption, part
    # the map and its colour bar
    assert len(list(root.iter(f"{SVG}image"))) == 2
    assert len(list(root.iter(f"{SVG}path"))) > 20
    assert not [path for path in root.iter(f"{SVG}path") if "nan" in path.get("d", "")]


def test_pdf_embeds_truetype_subsets_and_its_letters(pictures):
    content = (pictures / "bank.pdf").read_bytes()
    assert len(re.findall(rb"/FontFile2", content)) == 3
    assert b"/Type3" not in content
    assert b"/ToUnicode" in content
    assert len(content) < 1_000_000


def test_a_word_is_found_in_a_pdf_as_often_as_it_is_seen(pictures):
    command = ["pdftotext", str(pictures / "bank.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # on the chart and beside its bar
    assert text.split().count("flood") == 2


def test_files_of_the_default_scene_are_small(pictures):
    assert (pictures / "bank.svg").stat().st_size < 1_000_000


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_opens_again_as_its_scene(pictures, kind):
    assert scene_file.load(pictures / f"bank.{kind}") == scene_file.load("bank")


@pytest.mark.parametrize(
    ("kind", "program"),
    [
        ("svg", ["rsvg-convert", "bank.svg", "-o", "bank.svg.png"]),
        ("pdf", ["pdftoppm", "-r", "96", "-png", "-singlefile", "bank.pdf", "bank.pdf"]),
    ],
)
def test_an_independent_program_sees_the_same_picture(pictures, kind, program):
    subprocess.run(program, cwd=pictures, check=True)
    ours = np.asarray(Image.open(pictures / "bank.png").convert("RGB")).astype(int)
    theirs = np.asarray(Image.open(pictures / f"bank.{kind}.png").convert("RGB")).astype(int)
    assert ours.shape == theirs.shape
    different = np.abs(ours - theirs).max(axis=-1)
    assert np.median(different) <= 2
    # letters differ by rasteriser and, in SVG, by font: those around the plot, and in its key
    assert (different > 48).mean() < 0.04
    assert (different[14:680, 70:850] > 48).mean() < 0.013


def test_the_same_scene_gives_the_same_bytes(scene, found, tmp_path):
    paper = figure.Paper(SIZE, caption=True)
    for kind in ("svg", "pdf"):
        contents = []
        for _ in range(2):
            figure.write(tmp_path / f"a.{kind}", scene, found, paper)
            contents.append((tmp_path / f"a.{kind}").read_bytes())
        assert contents[0] == contents[1], kind


def test_transparent_png_has_no_ground_and_an_opaque_one_has(tmp_path):
    target = tmp_path / "a.png"
    made("render", "gaussian", "-o", str(target), "--size", "400x300", "--transparent")
    corner = np.asarray(Image.open(target))[2, 2]
    assert corner[3] == 0
    pin = np.asarray(Image.open(target)).reshape(-1, 4)
    assert (pin == (0x4C, 0xC2, 0xFF, 255)).all(axis=1).any()


def test_more_dots_to_the_inch_are_the_same_picture_finer(tmp_path):
    for name, options in (("a", ("400x300", "96")), ("b", ("1200x900", "288"))):
        size, dpi = options
        target = str(tmp_path / f"{name}.png")
        made("render", "gaussian", "-o", target, "--size", size, "--dpi", dpi)
    coarse = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    fine = Image.open(tmp_path / "b.png")
    assert fine.info["dpi"] == pytest.approx((288, 288), rel=1e-3)
    reduced = np.asarray(fine.convert("RGB").resize((400, 300), Image.Resampling.BOX)).astype(int)
    assert np.abs(coarse - reduced).mean() < 3.0


TILES = """
import numpy as np
from app.export import figure
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import Scene, completed
from app.presenters import chart_in_words
from app.views.canvas.gl import still
from compute.engine.reference import ReferenceEngine

scene, engine = scene_file.load("gaussian"), ReferenceEngine()
paper = figure.Paper((1000, 700), 144.0, caption=True, panels=("measures",))
found = figure.answers(scene, engine, paper.logical)
pictures = []
for still.SIDE in (2048, 190):
    layout = figure.laid_out(scene, found, paper)
    pictures.append(figure.Studio(paper, layout.chart).picture(scene, found, layout))
assert pictures[0].shape == (700, 1000, 4)
assert np.abs(pictures[0].astype(int) - pictures[1]).max() <= 1
"""


def test_tiles_make_the_same_picture_as_one_buffer():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TILES],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_a_caption_is_broken_where_the_page_ends(scene, found):
    lines = page.broken("one two three four", 12.0, page.width_of("one two", 12.0))
    assert lines[0] == "one two"
    assert " ".join(lines) == "one two three four"
    text = " ".join(page.caption(scene, figure.path_of(found), found))
    for part in (
        "Normal distributions", "ds² = (dμ² + 2 dσ²) / σ²", "Closed form", "converged",
        f"Colours: {scalar_names.words_of(scene.scalar)}.",
    ):  # fmt: skip
        assert part in text, part


def test_a_legend_names_the_lines_that_are_shown(scene, found):
    layers = replace(scene.layers, straight=False)
    paper = figure.Paper(SIZE, legend=True)
    layout = figure.laid_out(replace(scene, layers=layers), found, paper)
    assert layout.chart[1] < SIZE[1]
    (group,) = layout.groups()
    words = [item.text for item in group.items if isinstance(item, Label)]
    radius = next(answer for answer in found if isinstance(answer, EllipseAnswer)).radius
    circles = f"Fisher circles, radius {radius:g}"
    assert words == ["geodesic", "start A, end B", "moving point", "carried vector", circles]
    # every outline is a circle of that radius: at (μ, log σ) g = diag(1/σ², 2)
    ellipses = next(answer for answer in found if isinstance(answer, EllipseAnswer)).outlines
    middle = (ellipses.max(axis=1) + ellipses.min(axis=1)) / 2
    across, up = np.moveaxis(ellipses - middle[:, None], -1, 0)
    assert np.allclose((across / np.exp(middle[:, 1:])) ** 2 + 2 * up**2, radius**2, rtol=1e-5)


def test_a_curve_that_is_not_converged_says_so_in_its_caption(scene, found):
    answer = figure.path_of(found)
    paths = replace(answer.paths, status=np.array([2], np.int32))
    broken = replace(answer, paths=paths)
    assert isinstance(broken, PathAnswer)
    assert "not converged" in " ".join(page.caption(scene, broken, [broken]))


def test_a_drawn_curve_ends_where_it_is_not_finite_and_words_far_away_are_left_out():
    class Broken(Layer):
        def build(self, frame):
            line = np.array([(0, 0), (1, 1), (np.nan, np.nan), (2, 2), (3, 1e300)], float)
            far = [Label("far", (x, 0.0), 12.0, (1.0, 1.0, 1.0, 1.0)) for x in (1e17, np.nan)]
            return (Strokes([line], Pen((1.0, 1.0, 1.0, 1.0))), *far)

    with np.errstate(all="ignore"):
        (item,) = drawn([Broken(DARK)], Plot(SIZE).frame)
    assert [len(line) for line in item.lines] == [2, 2]
    assert np.isfinite(np.concatenate(item.lines)).all()


def test_lines_are_cut_at_the_edge():
    box = (0.0, 0.0, 10.0, 10.0)
    inner = np.array([(1.0, 1.0), (9.0, 2.0)])
    lines = [
        inner,
        np.array([(-5.0, 5.0), (5.0, 5.0), (15.0, 5.0), (15.0, 8.0), (5.0, 8.0)]),
        np.array([(-5.0, -5.0), (-5.0, 5.0)]),
        np.array([(-4.0, 5.0), (5.0, 14.0)]),
    ]
    line = cut(Line(lines, (1.0, 1.0, 1.0, 1.0), 0.0), box)
    assert isinstance(line, Line)
    expected = [
        inner,
        [(0, 5), (5, 5), (10, 5)],
        [(10, 8), (5, 8)],
        [(0, 9), (1, 10)],
    ]
    assert len(line.lines) == len(expected)
    for found, wanted in zip(line.lines, expected, strict=True):
        assert np.allclose(found, wanted)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("render", "bank", "-o", "{}/a.jpg"), "must end in .png, .svg, .pdf, .tikz or .tex"),
        (("render", "bank", "-o", "{}/no/a.png"), "there is no folder"),
        (("render", "bank", "-o", "{}/a.svg", "--size", "0x5"), "WIDTHxHEIGHT from 16"),
        (("render", "bank", "-o", "{}/a.svg", "--dpi", "1e9"), "number from 24 to 1200"),
        (
            ("render", "bank", "-o", "{}/a.svg", "--panels", "measures", "--size", "500x300"),
            "at least 240 per side",
        ),
        (("render", "{}/none.json", "-o", "{}/a.svg"), "a scene must be a file or one of"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(arguments, words, tmp_path):
    assert words in refused_at_once(tmp_path, *(part.format(tmp_path) for part in arguments))


def test_what_the_font_lacks_is_written_otherwise():
    from app.views.canvas.typeface import writable

    assert writable("KL(A‖B) √θ₁²") == "KL(A||B) √θ₁²"
    assert writable("a\N{CJK UNIFIED IDEOGRAPH-4E2D}b") == "aU+4E2Db"


def test_the_atlas_grows_for_large_letters():
    from app.views.canvas.gl.glyphs import SIDE, Atlas

    atlas = Atlas()
    glyphs = [atlas.glyph(char, 300, False, 2) for char in "abcdefghijklmnopqrstuvwxyz0123456789"]
    assert atlas.side > SIDE
    boxes = np.array([glyph.cell for glyph in glyphs])
    assert (boxes[:, 2:] > 20).all()
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    assert high.max() <= atlas.side
    apart = (low[:, None] >= high[None]).any(-1) | (high[:, None] <= low[None]).any(-1)
    assert (apart | np.eye(len(boxes), dtype=bool)).all()

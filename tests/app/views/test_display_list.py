"""Layers describe, and everything else draws: the screen, SVG and PDF read one list of primitives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from app.export.sheet import drawn, groups
from app.views.canvas import typeface
from app.views.canvas.display_list import (
    ArrowHeads,
    Discs,
    Label,
    Pen,
    Strokes,
    TexturedMesh,
    TexturedQuad,
)
from app.views.canvas.layers.arrows import ArrowsLayer
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.interface.shapes import Disc, Line
from app.views.interface.theme import DARK
from app.views.interface.views import Arrows
from tests.exporting import environment
from tests.layers import layers

INK = (0.2, 0.4, 0.6, 0.8)
PEN = Pen(INK, 3.0, (1.0, 0.0, 0.0, 0.5), 1.0)
LINE = np.array([(200.0, 100.0), (300.0, 150.0)])

# A layer in one file, which knows primitives only; what it draws is looked for in three outputs.
ONE_FILE = """
import subprocess, sys
from pathlib import Path
import numpy as np
from PIL import Image
from vispy import gloo
from app.export.pdf import pdf
from app.export.sheet import Sheet, groups
from app.export.svg import svg
from app.views.canvas.display_list import Discs, Label, Pen, Strokes
from app.views.canvas.gl.offscreen import OffscreenCanvas
from app.views.canvas.layers.layer import Layer
from app.views.interface.theme import DARK
from app.views.interface.views import ColorMap2D
from compute.manifold.extent import Extent

RED, GREEN, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)

class Target(Layer):
    def build(self, frame):
        at = frame.to_pixels([(0.5, 0.5)])
        yield Strokes([at + np.array([(-60.0, 0.0), (60.0, 0.0)])], Pen(RED, 9.0))
        yield Discs(at, Pen(GREEN, 40.0))
        yield Label("bull", (float(at[0, 0]) + 25.0, float(at[0, 1]) - 30.0), 14.0, RED)
        yield Discs(at, Pen(BLUE, 16.0))

canvas = OffscreenCanvas((400, 300))
canvas.set_view(Extent(0.0, 1.0, 0.0, 1.0))
canvas.add(Target(DARK))
x, y = canvas.frame.to_pixels((0.5, 0.5)).round().astype(int)

def check(picture):
    for across, colour in ((0, BLUE), (14, GREEN), (40, RED)):
        found = picture[y, x + across, :3] / 255.0
        assert np.abs(found - colour[:3]).max() < 0.02, (across, found)

check(canvas.image())
folder = Path(sys.argv[1])
sheet = Sheet((400.0, 300.0), (1.0, 1.0, 1.0, 1.0), groups(canvas))
text = svg(sheet, "target", "")
marks = ['stroke="#ff0000"', 'fill="#00ff00"', ">bull</text>", 'fill="#0000ff"']
places = [text.index(mark) for mark in marks]
assert places == sorted(places) and '<circle cx="' in text
(folder / "a.pdf").write_bytes(pdf(sheet, "target", ""))
command = ["pdftoppm", "-r", "96", "-png", "-singlefile", "a.pdf", "a"]
subprocess.run(command, cwd=folder, check=True)
check(np.asarray(Image.open(folder / "a.png").convert("RGB")))

# a map's colours are uploaded once, however often it is drawn and wherever it goes
uploads, upload = [], gloo.Texture2D.set_data
gloo.Texture2D.set_data = lambda self, data, *rest, **more: (
    uploads.append(data.shape), upload(self, data, *rest, **more))[1]
def shown(number):
    values = np.linspace(0.0, 1.0, 35).reshape(5, 7) + number
    canvas.set_map(ColorMap2D(values, Extent(0.0, 1.0, 0.0, 1.0), "viridis", (0.0, 2.0), ""))
    canvas.image()
shown(0)
canvas.image()
canvas.set_view(Extent(0.1, 1.1, 0.0, 1.0))
canvas.image()
assert uploads.count((5, 7, 4)) == 1, uploads
shown(1)
assert uploads.count((5, 7, 4)) == 2, uploads
"""

WITHOUT_GL = """
import sys
from app.cli.main import main
for kind in ("svg", "pdf"):
    options = ["--caption", "--panels", "measures", "--size", "900x600", "--engine", "reference"]
    assert main(["render", "gaussian", "-o", f"{sys.argv[1]}/a.{kind}", *options]) == 0
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"vispy", "PySide6"}, loaded & {"vispy", "PySide6"}
"""


@pytest.mark.parametrize("script", [ONE_FILE, WITHOUT_GL], ids=["one file", "without OpenGL"])
def test_a_layer_is_one_file_and_vectors_need_no_opengl(script, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Counted(Layer):
    """A line, and how often it was built."""

    count = 0

    def build(self, frame):
        self.count += 1
        return [Strokes([LINE], PEN)]


def test_primitives_are_built_once_until_something_changes():
    plot, layer = Plot((600, 400)), Counted(DARK)
    first = layer.primitives(plot.frame)
    assert layer.primitives(plot.frame) is first
    layer.fade(0.5)
    assert layer.primitives(plot.frame) is not first
    layer.primitives(plot.frame.with_extent(plot.frame.extent.grown(2.0)))
    assert layer.count == 3


@pytest.mark.parametrize(
    "primitive",
    [
        Strokes([LINE], PEN),
        Discs(LINE, PEN),
        Discs(LINE, PEN, np.array([INK, (0.0, 0.0, 0.0, 0.5)])),
        ArrowHeads(LINE, np.array([(1.0, 0.0), (0.0, 1.0)]), PEN, 5.0),
        TexturedQuad(np.full((2, 2, 4), 255, np.uint8), *LINE),
        Label("a", (1.0, 2.0), 12.0, INK, halo=INK),
    ],
    ids=lambda made: type(made).__name__,
)
def test_a_faded_primitive_is_drawn_with_a_share_of_its_opacity(primitive):
    class Given(Layer):
        def build(self, frame):
            return [primitive]

    frame = Plot((600, 400)).frame
    whole, faint = Given(DARK), Given(DARK)
    faint.fade(0.25)
    for a, b in zip(drawn([whole], frame), drawn([faint], frame), strict=True):
        for name in ("colour", "halo", "opacity"):
            if hasattr(a, name):
                before, after = np.atleast_1d(getattr(a, name)), np.atleast_1d(getattr(b, name))
                np.testing.assert_allclose(after[:-1], before[:-1])
                assert after[-1] == pytest.approx(0.25 * before[-1])


def test_a_faded_surface_shows_more_of_its_ground():
    nodes = np.stack([*np.meshgrid([0.0, 4.0], [0.0, 4.0]), np.zeros((2, 2))], axis=-1)
    texture, grey = np.full((1, 1, 4), 255, np.uint8), (0.5, 0.5, 0.5, 1.0)
    places, shades = np.zeros((2, 2, 2)), np.ones((2, 2))
    mesh = TexturedMesh(nodes, places, shades, (0, 0, 4, 4), texture, grey)

    class Given(Layer):
        def build(self, frame):
            return [mesh]

    frame = Plot((600, 400)).frame
    for opacity, shade in ((1.0, 255), (0.5, 191)):
        layer = Given(DARK)
        layer.fade(opacity)
        (raster,) = drawn([layer], frame)
        middle = raster.pixels[2, 2]
        assert middle[3] == 255 and abs(int(middle[0]) - shade) <= 1


def test_the_handle_of_an_arrow_lies_over_its_shaft_in_every_output():
    plot = Plot((600, 400))
    plot.set_vector(Arrows(np.array([(0.2, 0.2)]), np.array([(0.5, 0.5)])))
    _, layer = layers(plot, ArrowsLayer)
    kinds = [type(primitive) for primitive in layer.primitives(plot.frame)]
    assert kinds == [Strokes, ArrowHeads, Discs]
    inside, _ = groups(plot)
    shapes = [item for item in inside.items if isinstance(item, Disc | Line)]
    assert isinstance(shapes[-1], Disc) and isinstance(shapes[-2], Disc)


@pytest.mark.parametrize("bold", [False, True])
def test_letters_are_as_wide_when_measured_as_when_drawn(bold):
    for char in "AWgi,−μσθ√²₁":
        for size in (11, 12, 13, 24):
            assert typeface.advance(char, size, bold) == typeface.rendered(char, size, bold)[3]
    assert typeface.width("θ₁", 12, 2.0, bold) == pytest.approx(
        sum(typeface.rendered(char, 24, bold)[3] for char in "θ₁") / 2.0
    )

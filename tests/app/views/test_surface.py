"""The window shows the frame that was drawn, including the parts that were copied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.views.canvas.gl.backdrop import Backdrop
from app.views.interface.theme import LIGHT
from app.views.interface.views import Axes, ColorMap2D, Curve
from compute.manifold.extent import Extent
from tests.windows import live, until

SIZE = (360, 300)
VIEW = Extent(-2.0, 3.0, 10.0, 14.0)
pytestmark = pytest.mark.window


@pytest.fixture
def canvas() -> Iterator:
    """A shown canvas whose pixels are painted, with a map, a grid and a curve."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["test"])
    from app.views import surface
    from app.views.canvas.canvas import VispyCanvas

    made = VispyCanvas(SIZE, application=surface.application(raster=True))
    made.native.show()
    made.set_axes(Axes(("μ", "σ")))
    made.set_view(VIEW)
    ramp = np.linspace(0, 1, 64 * 48).reshape(48, 64)
    made.set_map(ColorMap2D(ramp, VIEW, "viridis", (0.0, 1.0), "f"))
    live()
    yield made
    made.close()
    made.native.close()
    made.native.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


def shown(canvas) -> np.ndarray:
    """The widget's pixels, (height, width, 3), after all that is due has been drawn."""
    from PySide6.QtGui import QImage

    live()
    picture = canvas.native.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(picture.constBits(), np.uint8)
    return pixels.reshape(picture.height(), picture.width(), 4)[..., :3].copy()


def curve(height: float) -> Curve:
    return Curve(np.array([[-1.5, height], [0.0, height + 1.0], [2.5, height]]))


def test_what_is_shown_is_what_is_drawn_while_a_curve_moves(canvas):
    for step in range(6):
        canvas.set_curve("geodesic", curve(10.5 + 0.3 * step))
        assert np.abs(shown(canvas).astype(int) - canvas.image()[..., :3]).max() <= 1


class Copies:
    """A surface that counts its copies, and the layers that were painted between them."""

    def __init__(self) -> None:
        self.painted: list[int] = []
        self.backdrop = Backdrop(self)

    def keep(self) -> None: ...
    def put_back(self) -> None: ...

    def draw(self, *states: object) -> list[int]:
        """Draw one frame; return the layers that were painted."""
        self.painted = []
        self.backdrop.draw("here", states, lambda i, j: self.painted.extend(range(i, j)))
        return self.painted


def test_more_is_copied_once_more_stands_still():
    ground, grid, old, new = (object() for _ in range(4))
    copies = Copies()
    assert copies.draw(ground, old, 0) == [0, 1, 2]
    assert copies.draw(ground, new, 1) == [0, 1, 2], "the ground alone is the same"
    assert copies.draw(ground, grid, 2) == [1, 2], "and copied from now on"
    assert copies.draw(ground, grid, 3) == [1, 2], "the grid was still for one frame"
    assert copies.draw(ground, grid, 4) == [1, 2], "for two: it is drawn once more and kept"
    assert copies.draw(ground, grid, 5) == [2]
    assert copies.draw(new, grid, 5) == [0, 1, 2], "what lies behind has changed"


@pytest.mark.parametrize(
    "change",
    [
        lambda canvas: canvas.set_view(Extent(-1.0, 3.0, 10.5, 14.0)),
        lambda canvas: canvas.set_grid(visible=False),
        lambda canvas: canvas.set_map(None),
        lambda canvas: canvas.native.resize(SIZE[0] + 30, SIZE[1] - 20),
        lambda canvas: canvas.magnify(1.5),
        lambda canvas: canvas.set_opacity({"grid": 0.2}, {"geodesic": 0.5}),
        lambda canvas: (canvas.set_pin("A", (0.5, 12.0)), canvas.set_note("n")),
    ],
)
def test_nothing_of_an_older_frame_is_left(canvas, change):
    for step in range(3):
        canvas.set_curve("geodesic", curve(10.5 + 0.3 * step))
        before = shown(canvas)
    change(canvas)
    after = shown(canvas)
    assert after.shape != before.shape or np.abs(after.astype(int) - before).max() > 20
    assert np.abs(after.astype(int) - canvas.image()[..., :3]).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda canvas: canvas.set_theme(LIGHT),
        lambda canvas: canvas.native.resize(SIZE[0] + 30, SIZE[1] - 20),
    ],
)
def test_an_empty_plot_follows_too(canvas, change):
    canvas.set_map(None)
    canvas.set_grid(visible=False)
    for step in range(3):
        canvas.set_curve("geodesic", curve(10.5 + 0.3 * step))
        shown(canvas)
    change(canvas)
    assert np.abs(shown(canvas).astype(int) - canvas.image()[..., :3]).max() <= 1


def test_a_part_that_was_covered_is_painted_without_drawing(canvas):
    shown(canvas)
    drawn = canvas.frames
    canvas.native.repaint()
    assert canvas.frames == drawn


def test_a_frame_is_told_once_it_is_shown(canvas):
    shown(canvas)
    told = []
    canvas.native.frameSwapped.connect(lambda: told.append(canvas.frames))
    canvas.set_curve("geodesic", curve(11.0))
    until(canvas, lambda: told)
    assert told == [canvas.frames]


def test_a_frame_that_cannot_wait_is_on_the_screen_at_once(canvas):
    before, told = shown(canvas), []
    canvas.native.frameSwapped.connect(lambda: told.append(canvas.frames))
    canvas.set_curve("geodesic", curve(11.0))
    canvas.present()
    assert told == [canvas.frames], "one frame, reported when it is there"
    drawn = canvas.frames
    canvas.present()
    assert canvas.frames == drawn, "nothing has changed since"
    after = shown(canvas)
    assert (canvas.frames, told) == (drawn, [drawn]), "neither drawn nor reported again"
    assert np.abs(after.astype(int) - before).max() > 20

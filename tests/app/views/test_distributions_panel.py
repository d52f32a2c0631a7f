"""Every outcome of a distribution can be pointed at, with or without a bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.views.interface.theme import DARK
from app.views.interface.views import Distributions, Outcomes
from app.views.text.token_names import numbered
from tests.windows import live, point

KEYS, BARS = 512, 32
WORDS = tuple(("the", "中文", "مرحبا", "trophy", "😀")[i % 5] for i in range(KEYS))
ROWS = np.stack([np.arange(KEYS) + 1.0, KEYS - np.arange(KEYS), np.full(KEYS, 1.0)])
ROWS /= ROWS.sum(axis=1, keepdims=True)
SHOWN = np.sort(np.argsort(-ROWS.max(axis=0), kind="stable")[:BARS])
OWN = np.where(np.arange(KEYS) % 2, ROWS[0], 0.125)
EVERY = Outcomes(tuple(numbered(i, word) for i, word in enumerate(WORDS)), ROWS, (OWN, None), SHOWN)
SHAPES = Distributions(
    np.arange(float(BARS)),
    tuple(WORDS[i] for i in SHOWN),
    "Key",
    ("A · the", "B · “trophy” under the mask of “s”", "moving point"),
    ROWS[:, SHOWN],
    own=(OWN[SHOWN], None),
    few="the 32 likeliest of 512",
    every=EVERY,
)


def wanted(i: int) -> str:
    """The tip of an outcome, computed from the rows."""
    own = f"   the model’s own {OWN[i]:.3g}" if i % 2 == 0 else ""
    a, b, moving = (f"{row[i]:.3g}" for row in ROWS)
    return f"{numbered(i, WORDS[i])}\nA: {a}{own}\nB: {b}\nmoving point: {moving}"


@pytest.fixture
def panel():
    from PySide6.QtWidgets import QApplication, QToolTip

    from app.views.qt.panels.distributions_panel import DistributionsPanel

    application = QApplication.instance() or QApplication(["test"])
    made = DistributionsPanel(lambda event: None, DARK)
    made.widget.resize(326, 900)
    made.widget.show()
    made.show(SHAPES)
    live()
    yield made
    QToolTip.hideText()
    made.widget.close()
    made.widget.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


@pytest.mark.window
def test_a_tip_names_the_outcome_whose_bars_are_pointed_at(panel):
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QToolTip

    view = panel.plot.getViewBox()
    for row in (0, 7, 31):
        at = view.mapViewToScene(QPointF(0.001, float(row)))
        panel.plot.scene().sigMouseMoved.emit(at)
        assert QToolTip.text() == wanted(int(SHOWN[row]))


@pytest.mark.window
def test_each_of_the_others_has_a_place_to_be_pointed_at(panel):
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QToolTip

    grid, others = panel.grid, np.setdiff1d(np.arange(KEYS), SHOWN)
    assert grid.isVisible() and panel.others.text().startswith("The other 480, at most ")
    for place, outcome in enumerate(others):
        middle = grid.place(place).center()
        assert grid.rect().contains(middle) and grid.at(middle) == place
        if place % 97 == 0:
            point(grid, middle.x(), middle.y())
            assert QToolTip.text() == wanted(int(outcome))
    assert grid.at(grid.place(len(others)).center()) == -1
    last = grid.place(int(grid.width() // grid.place(1).left()) - 1)
    beside = QPoint(last.left() + grid.place(1).left(), last.top())
    assert grid.at(beside) == -1, "not the first of the next row"


@pytest.mark.window
def test_the_squares_are_as_opaque_as_their_outcomes_are_likely(panel):
    from PySide6.QtGui import QColor

    drawn = panel.grid.grab().toImage()
    p = np.delete(ROWS.max(axis=0), SHOWN)
    accent, ground = QColor(DARK.accent), drawn.pixelColor(drawn.width() - 1, drawn.height() - 1)

    def opacity(i: int) -> float:
        seen = drawn.pixelColor(panel.grid.place(i).center())
        whole = np.subtract(accent.getRgb()[:3], ground.getRgb()[:3])
        return float(np.subtract(seen.getRgb()[:3], ground.getRgb()[:3]) @ whole / (whole @ whole))

    order = np.argsort(p)
    found = [opacity(int(i)) for i in order]
    assert found[-1] == pytest.approx(1.0, abs=0.02)
    assert 0.0 < found[0] < 0.9 and np.all(np.diff(found) > -0.01)


@pytest.mark.window
@pytest.mark.parametrize("part", ["plot", "grid"])
def test_a_tip_has_the_numbers_of_the_moving_point_while_it_plays(panel, part, monkeypatch):
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QToolTip

    monkeypatch.setattr(getattr(panel, part), "underMouse", lambda: True)
    if part == "plot":
        outcome = int(SHOWN[7])
        panel.plot.scene().sigMouseMoved.emit(
            panel.plot.getViewBox().mapViewToScene(QPointF(0.001, 7.0))
        )
    else:
        outcome = int(np.setdiff1d(np.arange(KEYS), SHOWN)[97])
        middle = panel.grid.place(97).center()
        point(panel.grid, middle.x(), middle.y())
    assert QToolTip.text() == wanted(outcome)
    panel.show(SHAPES.moved(ROWS[0]))
    assert QToolTip.text().endswith(f"moving point: {ROWS[0][outcome]:.3g}")


@pytest.mark.window
def test_an_outcome_that_is_looked_for_is_named_and_follows_the_moving_point(panel):
    panel.found.setCurrentIndex(250)
    panel.found.activated.emit(250)
    assert panel.words.isVisible() and panel.words.text() == wanted(250)
    panel.show(SHAPES.moved(ROWS[0]))
    assert panel.words.text().endswith(f"moving point: {ROWS[0][250]:.3g}")
    np.testing.assert_array_equal(panel.bars[2].opts["width"], ROWS[0][SHOWN])


@pytest.mark.window
def test_where_all_have_bars_there_is_nothing_else(panel):
    four = np.arange(4)
    every = Outcomes(EVERY.names[:4], ROWS[:, :4], (), four)
    panel.show(replace(
        SHAPES, x=four * 1.0, labels=WORDS[:4], rows=ROWS[:, :4], own=(), few="", every=every
    ))  # fmt: skip
    assert not (panel.grid.isVisible() or panel.found.isVisible() or panel.words.isVisible())
    panel.show(None)
    assert not panel.grid.isVisible()


@pytest.mark.window
def test_nothing_lies_over_the_bars(panel):
    """The plot keeps the height that its words need, whatever stands above and below it."""
    panel.show(replace(SHAPES, note="a remark of many words that takes some lines of its own " * 9))
    live()
    plot, grid = panel.plot.geometry(), panel.grid.geometry()
    # the least height that a column scrolls at
    height = panel.widget.layout().totalHeightForWidth(326)
    panel.widget.resize(326, height)
    live()
    plot, grid = panel.plot.geometry(), panel.grid.geometry()
    assert plot.height() >= panel.plot.minimumHeight() >= 14 * BARS
    assert plot.bottom() < panel.others.geometry().top() <= grid.top()
    assert grid.bottom() <= height


@pytest.mark.window
def test_the_axis_of_bars_is_above_them_where_a_low_panel_shows_it(panel):
    top, bottom = (panel.plot.getAxis(side) for side in ("top", "bottom"))
    bars = panel.plot.getViewBox().sceneBoundingRect()
    assert top.isVisible() and top.sceneBoundingRect().center().y() < bars.top()
    assert not bottom.isVisible() and panel.legend.text().startswith("<i>p</i>")
    x = np.linspace(-3.0, 3.0, 9)
    panel.show(Distributions(x, (), "x", ("A", "B"), np.exp(-(np.stack([x, x]) ** 2))))
    live()
    assert bottom.isVisible() and not top.isVisible()
    assert bottom.labelText == "x" and panel.legend.text().startswith("<span")


@pytest.mark.window
@pytest.mark.parametrize("part", ["left", "top", "middle"])
def test_the_wheel_over_a_plot_is_for_the_panel(panel, part):
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    item = panel.plot.getViewBox() if part == "middle" else panel.plot.getAxis(part)
    at = panel.plot.mapFromScene(item.sceneBoundingRect().center())
    viewport = panel.plot.viewport()
    wheel = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, wheel)
    assert not wheel.isAccepted()

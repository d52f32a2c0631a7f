"""The measures panel: every number is whole, however long the names beside it are."""

from __future__ import annotations

import pytest

from app.views.interface.views import Measure
from tests.windows import live

pytestmark = pytest.mark.window


@pytest.fixture
def panel():
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.measures_panel import MeasuresPanel

    app = QApplication.instance() or QApplication([])
    made = MeasuresPanel(lambda section: None)
    made.widget.resize(made.widget.minimumWidth(), 400)
    made.widget.show()
    yield made
    made.widget.deleteLater()
    app.processEvents()


def test_no_word_of_a_value_is_cut_beside_a_long_name(panel):
    rows = [("Bisector off the perpendicular", "0"), ("Midpoint", "(−3.14018e−16, 1.21861)")]
    for shown in (rows, rows[1:], rows):
        panel.show([Measure(name, value) for name, value in shown])
        live()
        for _, value in panel.rows[: len(shown)]:
            word = max(value.text().split(), key=len)
            assert value.fontMetrics().horizontalAdvance(word) <= value.width(), word
    beside, below = (value.geometry() for _, value in panel.rows)
    names = [name.geometry() for name, _ in panel.rows]
    assert beside.top() < names[0].bottom() and beside.left() > names[0].left()
    assert below.top() > names[1].bottom() and below.left() == names[1].left()


def test_values_are_written_with_powers_of_ten_and_minus_signs(panel):
    panel.show([Measure("Bounds", "3.312 ± 6e-12"), Measure("Curvature", "-0.5, 2.0e-06")])
    shown = [value.text() for _, value in panel.rows]
    assert shown == ["3.312 ±\u00a06·10⁻¹²", "−0.5, 2.0·10⁻⁶"]


def test_each_place_of_a_row_has_its_tooltip(panel):
    rows = [("Energy", "8.2"), ("2 × Bhattacharyya angle", "2.64"), ("Bounds", "2.6446 ± 6e-12, 0")]
    panel.show([Measure(name, value, f"About {name}.") for name, value in rows])
    live()
    first, last = panel.rows[0][0].geometry(), panel.rows[2][1].geometry()
    for y in range(first.top(), last.bottom() + 1):
        for x in range(first.left(), last.right() + 1, 3):
            found = panel.widget.childAt(x, y)
            assert found is not None and found.toolTip().startswith("About "), (x, y)


def test_the_tooltip_of_a_row_lies_beside_the_panel_and_follows_from_row_to_row(panel):
    from PySide6.QtCore import QEvent, QPoint, QRect
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtWidgets import QApplication

    from app.views.qt.widgets.side_tips import shown

    screen = panel.widget.screen().availableGeometry()
    long = "A sentence of mathematics that is much wider than any panel. " * 4
    panel.show([Measure("Energy", "8.2", long), Measure("Bounds", "2", "<b>bold</b> & short")])
    for left in (0, screen.width() - panel.widget.width()):
        panel.widget.window().move(left, screen.top() + 40)
        live()
        place = QRect(panel.widget.mapToGlobal(QPoint(0, 0)), panel.widget.size())
        seen = []
        for widget in (part for row in panel.rows for part in row):
            at = widget.rect().center()
            event = QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at))
            QApplication.sendEvent(widget, event)
            tip = shown()
            assert tip is not None and not tip.geometry().intersects(place)
            assert screen.contains(tip.geometry())
            seen.append(tip.text())
        assert len(set(seen)) == 4 and "&lt;b&gt;bold" in seen[3]
        tip.hide()

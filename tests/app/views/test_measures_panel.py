"""The measures panel: every number is whole, however long the names beside it are."""

from __future__ import annotations

import pytest

from app.views.interface.views import Measure

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
    from PySide6.QtWidgets import QApplication

    rows = [("Bisector off the perpendicular", "0"), ("Midpoint", "(−3.14018e−16, 1.21861)")]
    for shown in (rows, rows[1:], rows):
        panel.show([Measure(name, value) for name, value in shown])
        QApplication.processEvents()
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

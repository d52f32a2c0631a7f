"""The measures panel: numbers of the path, with warnings; a click on a name explains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy

from app.views.interface.views import Measure
from app.views.qt.style.text import hint, on_button
from app.views.qt.widgets.widgets import WIDE, label, look, panel


class MeasuresPanel:
    """Two columns, names and values; warnings are marked and coloured, outdated measures greyed.

    ``explain`` receives the section on the mathematics of a measure whose name was clicked.
    """

    def __init__(self, explain: Callable[[str], None]) -> None:
        self._explain = explain
        self._shown: Sequence[Measure] = ()
        self.widget, column = panel(WIDE)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(2)
        self._grid.setHorizontalSpacing(14)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        column.addStretch(1)
        self.rows: list[tuple[QPushButton, QLabel]] = []

    def show(self, measures: Sequence[Measure]) -> None:
        """Replace all rows."""
        self._shown = measures
        while len(self.rows) < len(measures):
            self._add()
        for i, (name, value) in enumerate(self.rows):
            shown = i < len(measures)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                _set(name, value, measures[i])

    def _add(self) -> None:
        name, value = QPushButton(), label("")
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setWordWrap(True)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = len(self.rows)
        look(name, "quiet")
        name.setCursor(Qt.CursorShape.PointingHandCursor)
        name.clicked.connect(lambda: self._explain(self._shown[row].section))
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(value, row, 1)
        self.rows.append((name, value))


def _set(name: QPushButton, value: QLabel, measure: Measure) -> None:
    value_words = measure.value.replace("-", "−")
    text = value_words if measure.ok or measure.stale else f"⚠ {value_words}"
    shown = (name.text(), value.text(), name.objectName() == "stale")
    if shown == (on_button(measure.name), text, measure.stale):
        return
    name.setText(on_button(measure.name))
    value.setText(text)
    look(name, "stale" if measure.stale else "quiet")
    look(value, "stale" if measure.stale else "" if measure.ok else "warning")
    hint(name, f"{measure.hint}\nClick for the mathematics.")
    hint(value, measure.hint)
    stale = ", being computed again" if measure.stale else ""
    value.setAccessibleName(f"{measure.name}: {text}{stale}")

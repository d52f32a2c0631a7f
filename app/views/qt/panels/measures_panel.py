"""The measures panel: numbers of the path, with warnings."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy

from app.views.interface.views import Measure
from app.views.qt.style.text import hint
from app.views.qt.widgets.widgets import WIDE, label, look, panel


class MeasuresPanel:
    """Two columns, names and values; warnings are marked and coloured, outdated measures greyed."""

    def __init__(self) -> None:
        self.widget, column = panel(WIDE)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(14)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        column.addStretch(1)
        self.rows: list[tuple[QLabel, QLabel]] = []

    def show(self, measures: Sequence[Measure]) -> None:
        """Replace all rows."""
        while len(self.rows) < len(measures):
            self._add()
        for i, (name, value) in enumerate(self.rows):
            shown = i < len(measures)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                _set(name, value, measures[i])

    def _add(self) -> None:
        name, value = label("", "quiet"), label("")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        value.setWordWrap(True)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = len(self.rows)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(value, row, 1)
        self.rows.append((name, value))


def _set(name: QLabel, value: QLabel, measure: Measure) -> None:
    value_words = measure.value.replace("-", "−")
    text = value_words if measure.ok or measure.stale else f"⚠ {value_words}"
    shown = (name.text(), value.text(), name.objectName() == "stale")
    if shown == (measure.name, text, measure.stale):
        return
    name.setText(measure.name)
    value.setText(text)
    look(name, "stale" if measure.stale else "quiet")
    look(value, "stale" if measure.stale else "" if measure.ok else "warning")
    for widget in (name, value):
        hint(widget, measure.hint)
    stale = ", being computed again" if measure.stale else ""
    value.setAccessibleName(f"{measure.name}: {text}{stale}")

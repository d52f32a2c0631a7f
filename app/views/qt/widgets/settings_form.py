"""A form made from settings: a picker in each row, and numbers side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from app.views.interface.flow import Setting
from app.views.qt.widgets.widgets import caption, fill, form, label, picker

# usual numbers in a line, pixels of each at least, and the share of a long one
ABREAST, NARROWEST, LONG = 3, 40, 2


class Number(QDoubleSpinBox):
    """A spin box for numbers over many powers of ten."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(14)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        return f"{value:.4g}"

    def valueFromText(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return self.value()

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        known = set(text) <= set("0123456789.eE-+")
        state = QValidator.State
        return (state.Acceptable if known else state.Invalid, text, place)


class SettingsForm:
    """Rows are rebuilt only if the fields change; choices go to ``change(field, value)``.

    abreast: numbers in a line.
    """

    def __init__(self, change: Callable[[str, object], None], abreast: int = ABREAST) -> None:
        self._change, self._abreast = change, abreast
        self.layout = form()
        self.fields: dict[str, QWidget] = {}

    def show(self, settings: Sequence[Setting]) -> None:
        """Show values without emitting events."""
        if tuple(self.fields) != tuple(row.field for row in settings):
            self._make(settings)
        for row in settings:
            self._set(self.fields[row.field], row)

    def _make(self, settings: Sequence[Setting]) -> None:
        while self.layout.rowCount():
            self.layout.removeRow(0)
        self.fields = {row.field: self._field(row) for row in settings}
        pickers = [row for row in settings if row.choices]
        numbers = [row for row in settings if not row.choices]
        for row in pickers:
            self.layout.addRow(caption(row.words), self.fields[row.field])
        for first in range(0, len(numbers), self._abreast):
            self.layout.addRow(self._beside(numbers[first : first + self._abreast]))

    def _beside(self, rows: Sequence[Setting]) -> QHBoxLayout:
        """Return numbers side by side, each after its name."""
        line = QHBoxLayout()
        line.setSpacing(3)
        for row in rows:
            field = self.fields[row.field]
            line.addWidget(label(row.words))
            line.addWidget(field, LONG if isinstance(field, Number) else 1)
            field.setMinimumWidth(NARROWEST)
        return line

    def _field(self, row: Setting) -> QWidget:
        field = row.field
        if row.choices:
            box = picker(row.words, row.hint)
            box.activated.connect(lambda i: self._change(field, box.itemData(i)))
            return box
        spin: QSpinBox | QDoubleSpinBox
        if isinstance(row.value, float):
            spin = Number()
            spin.setRange(*row.limits)
        else:
            spin = QSpinBox()
            spin.setRange(*(round(limit) for limit in row.limits))
        spin.setAccessibleName(row.words)
        spin.setToolTip(row.hint)
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(lambda value: self._change(field, value))
        return spin

    def _set(self, field: QWidget, row: Setting) -> None:
        field.setToolTip(row.hint)
        if isinstance(field, QComboBox):
            fill(field, row.choices, str(row.value))
        elif isinstance(field, QSpinBox):
            with QSignalBlocker(field):
                field.setValue(int(row.value))
        elif isinstance(field, QDoubleSpinBox):
            with QSignalBlocker(field):
                field.setValue(float(row.value))

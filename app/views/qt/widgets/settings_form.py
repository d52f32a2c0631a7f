"""A form made from settings: a picker in each row, and numbers side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from app.views.interface.flow import Setting
from app.views.qt.widgets.widgets import caption, fill, form, label, picker

# pixels of a number at least, between numbers, and the share of a long one
NARROWEST, APART, LONG = 52, 3, 2


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

    ``width``: pixels for numbers that stand side by side.  Fields are made later than what stands below
    them; Tab comes to them first, since their ``widget`` is made before.
    """

    def __init__(self, change: Callable[[str, object], None], width: int) -> None:
        self._change, self._width = change, width
        self.widget, self.layout = QWidget(), form()
        self.widget.setLayout(self.layout)
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
        line, left = QHBoxLayout(), 0
        for row in numbers:
            name, field = label(row.words), self.fields[row.field]
            field.setMinimumWidth(NARROWEST)
            room = name.sizeHint().width() + NARROWEST + 2 * APART
            if room > left:  # no name is cut
                line, left = QHBoxLayout(), self._width
                line.setSpacing(APART)
                self.layout.addRow(line)
            left -= room
            line.addWidget(name)
            line.addWidget(field, LONG if isinstance(field, Number) else 1)

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

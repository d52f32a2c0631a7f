"""The numbers of a family: a slider and a field to type in for each."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from app.views.interface.choices import NumberRow
from app.views.interface.events import Handler, Held, SceneEdited
from app.views.interface.points import ValueEntered, ValueStepped
from app.views.qt.style.style import fixed
from app.views.qt.widgets.number_field import NumberField
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import Slider, caption, form

FIELD = 74


class NumberRows:
    """Rows over a sequence of `NumberRow`; they are made again only if the list changes.

    A slider emits `SceneEdited` while it moves, with `Held` around a drag; a field emits what is typed.
    """

    def __init__(self, emit: Handler) -> None:
        self._emit = emit
        self._rows: tuple[NumberRow, ...] = ()
        self.sliders: dict[str, Slider] = {}
        self.fields: dict[str, NumberField] = {}
        self.widget = QWidget()
        self._form: QFormLayout = form()
        self.widget.setLayout(self._form)
        self.widget.hide()

    def show(self, rows: tuple[NumberRow, ...]) -> None:
        """Show numbers without emitting events."""
        if [row.key for row in rows] != list(self.sliders) or _scales(rows) != _scales(self._rows):
            self._make(rows)
        self._rows = rows
        for row in rows:
            slider, field = self.sliders[row.key], self.fields[row.key]
            with QSignalBlocker(slider):
                slider.setValue(row.at)
            describe(slider, f"{row.symbol} = {row.text}")
            field.show_text(row.text)
        self.widget.setVisible(bool(rows))

    def _make(self, rows: tuple[NumberRow, ...]) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self.sliders, self.fields = {}, {}
        for row in rows:
            line = QHBoxLayout()
            line.addWidget(self._slider(row), 1)
            line.addWidget(self._field(row))
            words = caption(row.symbol)
            words.setToolTip(row.hint)
            self._form.addRow(words, line)

    def _slider(self, row: NumberRow) -> Slider:
        slider = Slider()
        slider.setRange(0, len(row.scale) - 1)
        slider.setPageStep(max(len(row.scale) // 20, 1))
        slider.setAccessibleName(row.title)
        slider.setToolTip(row.hint)
        slider.valueChanged.connect(lambda i: self._emit(SceneEdited(((row.key, row.scale[i]),))))
        slider.sliderPressed.connect(lambda: self._emit(Held(True)))
        slider.sliderReleased.connect(lambda: self._emit(Held(False)))
        self.sliders[row.key] = slider
        return slider

    def _field(self, row: NumberRow) -> NumberField:
        field = NumberField(f"{row.title}, as a number", row.hint)
        fixed(field, FIELD)
        field.entered.connect(lambda text: self._tell(ValueEntered(row.key, 0, text)))
        field.stepped.connect(lambda steps: self._tell(ValueStepped(row.key, 0, steps)))
        self.fields[row.key] = field
        return field

    def _tell(self, event: ValueEntered | ValueStepped) -> None:
        """Emit an entry; if it is refused, show the number that holds."""
        self._emit(event)
        for row in self._rows:
            if row.key == event.row:
                self.fields[row.key].show_text(row.text)


def _scales(rows: tuple[NumberRow, ...]) -> list[tuple[float, ...]]:
    return [row.scale for row in rows]

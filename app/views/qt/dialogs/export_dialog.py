"""The export dialog: a form, and then the progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.export_form import FormField
from app.views.qt.style.style import GAP
from app.views.qt.widgets.widgets import caption, fill, form, label, look, picker

WIDTH = 380
CAPTION_WIDTH = 120
Values = dict[str, str | int | bool]
OK, CANCEL = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel


class ExportDialog(QDialog):
    """Does not block the window.  ``chosen`` receives the values; ``cancelled`` is called on cancel."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        fields: Sequence[FormField],
        chosen: Callable[[Values], None],
        cancelled: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self._read: dict[str, Callable[[], str | int | bool]] = {}
        self._write: dict[str, Callable[[Any], object]] = {}
        self._chosen, self._cancelled = chosen, cancelled
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        self._form = QWidget()
        rows = form()
        self._form.setLayout(rows)
        for field in fields:
            words = caption(field.words)
            words.setFixedWidth(CAPTION_WIDTH)
            rows.addRow(words, self._widget(field))
        self._bar, self.words = QProgressBar(), label("", wrap=True)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the export")
        self._buttons = QDialogButtonBox()
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        for widget in (self._form, self._bar, self.words, self._buttons):
            column.addWidget(widget)
        # once the window’s style is theirs, or they have icons
        self._buttons.setStandardButtons(OK | CANCEL)
        self._buttons.button(OK).setText("Export…")
        self._bar.hide()
        self.words.hide()

    def _widget(self, field: FormField) -> QWidget:
        if field.choices:
            box = picker(field.words, field.hint)
            fill(box, field.choices, str(field.value))
            self._read[field.name] = lambda: str(box.currentData())
            self._write[field.name] = lambda value: box.setCurrentIndex(box.findData(value))
            if field.fills:
                box.activated.connect(lambda: self._fill(field.fills[str(box.currentData())]))
            return box
        made: QCheckBox | QSpinBox | QLineEdit
        if isinstance(field.value, bool):
            made = QCheckBox()
            made.setChecked(field.value)
            self._read[field.name], self._write[field.name] = made.isChecked, made.setChecked
        elif isinstance(field.value, int):
            made = QSpinBox()
            made.setRange(*field.limits)
            made.setValue(field.value)
            self._read[field.name], self._write[field.name] = made.value, made.setValue
        else:
            made = QLineEdit(field.value, placeholderText=field.empty)
            self._read[field.name], self._write[field.name] = made.text, made.setText
        made.setAccessibleName(field.words)
        made.setToolTip(field.hint)
        return made

    def _fill(self, values: Mapping[str, str | int | bool]) -> None:
        for name, value in values.items():
            self._write[name](value)

    @property
    def values(self) -> Values:
        """Return the values of the form by field name."""
        return {name: read() for name, read in self._read.items()}

    def _accept(self) -> None:
        self._chosen(self.values)

    def reject(self) -> None:
        """Handle cancelling by button, Escape or closing."""
        self._cancelled()
        super().reject()

    def show_progress(self, words: str, done: int, whole: int) -> None:
        """Show the progress; ``whole`` is 0 if unknown."""
        self._form.setEnabled(False)
        self._buttons.button(OK).setEnabled(False)
        look(self.words, "quiet")
        self.words.setText(words)
        self._bar.setRange(0, whole)
        self._bar.setValue(done)
        self._bar.show()
        self.words.show()

    def show_problem(self, words: str) -> None:
        """Show why nothing was written; the form can be used again."""
        self._form.setEnabled(True)
        self._buttons.button(OK).setEnabled(True)
        self._bar.hide()
        look(self.words, "warning")
        self.words.setText(words)
        self.words.show()

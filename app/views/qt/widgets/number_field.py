"""A field for one number as text: users type and step it; it is shortened to fit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtGui import QWheelEvent as Wheel
from PySide6.QtWidgets import QAbstractSpinBox

from app.views.qt.widgets.widgets import look

FEWEST = 3  # minimum characters of a shortened number before its ellipsis
# reasons for keyboard focus that do not select the text
KEEPING = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
EDGE = 8  # pixels of the line's width that letters cannot use


class NumberField(QAbstractSpinBox):
    """A field that shows a number and emits entered text.

    Without keyboard focus, a number that does not fit ends in an ellipsis and its tooltip has all
    digits; with focus, the field has them.  If it ``takes_many``, it emits several numbers that are
    pasted together as `pasted`.
    """

    entered = Signal(str)
    pasted = Signal(str)
    stepped = Signal(int)

    def __init__(self, name: str, hint: str, takes_many: bool = False) -> None:
        super().__init__()
        self._text = ""
        self._why = ""
        self._is_typed = False  # text is typed but not yet entered
        self._is_shown = False  # the field shows `_text`
        self._takes_many = takes_many
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(1)
        self.setAccessibleName(name)
        self._hint = hint
        self.setToolTip(hint)
        self.lineEdit().textEdited.connect(self._type)
        self.editingFinished.connect(self._finish)

    def show_text(self, text: str, refused: str = "", why: str = "") -> None:
        """Show a number, or a ``refused`` entry with the reason ``why``.

        Text that is being typed stays until the number changes.
        """
        kept = refused or text
        if kept == self._text and (self._is_typed or (why == self._why and self._is_shown)):
            return
        look(self, "mistaken" if why else "")
        self.setAccessibleDescription(why)
        self._text, self._why = kept, why
        self._fit()

    def _fit(self) -> None:
        """Write all digits; without focus, as many as fit."""
        line = self.lineEdit()
        room = line.width() - EDGE
        text = self._text
        short = fitted(text, line.fontMetrics().horizontalAdvance, room)
        self.setToolTip(self._hint if short == text else f"{text}\n{self._hint}")
        text = text if self.hasFocus() else short
        if text != line.text() or line.isUndoAvailable():
            is_whole = line.hasSelectedText() and line.selectedText() == line.text()
            line.setText(text)
            if is_whole:
                self._select()
        self._is_typed, self._is_shown = False, True
        if not self.hasFocus():
            line.setCursorPosition(0)

    def _select(self) -> None:
        """Select all digits and keep the first ones in view."""
        length = len(self.lineEdit().text())
        self.lineEdit().setSelection(length, -length)

    def _type(self) -> None:
        self._is_typed = True

    def _finish(self) -> None:
        if self._is_typed:
            self._is_typed = self._is_shown = False
            self.entered.emit(self.lineEdit().text())

    # --- overrides of Qt ----------------------------------------------------------------------
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | (
            QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        )

    def stepBy(self, steps: int) -> None:
        self._finish()
        self.stepped.emit(steps)

    def wheelEvent(self, event: Wheel) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the wheel scrolls the panel instead

    def event(self, event: QEvent) -> bool:
        line = self.lineEdit()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            undoes = event.matches(QKeySequence.StandardKey.Undo) and not line.isUndoAvailable()
            redoes = event.matches(QKeySequence.StandardKey.Redo) and not line.isRedoAvailable()
            if undoes or redoes:
                event.ignore()  # nothing was typed: the window undoes or redoes
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._is_typed or self._why):
            self._is_shown = False
            self.stepped.emit(0)  # restores the number
            self._fit()
            self._select()
            return
        if self._takes_many and event.matches(QKeySequence.StandardKey.Paste):
            text = QGuiApplication.clipboard().text().strip()
            if any(sign in text for sign in ",;\t\n "):
                self._is_typed = False
                self.pasted.emit(text)
                return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._fit()
        if event.reason() not in KEEPING:
            self._select()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.hasFocus():
            self._fit()


def fitted(text: str, width: Callable[[str], int], room: int) -> str:
    """Return a number, shortened to its first digits and an ellipsis if it is wider than ``room``.

    ``width`` measures a text in the unit of ``room``.  An exponent is kept.
    """
    wide = width(text)
    if wide <= room:
        return text
    mantissa, e, power = text.partition("e")
    # all digits have the same width; other characters are narrower
    digits = max(int(len(text) * max(room, 0) / wide) - len(f"…{e}{power}"), FEWEST)
    return f"{mantissa[:digits]}…{e}{power}"

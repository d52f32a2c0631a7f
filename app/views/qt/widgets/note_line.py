"""A line in which a note is typed, where it will stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from app.model.notes import LONGEST
from app.views.qt.style.text import as_hint
from app.views.text.formulas import NotTypeset
from app.views.text.typesetting import line

WIDTH, MORE = 220, 40  # pixels, at least and beyond the letters
HINT = "Words; formulas between dollars: $g_{ij}$"
# the keyboard comes back from these by itself
PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class NoteLine(QLineEdit):
    """A line over the canvas that is visible while somebody types: Enter keeps, Escape drops.

    A formula that cannot be read keeps it open, and a tip says why.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._then: Callable[[str], None] = lambda text: None
        self._pixel = (0.0, 0.0)
        self.setMaxLength(LONGEST)
        self.setPlaceholderText(HINT)
        self.setAccessibleName("Text of the note")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.textChanged.connect(self._fit)
        self.hide()

    def ask(self, pixel: tuple[float, float], text: str, then: Callable[[str], None]) -> None:
        """Let the user edit ``text`` about a pixel of the canvas; ``then`` receives the result."""
        self._then, self._pixel = then, pixel
        self.setText(text)
        self.selectAll()
        self._fit()
        self.show()
        self.raise_()
        self.setFocus()

    def _fit(self) -> None:
        """Take the width of the text, within the canvas."""
        letters = self.fontMetrics().horizontalAdvance(self.text() or HINT)
        room, high = self._canvas.width(), self.sizeHint().height()
        wide = min(max(WIDTH, letters + MORE), room)
        x = min(max(self._pixel[0] - wide / 2, 0.0), room - wide)
        y = min(max(self._pixel[1] - high / 2, 0.0), self._canvas.height() - high)
        self.setGeometry(round(x), round(y), wide, high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
        elif event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() not in PASSING:
            self._keep()

    def _keep(self) -> None:
        try:
            line(self.text())
        except NotTypeset as problem:
            below = self.mapToGlobal(QPoint(0, self.height()))
            QToolTip.showText(below, as_hint(str(problem)), self)
            return
        self._end(self.text())

    def _end(self, text: str | None = None) -> None:
        """Hide the line, give the keyboard back to the canvas, and pass on a text."""
        self.hide()
        self._canvas.setFocus()
        if text is not None:
            self._then(text)

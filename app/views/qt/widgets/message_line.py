"""Messages over the canvas that stay until they are dismissed, and block nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.process.unhandled import reported
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import label
from compute.core.refusal import shorten

MARGIN, WIDEST = 12, 720  # pixels
# maximum lines of a message, each shortened if long, and messages that wait
MOST_LINES, MOST = 12, 20


class MessageLine(QFrame):
    """Shows the newest message at the upper edge of the canvas, which keeps its size.

    Its button, or Escape on it, dismisses the message and shows the one before it.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("message")
        self._canvas = canvas
        self._waiting: list[tuple[str, str]] = []
        self.title, self.words = label("", "title", wrap=True), label("", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QToolButton()
        self.button.setObjectName("small")
        self.button.setText("Dismiss")
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.dismiss)
        row, column = QHBoxLayout(self), QVBoxLayout()
        column.addWidget(self.title)
        column.addWidget(self.words)
        row.addLayout(column, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        canvas.installEventFilter(self)
        self.hide()

    def tell(self, title: str, text: str) -> None:
        """Show a message, and say it to screen readers."""
        lines = "\n".join(map(shorten, text.split("\n")[:MOST_LINES]))
        message = (shorten(title), lines)
        others = [each for each in self._waiting if each != message]
        self._waiting = [*others, message][-MOST:]
        self._show()
        announce(self, f"{title}: {lines}")

    def withdraw(self, title: str) -> None:
        """Remove the messages of a title, which no longer hold."""
        self._waiting = [each for each in self._waiting if each[0] != shorten(title)]
        self._show()

    def dismiss(self) -> None:
        """Remove the message that is shown."""
        self._waiting.pop()
        self._show()
        if not self._waiting:
            self._canvas.setFocus()

    def _show(self) -> None:
        if self._waiting:
            title, words = self._waiting[-1]
            more = len(self._waiting) - 1
            self.title.setText(f"⚠ {title}")
            self.words.setText(words)
            self.words.setVisible(bool(words))
            self.button.setText(f"Dismiss ({more} more)" if more else "Dismiss")
            self.button.setAccessibleName(f"Dismiss the message: {title}")
            self.setAccessibleName(f"{title}: {words}")
            self._fit()
            self.raise_()
        self.setVisible(bool(self._waiting))

    def _fit(self) -> None:
        """Lie in the middle of the canvas's upper edge, as high as the words need."""
        room = self._canvas.width() - 2 * MARGIN
        wide = min(room, WIDEST)
        high = self.heightForWidth(wide)
        self.setGeometry(MARGIN + (room - wide) // 2, MARGIN, wide, high)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._waiting:
            self._fit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

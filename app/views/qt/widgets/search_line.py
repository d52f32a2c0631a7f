"""A line of text that filters a list below it and moves the list's selection."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit

STEERING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class SearchLine(QLineEdit):
    """A line with the keyboard focus whose arrow and page keys move through ``found``.

    words: its placeholder; name: what a screen reader says.
    """

    def __init__(self, words: str, name: str, found: QAbstractItemView) -> None:
        super().__init__(placeholderText=words)
        self.setAccessibleName(name)
        self._found = found
        found.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in STEERING:
            self._found.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # keys go to the focus widget within a popup, and initially there is none
        self.setFocus(Qt.FocusReason.PopupFocusReason)

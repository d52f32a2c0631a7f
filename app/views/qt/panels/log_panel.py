"""The log of messages, with times."""

from __future__ import annotations

from time import strftime

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

MOST_LINES = 2000


class LogPanel:
    """One line per message; repetitions are omitted."""

    def __init__(self) -> None:
        self.widget = QPlainTextEdit()
        self.widget.setReadOnly(True)
        self.widget.setMaximumBlockCount(MOST_LINES)
        self.widget.setAccessibleName("Log")
        self.widget.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._last = ""

    def add(self, words: str, ok: bool = True) -> None:
        """Write a line."""
        line = words if ok else f"⚠ {words}"
        if words and line != self._last:
            self._last = line
            self.widget.appendPlainText(f"{strftime('%H:%M:%S')}  {line}")

"""The busy indicator in the status bar, with a cancel button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from app.views.qt.style.style import GAP
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import label

WIDTH, HEIGHT = 72, 4


class Busy:
    """A text, an indeterminate progress bar and a button; hidden when idle."""

    def __init__(self) -> None:
        self.widget = QWidget()
        self._row = row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, GAP, 0)
        row.setSpacing(GAP)
        self.words = label("", "quiet")
        bar = QProgressBar()
        bar.setObjectName("slim")
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedSize(WIDTH, HEIGHT)
        bar.setAccessibleName("Computing")
        self.button = QToolButton()
        self.button.setObjectName("small")
        self.button.setText("Cancel")
        self.button.setAccessibleName("Cancel the computation")
        self.button.setToolTip("Cancel the current computation; earlier results stay")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(lambda: self._cancel())
        self._cancel: Callable[[], None] = lambda: None
        for widget in (self.words, bar, self.button):
            row.addWidget(widget)
        self.widget.hide()

    def on_cancel(self, call: Callable[[], None]) -> None:
        """Set the function of the cancel button."""
        self._cancel = call

    def fit(self) -> None:
        """Take the height of the type."""
        self._row.invalidate()

    def show(self, words: str, can_cancel: bool) -> None:
        """Show the running computation; "" hides the indicator."""
        if not words and not self.widget.isHidden():
            announce(self.widget, f"{self.words.text().removesuffix(' …')}: finished")
        self.words.setText(words)
        self.button.setEnabled(can_cancel)
        self.widget.setVisible(bool(words))

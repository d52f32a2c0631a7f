"""The status bar: engine, time and status of the last result, what runs, and coordinates."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QStatusBar

from app.views.qt.style.text import plain_label
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import label, look
from app.views.qt.window.busy import Busy


class StatusBar:
    """Labels in a status bar; ``words``: the status of the last result."""

    def __init__(self, bar: QStatusBar) -> None:
        self._bar = bar
        self.words = label("")
        self._engine, self._timing = label("", "quiet"), label("", "quiet")
        self.coordinates, self.rate = plain_label(), label("", "quiet")
        self._engine.setMinimumWidth(1)  # yields its room to the pointer's values
        bar.setAccessibleName("Status")
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(10, 0, 12, 2)
        for widget in (self._engine, self._timing, self.words):
            bar.addWidget(widget)
        self.busy = Busy()
        for other in (self.busy.widget, self.coordinates, self.rate):
            bar.addPermanentWidget(other)

    def fit(self) -> None:
        """Take the height of the type; Qt does not notice that a hidden widget becomes lower."""
        self.busy.fit()
        QCoreApplication.postEvent(self._bar, QEvent(QEvent.Type.LayoutRequest))

    def show(self, engine: str, timing: str, words: str, ok: bool) -> None:
        """Show what computed a result, how long that took, and its status."""
        self._engine.setText(engine)
        self._timing.setText(timing)
        look(self.words, "" if ok else "warning")
        line = words if ok else f"⚠ {words}"
        if line != self.words.text():
            self.words.setText(line)
            announce(self.words, words if ok else f"Warning: {words}")

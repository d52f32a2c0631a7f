"""The timeline: play, and where the moving point is between A and B."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from app.views.qt.widgets import label

TICKS = 1000


class Timeline:
    """A play button, a slider from A to B and a readout."""

    def __init__(self, play: Callable[[], None], scrub: Callable[[float], None]) -> None:
        self.widget = QWidget()
        self.widget.setObjectName("timeline")
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(10, 6, 12, 6)
        self.button = QToolButton()
        self.button.setFixedWidth(38)
        self.button.setAccessibleName("Play or pause")
        self.button.setToolTip("Let the point glide from A to B (Space)")
        self.button.clicked.connect(lambda: play())
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName("Position between A and B")
        self.slider.valueChanged.connect(lambda value: scrub(value / TICKS))
        self.readout = label("", "quiet")
        self.readout.setMinimumWidth(70)
        for widget, stretch in (
            (self.button, 0),
            (label("A", "quiet"), 0),
            (self.slider, 1),
            (label("B", "quiet"), 0),
            (self.readout, 0),
        ):
            row.addWidget(widget, stretch)
        self._playing: bool | None = None
        self.show(0.0, False)

    def show(self, t: float, playing: bool) -> None:
        """Show a position without telling it back."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(t * TICKS))
        self.readout.setText(f"t = {t:.2f}")
        if playing != self._playing:
            self._playing = playing
            self.button.setText("❚❚" if playing else "▶")

"""The timeline panel: play button, slider of the moving point, and keyframes."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.model.keyframe_tracks import LONGEST
from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.interface.theme import Theme
from app.views.interface.timeline import TimelineEdited, TimelineState
from app.views.qt.style.style import GAP, fixed
from app.views.qt.widgets.keyframe_strip import Strip
from app.views.qt.widgets.play_button import PlayButton
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import Slider, fill, label, look, picker

TICKS = 1000
BOX = 98  # width of a picker
HINT = "No keyframes. ◆ records the scene; it changes smoothly between keyframes."
BETWEEN = "Between"  # shown for two keyframes if no interval starts at the chosen one
EASES = {
    "linear": "Evenly",
    "smooth": "Smoothly",
    "in": "Slow start",
    "out": "Slow end",
    "hold": "Jump",
}
REPEATS = {"once": "Once", "loop": "Loop", "bounce": "Bounce"}


class TimelinePanel:
    """A play button, a slider from A to B, a keyframe button, and the strip if there are keyframes."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self.widget = QWidget()
        self.widget.setObjectName("timeline")
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(10, 6, 12, 6)
        column.setSpacing(2)
        column.addLayout(self._make_glide())
        self.keys = QWidget()
        self.strip = Strip(emit, theme)
        self._make_keys(QHBoxLayout(self.keys))
        column.addWidget(self.keys)
        self.hint = label(HINT, "quiet")
        # it must not prevent a narrow window
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column.addWidget(self.hint)
        self.show(0.0)
        self.show_state(TimelineState())

    def _make_glide(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        self.button = PlayButton()
        self._dress(self.button, "play", "Play or pause", "Play or pause (Space)")
        self.mark = QToolButton()
        hint = "Record the scene as a keyframe (K)"
        self._dress(self.mark, "key_set", "Set a keyframe", hint)
        self.mark.setText("◆")
        self.slider = Slider()
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName("Position between A and B")
        self.slider.setToolTip("Position of the moving point on the geodesic")
        self.slider.valueChanged.connect(
            lambda value: self._emit(SceneEdited((("playhead", value / TICKS),)))
        )
        self.readout = label("", "quiet")
        fixed(self.readout, 66)
        for widget, stretch in (
            (self.button, 0),
            (label("A", "quiet"), 0),
            (self.slider, 1),
            (label("B", "quiet"), 0),
            (self.readout, 0),
            (self.mark, 0),
        ):
            row.addWidget(widget, stretch)
        return row

    def _dress(self, button: QToolButton, command: str, name: str, hint: str) -> None:
        fixed(button, 38)
        button.setAccessibleName(name)
        button.setToolTip(hint)
        button.clicked.connect(lambda: self._emit(CommandInvoked(command)))

    def _make_keys(self, row: QHBoxLayout) -> None:
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self.clock = label("", "quiet")
        fixed(self.clock, 50)
        self.easing = self._picker(
            "Easing", "Transition from this keyframe to the next", "easing", EASES
        )
        self.repeat = self._picker("At the end", "What happens after the end", "repeat", REPEATS)
        self.duration = QDoubleSpinBox()
        fixed(self.duration, BOX - 8)
        self.duration.setRange(0.1, LONGEST)
        self.duration.setDecimals(1)
        self.duration.setSuffix(" s")
        self.duration.setKeyboardTracking(False)
        self.duration.setAccessibleName("Duration")
        self.duration.setToolTip("Duration of the timeline; keyframes keep their relative times")
        self.duration.valueChanged.connect(
            lambda value: self._emit(TimelineEdited("duration", value))
        )
        self.remove = QToolButton()
        hint = "Remove the keyframe at this time (Shift+K)"
        self._dress(self.remove, "key_remove", "Remove the keyframe", hint)
        self.remove.setText("✕")
        for widget, stretch in (
            (self.clock, 0),
            (self.strip, 1),
            (self.easing, 0),
            (self.repeat, 0),
            (self.duration, 0),
            (self.remove, 0),
        ):
            row.addWidget(widget, stretch)

    def _picker(self, name: str, hint: str, field: str, words: dict[str, str]) -> QComboBox:
        box = picker(name, hint)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fixed(box, BOX)
        fill(box, [Choice(value, shown) for value, shown in words.items()], next(iter(words)))
        box.setPlaceholderText(BETWEEN)
        box.activated.connect(lambda: self._emit(TimelineEdited(field, str(box.currentData()))))
        return box

    def show(self, t: float) -> None:
        """Show the position of the moving point without emitting events."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(t * TICKS))
        self.readout.setText(f"t = {t:.2f}")
        describe(self.slider, self.readout.text())

    def show_state(self, state: TimelineState) -> None:
        """Show the time and the keyframes without emitting events."""
        self.button.set_playing(state.playing)
        look(self.mark, "changed" if state.changed else "")
        self.keys.setVisible(bool(state.keys))
        self.hint.setVisible(not state.keys)
        if state.keys:
            self._show_keys(state)
        else:
            # the canvas keeps its size when the first keyframe is set, so that nothing moves under
            # the pointer
            self.hint.setFixedHeight(self.keys.sizeHint().height())

    def _show_keys(self, state: TimelineState) -> None:
        self.strip.show_state(state)
        self.clock.setText(f"{state.time:.2f} s")
        for box, value in ((self.easing, state.easing), (self.repeat, state.repeat)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self.easing.setEnabled(bool(state.easing))
        self.remove.setEnabled(bool(state.easing))
        with QSignalBlocker(self.duration):
            self.duration.setValue(state.duration)

    def set_theme(self, theme: Theme) -> None:
        """Set the theme of painted parts."""
        self.strip.set_theme(theme)

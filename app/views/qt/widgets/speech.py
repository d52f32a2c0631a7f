"""Speech: messages, and values that the keyboard changes, for screen readers."""

from __future__ import annotations

from functools import cache
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QAccessibleValueInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QSlider, QWidget
from shiboken6 import Shiboken, VoidPtr


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader, if there is one, say ``words``."""
    if words and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def describe(widget: QWidget, words: str) -> None:
    """Set the description of a widget; say it at once if the keyboard is on it."""
    if words != widget.accessibleDescription():
        widget.setAccessibleDescription(words)
        if widget.hasFocus():
            announce(widget, words)


@cache
def tell_sliders_in_words() -> None:
    """Let the values of all sliders from now on be what describes them, such as 50 %; Qt tells the
    number of the step.
    """
    QAccessible.installFactory(_of_slider)


def _of_slider(name: str, widget: QObject) -> QAccessibleInterface | None:
    """Return how a screen reader sees a slider; None, Qt's own, for all other widgets."""
    return _SliderInWords(widget) if isinstance(widget, QSlider) else None


class _SliderInWords(QAccessibleWidget):
    """A slider whose value, as text, is its description, and which can be set as a number too."""

    def __init__(self, slider: QSlider) -> None:
        super().__init__(slider, QAccessible.Role.Slider)
        self._slider, self._range = slider, _Range(slider)

    def text(self, kind: QAccessible.Text) -> str:
        if kind != QAccessible.Text.Value:
            return super().text(kind)
        return self._slider.accessibleDescription() or str(self._slider.value())

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.ValueInterface:
            return VoidPtr(Shiboken.getCppPointer(self._range)[0])
        found = super().interface_cast(kind)
        # None would crash Qt
        return VoidPtr(0) if found is None else found


class _Range(QAccessibleValueInterface):
    """The steps of a slider."""

    def __init__(self, slider: QSlider) -> None:
        super().__init__()
        self._slider = slider

    def currentValue(self) -> int:
        return self._slider.value()

    def setCurrentValue(self, value: float) -> None:
        self._slider.setValue(round(value))

    def minimumValue(self) -> int:
        return self._slider.minimum()

    def maximumValue(self) -> int:
        return self._slider.maximum()

    def minimumStepSize(self) -> int:
        return self._slider.singleStep()

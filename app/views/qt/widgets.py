"""Small pieces that the panels are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.views.base import Choice
from app.views.qt.style import GAP


def panel() -> tuple[QWidget, QVBoxLayout]:
    """An empty panel and its column."""
    widget = QWidget()
    widget.setObjectName("panel")
    column = QVBoxLayout(widget)
    column.setContentsMargins(10, 6, 10, 10)
    column.setSpacing(GAP - 2)
    return widget, column


def scrolling(widget: QWidget) -> QScrollArea:
    """``widget`` in a frame that scrolls when the window is low."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def label(text: str, name: str = "", wrap: bool = False) -> QLabel:
    """A line of text; ``name`` picks its look in the style sheet."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def picker(name: str, hint: str) -> QComboBox:
    """A combo box that a screen reader can name."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(hint)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(3)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return box


def fill(box: QComboBox, choices: Sequence[Choice], value: str) -> None:
    """Show ``choices`` with ``value`` chosen, without a signal and only where it differs."""
    shown = [(box.itemData(i), box.itemText(i)) for i in range(box.count())]
    wanted = [(choice.value, choice.words) for choice in choices]
    with QSignalBlocker(box):
        if shown != wanted:
            box.clear()
            for choice in choices:
                box.addItem(choice.words, choice.value)
        box.setCurrentIndex(max(box.findData(value), 0))

"""Small widgets of the panels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.choices import Choice
from app.views.qt.style.style import GAP, fixed
from app.views.qt.style.text import as_hint, plain_label

LABEL_WIDTH = 62
NARROW, WIDE = 268, 326


def panel(width: int) -> tuple[QWidget, QVBoxLayout]:
    """Return an empty panel and its column.

    ``width`` is the largest width of its contents, so that a number that grows by a digit does not
    shift the canvas during a drag.
    """
    widget = QWidget()
    widget.setObjectName("panel")
    widget.setMinimumWidth(width)
    column = QVBoxLayout(widget)
    column.setContentsMargins(10, 6, 10, 10)
    column.setSpacing(GAP - 2)
    return widget, column


class _Column(QScrollArea):
    """Scrolls vertically only, so it is never narrower than its contents."""

    def minimumSizeHint(self) -> QSize:
        held, bar = self.widget(), self.verticalScrollBar().sizeHint().width()
        return QSize((held.minimumWidth() if held is not None else 0) + bar, 90)


def scrolling(widget: QWidget, name: str) -> QScrollArea:
    """Put ``widget`` into a frame that scrolls if the window is too low; ``name`` is for screen
    readers.
    """
    area = _Column()
    area.setAccessibleName(name)
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def label(text: str, name: str = "", wrap: bool = False) -> QLabel:
    """Return a label of plain text; ``name`` selects its style."""
    made = plain_label(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    made.setIndent(0)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def look(widget: QWidget, name: str) -> None:
    """Set a widget's style of the style sheet."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def form() -> QFormLayout:
    """Return an empty form whose fields line up with those of the other forms."""
    made = QFormLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setVerticalSpacing(GAP - 2)
    return made


def caption(text: str) -> QLabel:
    """Return the label of a form's row."""
    made = label(text)
    fixed(made, LABEL_WIDTH)
    return made


def _is_own(event: QEvent) -> bool:
    """Whether a key is Home or End, which are shortcuts of the window unless a field needs them."""
    return (
        event.type() == QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)
    )


class Slider(QSlider):
    """A horizontal slider that handles Home and End while it has the focus."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def event(self, event: QEvent) -> bool:
        if _is_own(event):
            event.accept()
            return True
        return super().event(event)


class Picker(QComboBox):
    """A combo box that shortens long texts with an ellipsis, and then shows them in its tooltip.

    Without a selection it shows its placeholder.
    """

    def event(self, event: QEvent) -> bool:
        if _is_own(event):
            event.accept()
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.is_cut:
            words = f"{self._words}\n{self.toolTip()}".strip()
            QToolTip.showText(event.globalPos(), as_hint(words), self)
            return True
        return super().event(event)

    @property
    def _words(self) -> str:
        return self.currentText() or self.placeholderText()

    @property
    def is_cut(self) -> bool:
        """Whether the box is too narrow for its text."""
        return self._elided() != self._words

    def _elided(self) -> str:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self)
        width = room.width() - (
            self.iconSize().width() + 4 if not option.currentIcon.isNull() else 0
        )
        return self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._elided()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 28)
        super().showPopup()


def picker(name: str, hint: str) -> QComboBox:
    """Return a combo box with an accessible name."""
    box = Picker()
    as_picker(box, name, hint)
    return box


def as_picker(box: Picker, name: str, hint: str) -> None:
    """Name a combo box, and let it be as narrow as there is room."""
    box.setAccessibleName(name)
    box.setToolTip(hint)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(1)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)


def fill(box: QComboBox, choices: Sequence[Choice], value: str) -> None:
    """Show ``choices`` with ``value`` selected, without a signal and only if it differs."""
    shown = [(box.itemData(i), box.itemText(i)) for i in range(box.count())]
    wanted = [(choice.value, choice.words) for choice in choices]
    with QSignalBlocker(box):
        if shown != wanted:
            box.clear()
            for choice in choices:
                box.addItem(choice.words, choice.value)
        box.setCurrentIndex(max(box.findData(value), 0))

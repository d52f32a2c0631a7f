"""Small widgets of the panels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.choices import SEPARATOR, Choice
from app.views.qt.style.style import GAP, at_least, fixed
from app.views.qt.style.text import as_hint, plain_label
from app.views.qt.widgets.speech import tell_sliders_in_words

# of a form's short labels, so that the fields of several forms line up
LABEL_WIDTH = 62
NARROW, WIDE = 268, 326


def panel(width: int) -> tuple[QWidget, QVBoxLayout]:
    """Return an empty panel and its column.

    ``width`` is the largest width of its contents, so that a number that grows by a digit does not
    shift the canvas during a drag.
    """
    widget = QWidget()
    widget.setObjectName("panel")
    at_least(widget, width)
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


def steady(words: QLabel, name: str, least: int) -> QScrollArea:
    """Put words that change into a frame of at least some pixels that scrolls, so that nothing beside
    them moves.
    """
    area = scrolling(words, name)
    area.viewport().setAutoFillBackground(False)
    words.setAutoFillBackground(False)
    words.setAlignment(Qt.AlignmentFlag.AlignTop)
    area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
    area.setMinimumHeight(least)
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
    if made.sizeHint().width() <= LABEL_WIDTH:
        fixed(made, LABEL_WIDTH)
    return made


class Slider(QSlider):
    """A slider whose values grow from left to right."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        tell_sliders_in_words()


class Picker(QComboBox):
    """A combo box that shortens long texts with an ellipsis; its tooltip then has the whole text.

    Without a selection it shows its placeholder.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(QStyledItemDelegate(self))  # it shows which entry is selected

    def showEvent(self, event: QShowEvent) -> None:
        """Give it a hidden label with its name: on Linux, Qt tells a box's text instead of its name."""
        super().showEvent(event)
        around = self.parentWidget()
        if around and not any(each.buddy() is self for each in around.findChildren(QLabel)):
            name = plain_label(self.accessibleName())
            name.setParent(around)
            name.setBuddy(self)
            name.hide()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), as_hint(self.help()), self)
            return True
        return super().event(event)

    def help(self) -> str:
        """Return the tooltip, below the text where this is cut."""
        words = self.currentText() or self.placeholderText()
        return f"{words}\n{self.toolTip()}" if self.is_cut else self.toolTip()

    @property
    def is_cut(self) -> bool:
        """Whether the box is too narrow for its text."""
        return self._option().currentText != (self.currentText() or self.placeholderText())

    def _option(self) -> QStyleOptionComboBox:
        """Return what is drawn, with the text as far as it fits."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self)
        icon = 0 if option.currentIcon.isNull() else self.iconSize().width() + 4
        option.currentText = self.fontMetrics().elidedText(
            self.currentText() or self.placeholderText(),
            Qt.TextElideMode.ElideMiddle,
            room.width() - icon,
        )
        return option

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), self._option()
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
    shown = [(box.itemData(i) or "", box.itemText(i)) for i in range(box.count())]
    wanted = [(choice.value, choice.words) for choice in choices]
    with QSignalBlocker(box):
        if shown != wanted:
            box.clear()
            for choice in choices:
                if choice == SEPARATOR:
                    box.insertSeparator(box.count())
                else:
                    box.addItem(choice.words, choice.value)
        box.setCurrentIndex(max(box.findData(value), 0))

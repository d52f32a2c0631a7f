"""Tabs at the left and right edges of a narrow window, one for each panel of that side."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolBar,
    QToolButton,
    QWidgetAction,
)

BARS = {
    Qt.DockWidgetArea.LeftDockWidgetArea: ("Left panels", Qt.ToolBarArea.LeftToolBarArea),
    Qt.DockWidgetArea.RightDockWidgetArea: ("Right panels", Qt.ToolBarArea.RightToolBarArea),
}


class EdgeTabs:
    """``by_title``: the tab of each panel; who owns the tabs connects them."""

    def __init__(self, frame: QMainWindow, titles: Iterable[str]) -> None:
        self._frame = frame
        self.by_title = {title: _Tab(title) for title in titles}
        self._actions = {title: QWidgetAction(frame) for title in self.by_title}
        for title, action in self._actions.items():
            action.setDefaultWidget(self.by_title[title])
        self._bars = {area: self._bar(*words) for area, words in BARS.items()}

    def _bar(self, name: str, area: Qt.ToolBarArea) -> QToolBar:
        bar = QToolBar(name, self._frame)
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._frame.addToolBar(area, bar)
        bar.hide()
        return bar

    def show(self, docks: Iterable[QDockWidget]) -> None:
        """Show the tabs of open panels, each at the side of its panel."""
        for bar in self._bars.values():
            bar.clear()
        for dock in docks:
            title = dock.objectName()
            self._bars[self._frame.dockWidgetArea(dock)].addAction(self._actions[title])
            self._actions[title].setVisible(not dock.isHidden())
        for bar in self._bars.values():
            bar.show()

    def hide(self) -> None:
        """Hide the tabs at both edges."""
        for bar in self._bars.values():
            bar.hide()

    def mark(self, title: str, is_open: bool) -> None:
        """Show whether a panel is open; a panel that opens gets its tab."""
        self.by_title[title].setChecked(is_open)
        if is_open:
            self._actions[title].setVisible(True)


class _Tab(QToolButton):
    """A button with its text turned by a right angle."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setToolTip(f"Show or hide the panel {title}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return super().sizeHint().transposed()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        painter.rotate(-90)
        painter.translate(-self.height(), 0)
        option.rect = QRect(0, 0, self.height(), self.width())
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

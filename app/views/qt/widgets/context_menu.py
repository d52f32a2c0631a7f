"""Context menus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.process.unhandled import reported
from app.views.interface.choices import Answer
from app.views.qt.style.text import on_button

Pixel = tuple[float, float]


def offer(
    widget: QWidget,
    entries: Callable[[Pixel], Sequence[Answer | None]],
    at: Callable[[], Pixel] | None = None,
) -> None:
    """Show ``entries(pixel)`` at a right click on ``widget``; None is a separator.

    The menu key and Shift+F10 show them at the pixel ``at()``, or in the middle.
    """
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show(point: QPoint) -> QMenu:
        menu = QMenu(widget.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in entries((float(point.x()), float(point.y()))):
            menu.addSeparator() if entry is None else menu.addAction(on_button(entry[0]), entry[1])
        menu.popup(widget.mapToGlobal(point))
        return menu

    def show_by_key() -> None:
        point = widget.rect().center() if at is None else QPoint(*map(round, at()))
        menu = show(point)
        menu.setActiveAction(menu.actions()[0])

    widget.customContextMenuRequested.connect(show)
    _ByKey(widget, show_by_key)


class _ByKey(QObject):
    """Calls ``show`` where the keyboard asks for the menu of a widget."""

    def __init__(self, widget: QWidget, show: Callable[[], None]) -> None:
        super().__init__(widget)
        self._show = show
        widget.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            asked = event.reason() == QContextMenuEvent.Reason.Keyboard
        else:  # Qt knows this key on some systems only
            asked = (
                isinstance(event, QKeyEvent)
                and event.type() == QEvent.Type.KeyPress
                and event.key() == Qt.Key.Key_F10
                and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
            )
        if asked:
            self._show()
        return asked

"""Context menus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.views.interface.choices import Answer
from app.views.qt.style.text import on_button

Pixel = tuple[float, float]


def offer(widget: QWidget, entries: Callable[[Pixel], Sequence[Answer | None]]) -> None:
    """Show ``entries(pixel)`` at a right click on ``widget``; None is a separator."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show(at: QPoint) -> None:
        menu = QMenu(widget.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in entries((float(at.x()), float(at.y()))):
            menu.addSeparator() if entry is None else menu.addAction(on_button(entry[0]), entry[1])
        menu.popup(widget.mapToGlobal(at))

    widget.customContextMenuRequested.connect(show)

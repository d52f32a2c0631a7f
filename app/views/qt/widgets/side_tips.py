"""Tooltips beside a panel, not over it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QHelpEvent, Qt
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.process.unhandled import reported

APART = 6  # pixels between a panel and a tooltip
TIP = "qtooltip_label"  # the name that Qt gives to its tooltip


class SideTips(QObject):
    """Shows the tooltips of widgets at the side of their panel that has room.

    Over the panel a tooltip would cover the rows below, and if it came to lie under the pointer, which
    it does for a moment when Qt uses one again for another widget, Qt would close it.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not (isinstance(event, QHelpEvent) and isinstance(watched, QWidget)):
            return False
        if event.type() != QEvent.Type.ToolTip or not watched.toolTip():
            return False
        if (before := shown()) is not None:
            before.hide()
        QToolTip.showText(event.globalPos(), _wrapped(watched.toolTip()), watched)
        if (tip := shown()) is not None:
            self._put_beside(tip, watched)
        return True

    def _put_beside(self, tip: QWidget, row: QWidget) -> None:
        """Move a tooltip beside the panel; leave it where it is if there is no room at either side."""
        seen = self._panel.parentWidget() or self._panel
        left, screen = seen.mapToGlobal(QPoint(0, 0)).x(), row.screen().availableGeometry()
        before, after = left - APART - tip.width(), left + seen.width() + APART
        top = min(row.mapToGlobal(QPoint(0, 0)).y(), screen.bottom() - tip.height())
        if before >= screen.left():
            tip.move(before, top)
        elif after + tip.width() <= screen.right():
            tip.move(after, top)


def shown() -> QWidget | None:
    """Return the tooltip that is shown, if any."""
    tips = (w for w in QApplication.topLevelWidgets() if w.objectName() == TIP)
    return next((tip for tip in tips if tip.isVisible()), None)


def _wrapped(words: str) -> str:
    """Return a tooltip's text as rich text, which Qt breaks into lines."""
    if Qt.mightBeRichText(words):
        return words
    return f"<qt>{escape(words).replace(chr(10), '<br>')}</qt>"

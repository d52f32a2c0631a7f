"""The Qt application of the process."""

from __future__ import annotations

from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication
from vispy import app

from app.process import display


def application() -> QApplication:
    """Return the Qt application, one per process, and initialise vispy; windows do not wait for
    vertical sync.

    Waiting would delay the answers to the next moves.  Raises NoWindow without a display.
    """
    app.use_app("pyside6")
    surface = QSurfaceFormat.defaultFormat()
    surface.setSwapInterval(0)
    QSurfaceFormat.setDefaultFormat(surface)
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    with display.opening():
        return QApplication(["attention-geodesics"])

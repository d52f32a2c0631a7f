"""Windows of the program in tests: they run until a condition holds, and are destroyed completely."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

PATIENCE = 200.0
# a condition is looked at this often, where no event asks for it
LOOK_MS = 5
# what a display confirms may make a widget ask for more: a mapped window asks for the keyboard
ROUNDS = 2
# turns of the event loop until nothing is left, unless something moves without end
MOST_TURNS = 20


@cache
def _probe() -> Any:
    """A window that nobody sees, whose size a display confirms after all that it was asked before."""
    from PySide6.QtGui import QResizeEvent, QWindow

    class Probe(QWindow):
        confirmed = 0

        def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
            self.confirmed = event.size().width()

    made = Probe()
    made.resize(1, 1)
    made.create()
    return made


def live(program: Any = None) -> None:
    """Process all events, including those that the display still owes for what was asked of it."""
    from PySide6.QtCore import QEventLoop

    probe = _probe()
    for _ in range(ROUNDS):
        width = probe.width() % 2 + 1
        probe.resize(width, 1)
        until(program, lambda width=width: probe.confirmed == width)
        for _ in range(MOST_TURNS):
            if not QEventLoop().processEvents():
                break


def until(program: Any, reached: Callable[[], bool]) -> None:
    """Process events until a condition holds; the worker has the processor in between."""
    from PySide6.QtCore import QEventLoop, QTimer

    deadline = time.monotonic() + PATIENCE
    loop, timer = QEventLoop(), QTimer()
    timer.start(LOOK_MS)
    while not reached():
        assert time.monotonic() < deadline, "the window did not get there"
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    timer.stop()


def settle(program: Any) -> None:
    """Wait until the window has its panels, every job is answered and shown, and no answer asks for
    another.
    """
    window = program.window
    until(program, lambda: program.controller.answers.path is not None)
    until(program, lambda: window.is_furnished or not window.frame.isVisible())

    def is_at_rest() -> bool:
        if program.runner.pending():
            return False
        live(program)
        return program.runner.pending() == 0

    until(program, is_at_rest)


def end(program: Any) -> None:
    """Close a program as if its work were saved, and destroy its window."""
    from PySide6.QtCore import QEvent

    program.documents.document = replace(program.documents.document, saved=program.store.scene)
    program.close()
    program.window.frame.deleteLater()
    program.application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    live()


def destroy(widget: Any) -> None:
    """Close a window without a program, and destroy it at once: the collector would destroy its parts
    in any order.
    """
    from PySide6.QtCore import QCoreApplication, QEvent

    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete.value)


def kept(folder: Path) -> Any:
    """Settings that live in a folder of the test."""
    from PySide6.QtCore import QSettings

    from app.views.qt.window.settings import Settings

    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    return Settings(store, folder / "unsaved")


def edit(program: Any, field: str, value: object) -> None:
    """Change a field of the scene, as a panel does."""
    from app.views.interface.events import SceneEdited

    program.controller.on_event(SceneEdited(((field, value),)))


def dock(window: Any, title: str) -> Any:
    """Return the dock of a panel."""
    from PySide6.QtWidgets import QDockWidget

    return window.frame.findChild(QDockWidget, title)


def recent(window: Any) -> list[str]:
    """Return the names in the menu of recent files."""
    from PySide6.QtWidgets import QMenu

    (menu,) = (m for m in window.frame.findChildren(QMenu) if m.title() == "Recent files")
    return [action.text() for action in menu.actions()]


def named(parent: Any, kind: type, name: str) -> Any:
    """Return the widget of a kind and an accessible name."""
    (found,) = (each for each in parent.findChildren(kind) if each.accessibleName() == name)
    return found


def point(widget: Any, x: float, y: float, pressed: bool = False) -> None:
    """Move the pointer to a pixel of a widget, with the left button pressed or none.

    Where the true pointer of the screen is does not matter, nor how moves of it are put together.
    """
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    at, none, left = QPointF(x, y), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    held, keys = left if pressed else none, Qt.KeyboardModifier.NoModifier
    above = widget.mapToGlobal(at)
    moved = QMouseEvent(QMouseEvent.Type.MouseMove, at, above, none, held, keys)
    QApplication.processEvents()
    QApplication.sendEvent(widget, moved)


def wheel(widget: Any, x: float, y: float, turn: int) -> None:
    """Turn the wheel over a pixel of a widget, by 120 a notch, forward where positive."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    above = widget.mapToGlobal(at)
    event = QWheelEvent(at, above, QPoint(), QPoint(0, turn), none, keys, phase, False)
    QApplication.sendEvent(widget, event)

"""A window that keeps its picture while several turns of the event loop change much of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget


class Stillness(QObject):
    """Performs steps in a turn of the event loop each, and shows all that they changed at once.

    The window handles events between them.
    """

    def __init__(self, frame: QWidget) -> None:
        super().__init__(frame)
        self._frame = frame
        self._draw: Callable[[], None] = lambda: None
        self._steps: deque[Callable[[], None]] = deque()
        self._is_drawn = True
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._go_on)

    @property
    def is_on(self) -> bool:
        """Whether the window keeps its picture."""
        return self._turn.isActive()

    def draw_by(self, draw: Callable[[], None]) -> None:
        """Set the function that draws the canvas ahead, in a turn of its own after the steps."""
        self._draw = draw

    def begin(self, *steps: Callable[[], None]) -> None:
        """Keep the picture until the steps are done, after those that were asked for before."""
        self._steps.extend(steps)
        self._is_drawn = False
        self._frame.setUpdatesEnabled(False)
        self._turn.start()

    def _go_on(self) -> None:
        self._turn.start()  # first, since a step may fail
        if self._steps:
            self._steps.popleft()()
        elif not self._is_drawn:
            self._is_drawn = True
            self._draw()
        else:
            self._turn.stop()
            self._frame.setUpdatesEnabled(True)
            # Qt would wait for a paint that was due before, and which it left out meanwhile
            self._frame.repaint()

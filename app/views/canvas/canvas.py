"""`VispyCanvas`: the plot on the screen, and the mouse turned into events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from vispy import app

from app.views.canvas.gl.painter import Painter, context, renderer
from app.views.canvas.input.gestures import Gestures
from app.views.interface.events import ViewChanged
from app.views.interface.theme import DARK, Theme

# seconds that a moved pin waits for its geodesic before it is drawn without
PATIENCE = 0.025


class VispyCanvas(Gestures):
    """The canvas of a window.

    size: logical pixels (width, height).  application: vispy's, None for the one in use.  ``native`` is
    the backend's widget.
    """

    def __init__(
        self,
        size: tuple[int, int] = (1200, 800),
        theme: Theme = DARK,
        application: app.Application | None = None,
    ) -> None:
        super().__init__(size, theme)
        self._view = view = context(size, application)
        self._timer = app.Timer(PATIENCE, iterations=1, connect=lambda event: view.update())
        self.frames = 0  # drawn so far
        self._due = False  # a frame was asked for that is not drawn yet
        self._view.set_current()
        self._painter = Painter(self._view.native)
        events = self._view.events
        events.draw.connect(lambda event: self._draw())
        events.resize.connect(lambda event: self._resized())
        self.listen(events)

    @property
    def native(self) -> object:
        """The toolkit's widget, to be put into the window."""
        return self._view.native

    def on_drawn(self, call: Callable[[], None]) -> None:
        """Call ``call`` after each frame."""
        self._view.events.draw.connect(lambda event: call(), position="last")

    def _now(self) -> None:
        """Draw as soon as the window can, with all that has changed."""
        self._timer.stop()
        self._due = True
        self._view.update()

    def _soon(self) -> None:
        """Draw with what is about to come, the geodesic of a moved pin: one frame instead of two.

        A frame that is due already has it anyway.
        """
        if not self._timer.running and not self._due:
            self._timer.start()

    @property
    def is_waiting(self) -> bool:
        """Whether a moved pin waits for its geodesic before it is drawn."""
        return bool(self._timer.running)

    def close(self) -> None:
        """Draw no more: the widget is about to go."""
        self._timer.stop()

    def image(self) -> NDArray[np.uint8]:
        """Drawn into a buffer of its own, at the canvas's size in device pixels."""
        width, height = self._view.physical_size
        self._view.set_current()
        self._measure()
        return self._painter.picture(self, (int(width), int(height)), self._ratio)

    @property
    def renderer(self) -> str:
        """The OpenGL implementation, in words."""
        self._view.set_current()
        return renderer()

    def _draw(self) -> None:
        self.frames += 1
        self._due = False
        self._measure()
        width, height = self._view.physical_size
        self._painter.paint(self, (width, height))

    def magnify(self, scale: float) -> None:
        """Draw letters, lines and pins this many times their usual size: for a lecture hall."""
        self.magnified = scale
        self._resized()

    @property
    def _ratio(self) -> float:
        """Device pixels to one that is drawn in."""
        return float(self._view.pixel_scale) * self.magnified

    def _measure(self) -> None:
        width, height = (round(side / self.magnified) for side in self._view.size)
        self._stage.resize((width, height), self._ratio)

    def _resized(self) -> None:
        self._measure()
        self._handler(ViewChanged(self._stage.asked, self._plot_pixels()))
        self._now()

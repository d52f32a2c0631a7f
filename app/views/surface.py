"""The window's drawing surface: where vispy's OpenGL meets Qt's widgets.

With a QOpenGLWidget, OpenGL composes the whole window for each frame.  On the processor that takes
longer than the plot itself, so there the plot is drawn off screen and painted as pixels, like any other
widget.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject
from PySide6.QtWidgets import QWidget
from vispy import app

app.use_app("pyside6")  # vispy's Qt classes are of the Qt in use when they are imported
from vispy.app.backends._qt import (  # noqa: E402
    ApplicationBackend,
    CanvasBackendDesktop,
    QtBaseCanvasBackend,
    TimerBackend,
    capability,
)

# what OpenGL on the processor calls itself
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic")
GL_RENDERER = 0x1F01


def application(raster: bool | None = None) -> app.Application:
    """Return the vispy application whose canvases suit this machine; Qt's own must exist already.

    raster: whether canvases are painted as pixels; None: where OpenGL runs on the processor.
    """
    is_raster = _is_software() if raster is None else raster
    return _Application(PaintedSurface if is_raster else ComposedSurface)


def widget(native: object) -> PaintedSurface | ComposedSurface:
    """Return a canvas's widget, which the canvas itself does not know as one of Qt."""
    assert isinstance(native, PaintedSurface | ComposedSurface)
    return native


def after_frames(screen: PaintedSurface | ComposedSurface, call: Callable[[], None]) -> None:
    """Call ``call`` after each frame, once the events that came meanwhile have been handled."""
    screen.frameSwapped.connect(lambda: QTimer.singleShot(0, screen, call))


def _is_software() -> bool:
    """Whether OpenGL runs on the processor."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    context.create()
    surface.create()
    if not context.makeCurrent(surface):
        return False
    name = str(context.functions().glGetString(GL_RENDERER)).lower()
    context.doneCurrent()
    return any(word in name for word in SOFTWARE)


class _Application(app.Application):  # type: ignore[misc]  # vispy has no types
    """The vispy application of Qt with another class of canvases."""

    def __init__(self, surface: type[QWidget]) -> None:
        self._surface = surface
        super().__init__("pyside6")

    @property
    def backend_module(self) -> SimpleNamespace:
        """The classes that vispy makes its objects from."""
        return SimpleNamespace(
            ApplicationBackend=ApplicationBackend,
            CanvasBackend=self._surface,
            TimerBackend=TimerBackend,
            capability=capability,
        )


class _EveryMove(QtBaseCanvasBackend):  # type: ignore[misc]
    """A surface on which the last move of a hand counts, however soon it came after another.

    vispy leaves out moves within 10 ms of each other, and Qt itself those that nobody had time for.
    """

    def _vispy_mouse_move(self, **event: object) -> object:
        self._last_time = -1.0
        return super()._vispy_mouse_move(**event)


class ComposedSurface(_EveryMove, CanvasBackendDesktop):  # type: ignore[misc]
    """A widget that OpenGL composes the window with."""

    def prepare(self) -> None:
        """Draw nothing ahead: OpenGL is quick, and draws when the window is composed."""

    def present(self) -> None:
        """Draw a frame, compose the window and bring it to the screen, before this returns."""
        self.repaint()


class PaintedSurface(_EveryMove, QWidget):
    """A widget that shows the frame which vispy drew off screen last.

    A frame is drawn when vispy asks for one or the size changes.  When Qt wants a part painted again,
    because a menu lay over it, the frame is still there.
    """

    frameSwapped = Signal()  # noqa: N815  # the name that QOpenGLWidget has for it: a frame is shown

    def _init_specific(self, options: Any, _: object) -> None:
        QWidget.__init__(self, options.parent)
        options.context.shared.add_ref("qt", self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.WheelFocus)
        self._context, self._surface = QOpenGLContext(self), QOffscreenSurface()
        self._context.create()
        self._surface.create()
        self._buffer: QOpenGLFramebufferObject | None = None
        self._kept: QOpenGLFramebufferObject | None = None
        self._frame = QImage()
        self._due, self._is_untold = True, False
        self._initialized = True

    # --- vispy asks -----------------------------------------------------------------------------
    def _vispy_set_current(self) -> None:
        self._context.makeCurrent(self._surface)

    def _vispy_get_fb_bind_location(self) -> int:
        return self._buffer.handle() if self._buffer is not None else 0

    def _vispy_update(self) -> None:
        self._due = True
        self.update()

    def _vispy_swap_buffers(self) -> None:
        """Show nothing: the frame is painted when Qt asks, or by `present`."""

    def present(self) -> None:
        """Draw the frame that is due and bring it to the screen, before this returns."""
        self.repaint()
        self._tell()

    def prepare(self) -> None:
        """Draw the frame that is due, so that painting the window takes no longer than its pixels."""
        if self._due:
            self._draw()

    def _vispy_close(self) -> None:
        self._vispy_set_current()
        self._buffer = self._kept = None
        self._context.doneCurrent()
        self.close()

    # --- the painter asks -----------------------------------------------------------------------
    def keep(self) -> None:
        """Copy what is drawn so far of a frame."""
        assert self._buffer is not None
        if self._kept is None or self._kept.size() != self._buffer.size():
            self._kept = QOpenGLFramebufferObject(self._buffer.size())
        self._copy(self._kept, self._buffer)

    def put_back(self) -> None:
        """Put the copy in place of what is drawn."""
        assert self._buffer is not None
        assert self._kept is not None
        self._copy(self._buffer, self._kept)

    def _copy(self, to: QOpenGLFramebufferObject, of: QOpenGLFramebufferObject) -> None:
        self._vispy_canvas.context.flush_commands()
        QOpenGLFramebufferObject.blitFramebuffer(to, of)
        assert self._buffer is not None
        self._buffer.bind()

    # --- Qt asks --------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell vispy the size, of which a frame is due."""
        self.resizeGL(self.width(), self.height())

    def resizeGL(self, width: int, height: int) -> None:  # vispy calls it for a screen
        """Tell vispy the size in logical and in device pixels."""
        ratio = self.devicePixelRatioF()
        pixels = math.ceil(width * ratio), math.ceil(height * ratio)
        self._vispy_set_physical_size(*pixels)
        self._due = True
        self._vispy_canvas.events.resize(size=(width, height), physical_size=pixels)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame; draw it first where one is due."""
        if self._due:
            self._draw()
        painter = QPainter(self)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self._frame)
        painter.end()

    def _draw(self) -> None:
        self._due = False
        self._vispy_set_current()
        size = QSize(*self._vispy_get_physical_size())
        if self._buffer is None or self._buffer.size() != size:
            self._buffer = QOpenGLFramebufferObject(size)
        self._buffer.bind()
        self._vispy_canvas.set_current()
        self._vispy_canvas.events.draw(region=None)
        self._frame = self._buffer.toImage()
        self._frame.setDevicePixelRatio(self.devicePixelRatioF())
        self._is_untold = True
        # after the window has been brought to the screen with it
        QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        if self._is_untold:
            self._is_untold = False
            self.frameSwapped.emit()

"""Checks for a usable display: without one Qt aborts the process, and without OpenGL it opens black
windows.
"""

from __future__ import annotations

import ctypes
import math
import os
import socket
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from compute.core.refusal import shorten, shown

# of Qt
PLATFORMS = (
    "xcb", "wayland", "wayland-egl", "wayland-brcm", "offscreen", "minimal", "minimalegl", "eglfs",
    "linuxfb", "vkkhrdisplay", "vnc",
)  # fmt: skip
# limits of Qt's scale factor and dots per inch: beyond them windows have no size, or Qt crashes
SCALES = (0.1, 16.0)
DOTS = (24, 1536)


class NoWindow(Exception):
    """No window can be opened or drawn; the message is one line."""


def missing(environment: Mapping[str, str]) -> str:
    """Return why no window can be opened, or ""."""
    if sys.platform != "linux":
        return ""
    # "xcb:option;wayland": the first that Qt can load
    asked = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked and asked not in PLATFORMS:
        return f"QT_QPA_PLATFORM must be one of {', '.join(PLATFORMS)}, got {shown(asked)}"
    if asked and not asked.startswith(("xcb", "wayland")):
        return ""  # no screen is needed, or the user has chosen a platform
    screen = "" if asked.startswith("wayland") else environment.get("DISPLAY", "")
    wayland = "" if asked == "xcb" else environment.get("WAYLAND_DISPLAY", "")
    if screen:
        return "" if _is_x_there() else f"the display {shown(screen)} does not answer"
    if wayland:
        place = Path(environment.get("XDG_RUNTIME_DIR", "")) / wayland
        return "" if _is_open(place) else f"the display {shown(wayland)} does not answer"
    return "there is no display on which to open a window"


def sanitise(environment: MutableMapping[str, str]) -> list[str]:
    """Remove invalid Qt scaling variables from the environment; return a remark for each."""
    remarks = []
    for name, holds, wanted in (
        ("QT_SCALE_FACTOR", _is_scale, "a number between {:g} and {:g}".format(*SCALES)),
        ("QT_SCREEN_SCALE_FACTORS", _are_scales, "numbers between {:g} and {:g}".format(*SCALES)),
        ("QT_FONT_DPI", _are_dots, "a whole number between {} and {}".format(*DOTS)),
    ):
        value = environment.get(name, "")
        if value and not holds(value):
            remarks.append(f"{name} must be {wanted}, got {shown(value)}; ignored")
            del environment[name]
    return remarks


def _is_scale(text: str) -> bool:
    try:
        return SCALES[0] <= float(text) <= SCALES[1]
    except ValueError:
        return False


def _are_scales(text: str) -> bool:
    """Whether a text is a list of scales, "1;1.5", or by screen names, "DP-1=1;eDP-1=1.5"."""
    return all(_is_scale(piece.rpartition("=")[2]) for piece in text.split(";") if piece)


def _are_dots(text: str) -> bool:
    try:
        return DOTS[0] <= int(text) <= DOTS[1]
    except ValueError:
        return False


def prepare() -> None:
    """Set what Qt reads of the environment."""
    # vispy's canvas is black under Qt's native Wayland platform: go through XWayland
    asked = os.environ.get("QT_QPA_PLATFORM")
    if sys.platform == "linux" and os.environ.get("DISPLAY") and not asked:
        os.environ["QT_QPA_PLATFORM"] = "xcb"
    # whether there is OpenGL is asked, and said by ourselves
    os.environ.setdefault("EGL_LOG_LEVEL", "fatal")
    os.environ.setdefault("LIBGL_DEBUG", "quiet")
    if os.environ.get("LC_ALL") in ("C", "POSIX"):
        os.environ["LC_ALL"] = "C.UTF-8"  # Qt would do the same, and say so on the terminal


@contextmanager
def opening() -> Iterator[None]:
    """Provide a context for creating the Qt application; raise NoWindow if windows cannot be drawn.

    Qt's messages are shown only if Qt aborts, in which case the process ends with status 2.
    """
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    heard: list[str] = []

    def hear(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        heard.append(message)
        if kind == QtMsgType.QtFatalMsg:
            words = shorten(f"attention-geodesics: Qt cannot open a window: {' '.join(heard)}")
            os.write(2, f"{words}\n".encode(errors="replace"))
            os._exit(2)

    usual = qInstallMessageHandler(hear)
    try:
        yield
        problem = _undrawable()
    finally:
        qInstallMessageHandler(usual)
    if problem:
        raise NoWindow(problem)


def _undrawable() -> str:
    """Return why nothing can be drawn in windows, or ""."""
    from PySide6.QtGui import QGuiApplication, QOpenGLContext

    screen = QGuiApplication.primaryScreen()
    if screen is None:
        return "the display has no screen"
    scale = screen.devicePixelRatio() * screen.logicalDotsPerInch() / 96
    if not (math.isfinite(scale) and SCALES[0] <= scale <= SCALES[1]):
        return f"the display scales windows by {scale:g}"
    context = QOpenGLContext()
    if not context.create():
        return "the display offers no OpenGL (neither GLX nor EGL), which the canvas needs"
    found = context.format().version()
    if found < (2, 0):
        return f"the canvas needs OpenGL 2.0, but the display offers {found[0]}.{found[1]}"
    return ""


def _is_x_there() -> bool:
    """Whether the X server of the environment accepts this process."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    is_there = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return is_there


def _is_open(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(os.fspath(place))
        except OSError:
            return False
    return True

"""Whether there is a screen to open a window on: Qt ends the process where there is none."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from compute.core.refusal import shown

# of Qt
PLATFORMS = (
    "xcb", "wayland", "wayland-egl", "wayland-brcm", "offscreen", "minimal", "minimalegl", "eglfs",
    "linuxfb", "vkkhrdisplay", "vnc",
)  # fmt: skip


def missing(environment: Mapping[str, str]) -> str:
    """Why no window can be opened, or "" if one can."""
    if sys.platform != "linux":
        return ""
    # "xcb:option;wayland": the first that Qt can load
    asked = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked and asked not in PLATFORMS:
        return f"QT_QPA_PLATFORM must be one of {', '.join(PLATFORMS)}, got {shown(asked)}"
    if asked and not asked.startswith(("xcb", "wayland")):
        return ""  # no screen is needed, or somebody knows better
    screen = "" if asked.startswith("wayland") else environment.get("DISPLAY", "")
    wayland = "" if asked == "xcb" else environment.get("WAYLAND_DISPLAY", "")
    if screen:
        return "" if _is_x_there() else f"the display {shown(screen)} does not answer"
    if wayland:
        place = Path(environment.get("XDG_RUNTIME_DIR", "")) / wayland
        return "" if _is_open(place) else f"the display {shown(wayland)} does not answer"
    return "there is no display to open a window on"


def _is_x_there() -> bool:
    """Whether the X server of the environment lets this process in."""
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

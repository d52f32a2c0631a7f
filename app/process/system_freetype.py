"""The choice between the system's FreeType library and that of freetype-py, for Qt to draw with."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def prefer() -> None:
    """Load the system's FreeType before freetype-py loads its own, which lacks coloured letters.

    On Linux, Qt uses the library of this name that was loaded first; elsewhere it has its own.  If
    the system has none, nothing happens.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL("libfreetype.so.6")

"""Which of two libraries of one name Qt draws letters with: said before either is loaded."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def prefer() -> None:
    """Load the machine's FreeType before freetype-py loads its own, which has no coloured letters.

    Qt takes whichever of that name is there first.  Elsewhere than on Linux it has its own.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL("libfreetype.so.6")

"""Processes: how one is started apart from the terminal, and whether one lives."""

from __future__ import annotations

import os
import sys
from typing import Any

# subprocess.CREATE_NEW_PROCESS_GROUP, which Python names on Windows alone
NEW_GROUP = 0x200


def apart() -> dict[str, Any]:
    """Return options of `subprocess.Popen` for a process that Ctrl+C in the terminal does not reach."""
    if sys.platform == "win32":
        return {"creationflags": NEW_GROUP}
    return {"start_new_session": True}


def is_dead(process: int) -> bool:
    """Whether no process has that id; False if this cannot be determined, as on Windows.

    There `os.kill` would end the process instead of asking for it.
    """
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False

"""Termination of the process by Ctrl+C, SIGTERM, or a closed terminal.

Until the window exists the process exits at once and silently, and removes half-written files.  A
KeyboardInterrupt could be raised within an import and be swallowed or printed as a traceback.  Signal
handlers are set, not inherited: a shell starts background jobs with SIGINT ignored.  This module is
imported before anything else and imports almost nothing itself, because until it has run Python would
print a traceback on interruption.
"""

# the core of `signal`, which takes longer to import than everything before it
import _signal as signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

INTERRUPTED = 130
# files and folders being written
_unfinished: "set[Path]" = set()


def leave_at_once() -> None:
    """Exit immediately at any termination signal from now on."""
    handle(_leave)


def handle(handler: "Callable[[int, FrameType | None], object] | int") -> None:
    """Call ``handler`` at each termination signal; a process started by `nohup` ignores a closed
    terminal.
    """
    for number in (signal.SIGINT, signal.SIGTERM, *_hangup()):
        signal.signal(number, handler)


def ignore_interrupts() -> None:
    """Ignore interruptions after all work is done."""
    handle(signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def begin(path: "Path") -> None:
    """Register ``path`` for removal if the process ends before `finish`."""
    _unfinished.add(path)


def finish(path: "Path") -> None:
    """Unregister ``path``."""
    _unfinished.discard(path)


def _hangup() -> "tuple[int, ...]":
    if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        return ()
    return (signal.SIGHUP,)


def _leave(number: int, frame: "FrameType | None") -> None:
    if _unfinished:
        # imported here: this module must come first
        from compute.core.replacing import remove

        for path in tuple(_unfinished):
            remove(path)
    os._exit(INTERRUPTED)

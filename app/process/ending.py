"""How the process ends when it is asked to: by Ctrl+C, by SIGTERM, or by a terminal that is closed.

Until the window is there it goes at once and says nothing; what is half written it takes along.  As
an exception the request could come up within an import, and be swallowed or printed as a traceback.
What a signal does is set, not inherited: a shell starts its background with SIGINT ignored.
Imported before anything else, so that this module imports next to nothing itself: until it has run an
interruption is Python's, which prints where it was.
"""

# what `signal` is made of; that module takes longer to import than all that goes before it
import _signal as signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

INTERRUPTED = 130
# what is being written: a file, or a folder of them
_unfinished: "set[Path]" = set()


def leave_at_once() -> None:
    """Go at any request from now on."""
    handle(_leave)


def handle(handler: "Callable[[int, FrameType | None], object] | int") -> None:
    """Call ``handler`` at each request; what `nohup` started does not mind a closed terminal."""
    for number in (signal.SIGINT, signal.SIGTERM, *_hangup()):
        signal.signal(number, handler)


def ignore_interrupts() -> None:
    """Ignore interruptions once all is done: they come too late."""
    handle(signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def begin(path: "Path") -> None:
    """Have what is written to ``path`` taken away should the process end before `finish`."""
    _unfinished.add(path)


def finish(path: "Path") -> None:
    """Leave ``path`` alone from now on."""
    _unfinished.discard(path)


def _hangup() -> "tuple[int, ...]":
    if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        return ()
    return (signal.SIGHUP,)


def _leave(number: int, frame: "FrameType | None") -> None:
    if _unfinished:
        # imported here: nothing is to be done before this module
        from compute.core.replacing import remove

        for path in tuple(_unfinished):
            remove(path)
    os._exit(INTERRUPTED)

"""Standard streams that are others on some threads."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any, TextIO, cast

NAMES = ("stdin", "stdout", "stderr")


class _Nothing(io.TextIOBase):
    """A stream where there is none, as without a terminal on some systems."""

    def write(self, text: str) -> int:
        return len(text)


class _Empty(io.StringIO):
    """A stream with nothing to read, which stays open: `exit` closes the one it finds."""

    def close(self) -> None:
        pass


class _PerThread:
    """The stream of the thread that uses it."""

    def __init__(self, usual: TextIO | None) -> None:
        self.usual = usual
        self.own: dict[int, TextIO] = {}
        self._nothing = cast(TextIO, _Nothing())

    def __getattr__(self, name: str) -> Any:
        stream = self.own.get(threading.get_ident(), self.usual)
        return getattr(self._nothing if stream is None else stream, name)


class ThreadStreams:
    """Replaces the standard streams of the process, from creation to `close`."""

    def __init__(self) -> None:
        self._made = {name: _PerThread(getattr(sys, name)) for name in NAMES}
        for name, stream in self._made.items():
            setattr(sys, name, stream)

    def redirect(self, out: io.TextIOBase) -> None:
        """Have the current thread write to ``out``, and find nothing to read."""
        own = {"stdin": _Empty(), "stdout": out, "stderr": out}
        for name, stream in own.items():
            self._made[name].own[threading.get_ident()] = cast(TextIO, stream)

    def close(self) -> None:
        """Restore the streams of the process, unless they were replaced since."""
        for name, stream in self._made.items():
            if getattr(sys, name) is stream:
                setattr(sys, name, stream.usual)

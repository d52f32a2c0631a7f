"""Derivation of user formulas in a separate process: bounded in time and memory, and cancellable.

SymPy can take arbitrarily long for a short text and cannot be interrupted.  So a process with SymPy
loaded is kept (see `compute.custom.deriver`), and terminated when its result is late or no longer
wanted.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from compute.core.interrupt import TookTooLong, checkpoint, limited
from compute.core.processes import apart
from compute.custom import definition, deriver
from compute.custom.parse import FormulaError
from compute.definitions.derived import Derived, read_plain

# seconds for one definition (a third as CPU time), and for a process to start: machines may be busy
SECONDS, STARTING = 3 * deriver.SECONDS, 60.0
# seconds between checks for cancellation
BEAT = 0.02
# imports the package without its names for scripts, which take as long as SymPy and are not needed
_PROGRAM = """
import sys, types
package = sys.modules["compute"] = types.ModuleType("compute")
package.__path__ = [sys.argv[1]]
from compute.custom import deriver
deriver.serve()
"""
TOO_LONG = {"problem": f"deriving this takes longer than {deriver.SECONDS:g} s"}


def derived(define: Callable[..., Any], chosen: Mapping[str, Any]) -> Derived:
    """Return the tapes of the definition ``chosen["source"]``, a JSON text.

    Raises FormulaError if it cannot be derived, and the exceptions of `compute.core.interrupt`.
    """
    source = str(chosen["source"])
    with _turn:
        answer = _asked(source)
    if "derived" in answer:
        return read_plain(answer["derived"])
    if "refused" in answer:
        raise FormulaError(*answer["refused"])
    raise _refusal(source, answer["problem"])


def keep_ready() -> None:
    """Start the process unless it runs, and restart it whenever one was terminated."""
    with _turn:
        _bench.keeps = True
        _bench.process()


def process_number() -> int | None:
    """Return the id of the process that is kept, or None."""
    return _bench.number


def close() -> None:
    """Terminate the process; the next request starts another."""
    _bench.close()


def _refusal(source: str, words: str) -> FormulaError:
    """Return the error, placed at the longest formula, which takes longest."""
    own = definition.read_formulas(definition.read(source))
    text, place = max(zip(own.formulas, own.places, strict=True), key=lambda pair: len(pair[0]))
    return FormulaError(text, 0, words, place)


def _asked(source: str) -> dict[str, Any]:
    try:
        process = _bench.process()
        with limited(STARTING):
            process.wait_ready()
        with limited(SECONDS):
            answer = process.ask(source)
    except TookTooLong:
        ready = _bench.has_ready()
        _bench.end()
        if not ready:
            raise ValueError(f"{sys.executable} did not start within {STARTING:g} s") from None
        return TOO_LONG
    except BaseException:
        _bench.end()
        raise
    if answer.get("spent"):
        _bench.end()
    return answer


class _Process:
    """A deriver process and its output."""

    def __init__(self) -> None:
        self.ready = False
        self._said: SimpleQueue[str] = SimpleQueue()
        package = Path(deriver.__file__).parents[1]
        paths = os.pathsep.join(filter(None, (str(package.parent), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(package)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
            # Ctrl+C in a terminal is for the main program, which then ends its process
            **apart(),
        )
        self._listener = threading.Thread(target=self._listen, name="deriver", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line)
        self._said.put("")

    @property
    def number(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_ready(self) -> None:
        """Wait until the process is ready."""
        if not self.ready:
            self._next()
            self.ready = True

    def ask(self, source: str) -> dict[str, Any]:
        """Send a definition and wait for the result."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(source) + "\n")
            self._process.stdin.flush()
        except OSError:  # it has just ended; the answer reports that
            return self._ended()
        return self._next() or self._ended()

    def _next(self) -> Any:
        """Return the next message of the process; None at its end."""
        while True:
            checkpoint()
            try:
                line = self._said.get(timeout=BEAT)
            except Empty:
                continue
            return json.loads(line) if line else None

    def _ended(self) -> dict[str, Any]:
        status = self._process.wait()
        if status == -getattr(signal, "SIGPROF", 0) < 0:
            return TOO_LONG
        return {"problem": f"the process that derived this ended with status {status}"}

    def end(self) -> None:
        """Kill the process and reap it."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            _close(pipe)


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return  # data never sent to an ended process


class _Bench:
    """The kept process; a fork of this program starts its own."""

    def __init__(self) -> None:
        self.keeps = False
        self._kept: _Process | None = None
        self._owner = 0

    def process(self) -> _Process:
        """Return the running process, or a new one."""
        if self._kept is not None and (self._owner != os.getpid() or not self._kept.alive):
            self.end()
        if self._kept is None:
            self._kept, self._owner = _Process(), os.getpid()
        return self._kept

    @property
    def number(self) -> int | None:
        return None if self._kept is None else self._kept.number

    def has_ready(self) -> bool:
        return self._kept is not None and self._kept.ready

    def end(self) -> None:
        """Terminate the process; start another if one should be kept ready."""
        kept, self._kept = self._kept, None
        if kept is not None and self._owner == os.getpid():
            kept.end()
        if self.keeps:
            self.process()

    def close(self) -> None:
        """Terminate the process without a successor."""
        self.keeps = False
        self.end()


class _Turn:
    """A lock whose waiting can be interrupted: definitions are derived one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=BEAT):
            checkpoint()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_bench, _turn = _Bench(), _Turn()
atexit.register(close)

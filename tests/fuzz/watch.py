"""The watchdog: child processes in batches, and the outcome of each file."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
BATCH = 500
HANGS = 120.0  # seconds without a word, on a machine that has other work too


@dataclass
class Report:
    """How many files of each kind were opened and refused; findings: (number, kind, what)."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, number: int, kind: str, what: str) -> None:
        """Record the outcome of a file."""
        known = what in ("opened", "refused")
        self.counts[kind, what if known else "findings"] += 1
        if not known:
            self.findings.append((number, kind, what))


def run(
    seed: int, files: int, kinds: Sequence[str], report: Report | None = None, hangs: float = HANGS
) -> Report:
    """Open ``count`` files; a child that hangs or dies is a finding, and another continues."""
    found, first = report or Report(), 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        worker = Worker(Path(folder), seed, kinds, hangs)
        while first < files:
            first = worker.open(first, min(first + BATCH, files), found)
        worker.close()
    return found


class Worker:
    """The process that forks, with a home of its own, where caches and settings go."""

    def __init__(self, folder: Path, seed: int, kinds: Sequence[str], hangs: float) -> None:
        home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder)}
        self._hangs, self._errors = hangs, folder / "errors"
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.worker", str(folder), str(seed), ",".join(kinds)],
                cwd=ROOT,
                env={**os.environ, **home, "OPENBLAS_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

        assert self._process.stdout is not None
        self._pipe, self._heard = self._process.stdout.fileno(), b""

    def open(self, first: int, last: int, found: Report) -> int:
        """Open the files of a range; return the number of the first that was not reached."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{first} {last}\n".encode())
        self._process.stdin.flush()
        following, open_file, pid = first, None, 0
        while (said := self._line(pid).split(" ", 2))[0] != "over":
            match said:
                case ["pid", number, _]:
                    pid = int(number)
                case ["begin", number, kind]:
                    open_file, following = (int(number), kind), int(number) + 1
                case ["end", _, what] if open_file is not None:
                    found.add(*open_file, what)
                    open_file = None
        if open_file is not None:
            words = f"the child ended with status {said[1]}: {self._last_error()}"
            found.add(*open_file, words)
        return following

    def _line(self, pid: int) -> str:
        """The next line of the child; one that is silent for long is killed, which is reported."""
        # a start takes long on a busy machine
        patience = self._hangs if pid else HANGS
        while b"\n" not in self._heard:
            if not select.select([self._pipe], [], [], patience)[0]:
                os.kill(pid or self._process.pid, signal.SIGKILL)
            piece = os.read(self._pipe, 1 << 16)
            if not piece:
                raise RuntimeError(f"the fuzzer itself ended: {self._last_error()}")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def _last_error(self) -> str:
        return " ".join(self._errors.read_text("utf-8", "replace").strip().splitlines()[-1:])[:200]

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait()

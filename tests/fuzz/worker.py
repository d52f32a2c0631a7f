"""The process that opens files: it loads the program once, and forks for each range of numbers.

It reads lines ``FIRST LAST``.  The fork says ``pid NUMBER``, ``begin NUMBER KIND`` before each file and
``end NUMBER WORDS`` after it, so that whoever watches knows at which one it hung or crashed; when it
has ended, its parent says ``over STATUS``.  The same seed and number give the same file anywhere.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Iterable
from pathlib import Path

from compute.core.refusal import MOST_CHARACTERS
from tests.fuzz.kind import Broken, Kind, registry
from tests.fuzz.mutation import mutate

MOST_SECONDS = 10.0  # seconds of processor time
MOST_MEMORY = 1 << 30  # beyond what the program takes before it opens anything


class Bench:
    """Files of some kinds in one folder."""

    def __init__(self, folder: Path, names: Iterable[str], seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._kinds = [registry()[name] for name in names]
        self._seeds: dict[str, list[bytes]] = {}

    def file(self, number: int) -> tuple[Kind, bytes]:
        """The kind and the content of the file of that number."""
        rng = random.Random(f"{self._seed} {number}")
        kind = rng.choices(self._kinds, [kind.weight or 1 for kind in self._kinds])[0]
        return kind, mutate(rng, rng.choice(self.examples(kind)), kind.words)

    def examples(self, kind: Kind) -> list[bytes]:
        """The valid files of a kind, made once."""
        if kind.name not in self._seeds:
            place = self._folder / kind.name.replace(" ", "_")
            place.mkdir(exist_ok=True)
            self._seeds[kind.name] = kind.seeds(place)
        return self._seeds[kind.name]

    def path(self, kind: Kind) -> Path:
        """Where the file of a kind is written to."""
        return self._folder / kind.name.replace(" ", "_") / f"fuzzed{kind.suffix}"

    def judge(self, kind: Kind, content: bytes) -> str:
        """Open a file: "opened", "refused", or what is wrong."""
        path = self.path(kind)
        path.write_bytes(content)
        began = time.process_time()
        found = judge(kind, path)
        took = time.process_time() - began
        return f"slow: {took:.0f} s" if took > MOST_SECONDS else found


def judge(kind: Kind, path: Path) -> str:
    """Open a file as its kind does."""
    try:
        kind.open(path)
    except Broken as problem:
        return f"broken: {problem}"
    except ValueError as problem:
        return judge_refusal(problem)
    except BaseException as problem:
        return describe(problem)
    return "opened"


def judge_refusal(problem: ValueError) -> str:
    """ "refused", or what is wrong with how it was."""
    own = type(problem).__module__.partition(".")[0] in ("app", "compute")
    words = str(problem)
    if type(problem) is not ValueError and not own:
        return describe(problem)
    if not words or "\n" in words or len(words) > MOST_CHARACTERS:
        return (
            f"message: {len(words)} characters, {words.count(chr(10))} line ends: {where(problem)}"
        )
    return "refused"


def describe(problem: BaseException) -> str:
    """An exception in a line: its kind, its place, its words."""
    return f"{type(problem).__name__} {where(problem)}: {' '.join(str(problem).split())[:120]}"


def where(problem: BaseException) -> str:
    """The last place of the program's own, and the last of all."""
    frames = traceback.extract_tb(problem.__traceback__)
    own = [f for f in frames if "/app/" in f.filename or "/compute/" in f.filename]
    places = [frames[-1]] if not own else [own[-1], frames[-1]]
    return " ← ".join(f"{Path(f.filename).name}:{f.lineno}" for f in places)


def main(arguments: list[str]) -> None:
    """FOLDER SEED KINDS: open the files of each requested range of numbers."""
    folder, seed, names = arguments
    warnings.simplefilter("ignore")
    bench = Bench(Path(folder), names.split(","), int(seed))
    for name in names.split(","):
        bench.examples(registry()[name])
    for line in sys.stdin:
        first, last = map(int, line.split())
        pid = os.fork()
        if pid == 0:
            open_all(bench, range(first, last))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        say(f"over {os.waitstatus_to_exitcode(status)} 0")


def open_all(bench: Bench, numbers: range) -> None:
    """Open files one after another, within bounds."""
    _limit()
    say(f"pid {os.getpid()} 0")
    for number in numbers:
        kind, content = bench.file(number)
        say(f"begin {number} {kind.name}")
        say(f"end {number} {bench.judge(kind, content)}")


def _limit() -> None:
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        size = int(lines["VmSize"].split()[0]) << 10
        resource.setrlimit(resource.RLIMIT_AS, (size + MOST_MEMORY, resource.RLIM_INFINITY))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

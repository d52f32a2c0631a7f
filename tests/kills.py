"""The window, ended repeatedly at any moment by any signal: no work is lost, no file is incomplete.

    python -m tests.kills --count 100 --seed 1 --engine reference

A process starts the program as its command does, restores the unsaved work of the previous one, and
edits like a user who drags and pauses.  It records its edits with their times, so that the work that
the next process is offered can be compared: it must be the last state, or after a kill one of the
last second.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
# work that a kill may lose, in seconds
LOST = 1.0
# seconds of a life: from its beginning, or from when it is ready
STARTING, EDITING = 6.0, 2.5
# between two edits of a drag, in milliseconds
DRAG_MS = 30
# the longest that a window needs to start, or to end, on a machine that does much else
PATIENCE = 200.0
NUMBERS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


# --- the process that is ended -----------------------------------------------------------------
def live(folder: str, seed: str, engine: str) -> int:
    """Run the program while a thread edits."""
    from app import main
    from app.cli import main as cli

    run, hand = main.Program.run, Hand(Path(folder), random.Random(int(seed)))
    main.Program.run = lambda program: (hand.take(program), run(program))[1]  # type: ignore[method-assign]
    sys.argv = ["attention-geodesics", "gui", "gaussian", "--engine", engine]
    hand.write("begun")
    return cli.main()


class Hand:
    """Drags and rests; ``edits.log`` says what and when, ``scene.json`` is written now and then."""

    def __init__(self, folder: Path, die: random.Random) -> None:
        self.folder, self.die, self.rest = folder, die, 0
        self.log = os.open(folder / "edits.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, word: str, value: object = "") -> None:
        os.write(self.log, f"{time.monotonic()} {word} {value}\n".encode())

    def take(self, program: object) -> None:
        self.program = program
        program.window.post(self.restore)  # type: ignore[attr-defined]

    def restore(self) -> None:
        from PySide6.QtWidgets import QMessageBox

        window, store = self.program.window, self.program.store  # type: ignore[attr-defined]
        window.actions["restore"].trigger()  # a named scene stays until then
        for box in window.frame.findChildren(QMessageBox):
            next(button for button in box.buttons() if button.text() == "Restore").click()
            self.write("state", store.scene.alpha)
        unsaved = self.program.settings.folder  # type: ignore[attr-defined]
        self.write("remains", len([f for f in unsaved.iterdir() if f.name.startswith(".")]))
        self.write("ready")
        self.stop = window.every(DRAG_MS, self.edit)

    def edit(self) -> None:
        from app.model import scene_file

        store = self.program.store  # type: ignore[attr-defined]
        self.rest = max(0, self.rest - 1)
        if self.rest:
            return
        if self.die.random() < 0.05:
            self.rest = self.die.randrange(40)
        scene = replace(store.scene, alpha=self.die.randrange(-1000, 1000) / 1000)
        store.update(scene)
        self.write("state", scene.alpha)
        if self.die.random() < 0.1:
            scene_file.save(scene, self.folder / "scene.json")


# --- what ends it ------------------------------------------------------------------------------
@dataclass(frozen=True)
class End:
    """How a process ended: by which signal, when, with which status and words.

    kept: what a start would have been offered just before.
    """

    number: int
    at: float
    status: int
    said: str
    kept: tuple[float, ...] = ()


def heed() -> None:
    """Restore the default handling of all signals, which the parent may have ignored."""
    for number in set(NUMBERS) - {signal.SIGKILL}:
        signal.signal(number, signal.SIG_DFL)


def environment(folder: Path) -> dict[str, str]:
    places = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return {**os.environ, **places, "PYTHONPATH": str(ROOT)}


def end(
    folder: Path, seed: int, engine: str, number: int, when: Callable[[subprocess.Popen[str]], None]
) -> End:
    """Start the program and send it a signal as soon as ``when`` returns."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kills", "--live", str(folder), str(seed), engine],
        stderr=subprocess.PIPE, text=True, env=environment(folder), preexec_fn=heed, cwd=ROOT,
    )  # fmt: skip
    when(process)
    kept, at = tuple(offered(folder)), time.monotonic()
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[1]
    return End(number, at, process.returncode, said, kept)


def lines(folder: Path) -> list[tuple[float, str, str]]:
    """The records of the last process: time, word, value."""
    log = folder / "edits.log"
    text = log.read_text() if log.exists() else ""
    whole = [line.split(" ") for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [(float(at), word, value.strip()) for at, word, value in whole]


def wait(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Wait for a condition, or until the process has ended by itself, or it is taking too long."""
    deadline = time.monotonic() + PATIENCE
    while not reached() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


def is_ready(folder: Path) -> bool:
    """Whether the window is ready."""
    return any(word == "ready" for _, word, _ in lines(folder))


def is_kept(folder: Path) -> bool:
    """Whether an edit of the process is kept."""
    return not {value for _, word, value in lines(folder) if word == "state"}.isdisjoint(
        map(str, offered(folder))
    )


# --- what must hold ----------------------------------------------------------------------------
def offered(folder: Path) -> list[float]:
    """The unsaved scenes that the next start offers, by their values of α."""
    from app.model import autosave, scene_file

    unsaved = folder / "XDG_DATA_HOME" / "attention-geodesics" / "unsaved"
    usual = replace(scene_file.load("gaussian"), alpha=0.0, view=None)
    found = autosave.lost(unsaved, lambda name: False) if unsaved.is_dir() else []
    changed = [one for one in found if replace(one.scene, alpha=0.0, view=None) != usual]
    assert changed == []
    return [one.scene.alpha for one in found]


def problems(folder: Path, before: list[float], ended: End, lost: float = LOST) -> list[str]:
    """The rules that an end broke; ``before``: the scenes that were offered to the ended process."""
    from app.model import scene_file

    wrong, told, now = [], lines(folder), offered(folder)
    words = {word for _, word, _ in told}
    if "begun" in words and ended.said:
        wrong.append(f"it said {ended.said[-400:]!r}")
    if "begun" in words and ended.status not in _statuses(ended.number, "ready" in words):
        wrong.append(f"its status was {ended.status}")
    states = [(at, float(value)) for at, word, value in told if word == "state"]
    fitting = allowed(before, states, ended, lost)
    if now not in fitting:
        wrong.append(f"{now} is offered, not one of {fitting}")
    if is_older(now, ended.kept, [value for _, value in states]):
        wrong.append(f"{now} is offered, older than {ended.kept}")
    if any(word == "remains" and value != "0" for _, word, value in told):
        wrong.append("what an earlier one had half written was there")
    if (folder / "scene.json").exists():
        scene_file.load(folder / "scene.json")
    return wrong


def _statuses(number: int, ready: bool) -> tuple[int, ...]:
    if number == signal.SIGKILL:
        return (-number,)
    return (0,) if ready else (0, 130, -number)


def allowed(
    before: list[float], states: list[tuple[float, float]], ended: End, lost: float = LOST
) -> list[list[float]]:
    """The states that may be offered: after a kill, those of the last ``lost`` seconds."""
    if ended.number != signal.SIGKILL:
        return [[states[-1][1]]] if states else [before]
    old = [value for at, value in states if at <= ended.at - lost][-1:]
    new = [value for at, value in states if at > ended.at - lost]
    return ([[value] for value in old] or [before]) + [[value] for value in new]


def is_older(now: list[float], kept: tuple[float, ...], states: list[float]) -> bool:
    """Whether what is offered is a state before the one that had been kept."""
    if len(now) != 1 or len(kept) != 1 or not {*now, *kept} <= {*states}:
        return False
    last = len(states) - 1 - states[::-1].index(now[0])
    return last < states.index(kept[0])


# --- the campaign ------------------------------------------------------------------------------
def campaign(
    folder: Path,
    seed: int,
    engine: str,
    ends: list[tuple[int, bool]],
    report: Callable[[str], None] = lambda words: None,
    patient: bool = False,
) -> list[str]:
    """End the program by each signal in turn, at its start or once it is ready; return the faults.

    patient: however late edits are kept; a window that is ready is ended after the first one is.
    """
    die, wrong = random.Random(seed), []
    for i, (number, ready) in enumerate(ends):
        delay, before = die.uniform(0.0, EDITING if ready else STARTING), offered(folder)
        (folder / "edits.log").unlink(missing_ok=True)

        def when(process: subprocess.Popen[str], ready: bool = ready, delay: float = delay) -> None:
            if ready:
                wait(process, lambda: is_ready(folder))
            if ready and patient:
                wait(process, lambda: is_kept(folder))
            time.sleep(delay)

        ended = end(folder, die.randrange(1 << 30), engine, number, when)
        name = signal.Signals(number).name
        found = problems(folder, before, ended, math.inf if patient else LOST)
        if ready and not is_ready(folder):
            found.append(f"it was not ready; last it wrote {lines(folder)[-1:]}")
        if patient and not is_kept(folder):
            found.append("no edit was kept")
        wrong += [f"{i}, {name}: {what}" for what in found]
        report(f"{i + 1} of {len(ends)}: {name}, {'; '.join(found) or 'nothing wrong'}")
    return wrong


def main() -> int:
    """Run the campaign and print its outcome."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--engine", default="reference")
    options.add_argument("--live", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.live:
        return live(*chosen.live)
    die = random.Random(chosen.seed)
    ends = [(int(die.choice(NUMBERS)), die.random() < 0.6) for _ in range(chosen.count)]
    with tempfile.TemporaryDirectory() as folder:
        wrong = campaign(Path(folder), chosen.seed, chosen.engine, ends, _say)
    counts = Counter(signal.Signals(number).name for number, _ in ends)
    _say(f"{len(ends)} ends ({dict(counts)}), {len(wrong)} problems")
    return 1 if wrong else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

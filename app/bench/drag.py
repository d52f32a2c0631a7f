"""Workload D, a drag: 200 moves of a pin in two seconds in the real window."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np

from app.bench.measurement import Measurement

if TYPE_CHECKING:
    from app.main import Program
    from app.model.scene import Point

MOVES, SECONDS = 200, 2.0


def measure(engine: str) -> Measurement:
    """Milliseconds on the GUI thread a move, and from a move to its path on the screen.

    The yardstick is the same with a canvas that OpenGL composes the window with.
    """
    if not os.environ.get("DISPLAY"):
        return {"workload": "D", "name": "drag", "seconds": None, "remark": "there is no display"}
    found, composed = _drag(engine, None), _drag(engine, False)
    seconds = composed["seconds"]
    assert found["seconds"]
    assert seconds
    return {
        **found,
        "target": "at most 8 ms a move on the GUI thread, 95 % on screen within 33 ms",
        "yardsticks": [
            {
                "name": f"an OpenGL widget, {composed['paths_drawn']} paths drawn",
                "seconds": seconds,
                "ratio": seconds / found["seconds"],
            }
        ],
    }


def _drag(engine: str, raster: bool | None) -> Measurement:
    from app.main import Program
    from app.model import scene_file
    from app.views.interface.events import PinMoved

    program = Program(scene_file.load("bank"), engine, raster=raster)
    window = _Eyes(program)
    window.settle()
    controller, (x, y) = program.controller, program.canvas.movable()["A"]
    handled, most, began = [], 0, time.perf_counter()
    for i in range(MOVES):
        window.live(until=began + i * SECONDS / MOVES)
        moved = time.perf_counter()
        controller.on_event(PinMoved("A", (x + 0.02 * i, y + 0.01 * i), done=False))
        handled.append(time.perf_counter() - moved)
        window.send(moved)
        most = max(most, program.runner.pending())
    window.settle()
    drawn = 1e3 * np.array(window.drawn)
    program.close()
    return {
        "workload": "D",
        "name": f"drag of {MOVES} moves in {SECONDS:g} s",
        "seconds": float(np.quantile(drawn, 0.95)) / 1e3,
        "gui_thread_ms": {
            "p50": _ms(handled, 0.5),
            "p95": _ms(handled, 0.95),
            "max": _ms(handled, 1),
        },
        "to_screen_ms": {q: float(np.quantile(drawn, p)) for q, p in (("p50", 0.5), ("p95", 0.95))},
        "paths_drawn": len(drawn),
        "jobs_at_once": most,
    }


def _ms(seconds: list[float], quantile: float) -> float:
    return float(1e3 * np.quantile(seconds, quantile))


class _Eyes:
    """Lets a window live, and notes when the path of a move is on the screen."""

    def __init__(self, program: Program) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        self._loop, self._timer = QEventLoop(), QTimer()
        self._timer.start(
            1
        )  # the loop wakes up, and does not hold Python from the worker meanwhile
        self._program = program
        self._sent: dict[Point, float] = {}
        self._painted: list[float] = []
        self.drawn: list[float] = []
        program.window.frame.resize(1200, 800)
        program.window.frame.show()
        program.canvas.on_drawn(self._look)
        program.screen.frameSwapped.connect(self._show)

    def send(self, moved: float) -> None:
        """Record the time of a move of pin A to its current place."""
        start = self._program.store.scene.start
        assert start is not None
        self._sent[start.theta] = moved

    def _look(self) -> None:
        answer = self._program.controller.answers.path
        moved = self._sent.pop(answer.job.start, None) if answer is not None else None
        if moved is not None:
            self._painted.append(moved)

    def _show(self) -> None:
        now = time.perf_counter()
        self.drawn += [now - moved for moved in self._painted]
        self._painted.clear()

    def live(self, until: float) -> None:
        """Process the window's events up to a time."""
        while time.perf_counter() < until:
            self._loop.processEvents(self._loop.ProcessEventsFlag.WaitForMoreEvents)

    def settle(self) -> None:
        """Process the window's events until all requests are answered and drawn."""
        while self._program.controller.answers.path is None or self._program.runner.pending():
            self.live(until=time.perf_counter() + 0.01)
        self.live(until=time.perf_counter() + 0.3)

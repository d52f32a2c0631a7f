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
    """Measure milliseconds on the GUI thread per move, and from a move to its path on the screen."""
    if not os.environ.get("DISPLAY"):
        return {"workload": "D", "name": "drag", "seconds": None, "remark": "there is no display"}
    from app.main import Program
    from app.model import scene_file
    from app.views.interface.events import PinMoved

    program = Program(scene_file.load("bank"), engine)
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
        "target": "at most 8 ms per move on the GUI thread, 95 % on screen within 50 ms",
    }


def _ms(seconds: list[float], quantile: float) -> float:
    return float(1e3 * np.quantile(seconds, quantile))


class _Eyes:
    """Runs a window's event loop, and records when the path of a move is drawn."""

    def __init__(self, program: Program) -> None:
        from PySide6.QtCore import QEventLoop

        self._loop = QEventLoop()
        self._program = program
        self._sent: dict[Point, float] = {}
        self.drawn: list[float] = []
        program.window.frame.resize(1200, 800)
        program.window.frame.show()
        program.canvas.on_drawn(self._look)

    def send(self, moved: float) -> None:
        """Record the time of a move of pin A to its current place."""
        start = self._program.store.scene.start
        assert start is not None
        self._sent[start.theta] = moved

    def _look(self) -> None:
        answer = self._program.controller.answers.path
        moved = self._sent.pop(answer.job.start, None) if answer is not None else None
        if moved is not None:
            self.drawn.append(time.perf_counter() - moved)

    def live(self, until: float) -> None:
        """Process the window's events up to a time."""
        while time.perf_counter() < until:
            self._loop.processEvents()

    def settle(self) -> None:
        """Process the window's events until all requests are answered and drawn."""
        while self._program.controller.answers.path is None or self._program.runner.pending():
            self._loop.processEvents()
        self.live(until=time.perf_counter() + 0.3)

"""Workload D, a frame: redrawing the default scene, compared with an empty canvas of the same size."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np

from app.bench.measurement import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.views.surface import ComposedSurface, PaintedSurface

FRAMES = 40


def measure(engine: str) -> Measurement:
    """Measure the median time from requesting a frame to its display."""
    if not os.environ.get("DISPLAY"):
        return {"workload": "D", "name": "frame", "seconds": None, "remark": "there is no display"}
    from PySide6.QtCore import QEventLoop

    from app.main import Program
    from app.model import scene_file

    program, loop = Program(scene_file.load("bank"), engine), QEventLoop()
    frame, answers = program.window.frame, program.controller.answers
    frame.resize(1200, 800)
    frame.show()
    while answers.map is None or not answers.map.complete or program.runner.pending():
        loop.processEvents()
    native = program.screen
    full = _milliseconds(lambda: program.canvas.set_note(""), native)
    empty = _empty(native.width(), native.height())
    program.close()
    return {
        "workload": "D",
        "name": f"a frame of {native.width()} × {native.height()}",
        "seconds": full / 1e3,
        "target": "at most 5 times an empty canvas",
        "yardsticks": [{"name": "an empty canvas", "seconds": empty / 1e3, "ratio": empty / full}],
    }


def _empty(width: int, height: int) -> float:
    """Measure the same for a canvas that is only cleared."""
    from vispy import app, gloo

    from app.views import surface

    canvas = app.Canvas(size=(width, height), show=True, app=surface.application())
    canvas.events.draw.connect(lambda event: gloo.clear("black"))
    took = _milliseconds(canvas.update, surface.widget(canvas.native))
    canvas.close()
    return took


def _milliseconds(ask: Callable[[], object], widget: ComposedSurface | PaintedSurface) -> float:
    """Return how long it takes from asking for a frame until the window has been composed."""
    from PySide6.QtCore import QEventLoop

    swapped, took, loop = [0], [], QEventLoop()
    widget.frameSwapped.connect(lambda: swapped.__setitem__(0, swapped[0] + 1))
    for _ in range(FRAMES):
        wanted, began = swapped[0] + 1, time.perf_counter()
        ask()
        while swapped[0] < wanted:
            loop.processEvents()
        took.append(time.perf_counter() - began)
    return float(1e3 * np.median(took[FRAMES // 4 :]))

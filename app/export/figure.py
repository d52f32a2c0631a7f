"""A scene as a picture, drawn headless by the same layers as the window."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.controller import drawing
from app.controller.jobs import perform
from app.controller.plan import Viewport, jobs
from app.model.scene import Scene
from compute.engine import Engine


def render(scene: Scene, engine: Engine, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The scene at ``size`` (width, height), (height, width, 4) RGBA.

    Raises RuntimeError where there is no OpenGL to draw with.
    """
    canvas = offscreen_canvas(size)
    drawing.show_scene(canvas, scene)
    for job in jobs(scene, Viewport(size)).values():
        perform(engine, job, lambda answer: drawing.show_answer(canvas, scene, answer), _never)
    return canvas.image()


def _never() -> bool:
    return False


def offscreen_canvas(size: tuple[int, int]):  # type: ignore[no-untyped-def]
    """A canvas without a window, by EGL; one process has either this or windows."""
    # without this EGL would look for a display server
    os.environ.setdefault("EGL_PLATFORM", "surfaceless")
    from vispy import app as vispy_app

    try:
        vispy_app.use_app("egl")
        from app.views.canvas.canvas import VispyCanvas

        return VispyCanvas(size)
    except (RuntimeError, OSError, AttributeError) as problem:
        raise RuntimeError(f"no OpenGL to draw with (EGL): {problem}") from None


def save_png(pixels: NDArray[np.uint8], path: str | Path) -> None:
    """Write beside the target and rename, so that the target is never half a file."""
    from PIL import Image

    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        Image.fromarray(pixels).save(beside, format="PNG")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)

"""Workload J: an interactive page in headless Chromium, opened and dragged."""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path

import numpy as np

from app.bench.browser import WEBGPU, Browser, Page, chromium
from app.bench.measurement import Measurement
from app.export import web_page
from app.model.file_formats import HTML
from app.model.lessons import first_scene
from compute.engine.reference import ReferenceEngine
from compute.families import manifold
from compute.requests.geodesics import ConnectRequest

SCENES = ("gaussian", "beta", "bank")
SECONDS = 3.0
# radius of the drag's circle in pixels, and seconds a mouse rests between two moves
RADIUS, PAUSE = 40.0, 0.008


def measure() -> list[Measurement]:
    """Measure the time to the first picture, which is the still one, and until the pins can be dragged;
    and the time of an update in a drag, with the relative difference of its length from the reference.
    """
    if not chromium():
        return [
            {"workload": "J", "name": "page", "seconds": None, "remark": "there is no Chromium"}
        ]
    browser = Browser(*WEBGPU)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return [line for name in SCENES for line in _page(browser, name, Path(folder))]
    finally:
        browser.close()


def _page(browser: Browser, name: str, folder: Path) -> list[Measurement]:
    scene, target = first_scene.load(name), folder / f"{name}{HTML}"
    parts = web_page.of_scene(scene, ReferenceEngine(), lambda words: None)
    web_page.write(target, name, parts)
    began = time.perf_counter()
    page = browser.open(target)
    still = page.value("document.querySelector('#still svg').getBoundingClientRect().width > 0")
    seen = time.perf_counter() - began
    page.live()
    live = time.perf_counter() - began
    page.ready()
    update = _dragged(page)
    length, difference = _checked(page, scene.family)
    return [
        {"workload": "J", "name": f"page of {name}, first picture", "seconds": seen if still else None,
         "target": "under 2 s", "remark": "no picture"},
        {"workload": "J", "name": f"page of {name}, pins can be dragged", "seconds": live,
         "target": "at most 3 s"},
        {"workload": "J", "name": f"page of {name}, an update in a drag", "seconds": update,
         "target": "at most 0.05 s",
         "yardsticks": [{"name": f"the reference's length, {length:.4g}", "seconds": update,
                         "ratio": 1.0, "difference": difference}]},
    ]  # fmt: skip


def _dragged(page: Page) -> float:
    """Drag A round a circle and return the seconds of an answer."""
    page.at_rest()
    x, y = page.middle("pin-a")
    count = "Number(document.getElementById('stage').dataset.answers)"
    page.mouse("Pressed", x, y)
    before, began = page.value(count), time.perf_counter()
    while (past := time.perf_counter() - began) < SECONDS:
        turn = 3.0 * past
        page.mouse("Moved", x + RADIUS * (math.cos(turn) - 1), y + RADIUS * math.sin(turn))
        time.sleep(PAUSE)
    update = (time.perf_counter() - began) / max(page.value(count) - before, 1)
    page.mouse("Released", x, y)
    page.at_rest()
    return float(update)


def _checked(page: Page, family: str) -> tuple[float, float]:
    """Return the reference's length between the page's pins, and the page's relative difference."""
    shown, m = page.measures(), manifold(family)
    a, b = (np.array([[shown[f"{pin}: {n}"] for n in m.coordinates]]) for pin in "AB")
    length = float(ReferenceEngine().connect(ConnectRequest(m, a, b)).length[0])
    return length, abs(shown["Fisher–Rao length"] - length) / length

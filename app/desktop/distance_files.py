"""The command that writes the distances between points: as a table, or as a figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.controller.controller import Controller
from app.jobs.job import Job
from app.model.file_formats import CSV, PDF, PNG, SVG
from app.parts.distances import DistancesPart
from app.views.interface.views import Window
from app.views.text.file_patterns import one_of, pattern

PATTERN = one_of(pattern("Table", (CSV,)), pattern("Figure", (PNG, SVG, PDF)))
NONE = "there are no distances to export: open the panel Distances"


def commands(
    controller: Controller, submit: Callable[[Job], None]
) -> dict[str, Callable[[], None]]:
    """Return the command of the menu File that exports distances."""
    part = controller.part(DistancesPart)
    return {"export_distances": lambda: export(controller.window, part, submit)}


def export(window: Window, part: DistancesPart, submit: Callable[[Job], None]) -> None:
    """Ask for a file, and have the worker write the table or the figure."""
    state = part.state()
    if state is None:
        window.log(NONE)
        return
    path = window.ask_save("Export the distances", PATTERN, "distances")
    if path is None:
        return
    target = Path(path)
    if target.suffix.lower() in (PNG, SVG, PDF):
        from app.export.distances import FigureTask

        submit(FigureTask(state, target))
    elif (task := part.table(target)) is not None:
        submit(task)

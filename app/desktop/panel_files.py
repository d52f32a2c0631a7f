"""Figures and tables of panels: a form, a file, and the worker writes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from app.controller.controller import Controller
from app.controller.export_commands import Values
from app.desktop.export_process import SaveWindow, problem_of
from app.jobs.job import Job
from app.model.figure_options import DPI_LIMITS, PRINT_DPI, STYLES, TYPE_SIZE
from app.model.file_formats import CSV, NPZ, PDF, PNG, SVG
from app.parts.attention_matrix import AttentionMatrixPart
from app.parts.comparison import ComparisonPart
from app.parts.distances import DistancesPart
from app.parts.head_atlas import HeadAtlasPart
from app.parts.steering import SteeringPart
from app.parts.why_there import WhyTherePart
from app.views.interface.choices import Choice
from app.views.interface.export_form import FormField
from app.views.text.file_patterns import pattern

if TYPE_CHECKING:
    from app.export.charts import Look
    from app.export.sheet import Sheet

FORMATS = {PDF: "PDF", SVG: "SVG", PNG: "PNG", CSV: "Table, CSV"}
ARRAYS = {NPZ: "Arrays, NumPy"}
FIELDS = (
    FormField("size", "Size", "170x100mm", hint="Both sides, 85x60mm, a width, 85mm, or pixels"),
    FormField("font-size", "Letters, pt", f"{TYPE_SIZE:g}", hint="For all letters"),
    FormField("dpi", "Dots per inch", PRINT_DPI, limits=DPI_LIMITS, hint="Of a PNG"),
    FormField(
        "style", "Style", STYLES[1], (Choice(STYLES[1], "Print (light)"), Choice(STYLES[0], "Dark"))
    ),
)
# everything on the figure of distances grows with its width
OF_DISTANCES = (
    FormField("size", "Size", "170mm", hint="The width, such as 85mm, or pixels such as 800x900"),
    FIELDS[2],
)
TITLES = {
    "distances": "Export the distances",
    "comparison": "Export the comparison",
    "matrix": "Export the attention matrix",
    "atlas": "Export the atlas of heads",
    "why": "Export why it attends there",
    "steering": "Export steering",
}
# writes to a file what a form says; None: there is nothing to write
Writing = Callable[[Path, Values], Job | None]


def commands(
    controller: Controller, window: SaveWindow, submit: Callable[[Job], None]
) -> dict[str, Callable[[], None]]:
    """Return the commands of the menu File that export panels."""
    files = PanelFiles(window, submit)
    made: tuple[tuple[str, Callable[[Controller, Path, Values], Job | None]], ...] = (
        ("distances", _distances),
        ("comparison", _comparison),
        ("matrix", _matrix),
        ("atlas", _atlas),
        ("why", _why),
        ("steering", _steering),
    )
    return {
        f"export_{name}": partial(files.ask, TITLES[name], name, partial(write, controller))
        for name, write in made
    }


class PanelFiles:
    """One form at a time."""

    def __init__(self, window: SaveWindow, submit: Callable[[Job], None]) -> None:
        from app.views.qt.dialogs.export_dialog import ExportDialog

        self._window, self._submit = window, submit
        self.dialog: ExportDialog | None = None

    def ask(self, title: str, name: str, writing: Writing) -> None:
        """Show the form of a panel."""
        from app.views.qt.dialogs.export_dialog import ExportDialog

        self._close()
        start = partial(self.start, title, name, writing)
        known = {**FORMATS, **(ARRAYS if name == "matrix" else {})}
        formats = FormField("format", "Format", PDF, tuple(starmap(Choice, known.items())))
        fields = (formats, *(OF_DISTANCES if name == "distances" else FIELDS))
        self.dialog = ExportDialog(self._window.frame, title, fields, start, self._close)
        self.dialog.show()

    def start(self, title: str, name: str, writing: Writing, values: Values) -> None:
        """Ask for the file, and have the worker write it."""
        assert self.dialog is not None
        kind = str(values["format"])
        wrong = "" if kind in (CSV, NPZ) else problem_of(values)
        if wrong:
            self.dialog.show_problem(wrong)
            return
        chosen = self._window.ask_save(title, pattern({**FORMATS, **ARRAYS}[kind], (kind,)), name)
        if chosen is None:
            return
        target = Path(chosen)
        job = writing(target if target.suffix else target.with_suffix(kind), values)
        if job is None:
            self.dialog.show_problem("The panel has nothing to export yet.")
            return
        self._submit(job)
        self._close()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None


def _comparison(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export.panel_tasks import ComparisonTask

    part = controller.part(ComparisonPart)
    if part.comparison is None:
        return None
    return ComparisonTask(part.scene, part.comparison, part.measure, target, tuple(values.items()))


def _matrix(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export import panel_figures
    from app.export.panel_tasks import PanelTask, matrix_arrays, matrix_rows

    state = controller.part(AttentionMatrixPart).state
    if state is None:
        return None
    draw, rows = partial(panel_figures.matrix, state), partial(matrix_rows, state)
    arrays = partial(matrix_arrays, state)
    return PanelTask("Attention matrix", draw, rows, target, tuple(values.items()), arrays)


def _atlas(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export import panel_figures
    from app.export.panel_tasks import PanelTask

    part = controller.part(HeadAtlasPart)
    state, answer = part.state(), part.answer
    if state is None or answer is None:
        return None
    draw, rows = partial(panel_figures.atlas, state), lambda: answer.rows
    return PanelTask("Atlas of heads", draw, rows, target, tuple(values.items()))


def _why(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export import panel_figures
    from app.export.panel_tasks import PanelTask, why_rows

    state = controller.part(WhyTherePart).state
    if state is None:
        return None
    draw, rows = partial(panel_figures.why, state), partial(why_rows, state)
    return PanelTask("Why it attends there", draw, rows, target, tuple(values.items()))


def _steering(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export import panel_figures
    from app.export.panel_tasks import PanelTask
    from app.presenters import steering

    found = controller.part(SteeringPart).found
    if found is None:
        return None
    state = steering.state(found, "m", on_canvas=False)
    draw, rows = partial(panel_figures.steering, state), partial(steering.rows, found)
    return PanelTask("Steering", draw, rows, target, tuple(values.items()))


def _distances(controller: Controller, target: Path, values: Values) -> Job | None:
    from app.export.distances import drawn
    from app.export.panel_tasks import PanelTask
    from app.export.placement import at_width

    part = controller.part(DistancesPart)
    state = part.state()
    if state is None or target.suffix.lower() == CSV:
        return part.table(target)

    def draw(look: Look) -> Sheet:
        return at_width(drawn(state), look.inches[0])

    return PanelTask("Distances between points", draw, list, target, tuple(values.items()))

"""Figures and tables of panels: a form, a file, and the worker writes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.controller.controller import Controller
from app.controller.export_commands import Values
from app.desktop import distance_files
from app.desktop.export_process import SaveWindow, problem_of
from app.jobs.job import Job
from app.model.figure_options import DPI_LIMITS, PRINT_DPI, STYLES, TYPE_SIZE
from app.model.file_formats import CSV, PDF, PNG, SVG
from app.parts.comparison import ComparisonPart
from app.views.interface.choices import Choice
from app.views.interface.export_form import FormField
from app.views.text.file_patterns import pattern

FORMATS = {PDF: "PDF", SVG: "SVG", PNG: "PNG", CSV: "Table, CSV"}
FIELDS = (
    FormField("format", "Format", PDF, tuple(Choice(*each) for each in FORMATS.items())),
    FormField("size", "Size", "170x100mm", hint="Both sides, 85x60mm, a width, 85mm, or pixels"),
    FormField("font-size", "Letters, pt", f"{TYPE_SIZE:g}", hint="For all letters"),
    FormField("dpi", "Dots per inch", PRINT_DPI, limits=DPI_LIMITS, hint="Of a PNG"),
    FormField(
        "style", "Style", STYLES[1], (Choice(STYLES[1], "Print (light)"), Choice(STYLES[0], "Dark"))
    ),
)
# writes to a file what a form says; None: there is nothing to write
Writing = Callable[[Path, Values], Job | None]


def commands(
    controller: Controller, window: SaveWindow, submit: Callable[[Job], None]
) -> dict[str, Callable[[], None]]:
    """Return the commands of the menu File that export panels."""
    files = PanelFiles(window, submit)
    return {
        **distance_files.commands(controller, submit),
        "export_comparison": partial(
            files.ask, "Export the comparison", "comparison", partial(_comparison, controller)
        ),
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
        self.dialog = ExportDialog(self._window.frame, title, FIELDS, start, self._close)
        self.dialog.show()

    def start(self, title: str, name: str, writing: Writing, values: Values) -> None:
        """Ask for the file, and have the worker write it."""
        assert self.dialog is not None
        kind = str(values["format"])
        wrong = "" if kind == CSV else problem_of(values)
        if wrong:
            self.dialog.show_problem(wrong)
            return
        chosen = self._window.ask_save(title, pattern(FORMATS[kind], (kind,)), name)
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

"""Exports from the window: options and target, a separate process, and progress."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.controller.export_commands import AS_WINDOW, EXPORTS, Process, Values, options
from app.model.figure_options import LINE_LIMITS, TYPE_LIMITS
from app.model.file_formats import PNG
from app.model.store import Store
from app.views.interface.export_form import FormField
from app.views.text.typed_values import number_in, paper_size, points_in
from app.views.text.typed_values import size as size_of
from compute.core.refusal import describe

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.views.qt.dialogs.export_dialog import ExportDialog

POLL_MS = 100
LONGEST = (0.01, 3600.0)  # seconds of a film
GLIDE = 4.0  # seconds of a film without a timeline
OF_SCENE = ("seconds",)  # options whose defaults depend on the scene


class SaveWindow(Protocol):
    """The interface of the window for `Exporter`; ``frame`` is the parent of its form."""

    @property
    def frame(self) -> QWidget: ...
    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]: ...
    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None: ...
    def log(self, words: str) -> None: ...


class Memory(Protocol):
    """Keeps what was chosen in each form for the next session, as JSON."""

    exports: str


class Exporter:
    """Connects the window and its store with one export at a time.

    ``size``: the canvas's current (width, height); ``style``: the figure style that matches the
    window's theme; ``engine``: the current engine choice; ``more``: options of figures beyond the
    scene; ``name``: a suggested file name; ``memory``: keeps the choices for the next session.
    """

    def __init__(
        self,
        window: SaveWindow,
        store: Store,
        size: Callable[[], tuple[int, int]],
        style: Callable[[], str],
        engine: Callable[[], str],
        more: Callable[[], Values] = dict,
        name: Callable[[], str] = str,
        memory: Memory | None = None,
    ) -> None:
        self._window, self._store, self._more = window, store, more
        self._size, self._style, self._engine, self._name = size, style, engine, name
        self._offered: Values = {}
        self._memory = memory
        self._chosen = _remembered(memory.exports if memory else "")  # of each form
        self._export = EXPORTS["export_figure"]
        self.dialog: ExportDialog | None = None
        self.process: Process | None = None
        self._stop: Callable[[], None] = lambda: None

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return a function for each command of the table."""
        return {name: partial(self.ask, name) for name in EXPORTS}

    def ask(self, name: str) -> None:
        """Show the form of an export or, if it has none, the file dialog."""
        from app.views.qt.dialogs.export_dialog import ExportDialog

        self.close()
        self._export = EXPORTS[name]
        fields = [self._filled(field) for field in self._export.fields]
        self._offered = {field.name: field.value for field in fields}
        chosen = self._chosen.get(self._export.title, {})
        fields = [replace(field, value=_kept(field, chosen)) for field in fields]
        self.dialog = ExportDialog(
            self._window.frame, self._export.title, fields, self.start, self._cancel
        )
        if fields:
            self.dialog.show()
        else:
            self.start({})

    def _filled(self, field: FormField) -> FormField:
        screen = "{}x{}".format(*self._size())
        if field.name == "size" and not field.value:
            return replace(field, value=screen)
        if field.name == "use":
            as_window = {name: v or screen if name == "size" else v
                         for name, v in field.fills[AS_WINDOW].items()}  # fmt: skip
            return replace(field, fills={**field.fills, AS_WINDOW: as_window})
        if field.name == "style" and field.value:
            return replace(field, value=self._style())
        timeline = self._store.scene.timeline
        if field.name == "seconds":
            return replace(field, value=f"{timeline.period if timeline else GLIDE:g}")
        return field

    def start(self, values: Values) -> None:
        """Ask for the file and start."""
        export = self._export
        assert self.dialog is not None
        wrong = problem_of(values)
        if wrong:
            self.dialog.show_problem(wrong)
            return
        self._keep(values)
        suffix = str(values.get("format", ""))
        chosen = self._window.ask_save(export.title, export.pattern_from(suffix), self._name())
        if chosen is None:
            if not export.fields:
                self.close()
            return
        target = _target(chosen, suffix or export.suffix)
        more = self._more() if export.command == "render" else {}
        if target.suffix.lower() == PNG and not (values.get("style") or values.get("font-size")):
            more["style"] = self._style()
        stated = options({**values, **more, "engine": self._engine()})
        try:
            self.process = Process(export.command, self._store.scene, target, stated)
        except (OSError, ValueError) as problem:
            self.dialog.show_problem(f"{target.name} was not written: {describe(problem)}")
            return
        self.dialog.show()
        self._stop = self._window.every(POLL_MS, self._watch)
        self._watch()

    def _keep(self, values: Values) -> None:
        """Remember the chosen options; unchanged defaults keep following the window."""
        differs = {name: value for name, value in values.items() if value != self._offered[name]}
        self._chosen[self._export.title] = {k: v for k, v in differs.items() if k not in OF_SCENE}
        if self._memory is not None:
            self._memory.exports = json.dumps(self._chosen)

    def _watch(self) -> None:
        process, dialog = self.process, self.dialog
        if process is None or dialog is None:
            return
        if process.running:
            words = f"Frame {process.done} of {process.whole}, {process.left} s left"
            words = words if process.whole else f"Writing {process.target.name}…"
            dialog.show_progress(words, process.done, process.whole)
            return
        self._stop()
        problem, target = process.problem, process.target
        process.close()
        self.process = None
        if problem:
            dialog.show_problem(problem)
        else:
            self._window.log(f"written: {target}")
            self.close()

    def _cancel(self) -> None:
        self._stop()
        if self.process is not None:
            self.process.cancel()
            self.process = None
            self._window.log("export cancelled: nothing was written")

    def close(self) -> None:
        """Cancel the running export and close the dialog."""
        self._cancel()
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None


def problem_of(values: Values) -> str:
    """Return the error in a form before asking for a file; "" if it is valid."""
    checks: dict[str, tuple[str, Callable[[str], object]]] = {
        "size": ("Size", size_of if "fps" in values else paper_size),
        "font-size": ("Letters", points_in(*TYPE_LIMITS)),
        "line-width": ("Lines", points_in(*LINE_LIMITS)),
        "seconds": ("Seconds", number_in(*LONGEST)),
    }
    for name, (words, check) in checks.items():
        try:
            if values.get(name, "") != "" or (name == "size" and name in values):
                check(str(values[name]))
        except argparse.ArgumentTypeError as problem:
            return f"{words}: {problem}"
    return ""


def _remembered(text: str) -> dict[str, Values]:
    """Return what was chosen in an earlier session; nothing of a text that is not such."""
    try:
        found = json.loads(text or "{}")
        return {str(title): dict(values) for title, values in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _kept(field: FormField, chosen: Values) -> str | int | bool:
    """Return what was chosen of a field, or its own value where that does not fit any more."""
    value = chosen.get(field.name, field.value)
    known = not field.choices or value in [choice.value for choice in field.choices]
    low, high = field.limits
    fits = type(value) is type(field.value) and (type(value) is not int or low <= value <= high)
    return value if known and fits else field.value


def _target(chosen: str, suffix: str) -> Path:
    path = Path(chosen).absolute()
    return path if path.suffix else path.with_suffix(suffix)

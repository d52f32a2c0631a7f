"""Exports from the window: options and target, a separate process, and progress."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.controller.export_commands import EXPORTS, Export, Process, options
from app.model.store import Store
from app.views.interface.export_form import FormField
from app.views.text.typed_values import size as size_of
from compute.core.refusal import describe

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.views.qt.dialogs.export_dialog import ExportDialog

POLL_MS = 100
Values = dict[str, str | int | bool]
OF_SCENE = ("frames",)  # options whose defaults depend on the scene


class SaveWindow(Protocol):
    """The interface of the window for `Exporter`; ``frame`` is the parent of its form."""

    @property
    def frame(self) -> QWidget: ...
    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]: ...
    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None: ...
    def log(self, words: str) -> None: ...


class Exporter:
    """Connects the window and its store with one export at a time.

    ``size``: the canvas's current (width, height); ``style``: the figure style that matches the
    window's theme; ``engine``: the current engine choice; ``more``: options of figures beyond the
    scene; ``name``: a suggested file name.
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
    ) -> None:
        self._window, self._store, self._more = window, store, more
        self._size, self._style, self._engine, self._name = size, style, engine, name
        self._offered: Values = {}
        self._chosen: dict[
            str, Values
        ] = {}  # for each form, what the user has chosen in this session
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
        fields = [replace(field, value=chosen.get(field.name, field.value)) for field in fields]
        self.dialog = ExportDialog(
            self._window.frame, self._export.title, fields, self.start, self._cancel
        )
        if fields:
            self.dialog.show()
        else:
            self.start({})

    def _filled(self, field: FormField) -> FormField:
        if field.name == "size" and not field.value:
            width, height = self._size()
            return replace(field, value=f"{width}x{height}")
        if field.name == "style":
            return replace(field, value=self._style())
        timeline = self._store.scene.timeline
        if field.name == "frames" and timeline is not None:
            return replace(field, value=max(1, round(30 * timeline.period)))
        return field

    def start(self, values: Values) -> None:
        """Ask for the file and start."""
        export = self._export
        assert self.dialog is not None
        wrong = _problem(values)
        if wrong:
            self.dialog.show_problem(wrong)
            return
        self._keep(values)
        chosen = self._window.ask_save(export.title, export.pattern, self._name())
        if chosen is None:
            if not export.fields:
                self.close()
            return
        target = _target(chosen, export)
        more = self._more() if export.command == "render" else {}
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


def _problem(values: Values) -> str:
    """Return the error in a form before asking for a file; "" if it is valid."""
    try:
        if "size" in values:
            size_of(str(values["size"]))
    except argparse.ArgumentTypeError as problem:
        return f"Size in pixels: {problem}"
    return ""


def _target(chosen: str, export: Export) -> Path:
    path = Path(chosen).absolute()
    return path if path.suffix else path.with_suffix(export.suffix)

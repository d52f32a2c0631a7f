"""The commands that record a macro, copy it and save it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.model.file_formats import PYTHON
from app.parts.macro import MacroPart
from app.views.text.file_patterns import pattern
from compute.core.refusal import describe
from compute.core.replacing import replacing

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QApplication

    from app.controller.controller import Controller

PATTERN = pattern("Python", (PYTHON,))
RECORD, STOP = "Record macro", "Stop recording the macro"


class MacroWindow(Protocol):
    """A window with a menu, a log and a dialog for files."""

    @property
    def actions(self) -> Mapping[str, QAction]: ...
    def log(self, words: str) -> None: ...
    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None: ...


def commands(
    application: QApplication, window: MacroWindow, controller: Controller
) -> dict[str, Callable[[], None]]:
    """Return the commands by name."""
    part = controller.part(MacroPart)

    def record() -> None:
        (part.stop if part.is_recording else part.begin)()
        window.actions["record_macro"].setText(STOP if part.is_recording else RECORD)

    def text() -> str:
        if part.is_recording:
            record()
        if not part.text:
            waiting = "the macro is being written: try again in a moment"
            window.log(waiting if part.is_awaited else "no macro has been recorded yet")
        return part.text

    def copy() -> None:
        if words := text():
            application.clipboard().setText(words)
            window.log("the macro is on the clipboard")

    def save() -> None:
        words = text()
        chosen = window.ask_save("Save the macro", PATTERN, "macro") if words else None
        if chosen is not None:
            window.log(_written(words, Path(chosen)))

    return {"record_macro": record, "copy_macro": copy, "save_macro": save}


def _written(words: str, path: Path) -> str:
    """Write a macro, and say where it is or why there is none."""
    target = path if path.suffix else path.with_suffix(PYTHON)
    try:
        with replacing(target) as temporary:
            temporary.write_text(words, "utf-8")
    except OSError as problem:
        return f"⚠ the macro cannot be written: {describe(problem)}"
    return f"the macro is in {target}"

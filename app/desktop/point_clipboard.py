"""Commands that copy and paste points as text: the family's coordinates with all digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QGuiApplication

from app.controller.controller import Controller
from app.presenters import points
from app.views.canvas.input.keyboard import TIP
from app.views.canvas.input.notes import number_of
from app.views.interface.points import ValueEntered
from app.views.text.entered_numbers import written_point


class Chosen(Protocol):
    """A canvas that names what the arrow keys move: "A", "B", `TIP`, the vector's tip, or a note."""

    chosen: str


def commands(canvas: Chosen, controller: Controller) -> dict[str, Callable[[], None]]:
    """Return the commands of the menu Edit that copy and paste the object chosen on the canvas."""
    return {
        "copy_point": lambda: copy(controller, _pin(canvas.chosen)),
        "paste_point": lambda: paste(controller, _pin(canvas.chosen)),
    }


def copy(controller: Controller, name: str) -> None:
    """Copy pin "A" or "B", or the vector at A (`TIP`), to the clipboard as text."""
    text = written_point(points.numbers(controller.subject, _row(name)))
    QGuiApplication.clipboard().setText(text)
    controller.window.log(f"{words_of(name)} = {text} is on the clipboard")


def paste(controller: Controller, name: str) -> None:
    """Set a pin, or the vector at A, to the numbers on the clipboard.

    The panel Points refuses text that is no valid point.
    """
    controller.on_event(ValueEntered(_row(name), None, QGuiApplication.clipboard().text()))


def _pin(chosen: str) -> str:
    return "A" if number_of(chosen) is not None else chosen


def _row(name: str) -> str:
    return "v" if name == TIP else name


def words_of(name: str) -> str:
    """Return the name of a pin or of the vector, for messages."""
    return "the vector" if name == TIP else name

"""Points on the clipboard: as text, in the family's own coordinates, with all digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QGuiApplication

from app.controller.controller import Controller
from app.presenters import points
from app.views.canvas.input.keyboard import TIP
from app.views.interface.points import ValueEntered
from app.views.text.entered_numbers import written_point


class Chosen(Protocol):
    """A canvas that knows what the keyboard would move."""

    chosen: str


def commands(canvas: Chosen, controller: Controller) -> dict[str, Callable[[], None]]:
    """Return the commands of the menu Edit, for what is chosen on the canvas."""
    return {
        "copy_point": lambda: copy(controller, canvas.chosen),
        "paste_point": lambda: paste(controller, canvas.chosen),
    }


def copy(controller: Controller, name: str) -> None:
    """Put "A", "B" or the vector at A on the clipboard."""
    text = written_point(points.numbers(controller.subject, _row(name)))
    QGuiApplication.clipboard().setText(text)
    controller.window.log(f"{words_of(name)} = {text} is on the clipboard")


def paste(controller: Controller, name: str) -> None:
    """Put a pin, or the vector, where the text on the clipboard says."""
    controller.on_event(ValueEntered(_row(name), None, QGuiApplication.clipboard().text()))


def _row(name: str) -> str:
    return "v" if name == TIP else name


def words_of(name: str) -> str:
    """Return what is written of something that can be taken hold of."""
    return "the vector" if name == TIP else name

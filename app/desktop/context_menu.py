"""The menu of a right click on the canvas."""

from __future__ import annotations

from typing import Protocol

from app.controller.controller import Controller
from app.views.canvas.projections.frame import Frame, Pixel
from app.views.interface.choices import Act, Answer
from app.views.interface.events import PinMoved

COMMANDS = (
    ("Swap A and B", "swap"),
    ("Check in float64", "check"),
    ("Reset view", "reset_view"),
    ("Copy picture", "copy_picture"),
    ("Copy caption", "copy_caption"),
    ("Export figure…", "export_figure"),
)


class Pointed(Protocol):
    """A canvas as its menu needs it."""

    @property
    def frame(self) -> Frame: ...
    def at(self, pixel: Pixel) -> Pixel: ...
    def centre(self, pixel: Pixel) -> None: ...
    def let_go(self) -> None: ...


def entries(canvas: Pointed, controller: Controller, pixel: Pixel) -> list[Answer | None]:
    """Of the point under ``pixel`` of the widget, then of the scene; None is a line between them.

    The canvas lets go of what it holds: of the button that opens a menu only the menu hears the end.
    """
    canvas.let_go()
    scene = [(words, controller.commands[name]) for words, name in COMMANDS]
    at = canvas.at(pixel)
    if not canvas.frame.contains(at):
        return [*scene]
    xy = canvas.frame.to_chart(at)

    def put(pin: str) -> Act:
        def act() -> None:
            before = controller.store.scene
            controller.on_event(PinMoved(pin, xy, done=True))
            if controller.store.scene is before:
                controller.window.log(f"{pin} stays: that place is outside the domain")

        return act

    here: list[Answer] = [
        ("Put A here", put("A")),
        ("Put B here", put("B")),
        ("Centre here", lambda: canvas.centre(at)),
    ]
    return [*here, None, *scene]

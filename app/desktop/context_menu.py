"""The context menu of the canvas."""

from __future__ import annotations

from typing import Protocol

from app.controller.controller import Controller
from app.desktop import point_clipboard
from app.jobs.preparation import ATTENDS
from app.model.colour_limits import RULES, USUAL
from app.parts.point_selection import PointSelectionPart, called
from app.presenters import head_specification, picking
from app.views.canvas.input.data_points import point_number
from app.views.canvas.input.notes import number_of
from app.views.canvas.input.pointer import nearest
from app.views.canvas.layers import legend
from app.views.canvas.projections.frame import Frame, Pixel
from app.views.interface.choices import Act, Answer
from app.views.interface.events import PinMoved, SceneEdited

COMMANDS = (
    ("Swap A and B", "swap"),
    ("Check in float64", "check"),
    ("Fit the curve", "fit_curve"),
    ("Reset view", "reset_view"),
    ("Copy picture", "copy_picture"),
    ("Copy picture, light", "copy_light"),
    ("Copy picture, dark", "copy_dark"),
    ("Copy caption", "copy_caption"),
    ("Export figure…", "export_figure"),
)


class Pointed(Protocol):
    """The interface of the canvas for its context menu."""

    @property
    def frame(self) -> Frame: ...
    def at(self, pixel: Pixel) -> Pixel: ...
    def targets(self) -> dict[str, Pixel]: ...
    def centre(self, pixel: Pixel) -> None: ...
    def note_under(self, pixel: Pixel) -> str: ...
    def add_note(self, pixel: Pixel, with_words: bool = True, with_arrow: bool = False) -> None: ...
    def write_note(self, name: str) -> None: ...
    def remove_note(self, name: str) -> None: ...
    def point_note(self, name: str) -> None: ...
    def let_go(self) -> None: ...
    @property
    def chosen_points(self) -> tuple[int, ...]: ...
    def point_under(self, pixel: Pixel) -> str: ...
    def toggle_point(self, number: int) -> None: ...
    def name_point(self, number: int) -> None: ...
    def free_points(self, number: int) -> None: ...
    def remove_points(self, number: int) -> None: ...


def _limits(controller: Controller) -> list[Answer | None]:
    """Return entries that choose the limits of the map's colours."""
    scene = controller.store.scene
    now = USUAL if scene.limits is None else scene.limits

    def choose(rule: str) -> Act:
        changes = (("limits", None if rule == USUAL else rule),)
        return lambda: controller.on_event(SceneEdited(changes))

    rules: list[Answer | None] = [
        (f"{'✓' if rule == now else ' '} Colours: {words[0].lower()}{words[1:]}", choose(rule))
        for rule, words in RULES.items()
    ]
    chosen = "✓" if isinstance(now, tuple) else " "
    return [*rules, (f"{chosen} Type the limits of the colours…", controller.commands["points"])]


def entries(canvas: Pointed, controller: Controller, pixel: Pixel) -> list[Answer | None]:
    """Return entries for the pin and the point under ``pixel`` of the widget, then for the scene; None
    is a separator.

    The canvas releases a drag, since only the menu receives the release of the button.
    """
    canvas.let_go()
    scene = [(words, controller.commands[name]) for words, name in COMMANDS]
    at = canvas.at(pixel)
    if not canvas.frame.contains(at):
        return [*_limits(controller), None, *scene] if legend.is_at(canvas.frame, at) else [*scene]
    xy = canvas.frame.to_chart(at)

    def put(pin: str) -> Act:
        def act() -> None:
            before = controller.store.scene
            controller.on_event(PinMoved(pin, xy, done=True))
            if controller.store.scene is before:
                controller.window.log(f"{pin} was not moved: that point is outside the domain")

        return act

    here: list[Answer] = [
        ("Put A here", put("A")),
        ("Put B here", put("B")),
        ("Put C here", put("C")),
        ("Centre here", lambda: canvas.centre(at)),
        ("Add a note here", lambda: canvas.add_note(at)),
        ("Add a note with an arrow to here", lambda: canvas.add_note(at, with_arrow=True)),
        ("Add an arrow to here", lambda: canvas.add_note(at, with_words=False, with_arrow=True)),
    ]
    token = picking.token_pointed_at(controller.subject, xy)
    if token is not None:
        words = head_specification.attends(controller.store.scene.family, token)
        own = SceneEdited(((ATTENDS, token),))
        here.insert(0, (words, lambda: controller.on_event(own)))
    pin = nearest(at, canvas.targets()) or canvas.note_under(at) or canvas.point_under(at)
    number = point_number(pin)
    if number is not None:
        return [*_of_point(canvas, controller, number), None, *here, None, *scene]
    if number_of(pin) is not None:
        return [*_of_note(canvas, pin), None, *here, None, *scene]
    words_of_pin = point_clipboard.words_of(pin)
    of_pin: list[Answer | None] = [
        (f"Copy {words_of_pin}", lambda: point_clipboard.copy(controller, pin)),
        (f"Paste into {words_of_pin}", lambda: point_clipboard.paste(controller, pin)),
        ("Type points…", controller.commands["points"]),
        ("Mark angles of the vector", controller.commands["angle_vector"]),
        ("Mark angles of curves", controller.commands["angle_curves"]),
        None,
    ]
    return [*(of_pin if pin else ()), *here, None, *scene]


def _of_note(canvas: Pointed, name: str) -> list[Answer | None]:
    return [
        ("Edit this note", lambda: canvas.write_note(name)),
        ("Add or remove its arrow", lambda: canvas.point_note(name)),
        ("Delete this note", lambda: canvas.remove_note(name)),
    ]


def _of_point(canvas: Pointed, controller: Controller, number: int) -> list[Answer | None]:
    """Return entries for a point of data, and for all selected ones if it is one of them."""
    part = controller.part(PointSelectionPart)
    point = part.point(number)
    if point is None:
        return []

    def put(field: str) -> Act:
        return lambda: controller.on_event(SceneEdited(((field, part.pin(number)),)))

    is_in, count = number in canvas.chosen_points, len(canvas.chosen_points)
    them = f"the {count} selected points" if is_in and count > 1 else called(point)
    found: list[Answer | None] = [
        (f"Put A on {called(point)}", put("start")),
        (f"Put B on {called(point)}", put("end")),
        ("Deselect" if is_in else "Select", lambda: canvas.toggle_point(number)),
        ("Rename…", lambda: canvas.name_point(number)),
        (f"Remove {them}", lambda: canvas.remove_points(number)),
    ]
    if point.n:
        words = f"Let {called(point)} move, without its sample"
        found.insert(4, (words, lambda: canvas.free_points(number)))
    return found

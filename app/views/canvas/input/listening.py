"""The events of a vispy canvas, as gestures read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Event_co = TypeVar("Event_co", covariant=True)


class Key(Protocol):
    """A key by its name."""

    name: str


class KeyEvent(Protocol):
    """A key, None where vispy does not know it, with those that are held beside it."""

    key: Key | None
    modifiers: Sequence[Key]


class MouseEvent(Protocol):
    """The pointer's position in pixels of the widget, its button, and turns of the wheel."""

    pos: Sequence[float]
    button: int | None
    modifiers: Sequence[Key]
    delta: Sequence[float]


class Emitter(Protocol[Event_co]):
    """Calls functions at each event of its kind."""

    def connect(self, call: Callable[[Event_co], None]) -> object: ...


class Events(Protocol):
    """The emitters of a canvas that gestures listen to."""

    mouse_press: Emitter[MouseEvent]
    mouse_move: Emitter[MouseEvent]
    mouse_release: Emitter[MouseEvent]
    mouse_wheel: Emitter[MouseEvent]
    mouse_double_click: Emitter[MouseEvent]
    key_press: Emitter[KeyEvent]
    key_release: Emitter[KeyEvent]


def has(event: KeyEvent | MouseEvent, key: str) -> bool:
    """Whether a key is held while something happens."""
    return any(modifier.name == key for modifier in event.modifiers)


def name_of(event: KeyEvent) -> str:
    """Name the key of an event, "" for one without a name."""
    return event.key.name if event.key is not None else ""

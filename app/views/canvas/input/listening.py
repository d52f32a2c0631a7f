"""Types of vispy canvas events, as used by gestures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Event_co = TypeVar("Event_co", covariant=True)


class Key(Protocol):
    """A named key."""

    name: str


class KeyEvent(Protocol):
    """A key event: the key, None if unknown to vispy, and modifiers."""

    key: Key | None
    modifiers: Sequence[Key]


class MouseEvent(Protocol):
    """A mouse event: position in widget pixels, button, wheel."""

    pos: Sequence[float]
    button: int | None
    modifiers: Sequence[Key]
    delta: Sequence[float]


class Emitter(Protocol[Event_co]):
    """An event emitter."""

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
    """Whether a modifier key is held during an event."""
    return any(modifier.name == key for modifier in event.modifiers)


def name_of(event: KeyEvent) -> str:
    """Return the name of an event's key, "" if it has none."""
    return event.key.name if event.key is not None else ""

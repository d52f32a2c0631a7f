"""Choices of menus and of the family and layer panels, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Act = Callable[[], None]
Answer = tuple[str, Act]  # text of a button or menu entry, and its action


@dataclass(frozen=True)
class Choice:
    """An entry of a picker: its value in the scene and its text."""

    value: str
    words: str


# a line between groups of a picker
SEPARATOR = Choice("", "")


@dataclass(frozen=True)
class LayerRow:
    """A layer in its panel: ``field`` of Layers; ``opacity`` None if it has none of its own; ``hint``:
    one explanatory sentence.
    """

    field: str
    words: str
    visible: bool
    opacity: float | None = 1.0
    hint: str = ""


@dataclass(frozen=True)
class NumberRow:
    """A number of the family with its slider: ``key`` in events, symbol, title, tooltip, and the number
    as text.

    scale: the values of the slider; at: the position of the nearest one.
    """

    key: str
    symbol: str
    title: str
    hint: str
    text: str
    scale: tuple[float, ...]
    at: int


@dataclass(frozen=True)
class Command:
    """One entry of the command table: ``name`` is what `CommandInvoked` carries.

    icon: its name in the icon set; a command with an icon is also in the toolbar.  apart: preceded by a
    separator in its menu; listed: it stands in its menu, and not only in the palette; also: further
    words by which the palette finds it.
    """

    name: str
    menu: str
    text: str
    shortcut: str = ""
    hint: str = ""
    icon: str = ""
    apart: bool = False
    listed: bool = True
    also: str = ""

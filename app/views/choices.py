"""The choices in menus and in the family and layer panels, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.views.attention import AttentionState


@dataclass(frozen=True)
class Choice:
    """One entry of a picker: its value in the scene and its words."""

    value: str
    words: str


@dataclass(frozen=True)
class LayerRow:
    """One layer in its panel: ``field`` of Layers; ``opacity`` None where it has none of its own;
    ``hint`` teaches one sentence.
    """

    field: str
    words: str
    visible: bool
    opacity: float | None = 1.0
    hint: str = ""


@dataclass(frozen=True, eq=False)
class PanelState:
    """The state of the family and layer panels, as plain data (they hold no logic)."""

    families: Sequence[Choice]
    family: str
    outcomes: tuple[str, ...]  # keys whose probability can be mapped
    scalars: Sequence[Choice]
    scalar: str
    token: int
    charts: Sequence[Choice]
    chart: str
    alpha: float
    line_element: str
    note: str  # e.g. how far the tokens lie off the plane
    layers: Sequence[LayerRow]
    colormaps: Sequence[Choice] = ()
    colormap: str = ""
    map_opacity: float = 1.0
    definition: str = ""  # the user's own family as JSON; "" for any other
    attention: AttentionState | None = None  # of a family of heads


@dataclass(frozen=True)
class Command:
    """One entry of the command table: ``name`` is what `CommandInvoked` carries.

    icon: its name in the icon set; a command that has one is in the toolbar too.  apart: a line stands
    above it in its menu.
    """

    name: str
    menu: str
    text: str
    shortcut: str = ""
    hint: str = ""
    icon: str = ""
    apart: bool = False

"""The events of the panel Compare."""

from __future__ import annotations

from dataclasses import dataclass

from app.views.interface.theme import Theme

# shown in place of a measure
PICTURES = "pictures"


@dataclass(frozen=True)
class ComparisonChosen:
    """Which parameter differs, its values as text, and what is shown: `PICTURES`, or a measure."""

    over: str
    text: str
    shows: str = PICTURES


@dataclass(frozen=True)
class ComparisonFilesAsked:
    """Ask for a file of heads, or with ``folder`` for all in a folder."""

    folder: bool


@dataclass(frozen=True)
class PanesLaidOut:
    """The size of a pane in logical pixels, and the colours of all."""

    size: tuple[int, int]
    theme: Theme


@dataclass(frozen=True)
class PanePinMoved:
    """Pin "A" or "B" is dragged to chart coordinates in a pane; ``done`` on release."""

    pane: int
    pin: str
    xy: tuple[float, float]
    done: bool


@dataclass(frozen=True)
class PaneOpened:
    """The heading of a pane was chosen: the canvas is to show its head."""

    pane: int

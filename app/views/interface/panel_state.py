"""The state of the family and layer panels, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.views.interface.attention import AttentionState
from app.views.interface.choices import Choice, LayerRow, NumberRow


@dataclass(frozen=True, eq=False)
class PanelState:
    """The state of the family and layer panels, which contain no logic."""

    families: Sequence[Choice]
    family: str
    outcomes: Sequence[Choice]  # keys whose probability can be mapped
    scalars: Sequence[Choice]
    scalar: str
    token: int
    charts: Sequence[Choice]
    chart: str
    alpha: float
    line_element: str
    note: str  # e.g. the distance of the tokens from the plane
    layers: Sequence[LayerRow]
    colormaps: Sequence[Choice] = ()
    colormap: str = ""
    map_opacity: float = 1.0
    definition: str = ""  # the user's own family as JSON; "" for any other
    attention: AttentionState | None = None  # of a family of heads
    numbers: Sequence[NumberRow] = ()  # of the family

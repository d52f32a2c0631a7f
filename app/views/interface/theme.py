"""Colours and sizes shared by canvas and window."""

from __future__ import annotations

from dataclasses import dataclass

RGBA = tuple[float, float, float, float]
# a colour map with this name and a number has that many colours, in no order
CATEGORICAL = "categorical"
# opacity of the casing around lines, discs and words: on every colour map, either the map or the
# casing has a contrast of at least 3 to them
CASED = 0.9


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``.

    A and B are blue and orange, which are distinguishable with all common kinds of colour blindness;
    the vector is pink.  ``casing`` outlines objects and words on the map, so that they are visible on
    dark and bright ground.
    """

    name: str
    # window
    window: str
    panel: str
    control: str
    border: str
    text: str
    muted: str
    stale: str  # results that belong to another state
    accent: str
    warning: str
    done: str
    # canvas
    background: str
    plot: str
    frame: str
    grid: str
    casing: str
    mark: str
    ellipse: str
    geodesic: str
    straight: str
    moving: str
    vector: str
    e_path: str
    m_path: str
    w2_path: str
    caustic: str
    pin_a: str
    pin_b: str
    pin_c: str
    pin_ink: str
    groups: tuple[str, ...]  # of points of data
    map_strength: float  # opacity of the colour map over the background
    # in print: logical pixels of all type, and of the widest line; 0: as on the screen
    type_size: float = 0.0
    pen: float = 0.0
    # kinds of curve that a legend beside the chart names
    named: frozenset[str] = frozenset()

    def outline(self, share: float = 1.0) -> RGBA:
        """Return the colour of the casing of objects and words on a map, at a share of its opacity."""
        return rgba(self.casing, CASED * share)

    def pin(self, name: str) -> str:
        """Return the colour of pin "A", "B" or "C"."""
        return {"A": self.pin_a, "B": self.pin_b, "C": self.pin_c}[name]

    def homology(self, dimension: int) -> str:
        """Return the colour of components (0) or loops (1): amber and pink, which differ in their
        blue.
        """
        return self.vector if dimension else self.warning

    def group(self, number: int) -> str:
        """Return the colour of a group of points; colours repeat, and −1 is no group."""
        return self.groups[number % len(self.groups)] if number >= 0 else self.mark

    def index(self, index: int) -> str:
        """Return the colour of a zero's Poincaré index: red and blue."""
        return self.caustic if index > 0 else self.pin_a


def faded(colour: RGBA, opacity: float) -> RGBA:
    """Return the same colour with reduced opacity."""
    red, green, blue, alpha = colour
    return red, green, blue, alpha * opacity


def rgba(colour: str, alpha: float = 1.0) -> RGBA:
    """Convert ``#rrggbb`` and an opacity to four numbers in [0, 1]."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return red, green, blue, alpha


DARK = Theme(
    name="dark",
    window="#14161b",
    panel="#1a1d24",
    control="#252932",
    border="#2e333e",
    text="#e4e7ee",
    muted="#98a1b3",
    stale="#575e6c",
    accent="#4cc2ff",
    warning="#ffb454",
    done="#5fe0a8",
    background="#14161b",
    plot="#1a1d24",
    frame="#4a5162",
    grid="#ffffff",
    casing="#0b0d11",
    mark="#f4f6fb",
    ellipse="#ffffff",
    geodesic="#ffffff",
    straight="#c3c9d6",
    moving="#ffffff",
    vector="#ff7ac6",
    e_path="#5fe0a8",
    m_path="#c9a2ff",
    w2_path="#e8d45a",
    caustic="#ff6b57",
    pin_a="#4cc2ff",
    pin_b="#ffb454",
    pin_c="#a8d94a",
    pin_ink="#0b0d11",
    groups=(
        "#4cc2ff",
        "#ffb454",
        "#5fe0a8",
        "#ff7ac6",
        "#e8d45a",
        "#c9a2ff",
        "#ff6b57",
        "#9fb4c8",
    ),
    map_strength=0.86,
)

LIGHT = Theme(
    name="light",
    window="#f3f4f7",
    panel="#ffffff",
    control="#eceef3",
    border="#d3d7e0",
    text="#1c2028",
    muted="#5d6677",
    stale="#aab0bc",
    accent="#0a7dbd",
    warning="#a55b00",
    done="#0b8a5a",
    background="#ffffff",
    plot="#f3f4f7",
    frame="#9aa2b1",
    grid="#000000",
    casing="#ffffff",
    mark="#1c2028",
    ellipse="#1c2028",
    geodesic="#10131a",
    straight="#4b5364",
    moving="#10131a",
    vector="#c2187f",
    e_path="#067a4e",
    m_path="#7a3fd1",
    w2_path="#8a7400",
    caustic="#c93a25",
    pin_a="#0a70b2",
    pin_b="#b05e00",
    pin_c="#5b8a00",
    pin_ink="#0b0d11",
    groups=(
        "#0a70b2",
        "#b05e00",
        "#067a4e",
        "#c2187f",
        "#8a7400",
        "#7a3fd1",
        "#c93a25",
        "#5d6677",
    ),
    map_strength=0.8,
)

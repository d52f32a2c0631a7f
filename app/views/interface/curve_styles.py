"""Styles of the kinds of curve; studies add their own kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.views.interface.theme import Theme


@dataclass(frozen=True)
class Style:
    """The style of a kind of curve.

    order: drawing order, lowest first; colour of the theme, opacity, width and rim; dash: lengths of
    dashes and gaps if it is always dashed; arrow: it ends in an arrow head; dots: it is dotted; words:
    its name in the legend ("": none); within: the kind inside which it is drawn, and from which it
    stands out.
    """

    order: int
    colour: Callable[[Theme], str]
    opacity: float = 1.0
    width: float = 1.6
    rim: float = 1.2
    dash: tuple[float, float] | None = None
    arrow: bool = False
    dots: bool = False
    words: str = ""
    within: str = ""


STYLES: dict[str, Style] = {
    "straight": Style(
        70, lambda t: t.straight, 1.0, 1.6, dash=(5, 5), words="straight in the parameters"
    ),
    "drawing": Style(90, lambda t: t.vector, 0.95, 1.8, dash=(4, 4)),
    "plus": Style(100, lambda t: t.index(1), 0.95, 1.8, words="paths of zeros, index > 0"),
    "minus": Style(110, lambda t: t.index(-1), 0.95, 1.8, dash=(6, 3), words="index < 0"),
    "relaxing": Style(190, lambda t: t.warning, 0.95, 2.4, words="relaxing path"),
    "geodesic": Style(200, lambda t: t.geodesic, 1.0, 3.0, 1.5, words="geodesic"),
}


def in_order() -> list[str]:
    """Return the kinds of curve in drawing order."""
    return sorted(STYLES, key=lambda kind: STYLES[kind].order)

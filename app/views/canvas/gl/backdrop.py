"""The layers behind those that change, drawn once and copied into each frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Copier(Protocol):
    """A surface that copies what is drawn on it, in less time than drawing it took."""

    def keep(self) -> None:
        """Copy what is drawn so far."""

    def put_back(self) -> None:
        """Put the copy in place of what is drawn."""


class Backdrop:
    """The hindmost layers of a plot as a surface keeps them, until one of them or the place changes."""

    def __init__(self, surface: Copier) -> None:
        self._surface = surface
        self._place: object = None
        self._last: Sequence[object] = ()
        self._kept: Sequence[object] = ()

    def draw(
        self, place: object, states: Sequence[object], paint: Callable[[int, int], None]
    ) -> None:
        """Draw layers; those that are the same as in the last frame and the one before are copied.

        place: what all of them depend on.  states: of each layer, hindmost first, an object that is
        another one when the layer has changed.  ``paint(i, j)`` draws those from i up to j.
        """
        if place != self._place:
            self._place, self._last, self._kept = place, (), ()
        kept = len(self._kept)
        if kept and _common(states, self._kept) == kept:
            self._surface.put_back()
        else:
            kept = _common(states, self._last)
            self._kept = states[:kept]
            if kept:
                paint(0, kept)
                self._surface.keep()
        paint(kept, len(states))
        self._last = states


def _common(some: Sequence[object], others: Sequence[object]) -> int:
    """Count the objects that both begin with."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((i for i, (x, y) in pairs if x is not y), min(len(some), len(others)))

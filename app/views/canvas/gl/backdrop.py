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
    """The picture of the hindmost layers of a plot, valid until one of them or the place changes."""

    def __init__(self, surface: Copier) -> None:
        self._surface = surface
        self._place: object = None
        self._last: Sequence[object] = ()
        self._kept: Sequence[object] = ()
        self._steady = 0  # number of hindmost layers that were unchanged in the last frame

    def draw(
        self, place: object, states: Sequence[object], paint: Callable[[int, int], None]
    ) -> None:
        """Draw layers, copying the hindmost ones that did not change.

        place: what all of them depend on.  states: for each layer, hindmost first, an object that is
        another one after a change.  ``paint(i, j)`` draws the layers from i up to j.
        """
        if place != self._place:
            self._place, self._last, self._kept, self._steady = place, (), (), 0
        unchanged, kept = _common(states, self._last), len(self._kept)
        worth = unchanged
        if kept and _common(states, self._kept) == kept:
            self._surface.put_back()
            worth = min(unchanged, self._steady)  # a single quiet frame is no reason to keep more
        else:
            kept = 0
        if worth > kept:
            paint(kept, worth)
            self._surface.keep()
            self._kept, kept = states[:worth], worth
        paint(kept, len(states))
        self._last, self._steady = states, unchanged


def _common(some: Sequence[object], others: Sequence[object]) -> int:
    """Count the objects that both sequences begin with."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((i for i, (x, y) in pairs if x is not y), min(len(some), len(others)))

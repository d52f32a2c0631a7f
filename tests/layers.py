"""The layers of a plot by their kind, for tests of what they draw."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot

Kind = TypeVar("Kind", bound=Layer)


def layers(plot: Plot, kind: type[Kind]) -> list[Kind]:
    """Return the layers of a kind, in the order drawn."""
    return [each for each in (*plot.plotted, *plot.around) if isinstance(each, kind)]


def layer(plot: Plot, kind: type[Kind]) -> Kind:
    """Return the only layer of a kind."""
    (found,) = layers(plot, kind)
    return found


def said(plot: Plot) -> dict[str, str]:
    """Return what every layer describes, with all its numbers, as text."""
    with np.printoptions(threshold=10**6, precision=6):
        drawn = (*plot.plotted, *plot.around)
        return {
            f"{i} {type(each).__name__}": repr(each.primitives(plot.frame))
            for i, each in enumerate(drawn)
        }

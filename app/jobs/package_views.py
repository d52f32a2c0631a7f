"""Layers and panels as installed packages state them: frozen descriptions with one function each.

The function is called on the worker's thread and returns plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.model.scene import Scene, chart_of
from app.views.interface.curve_styles import Style
from app.views.interface.package_panel import Block
from app.views.interface.package_panel import Plot as Plot
from app.views.interface.package_panel import Table as Table
from app.views.interface.package_panel import Words as Words
from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

# the fields of the scene that a layer or a panel usually depends on
USUAL = ("start", "end", "third", "vector", "alpha")


@dataclass(frozen=True)
class Shown:
    """The state of the window or of a figure.

    engine: computes, see `compute.requests`.  scene: completed pins ``start``, ``end`` and ``third``,
    each with its ``theta``, ``vector``, ``alpha`` and so on, as far as the layer or the panel reads
    them; all else has its default.
    """

    engine: Engine
    manifold: Manifold
    scene: Scene

    @property
    def chart(self) -> Chart:
        """The chart of the canvas, if ``chart`` is read, otherwise the family's first one; a rectangle
        ``scene.view`` that is read is in its coordinates.
        """
        return chart_of(self.manifold, self.scene.chart)


@dataclass(frozen=True)
class Drawn:
    """A drawing of a layer: curves in θ (k, 2) by kind, NaN between pieces, and rows for *Measures*:
    name, value, and optionally a sentence of explanation.
    """

    curves: Mapping[str, Floats]
    measures: Sequence[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Layer:
    """A layer of a package.

    title, hint: its texts in the panel *Layers*; curves: the style of each kind of curve; draw: returns
    what is drawn, or raises ValueError with the reason why there is nothing; reads: the fields of the
    scene that it depends on; at_rest: too slow to be drawn during a drag.
    """

    title: str
    hint: str
    curves: Mapping[str, Style]
    draw: Callable[[Shown], Drawn]
    reads: tuple[str, ...] = USUAL
    at_rest: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel of a package; its title is the name of its entry point.

    draw: returns the blocks from top to bottom, or raises ValueError with the reason why there are
    none; reads: as for a layer.
    """

    draw: Callable[[Shown], Sequence[Block]]
    reads: tuple[str, ...] = USUAL

"""The scene: one frozen tree that says everything a window, a figure or a film shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from compute.types import Extent

Point = tuple[float, float]


@dataclass(frozen=True)
class Pin:
    """A point that the user placed: θ in the family's own coordinates; ``token`` if on one."""

    theta: Point
    token: int | None = None


@dataclass(frozen=True)
class Layers:
    """What is drawn.  Adding a layer is adding a field here and a file in views/canvas."""

    map: bool = True
    grid: bool = True
    ellipses: bool = True
    tokens: bool = True
    geodesic: bool = True
    straight: bool = True
    transport: bool = True


@dataclass(frozen=True)
class Scene:
    """Everything that can be undone, saved or animated.

    family: as on the command line ("gaussian", "attention:bank?layer=4&head=6&tokens=1,6,9").
    chart: name of one of the manifold's charts.  vector: the tangent vector at A, θ-components.
    playhead: position of the moving point along the geodesic, in [0, 1].
    view: the visible rectangle in chart coordinates, or None for the manifold's own.
    unknown: keys of a file that this version does not know; kept and written back.
    """

    family: str = "attention:bank?layer=4&head=6"
    chart: str = ""
    start: Pin | None = None
    end: Pin | None = None
    vector: Point | None = None
    alpha: float = 0.0
    scalar: str = "entropy"
    token: int = 0
    colormap: str = "viridis"
    layers: Layers = field(default_factory=Layers)
    playhead: float = 0.5
    view: Extent | None = None
    title: str = ""
    unknown: tuple[tuple[str, Any], ...] = ()

"""Events that views send to the controller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.annotations import NoteMoved, NoteRemoved, NoteWritten
from app.views.interface.attention_matrix import CellChosen
from app.views.interface.comparison_events import (
    ComparisonChosen,
    ComparisonFilesAsked,
    PaneOpened,
    PanePinMoved,
    PanesLaidOut,
)
from app.views.interface.console import CompletionAsked, ConsoleEntered, ConsoleInterrupted
from app.views.interface.data import DataEdited, DataPointChosen
from app.views.interface.data_points import (
    DataPointMoved,
    DataPointNamed,
    DataPointsChosen,
    DataPointsFreed,
    DataPointsRemoved,
)
from app.views.interface.distances import (
    DistancesChosen,
    PairPointedOut,
    PointPointedOut,
)
from app.views.interface.flow import StrokeDrawn
from app.views.interface.head_atlas import AtlasAsked, AtlasChosen, AtlasHeadChosen
from app.views.interface.lesson import LessonChosen
from app.views.interface.normals import NormalEdited
from app.views.interface.photograph import PictureEdited
from app.views.interface.points import ValueEntered, ValueStepped
from app.views.interface.steering import SteeringAsked
from app.views.interface.timeline import KeyframeMoved, TimeChosen, TimelineEdited
from app.views.interface.token_path import TokenPathAsked, TokenPathChosen
from app.views.interface.topology import PairChosen, TopologyAsked
from app.views.interface.why_there import KeyAsked
from compute.manifold.extent import Extent

Array = NDArray[np.floating]
XY = tuple[float, ...]  # two chart coordinates, or three of a surface in space
# azimuth and elevation in degrees, zoom, and the shift across and up in widths of the surface
Camera = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class PinMoved:
    """Pin "A", "B" or "C" is dragged to x; ``done`` on release."""

    pin: str
    xy: XY
    done: bool


@dataclass(frozen=True)
class VectorMoved:
    """The tip of the vector at A is dragged to x."""

    tip: XY
    done: bool


@dataclass(frozen=True, eq=False)
class LoopDrawn:
    """A closed line was drawn by hand: its vertices xy (k, 2)."""

    xy: Array


@dataclass(frozen=True)
class Hovered:
    """The pointer is over x, or has left the canvas (None)."""

    xy: XY | None


@dataclass(frozen=True)
class ViewChanged:
    """The visible rectangle changed by wheel or pan; pixels (width, height) of the plot."""

    extent: Extent
    pixels: tuple[int, int]


@dataclass(frozen=True)
class PlotResized:
    """The plot has another size, pixels (width, height); the rectangle asked for is the same."""

    pixels: tuple[int, int]


@dataclass(frozen=True)
class CameraMoved:
    """A surface in space was turned, drawn nearer or shifted; ``done`` on release."""

    camera: Camera
    done: bool


@dataclass(frozen=True)
class SceneEdited:
    """A panel set fields of the scene: {"scalar": "curvature"}, {"layers.map": False} …"""

    changes: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Held:
    """A slider that moves the geodesic was grabbed or released; its changes are computed as in a
    drag.
    """

    held: bool


@dataclass(frozen=True)
class CommandInvoked:
    """A menu entry, shortcut or button of the command table."""

    name: str


@dataclass(frozen=True)
class PanelShown:
    """The panel of that title became visible or hidden."""

    title: str
    visible: bool


@dataclass(frozen=True)
class FormulaTyped:
    """The user typed a family definition, as JSON."""

    definition: str


Event = (
    FormulaTyped
    | DataEdited
    | DataPointChosen
    | PairChosen
    | TopologyAsked
    | PinMoved
    | VectorMoved
    | LoopDrawn
    | StrokeDrawn
    | Hovered
    | ViewChanged
    | PlotResized
    | CameraMoved
    | SceneEdited
    | Held
    | CommandInvoked
    | PanelShown
    | LessonChosen
    | NormalEdited
    | PictureEdited
    | NoteWritten
    | NoteMoved
    | NoteRemoved
    | DataPointMoved
    | DataPointsChosen
    | DataPointsRemoved
    | DataPointsFreed
    | DataPointNamed
    | TokenPathChosen
    | TokenPathAsked
    | CellChosen
    | AtlasHeadChosen
    | AtlasAsked
    | AtlasChosen
    | ComparisonChosen
    | ComparisonFilesAsked
    | PanesLaidOut
    | PanePinMoved
    | PaneOpened
    | KeyAsked
    | SteeringAsked
    | TimeChosen
    | KeyframeMoved
    | TimelineEdited
    | ValueEntered
    | ValueStepped
    | DistancesChosen
    | PairPointedOut
    | PointPointedOut
    | ConsoleEntered
    | ConsoleInterrupted
    | CompletionAsked
)
Handler = Callable[[Event], None]

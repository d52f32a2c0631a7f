"""The interface between the controller and its views.

Views know nothing of engines, requests or the store: they draw plain arrays and emit events.  All
positions are drawing coordinates x of the *chart*, never pixels and never θ: (..., 2), or (..., 3)
while a surface in space is drawn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.views.interface.annotations import AngleArc, Annotation
from app.views.interface.choices import Choice as Choice
from app.views.interface.choices import Command as Command
from app.views.interface.choices import LayerRow as LayerRow
from app.views.interface.events import XY, Array, Camera, Handler
from app.views.interface.flow import Particles, VectorField
from app.views.interface.panel_state import PanelState as PanelState
from app.views.interface.timeline import TimelineState
from app.views.interface.topology import Critical
from compute.manifold.extent import Extent


# --- what is drawn ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Axes:
    """Labels of the axes, two, or three in space; ``log``: the drawn coordinate is the logarithm of
    the quantity; ``equal``: both axes have the same scale.
    """

    labels: tuple[str, ...]
    log: tuple[bool, bool] = (False, False)
    equal: bool = False


@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of the chart's image: xy (k, d), NaN between pieces; names at points of it."""

    xy: Array
    corners: tuple[tuple[str, XY], ...] = ()


@dataclass(frozen=True, eq=False)
class Surface:
    """A surface in space: points (r, c, 3), NaN where undefined, over ``plane (r, c, 2)`` in the
    coordinates of its scalar map; coordinate lines (k, 3); side lengths of its box.
    """

    points: Array
    plane: Array
    lines: Array
    sides: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve to draw: nodes xy (m, 2), NaN between pieces; ``dashed`` if its status is not OK or for
    contrast.

    ``at``: its points (k, 2) at places (k,) in [0, m − 1], node number plus fraction of the interval;
    without it the curve is a polyline.  name: in the legend, where it is not that of its kind.
    """

    xy: Array
    dashed: bool = False
    at: Callable[[Array], Array] | None = None
    name: str = ""


@dataclass(frozen=True, eq=False)
class Marks:
    """Labelled points: xy (k, 2), labels (k,), fade (k,) in [0, 1] (1 = far off the surface);
    for zeros their index (k,), which has its own colours; hollow (k,): drawn as rings, or None;
    group (k,): numbers of groups, each with its colour, −1 for no group; () for no groups; chosen: the
    number of the selected one, or −1.
    """

    xy: Array
    labels: tuple[str, ...]
    fade: Array
    index: tuple[int, ...] = ()
    hollow: NDArray[np.bool_] | None = None
    group: tuple[int, ...] = ()
    chosen: int = -1


@dataclass(frozen=True, eq=False)
class Arrows:
    """Vectors: their feet xy (k, 2) and their components (k, 2), both in chart coordinates."""

    xy: Array
    vectors: Array


@dataclass(frozen=True, eq=False)
class ColorMap2D:
    """A scalar map: values (rows, columns) with NaN transparent, row 0 lowest; colour limits, opacity.

    ``hatched`` (rows, columns): where the metric is singular or undefined.  ``names``: of the
    categories 0, 1, …, for a categorical map.  contours: whether lines join equal values.  source:
    where the limits come from, in a few words, or "".
    """

    values: Array
    extent: Extent
    colormap: str
    limits: tuple[float, float]
    label: str
    hatched: NDArray[np.bool_] | None = None
    names: tuple[str, ...] = ()
    opacity: float = 1.0
    contours: bool = False
    source: str = ""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """All outcomes, whether they have a bar or none.

    names (k,), such as "13 trophy"; rows (r, k) and own as those of `Distributions`; shown (m,): which
    have a bar, in ascending order; plane: which the plane has, if own rows are over others too.
    """

    names: tuple[str, ...]
    rows: Array
    own: tuple[Array | None, ...]
    shown: NDArray[np.intp]
    plane: NDArray[np.intp] | None = None


# from stem to stem at one count
BESIDE = 0.25


@dataclass(frozen=True, eq=False)
class Distributions:
    """Rows to plot over a common support: bars when ``labels``, stems at ``counts``, curves otherwise.

    x (k,); names and rows (r, k) such as A, B and the moving point.  note: how far the rows are those
    of a model, or "".  ``stale``: of what was shown before, and greyed until other rows arrive.
    own: for each name the row (k,) that the model really has there, where it is another one, or None.
    few: which of more outcomes they are, or "".  every: all outcomes, where they have names.
    counts: whether x are whole numbers, without a density between them.
    """

    x: Array
    labels: tuple[str, ...]
    title: str
    names: tuple[str, ...]
    rows: Array
    note: str = ""
    stale: bool = False
    own: tuple[Array | None, ...] = ()
    few: str = ""
    every: Outcomes | None = None
    counts: bool = False

    def stems(self, i: int) -> tuple[Array, Array]:
        """Return x and p (2k,) of foot and head of each stem of a row, beside those of other rows."""
        beside = BESIDE * (i - (len(self.rows) - 1) / 2)
        heights = np.stack([np.zeros(len(self.x)), self.rows[i]], axis=1)
        return np.repeat(self.x + beside, 2), heights.ravel()

    @property
    def count(self) -> int:
        """The number of all outcomes."""
        return len(self.x) if self.every is None else len(self.every.names)

    def moved(self, row: Array) -> Distributions:
        """Return these with another last row, that of the moving point, over all outcomes."""
        every, shown = self.every, row
        if every is not None:
            shown = row[every.shown]
            every = replace(every, rows=np.vstack((every.rows[:-1], row)))
        return replace(self, rows=np.vstack((self.rows[:-1], shown)), every=every)


@dataclass(frozen=True)
class Measure:
    """A row of the measures panel; ``hint``: one explanatory sentence; not ``ok`` is a warning.

    ``stale``: outdated, and greyed until a new answer arrives.  ``section``: of the page on the
    mathematics.
    """

    name: str
    value: str
    hint: str = ""
    ok: bool = True
    stale: bool = False
    section: str = ""


# words on a definition that is shown
VALID = "✓ valid: this family is shown"


@dataclass(frozen=True)
class Verdict:
    """The verdict on a typed definition: right, wrong, or not yet known (None), and why.

    place and column (from 0): position of a mistake; −1 if unknown.  remarkable: valid, but with a
    warning.
    """

    right: bool | None
    words: str
    place: str = ""
    column: int = -1
    remarkable: bool = False


class View:
    """A view: it receives data to show, and emits events."""

    def __init__(self) -> None:
        self._handler: Handler = lambda event: None

    def connect(self, handler: Handler) -> None:
        """Send events to ``handler`` from now on."""
        self._handler = handler


class Canvas(View, ABC):
    """The drawing of the manifold.  Every setter is cheap and idempotent; None clears."""

    @abstractmethod
    def set_axes(self, axes: Axes) -> None: ...
    @abstractmethod
    def set_view(self, extent: Extent) -> None:
        """Show this rectangle (without emitting ViewChanged)."""

    @abstractmethod
    def set_surface(self, surface: Surface | None) -> None:
        """Draw on this surface in space; None: in the plane."""

    @abstractmethod
    def set_camera(self, camera: Camera) -> None:
        """Set the camera of the surface (without emitting CameraMoved)."""

    def show_points(self, xyz: Array) -> None:
        """Bring points (k, 3) of a surface into view by its camera, and emit CameraMoved."""

    @abstractmethod
    def set_outline(self, outline: Outline | None) -> None: ...
    @abstractmethod
    def set_blend(self, share: float | None) -> None:
        """Set the transition between two charts: positions have coordinates of both, and pixels are
        interpolated by ``share``.  0 starts, None ends.
        """

    @abstractmethod
    def set_map(self, image: ColorMap2D | None) -> None: ...
    @abstractmethod
    def reserve_bar(self, is_reserved: bool) -> None:
        """Leave room for the colour bar of a map that is not there yet: nothing moves when it comes."""

    @abstractmethod
    def set_marks(self, marks: Marks | None) -> None: ...
    @abstractmethod
    def set_data_points(self, marks: Marks | None) -> None: ...
    @abstractmethod
    def set_pin(self, name: str, xy: XY | None) -> None: ...
    @abstractmethod
    def set_curve(self, kind: str, curve: Curve | None) -> None:
        """Set the curve of a kind listed in `curve_styles`; NaN separates pieces."""

    @abstractmethod
    def set_vector(self, arrows: Arrows | None) -> None:
        """Show the vector at A, whose tip can be dragged."""

    @abstractmethod
    def set_transport(self, arrows: Arrows | None) -> None: ...
    @abstractmethod
    def set_ellipses(self, outlines: Array | None, radius: float = 0.0) -> None:
        """Show Fisher circles as closed outlines (k, points, 2); radius: theirs, 0 if unknown."""

    @abstractmethod
    def set_field(self, field: VectorField | None) -> None: ...
    @abstractmethod
    def set_particles(self, particles: Particles | None, phase: float = 0.0) -> None:
        """Show particles at ``phase``, in lives."""

    @abstractmethod
    def set_zeros(self, zeros: Marks | None) -> None: ...
    @abstractmethod
    def set_critical(self, points: Critical | None) -> None:
        """Show critical points of the map; a click on one emits `PairChosen`."""

    @abstractmethod
    def set_opacity(self, layers: Mapping[str, float], curves: Mapping[str, float]) -> None:
        """Set the opacity of each layer by name, and of each kind of curve."""

    @abstractmethod
    def set_annotations(self, notes: Sequence[Annotation], angles: Sequence[AngleArc]) -> None:
        """Show notes and marks of angles."""

    @abstractmethod
    def set_grid(self, visible: bool) -> None: ...
    @abstractmethod
    def set_snapping(self, on: bool) -> None:
        """Let pins that are dragged keep to the crossings of the grid's lines, or not."""

    @abstractmethod
    def set_moving_point(self, xy: XY | None) -> None: ...
    @abstractmethod
    def set_message(self, text: str) -> None:
        """Show a short message above the canvas (why a curve is dashed …); "" clears it."""

    @abstractmethod
    def set_note(self, text: str) -> None:
        """Show a short note at the bottom of the canvas (what a flow's grid omits …); "" clears it."""

    def present(self) -> None:
        """Bring what has been set to the screen at once, if there is one."""


class Window(View, ABC):
    """The frame around the canvas: panels, timeline, status bar."""

    @abstractmethod
    def set_panels(self, state: PanelState) -> None: ...
    @abstractmethod
    def set_waiting(self, words: str, whole: bool) -> None:
        """Announce a preparation: line element and note of the old subject are replaced by ``words``;
        ``whole``: also grey chart, connection and map.  The next state ends it.
        """

    @abstractmethod
    def set_verdict(self, verdict: Verdict) -> None:
        """Show the verdict on the definition typed last."""

    @abstractmethod
    def set_distributions(self, distributions: Distributions | None) -> None: ...
    @abstractmethod
    def set_moving_row(self, row: Array) -> None:
        """Replace the last row of the distributions (the moving point's, of all outcomes), cheaply."""

    @abstractmethod
    def set_measures(self, measures: Sequence[Measure]) -> None: ...
    @abstractmethod
    def set_panel(self, title: str, state: object) -> None:
        """Set the state of the panel of that title; None: nothing to show."""

    def prepare_panel(self, title: str) -> None:
        """Build the panel of that title, which is raised soon."""

    @abstractmethod
    def raise_panel(self, title: str) -> None:
        """Bring the panel of that title to the front."""

    @abstractmethod
    def lower_panel(self, title: str) -> None:
        """Show what was in front before that panel was raised; hide it if it was closed."""

    @abstractmethod
    def set_playhead(self, t: float) -> None: ...
    @abstractmethod
    def set_timeline(self, state: TimelineState) -> None: ...
    @abstractmethod
    def set_status(self, engine: str, timing: str, words: str, ok: bool) -> None: ...
    @abstractmethod
    def set_coordinates(self, text: str) -> None:
        """Show the coordinates under the pointer."""

    @abstractmethod
    def set_title(self, text: str) -> None: ...
    @abstractmethod
    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call`` regularly on the GUI thread; the returned function stops it."""

    @abstractmethod
    def post(self, call: Callable[[], None]) -> None:
        """Run ``call`` soon on the GUI thread; may be called from any thread."""

    @abstractmethod
    def ask_open(self, title: str, pattern: str) -> str | None: ...
    @abstractmethod
    def ask_folder(self, title: str) -> str | None: ...
    @abstractmethod
    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None:
        """Return the file to write, with ``name`` suggested."""

    @abstractmethod
    def log(self, words: str) -> None:
        """Write to the log and, for a while, to the status bar."""

    @abstractmethod
    def tell(self, title: str, text: str) -> None:
        """Show a message that blocks nothing and stays until it is dismissed."""

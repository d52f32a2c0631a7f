"""The part of distances: a matrix, clusters and a map of the points of data, while its panel is
visible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.jobs.distances import (
    ClusterAnswer,
    ClusterTask,
    MatrixAnswer,
    MatrixProgress,
    MatrixTask,
    NoDistances,
)
from app.jobs.matrix_table import MatrixWritten, WriteMatrixTask
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.data_points import DataPoint, standing
from app.model.scene import Pin, Scene
from app.parts.part import Part, PartContext
from app.presenters import distances as shown
from app.views.interface.data import DataPointChosen
from app.views.interface.distances import (
    DistancesChosen,
    DistancesState,
    PairPointedOut,
    PointPointedOut,
)
from app.views.interface.events import Event, PanelShown
from compute.families import manifold as manifold_of
from compute.statistics.distance_matrix import FISHER_RAO, kinds

TITLE = panel_titles.DISTANCES
# fields that matter even while the panel is hidden, and only while it is visible
ALWAYS = frozenset(("family", "points"))
SEEN = ALWAYS | {"start", "end", "layers.points_mean", "data"}
# maximum number of points
MOST = 500
FEW = "Open data (File › Open data…): there are no two points of data to compare."
MANY = f"There are more than {MOST} points: the command distances takes up to 4000."


class DistancesPart(Part):
    """Asks for a matrix, then for clusters; what is chosen in the panel stays for the session."""

    events = (PanelShown, DistancesChosen, PairPointedOut, PointPointedOut, DataPointChosen)
    messages = (MatrixProgress, MatrixAnswer, ClusterAnswer, NoDistances, MatrixWritten, JobFailed)
    fields = ALWAYS

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._seen = False
        self._chosen = DistancesChosen()
        self._task: MatrixTask | None = None
        self._matrix: MatrixAnswer | None = None
        self._clusters: ClusterAnswer | None = None
        self._asked: ClusterTask | None = None
        self._point = -1

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"show_distances": lambda: self.context.window.raise_panel(TITLE)}

    # --- what is asked ------------------------------------------------------------------------
    def on_event(self, event: Event) -> None:
        match event:
            case PanelShown(title=title) if title == TITLE:
                self._seen = event.visible
                self.fields = SEEN if event.visible else ALWAYS
                self._ask()
            case DistancesChosen():
                self._chosen = event
                self._ask()
            case PairPointedOut():
                self._point_out(event)
            case PointPointedOut():
                self._point = -1 if event.number == self._point else event.number
                self._show_known()
            case DataPointChosen():
                self._point = event.number
                self._show_known()
            case _:
                pass

    def _show_known(self) -> None:
        """Show the state again, if the panel is visible and the distances are known."""
        if self._seen and self._clusters is not None:
            self._show()

    def on_scene(self, old: Scene, new: Scene) -> None:
        if (old.family, old.points) != (new.family, new.points):
            self._ask()
        else:
            self._show_known()

    def on_waiting(self) -> None:
        self._task = self._matrix = self._clusters = self._asked = None

    def _points(self) -> tuple[DataPoint, ...]:
        return standing(self.context.store.scene.points)

    def _ask(self) -> None:
        """Ask for what is missing, if the panel is visible."""
        if not self._seen:
            return
        points, family = self._points(), self.context.store.scene.family
        if self._chosen.kind not in kinds(manifold_of(family)):
            self._chosen = replace(self._chosen, kind=FISHER_RAO)
        if not 2 <= len(points) <= MOST:
            self.on_waiting()
            self._show(MANY if points[MOST:] else FEW)
            return
        task = MatrixTask(family, tuple(point.theta for point in points), self._chosen.kind)
        if task != self._task:
            self.on_waiting()
            self._task, self._point = task, -1
            self.context.submit(task)
            self._show("Computing the distances …")
        elif self._matrix is not None:
            self._cluster(self._matrix, points)

    def _cluster(self, matrix: MatrixAnswer, points: tuple[DataPoint, ...]) -> None:
        """Ask for clusters, unless the choice is that of the last ones."""
        groups = _groups(points)
        task = ClusterTask(matrix, self._chosen, groups)
        if task != self._asked:
            self._asked = task
            self.context.submit(task)

    # --- answers ------------------------------------------------------------------------------
    def on_message(self, message: object) -> None:
        match message:
            case MatrixProgress() if message.job == self._task:
                if message.done < message.total:
                    self._show(f"{message.done} of {message.total} distances …")
            case MatrixAnswer() if message.job == self._task:
                self._matrix = message
                self._cluster(message, self._points())
            case ClusterAnswer() if message.job == self._asked:
                self._clusters = message
                self._colour(message)
                self._show()
            case NoDistances() if message.job in (self._task, self._asked):
                self._show(f"⚠ {message.words}")
            case JobFailed(job=MatrixTask() | ClusterTask()):
                self._show(f"⚠ {message.problem}")
            case MatrixWritten():
                self.context.window.log(message.words)

    def _colour(self, found: ClusterAnswer) -> None:
        """Make the clusters the groups of the points, if they are to be coloured."""
        if not self._chosen.colours:
            return
        scene = self.context.store.scene
        names = iter(str(label + 1) if label >= 0 else "" for label in found.labels)
        points = tuple(
            point if point.family else replace(point, group=next(names)) for point in scene.points
        )
        if points != scene.points:
            # groups that are these clusters need neither another search nor a test
            self._asked = replace(found.job, groups=_groups(standing(points)))
            self._clusters = replace(found, job=self._asked, test=None)
            self.context.store.update(replace(scene, points=points), merge="clusters")

    # --- what is done -------------------------------------------------------------------------
    def _point_out(self, pair: PairPointedOut) -> None:
        """Put A and B on two points, as one step of undo."""
        points, scene = self._points(), self.context.store.scene
        if max(pair.row, pair.column) < len(points):
            start, end = (Pin(points[i].theta) for i in (pair.row, pair.column))
            self.context.store.update(replace(scene, start=start, end=end))
            self.context.store.settle()

    def table(self, target: Path) -> WriteMatrixTask | None:
        """Return the task that writes the matrix to a file; None if it is not known."""
        if self._matrix is None:
            return None
        names = tuple(point.label or str(i + 1) for i, point in enumerate(self._points()))
        return WriteMatrixTask(self._matrix, names, target)

    def state(self) -> DistancesState | None:
        """Return the state of the panel; None if the distances or the clusters are not known."""
        if self._matrix is None or self._clusters is None:
            return None
        pair = _pair(self.context.store.scene, self._points())
        return shown.state(self._points(), self._matrix, self._clusters, self._point, pair)

    def _show(self, note: str = "") -> None:
        """Show what is known, or why nothing is."""
        found = None if note else self.state()
        if found is None:
            found = shown.nothing(self._chosen, note or "…", self.context.store.scene.family)
        self.context.window.set_panel(TITLE, shown.with_mean(found, self.context.store.scene))


def _groups(points: tuple[DataPoint, ...]) -> tuple[str, ...]:
    """Return the groups of points, or their labels if these are two groups."""
    groups = tuple(point.group for point in points)
    labels = tuple(point.label for point in points)
    return labels if not any(groups) and len({*labels}) == 2 else groups


def _pair(scene: Scene, points: tuple[DataPoint, ...]) -> tuple[int, int] | None:
    """Return the numbers of the points on which A and B are, or None."""
    place = {point.theta: i for i, point in enumerate(points)}
    ends = [place.get(pin.theta) for pin in (scene.start, scene.end) if pin is not None]
    known = [i for i in ends if i is not None]
    return (known[0], known[1]) if len(known) == 2 else None

"""The part of data: a table that is opened becomes points of the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.jobs.data_points import DataAnswer, DataTask, NoData
from app.jobs.worker import JobFailed
from app.model.data_points import DataPoint, standing
from app.model.file_formats import suffixes
from app.model.layers import showing
from app.model.scene import Scene
from app.parts.part import Part
from app.presenters import drawables, sight
from app.presenters.drawing import show_data_points
from app.views.text.file_patterns import ALL, one_of, pattern
from compute.core.arrays import Floats
from compute.manifold.extent import Extent

PATTERN = one_of(pattern("Tables", suffixes("table")), ALL)
TITLE = "Open data"
HIDDEN = (
    "points of data that were fitted to other numbers of the family are hidden: open the data again"
)


class DataPart(Part):
    """Reads tables on the worker, and shows the points of the scene."""

    messages = (DataAnswer, NoData, JobFailed)
    fields = frozenset(("points", "layers", "layers.points"))

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"open_data": self._open, "clear_data": self._clear}

    def _open(self) -> None:
        path = self.context.window.ask_open(TITLE, PATTERN)
        if path is not None:
            self.read(Path(path))

    def read(self, path: Path) -> None:
        """Read a table on the worker, for the family that is shown."""
        self.context.say("reading the data …", True)
        self.context.submit(DataTask(self.context.store.scene.family, str(path)))

    def _clear(self) -> None:
        """Remove all points of data."""
        self._update(replace(self.context.store.scene, points=()))
        self.context.say("there are no points of data", True)

    def on_scene(self, old: Scene, new: Scene) -> None:
        if old.points is not new.points or old.layers.points != new.layers.points:
            show_data_points(self.context.canvas, self.context.subject)
        if len(standing(new.points)) < len(new.points) and old.points == standing(old.points):
            self.context.window.log(HIDDEN)

    def on_message(self, message: object) -> None:
        scene = self.context.store.scene
        match message:
            case DataAnswer() if message.job.family == scene.family:
                self._show(message.points)
                self.context.say(message.words, message.whole)
                self.context.window.log(message.words)
            case DataAnswer():
                self.context.say("the data are of another family now: open them again", False)
            case NoData():
                self.context.say(message.words, False)
                self.context.window.tell("These data cannot be shown", message.words)
            case JobFailed(job=DataTask()):
                self.context.say(message.problem, False)
                self.context.window.tell("These data cannot be shown", message.problem)

    def _show(self, points: tuple[DataPoint, ...]) -> None:
        """Set the points, and the view where it does not hold all of them."""
        scene = self.context.store.scene
        scene = replace(scene, points=points, layers=showing(scene.layers, "points"))
        subject, view = self.context.subject.at(scene), scene.view
        data = drawables.data_points(scene, subject.chart)
        assert data is not None
        if subject.chart.dimension == 2 and view is not None and not _holds(view, data.xy):
            seen = sight.points(subject, self.context.path(), subject.chart)
            scene = replace(scene, view=sight.extent(seen, view))
        self._update(scene)

    def _update(self, scene: Scene) -> None:
        """Change the scene as one step of undo."""
        self.context.store.update(scene)
        self.context.store.settle()


def _holds(view: Extent, xy: Floats) -> bool:
    """Whether a rectangle holds all points (k, 2)."""
    low, high = (view.x0, view.y0), (view.x1, view.y1)
    return bool(((xy > low) & (xy < high)).all())

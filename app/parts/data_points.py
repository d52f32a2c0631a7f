"""The part of the panel Data: a table that is opened becomes points of the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.jobs.data_points import DataAnswer, DataTask, NoData
from app.jobs.fit_plots import FitPlotsAnswer, FitPlotsTask
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.data_points import DataPoint, standing
from app.model.data_settings import DataSettings
from app.model.file_formats import CSV, suffixes
from app.model.layers import showing
from app.model.scene import Pin, Scene
from app.parts.part import Part, PartContext
from app.presenters import data_panel, drawables, sight
from app.presenters.drawing import show_data_points
from app.views.interface.data import DataEdited, DataPointChosen
from app.views.interface.events import Event, PanelShown
from app.views.text.file_patterns import ALL, one_of, pattern
from compute.core.arrays import Floats
from compute.core.replacing import replacing
from compute.manifold.extent import Extent

PATTERN = one_of(pattern("Tables", suffixes("table")), ALL)
TITLE = "Open data"
HIDDEN = (
    "points of data that were fitted to other numbers of the family are hidden: open the data again"
)
NO_CHOICE = "choose a point of data first"


class DataPart(Part):
    """Reads tables on the worker, shows the points of the scene, their fits and the selected one."""

    events = (PanelShown, DataEdited, DataPointChosen)
    messages = (DataAnswer, NoData, FitPlotsAnswer, JobFailed)
    fields = frozenset(("family", "chart", "ground", "points", "data", "layers", "layers.points"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._seen = False
        self._chosen = -1
        self._asked: DataTask | None = None
        self._read: DataAnswer | NoData | None = None
        self._plots: FitPlotsAnswer | None = None
        self._plotted: FitPlotsTask | None = None
        self._problem = ""  # why the last choice of columns was refused

    def commands(self) -> dict[str, Callable[[], None]]:
        return {
            "open_data": self._open,
            "clear_data": self._clear,
            "show_data": lambda: self.context.window.raise_panel(panel_titles.DATA),
            "fit_data": lambda: self._refit(()),
            "export_fits": self._export,
            "pin_a_on_data": lambda: self._pin("start"),
            "pin_b_on_data": lambda: self._pin("end"),
        }

    # --- the table ----------------------------------------------------------------------------
    def _open(self) -> None:
        path = self.context.window.ask_open(TITLE, PATTERN)
        if path is not None:
            self.read(Path(path))

    def read(self, path: Path) -> None:
        """Read a table on the worker, for the family that is shown."""
        self.context.window.raise_panel(panel_titles.DATA)
        self._submit(DataSettings(str(path)))

    def _submit(self, data: DataSettings) -> None:
        self._problem = ""
        self.context.say("reading the data …", True)
        self._asked = DataTask(self.context.store.scene.family, data.source)
        self.context.submit(self._asked)

    def _refit(self, changes: tuple[tuple[str, object], ...]) -> None:
        """Read the table again, with other columns."""
        used = self._read.data if isinstance(self._read, DataAnswer) else self._scene.data
        if self._scene.data.file:
            self._submit(replace(used, file=self._scene.data.file, **dict(changes)))  # type: ignore[arg-type]
        else:
            self._open()

    def _clear(self) -> None:
        """Remove all points of data."""
        self._update(replace(self._scene, points=(), data=DataSettings()))
        self.context.say("there are no points of data", True)

    # --- what is shown --------------------------------------------------------------------------
    @property
    def _scene(self) -> Scene:
        return self.context.store.scene

    def on_event(self, event: Event) -> None:
        match event:
            case PanelShown(title=panel_titles.DATA):
                self._seen = event.visible
                self._follow()
            case DataEdited():
                self._refit(event.changes)
            case DataPointChosen():
                self._choose(event.number)

    def on_scene(self, old: Scene, new: Scene) -> None:
        if len(standing(old.points)) != len(standing(new.points)):
            self._chosen = -1
        if (
            old.points is not new.points
            or old.layers.points != new.layers.points
            or self._chosen >= 0
        ):
            self._draw()  # the controller draws no selection
        if len(standing(new.points)) < len(new.points) and old.points == standing(old.points):
            self.context.window.log(HIDDEN)
        self._follow()

    def _draw(self) -> None:
        show_data_points(self.context.canvas, self.context.subject, self._chosen)

    def _choose(self, number: int) -> None:
        self._chosen = number if number < len(standing(self._scene.points)) else -1
        self._draw()
        self._follow()

    def _follow(self) -> None:
        """Request what the visible panel lacks, and show it."""
        if not self._seen:
            return
        scene = self._scene
        read = self._read.job if self._read is not None else None
        wanted = DataTask(scene.family, scene.data.source, opens=False)
        if read is None or (read.family, self._source()) != (scene.family, scene.data.source):
            self._read = None
            if scene.data.file and wanted != self._asked:
                self._asked = wanted
                self.context.submit(wanted)
        self._ask_plots()
        self._show()

    def _source(self) -> DataSettings | None:
        """Return the settings with which the table that is shown was read."""
        match self._read:
            case DataAnswer():
                return self._read.data.source
            case NoData():
                return self._read.job.data
        return None

    def _ask_plots(self) -> None:
        point, scene = self._point(), self._scene
        if point is None or not point.n:
            self._plots = self._plotted = None
            return
        wanted = FitPlotsTask(scene.family, scene.data.source, point)
        if wanted != self._plotted:
            self._plots, self._plotted = None, wanted
            self.context.submit(wanted)

    def _point(self) -> DataPoint | None:
        points = standing(self._scene.points)
        return points[self._chosen] if 0 <= self._chosen < len(points) else None

    def _show(self) -> None:
        if self._seen:
            found = data_panel.state(
                self._scene, self._read, self._chosen, self._plots, self._problem
            )
            self.context.window.set_panel(panel_titles.DATA, found)

    def on_message(self, message: object) -> None:
        match message:
            case DataAnswer() if message.job != self._asked:
                pass  # another table was opened since
            case DataAnswer() if message.job.family != self._scene.family:
                self.context.say("the data are of another family now: open them again", False)
            case DataAnswer():
                self._asked, self._read = None, message
                if message.job.opens:
                    self._set(message)
                self._show()
            case NoData() if message.job == self._asked:
                self._asked = None
                self._fail(message)
            case FitPlotsAnswer() if message.job == self._plotted:
                self._plots = message
                self._show()
            case JobFailed(job=DataTask()):
                self._asked = None
                self._tell(message.problem)

    def _fail(self, message: NoData) -> None:
        """Say why there are no points; a table that was opened keeps the scene as it is."""
        if message.job.opens and self._seen and message.job.data.file == self._scene.data.file:
            self._problem = message.words
            self.context.say(message.words, False)
        elif message.job.opens:
            self._tell(message.words)
        if message.columns and not self._scene.points:
            # its columns can be chosen in the panel
            self._update(replace(self._scene, data=self._with(message.job.data)))
        if message.job.data == self._scene.data.source:
            self._read = message
        self._show()

    def _tell(self, words: str) -> None:
        self.context.say(words, False)
        self.context.window.tell("These data cannot be shown", words)

    def _set(self, message: DataAnswer) -> None:
        """Set the points, and the view where it does not hold all of them."""
        scene = replace(
            self._scene, points=message.points, data=self._with(message.data),
            layers=showing(self._scene.layers, "points"),
        )  # fmt: skip
        subject, view = self.context.subject.at(scene), scene.view
        marks = drawables.data_points(scene, subject.chart)
        assert marks is not None
        if subject.chart.dimension == 2 and view is not None and not _holds(view, marks.xy):
            seen = sight.points(subject, self.context.path(), subject.chart)
            scene = replace(scene, view=sight.extent(seen, view))
        self._update(scene)
        self.context.say(message.words, message.whole)
        self.context.window.log(message.words)

    def _with(self, source: DataSettings) -> DataSettings:
        """Return the scene's settings with another table."""
        own = self._scene.data
        return replace(
            source,
            level=own.level,
            times=own.times,
            resampled=own.resampled,
            seed=own.seed,
            mean=own.mean,
        )

    # --- the selected point -----------------------------------------------------------------------
    def _pin(self, name: str) -> None:
        point = self._point()
        if point is None:
            self.context.say(NO_CHOICE, False)
        else:
            self.context.edit({name: Pin(point.theta)}, None)
            self.context.store.settle()

    def _export(self) -> None:
        """Write the table of fits to a file."""
        found = data_panel.state(self._scene, self._read, self._chosen, self._plots)
        path = self.context.window.ask_save(
            "Export the fits", pattern("Tables", (CSV,)), f"fits{CSV}"
        )
        if path is None:
            return
        try:
            with replacing(Path(path)) as file:
                file.write_text(found.csv, encoding="utf-8")
        except (ValueError, OSError) as problem:
            self.context.window.tell("The fits cannot be written", str(problem))
        else:
            self.context.say(f"written to {path}", True)

    def _update(self, scene: Scene) -> None:
        """Change the scene as one step of undo."""
        self.context.store.update(scene)
        self.context.store.settle()


def _holds(view: Extent, xy: Floats) -> bool:
    """Whether a rectangle holds all points (k, 2)."""
    low, high = (view.x0, view.y0), (view.x1, view.y1)
    return bool(((xy > low) & (xy < high)).all())

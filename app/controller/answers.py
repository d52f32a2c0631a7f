"""The answers that are on screen: the path, its check, the studies, and what is said of them."""

from __future__ import annotations

import time

import numpy as np

from app.controller import drawing, flowing, picture, shorter
from app.controller.checking import CheckAnswer, CheckJob, MapCheckJob
from app.controller.jobs import EllipseAnswer, MapAnswer, PathAnswer
from app.controller.runner import EngineOpened
from app.controller.studies import StudyAnswer
from app.model.store import Store
from app.views.base import Canvas, Measure, Window
from compute.families import family as manifold_of
from compute.types import Status

# seconds between redrawings of the plots while something is dragged: they cost more than the curve
PLOTS = 0.07


class Answers:
    """Draws answers on the canvas and puts their numbers into the window."""

    def __init__(self, store: Store, canvas: Canvas, window: Window) -> None:
        self._store = store
        self._canvas = canvas
        self._window = window
        self.path: PathAnswer | None = None
        self.map: MapAnswer | None = None
        self._checks: dict[type, Measure] = {}
        self._studies: dict[type, StudyAnswer] = {}
        self._engine = EngineOpened("", "starting…")
        self._plotted = 0.0
        self.numbers = picture.USUAL

    def forget(self) -> None:
        """Nothing that is known belongs to the scene any longer."""
        self.path, self.map, self._checks, self._studies = None, None, {}, {}

    def take_path(self, answer: PathAnswer, dragging: bool) -> None:
        """Show another path, and of its numbers as many as a drag leaves time for."""
        self.path = answer
        self._checks.pop(CheckJob, None)
        self.show_path()
        now = time.monotonic()
        if dragging and now - self._plotted < PLOTS:
            return
        self._plotted = now
        manifold = manifold_of(self._store.scene.family)
        self._window.set_distributions(picture.distributions(self._store.scene, answer, manifold))
        self.show_measures()
        self._say_path()

    def take_ground(self, answer: MapAnswer | EllipseAnswer) -> None:
        """Show another map, or other ellipses."""
        drawing.show_answer(self._canvas, self._store.scene, answer)
        if isinstance(answer, MapAnswer):
            self.map = answer
            self._say_path(only_shorter=True)
            if self._checks.pop(MapCheckJob, None):
                self.show_measures()

    def show_map(self) -> None:
        """Draw the map again, in the scene's colours."""
        if self.map is not None and not flowing.covers(self._store.scene):
            drawing.show_map(self._canvas, self._store.scene, self.map)

    def take_study(self, answer: StudyAnswer) -> None:
        """Show a study of the geometry."""
        self._studies[type(answer.job)] = answer
        drawing.show_study(self._canvas, self._store.scene, answer)
        self.show_measures()
        self._say_path(only_shorter=True)

    def _say_path(self, only_shorter: bool = False) -> None:
        """What became of the path, and whether anything shown knows of a shorter one."""
        if self.path is None:
            return
        paths, timing = self.path.paths, f"{self.path.milliseconds:.0f} ms"
        known = shorter.words(self.path, self.studies, self.map)
        if known:
            self.say(known, False, timing)
        elif not only_shorter:
            status = Status(int(paths.status[0]))
            self.say(status.words, status == Status.OK, timing)

    def take_check(self, answer: CheckAnswer) -> None:
        """The float64 certificate, if it is of the path or the map that is still shown."""
        job = answer.job
        if isinstance(job, CheckJob):
            current = self.path is not None and np.shares_memory(self.path.paths.theta, job.theta)
        else:
            current = self.map is not None and self.map.field is job.field
        if not current:
            return
        self._checks[type(job)] = answer.measure
        self.show_measures()
        words = f"{answer.measure.name.lower()} {answer.measure.value}"
        self.say(words, answer.measure.ok, f"{answer.milliseconds:.0f} ms")

    def take_engine(self, opened: EngineOpened) -> None:
        """Say from now on what computes."""
        self._engine = opened
        self.say(opened.remark or "ready", not opened.remark)

    def keep_studies(self, kinds: set[type]) -> None:
        """Studies of other kinds are shown no longer."""
        self._studies = {kind: a for kind, a in self._studies.items() if kind in kinds}

    @property
    def studies(self) -> tuple[StudyAnswer, ...]:
        """The studies that are shown."""
        return tuple(self._studies.values())

    def show_studies(self) -> None:
        """Draw all of them."""
        for answer in self.studies:
            drawing.show_study(self._canvas, self._store.scene, answer)

    def show_path(self) -> None:
        """Draw the path, if it is of the scene's family."""
        scene = self._store.scene
        if self.path is not None and self.path.job.family == scene.family:
            drawing.show_path(self._canvas, scene, self.path)
            self.show_moving_point()

    def show_moving_point(self) -> None:
        """Put the point that moves where the playhead says."""
        scene = self._store.scene
        self._window.set_playhead(scene.playhead)
        if self.path is not None and self.path.job.family == scene.family:
            row = drawing.show_moving_point(self._canvas, scene, self.path)
            self._window.set_moving_row(row)

    def show_measures(self) -> None:
        """The numbers of the geodesic and of all studies that are shown."""
        if self.path is not None:
            extra = [measure for answer in self._studies.values() for measure in answer.measures]
            shown = [*picture.measures(self.path, self.numbers), *extra, *self._checks.values()]
            self._window.set_measures(shown)

    def say(self, words: str, ok: bool, timing: str = "") -> None:
        """One sentence in the status bar, beside the engine and what it has to remark."""
        opened = self._engine
        engine = f"{opened.name} · {opened.adapter}" if opened.name else "starting…"
        remark = opened.remark
        self._window.set_status(
            engine, timing, remark if remark and ok else words, ok and not remark
        )

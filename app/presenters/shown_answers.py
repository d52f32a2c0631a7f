"""The answers on screen: the path, its verification, the studies, and status messages.

Answers belong to the scene's subject, or are greyed until new ones arrive.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from app.jobs import flow
from app.jobs.answers import Answer
from app.jobs.ellipses import EllipseAnswer
from app.jobs.job import Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import share_subject
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.studies.study import StudyAnswer
from app.jobs.subject import CurrentSubject, Subject
from app.jobs.verification import CheckAnswer, CheckJob, MapCheckJob
from app.jobs.worker import EngineOpened
from app.model.scene import Scene, remarks
from app.presenters import (
    chart_in_words,
    drawing,
    measures,
    notes,
    outcomes,
    picking,
    shorter_paths,
)
from app.views.interface.events import XY
from app.views.interface.views import Canvas, Distributions, Measure, Window
from compute.core.status import Status

# seconds between updates of the plots during a drag: they cost more than the curve
PLOTS = 0.15
# during motion an outdated answer turns grey only if the new one takes longer than this
GRACE_MS = 150
AWAITED = "computing the geodesic …"


class ShownAnswers:
    """Draws answers on the canvas and shows their numbers in the window."""

    def __init__(self, subject: CurrentSubject, canvas: Canvas, window: Window) -> None:
        self._current = subject
        self._canvas = canvas
        self._window = window
        self.path: PathAnswer | None = None
        self.map: MapAnswer | None = None
        self._remark = ""  # remarks after the status of the next paths, until the scene changes
        self._checks: dict[type, Measure] = {}
        self._studies: dict[type, StudyAnswer] = {}
        self._engine = EngineOpened("", "starting…")
        self._plotted = 0.0
        self._rows: list[Measure] = []  # rows of the measures panel as shown
        self._plots: Distributions | None = None
        self._wanted: Mapping[type, Job] = {}
        self._stale: frozenset[type] = frozenset()  # kinds of job with outdated answers
        self._unread = False  # the user's input differs from what is shown
        self._stop: Callable[[], None] | None = None
        self._problem = ""  # what the status bar reports, if it is a failure
        self.numbers = measures.USUAL

    @property
    def _subject(self) -> Subject:
        return self._current.now

    def clear(self, words: str = AWAITED) -> None:
        """Drop all answers; rows of measures stay, without values."""
        self._end_grace()
        self.path, self.map, self._checks, self._studies = None, None, {}, {}
        self._stale, self._unread = frozenset(), False
        self._window.set_coordinates("")  # they belong to the chart that was under the pointer
        if self._rows:
            self._put(measures.greyed(self._rows, blank=True))
            self.say(words, True)
        self._plot(None)

    def clear_map(self) -> None:
        """Clear the map, which belongs to another chart, and the coordinates under the pointer."""
        self.map = None
        self._window.set_coordinates("")
        self._stale -= {MapJob}
        self._checks.pop(MapCheckJob, None)

    def keep_common(self, old: Scene, new: Scene, kinds: set[type]) -> None:
        """Keep only answers of ``old`` that also belong to ``new``, of these kinds of job."""
        self.keep_studies(kinds)
        self.show_measures()
        if (old.start, old.end, old.vector, old.alpha) != (
            new.start, new.end, new.vector, new.alpha,
        ):  # fmt: skip
            self.clear()

    def remark_on(self, old: Scene, new: Scene) -> None:
        """Append side effects of a change of subject to the status of the next paths."""
        self._remark = remarks(old, new) if old.family != new.family else ""

    @property
    def found(self) -> list[Answer]:
        """Return the answers that are shown and are the scene's."""
        shown = (self.path, self.map, *self._studies.values())
        return [a for a in shown if a is not None and type(a.job) not in self._stale]

    @property
    def exact(self) -> list[Answer]:
        """Return the answers of the scene as it is now: none that is one move late."""
        late = self._stale_kinds()
        if self.path is not None and self.path.job.vector != self._subject.scene.vector:
            late |= {PathJob}
        return [answer for answer in self.found if type(answer.job) not in late]

    def in_words(self) -> tuple[str, ...]:
        """Describe the chart and its numbers, each with its status, in paragraphs."""
        return chart_in_words.paragraphs(self._subject, self.exact, self._problem, self.numbers)

    # --- whose they are -----------------------------------------------------------------------
    def mark_stale(self, wanted: Mapping[type, Job], moving: bool) -> None:
        """Grey answers that are not among the ``wanted`` jobs of the scene.

        While something is ``moving``, slightly older paths and maps are not greyed.
        """
        self._wanted = wanted
        stale = self._stale_kinds()
        if not stale or not moving:
            self._end_grace()
            self._grey(stale)
        elif self._stop is None:
            self._grey(frozenset(kind for kind in stale if kind not in wanted))
            self._stop = self._window.every(GRACE_MS, self._end_and_grey)

    def _end_and_grey(self) -> None:
        self._end_grace()
        drawing.show_pins(self._canvas, self._subject)
        self._grey(self._stale_kinds())

    def _end_grace(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _stale_kinds(self) -> frozenset[type]:
        """Return the kinds of job whose shown answer is not the wanted one."""
        shown: dict[type, Job] = {kind: answer.job for kind, answer in self._studies.items()}
        if self.path is not None:
            shown[PathJob] = self.path.job
        if self.map is not None and MapJob in self._wanted:
            shown[MapJob] = self.map.job
        if self._unread:
            return frozenset(shown)
        return frozenset(
            kind for kind, job in shown.items() if not share_subject(job, self._wanted.get(kind))
        )

    def _grey(self, stale: frozenset[type]) -> None:
        if stale == self._stale:
            return
        came, self._stale = PathJob in stale - self._stale, stale
        self.show_opacity()
        self.show_map()
        self._show_angles()
        self.show_measures()
        self._plot(self._plots and replace(self._plots, stale=PathJob in stale))
        self.show_moving_point()  # the plots may be older than the playhead
        if came:
            self.say(AWAITED, True)

    def _refresh(self, kind: type) -> None:
        """Mark the shown answer of a kind as current, or as slightly old."""
        if kind in self._stale and not self._unread:
            self._stale -= {kind}
            self.show_opacity()
        self._end_grace()  # as long as answers arrive, even one move late, nothing turns grey

    def mark_unread(self, unread: bool, words: str = "") -> None:
        """Mark answers as outdated while the typed formula is not the family shown."""
        self._unread = unread
        self._grey(self._stale_kinds())
        if words:
            self.say(words, not unread)

    # --- what comes ---------------------------------------------------------------------------
    def take_path(self, answer: PathAnswer, dragging: bool) -> None:
        """Show another path with its measures, fewer during a drag."""
        self.path = answer
        self._checks.pop(CheckJob, None)
        self._refresh(PathJob)
        now = time.monotonic()
        is_hurried = dragging and now - self._plotted < PLOTS
        self.show_path(with_row=False)
        if dragging:
            drawing.show_pins_of(self._canvas, self._subject, answer.job)
            self._canvas.present()  # before the plots, which the hand does not wait for
        if is_hurried:
            return
        self._plotted, subject = now, self._subject
        plots = outcomes.distributions(subject.scene, answer, subject.manifold)
        self._plot(plots, outcomes.NO_DISTRIBUTIONS)
        self._show_row(answer)
        self.show_measures()
        self._say_path()

    def take_ground(self, answer: MapAnswer | EllipseAnswer) -> None:
        """Show a new map or ellipses."""
        if isinstance(answer, MapAnswer):
            shown = self.map
            if shown is not None and shown.job == answer.job and shown.complete > answer.complete:
                return  # it is shown in full already
            self.map = answer
            self._refresh(MapJob)
            self._say_path(only_shorter=True)
            if self._checks.pop(MapCheckJob, None):
                self.show_measures()
        drawing.show_answer(self._canvas, self._subject, answer)

    def lacks(self, answer: MapAnswer) -> bool:
        """Whether there is no map, or a coarse one where this is in full."""
        shown = self.map
        if shown is None:
            return True
        return answer.complete and not shown.complete and answer.job.view == shown.job.view

    def describe(self, xy: XY | None) -> None:
        """Describe the point under the pointer, or why the map has no value there."""
        subject, ground = self._subject, self.map
        if not subject.scene.layers.map or MapJob in self._stale or flow.covers(subject.scene):
            ground = None
        self._window.set_coordinates(picking.described(subject, xy, ground))

    def show_map(self) -> None:
        """Redraw the map in the scene's colours."""
        if self.map is not None and not flow.covers(self._subject.scene):
            drawing.show_map(self._canvas, self._subject, self.map, MapJob in self._stale)

    def take_study(self, answer: StudyAnswer) -> None:
        """Show a study of the geometry."""
        self._studies[type(answer.job)] = answer
        self._refresh(type(answer.job))
        drawing.show_study(self._canvas, self._subject, answer)
        self._show_angles()
        self.show_measures()
        self._say_path(only_shorter=True)
        if answer.problem:
            self.say(answer.problem, False)

    def retell(self, change: Callable[[], None]) -> None:
        """Undo or redo a change, whose own message no longer holds."""
        change()
        self._say_path()

    def _say_path(self, only_shorter: bool = False) -> None:
        """Say what became of the path, and whether anything shown knows of a shorter one."""
        if self.path is None or self._unread:
            return  # an answer that comes late does not end the remark on a formula
        paths, timing = self.path.paths, f"{self.path.milliseconds:.0f} ms"
        compared = self._studies or (self.map is not None and self.map.job.source is not None)
        known = shorter_paths.words(self.path, self.studies, self.map) if compared else ""
        if known:
            self.say(known, False, timing)
        elif not only_shorter:
            status = Status(int(paths.status[0]))
            words = f"{status.words} · {self._remark}" if self._remark else status.words
            self.say(words, status == Status.OK, timing)

    def to_check(self) -> Iterator[CheckJob | MapCheckJob]:
        """Return the jobs that compute the path and the map that are shown again in float64."""
        if self.path is not None:
            job, theta = self.path.job, self.path.paths.theta[0]
            yield CheckJob(job.family, job.start, job.end, job.alpha, theta)
        if self.map is not None and self._subject.scene.layers.map:
            of = self.map.job
            yield MapCheckJob(of.family, of.chart, of.scalar, of.token, of.source, self.map.field)

    def take_check(self, answer: CheckAnswer) -> None:
        """Show the float64 certificate, if it is of the path or the map that is still shown."""
        job = answer.job
        if isinstance(job, CheckJob):
            current = self.path is not None and np.shares_memory(self.path.paths.theta, job.theta)
        else:
            current = self.map is not None and self.map.field is job.field
        if not current:
            return
        self._checks[type(job)] = answer.measure
        self.show_measures()
        words, ok = measures.agreement(list(self._checks.values()))
        self.say(words, ok, f"{answer.milliseconds:.0f} ms")

    def take_engine(self, opened: EngineOpened) -> None:
        """Say from now on what computes."""
        self._engine = opened
        self.say(opened.remark or "ready", not opened.remark)

    def keep_studies(self, kinds: set[type]) -> None:
        """Drop the answers of studies of other kinds."""
        gone = {
            m.name for kind, a in self._studies.items() if kind not in kinds for m in a.measures
        }
        self._studies = {kind: a for kind, a in self._studies.items() if kind in kinds}
        self._stale &= {PathJob, MapJob, *self._studies}
        self._rows = [row for row in self._rows if row.name not in gone]
        self._show_angles()

    # --- what is shown ------------------------------------------------------------------------
    @property
    def studies(self) -> tuple[StudyAnswer, ...]:
        """The studies that are shown."""
        return tuple(self._studies.values())

    def show_studies(self) -> None:
        """Draw all of them."""
        for answer in self.studies:
            drawing.show_study(self._canvas, self._subject, answer)
        self._show_angles()

    def show_notes(self) -> None:
        """Draw notes, and the angles that the answers determine."""
        notes.show(self._canvas, self._subject, self.found)

    def _show_angles(self) -> None:
        """Draw the angles again, if there are any, because an answer has come or gone."""
        scene = self._subject.scene
        if scene.angles or scene.layers.loop:  # type: ignore[attr-defined]
            self.show_notes()

    def show_path(self, with_row: bool = True) -> None:
        """Draw the path, if it is of the scene's family; ``with_row``: and plot its moving point."""
        subject = self._subject
        if self.path is not None and self.path.job.family == subject.scene.family:
            drawing.show_path(self._canvas, subject, self.path)
            self.show_moving_point(with_row)
        self._show_angles()

    def show_moving_point(self, with_row: bool = True) -> None:
        """Put the point that moves where the playhead says; ``with_row``: plot its distribution."""
        subject, path = self._subject, self.path
        self._window.set_playhead(subject.scene.playhead)
        drawing.show_study_marks(self._canvas, subject, self.studies)
        if path is not None and path.job.family == subject.scene.family:
            drawing.show_moving_point(self._canvas, subject, path)
            if with_row:
                self._show_row(path)

    def _show_row(self, path: PathAnswer) -> None:
        """Plot the distribution of the moving point of a path."""
        subject = self._subject
        row = outcomes.moving_row(subject.scene, path, subject.manifold, self._plots)
        self._window.set_moving_row(row)

    def show_opacity(self) -> None:
        """Set the opacity of each layer, low for what does not belong to the scene."""
        drawing.show_opacity(self._canvas, self._subject.scene, self._stale)

    def show_measures(self) -> None:
        """Show the numbers of the geodesic and of all studies that are shown."""
        if self.path is None:
            return
        shown: list[Measure] = []
        for kind, found in (
            (PathJob, measures.measures(self.path, self.numbers)),
            *((kind, answer.measures) for kind, answer in self._studies.items()),
            *((PathJob, [self._checks[kind]]) for kind in self._checks if kind is CheckJob),
            *((MapJob, [self._checks[kind]]) for kind in self._checks if kind is MapCheckJob),
        ):
            shown += measures.greyed(found, blank=False) if kind in self._stale else found
        if self.path.job.quality != "final":
            shown = measures.in_place(shown, self._rows)
        self._put(shown)

    def _put(self, rows: list[Measure]) -> None:
        self._rows = rows
        self._window.set_measures(rows)

    def _plot(self, plots: Distributions | None, none: Distributions | None = None) -> None:
        self._plots = plots = plots and replace(plots, stale=plots.stale or PathJob in self._stale)
        self._window.set_distributions(plots or none)

    def say(self, words: str, ok: bool, timing: str = "") -> None:
        """Say one sentence in the status bar, next to the engine and its remark."""
        opened, self._problem = self._engine, "" if ok else words
        engine = f"{opened.name} · {opened.adapter}" if opened.name else "starting…"
        remark = opened.remark
        said = remark if remark and ok else words
        self._window.set_status(engine, timing, said, ok and not remark)

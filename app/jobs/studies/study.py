"""The base of studies: curves in θ by kind, and measures."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Self

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.moving_marks import MovingMark
from app.jobs.studies import traced_curves
from app.jobs.studies.traced_curves import Curves
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.refusal import shorten
from compute.curves.dense_curve import DenseCurve
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

# length of rays relative to the distance of B
REACH = 1.5
# minimum size of a study, in √nat
SHORTEST = 1e-3


@dataclass(frozen=True, eq=False)
class Found:
    """curves: by kind; dashed: kinds that did not converge; shortest: the smallest length of all
    geodesics, or None; turn: the angle by which a vector has turned on a loop, or None; names: in the
    legend, of kinds whose style names them otherwise; moving: marks that follow the playhead, by kind
    of curve; detail: for a panel of the study.
    """

    curves: Curves
    measures: list[Measure]
    dashed: frozenset[str] = frozenset()
    shortest: float | None = None
    turn: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    moving: Mapping[str, MovingMark] = field(default_factory=dict)
    detail: object = None


@dataclass(frozen=True)
class Study(Job):
    """A layer of the scene with a job of its own.

    Its name in scene files is its module's.  title and hint: its texts in the panel, at position
    ``place``; curves: styles of its kinds of curve; at_rest: it is too slow to compute during a drag;
    uses_third: it starts from C, which is shown with it; measure: its first measure, which gives the
    reason if there is no result; section: of the page on the mathematics, for all measures that state
    no other.
    """

    priority: ClassVar[Priority] = Priority.STUDY
    title: ClassVar[str]
    hint: ClassVar[str]
    place: ClassVar[int]
    curves: ClassVar[Mapping[str, Style]]
    measure: ClassVar[str]
    section: ClassVar[str] = ""
    at_rest: ClassVar[bool] = False
    uses_third: ClassVar[bool] = False

    family: str

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.layers = (cls.__module__.rpartition(".")[2],)

    @classmethod
    def layer(cls) -> str:
        """Return the layer's name in scene files."""
        return cls.layers[0]

    @classmethod
    def fits(cls, manifold: Manifold) -> bool:
        """Whether the layer applies to a family."""
        return True

    @classmethod
    def listed(cls, scene: Scene) -> bool:
        """Whether the panel has a row for the layer while it is off."""
        return True

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self | None:
        """Return the study of a completed scene, if it applies; a slow one only at rest."""
        possible = cls.fits(subject.manifold) and not (cls.at_rest and viewport.dragging)
        return cls.of(subject.scene, viewport) if possible else None

    @classmethod
    @abstractmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""

    @abstractmethod
    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `StudyAnswer`."""
        emit(self.answer(engine))

    def answer(self, engine: Engine) -> StudyAnswer:
        """Return the answer; a failure is its ``problem``."""
        return self.answer_of(partial(self.found, engine))

    def answer_of(self, find: Callable[[Manifold], Found]) -> StudyAnswer:
        """Return the answer that ``find`` computes; a ValueError of it is its ``problem``."""
        began = time.perf_counter()
        try:
            found = find(manifold_of(self.family))
        except ValueError as problem:
            return self._refused(shorten(str(problem)), 1000 * (time.perf_counter() - began))
        return StudyAnswer(
            self,
            traced_curves.nodes_of(found.curves),
            traced_curves.dense_of(found.curves),
            tuple(replace(each, section=each.section or self.section) for each in found.measures),
            found.dashed,
            1000 * (time.perf_counter() - began),
            found.shortest,
            turn=found.turn,
            names=found.names,
            moving=found.moving,
            detail=found.detail,
        )

    def _refused(self, words: str, spent: float) -> StudyAnswer:
        measure = Measure(
            self.measure, words.partition(", got ")[0], words, False, section=self.section
        )
        return StudyAnswer(self, {}, {}, (measure,), frozenset(), spent, problem=words)


@dataclass(frozen=True)
class BetweenPins(Study):
    """A study of A and B, at θ ``start`` and ``end``."""

    start: Point
    end: Point

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene's pins."""
        return cls(scene.family, *pins_of(scene))


@dataclass(frozen=True, eq=False)
class StudyAnswer:
    """curves: θ (k, 2) by kind, NaN between pieces; dense: those with dense output; dashed: kinds that
    did not converge; shortest: the smallest length of all geodesics, or None; problem: why there is no
    result, or None; turn: the angle in radians by which a vector has turned on a loop, or None; names,
    moving, detail: as in `Found`.
    """

    job: Study
    curves: Mapping[str, Floats]
    dense: Mapping[str, DenseCurve]
    measures: tuple[Measure, ...]
    dashed: frozenset[str]
    milliseconds: float
    shortest: float | None = None
    problem: str | None = None
    turn: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    moving: Mapping[str, MovingMark] = field(default_factory=dict)
    detail: object = None


def pins_of(scene: Scene) -> tuple[Point, Point]:
    """Return a and B of a completed scene, in θ."""
    assert scene.start and scene.end
    return scene.start.theta, scene.end.theta

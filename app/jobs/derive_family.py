"""A family typed by hand: read at every keystroke, derived by the worker, then put into the scene."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.scene import Scene, completed, of_family
from app.views.interface.views import Verdict
from compute.core.interrupt import TookTooLong, limited
from compute.custom import definition, derivation
from compute.custom.parse import FormulaError
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular
from compute.requests.engine import Engine

# what the status line says while the formula that is typed is not the family that is shown
DERIVING = "deriving the family …"
UNREAD = "what is shown is of the last formula that could be read"
# seconds of the processor for looking where a family is none, before it is shown without that
LOOKING = 4.0
# cells across the view in which a metric is looked at
GRID = 48
# and those in which a density is looked at, at so many samples: at its ends it must be e^−FADED of most
COARSE, SAMPLES, FADED = 9, 65, 12.0


@dataclass(frozen=True)
class FamilyJob(Job):
    """Derive and lay out a family by a formula of a kind, so that nobody else waits for it.

    ``view``: the rectangle of its parameters that will be shown, or None for the family's own.
    """

    priority: ClassVar[Priority] = Priority.FAMILY
    words: ClassVar[str] = "the family"

    family: str
    kind: str
    view: Extent | None = None

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Derive the family; it is kept, and found again by whoever asks for it next."""
        emit(answer(self))


@dataclass(frozen=True)
class RemarkTask(Job):
    """Look where in the view a family that was derived is none, once its geodesic is shown."""

    priority: ClassVar[Priority] = Priority.CHECK
    words: ClassVar[str] = "where the family is one"

    job: FamilyJob

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answered by one `FamilyRemark`."""
        emit(FamilyRemark(self.job, remark(self.job)))


@dataclass(frozen=True)
class FamilyRemark:
    """Words about a family that is right: where it is one."""

    job: FamilyJob
    verdict: Verdict


@dataclass(frozen=True)
class ReadyTask(Job):
    """Have at hand what a family takes, before somebody types: half a second to import each."""

    priority: ClassVar[Priority] = Priority.FAMILY  # the process starts while others are computed
    words: ClassVar[str] = "preparations"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Nothing is answered."""
        derivation.keep_ready()
        definition.stated(definition.example())


@dataclass(frozen=True, eq=False)
class FamilyAnswer:
    """The outcome: right, or wrong, and where."""

    job: FamilyJob
    verdict: Verdict
    milliseconds: float


def read(text: str, scene: Scene) -> tuple[FamilyJob | None, Verdict]:
    """Return the job of deriving a definition (JSON) if all its formulas can be read, and what to
    say.
    """
    data = json.loads(text)
    try:
        kind = definition.read_formulas(data).kind
    except ValueError as mistake:
        return None, _wrong(mistake)
    job = FamilyJob(f"custom:{definition.text_of(data)}", kind, _kept_view(scene))
    return job, Verdict(None, "✓  deriving …")


def _kept_view(scene: Scene) -> Extent | None:
    """Return the view of a typed family's parameters, which it keeps; None for another family."""
    own = scene.family.startswith("custom:") and scene.chart in ("", "parameters")
    return scene.view if own else None


def answer(job: FamilyJob) -> FamilyAnswer:
    """Derive the family; it is kept, and found again by whoever asks for it next."""
    began = time.perf_counter()
    try:
        manifold_of(job.family)
        verdict = Verdict(True, "✓")
    except ValueError as mistake:
        verdict = _wrong(mistake)
    return FamilyAnswer(job, verdict, 1000 * (time.perf_counter() - began))


def _wrong(mistake: ValueError) -> Verdict:
    if isinstance(mistake, FormulaError):
        return Verdict(False, mistake.words, mistake.place, mistake.column)
    return Verdict(False, str(mistake).removeprefix("custom family: "))


def remark(job: FamilyJob) -> Verdict:
    """Say of a family that can be derived where in its view it is none."""
    manifold = manifold_of(job.family)
    try:
        with limited(LOOKING, time.thread_time):
            return _right(manifold, job.view or manifold.view)
    except TookTooLong:
        return Verdict(True, "evaluating this takes long: maps of it will be slow", remarkable=True)


def _right(manifold: Manifold, view: Extent) -> Verdict:
    outside, degenerate, unresolved = shares(manifold, view)
    if unresolved > 0:
        words = (
            f"the density is none, or its averages are not resolved, in {_percent(unresolved)} of the "
            f"view: hatched there on maps of the metric"
        )
        return Verdict(True, words, remarkable=True)
    if degenerate > 0:
        words = (
            f"g is not positive definite in {_percent(degenerate)} of the view: hatched there on maps "
            f"of the metric"
        )
        return Verdict(True, words, remarkable=True)
    cut = cut_share(manifold, view)
    if cut > 0:
        words = (
            f"the range cuts densities in {_percent(cut)} of the view: there the geometry is that of "
            f"what is left; make it wider"
        )
        return Verdict(True, words, remarkable=True)
    if outside > 0:
        return Verdict(True, f"✓  undefined or outside in {_percent(outside)} of the view")
    return Verdict(True, "✓")


def _percent(share: float) -> str:
    return f"{max(share, 0.01):.0%}".replace("%", " %")


def shares(manifold: Manifold, view: Extent) -> tuple[float, float, float]:
    """Return how much of a view lies outside the domain, has no positive definite g, or no resolved
    one.
    """
    x, y = np.linspace(view.x0, view.x1, GRID), np.linspace(view.y0, view.y1, GRID)
    theta = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = manifold.in_domain(theta)
    singular = theta[inside][is_singular(manifold.geometry(theta[inside]))]
    unresolved = 0
    if manifold.averages is not None and len(singular):
        unresolved = int((manifold.averages.doubts(singular) != 0).sum())
    degenerate = len(singular) - unresolved
    return 1 - float(inside.mean()), degenerate / len(theta), unresolved / len(theta)


def cut_share(manifold: Manifold, view: Extent) -> float:
    """In how much of a view a density on the line has not faded at an end of its range."""
    x, y = (np.linspace(a, b, COARSE) for a, b in ((view.x0, view.x1), (view.y0, view.y1)))
    theta = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = theta[manifold.in_domain(theta)]
    cut = 0
    for point in theta:
        support = manifold.support(point[None])
        if support.ends is None or support.space != "line" or manifold.log_density is None:
            return 0.0
        log_p = manifold.log_density(point, np.linspace(*support.ends, SAMPLES))
        cut += bool(np.nanmax(log_p) - np.nanmax(log_p[[0, -1]]) < FADED)
    return cut / max(len(theta), 1)


def moved(scene: Scene, family: str) -> Scene:
    """``scene`` with another formula: pins, view and map stay wherever they still mean something."""
    try:
        return completed(replace(scene, family=family, vector=None))
    except ValueError:
        return of_family(scene, family)

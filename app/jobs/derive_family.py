"""User-defined families: parsed at every keystroke, derived by the worker, then put into the scene."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.scene import Scene, completed, exchanged, of_family
from app.views.interface.views import VALID, Verdict
from compute.core.interrupt import TookTooLong, limited
from compute.custom import definition, derivation
from compute.custom.parse import FormulaError
from compute.families import manifold as manifold_of
from compute.families import parse
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular
from compute.requests.engine import Engine

# the status line while the typed formula is not the family shown
DERIVING = "deriving the family …"
UNREAD = "still showing the last valid formula"
# CPU seconds for checking where a family is invalid; after that it is shown without a remark
LOOKING = 4.0
# cells across the view in which a metric is checked
GRID = 48
# cells in which a density is checked, and samples; its ends must be below e^−FADED of its maximum
COARSE, SAMPLES, FADED = 9, 65, 12.0


@dataclass(frozen=True)
class FamilyJob(Job):
    """Derive a user-defined family on the worker, so that nothing else waits for it.

    ``view``: the rectangle of parameters to show, or None for the family's own.
    """

    priority: ClassVar[Priority] = Priority.FAMILY
    words: ClassVar[str] = "the family"

    family: str
    kind: str
    view: Extent | None = None

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Derive the family; the result is cached."""
        emit(answer(self))


@dataclass(frozen=True)
class RemarkTask(Job):
    """Find where in the view a derived family is invalid, once its geodesic is shown."""

    priority: ClassVar[Priority] = Priority.CHECK
    words: ClassVar[str] = "where the family is one"

    job: FamilyJob

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `FamilyRemark` on where the family is invalid."""
        emit(FamilyRemark(self.job, remark(self.job)))


@dataclass(frozen=True)
class FamilyRemark:
    """The remark on a derived family: where in the view it is invalid."""

    job: FamilyJob
    verdict: Verdict


@dataclass(frozen=True)
class ReadyTask(Job):
    """Import what deriving a family needs (half a second each) before the user types."""

    priority: ClassVar[Priority] = Priority.FAMILY  # the process starts while others are computed
    words: ClassVar[str] = "preparations"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Start the deriver process and read the example; emit no answer."""
        derivation.keep_ready()
        definition.stated(definition.example())


@dataclass(frozen=True, eq=False)
class FamilyAnswer:
    """The outcome: right, or wrong, and where."""

    job: FamilyJob
    verdict: Verdict
    milliseconds: float


def read(text: str, scene: Scene) -> tuple[FamilyJob | None, Verdict]:
    """Return the job that derives a definition (JSON) if all its formulas parse, and a verdict to
    show.
    """
    data = json.loads(text)
    try:
        kind = definition.read_formulas(data).kind
    except ValueError as mistake:
        return None, _wrong(mistake)
    job = FamilyJob(f"custom:{definition.text_of(data)}", kind, _kept_view(scene))
    return job, Verdict(None, "✓ read; deriving metric and curvature …")


def _kept_view(scene: Scene) -> Extent | None:
    """Return the current view of parameters if the scene shows a user-defined family; else None."""
    own = scene.family.startswith("custom:") and scene.chart in ("", "parameters")
    return scene.view if own else None


def answer(job: FamilyJob) -> FamilyAnswer:
    """Derive the family; the result is cached."""
    began = time.perf_counter()
    try:
        manifold_of(job.family)
        verdict = Verdict(True, VALID)
    except ValueError as mistake:
        verdict = _wrong(mistake)
    return FamilyAnswer(job, verdict, 1000 * (time.perf_counter() - began))


def _wrong(mistake: ValueError) -> Verdict:
    if isinstance(mistake, FormulaError):
        return Verdict(False, mistake.words, mistake.place, mistake.column)
    return Verdict(False, str(mistake).removeprefix("custom family: "))


def remark(job: FamilyJob) -> Verdict:
    """Return the verdict on a derived family: where in its view it is invalid."""
    manifold = manifold_of(job.family)
    try:
        with limited(LOOKING, time.thread_time):
            return _right(manifold, job.view or manifold.view)
    except TookTooLong:
        return Verdict(True, "this formula is slow to evaluate: maps will be slow", remarkable=True)


def _right(manifold: Manifold, view: Extent) -> Verdict:
    outside, degenerate, unresolved = shares(manifold, view)
    if unresolved > 0:
        words = (
            f"in {_percent(unresolved)} of the view the density is invalid or its integrals are "
            "not resolved: hatched there on maps of the metric"
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
            f"the range truncates densities in {_percent(cut)} of the view: the geometry there "
            "is that of the truncated density; widen the range"
        )
        return Verdict(True, words, remarkable=True)
    if outside > 0:
        return Verdict(
            True, f"{VALID}; undefined or outside the domain in {_percent(outside)} of the view"
        )
    return Verdict(True, VALID)


def _percent(share: float) -> str:
    return f"{max(share, 0.01):.0%}".replace("%", " %")


def shares(manifold: Manifold, view: Extent) -> tuple[float, float, float]:
    """Return the shares of a view that lie outside the domain, where g is not positive definite, or not
    resolved.
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
    """Return the share of a view in which a density on the line has not decayed at an end of its
    range.
    """
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
    """Return ``scene`` with another formula; pins, view and map are kept where they are still valid,
    and keyframes if they were a typed family's.  Keyframes that were set aside with this formula come
    back.
    """
    try:
        made = completed(replace(scene, family=family, vector=None))
        # another formula is an edit of the same family
        edited = parse(scene.family)[0] == parse(family)[0] and scene.timeline is not None
        return made if edited else exchanged(made, scene)
    except ValueError:
        return of_family(scene, family)

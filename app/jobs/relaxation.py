"""Relaxation of a path for display: the straight line between the pins becomes a geodesic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.scene import Point
from app.views.text.number_format import Numbers
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve, polygon
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.relaxation import CurveRelaxation, Relaxation, finer, spline_curve

# rounds shown of a longer descent: all at first, when most happens
MOST_FRAMES = 90
# factor by which the last round has more nodes, and its maximum Newton iterations
FINER, POLISHED = 4, 12


@dataclass(frozen=True)
class RelaxJob(Job):
    """Relax the straight line from start to end by descent in H¹."""

    priority: ClassVar[Priority] = Priority.RELAXATION
    words: ClassVar[str] = "the relaxing path"

    family: str
    start: Point
    end: Point

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit the whole relaxation."""
        emit(relaxed(engine, self))


@dataclass(frozen=True, eq=False)
class RelaxAnswer:
    """The rounds to show, first to last, and the energy of the curve of each."""

    job: RelaxJob
    history: tuple[Relaxation, ...]
    energies: tuple[float, ...]


def relaxed(engine: Engine, job: RelaxJob) -> RelaxAnswer:
    """Return the whole relaxation, with a last round by Newton's method in float64, since descent slows
    down.
    """
    manifold = manifold_of(job.family)
    solver = CurveRelaxation(manifold, engine, "descent")
    history = solver.optimize_attention(np.array(job.start), np.array(job.end))
    shown = (*history[: MOST_FRAMES - 1], *(_rest(manifold, history[-1]) or history[-1:]))
    return RelaxAnswer(job, shown, tuple(solver.curve_energy(state) for state in shown))


def _rest(manifold: Manifold, last: Relaxation) -> list[Relaxation]:
    """Return the result of Newton's method from the last round of the descent, with more nodes."""
    polish = CurveRelaxation(manifold, ReferenceEngine(), "newton", FINER * (len(last.theta) - 1))
    theta = finer(last.theta, FINER)
    if not manifold.in_domain(theta).all():
        return []
    state = replace(polish.begin(theta), round=last.round)
    for _ in range(POLISHED):
        following = polish.step(state)
        if following.status == Status.OK or following.round == state.round:
            break
        state = following
    return [replace(state, round=last.round + 1)]


def line(state: Relaxation, energy: float) -> DenseCurve:
    """Return the smooth curve of a round, for which the energy is given; chords where it leaves the
    domain.
    """
    return spline_curve(state.theta) if np.isfinite(energy) else polygon(state.theta)


def words(state: Relaxation, energy: float, numbers: Numbers) -> str:
    """Describe a round in one line; the energy is ∫g(θ′,θ′)dt along the curve, as in the measures."""
    known = numbers.plain(energy) if np.isfinite(energy) else "unknown: the path leaves the domain"
    return f"Round {state.round}: energy {known}, acceleration {state.acceleration:.1e}"

"""Watching a path relax: the straight line between the pins becomes a geodesic as its action falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.engine import Engine
from compute.families import family as manifold_of
from compute.optimise import PathOptimization, Relaxation

Point = tuple[float, float]
# of a descent that takes longer, the rounds shown: all at first, when most happens
MOST_FRAMES = 90


@dataclass(frozen=True)
class RelaxJob:
    """Relax the straight line from start to end by descent in H¹."""

    family: str
    start: Point
    end: Point


@dataclass(frozen=True, eq=False)
class RelaxAnswer:
    """The rounds to show, first to last."""

    job: RelaxJob
    history: tuple[Relaxation, ...]


def perform(engine: Engine, job: RelaxJob) -> RelaxAnswer:
    """The whole relaxation."""
    solver = PathOptimization(manifold_of(job.family), engine, "descent")
    history = solver.optimize_attention(np.array(job.start), np.array(job.end))
    return RelaxAnswer(job, tuple(history[: MOST_FRAMES - 1] + history[-1:]))


def words(state: Relaxation) -> str:
    """One line on a round."""
    return f"Round {state.round}: action {state.action:.6g}, acceleration {state.acceleration:.1e}"

"""Evolution of a field: the job, its answers slice by slice, and the history kept.

The state at k·pace is always reached by k equal slices from the start.  So a frame of a film, scrubbing
and a live evolution show the same field at the same time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.particles import tracks
from app.jobs.session import Session
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.flow import FlowSettings
from app.model.scene import Point, Scene, view_of
from app.views.text.mathematics import powers
from compute.api.flow import AttentionFlow
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.grid import Grid
from compute.flow.modes import BACKWARD, OF_MASS
from compute.flow.natural import towards
from compute.flow.time_stepping import GROWTH, MOST_STAGES, Evolution
from compute.flow.zero_tracks import Tracker, ZeroTrack
from compute.flow.zeros import Singularity, singularities
from compute.manifold.extent import Extent
from compute.requests.engine import Engine

# memory limit of stored states; beyond it every other one is dropped
MOST_BYTES = 64 << 20
# seconds between answers on the way to a distant time
BETWEEN = 0.15
# maximum number of marked zeros
MOST_ZEROS = 400
# maximum nodes times stages per slice: some tenths of a second between checks for new requests
MOST_WORK = 1 << 22
TINY = 1e-300
KNOWN = (
    "No steps: the solution is known in closed form in expectation coordinates. The drawing is "
    "blurred by one grid cell."
)


@dataclass(frozen=True)
class FlowJob(Job):
    """The field of ``flow`` at its time, over a rectangle of a chart of the plane.

    start, end, vector: the pins and the vector at A where the initial field is made from them;
    scalar, token: the scalar of a gradient field.
    """

    priority: ClassVar[Priority] = Priority.FLOW
    words: ClassVar[str] = "the flow"
    layers: ClassVar[tuple[str, ...]] = ("flow", "particles", "singularities")

    family: str
    chart: str
    extent: Extent
    flow: FlowSettings
    start: Point | None
    end: Point | None
    vector: Point | None
    scalar: str
    token: int

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> FlowJob | None:
        """Return the flow job if the scene shows any part of the flow."""
        return wanted(subject) if is_shown(subject.scene) else None

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Evolve from the start to the job's time."""
        self.perform_in(Session(), engine, emit, cancelled)

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Continue the session's evolution to the job's time, with intermediate answers.

        Stops between slices when cancelled.
        """
        began = spoken = time.perf_counter()
        run = evolution(session, engine, self)
        for at, state in run.states_to(self.flow.time):
            if cancelled():
                return
            now = time.perf_counter()
            if at == self.flow.time:
                emit(run.answer(self, at, state, 1000 * (now - began)))
            elif now - spoken > BETWEEN:
                spoken = now
                emit(run.answer(self, at, state, 1000 * (now - began)))


@dataclass(frozen=True, eq=False)
class FlowAnswer:
    """The field at ``time``, which is the job's time if ``complete``.

    extent: of the nodes, which differs from the job's along a periodic axis; x, theta
    (rows, columns, 2): the nodes, in the chart and in θ; drawn (rows, columns, 2): components in the
    chart, NaN outside; or values (rows, columns) of a scalar.  tracks (m, n, 2): n particles at m
    moments of their lives, as fractions of the extent.  times, with norm, mass, energy: the history;
    limiter: how a step is made, in words, and why so; lives: the tracks of the zeros up to this time;
    stopped: the time at which growth stopped it, or infinite; time_error: estimated error of time
    stepping relative to the norm (NaN for backward heat); beyond: the share of the domain's area in the
    extent that the grid does not cover, infinite if the domain's boundary is infinitely far away.
    """

    job: FlowJob
    time: float
    complete: bool
    extent: Extent
    x: Floats
    theta: Floats
    drawn: Floats | None
    values: Floats | None
    tracks: Floats | None
    zeros: tuple[Singularity, ...]
    times: Floats
    norm: Floats
    mass: Floats
    energy: Floats
    status: Status
    limiter: str
    cut: float
    milliseconds: float
    lives: tuple[ZeroTrack, ...] = ()
    stopped: float = math.inf
    time_error: float = 0.0
    beyond: float = 0.0
    why: str = ""


def is_shown(scene: Scene) -> bool:
    """Whether a scene shows any part of its flow."""
    return any(getattr(scene.layers, layer) for layer in FlowJob.layers)


def covers(scene: Scene) -> bool:
    """Whether the flow evolves a mass, whose map replaces the scene's map."""
    return scene.layers.flow and scene.flow.mode in OF_MASS


def same_evolution(job: FlowJob, other: object) -> bool:
    """Whether another job belongs to the same evolution, at any time."""
    return isinstance(other, FlowJob) and job == replace(
        other, flow=replace(other.flow, time=job.flow.time)
    )


def wanted(subject: Subject) -> FlowJob:
    """Return the flow job of a completed scene."""
    scene, chart = subject.scene, subject.chart.plane
    assert scene.start and scene.end and scene.vector
    flow, kind = replace(scene.flow, drift=0.0), scene.flow.initial
    of_pins = kind in ("transported", "dipole", "bump")
    to_end = kind in ("dipole", "natural") or flow.mode == "natural"
    return FlowJob(
        scene.family,
        chart.name,
        view_of(subject.manifold, chart),
        flow,
        scene.start.theta if of_pins else None,
        scene.end.theta if to_end else None,
        scene.vector if kind == "transported" else None,
        (flow.scalar or scene.scalar) if kind == "gradient" else "",
        scene.token if kind == "gradient" else 0,
    )


def evolution(session: Session, engine: Engine, job: FlowJob) -> FlowRun:
    """Return the session's evolution if the job belongs to it, or start another."""
    first = replace(job, flow=replace(job.flow, time=0.0))
    # engines are compared by identity
    return session.kept(FlowRun, (engine, first), lambda: FlowRun(engine, first))


class FlowRun:
    """One evolution: its grid, the kept states, and the measurements at every slice.

    pace: of a slice, possibly less than the job's; reached: the last slice and its state.
    """

    def __init__(self, engine: Engine, job: FlowJob) -> None:
        flow = job.flow
        # without a GPU sparse products in float64 are several times as fast as kernels
        self._by_host = engine.software
        engine = ReferenceEngine() if self._by_host else engine
        self._manifold = manifold_of(job.family)
        self._solver = AttentionFlow(
            self._manifold,
            flow.side,
            flow.mode,
            engine,
            chart=job.chart,
            extent=job.extent,
            boundary=flow.boundary,
            target=job.end if flow.mode == "natural" else None,
        )
        self._grid = self._solver.grid
        self._wanted, slices = flow.pace, self._slices(flow.pace)
        self.pace = flow.pace / slices
        first = self._solver.begun(beginning(self._grid, job))
        self._kept, self._stride = {0: first}, 1
        self.reached = (0, first)
        self._measured: list[tuple[float, float, float]] = [self._solver.measures(first)]
        # from this time on the state is the last before it grew tenfold
        self._stopped, self._limiter = math.inf, ("", "")
        self._carried = self._solver.carried(first) if flow.mode == "natural" else None
        self._velocity: Floats | None = None
        # estimated error of each slice's steps, and the slice from which steps need no shortening,
        # with its error
        self._errors: list[float] = [0.0]
        self._settled: tuple[float, float] = (math.inf, math.inf)
        self._backward = flow.mode in BACKWARD
        self._tracker = Tracker(self._grid)
        self._found: tuple[Floats | None, list[Singularity]] = (None, [])
        self._follow(0, first)

    def _slices(self, pace: float) -> int:
        """Return the number of slices per pace, so that none blocks other jobs."""
        steps = max(1.0, MOST_WORK / (self._grid.usable.size * MOST_STAGES))
        return max(1, math.ceil(pace / (steps * self._solver.longest_step)))

    def states_to(self, target: float) -> Iterator[tuple[float, Floats]]:
        """Yield (time, state) after each slice up to a given time."""
        whole = int(target / self.pace + 1e-6)
        rest = target - whole * self.pace
        step, state = self._nearest(whole)
        while step < whole:
            yield step * self.pace, state
            state, error = self._advanced(state, step, self.pace)
            step += 1
            if step == len(self._errors):
                self._errors.append(self._errors[-1] + error)
            self._keep(step, state)
        if rest > 1e-6 * self.pace:
            yield step * self.pace, state
            state, _ = self._advanced(state, step, rest)
        yield target, state

    def _nearest(self, step: int) -> tuple[int, Floats]:
        """Return the latest kept state not later than a step."""
        if self.reached[0] <= step:
            return self.reached
        known = max(kept for kept in self._kept if kept <= step)
        return known, self._kept[known]

    def _keep(self, step: int, state: Floats) -> None:
        if step > self.reached[0]:
            self.reached = (step, state)
        if step == len(self._measured):
            self._measured.append(self._solver.measures(state))
            self._follow(step, state)
        if step % self._stride == 0:
            self._kept[step] = state
        if len(self._kept) * state.nbytes > MOST_BYTES:
            self._stride *= 2
            self._kept = {k: s for k, s in self._kept.items() if k % self._stride == 0}

    def _follow(self, step: int, state: Floats) -> None:
        if self._solver.mode not in OF_MASS:
            self._tracker.add(step * self.pace, self._zeros(state))

    def _zeros(self, state: Floats) -> list[Singularity]:
        """Return the zeros of a state; those of the last one are cached."""
        if self._found[0] is not state:
            self._found = (state, singularities(self._grid, state))
        return self._found[1]

    def _advanced(self, state: Floats, step: int, span: float) -> tuple[Floats, float]:
        """Return the state a span after the start of a slice, with its estimated error."""
        at = step * self.pace
        if self._carried is not None:
            self._limiter = (KNOWN, "")
            return self._carried.at(at + span), 0.0
        if at >= self._stopped:
            return state, 0.0
        since, known = self._settled
        # repeated requests for a slice give the same result, so it is either compared or not
        compared = step <= since or is_power(step)
        field, made = self._solver.moved(state, span, math.inf if compared else known)
        if span == self.pace and step == len(self._errors) - 1 and compared:
            settles = made.settled < math.inf
            self._settled = (min(since, step), made.settled) if settles else (math.inf, math.inf)
        self._limiter = self._limits(made)
        moved = np.nan_to_num(field)
        if made.status != Status.OK:
            self._stopped = at + span
        # each slice stops at ten times its own start; together they stop at ten times the first
        largest = GROWTH * max(self._measured[0][0], TINY)
        if self._backward and self._solver.measures(moved)[0] > largest:
            self._stopped = at
            return state, 0.0
        return moved, made.errors[-1]

    def _vectors(self, state: Floats) -> Floats | None:
        """Return the vectors to draw for a state: itself, or the velocity of the mass, or none."""
        if self._carried is None:
            return None if self._solver.mode in OF_MASS else state
        if self._velocity is None:
            self._velocity = towards(self._grid, self._carried.target)
        return self._velocity

    def _limits(self, made: Evolution) -> tuple[str, str]:
        """Describe how a step is made, and why so."""
        why = "Computed in float64, because the GPU adapter is software." if self._by_host else ""
        words = ""
        if self.pace < self._wanted:
            words = (
                f"The speed of {self._wanted:.3g} is reduced to {self.pace:.2g}, because longer "
                "steps would keep the window waiting. "
            )
        if made.dt_limit >= self._wanted:
            return f"{words}A step of {self.pace:.2g} is stable on this grid.", why
        way = "Euler’s method" if self._backward else "a stabilised method"
        count = f"as {made.steps} shorter ones" if made.steps > 1 else f"at once by {way}"
        words += f"Each step of {self.pace:.2g} is made {count}, to stay stable on this grid."
        why = (
            f"Steps are those of {way}. Euler’s method is unstable beyond {made.dt_limit:.1e}, about "
            f"the time in which a change crosses the smallest grid cell, measured by g. {why}"
        )
        return powers(words), powers(why).rstrip()

    def answer(self, job: FlowJob, at: float, state: Floats, milliseconds: float) -> FlowAnswer:
        """Return the answer that shows a state."""
        g, vectors = self._grid, self._vectors(state)
        drawn = values = paths = None
        extent = Extent(*g.x[0, [0, -1], 0].tolist(), *g.x[[0, -1], 0, 1].tolist())
        zeros: tuple[Singularity, ...] = ()
        if vectors is not None:
            drawn = np.where(g.usable[..., None], g.chart.push(g.theta, vectors), np.nan)
            paths = tracks(drawn, extent)
            zeros = tuple(self._zeros(vectors)[:MOST_ZEROS])
        if job.flow.mode in OF_MASS:
            values = np.where(g.usable, state, np.nan)
        steps = min(int(at / self.pace + 1e-6), len(self._measured) - 1) + 1
        norm, mass, energy = np.array(self._measured[:steps]).T
        return FlowAnswer(
            job, at, at == job.flow.time, extent, g.x, g.theta, drawn, values, paths, zeros,
            self.pace * np.arange(steps), norm, mass, energy,
            Status.OK if at < self._stopped else Status.NOT_CONVERGED,
            self._limiter[0], self._solver.cut, milliseconds,
            self._tracker.tracks(at + 1e-6 * self.pace), self._stopped,
            self._errors[min(steps, len(self._errors)) - 1], self._solver.beyond,
            self._limiter[1],
        )  # fmt: skip


def is_power(step: int) -> bool:
    """Whether a number is a power of two."""
    return step > 0 and step & (step - 1) == 0


# possible initial vector fields; some need pins, which the job then includes
BEGINNINGS: dict[str, Callable[[Grid, FlowJob], Floats]] = {
    "transported": lambda g, job: initial_fields.transported(
        g, np.array(job.start), np.array(job.vector)
    ),
    "dipole": lambda g, job: initial_fields.dipole(g, np.array(job.start), np.array(job.end)),
    "natural": lambda g, job: towards(g, np.array(job.end)),
    "gradient": lambda g, job: initial_fields.gradient(g, job.scalar, job.token),
    "rotation": lambda g, job: initial_fields.rotation(g),
    "random": lambda g, job: initial_fields.random(g, job.flow.seed),
    "head": lambda g, job: initial_fields.head(g),
    "painted": lambda g, job: initial_fields.painted(g, job.flow.strokes),
}


def beginning(grid: Grid, job: FlowJob) -> Floats:
    """Return the initial field of a flow.  Raises ValueError if it does not exist."""
    flow, vectors = job.flow, job.flow.mode not in OF_MASS
    if flow.initial == "file":
        return initial_fields.from_file(grid, flow.source, vectors)
    if not vectors:
        return initial_fields.bump(grid, np.array(job.start))
    if flow.initial not in BEGINNINGS:
        raise ValueError("a mass density is a scalar: choose a flow of mass")
    return BEGINNINGS[flow.initial](grid, job)

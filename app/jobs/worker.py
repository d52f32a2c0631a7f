"""The worker thread, which owns the engine.  Of each kind of job the newest replaces the others; stale
answers are dropped.

The engine is opened, used and closed only on that thread.  Messages are passed to ``deliver``, which
the composition root connects to the GUI thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from app.jobs.first_picture import FirstPicture
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.path import PathJob
from app.jobs.session import Session
from compute.core.interrupt import Interrupted, interruptible
from compute.core.refusal import shorten, with_kind
from compute.engine.opening import INSTEAD, adapter_names, open_engine
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import DeviceLost, Engine, NoAdapter

# maximum attempts to reopen a device that is lost each time
REOPENINGS = 2
# maximum seconds for which loading a driver waits for the early answer to be drawn: the window needs
# the processor more, and a slow machine takes this long to build it
GRACE = 4.0
# seconds for which a job may block others before it is interrupted
BEARABLE = 0.25
# qualities used during a drag
FOLLOWING = ("early", "live")
# maximum seconds for which the next job of a drag waits until the last answer is on the screen: drawing
# and computing slow each other down, and meanwhile the hand has moved on
TURN = 0.03


@dataclass(frozen=True)
class EngineOpened:
    """The worker has opened an engine: its name, its adapter, and why it is not a better one.

    adapters: all available adapters.
    """

    name: str
    adapter: str
    remark: str = ""
    adapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenJob(Job):
    """Open another engine: "auto", "gpu" or "reference", on the named adapter or the best one."""

    priority: ClassVar[Priority] = Priority.ENGINE
    words: ClassVar[str] = "the engine"

    prefer: str
    adapter: str = ""

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Do nothing; the worker itself changes its engine."""


@dataclass(frozen=True)
class JobFailed:
    """A job raised an exception, which is reported by this message only."""

    job: Job
    problem: str


@dataclass(frozen=True)
class UnderWay:
    """A running job, its elapsed time, and whether it was cancelled."""

    job: Job
    seconds: float
    given_up: bool


@dataclass(frozen=True)
class Notice:
    """A problem that was handled."""

    words: str


# a message of the worker: an answer to a job, or one of the three above
Deliver = Callable[[object], None]


class Runner:
    """Runs one job at a time and keeps at most one waiting job of each kind.

    ``early``: a job that is computed in NumPy before the device is open, unless a device was requested;
    a sharper picture by NumPy follows, once the answer is on the screen.
    """

    def __init__(
        self,
        deliver: Deliver,
        prefer: str = "auto",
        early: Job | None = None,
        adapter: str = "",
    ) -> None:
        self._deliver = deliver
        self._wanted = OpenJob(prefer, adapter)
        self._waiting: dict[type[Job], Job] = {}
        self._running: Job | None = None
        self._since, self._given_up = time.monotonic(), False
        self._session = Session()
        self._losses = 0  # descriptions of successive devices
        self._stopping = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._early = early if prefer == "auto" else None
        self._drawn, self._shown = threading.Event(), threading.Event()
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Schedule ``job``; it replaces a waiting one of its kind."""
        with self._change:
            self._waiting[type(job)] = job
            self._change.notify_all()

    def pending(self) -> int:
        """Return the number of waiting and running jobs."""
        with self._change:
            return len(self._waiting) + (self._running is not None)

    def under_way(self) -> UnderWay | None:
        """Return the running job."""
        with self._change:
            if self._running is None:
                return None
            return UnderWay(self._running, time.monotonic() - self._since, self._given_up)

    def cancel(self) -> Job | None:
        """Cancel the running job: it stops where possible, and its answer is dropped."""
        with self._change:
            self._given_up = self._running is not None
            return self._running

    def wait_idle(self, timeout: float) -> bool:
        """Block until no job waits or runs; False if that takes longer than ``timeout`` seconds."""
        with self._change:
            return self._change.wait_for(
                lambda: not self._waiting and self._running is None, timeout
            )

    def close(self) -> None:
        """Cancel the running job and end the thread."""
        with self._change:
            self._stopping = True
            self._waiting.clear()
            self._change.notify_all()
        self._drawn.set()
        self._shown.set()
        self._thread.join(timeout=10.0)

    def first_drawn(self) -> None:
        """Note that the early answer is on the screen, so a driver may now be loaded."""
        self._drawn.set()

    def shown(self) -> None:
        """Note that a frame is on the screen, so the job of the next move may begin."""
        self._shown.set()

    def _work(self) -> None:
        if self._early is not None:
            self._do(ReferenceEngine(), self._early)
            self._drawn.wait(GRACE)
            done = self._sharpen()
            engine = self._opened(self._wanted)
            self._sharpen(done)  # the window may not have been there, or not have had its size
        else:
            engine = self._opened(self._wanted)
        while True:
            job = self._next()
            if job is None:
                return
            engine = self._do(engine, job)

    def _sharpen(self, done: FirstPicture | None = None) -> FirstPicture | None:
        """Compute in NumPy what the window waits for, unless ``done``: drivers take seconds."""
        with self._change:
            waiting = [job for kind, job in self._waiting.items() if kind is not PathJob]
        first = FirstPicture.of(waiting)
        if first is not None and first != done and not self._stopping:
            self._do(ReferenceEngine(), first)
        return first

    def _next(self) -> Job | None:
        in_motion = getattr(self._running, "quality", "") in FOLLOWING
        with self._change:
            self._running = None
            self._change.notify_all()
        if in_motion:
            self._shown.wait(TURN)
        with self._change:
            self._change.wait_for(lambda: self._stopping or bool(self._waiting))
            if self._stopping:
                return None
            kind = min(self._waiting, key=lambda kind: kind.priority)
            self._running = self._waiting.pop(kind)
            self._since, self._given_up = time.monotonic(), False
            return self._running

    def _do(self, engine: Engine, job: Job) -> Engine:
        """Perform a job; return the engine, which is another one if the device was lost."""
        interrupted = False

        def cancelled() -> bool:
            nonlocal interrupted
            interrupted = interrupted or self._must_yield(job)
            return interrupted

        if isinstance(job, OpenJob):
            return self._opened(job)
        try:
            with interruptible(lambda: self._must_give_way(job)):
                perform(engine, job, self._tell, cancelled, self._session)
            self._losses = 0
        except Interrupted:
            interrupted = True
        except DeviceLost as problem:
            engine, interrupted = self._reopened(problem), True
        except BaseException as problem:
            # the only place where exceptions of the worker are caught: report them to the user.
            # The code of a package may raise anything, and without this thread the window waits
            self._tell(JobFailed(job, shorten(with_kind(problem))))
        if interrupted:
            self._again(job)
        return engine

    def _tell(self, answer: object) -> None:
        """Deliver an answer of the running job, unless it was cancelled."""
        if not self._given_up:
            self._shown.clear()
            self._deliver(answer)

    def _opened(self, wanted: OpenJob) -> Engine:
        self._wanted = wanted
        self._session.forget()
        engine, remark = _open(wanted.prefer, wanted.adapter)
        known = adapter_names() if engine.name == "gpu" else ()
        self._deliver(EngineOpened(engine.name, engine.adapter, remark, known))
        return engine

    def _reopened(self, problem: DeviceLost) -> Engine:
        """Return an engine in place of one whose device was lost, and report it."""
        self._losses += 1
        self._session.forget()
        if self._losses <= REOPENINGS:
            try:
                engine = open_engine(self._wanted.prefer, self._wanted.adapter)
            except (NoAdapter, RuntimeError) as failure:
                problem = DeviceLost(f"{problem} and cannot be reopened: {failure}")
            else:
                if engine.name != "reference":
                    self._deliver(EngineOpened(engine.name, engine.adapter))
                    self._deliver(Notice(f"{problem} and was reopened"))
                    return engine
        reference = ReferenceEngine()
        remark = f"{problem}: {INSTEAD}"
        self._deliver(EngineOpened(reference.name, reference.adapter, remark))
        return reference

    def _must_yield(self, job: Job) -> bool:
        """Whether a job must stop between two of its parts, because a newer or more urgent one
        waits.
        """
        with self._change:
            replaced = type(job) in self._waiting
            return self._is_unwanted() or replaced or self._is_urged(job)

    def _must_give_way(self, job: Job) -> bool:
        """Whether a job of the reference must be interrupted, because it is long and a more urgent one
        waits.

        Jobs during a drag are always completed, or none would be when the next ones come fast.
        """
        with self._change:
            is_long = time.monotonic() - self._since > BEARABLE
            replaced = type(job) in self._waiting and getattr(job, "quality", "") not in FOLLOWING
            return self._is_unwanted() or (is_long and (replaced or self._is_urged(job)))

    def _is_unwanted(self) -> bool:
        return self._stopping or self._given_up

    def _is_urged(self, job: Job) -> bool:
        return any(kind.priority < job.priority for kind in self._waiting)

    def _again(self, job: Job) -> None:
        """Reschedule an interrupted job, unless a newer one has replaced it."""
        with self._change:
            if not self._stopping and not self._given_up:
                self._waiting.setdefault(type(job), job)


def _open(prefer: str, adapter: str) -> tuple[Engine, str]:
    """Return an engine, and why it is not the requested one."""
    try:
        return open_engine("gpu" if prefer == "auto" else prefer, adapter), ""
    except NoAdapter as problem:
        if not adapter:
            return ReferenceEngine(), f"{problem}: {INSTEAD}"
        engine, remark = _open(prefer, "")
        return engine, remark or f"{problem}: computing on {engine.adapter}"


def perform(engine: Engine, job: Job, emit: Emit, cancelled: Cancelled, session: Session) -> None:
    """Perform a job: the only connection between the worker and the computations."""
    job.perform_in(session, engine, emit, cancelled)

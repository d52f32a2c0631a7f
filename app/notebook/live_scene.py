"""A scene whose pins are dragged: of many requests the newest is computed and drawn, on one thread."""

from __future__ import annotations

import io
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from app.export.figure import offscreen_canvas, show
from app.jobs.answers import Answer
from app.jobs.job import Job
from app.jobs.path import PathAnswer
from app.jobs.plan import jobs
from app.jobs.retry import best
from app.jobs.session import Session
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.pins import FIELDS
from app.model.scene import Pin, Scene, completed
from app.presenters.measures import measures
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import LIGHT
from compute.core.refusal import describe, shorten
from compute.core.status import Status
from compute.engine.opening import check_name, open_engine
from compute.families import manifold as manifold_of
from compute.requests.engine import NoAdapter

SIZE = (720, 480)
# PNG's fastest compression: a picture must not wait for it
FAST = 1
# OpenGL's current canvas is one for the process: the scenes of two cells draw in turn
_DRAWS = threading.Lock()


@dataclass(frozen=True)
class LiveFrame:
    """A picture of a scene as PNG, with the pins A and B in its pixels, the measures (name, text), and
    the status in words; problem: why nothing was computed, "" if it was.  The picture and its pins are
    then those of the last scene that was drawn, if there is one.  newest: whether no other scene has
    been asked for since.
    """

    scene: Scene
    picture: bytes = b""
    pins: tuple[tuple[float, float], ...] = ()
    measures: tuple[tuple[str, str], ...] = ()
    status: str = ""
    arrived: bool = False
    problem: str = ""
    newest: bool = True

    def failed(self, scene: Scene, problem: Exception) -> LiveFrame:
        """Return this picture with the reason why another scene could not be drawn."""
        words = describe(problem)
        if not isinstance(problem, ValueError | RuntimeError | NoAdapter):
            words = f"{type(problem).__name__}: {words}"
        return LiveFrame(scene, self.picture, self.pins, problem=shorten(words))


def with_pin(scene: Scene, name: str, pin: Pin) -> Scene:
    """Return a scene with its ``start`` or its ``end`` at a pin."""
    return replace(scene, start=pin) if name == "start" else replace(scene, end=pin)


class LiveScene:
    """Draws a scene on a thread of its own, again after each change, and tells each `LiveFrame`.

    ``told`` is called on that thread; if it raises, the traceback is printed and the thread goes on.
    engine: "auto", "gpu" or "reference"; raises ValueError for another.
    """

    def __init__(
        self, scene: Scene, told: Callable[[LiveFrame], object], engine: str = "auto"
    ) -> None:
        check_name(engine)
        self.scene = completed(scene)
        self._told, self._prefer = told, engine
        self._changed = threading.Condition()
        self._wanted: tuple[Scene, bool] | None = (self.scene, False)
        self._ended = False
        self._frame: Frame | None = None
        self._thread = threading.Thread(target=self._work, name="live scene", daemon=True)
        self._thread.start()

    def put(self, scene: Scene, dragging: bool = False) -> None:
        """Show another scene of the same family.  Raises ValueError for one that does not exist."""
        done = completed(scene)
        with self._changed:
            self.scene, self._wanted = done, (done, dragging)
            self._changed.notify()

    def drag(self, pin: str, pixels: tuple[float, float], dragging: bool) -> None:
        """Put pin "A" or "B" where these pixels are; outside plot and domain it stays where it is."""
        theta = self._theta_at(pixels)
        if theta is not None:
            self.put(with_pin(self.scene, FIELDS[pin], Pin(theta)), dragging)
        elif not dragging:
            self.put(self.scene)

    def close(self) -> None:
        """End the thread, once it has drawn the frame that it is drawing."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _theta_at(self, pixels: tuple[float, float]) -> tuple[float, float] | None:
        frame, chart = self._frame, Subject.of(self.scene).chart
        if frame is None or not frame.contains(pixels):
            return None
        hit = frame.hit(pixels)
        if hit is None:
            return None
        theta = chart.inverse(np.array([hit], np.float64))[0]
        inside = np.isfinite(theta).all() and manifold_of(self.scene.family).in_domain(theta)
        return (float(theta[0]), float(theta[1])) if inside else None

    # --- on the thread -----------------------------------------------------------------------
    def _work(self) -> None:
        last = LiveFrame(self.scene)
        try:
            drawing = _Drawing(self._prefer)
        except Exception as problem:
            self._tell(last.failed(self.scene, problem))
            return
        while (wanted := self._next()) is not None:
            try:
                last = drawing.frame(*wanted)
            except Exception as problem:
                # any fault is shown: without the thread the widget would stand still and say nothing
                last = last.failed(wanted[0], problem)
            self._frame = drawing.canvas.frame
            self._tell(last)

    def _tell(self, frame: LiveFrame) -> None:
        with self._changed:
            newest = self._wanted is None
        try:
            self._told(replace(frame, newest=newest))
        except Exception:
            traceback.print_exc()

    def _next(self) -> tuple[Scene, bool] | None:
        """Wait for a request and take it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted is not None or self._ended)
            wanted, self._wanted = self._wanted, None
            return None if self._ended else wanted


class _Drawing:
    """The canvas and the engine, with the answers of the last scene, which are used again."""

    def __init__(self, prefer: str) -> None:
        with _DRAWS:
            self.canvas = offscreen_canvas(SIZE, LIGHT)
        self._engine, self._session = open_engine(prefer), Session()
        self._known: dict[type, tuple[Job, list[Answer]]] = {}

    def frame(self, scene: Scene, dragging: bool) -> LiveFrame:
        subject = Subject.of(scene)
        wanted = jobs(subject, Viewport(SIZE, dragging))
        found = [answer for kind, job in wanted.items() for answer in self._answers(kind, job)]
        with _DRAWS:
            show(self.canvas, scene, found)
            picture = self.canvas.picture(SIZE, 1.0)
        path = next(answer for answer in found if isinstance(answer, PathAnswer))
        return LiveFrame(
            scene,
            _png(picture),
            self._pins(subject),
            tuple((row.name, row.value) for row in measures(path)),
            Status(int(path.paths.status[0])).words,
            path.arrived,
        )

    def _answers(self, kind: type, job: Job) -> list[Answer]:
        known = self._known.get(kind)
        if known is None or known[0] != job:
            known = self._known[kind] = (job, best(self._engine, job, self._session))
        return known[1]

    def _pins(self, subject: Subject) -> tuple[tuple[float, float], tuple[float, float]]:
        scene = subject.scene
        assert scene.start and scene.end
        ends = np.array([scene.start.theta, scene.end.theta])
        (a, b), (c, d) = self.canvas.frame.to_pixels(subject.chart.forward(ends))
        return (float(a), float(b)), (float(c), float(d))


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture[..., :3]).save(buffer, format="PNG", compress_level=FAST)
    return buffer.getvalue()

"""Films of scenes: figures rendered along the scene's timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from app.export import embed, encoders
from app.export.cut import RGB, Cut, Encoder
from app.export.figure import (
    Paper,
    Studio,
    Told,
    answer_of,
    fineness,
    laid_out,
    save_png,
    uncovered,
    wanted,
)
from app.export.files import beside, unfinished
from app.jobs.answers import Answer
from app.jobs.flow import FlowJob
from app.jobs.job import Job
from app.jobs.path import PathAnswer
from app.jobs.session import Session
from app.model.embedded import MOST_AROUND, unpacked
from app.model.file_formats import GIF, PNG
from app.model.keyframe_tracks import glide
from app.model.scene import Scene
from app.model.timeline.scene_time import scene_at
from compute.core.opening import opened
from compute.core.refusal import refusing
from compute.core.replacing import hidden
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine

MOST_FRAMES = 100_000
SAMPLES = 12  # number of frames from which a GIF's palette is made
Report = Callable[[int, int], None]  # frames done, and their total


@dataclass(frozen=True)
class Reel:
    """The format of a film: the number of frames, their rate per second, and their paper.

    ``supersample``² samples are averaged for each pixel.
    """

    frames: int
    rate: Fraction
    paper: Paper
    supersample: int = 1


def checked(reel: Reel, kind: str) -> None:
    """Raise ValueError if a film of this kind (a suffix) cannot have these frames, size or rate, or if
    its encoder is missing.
    """
    if not 1 <= reel.frames <= MOST_FRAMES:
        raise ValueError(f"a film must have 1 to {MOST_FRAMES} frames, got {reel.frames}")
    width, height = reel.paper.size
    if kind in encoders.EVEN and (width % 2 or height % 2):
        even = f"{width - width % 2}x{height - height % 2}"
        raise ValueError(
            f"width and height of a film as {kind} must be even, got {width}x{height}; use {even}"
        )
    encoders.check(kind)
    if kind == GIF and reel.rate > 50:
        raise ValueError(f"a GIF shows at most 50 frames per second, got {float(reel.rate):g}")


class Camera:
    """Renders the frames of one scene, reusing answers that frames have in common."""

    def __init__(
        self,
        scene: Scene,
        engine: Engine,
        reel: Reel,
        told: Told | None = None,
    ) -> None:
        self._scene, self._engine, self._reel = scene, engine, reel
        self._told, self._heard = told, set[str]()
        self.status = Status.OK  # of the geodesics so far: the first that is not OK
        self._known: dict[type, tuple[Job, list[Answer]]] = {}
        self._session = Session()
        self._studio: Studio | None = None
        self._foot = 0  # height of legend and caption, fixed by the first frame
        # a map that may change with every frame has the window's resolution
        still = scene.timeline is None
        self._fine = fineness(reel.paper.size, engine) if still else 0
        if scene.timeline is not None:
            # report errors of late keyframes before the first frame
            for number in range(reel.frames):
                self.scene(number)

    def scene(self, number: int) -> Scene:
        """Return the scene of one frame; without a timeline the moving point goes from A to B."""
        last = max(self._reel.frames - 1, 1)
        if self._scene.timeline is None:
            return scene_at(self._scene, number / last, glide(1.0))
        try:
            return scene_at(self._scene, float(number / self._reel.rate))
        except ValueError as problem:
            raise ValueError(f"frame {number + 1} of {self._reel.frames}: {problem}") from None

    def frame(self, number: int) -> RGB:
        """Return one frame, (height, width, 3)."""
        paper, times = self._reel.paper, self._reel.supersample
        scene = self.scene(number)
        found = self.answers(scene)
        layout = laid_out(scene, found, paper)
        if self._studio is None:
            width, height = paper.size
            finer = replace(paper, size=(times * width, times * height), dpi=times * paper.dpi)
            self._studio, self._foot = Studio(finer, layout.chart), layout.foot
        layout = replace(layout, kept=self._foot)
        picture = self._studio.picture(scene, found, layout)[..., :3]
        return picture if times == 1 else _reduced(picture, times)

    def answers(self, scene: Scene) -> list[Answer]:
        """Return the answers of a scene, reusing those of the previous scene."""
        found: list[Answer] = []
        told = None if self._told is None else self._tell
        waiting = wanted(scene, self._reel.paper.plot, self._fine)
        while waiting:
            kind = next(iter(waiting))
            job = waiting.pop(kind)
            before = self._known.get(kind)
            if before is None or before[0] != job:
                heard = answer_of(self._engine, job, told, self._session)
                self._known[kind] = (job, heard)
            found += self._known[kind][1]
            if kind is FlowJob and not self._known[kind][1]:
                waiting |= uncovered(scene, self._reel.paper.plot, self._fine)
        for answer in found:
            if isinstance(answer, PathAnswer) and self.status == Status.OK:
                self.status = Status(int(answer.paths.status[0]))
        return found

    def _tell(self, problem: str) -> None:
        """Report a missing part once for all frames."""
        if self._told is not None and problem not in self._heard:
            self._heard.add(problem)
            self._told(problem)


def _reduced(picture: RGB, times: int) -> RGB:
    """Average ``times``² pixels for each pixel."""
    height, width = (side // times for side in picture.shape[:2])
    return np.asarray(
        Image.fromarray(picture).resize((width, height), Image.Resampling.BOX), np.uint8
    )


def write(
    target: Path,
    scene: Scene,
    engine: Engine,
    reel: Reel,
    report: Report = lambda done, whole: None,
    resume: bool = False,
    told: Told | None = None,
) -> tuple[list[Path], Status]:
    """Write a film in the format of the target's suffix, and return its files, and the status of its
    geodesics: the first that is not OK.

    A PNG sequence is numbered from 0001; with ``resume`` existing frames are kept.  On an error only
    the finished frames of a sequence remain.  told: see `figure.answers`.
    """
    kind = target.suffix.lower()
    checked(reel, kind)
    camera = Camera(scene, engine, reel, told)
    if kind == PNG:
        return _sequence(target, camera, reel, report, resume), camera.status
    with beside(target) as temporary:
        encoder = _encoder(temporary, target, scene, camera, reel)
        try:
            for number in range(reel.frames):
                encoder.add(camera.frame(number))
                report(number + 1, reel.frames)
            encoder.close()
        except BaseException:
            encoder.discard()  # an open file cannot be removed everywhere
            raise
    return [target], camera.status


def _encoder(temporary: Path, target: Path, scene: Scene, camera: Camera, reel: Reel) -> Encoder:
    title = scene.title or manifold_of(scene.family).title
    cut = Cut(reel.paper.size, reel.rate, title, embed.stated(scene, target))
    chosen = np.unique(np.linspace(0, reel.frames - 1, SAMPLES).round().astype(int))
    return encoders.opened(
        temporary,
        target.suffix.lower(),
        cut,
        lambda: (camera.frame(int(number)) for number in chosen),
    )


# --- a sequence of PNG -----------------------------------------------------------------------
def numbered(target: Path, number: int) -> Path:
    """Return the file of one frame, counted from 0."""
    return target.with_name(f"{target.stem}-{number + 1:04d}{target.suffix}")


def _sequence(target: Path, camera: Camera, reel: Reel, report: Report, resume: bool) -> list[Path]:
    """Write a PNG sequence; each frame contains its scene."""
    with _kept(target) if resume else _all_or_nothing(target) as folder:
        for number in range(reel.frames):
            path = numbered(folder / target.name, number)
            scene = camera.scene(number)
            if not (resume and _is_there(path, scene, reel.paper)):
                save_png(camera.frame(number), path, scene, reel.paper.dpi)
            report(number + 1, reel.frames)
    return [numbered(target, number) for number in range(reel.frames)]


@contextmanager
def _kept(target: Path) -> Iterator[Path]:
    yield target.parent


@contextmanager
def _all_or_nothing(target: Path) -> Iterator[Path]:
    """Yield a folder whose files are moved to the target's folder on success."""
    place = target.absolute()
    try:
        with unfinished(hidden(place).with_suffix("")) as folder:
            folder.mkdir()
            yield folder
            for path in sorted(folder.iterdir()):
                path.replace(place.parent / path.name)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(target)) from None


def _is_there(path: Path, scene: Scene, paper: Paper) -> bool:
    """Whether a file already contains this frame at this size."""
    try:
        with opened(path, MOST_AROUND) as file, refusing(str(path)):
            picture = Image.open(file)
            return picture.size == paper.size and unpacked(path) == embed.stated(scene, path)
    except (OSError, ValueError):
        return False

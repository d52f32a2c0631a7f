"""The values of a lesson's quantities, from the window's answers or computed separately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from app.jobs.ellipses import EllipseJob
from app.jobs.flow import FlowAnswer, FlowJob
from app.jobs.job import Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import jobs
from app.jobs.scalar_map import MapJob
from app.jobs.studies.study import Study, StudyAnswer
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.lessons.checks import FIELDS, Quantity
from app.model.lessons.wording import numbers_in, plain
from app.model.scene import Scene
from app.parts.bivariate_normals import WORDS, NormalsAnswer, NormalsTask
from app.parts.image import PictureAnswer, PictureTask, task_of
from app.presenters.measures import ENERGY, LENGTH
from app.presenters.measures import measures as of_path
from app.views.interface.views import Measure
from compute.core.refusal import shown
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics.scalar_field import scalar_at
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

# by the kind of their job
Answers = Mapping[type, object]
# kinds of job that no quantity requires
_DRAWN_ONLY = (MapJob, EllipseJob)
# kinds of job whose answers tell a kind of quantity
_SOURCES: dict[str, tuple[type, ...]] = {
    "measure": (PathJob, Study),
    "count": (PathJob, Study),
    "gap": (PathJob, Study),
    "norm": (FlowJob,),
    "picture": (PictureTask,),
    "normals": (NormalsTask,),
}
# the length of the curve, of whatever α
CURVE = "length"
# measures that are those of a part of the curve if it does not end at B
OF_PATH = (*LENGTH.values(), *ENERGY.values())


def computed(engine: Engine, scene: Scene) -> Iterator[Answers]:
    """Compute the answers of a scene like the window, except maps; yield the list after each one."""
    found: dict[type, object] = {}
    for kind, job in jobs(Subject.of(scene), Viewport()).items():
        if kind not in _DRAWN_ONLY:
            job.perform(engine, partial(found.__setitem__, kind), _never)
            yield found
    for kind, task in _tasks(scene).items():
        try:
            task.perform(engine, partial(found.__setitem__, kind), _never)
        except ValueError as problem:
            found[kind] = problem  # passed to the listener that requested its answer
        yield found


def _tasks(scene: Scene) -> dict[type, Job]:
    """Return the tasks of the panels on a picture and on two normals."""
    return {PictureTask: task_of(scene), NormalsTask: NormalsTask(scene.normals)}


def _never() -> bool:
    return False


class Current:
    """The answers of a window that can be shown with a scene.

    final: those that belong to it, at rest; late: those of the same family and connection, such as
    the path of the last move during a drag.
    """

    def __init__(self, subject: Subject, answers: Answers) -> None:
        self._scene = subject.scene
        self._wanted = {**jobs(subject, Viewport()), **_tasks(self._scene)}
        self.final = {
            kind: answer
            for kind, answer in answers.items()
            if _is_of(getattr(answer, "job", None), self._wanted.get(kind))
        }
        self.late = {
            kind: answer
            for kind, answer in answers.items()
            if kind in self._wanted and _is_alike(getattr(answer, "job", None), self._wanted[kind])
        }

    def value(self, asked: Quantity) -> float | None:
        """Return a quantity at rest; None if it is not known (yet).  Raises ValueError like `value`."""
        return value(asked, self._scene, self.final)

    def find(self, asked: Quantity) -> tuple[float, str, bool] | None:
        """Return a quantity with its unit, and whether it is late; None if it is not known."""
        for answers, late in ((self.final, False), (self.late, True)):
            found = value(asked, self._scene, answers)
            if found is not None:
                return found, unit(asked, answers), late
            if self.is_settled(asked):
                break
        return None

    def is_settled(self, asked: Quantity) -> bool:
        """Whether nothing that is still being computed can tell the quantity."""
        kinds = _SOURCES.get(asked.kind, ())
        return all(kind in self.final for kind in self._wanted if issubclass(kind, kinds))


def _is_of(job: object, wanted: object) -> bool:
    """Whether an answer's job is the wanted one; preferences choose the steps of a path."""
    if isinstance(job, PathJob) and isinstance(wanted, PathJob):
        return replace(job, steps=wanted.steps) == wanted
    return job == wanted


def _is_alike(job: object, wanted: object) -> bool:
    """Whether a job and the wanted one have the same family and connection."""
    names = ("family", "alpha")
    return all(getattr(job, name, None) == getattr(wanted, name, None) for name in names)


def value(asked: Quantity, scene: Scene, answers: Answers) -> float | None:
    """Return a quantity of a scene; None if it is not among ``answers``, or failed.

    Raises ValueError for quantities that the scene's family does not have.
    """
    match asked.kind:
        case "field":
            return FIELDS[asked.name](scene)
        case "coordinate":
            return _coordinate(asked, scene)
        case "scalar":
            return _scalar(asked, scene)
        case "norm":
            return _norm(answers.get(FlowJob))
        case "picture":
            return _pictured(asked.name, answers.get(PictureTask))
        case "normals":
            return _between(asked.name, answers.get(NormalsTask))
        case _:
            found = _measured(asked, answers)
            if asked.kind == "count":
                return None if found is None else float(len(found))
            if asked.kind == "gap":
                return found[1][0] - found[0][0] if found and len(found) > 1 else None
            return found[asked.index - 1][0] if found and asked.index <= len(found) else None


def unit(asked: Quantity, answers: Answers) -> str:
    """Return the unit of a measure, such as " %"; "" for none."""
    found = _measured(asked, answers) if asked.kind == "measure" else None
    return found[asked.index - 1][1] if found and asked.index <= len(found) else ""


def measures(answers: Answers) -> list[Measure]:
    """Return the rows of the measures panel."""
    path = answers.get(PathJob)
    lines = of_path(path) if isinstance(path, PathAnswer) else []
    studied = [answer for answer in answers.values() if isinstance(answer, StudyAnswer)]
    return [*lines, *(measure for answer in studied for measure in answer.measures)]


def _measured(asked: Quantity, answers: Answers) -> list[tuple[float, str]] | None:
    """Return the numbers of a measure; None if it is not there, or of a path that does not arrive."""
    path = answers.get(PathJob)
    failed = isinstance(path, PathAnswer) and not path.arrived
    wanted = {plain(asked.name)}
    if CURVE in wanted:
        wanted = {plain(name) for name in LENGTH.values()}
    for measure in measures(answers):
        if plain(measure.name) in wanted:
            return None if failed and measure.name in OF_PATH else numbers_in(measure.value)
    return None


def _coordinate(asked: Quantity, scene: Scene) -> float:
    pin = scene.start if asked.at == "A" else scene.end
    assert pin is not None
    return pin.theta[_index(manifold_of(scene.family), asked.name)]


def _index(manifold: Manifold, name: str) -> int:
    """Return the index of a coordinate by name, or by number from 1."""
    names = [plain(coordinate) for coordinate in manifold.coordinates]
    for known in (names, ["1", "2"]):
        if plain(name) in known:
            return known.index(plain(name))
    raise ValueError(
        f"coordinates of {manifold.name} are {', '.join(manifold.coordinates)}, got {shown(name)}"
    )


def _scalar(asked: Quantity, scene: Scene) -> float | None:
    """Return a scalar of the family at a point, in float64; None where it is undefined."""
    manifold = manifold_of(scene.family)
    pins = {"A": scene.start, "B": scene.end}
    pin = pins.get(asked.at) if isinstance(asked.at, str) else None
    theta = np.array([pin.theta if pin is not None else asked.at], dtype=np.float64)
    if asked.name not in manifold.scalars:
        known = ", ".join(manifold.scalars)
        raise ValueError(f"scalars of {manifold.name} are {known}, got {shown(asked.name)}")
    values, status = scalar_at(manifold, asked.name, theta, scene.token)
    return float(values[0]) if status[0] == Status.OK else None


def _norm(answer: object) -> float | None:
    """Return the L² norm of the flow, relative to its value at time 0."""
    if not isinstance(answer, FlowAnswer) or not answer.complete or answer.norm[0] <= 0:
        return None
    return float(answer.norm[-1] / answer.norm[0])


def _pictured(name: str, answer: object) -> float | None:
    """Return the length, or the number of patches, of the path between the two patches.

    Raises ValueError for a picture that cannot be read.
    """
    if isinstance(answer, ValueError):
        raise answer
    if not isinstance(answer, PictureAnswer):
        return None
    return answer.distance if name == "distance" else float(len(answer.way))


def _between(name: str, answer: object) -> float | None:
    """Return the Fisher–Rao length of a path between the two normals.  Raises ValueError for an unknown
    name.
    """
    known = {plain(words): kind for kind, words in WORDS.items()}
    if plain(name) not in known:
        raise ValueError(
            f"paths between normals are {', '.join(WORDS.values())}, got {shown(name)}"
        )
    if not isinstance(answer, NormalsAnswer) or known[plain(name)] not in answer.paths:
        return None
    path = answer.paths[known[plain(name)]]
    return float(path.length) if path.status == Status.OK else None


def studied(scene: Scene, layers: tuple[str, ...]) -> Scene:
    """Return ``scene`` with some layers shown, so that their measures are computed."""
    return replace(scene, layers=replace(scene.layers, **dict.fromkeys(layers, True)))

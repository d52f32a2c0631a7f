"""The names of jobs, shown while people wait for them."""

from __future__ import annotations

from app.jobs.derive_family import FamilyJob
from app.jobs.diagnosis import DoctorJob
from app.jobs.flow import FlowJob
from app.jobs.jobs import EllipseJob, MapJob, PathJob
from app.jobs.relaxation import RelaxJob
from app.jobs.study_jobs import BallJob, CompareJob, CutJob, EveryJob, LoopJob, QueryJob, SprayJob
from app.jobs.task import Task
from app.jobs.verification import CheckJob, MapCheckJob
from app.jobs.worker import Errand

_WORDS: dict[type, str] = {
    PathJob: "the geodesic",
    EllipseJob: "Fisher circles",
    CompareJob: "e- and m-paths",
    EveryJob: "all geodesics",
    SprayJob: "the spray",
    BallJob: "balls",
    LoopJob: "the loop",
    CutJob: "the cut locus",
    QueryJob: "the geodesic in query space",
    CheckJob: "the path in float64",
    MapCheckJob: "the map in float64",
    RelaxJob: "a path that relaxes",
    FlowJob: "the flow",
    FamilyJob: "the family",
    DoctorJob: "the doctor’s checks",
}


def words_of(job: Errand) -> str:
    """As in "Computing …"."""
    if isinstance(job, MapJob):
        return "the distances" if job.source is not None else "the map"
    stated = job.words if isinstance(job, Task) else _WORDS.get(type(job), "")
    return stated or "what is shown"

"""Whether a shown answer is of the subject that is wanted, and may stay until the new one comes."""

from __future__ import annotations

from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
from app.jobs.studies.construction import Construction
from app.jobs.studies.dual_paths import CompareJob
from app.jobs.studies.spray import SprayJob


def same_subject(shown: Job, wanted: Job | None) -> bool:
    """Whether two jobs belong to one subject, even if their quality or view differs."""
    if isinstance(shown, MapJob) and isinstance(wanted, MapJob):
        return _map(shown) == _map(wanted)
    if isinstance(shown, PathJob) and isinstance(wanted, PathJob):
        # the transported vector has separate numbers, but nothing that identifies it
        return (shown.family, shown.start, shown.end, shown.alpha) == (
            wanted.family, wanted.start, wanted.end, wanted.alpha,
        )  # fmt: skip
    if isinstance(shown, CompareJob | SprayJob | Construction) and type(shown) is type(wanted):
        return {**vars(shown), "quality": ""} == {**vars(wanted), "quality": ""}
    return shown == wanted


def _map(job: MapJob) -> tuple[object, ...]:
    return job.family, job.chart, job.scalar, job.token, job.source

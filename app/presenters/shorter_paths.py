"""Consistency of a path with all geodesics and with the distance map."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.studies.all_geodesics import EveryJob
from app.jobs.studies.study import StudyAnswer
from app.model.scene import chart_of
from compute.api.geodesics import SHORTER
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.distances.distance_map import interpolated
from compute.families import manifold as manifold_of
from compute.requests.fields import Field

# relative accuracy of a map of distances, and accuracy of reading it, in cells
CELLS, SHARE = 1.0, 0.05


def words(path: PathAnswer, studies: Iterable[StudyAnswer], ground: MapAnswer | None) -> str:
    """Return a sentence if a shorter length than that of a converged path is known, or the map is
    wrong; else "".

    A distance never exceeds the length of a curve.
    """
    job, length = path.job, float(path.paths.length[0])
    if not Status(int(path.paths.status[0])).arrived or job.alpha != 0.0:
        return ""
    for study in studies:
        its = study.job
        if not isinstance(its, EveryJob) or study.shortest is None:
            continue
        same = (its.family, its.start, its.end, its.alpha) == (job.family, job.start, job.end, 0.0)
        if same and length > (1 + SHORTER[path.paths.engine]) * study.shortest:
            return f"not shortest: a geodesic of length {study.shortest:.6g} is known"
    return _by_map(path, length, ground)


def _by_map(path: PathAnswer, length: float, ground: MapAnswer | None) -> str:
    job = path.job
    if ground is None or not ground.complete or ground.job.scalar != "distance":
        return ""
    if (ground.job.family, ground.job.source) != (job.family, job.start):
        return ""
    field, chart = ground.field, chart_of(manifold_of(job.family), ground.job.chart).plane
    at = float(interpolated(field.values, field.extent, chart.forward(np.array(job.end))))
    if not np.isfinite(at):
        return ""
    slack = _slack(field, chart.forward(np.array(job.end)), at)
    if length > at + slack:
        return f"not shortest: the distance map gives about {at:.3g}"
    if length < at - slack:
        return (
            f"the distance map is too large at B: {at:.3g}, but the geodesic has length "
            f"{length:.3g}"
        )
    return ""


def _slack(field: Field, x: Floats, at: float) -> float:
    """Return the tolerance of a map at a point: a fraction of the distance, or its change over a
    cell.
    """
    known = np.where(field.status == Status.OK, field.values, np.nan)
    up, across = np.gradient(known)
    steep = float(interpolated(np.hypot(up, across), field.extent, x))
    return max(SHARE * at, CELLS * steep if np.isfinite(steep) else np.inf)

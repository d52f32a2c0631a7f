"""The label of a map says whether its values are verified, and what its hatching means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.jobs.scalar_map import MapJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.scene import completed
from app.presenters.scalar_maps import NOWHERE, color_map
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine


def test_a_map_says_what_is_not_known_of_it_and_nothing_else():
    subject = Subject.of(completed(replace(scene_file.load("gaussian"), scalar="entropy")))
    maps: list = []
    job = MapJob.wanted(subject, Viewport(pixels=(40, 20)))
    job.perform(ReferenceEngine(), maps.append, lambda: False)
    field = maps[-1].field

    def label(**statuses):
        status = field.status.copy()
        for name, cells in statuses.items():
            status.ravel()[:cells] = Status[name]
        return color_map(subject, replace(maps[-1], field=replace(field, status=status))).label

    plain = label()
    assert plain and ";" not in plain and (field.status == Status.OK).all()
    assert label(NOT_VERIFIED=1) == f"{plain}; rough, not verified"
    quarter = field.status.size // 4
    shown = label(ILL_CONDITIONED=quarter)
    assert shown == f"{plain}; hatched, 25%: {NOWHERE[Status.ILL_CONDITIONED]}"
    assert np.isfinite(color_map(subject, maps[-1]).values).all()

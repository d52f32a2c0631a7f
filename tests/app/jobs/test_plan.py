"""Which jobs a change submits, and which answers belong to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.jobs.ellipses import EllipseJob
from app.jobs.path import PathJob
from app.jobs.plan import LivePlan, share_subject
from app.jobs.scalar_map import MapJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.scene import Pin
from compute.manifold.extent import Extent

SUBJECT = Subject.of(scene_file.load("gaussian"))
PATH = PathJob("gaussian", (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), 0.0, "live")
MAP = MapJob("gaussian", "log", "entropy", 0, Extent(-1, 1, -1, 1), (64, 64))
ELLIPSES = EllipseJob("gaussian", "log", Extent(-1, 1, -1, 1))


@pytest.fixture
def planned():
    """Return a plan of the scene and its submitted jobs."""
    submitted = []
    plan = LivePlan(submitted.append)
    assert plan.follow(SUBJECT, Viewport())
    assert {PathJob, MapJob, EllipseJob} <= set(map(type, submitted))
    return plan, submitted


def moved(plan, submitted):
    """Move A, and return the jobs that this submits."""
    del submitted[:]
    scene = replace(SUBJECT.scene, start=Pin((0.25, 1.5)))
    plan.follow(SUBJECT.at(scene), Viewport(), frozenset(("start",)))
    return submitted


def test_only_jobs_that_read_a_change_are_submitted(planned):
    plan, submitted = planned
    assert PathJob in {type(job) for job in moved(plan, submitted)}
    assert not {MapJob, EllipseJob} & {type(job) for job in submitted}
    before = dict(plan.jobs)
    assert not plan.follow(SUBJECT, Viewport(), frozenset(("title",))) and plan.jobs == before


def test_what_is_dropped_is_submitted_again(planned):
    plan, submitted = planned
    first = list(submitted)
    del submitted[:]
    plan.drop(MapJob, EllipseJob)
    plan.follow(SUBJECT, Viewport())
    assert submitted == [job for job in first if isinstance(job, MapJob | EllipseJob)]


def test_it_is_behind_until_the_last_job_of_each_kind_has_its_whole_answer(planned):
    plan, submitted = planned
    first = list(submitted)
    (path,) = (job for job in moved(plan, submitted) if isinstance(job, PathJob))
    for job in first:
        plan.close(job)
    assert plan.is_behind, "the answer of an earlier path is not that of the last"
    plan.close(path, complete=False)
    assert plan.is_behind
    for job in submitted:
        plan.close(job)
    assert not plan.is_behind


def test_answers_belong_to_the_last_job_in_any_quality_and_rectangle(planned):
    plan, _ = planned
    path, image = plan.jobs[PathJob], plan.jobs[MapJob]
    live = replace(path, quality="live", steps=16)
    assert plan.is_path(live) and not plan.is_asked(live) and plan.is_asked(path)
    wide = replace(image, pixels=(30, 20))
    assert plan.is_map(wide) and not plan.is_asked(wide)
    assert not plan.is_map(replace(image, scalar="curvature"))
    elsewhere = replace(path, start=(0.5, 2.0))
    assert plan.is_late(elsewhere) and not plan.is_path(elsewhere)
    assert not plan.is_late(replace(path, family="beta"))


@pytest.mark.parametrize(
    ("shown", "wanted", "same"),
    [
        (PATH, replace(PATH, quality="full", vector=(0.0, 2.0)), True),
        (PATH, replace(PATH, end=(1.0, 2.0)), False),
        (PATH, replace(PATH, alpha=1.0), False),
        (MAP, replace(MAP, pixels=(32, 32), view=Extent(-2, 2, -2, 2)), True),
        (MAP, replace(MAP, scalar="curvature"), False),
        (ELLIPSES, replace(ELLIPSES, chart="disk"), False),
        (ELLIPSES, ELLIPSES, True),
        (PATH, None, False),
        (PATH, MAP, False),
    ],
)
def test_a_shown_answer_stays_while_it_is_of_the_subject(shown, wanted, same):
    assert share_subject(shown, wanted) is same

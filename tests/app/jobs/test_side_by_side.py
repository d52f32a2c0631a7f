"""Answers of several scenes: geodesics first, nothing twice, and only geodesics in a drag."""

from __future__ import annotations

from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import live_jobs
from app.jobs.scalar_map import MapAnswer
from app.jobs.session import Session
from app.jobs.side_by_side import KnownAnswers, answers
from app.jobs.subject import Subject
from app.jobs.variants import variants
from app.jobs.viewport import Viewport
from app.model.comparison import read
from app.model.lessons import first_scene
from app.model.scene import completed
from compute import open_engine

ENGINE = open_engine("reference")
SCENE = completed(first_scene.load("attention:bank"))
SCENES = [each.scene for each in variants(SCENE, read("head", ["0", "9"]))]
SIZE = (160, 120)


def never() -> bool:
    return False


def kinds(found):
    return [{type(answer) for answer in each} for each in found]


def test_geodesics_come_first_and_maps_stay_in_a_drag():
    session = Session()
    first, whole = answers(session, ENGINE, SCENES, Viewport(SIZE), never)
    assert kinds(first) == [{PathAnswer}] * 2
    assert [MapAnswer in each for each in kinds(whole)] == [True, True]
    (dragged,) = answers(session, ENGINE, SCENES, Viewport(SIZE, dragging=True), never)
    assert [MapAnswer in each for each in kinds(dragged)] == [True, True]
    path = next(answer for answer in dragged[0] if isinstance(answer, PathAnswer))
    assert path.job.quality == "live"


def test_what_is_known_is_not_computed_again_and_cancelling_ends_it():
    kept, job = KnownAnswers(), live_jobs(Subject.of(SCENE), Viewport(SIZE), {})[PathJob]
    assert kept.known(job) == [] and kept.of(ENGINE, job) is kept.of(ENGINE, job)
    (only,) = answers(Session(), ENGINE, SCENES, Viewport(SIZE), lambda: True)
    assert kinds(only) == [{PathAnswer}] * 2

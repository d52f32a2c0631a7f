"""Points of data when the numbers of their family change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.jobs.studies.points_mean import PointsMeanJob
from app.jobs.studies.regions import RegionsJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint, group_numbers, standing
from app.model.keyframe_tracks import Key, Timeline, Track
from app.model.scene import Scene, completed, of_family
from app.model.scene_file import from_text, to_text
from app.model.timeline.scene_time import scene_at
from app.presenters import drawables

FITTED, GIVEN = DataPoint((0.0, 1.0), "a", 40.0), DataPoint((1.0, 1.0), "b")
SCENE = completed(Scene(family="student_t", points=(FITTED, GIVEN)))


def test_a_point_fitted_at_one_nu_is_hidden_at_another_and_comes_back():
    moved = of_family(of_family(SCENE, "student_t:nu=2.0"), "student_t:nu=1.0")
    assert moved.points == (replace(FITTED, family=SCENE.family), GIVEN)
    assert standing(moved.points) == (GIVEN,)
    marks = drawables.data_points(moved, Subject.of(moved).chart)
    assert marks is not None and marks.labels == ("b",)
    assert RegionsJob.of(moved, Viewport()).points == ()
    assert PointsMeanJob.of(moved, Viewport()).points == (GIVEN.theta,)
    assert of_family(moved, "student_t:nu=5.0").points == SCENE.points  # ν is 5 if it is not given


def test_keyframes_over_a_number_of_the_family_hide_what_is_fitted():
    track = Track("family.nu", (Key(0.0, 5.0), Key(2.0, 9.0)))
    scene = replace(SCENE, timeline=Timeline(2.0, (track,)))
    assert standing(scene_at(scene, 1.0).points) == (GIVEN,)
    assert scene_at(scene, 0.0).points == SCENE.points


def test_a_scene_remembers_to_which_family_a_hidden_point_is_fitted(tmp_path):
    moved = of_family(SCENE, "student_t:nu=2.0")
    assert from_text(to_text(moved, tmp_path), "a scene", tmp_path).points == moved.points


def test_groups_are_kept_in_scenes_and_numbered_by_name(tmp_path):
    points = (
        replace(FITTED, group="b"),
        GIVEN,
        replace(GIVEN, group="a"),
        replace(FITTED, group="b"),
    )
    scene = replace(SCENE, points=points)
    assert from_text(to_text(scene, tmp_path), "a scene", tmp_path).points == points
    assert group_numbers(points) == (1, -1, 0, 1)
    tens = tuple(replace(GIVEN, group=name) for name in ("10", "9"))
    assert group_numbers(tens) == (1, 0)
    assert group_numbers(SCENE.points) == ()
    marks = drawables.data_points(scene, Subject.of(scene).chart)
    assert marks is not None and marks.group == (1, -1, 0, 1)
    with pytest.raises(ValueError, match="group must have at most 80 characters"):
        DataPoint((0.0, 1.0), group="x" * 81)

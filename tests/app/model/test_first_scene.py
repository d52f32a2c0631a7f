"""The scene that a text names: a scene file, a lesson's first step, or a family with its usual pins."""

from __future__ import annotations

import pytest

from app.model import scene_file
from app.model.lessons import first_scene
from compute.families import manifold as manifold_of


@pytest.mark.parametrize("family", ["beta", "student_t:nu=5", "attention:trophy?layer=3&head=1"])
def test_a_family_has_a_scene_of_its_own_pins(family):
    scene = first_scene.load(family)
    assert scene.family == family
    assert (scene.start.theta, scene.end.theta) == manifold_of(family).pins
    assert scene.alpha == 0.0 and scene.title == ""


def test_scenes_and_lessons_come_before_families():
    assert first_scene.load("gaussian") == scene_file.load("gaussian")
    assert first_scene.load("mixtures").title


@pytest.mark.parametrize(
    ("source", "words"),
    [("attention:bank?layer=99", "layer of bank must be from 0 to 5"), ("betta", "got 'betta'")],
)
def test_a_family_that_is_none_is_refused(source, words):
    with pytest.raises(scene_file.NotAScene, match=words):
        first_scene.load(source)

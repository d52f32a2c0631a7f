"""Limits of the colours of a map: rules against quantiles, scenes that store them, refusals."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from app.jobs.preparation import edited
from app.model import colour_limits, scene_file
from app.model.scene import Scene, completed, of_family

VALUES = np.linspace(-1.0, 9.0, 1001)


@pytest.mark.parametrize(
    ("rule", "two_sided", "limits", "words"),
    [
        (None, False, (-0.9, 8.9), "middle 98 %"),
        ("90%", False, (-0.5, 8.5), "middle 90 %"),
        ("100%", False, (-1.0, 9.0), "all values"),
        ("symmetric", False, (-8.9, 8.9), "symmetric, 98 %"),
        (None, True, (-8.9, 8.9), "symmetric, 98 %"),
        ("100%", True, (-9.0, 9.0), "symmetric, all"),
        ((2.0, 3.0), True, (2.0, 3.0), "chosen limits"),
    ],
)
def test_rules_are_shares_of_the_values(rule, two_sided, limits, words):
    found, said = colour_limits.found(rule, VALUES, two_sided)
    assert found == pytest.approx(limits, abs=1e-12)
    assert said == words


def test_a_two_sided_map_of_one_sign_is_not_made_symmetric():
    assert colour_limits.found(None, VALUES + 2.0, True)[0] == pytest.approx((1.1, 10.9))


@pytest.mark.parametrize("limits", ["90%", "symmetric", "99.5%", (-0.25, 2.0), None])
def test_a_scene_keeps_its_limits(limits, tmp_path):
    scene = completed(Scene(family="gaussian", limits=limits))
    text = scene_file.to_text(scene, tmp_path)
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert scene_file.load(tmp_path / "a.json").limits == limits
    assert json.loads(text).get("limits") == (list(limits) if isinstance(limits, tuple) else limits)


@pytest.mark.parametrize(
    "limits", ["", "half", "20%", "101%", "1e2%", "90 %", (2.0, 1.0), (0.0, 5e-324)]
)
def test_other_limits_are_refused_by_name(limits):
    with pytest.raises(ValueError, match="colour limits"):
        completed(Scene(family="gaussian", limits=limits))


def test_a_rule_goes_with_another_family_and_numbers_do_not():
    scene = completed(Scene(family="gaussian", scalar="curvature", limits="90%"))
    assert of_family(scene, "attention:bank").limits == "90%"
    probable = completed(Scene(scalar="probability", limits=(0.2, 0.4)))
    assert of_family(probable, "gaussian").limits is None
    assert edited(scene, {"scalar": "entropy"}).limits == "90%"
    assert edited(replace(scene, limits=(0.2, 0.4)), {"scalar": "entropy"}).limits is None

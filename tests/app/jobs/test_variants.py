"""Scenes that differ in one parameter: the same tokens, the same place among them, one scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.jobs.variants import at_one_scale, corners, triple_of, variants
from app.model.comparison import read
from app.model.lessons import first_scene
from app.model.scene import Pin, completed
from compute.families import parse
from compute.heads.head_selection import chosen

SCENE = completed(first_scene.load("attention:bank"))


def place_among(scene, theta, triple):
    """Return a and b of q = q_i + a(q_j − q_i) + b(q_k − q_i), from the queries themselves."""
    head, plane = chosen(parse(scene.family)[1])
    q = plane.q0 + plane.U @ np.array(theta)
    first, *others = head.q[list(triple)].astype(float)
    sides = np.stack([other - first for other in others], axis=1)
    found, *_ = np.linalg.lstsq(sides, q - first, rcond=None)
    assert np.linalg.norm(sides @ found - (q - first)) < 1e-9
    return found


def test_pins_stay_on_their_tokens_in_other_layers_and_heads():
    for over in ("layer", "head"):
        for each in variants(SCENE, read(over, ["0", "3"])):
            _, plane = chosen(parse(each.scene.family)[1])
            assert (each.scene.start.token, each.scene.end.token) == (3, 8)
            np.testing.assert_array_equal(each.scene.start.theta, plane.theta[3])
            assert plane.triple == triple_of(SCENE)
            assert plane.residual[[3, 8]].max() < 1e-12, "they lie on the plane"


def test_a_free_pin_keeps_its_place_among_the_three_queries():
    scene = replace(SCENE, start=Pin((1.25, -0.5)))
    triple = triple_of(scene)
    before = place_among(scene, (1.25, -0.5), triple)
    (found, _) = variants(scene, read("head", ["2", "3"]))
    assert found.scene.start.token is None and found.scene.start.theta != (1.25, -0.5)
    np.testing.assert_allclose(
        place_among(found.scene, found.scene.start.theta, triple), before, atol=1e-9
    )
    np.testing.assert_array_equal(found.theta, corners(found.scene, triple))


def test_another_temperature_keeps_plane_pins_and_view():
    low, high = variants(SCENE, read("temperature", ["0.5", "2"]))
    assert low.name == "τ = 0.5" and "temperature=0.5" in low.scene.family
    assert low.scene.start == high.scene.start == SCENE.start
    assert low.scene.view == high.scene.view == SCENE.view


def test_views_have_one_size_about_their_own_middles():
    made = [each.scene for each in variants(SCENE, read("head", ["0", "9"]))]
    one, two = at_one_scale(made)
    sizes = [(v.view.x1 - v.view.x0, v.view.y1 - v.view.y0) for v in (*made, one, two)]
    np.testing.assert_allclose(sizes[2], sizes[3], rtol=1e-12)
    np.testing.assert_allclose(sizes[2], np.max(sizes[:2], axis=0), rtol=1e-12)
    assert made[0].view.x0 + made[0].view.x1 == pytest.approx(one.view.x0 + one.view.x1)


def test_what_cannot_be_is_said_and_the_others_are_there():
    bank, none, far = variants(SCENE, read("source", ["bank", "none.npz", "cat"]))
    assert bank.scene is not None and none.scene is None
    assert "none.npz" in none.problem and "head of cat must be from 0 to 8, got 9" in far.problem
    (_, beyond) = variants(SCENE, read("layer", ["0", "77"]))
    assert beyond.scene is None and "got 77" in beyond.problem
    with pytest.raises(ValueError, match="only heads are compared"):
        variants(completed(first_scene.load("gaussian")), read("layer", ["0", "1"]))

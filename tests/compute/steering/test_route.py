"""A path's distributions are of all words, whatever keys it was solved with."""

from __future__ import annotations

import numpy as np
import pytest

from compute.heads.output_head import choose
from compute.steering.route import route
from tests.compute.steering import outputs

LAYER = outputs.random(300, 6, 1.0)
T = np.linspace(0.0, 1.0, 5)


def test_points_are_measured_on_all_words():
    choice = choose(LAYER, 0, 3, most=40)
    a, b = LAYER.hidden[[0, 3]]
    states = a + T[:, None] * (b - a)
    found = route("e", choice, T, states, np.zeros(5, np.int32), words=3)
    p = outputs.softmax(LAYER, states)
    np.testing.assert_array_equal(found.top[:, 0], p.argmax(axis=1))
    np.testing.assert_allclose(found.p, -np.sort(-p, axis=1)[:, :3], atol=1e-14)
    np.testing.assert_allclose(found.kl, (p[0] * np.log(p[0] / p)).sum(axis=1), atol=1e-12)
    others = np.setdiff1d(np.arange(300), choice.chosen)
    np.testing.assert_allclose(found.rest, p[:, others].sum(axis=1), atol=1e-14)
    assert found.lumped[[0, -1]] == pytest.approx(found.rest[[0, -1]], abs=1e-14)
    assert (found.lumped[1:-1] > found.rest[1:-1]).all(), "log R is convex"
    eta = p @ LAYER.unembedding.astype(float)
    straight = eta[0] + T[:, None] * (eta[-1] - eta[0])
    bend = np.linalg.norm(eta - straight, axis=1) / np.linalg.norm(eta[-1] - eta[0])
    np.testing.assert_allclose(found.bend, bend, atol=1e-13)

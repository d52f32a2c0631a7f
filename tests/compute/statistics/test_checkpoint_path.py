"""Paths through checkpoints against closed forms of the half-plane and of geodesics."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.core.status import Status
from compute.statistics.checkpoint_path import checkpoint_path

REFERENCE = compute.open_engine("reference")
NORMALS = compute.family("gaussian")


def test_checkpoints_on_a_geodesic_have_no_excess_and_do_not_turn():
    """On μ = 0 the distance is √2 log σ'/σ."""
    theta = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 8.0]])
    found = checkpoint_path(REFERENCE, NORMALS, theta)
    np.testing.assert_allclose(found.lengths, np.sqrt(2) * np.log([2.0, 4.0]), rtol=1e-9)
    assert found.excess == pytest.approx(1.0, abs=1e-9)
    assert found.turning == pytest.approx(0.0, abs=1e-10)
    assert found.divergence == pytest.approx(2 * 2 * np.log(2) ** 2 * (1 + 4), rel=1e-8)
    even = checkpoint_path(REFERENCE, NORMALS, theta, [0.0, 1.0, 3.0])
    assert even.divergence == pytest.approx(even.length**2, rel=1e-8)  # at constant speed
    assert even.status == Status.OK


def test_a_way_there_and_back_turns_by_half_a_circle():
    theta = np.array([[0.0, 1.0], [1.0, 2.0], [1.0, 2.0], [0.0, 1.0]])
    found = checkpoint_path(REFERENCE, NORMALS, theta)
    assert found.turning == pytest.approx(np.pi, abs=1e-10)
    assert found.distance == 0.0
    assert np.isnan(found.excess)


def test_a_triangle_turns_by_its_angles():
    """Sides a = b and c of a hyperbolic triangle, K = −1/2: the law of cosines gives the angle."""
    theta = np.array([[-1.0, 1.0], [0.0, 2.0], [1.0, 1.0]])
    found = checkpoint_path(REFERENCE, NORMALS, theta)
    a, b = found.lengths / np.sqrt(2)
    c = found.distance / np.sqrt(2)
    cosine = (np.cosh(a) * np.cosh(b) - np.cosh(c)) / (np.sinh(a) * np.sinh(b))
    assert found.turning == pytest.approx(np.pi - np.arccos(cosine), abs=1e-7)
    assert found.excess > 1.0


@pytest.mark.parametrize(
    ("theta", "time", "words"),
    [
        ([[0.0, 1.0]], None, "at least two checkpoints, got 1"),
        ([[0.0, 1.0], [0.0, 2.0]], [1.0, 1.0], "times must be finite and increase"),
        ([[0.0, 1.0], [0.0, -2.0]], None, "checkpoints"),
    ],
)
def test_wrong_use_is_refused(theta, time, words):
    with pytest.raises(ValueError, match=words):
        checkpoint_path(REFERENCE, NORMALS, np.array(theta), time)

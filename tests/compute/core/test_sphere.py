"""Distributions over finitely many outcomes, against closed forms and mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from compute.core import sphere


def test_a_chord_has_the_distance_of_its_ends():
    # distributions on two outcomes (cos² a, sin² a) lie 2a apart on the sphere of radius 2
    angle = np.array([1e-9, 0.3, 1.2, np.pi / 2])
    p, q = np.array([1.0, 0.0]), np.stack([np.cos(angle) ** 2, np.sin(angle) ** 2], axis=-1)
    np.testing.assert_allclose(sphere.distance(p, q), 2 * angle, rtol=1e-14)
    # rounding must not lead beyond rows that have no outcome in common
    assert sphere.of_chord(np.array([np.sqrt(2.0) * (1 + 1e-12)])) == pytest.approx(
        np.pi, abs=1e-15
    )


def test_logarithms_are_finite_where_probabilities_underflow():
    logits = np.array([[0.0, -2000.0, 1.0], [900.0, 901.0, -900.0]])
    found, total = sphere.log_softmax(logits), sphere.log_partition(logits)
    with mpmath.workdps(30):
        wanted = [float(mpmath.log(sum(mpmath.exp(x) for x in row))) for row in logits]
    np.testing.assert_allclose(total, wanted, rtol=1e-15)
    np.testing.assert_allclose(found, logits - np.array(wanted)[:, None], rtol=1e-12)
    np.testing.assert_allclose(np.exp(found), sphere.softmax(logits), atol=1e-15)

"""Divergences against closed forms, and the balls they make."""

from __future__ import annotations

import numpy as np
import pytest

from compute.divergence import balls, bregman, divergences
from compute.families import family


def normal(a, b):
    """KL(N_a‖N_b)."""
    (m, s), (n, t) = a, b
    return np.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5


def test_normal_distributions(engine):
    a, b = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    found = divergences(engine, family("gaussian"), a, b)
    assert found.forward == pytest.approx(normal(a, b), rel=1e-5)
    assert found.backward == pytest.approx(normal(b, a), rel=1e-5)
    assert found.wasserstein == pytest.approx(np.sqrt(2), rel=2e-3)
    overlap = np.sqrt(2 * 1 * 2 / 5) * np.exp(-1 / 20)
    assert found.bhattacharyya == pytest.approx(2 * np.arccos(overlap), rel=1e-4)


def test_far_normal_distributions(reference_engine):
    a, b = np.array([0.0, 0.1]), np.array([3.0, 5.0])
    forward, backward = bregman(reference_engine, family("gaussian"), a, b[None])
    assert forward[0] == pytest.approx(normal(a, b), rel=1e-5)
    # g changes by the fourth power of σ on the way: the nodes see it to four digits
    assert backward[0] == pytest.approx(normal(b, a), rel=2e-4)


def test_outcomes(reference_engine):
    """Sums over outcomes against the integral over the straight line."""
    manifold = family("categorical3_natural")
    a, b = (np.array(pin) for pin in manifold.pins)
    p, q = manifold.density(np.stack([a, b]), np.arange(3.0))
    found = divergences(reference_engine, manifold, a, b)
    assert found.forward == pytest.approx(float((p * np.log(p / q)).sum()), rel=1e-9)
    assert found.bhattacharyya == pytest.approx(float(manifold.distance(a, b)), rel=1e-6)


def test_mixtures_by_their_densities(reference_engine):
    """No exponential family: sums over the support, and the three agree nearby."""
    manifold = family("mixture_mm")
    a = np.array([-1.0, 2.0])
    found = divergences(reference_engine, manifold, a, a + np.array([0.02, 0.01]))
    assert found.forward == pytest.approx(found.backward, rel=2e-2)
    assert found.bhattacharyya**2 / 2 == pytest.approx(found.forward, rel=2e-2)


@pytest.mark.parametrize("name", ["gaussian", "gamma", "attention"])
def test_the_edge_of_a_ball_has_one_divergence(name, engine):
    manifold = family(name)
    a, b = (np.array(pin) for pin in manifold.pins)
    b = a + 0.5 * (b - a)
    outlines = balls(engine, manifold, a, b, 24)
    for which, outline in enumerate(outlines):
        known = np.isfinite(outline).all(axis=1)
        assert known.sum() > 8
        wanted = bregman(engine, manifold, a, b[None])[which][0]
        found = bregman(engine, manifold, a, outline[known])[which]
        np.testing.assert_allclose(found, wanted, rtol=2e-3)

"""Outcomes in lumps: the geometry of three outcomes, and every outcome in its lump."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from compute.families import manifold as manifold_of
from compute.families.categorical import sizes

THETA = np.array([0.7, -0.4])


@pytest.mark.parametrize("n", [3, 4, 11, 40])
def test_lumping_is_sufficient(n):
    """g by all n probabilities is g of the three lumps."""
    manifold, three = manifold_of(f"categorical:n={n}"), manifold_of("categorical3_natural")
    x = manifold.support(THETA[None]).x
    h = 1e-5
    steps = h * np.eye(2)
    roots = [np.sqrt(manifold.density(THETA + d, x)) for d in (*steps, *-steps)]
    slope = np.array([roots[0] - roots[2], roots[1] - roots[3]]) / h
    g = slope @ slope.T
    np.testing.assert_allclose(manifold.geometry(THETA).metric, g[[0, 0, 1], [0, 1, 1]], rtol=1e-8)
    np.testing.assert_allclose(
        manifold.geometry(THETA).cubic, three.geometry(THETA).cubic, rtol=1e-14
    )


def test_every_outcome_is_a_bar_in_its_lump():
    manifold = manifold_of("categorical:n=8")
    support = manifold.support(THETA[None])
    p = manifold.density(THETA, support.x)
    odds = np.exp([0.7, -0.4, 0.0])
    wanted = np.repeat(odds / odds.sum() / np.array(sizes(8)), sizes(8))
    np.testing.assert_allclose(p, wanted, rtol=1e-14)
    assert support.labels == tuple("12345678") and sizes(8) == (3, 3, 2)
    found = manifold.scalar("entropy", THETA, 0)
    assert found == pytest.approx(stats.entropy(wanted), rel=1e-14, abs=0)


@pytest.mark.parametrize("n", [2, 41, -1])
def test_a_number_of_outcomes_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match=rf"n of categorical must lie in \[3, 40\], got {n}"):
        manifold_of(f"categorical:n={n}")

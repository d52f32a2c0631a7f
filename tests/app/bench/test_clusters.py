"""The laws of workload H are those that its figures are of."""

from __future__ import annotations

import numpy as np

import compute
from app.bench import clusters


def test_the_laws_are_different_and_the_same_each_time():
    theta = clusters.laws(clusters.CLUSTERED)
    np.testing.assert_array_equal(theta, clusters.laws(clusters.CLUSTERED))
    assert len(np.unique(theta, axis=0)) == clusters.CLUSTERED
    assert compute.family("beta").in_domain(theta).all()
    assert 0.3 < theta.min() < 0.4 and 7.0 < theta.max() < 8.0

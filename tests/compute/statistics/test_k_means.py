"""k-means by rough geodesics against k-means by certified ones alone."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.statistics.distance_matrix import between
from compute.statistics.k_means import k_means
from compute.statistics.logarithms import RoughLogarithms
from compute.statistics.means import mean

REFERENCE, BETA = compute.open_engine("reference"), compute.family("beta")
LAWS = np.exp(np.random.default_rng(3).uniform(np.log(0.3), np.log(8.0), (16, 2)))


def test_rough_geodesics_lead_to_the_clusters_of_certified_ones(monkeypatch):
    found = k_means(REFERENCE, BETA, LAWS, 3)
    monkeypatch.setattr(RoughLogarithms, "pay", lambda manifold: False)
    certified = k_means(REFERENCE, BETA, LAWS, 3)
    np.testing.assert_array_equal(found.labels, certified.labels)
    np.testing.assert_allclose(found.centres, certified.centres, rtol=1e-7)
    assert found.inertia == pytest.approx(certified.inertia, rel=1e-9, abs=0)
    assert found.status == certified.status == compute.Status.OK


@pytest.mark.parametrize("lost", [0.0, 0.3, 1.0])
def test_wrong_and_unknown_rough_distances_cannot_make_a_wrong_result(monkeypatch, lost):
    dice = np.random.default_rng(0)

    def wrong(manifold, a, b):
        return np.where(dice.random(len(a)) < lost, np.nan, 2.0 + np.sin(9.0 * (a + b).sum(axis=1)))

    monkeypatch.setattr(RoughLogarithms, "lengths", wrong)
    some = LAWS[:10]
    found = k_means(REFERENCE, BETA, some, 2, restarts=3)
    assert found.status == compute.Status.OK
    for c, centre in enumerate(found.centres):
        own = mean(REFERENCE, BETA, some[found.labels == c])
        np.testing.assert_allclose(centre, own.theta, rtol=1e-7)
    d = np.stack([between(REFERENCE, BETA, np.tile(c, (10, 1)), some)[0] for c in found.centres])
    np.testing.assert_array_equal(found.labels, d.argmin(axis=0))
    assert found.inertia == pytest.approx((d.min(axis=0) ** 2).sum(), rel=1e-9, abs=0)


def test_one_cluster_is_all_points_round_their_mean():
    found = k_means(REFERENCE, BETA, LAWS[:5], 1)
    whole = mean(REFERENCE, BETA, LAWS[:5])
    np.testing.assert_allclose(found.centres, [whole.theta], rtol=1e-9)
    assert found.inertia == pytest.approx(5 * whole.variance, rel=1e-9, abs=0)


def test_clusters_of_few_points_are_the_best_of_all_partitions():
    """Medoids of these five laws prefer another partition, so that several must be refined."""
    theta = np.array([[1.0, 1.0], [5.0, 2.0], [0.5, 0.5], [5.0, 5.0], [2.0, 3.0]])
    sums = []
    for bits in range(1, 16):
        second = np.array([bits >> i & 1 for i in range(4)] + [0], bool)
        halves = [theta[second], theta[~second]]
        sums.append(sum(len(own) * mean(REFERENCE, BETA, own).variance for own in halves))
    assert k_means(REFERENCE, BETA, theta, 2).inertia == pytest.approx(min(sums), rel=1e-9, abs=0)

"""The laws of workload H are those that its figures are of."""

from __future__ import annotations

import numpy as np

import compute
from app.bench import clusters
from app.bench.geomstats_runs import printed


def test_the_laws_are_different_and_the_same_each_time():
    theta = clusters.laws(clusters.CLUSTERED)
    np.testing.assert_array_equal(theta, clusters.laws(clusters.CLUSTERED))
    assert len(np.unique(theta, axis=0)) == clusters.CLUSTERED
    assert compute.family("beta").in_domain(theta).all()
    assert 0.3 < theta.min() < 0.4 and 7.0 < theta.max() < 8.0


def test_geomstats_is_scaled_to_all_laws_and_starts_or_says_why_it_did_not_run():
    ran = clusters.geomstats(
        {"k_means": 2.0, "mean": 1.0, "theta": [1.0, 1.0]}, "k_means", 10.0, 0.5
    )
    assert ran["seconds"] == 20.0 and ran["ratio"] == 40.0 and "8 of the laws" in ran["name"]
    failed = clusters.geomstats("no geomstats", "mean", 10.0, 0.5)
    assert failed["seconds"] is None and failed["remark"] == "no geomstats"


def test_a_script_of_geomstats_without_its_environment_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "make bench" in printed("clusters_geomstats.py", "points.f64", clusters.laws(3))

"""A qubit's real states: Bures' metric, geodesics and the turn of a vector carried round a loop."""

from __future__ import annotations

import numpy as np
import pytest

from compute import AttentionGeodesic, family
from compute.divergences.wasserstein import qubit_distances
from compute.manifold.charts import parameters
from compute.studies.holonomy import ellipse, holonomy, polygon

PAIR = ((0.5, 0.3), (-0.2, 0.6))


@pytest.mark.parametrize(
    "name, distance, curvature",
    [("bures_slice_qfi", "geodesic", 1.0), ("bures_slice_bures", "bures_angle", 4.0)],
)
def test_lengths_are_those_of_the_fidelity(name, distance, curvature, reference_engine):
    manifold = family(name)
    path = AttentionGeodesic(manifold, engine=reference_engine).compute_path(*PAIR)
    bloch = [(x, 0.0, z) for x, z in PAIR]
    assert path.length == pytest.approx(
        getattr(qubit_distances(*bloch), distance), rel=1e-9, abs=0.0
    )
    assert manifold.curvature(np.array([PAIR[0]]))[0] == pytest.approx(curvature)


def test_both_metrics_have_the_same_geodesics(reference_engine):
    paths = [
        AttentionGeodesic(family(f"bures_slice_{n}"), engine=reference_engine).compute_path(*PAIR)
        for n in ("qfi", "bures")
    ]
    np.testing.assert_allclose(paths[0].theta, paths[1].theta, atol=1e-8)


def test_the_geometric_phase_is_the_solid_angle(reference_engine):
    """Round the circle |r| = sin β a vector turns by 2π(1 − cos β), in either metric, and
    round a quarter of its disk by a quarter of that.
    """
    radius = 0.6
    for name in ("bures_slice_qfi", "bures_slice_bures"):
        circle = ellipse((0.0, 0.0), (radius, radius))
        found = holonomy(reference_engine, family(name), circle)
        assert found.angle == pytest.approx(2 * np.pi * (1 - np.sqrt(1 - radius**2)), abs=1e-6)
        assert abs(found.defect) < 1e-6
    # the straight sides are geodesics, the arc is none
    arc = np.linspace(0.0, np.pi / 2, 65)
    sector = radius * np.stack([np.cos(arc), np.sin(arc)], axis=1)
    loop = polygon(np.concatenate([[[0.0, 0.0]], sector]), parameters(("x", "z")))
    found = holonomy(reference_engine, family("bures_slice_qfi"), loop)
    assert found.angle == pytest.approx(np.pi / 2 * (1 - np.sqrt(1 - radius**2)), abs=1e-4)


def test_states_next_to_each_other_are_apart():
    """From the middle of the ball d = 2 arcsin of half the chord, which is |r| to first order."""
    found = qubit_distances([0, 0, 0], [0, 0, 1e-9])
    assert found.geodesic == pytest.approx(1e-9, rel=1e-6)

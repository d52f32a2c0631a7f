"""The setting of an integration: its units, its shares, and how states rise in a time."""

from __future__ import annotations

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.geodesics.way import ESTIMATED_TURN, FEW, TURN_LIMIT, Way

TYPED = (
    'custom:{"coordinates": ["a", "b"], "domain": [], "metric": ["1 + a^2", "0", "1"], '
    '"view": [-1, 1, -1, 1], "pins": [[0.1, 0.2], [0.4, 0.5]]}'
)


@pytest.mark.parametrize(("steps", "unit"), [(2, 1 / FEW), (FEW, 1 / FEW), (1000, 1e-3)])
def test_few_nodes_do_not_make_the_smallest_steps_longer(steps, unit):
    assert Way(manifold_of("beta"), 0.0, steps).unit == unit


@pytest.mark.parametrize(
    ("family", "typed", "turn"), [("beta", False, ESTIMATED_TURN), (TYPED, True, TURN_LIMIT)]
)
def test_a_typed_metric_is_passed_over_with_care(family, typed, turn):
    way = Way(manifold_of(family), 0.0, 16)
    assert (way.typed, way.turn) == (typed, turn)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_states_rise_by_their_slopes_and_for_other_connections_by_the_speed(alpha):
    way, random = Way(manifold_of("gaussian"), alpha, 16), np.random.default_rng(3)
    theta = random.uniform(0.5, 2.0, (2, 5))
    v, time = random.normal(size=(2, 5)), random.uniform(0.1, 0.2, 5)
    a, metric, _ = way.acceleration(theta, v)
    found = way.rise(v, a, metric, time, np.empty((5 if alpha == 0.0 else 7, 5)))
    np.testing.assert_array_equal(found[:5], [*(v * time), *(a * time), time])
    if alpha != 0.0:
        # g = diag(1, 2)/σ²
        speed2 = (v[0] ** 2 + 2.0 * v[1] ** 2) / theta[1] ** 2
        np.testing.assert_allclose(found[5:], [np.sqrt(speed2) * time, speed2 * time], rtol=1e-13)


def test_the_margin_of_points_in_any_number_of_rows():
    """σ > 10⁻⁶ in the family's domain."""
    way, theta = Way(manifold_of("gaussian"), 0.0, 16), np.array([[0.0, 1.0], [0.5, 2.0]])
    wanted = theta[1] - 1e-6
    np.testing.assert_allclose(way.margin(theta), wanted, rtol=1e-15)
    np.testing.assert_allclose(way.margin(theta[:, :, None]), wanted[:, None], rtol=1e-15)

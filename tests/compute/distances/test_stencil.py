"""Neighbours of grid nodes by the metric: acute, shortest, and never across unusable nodes."""

from __future__ import annotations

import numpy as np
import pytest

from compute.distances.eikonal import FAR, EikonalGrid, settled
from compute.distances.stencil import AROUND, REACH, stencil


def random_metrics(count, stretch):
    """Packed metrics (1, count, 3) whose longest length is ``stretch`` times the shortest."""
    angle = np.random.default_rng(3).uniform(0, np.pi, count)
    c, s = np.cos(angle), np.sin(angle)
    long, short = stretch, 1.0 / stretch
    return np.stack(
        [long * c * c + short * s * s, (long - short) * c * s, long * s * s + short * c * c], -1
    )[None]


@pytest.mark.parametrize("stretch", [1.0, 3.0, 12.0])
def test_neighbours_leave_no_obtuse_angle(stretch):
    metric = random_metrics(500, stretch)
    around = stencil(metric, np.ones(metric.shape[:2], bool))
    assert not around.wide.any()
    full = np.stack([metric[..., [0, 1]], metric[..., [1, 2]]], axis=-2)
    inner = np.einsum("krci,rcij,krcj->krc", around.offsets, full, np.roll(around.offsets, -1, 0))
    assert inner.min() > -1e-9
    assert np.abs(around.offsets).max() <= REACH


def test_the_first_is_the_shortest_vector_of_whole_numbers():
    metric = random_metrics(200, 8.0)
    around = stencil(metric, np.ones(metric.shape[:2], bool))
    steps = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 2), -1).reshape(-1, 2)
    steps = steps[steps.any(axis=1)]
    full = np.stack([metric[..., [0, 1]], metric[..., [1, 2]]], axis=-2)[0]
    least = np.einsum("ni,kij,nj->kn", steps, full, steps).min(axis=1)
    own = np.einsum("kni,nij,knj->kn", around.offsets[:, 0], full, around.offsets[:, 0])
    np.testing.assert_allclose(own.min(axis=0), least, rtol=1e-9)


def test_a_round_metric_has_the_cells_around():
    around = stencil(np.broadcast_to([1.0, 0.0, 1.0], (3, 3, 3)), np.ones((3, 3), bool))
    np.testing.assert_array_equal(np.abs(around.offsets[:, 1, 1]), np.abs(AROUND))


def test_what_is_stretched_beyond_reach_is_said():
    metric = random_metrics(50, 1e4)
    assert stencil(metric, np.ones(metric.shape[:2], bool)).wide.mean() > 0.8


def test_no_neighbour_lies_behind_what_is_not_usable():
    """A wall one node thick, which long steps would jump over."""
    metric = np.broadcast_to(random_metrics(20, 9.0)[0, 7], (40, 40, 3))
    usable = np.ones((40, 40), bool)
    usable[:, 20] = False
    first = np.full((40, 40), FAR)
    first[20, 5] = 0.0
    found = settled(EikonalGrid(metric, first, usable))
    assert (found[:, :20] < FAR).all() and (found[:, 20:] == FAR).all()


@pytest.mark.parametrize("stretch", [1.0, 4.0, 12.0])
def test_distances_in_a_plane_are_straight(stretch):
    """|x|_g however askew the metric is: exact within a stencil's reach, and cells have area 1."""
    metric = np.broadcast_to(random_metrics(20, stretch)[0, 11], (81, 81, 3))
    row, column = np.indices((81, 81)) - 40
    g11, g12, g22 = metric[0, 0]
    exact = np.sqrt(g11 * column**2 + 2 * g12 * column * row + g22 * row**2)
    near = exact < 3.5
    grid = EikonalGrid(metric, np.where(near, exact, FAR), np.ones((81, 81), bool))
    inner = np.s_[20:61, 20:61]
    off = np.abs(settled(grid) - exact)[inner]
    assert off.max() < 0.02

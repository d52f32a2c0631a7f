"""Cutting work: dispatches stay short, buffers small, and answers do not depend on either."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import families
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.geodesics.initial_value import MAX_ATTEMPTS
from compute.gpu import tiles
from compute.requests.geodesics import ShootRequest
from compute.requests.transport import TransportRequest

MOST_ITERATIONS = 65_535


def keys(count: int):
    random = np.random.default_rng(5)
    return softmax_manifold(random.normal(size=(count, 2)), 0.5 * random.normal(size=count))


@pytest.mark.parametrize("name", sorted(families()))
def test_no_dispatch_passes_the_drivers_limit(name):
    loops = tiles.loops_of(manifold_of(name).slot)
    worst = tiles.attempts(loops) * (1 + tiles.STAGES * (1 + 2 * loops))
    assert worst <= MOST_ITERATIONS


def test_the_largest_head_fits_a_dispatch():
    loops = tiles.loops_of(keys(4096).slot)
    # a pass over the keys, the peak and two passes more, in eights, is the most there can be
    assert tiles.attempts(loops) * (1 + tiles.STAGES * (4 * 4096 // 8 + 4)) <= MOST_ITERATIONS


def test_enough_dispatches_for_every_attempt():
    for loops in (0, 16, 1024):
        most = 100 * MAX_ATTEMPTS
        assert tiles.dispatches(100, loops) * tiles.attempts(loops) >= most


def test_batches_cover_every_row_once():
    rows = [i for part in tiles.batches(1000, 4096, 1 << 20) for i in range(part.start, part.stop)]
    assert rows == list(range(1000))
    assert [part.stop - part.start for part in tiles.batches(3, 1 << 30)] == [1, 1, 1]


@pytest.mark.gpu
def test_a_path_longer_than_the_drivers_loops(gpu_engine, reference_engine):
    """1024 steps over 512 keys: 262,144 iterations, were they in one dispatch."""
    manifold = keys(512)
    request = ShootRequest(manifold, np.array([[0.1, -0.2]]), np.array([[1.5, 0.9]]), steps=1024)
    found, expected = gpu_engine.shoot(request), reference_engine.shoot(request)
    assert found.status[0] == Status.OK
    assert found.nodes[0] == 1025
    assert np.max(np.abs(found.theta - expected.theta)) < 2e-5


@pytest.mark.gpu
def test_paths_do_not_depend_on_the_dispatches(gpu_engine, monkeypatch):
    random = np.random.default_rng(2)
    request = ShootRequest(
        keys(24), random.normal(size=(9, 2)), random.normal(size=(9, 2)), steps=96
    )
    whole = gpu_engine.shoot(request)
    monkeypatch.setattr(tiles, "attempts", lambda loops, budget=0: 7)
    # fewer than a path needs: it is carried on in further submissions
    monkeypatch.setattr(tiles, "dispatches", lambda steps, loops, tries=0: 3)
    cut = gpu_engine.shoot(request)
    np.testing.assert_allclose(cut.theta, whole.theta, atol=1e-6)
    np.testing.assert_array_equal(cut.status, whole.status)
    np.testing.assert_allclose(cut.length, whole.length, rtol=1e-6)


@pytest.mark.gpu
def test_answers_do_not_depend_on_the_batches(gpu_engine, monkeypatch):
    random = np.random.default_rng(4)
    manifold = keys(16)
    shot = ShootRequest(
        manifold, random.normal(size=(10, 2)), random.normal(size=(10, 2)), steps=32
    )
    whole = gpu_engine.shoot(shot)
    carried = TransportRequest(manifold, whole.theta, whole.velocity, random.normal(size=(10, 2)))
    operators = gpu_engine.transport(carried).operators
    monkeypatch.setattr(tiles.batches, "__defaults__", (4096,))
    np.testing.assert_array_equal(gpu_engine.shoot(shot).theta, whole.theta)
    np.testing.assert_array_equal(gpu_engine.transport(carried).operators, operators)

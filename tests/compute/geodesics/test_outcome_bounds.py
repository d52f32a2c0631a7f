"""Families over finitely many outcomes: both bounds, and a miss where the metric sees none."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest

from compute import AttentionGeodesic, Status, TileTransport, attention_manifold
from compute.geodesics import outcome_bounds
from compute.geodesics.shooting import judged
from compute.requests.geodesics import ConnectRequest

TRIANGLE = np.array([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.9]])


def manifold():
    return attention_manifold(TRIANGLE * np.sqrt(2.0))


@pytest.mark.parametrize("apart", [1.0, 1e-3, 1e-9, 1e-14])
def test_bounds_keep_their_digits(apart):
    a = np.array([0.3, -0.2])
    b = a + apart * np.array([0.6, 0.8])
    with mpmath.workdps(50):
        rows = []
        for theta in (a, b):
            logits = [sum(mpmath.mpf(x) * mpmath.mpf(y) for x, y in zip(key, theta, strict=True))
                      for key in (manifold().logits[0])]  # fmt: skip
            total = sum(mpmath.exp(x) for x in logits)
            rows.append([mpmath.exp(x) / total for x in logits])
        low = 2 * mpmath.acos(sum(mpmath.sqrt(p * q) for p, q in zip(*rows, strict=True)))
        high = mpmath.sqrt(sum((p - q) * mpmath.log(p / q) for p, q in zip(*rows, strict=True)))
    found = outcome_bounds.bounds(manifold(), a, b)
    np.testing.assert_allclose(found, [float(low), float(high)], rtol=1e-12)


def test_a_miss_is_seen_where_the_metric_vanishes(engine):
    """At both g almost vanishes; on the sphere of distributions they are π apart."""
    own = manifold()
    a, b = np.array([[0.1, 0.2]]), np.array([[24.0, 0.0]])
    request = ConnectRequest(own, a, b)
    paths = engine.connect(request)
    elsewhere = replace(
        paths, stop=np.array([[-20.0, 30.0]]), status=np.zeros(1, np.int32), length=np.ones(1)
    )
    found = judged(request, elsewhere, 1e-4)
    assert found.status[0] == Status.NOT_CONVERGED
    assert found.residual[0] == pytest.approx(np.pi, abs=1e-6)


def test_lengths_are_held_against_both_bounds(engine):
    request = ConnectRequest(manifold(), np.array([[-1.0, 0.5]]), np.array([[2.0, 1.0]]), steps=32)
    paths = engine.connect(request)
    low, high = outcome_bounds.bounds(request.manifold, request.start, request.end)
    assert outcome_bounds.held(request, paths, 4).status[0] == Status.OK
    short = outcome_bounds.held(request, replace(paths, length=0.99 * low))
    assert short.status[0] == Status.NOT_CONVERGED
    long = outcome_bounds.held(request, replace(paths, length=1.01 * high))
    assert long.status[0] == Status.NOT_SHORTEST


def saturated():
    """Eight keys at a temperature at which nearly all of the view is one-hot."""
    random = np.random.default_rng(1)
    return attention_manifold(10 * random.normal(size=(8, 4)), temperature=0.05)


def test_one_pair_without_digits_leaves_its_batch_alone(gpu_engine):
    own = saturated()
    view, random = own.view, np.random.default_rng(3)
    x = random.uniform((view.x0, view.y0), (view.x1, view.y1), (40, 2))
    a, b = x[:20], x[20:]
    a[7], b[7] = (0.0, 0.0), (0.001 * view.x1, 0.0)
    paths = gpu_engine.connect(ConnectRequest(own, a, b, steps=32))
    assert paths.status[7] == Status.OK
    low, high = outcome_bounds.bounds(own, a, b)
    fine = paths.status == Status.OK
    assert (paths.length >= low - 1e-4)[fine].all()
    assert (paths.length <= high + 1e-4)[fine].all()


def test_a_geodesic_between_one_hot_points_is_found_on_the_sphere(gpu_engine):
    """g is singular at both ends, and the second try needs none."""
    own = saturated()
    view = own.view
    geodesic = AttentionGeodesic(own, engine=gpu_engine, steps=32)
    path = geodesic.compute_path((view.x0 / 2, view.y0 / 3), (view.x1 / 2, view.y1 / 3))
    low, high = outcome_bounds.bounds(own, path.theta[0], np.array([view.x1 / 2, view.y1 / 3]))
    assert path.status == Status.OK
    assert low * (1 - 1e-4) <= path.length <= high * (1 + 1e-4)


def test_a_path_of_one_node_carries_its_vector_nowhere(reference_engine):
    geodesic = AttentionGeodesic(manifold(), engine=reference_engine, steps=2)
    path = geodesic.compute_path((0, 0), (1, 0))
    stopped = replace(path, theta=path.theta[:1], velocity=path.velocity[:1], t=path.t[:1])
    carried = TileTransport(manifold(), engine=reference_engine).transport_attention(
        (1, 2), stopped
    )
    np.testing.assert_array_equal(carried, [[1.0, 2.0]])

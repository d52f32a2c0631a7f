"""A second try: ways round a hole in the domain, which no straight first curve finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.special import ive

import compute
from app.jobs.path import PathJob
from app.jobs.retry import RetryTask
from compute.core.interrupt import Interrupted, interruptible
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families.attention import softmax_manifold
from compute.geodesics import boundary_values, pole
from compute.manifold.tangent import inner, norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.studies.retry import along_polygon, second_try, way_down

ENGINE = ReferenceEngine()
# distances diverge on the unit circle and nothing is inside it
HOLE = {
    "name": "A plane with a hole",
    "coordinates": ["a", "b"],
    "metric": ["1/sqrt(a^2 + b^2 - 1)", "0", "1/sqrt(a^2 + b^2 - 1)"],
    "view": [-4, 4, -3, 3],
    "pins": [[-3, 0.3], [3, 0.2]],
}
A, B = (-3.0, 0.3), (3.0, 0.2)


@pytest.fixture(scope="module")
def hole():
    return compute.custom_family(HOLE)


@pytest.fixture(scope="module")
def failed(hole):
    """The request from one side of the hole to the other, and its first result."""
    request = request_of(hole, (A, B))
    return request, ENGINE.connect(request)


def request_of(manifold, *pairs, alpha: float = 0.0) -> ConnectRequest:
    starts, ends = np.array(pairs, dtype=float).transpose(1, 0, 2)
    return ConnectRequest(manifold, starts, ends, alpha, 128)


def test_a_way_round_a_hole_is_found(failed):
    request, first = failed
    assert first.status[0] != Status.OK, "the straight line goes through the hole"
    paths = second_try(ENGINE, request, first)
    assert paths.status[0] == Status.OK and paths.residual[0] < 1e-9
    theta, v = paths.theta[0], paths.velocity[0]
    radius = np.hypot(*theta.T)
    assert radius.min() > 1.0
    # Clairaut: the metric does not depend on the angle, so that g(∂_φ, θ') is the same everywhere
    moment = (theta[:, 0] * v[:, 1] - theta[:, 1] * v[:, 0]) / np.sqrt(radius**2 - 1)
    np.testing.assert_allclose(moment, moment[0], rtol=1e-8)


def test_the_way_down_a_distance_map_is_as_long_as_the_distance():
    manifold = compute.family("gaussian")
    a, b = np.array([-1.0, 0.5]), np.array([1.5, 1.2])
    way = way_down(ENGINE, manifold, a, b)
    np.testing.assert_array_equal(way[[0, -1]], [a, b])
    lengths = manifold.distance(way[:-1], way[1:])
    assert lengths.sum() == pytest.approx(manifold.distance(a, b), rel=0.02)
    assert np.ptp(lengths) < 0.1 * lengths.mean()


def test_what_converged_is_kept_and_what_cannot_be_keeps_its_status(hole, failed):
    inside = request_of(hole, ((2.0, 0.5), (3.0, 0.2)))
    both = batch.replaced(
        batch.rows(failed[1], np.array([0, 0])), np.array([0]), ENGINE.connect(inside)
    )
    request = request_of(hole, ((2.0, 0.5), (3.0, 0.2)), (A, B))
    paths = second_try(ENGINE, request, both)
    np.testing.assert_array_equal(paths.theta[0], both.theta[0])
    assert list(paths.status) == [Status.OK, Status.OK]
    halves = {"coordinates": ["a", "b"], "metric": ["1", "0", "1"], "domain": ["a^2 > 0.25"]}
    across = request_of(compute.custom_family(halves), ((-1.0, 0.2), (1.0, 0.1)))
    first = ENGINE.connect(across)
    assert second_try(ENGINE, across, first).status[0] == first.status[0] != Status.OK


def test_it_ends_where_it_is_interrupted(failed):
    request, first = failed
    with pytest.raises(Interrupted), interruptible(lambda: True):
        second_try(ENGINE, request, first)


def test_scripts_get_the_second_try_one_by_one(hole):
    solver = compute.AttentionGeodesic(hole, engine=ENGINE)
    assert solver.compute_path(A, B).status == Status.OK, "the first try of several finds nothing"


def test_a_path_at_rest_is_tried_again_and_says_so():
    import json

    from app.presenters.measures import measures

    job = PathJob(f"custom:{json.dumps(HOLE)}", A, B, (0.0, 0.3), 0.0, "final")
    heard: list = []
    job.perform(ENGINE, heard.append, lambda: False)
    assert heard[-1].may_be_retried
    assert not replace(heard[-1], job=replace(job, quality="live")).may_be_retried
    with pytest.raises(Interrupted), interruptible(lambda: True):
        RetryTask(job).perform(ENGINE, heard.append, lambda: False)
    assert len(heard) == 1, "it was called off"
    RetryTask(job).perform(ENGINE, heard.append, lambda: False)
    assert heard[-1].paths.status[0] == Status.OK and not heard[-1].may_be_retried
    assert any(m.name == "Second try" and m.ok for m in measures(heard[-1]))


def test_where_one_key_has_all_but_nothing_a_polygon_is_the_geodesic():
    """Three outcomes make an octant of a sphere: d = 2 arccos Σ√(pq), and each point on the arc."""
    keys = np.array([[1.0, 0.0], [-0.5, 0.8], [-0.4, -0.9]])
    manifold = softmax_manifold(keys, np.array([0.0, 0.3, -0.2]))
    start, end = np.array([[14.0, 1.0]]), np.array([[-9.0, 11.0]])
    found = along_polygon(ConnectRequest(manifold, start, end, 0.0, 64))
    p = manifold.density(found.theta[0], manifold.support(start).x)
    assert 1 - p[[0, -1]].max(axis=1).min() < 1e-6
    distance = 2 * np.arccos(np.sqrt(p[0] * p[-1]).sum())
    assert found.status[0] == Status.OK
    assert found.length[0] == pytest.approx(distance, rel=1e-5)
    t = np.linspace(0, 1, 65)[:, None]
    arc = np.sin((1 - t) * distance / 2) * np.sqrt(p[0]) + np.sin(t * distance / 2) * np.sqrt(p[-1])
    np.testing.assert_allclose(np.sqrt(p), arc / np.sin(distance / 2), atol=1e-4)


@pytest.mark.gpu
def test_queries_whose_attention_is_all_but_hard_are_joined(gpu_engine):
    """Between such queries of a real head rays miss; what is found lies between the bounds."""
    manifold = compute.family("attention:bank")
    around = np.array([0.0, np.pi * 0.7])
    reach = 25 / np.abs(manifold.logits[0]).max()
    pins = reach * np.stack([np.cos(around), np.sin(around)], axis=-1)
    request = request_of(manifold, tuple(map(tuple, pins)))
    first = gpu_engine.connect(request)
    assert first.status[0] != Status.OK
    found = second_try(gpu_engine, request, first)
    low, high = manifold.bounds(request.start, request.end)
    assert found.status[0] == Status.OK and low[0] <= found.length[0] <= high[0]


def test_a_path_that_cannot_be_shown_beside_a_pole_is_not_called_one():
    """There g is all but ½δ: the geodesic is a chord, ten times nearer than the domain's edge."""
    manifold = compute.family("von_mises")
    near = ConnectRequest(manifold, np.array([[0.1, 0.0011]]), np.array([[3.1, 0.002]]), 0.0, 16)
    assert pole.connect(near).status[0] == Status.LEFT_DOMAIN
    assert ENGINE.connect(near).status[0] != Status.OK


def test_velocities_beside_a_pole_are_as_long_as_the_path():
    """Also of a node that is put on the edge about the pole."""
    manifold = compute.family("von_mises")
    start = np.array([[0.3, 1.0], [0.3, 1.0], [-1.0, 2.0]])
    end = np.array([[0.3 + np.pi, 1.1], [0.3001 + np.pi, 1.0], [np.pi - 1.002, 1.5]])
    found = pole.connect(ConnectRequest(manifold, start, end, steps=128))
    assert found.theta[..., 1].min() < 1.01e-3
    speed = np.sqrt(inner(manifold.geometry(found.theta).metric, found.velocity, found.velocity))
    np.testing.assert_allclose(
        speed, np.broadcast_to(found.length[:, None], speed.shape), rtol=1e-5
    )


def test_a_geodesic_goes_straight_through_a_pole():
    """At the first try, in a moment: nothing is aimed through the singular point."""
    manifold = compute.family("von_mises")
    request = ConnectRequest(manifold, np.array([[0.0, 0.5]]), np.array([[np.pi, 0.5]]), 0.0, 32)
    found = ENGINE.connect(request)
    assert found.status[0] == Status.OK
    # every node is one of the family
    assert manifold.in_domain(found.theta).all()

    def speed(kappa):
        ratio = ive(1, kappa) / ive(0, kappa)
        return np.sqrt(1 - ratio / kappa - ratio**2)

    assert found.length[0] == pytest.approx(2 * quad(speed, 0, 0.5)[0], rel=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_a_pole_of_coordinates_is_passed(alpha):
    """By scipy in natural coordinates x = κ(cos μ, sin μ), where Γ_ij,k = ½ ∂³ψ, ψ = log I₀(|x|)."""
    manifold = compute.family("von_mises")
    a, b = (0.0, 2.0), (np.pi - 0.01, 2.0)
    request = ConnectRequest(manifold, np.array([a]), np.array([b]), alpha, 32)
    found = pole.connect(request)
    assert found.status[0] == Status.OK and found.theta[0, :, 1].min() < 0.1
    np.testing.assert_allclose(found.theta[0, -1], b, atol=1e-9)

    def slopes(t, y):
        x, v, h = y[:2], y[2:], 1e-3
        at = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        g = {ij: hessian(x + h * np.array(ij)) for ij in at}
        cubic = np.stack([(g[1, 0] - g[-1, 0]) / (2 * h), (g[0, 1] - g[0, -1]) / (2 * h)], -1)
        force = 0.5 * (1 - alpha) * np.einsum("ijk,i,j->k", cubic, v, v)
        return [*v, *-np.linalg.solve(g[0, 0], force)]

    def hessian(x):
        r = np.hypot(*x)
        ratio = ive(1, r) / ive(0, r)
        along, across = 1 - ratio / r - ratio**2, ratio / r
        e = x / r
        return across * np.eye(2) + (along - across) * np.outer(e, e)

    theta, v = found.theta[0, 0], found.velocity[0, 0]
    turn = np.array([[np.cos(theta[0]), -np.sin(theta[0])], [np.sin(theta[0]), np.cos(theta[0])]])
    start = [*turn @ [theta[1], 0.0], *turn @ [v[1], theta[1] * v[0]]]
    end = solve_ivp(slopes, (0, 1), start, rtol=1e-9, atol=1e-10).y[:2, -1]
    np.testing.assert_allclose(end, 2 * np.array([np.cos(b[0]), np.sin(b[0])]), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "alpha", "start", "end"),
    [
        ("weibull", 0.9, (1.49583932, 4.02382023), (3.8786511, 0.20367355)),
        ("beta", -0.9, (11.56273713, 0.44422991), (0.23757579, 2.41149623)),
    ],
)
def test_the_equation_is_solved_where_no_ray_is_aimed(name, alpha, start, end):
    """Pairs that shooting misses: from each node of what is found a ray leads to the next."""
    manifold = compute.family(name)
    request = request_of(manifold, (start, end), alpha=alpha)
    found = boundary_values.solve(request)
    assert found.status[0] == Status.OK
    theta, v = found.theta[0], found.velocity[0]
    np.testing.assert_allclose(theta[[0, -1]], [start, end])
    rays = ENGINE.shoot(ShootRequest(manifold, theta[:-1], v[:-1] / request.steps, alpha, 4))
    assert (rays.status == Status.OK).all()
    metric = manifold.geometry(theta[1:]).metric
    assert norm(metric, rays.stop - theta[1:]).max() < 1e-4 * found.length[0]
    assert rays.length.sum() == pytest.approx(found.length[0], rel=1e-4)


def test_a_wide_pair_is_found_from_either_end():
    """Of Beta, over five decades: rays over the first mesh miss the curve by a fifteenth of it."""
    manifold = compute.family("beta")
    ends = (525.7488175104364, 0.0030704021324414557), (0.3431668299048466, 781.0332748843961)
    there = boundary_values.solve(request_of(manifold, ends, alpha=-0.7))
    back = boundary_values.solve(request_of(manifold, ends[::-1], alpha=-0.7))
    assert there.status[0] == back.status[0] == Status.OK
    assert there.length[0] == pytest.approx(back.length[0], rel=1e-8)


def test_no_geodesic_is_found_where_the_metric_is_indefinite():
    """There a straight line would solve an equation whose right side is taken for 0."""
    half = {"coordinates": ["a", "b"], "metric": ["1", "0", "a"], "pins": [[0.5, 0], [1, 1]]}
    manifold = compute.custom_family(half)
    request = request_of(manifold, ((-1.0, 0.3), (-0.2, 1.0)), alpha=0.5)
    assert boundary_values.solve(request).status[0] == Status.NOT_CONVERGED


def test_a_geodesic_from_a_hard_query_is_the_one_that_comes_back_to_it():
    """Turned round it is the same curve; and from its middle on a ray leads to the end."""
    rng = np.random.default_rng(0)
    manifold = compute.attention_manifold(rng.normal(size=(6, 2)))
    hard = 16 * np.array([[np.cos(2.5), np.sin(2.5)]])
    request = ConnectRequest(manifold, hard, np.array([[1.0, 0.4]]), -0.1, 64)
    back = replace(request, start=request.end, end=request.start)
    found, there = ENGINE.connect(request), ENGINE.connect(back)
    assert there.status[0] == found.status[0] == Status.OK
    np.testing.assert_allclose(found.theta, there.theta[:, ::-1], atol=1e-6)
    shot = ShootRequest(manifold, found.theta[:, 32], found.velocity[:, 32] / 2, -0.1, 32)
    np.testing.assert_allclose(ENGINE.shoot(shot).theta, found.theta[:, 32:], atol=1e-5)


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_a_first_try_that_finds_nothing_is_over_soon(hole, alpha):
    """Nothing is aimed across the hole: by evaluations of the metric, not by the clock."""
    calls = []

    def geometry(theta):
        calls.append(theta.size)
        return hole.geometry(theta)

    counted = replace(hole, geometry=geometry)
    found = ENGINE.connect(request_of(counted, (A, B), alpha=alpha))
    assert found.status[0] == Status.NOT_CONVERGED
    assert len(calls) < 2000, "rays took a hundred thousand"

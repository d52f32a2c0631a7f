"""Near points: lengths, misses and nodes are relative to their difference, on both engines."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import polygamma

from compute import AttentionGeodesic, family
from compute.core.status import Status
from compute.manifold.tangent import norm
from compute.requests.geodesics import ConnectRequest, ShootRequest

FAMILIES = [
    "gaussian",
    "student_t",
    "weibull",
    "categorical3_natural",
    "categorical3_expectation",
    "gamma",
    "beta",
    "inverse_gaussian",
    "von_mises",
    "flat_exponential_pair",
    "bures_slice_bures",
    "attention",
]


def half_plane(a, b):
    """√2 arcosh(1 + x) = 2√2 arsinh √(x/2), without cancellation."""
    (mu, sigma), (other_mu, other_sigma) = a, b
    x = ((mu - other_mu) ** 2 + 2 * (sigma - other_sigma) ** 2) / (4 * sigma * other_sigma)
    return 2 * np.sqrt(2.0) * np.arcsinh(np.sqrt(x / 2))


def chord(metric, a, b):
    """√(Δᵀ g(middle) Δ), right to O(d²)."""
    move = np.subtract(b, a)
    return float(np.sqrt(move @ metric(np.add(a, b) / 2) @ move))


def beta_metric(theta):
    a, b, c = polygamma(1, [*theta, sum(theta)])
    return np.array([[a - c, -c], [-c, b - c]])


def gamma_metric(theta):
    k, rate = theta
    return np.array([[polygamma(1, k), -1 / rate], [-1 / rate, k / rate**2]])


NEAR = {
    "gaussian": [
        ((-1.8988640361986056, 3.400240175279449), (-1.8988639112480763, 3.400240398890381)),
        ((3.135402613394195, 0.20444770902186277), (3.135402690036682, 0.20444771470449688)),
        ((1e5, 2.0), (1e5 + 1e-4, 2.0 - 1e-5)),
    ],
    "beta": [((3.109394674036064, 0.5623113193196364), (3.109394222959655, 0.562311259004324))],
    "gamma": [((10.25504081144962, 5.655431376975024), (10.25573280629238, 5.6540490480295915))],
}
LENGTHS = {
    "gaussian": half_plane,
    "beta": lambda a, b: chord(beta_metric, a, b),
    "gamma": lambda a, b: chord(gamma_metric, a, b),
}


@pytest.mark.parametrize("name", NEAR)
def test_near_points_have_the_length_of_the_formula(name, engine):
    starts, ends = np.moveaxis(np.array(NEAR[name]), 1, 0)
    paths = engine.connect(ConnectRequest(family(name), starts, ends))
    assert (paths.status == Status.OK).all()
    right = [LENGTHS[name](a, b) for a, b in NEAR[name]]
    np.testing.assert_allclose(paths.length, right, rtol=2e-6)


def scattered(manifold, count, seed):
    """Pairs in the middle of the view, in all directions, 1e-15 to 1e-2 apart by g."""
    random = np.random.default_rng(seed)
    chart, view = manifold.charts[0], manifold.view
    low, high = np.array([[view.x0, view.y0], [view.x1, view.y1]])
    x = random.uniform(0.7 * low + 0.3 * high, 0.3 * low + 0.7 * high, (count, 2))
    start = chart.inverse(x)
    start = np.where(manifold.in_domain(start)[:, None], start, manifold.interior)
    angle = random.uniform(0, 2 * np.pi, count)
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    move = wheel / norm(manifold.geometry(start).metric, wheel)[:, None]
    return start, start + move * 10 ** random.uniform(-15, -2, count)[:, None]


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_joins_near_points(name, alpha, engine):
    manifold = family(name)
    start, end = scattered(manifold, 40, 4)
    paths = engine.connect(ConnectRequest(manifold, start, end, alpha, 16))
    assert (paths.status == Status.OK).all()
    d = norm(manifold.geometry(0.5 * (start + end)).metric, end - start)
    assert (np.abs(paths.length - d) <= 1e-12 * d + (1.0 if alpha else 50.0 * d) * d**2).all()


def test_nodes_between_near_points_are_distinct_and_even(engine):
    manifold, a, step = family("gaussian"), np.array([[3.0, 2.0]]), np.array([[2e-9, -3e-9]])
    paths = engine.connect(ConnectRequest(manifold, a, a + step, steps=64))
    moves = np.diff(paths.theta[0], axis=0)
    np.testing.assert_allclose(moves, np.broadcast_to(step / 64, moves.shape), rtol=1e-4)
    np.testing.assert_allclose(paths.velocity[0], np.broadcast_to(step, (65, 2)), rtol=1e-6)


def test_near_and_far_pairs_keep_their_order(engine):
    manifold = family("gaussian")
    a = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    b = np.array([[1.0, 2.0], [1e-9, 1.0], [-1.0, 0.5], [0.0, 1.0]])
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=32))
    assert (paths.status == Status.OK).all()
    right = [half_plane(*pair) for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(paths.length, right, rtol=1e-4)
    assert paths.length[3] == 0.0


def test_all_paths_of_a_point_to_itself_are_one_of_no_length(engine):
    (path,) = AttentionGeodesic(family("gaussian"), engine=engine).all_paths((1, 2), (1, 2))
    assert path.status == Status.OK
    assert path.length == 0.0


def test_short_rays_keep_their_digits_far_from_the_origin(gpu_engine):
    """Beside θ = 1000 the steps of such a ray are below half an ulp of single precision."""
    v = np.array([[1e-4, 2e-4]])
    paths = gpu_engine.shoot(ShootRequest(family("gaussian"), np.array([[1e3, 3.0]]), v))
    np.testing.assert_allclose(paths.stop - (1e3, 3.0), v, rtol=1e-3)
    moves = np.diff(paths.theta[0], axis=0)
    np.testing.assert_allclose(moves, np.broadcast_to(v / 128, moves.shape), rtol=1e-2)

"""The geodesic of two normals: against shooting of its equation, limits, bad input."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from scipy.integrate import quad, solve_ivp
from scipy.linalg import sqrtm
from scipy.optimize import root

from app.cli.main import main
from compute import Normal, Status, normal_geodesic
from compute.divergences.wasserstein import centred_distance
from compute.families import manifold as manifold_of
from compute.normals.paths import normal_paths

PAIRS = [
    (((0, 1), [[1, 0.5], [0.5, 2]]), ((1, 2), [[2, 1], [1, 1]]), 1.391369),
    (((0, 0), np.eye(2)), ((3, 1), np.diag([0.5, 2])), 3.105178),
    (((0, 0), np.eye(2)), ((1, 0), np.eye(2)), 0.980258),
]


def packed(mean, covariance):
    return np.concatenate([mean, np.asarray(covariance)[[0, 0, 1], [0, 1, 1]]])


def unpacked(y):
    return y[:2], y[[2, 3, 3, 4]].reshape(2, 2)


def rate(t, y):
    """μ″ = Σ′Σ⁻¹μ′, Σ″ = Σ′Σ⁻¹Σ′ − μ′μ′ᵀ."""
    (_, S), (v, W) = unpacked(y[:5]), unpacked(y[5:])
    moved = W @ np.linalg.inv(S)
    return np.concatenate([y[5:], packed(moved @ v, moved @ W - np.outer(v, v))])


@pytest.mark.parametrize("start, end, length", PAIRS)
def test_it_is_what_shooting_finds(start, end, length):
    found = normal_geodesic(Normal(*start), Normal(*end), 64)
    assert found.status == Status.OK
    assert found.length == pytest.approx(length, abs=5e-7)
    assert found.residual < 1e-12
    a, b = packed(*start), packed(*end)

    def flight(v):
        t = (0.0, 0.5, 1.0)
        return solve_ivp(rate, (0, 1), [*a, *v], "DOP853", t, rtol=1e-11, atol=1e-12).y[:5]

    guess = (packed(found.mean[1], found.covariance[1]) - a) * 64
    velocity = root(lambda v: flight(v)[:, -1] - b, guess, tol=1e-11).x
    middle = packed(found.mean[32], found.covariance[32])
    np.testing.assert_allclose(middle, flight(velocity)[:, 1], atol=1e-9)
    v, W = unpacked(velocity)
    back = np.linalg.inv(start[1])
    speed = np.sqrt(v @ back @ v + 0.5 * np.trace(back @ W @ back @ W))
    assert found.length == pytest.approx(speed, rel=1e-9, abs=0.0)


def test_equal_means_are_the_closed_form_and_one_dimension_the_half_plane():
    a, b = Normal([1, 2], [[2, 0.5], [0.5, 1]]), Normal([1, 2], [[1, -0.3], [-0.3, 1.5]])
    assert normal_geodesic(a, b).length == pytest.approx(centred_distance(a, b), rel=1e-12, abs=0.0)
    # what only the first coordinate differs in is N(μ, σ²) beside a second that never moves
    flat = normal_geodesic(Normal([0, 3], np.diag([1, 4])), Normal([2, 3], np.diag([2.25, 4])))
    exact = manifold_of("gaussian").distance(np.array([[0.0, 1.0]]), np.array([[2.0, 1.5]]))[0]
    assert flat.length == pytest.approx(exact, rel=1e-12, abs=0.0)
    np.testing.assert_allclose(flat.covariance[:, 1, 1], 4.0, rtol=1e-12)


# five by mpmath at 40 digits; the last two are a half-plane beside lines
KNOWN = [
    (((0, 0), np.diag([1, 0.1])), ((1, 1), np.diag([0.1, 1])), 3.1329316710671612),
    (((0, 0), np.eye(2)), ((3.5, -0.5), [[1.1, 1], [1, 1.5]]), 3.5937065632369640),
    (((0, 0), np.eye(2)), ((-3, 3), np.diag([0.25, 12])), 4.0276454072159349),
    (((0, 0), np.eye(2)), ((2, 1), [[2, 0.5], [0.5, 1]]), 1.8060906212181393),
    (((1, 1), [[4, 1], [1, 9]]), ((0, 1), np.eye(2)), 1.9531039097988167),
    ((np.zeros(2), 0.4 * np.eye(2)), (np.full(2, 0.4), 0.5 * np.eye(2)), 0.862310910118),
    ((np.zeros(3), 0.4 * np.eye(3)), (np.full(3, 0.4), 0.5 * np.eye(3)), 1.049360039184),
]


@pytest.mark.parametrize(("start", "end", "length"), KNOWN)
def test_known_lengths(start, end, length):
    found = normal_geodesic(Normal(*start), Normal(*end))
    assert found.status == Status.OK
    assert found.length == pytest.approx(length, rel=0.0, abs=1e-12)


def test_one_dimension_is_the_half_plane_and_more_are_made_of_fewer():
    rng = np.random.default_rng(1)
    for _ in range(20):
        (m, n), (s, r) = rng.normal(size=2) * 3, np.exp(rng.normal(size=2))
        exact = manifold_of("gaussian").distance(np.array([[m, s]]), np.array([[n, r]]))[0]
        found = normal_geodesic(Normal([m], [[s * s]]), Normal([n], [[r * r]]))
        assert found.length == pytest.approx(exact, rel=1e-11, abs=0.0)
    # coordinates in which nothing moves, in a frame of any directions
    (m, S), (n, T), length = PAIRS[0]
    frame, rest = rng.normal(size=(5, 5)), np.diag([2.0, 3.0, 0.5])
    ends = []
    for mean, covariance in ((m, S), (n, T)):
        whole = np.zeros((5, 5))
        whole[:2, :2], whole[2:, 2:] = covariance, rest
        whole = frame @ whole @ frame.T
        ends.append(Normal(frame @ [*mean, 1, -1, 4], 0.5 * (whole + whole.T)))
    found = normal_geodesic(*ends, 16)
    assert found.length == pytest.approx(length, abs=5e-7)
    back = np.linalg.inv(frame)
    still = back @ found.covariance @ back.T
    np.testing.assert_allclose(still[:, 2:, 2:] - rest, 0.0, atol=1e-9)
    np.testing.assert_allclose((found.mean @ back.T)[:, 2:] - [1, -1, 4], 0.0, atol=1e-9)


def test_of_more_dimensions_no_other_path_is_shorter():
    rng = np.random.default_rng(2)
    for d in (1, 3, 5):
        factors = rng.normal(size=(2, d, d))
        a, b = (Normal(rng.normal(size=d), f @ f.T + 0.1 * np.eye(d)) for f in factors)
        paths = normal_paths(a, b, 12)
        assert {path.status for path in paths.values()} == {Status.OK}
        assert min(paths, key=lambda name: paths[name].length) == "fisher-rao"
        for name in ("w2", "e", "m"):
            parts = quad(lambda t, n=name, a=a, b=b: speed(n, a, b, t), 0, 1, limit=200)[0]
            assert paths[name].length == pytest.approx(parts, rel=1e-8, abs=0.0), name


def test_an_affine_map_and_the_way_back_change_no_length():
    rng = np.random.default_rng(3)
    (m, S), (n, T), length = PAIRS[0]
    map_, move = rng.normal(size=(2, 2)), rng.normal(size=2)
    there = normal_geodesic(Normal(m, S), Normal(n, T), 10)
    back = normal_geodesic(Normal(n, T), Normal(m, S), 10)
    np.testing.assert_allclose(there.covariance, back.covariance[::-1], atol=1e-12)
    np.testing.assert_allclose(there.mean, back.mean[::-1], atol=1e-12)
    mapped = [Normal(map_ @ c + move, map_ @ C @ map_.T) for c, C in ((m, S), (n, T))]
    assert normal_geodesic(*mapped).length == pytest.approx(length, abs=5e-7)


def test_what_cannot_be_reached_says_so():
    one = Normal([0, 0], np.eye(2))
    far = normal_geodesic(one, Normal([1e9, 0], np.eye(2)))
    assert far.status == Status.NOT_CONVERGED
    assert np.isnan(far.length)
    thin = normal_geodesic(one, Normal([1, 0], 1e-12 * np.eye(2)))
    assert thin.status == Status.ILL_CONDITIONED
    same = normal_geodesic(one, one)
    assert (same.length, same.status) == (0.0, Status.OK)
    with pytest.raises(ValueError, match="same dimension, got 1 and 2"):
        normal_geodesic(Normal([0], [[1]]), one)
    many = Normal(np.zeros(33), np.eye(33))
    with pytest.raises(ValueError, match="at most 32 dimensions, got 33"):
        normal_geodesic(many, many)
    with pytest.raises(ValueError, match="b must be a Normal, got 3"):
        normal_geodesic(one, 3)
    with pytest.raises(ValueError, match="mean must be finite"):
        Normal([np.nan, 0], np.eye(2))


@pytest.mark.parametrize("covariance", [[[1, 0], [0]], 1j * np.eye(2), [["1", "0"], ["0", "1"]]])
def test_a_covariance_is_an_array_of_real_numbers(covariance):
    with pytest.raises(ValueError, match="covariance must be an array of real numbers, got"):
        Normal([0, 0], covariance)


def test_no_other_path_is_shorter():
    (m, S), (n, T), length = PAIRS[0]
    paths = normal_paths(Normal(m, S), Normal(n, T), 16)
    assert set(paths) == {"fisher-rao", "w2", "e", "m"}
    for name, path in paths.items():
        assert path.status == Status.OK
        assert path.length >= length - 1e-6, name
        np.testing.assert_allclose(path.mean[[0, -1]], [m, n], atol=1e-9)
        np.testing.assert_allclose(path.covariance[[0, -1]], [S, T], atol=1e-9)
    # equal covariances: e- and W2-paths keep them, the m-path widens
    wide = normal_paths(Normal([0, 0], np.eye(2)), Normal([2, 0], np.eye(2)), 8)
    for name in ("w2", "e"):
        np.testing.assert_allclose(wide[name].covariance[4], np.eye(2), atol=1e-12)
    np.testing.assert_allclose(wide["m"].covariance[4], np.diag([2.0, 1.0]), atol=1e-12)
    assert wide["e"].length == pytest.approx(2.0, rel=1e-12, abs=0.0)


def speed(name, a, b, t):
    """|θ'| of a path at t, straight from its definition."""
    A, B, s = a.covariance, b.covariance, 1 - t
    if name == "w2":
        half = sqrtm(A)
        carrier = np.linalg.inv(half) @ sqrtm(half @ B @ half) @ np.linalg.inv(half)
        one = np.eye(len(A))
        M, turn = s * one + t * carrier, carrier - one
        S, W, v = M @ A @ M, turn @ A @ M + M @ A @ turn, b.mean - a.mean
    elif name == "e":
        one, other = np.linalg.inv(A), np.linalg.inv(B)
        S = np.linalg.inv(s * one + t * other)
        W = -S @ (other - one) @ S
        v = S @ (other @ b.mean - one @ a.mean) + W @ (s * one @ a.mean + t * other @ b.mean)
    else:
        v = b.mean - a.mean
        S = s * A + t * B + s * t * np.outer(v, v)
        W = B - A + (s - t) * np.outer(v, v)
    moved = np.linalg.solve(S, W)
    return np.sqrt(v @ np.linalg.solve(S, v) + 0.5 * np.trace(moved @ moved))


@pytest.mark.parametrize(
    "start, end, e",
    [
        # e by mpmath at 40 digits
        (((0, 0), np.diag([1, 0.01])), ((2, 0), np.diag([0.01, 1])), 7.56740374861679),
        (((0, 1), [[1, 0.5], [0.5, 2]]), ((1, 2), [[2, 1], [1, 1]]), 1.46910477843810),
        (((1, -3), np.diag([1e-3, 4])), ((5, 7), [[30, -2], [-2, 1]]), 13.3520180487884),
    ],
)
def test_lengths_are_integrals_of_the_speed(start, end, e):
    a, b = Normal(*start), Normal(*end)
    paths = normal_paths(a, b, 8)
    assert paths["e"].length == pytest.approx(e, rel=1e-12, abs=0.0)
    for name in ("w2", "e", "m"):
        edges = [0, 1e-4, 1e-3, 0.01, 0.1, 0.9, 0.99, 0.999, 0.9999, 1]
        parts = [quad(lambda t, n=name: speed(n, a, b, t), *ab)[0] for ab in pairwise(edges)]
        assert paths[name].length == pytest.approx(sum(parts), rel=1e-9, abs=0.0), name
        assert paths[name].status == Status.OK


def test_the_command_draws_the_ellipses(tmp_path, capsys):
    target = tmp_path / "out.png"
    ends = ["--start=0,1,1,.5,2", "--end=1,2,2,1,1"]
    assert main(["normals", *ends, "-o", str(target), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lengths"]["fisher-rao"] == pytest.approx(1.391369, abs=5e-7)
    with Image.open(target) as picture:
        assert picture.size == (1040, 1040)
    assert main(["normals", "--start=0,1,2", ends[1]]) == 2
    assert "start must be 2, 5, 9, 14 … numbers" in capsys.readouterr().err
    assert main(["normals", "--start=0,1", ends[1]]) == 2
    assert "got 1 (0,1) and 2 (1,2,2,1,1)" in capsys.readouterr().err
    assert main(["normals", ends[0], "--end=1,2,2,3,1"]) == 2
    assert "end: covariance must be symmetric and positive definite" in capsys.readouterr().err
    cube = ["--start=0,0,0,.4,0,0,.4,0,.4", "--end=.4,.4,.4,.5,0,0,.5,0,.5"]
    assert main(["normals", *cube, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lengths"]["fisher-rao"] == pytest.approx(1.049360039184, abs=6e-13)
    assert main(["normals", *cube, "-o", str(target)]) == 2
    assert "shows bivariate normals, got dimension 3" in capsys.readouterr().err
    assert main(["normals", ends[0], "--end=1e9,0,1,0,1"]) == 1
    assert "NOT_CONVERGED" in capsys.readouterr().out


EXTREMES = [
    (
        ((0.0, 0.0), [[2.8956913596722359e10, -6.8273433135773067e9],
                      [-6.8273433135773077e9, 1.6097232532767088e9]]),
        ((-0.18373312576936052, 0.12506936124323587),
         [[1.6321809756535044e8, -1.5699739916584224e8],
          [-1.5699739916584224e8, 1.5101378898850346e8]]),
    ),
    (
        ((5.6734680192642629e8, -1.6041273210865762e9),
         [[2.716958999020093e8, 5.958354113111871e6], [5.958354113111870e6, 3.863678357820661e8]]),
        ((-0.00844637410501461, 0.00050090388167775),
         [[1.5543647434738708e9, 2.3914117540857611e9],
          [2.3914117540857615e9, 3.6792202098239012e9]]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), EXTREMES)
def test_extremes_end_in_a_status(a, b):
    path = normal_geodesic(Normal(*a), Normal(*b), 8)
    assert path.status in (Status.OK, Status.ILL_CONDITIONED, Status.NOT_CONVERGED)


def test_extremes_of_more_dimensions_end_in_a_status_that_holds_from_both_ends():
    rng, seen = np.random.default_rng(8), set()
    for _ in range(4):
        factors = rng.normal(size=(2, 4, 4)) * 10 ** rng.uniform(-1.5, 1.5, size=(2, 1, 4))
        a, b = (Normal(rng.normal(size=4) * 100.0, f @ f.T) for f in factors)
        there, back = normal_geodesic(a, b, 4), normal_geodesic(b, a, 4)
        seen |= {there.status, back.status}
        if there.status == back.status == Status.OK:
            assert there.length == pytest.approx(back.length, rel=1e-6, abs=1e-6)
    assert Status.OK in seen and seen <= {Status.OK, Status.ILL_CONDITIONED, Status.NOT_CONVERGED}


def test_what_is_ok_is_as_long_from_the_other_end():
    """Each of the two met its end to 1e-7, and they differed by 6 %."""
    a = Normal(np.array([205.4471297185601, -451.44770372739947]),
               np.array([[9.877238471550966, 20.030094984313696],
                         [20.030094984313696, 40.66731643719408]]))  # fmt: skip
    b = Normal(np.array([0.03569892944980963, -0.01007006632909083]),
               np.array([[33.061324237164825, -9.516451280995085],
                         [-9.516451280995085, 2.81323943]]))  # fmt: skip
    found = [normal_geodesic(*pair, 8) for pair in ((a, b), (b, a))]
    fine = [path for path in found if path.status == Status.OK]
    lengths = [path.length for path in fine]
    assert len(fine) < 2 or abs(lengths[0] - lengths[1]) < 1e-5 * lengths[0]

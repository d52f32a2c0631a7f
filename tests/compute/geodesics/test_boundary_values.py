"""Existing geodesics are found, decades apart and near edges; shorter ones are named."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import polygamma

import compute
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.studies.all_geodesics import EveryJob
from app.jobs.studies.study import StudyAnswer
from app.presenters import shorter_paths
from compute.core.status import Status
from compute.families.attention import softmax_manifold
from compute.geodesics import (
    direct_solutions,
    gauss_collocation,
    logarithmic,
    multiple_shooting,
    revolution,
)
from compute.geodesics.initial_curves import straight
from compute.requests.fields import DistanceRequest
from compute.requests.geodesics import ConnectRequest
from compute.studies.retry import second_try

# far pairs of Gamma, by their lengths (SciPy's solve_bvp in log k and log k/λ, at 1e-10)
GAMMA = [
    ((2208.9167, 0.81667), (0.0034296150, 346.43193), 11.4878833),
    ((0.030875809, 2.146704132), (1308.1853989, 373.40731), 8.804158067538),
]
# of Beta; the last two by solve_bvp in logarithms, at 1e-9, on some 4,000 nodes
BETA = [
    ((1, 10), (10, 1), 4.258647773256),
    ((0.5, 0.5), (5, 5), 1.867535349032),
    ((8.97277712, 0.00970607402), (8.15302329, 474.15785008), 8.03391281101628),
    ((0.0012599, 0.91501741), (386.43002597, 55.98376861), 10.10316697094657),
]
CLOSE = {"reference": 1e-8, "gpu": 1e-4}


def wide(n: int, seed: int, low: float = 1e-3) -> np.ndarray:
    """n pairs with coordinates of all scales."""
    return np.exp(np.random.default_rng(seed).uniform(np.log(low), np.log(1e3), (2, n, 2)))


def request_of(name: str, start, end, steps: int = 128) -> ConnectRequest:
    manifold = compute.family(name) if isinstance(name, str) else name
    return ConnectRequest(manifold, np.atleast_2d(start), np.atleast_2d(end), 0.0, steps)


@pytest.mark.parametrize(("start", "end", "length"), GAMMA)
def test_gamma_distributions_decades_apart(engine, start, end, length):
    found = engine.connect(request_of("gamma", start, end))
    assert found.status[0] == Status.OK
    assert found.length[0] == pytest.approx(length, rel=CLOSE[engine.name])


def test_a_quadrature_solves_the_equation_of_gamma():
    """By solve_ivp in (u, w) = (log k/λ, log k): ds² = (k²ψ' − k) dw² + k du²."""
    starts, ends = wide(6, 2)
    found = revolution.connect(request_of("gamma", starts, ends))
    assert (found.status == Status.OK).all()

    def slopes(t, y):
        _, w, du, dw = y
        k = np.exp(w)
        a = k**2 * polygamma(1, k) - k
        bend = 2 * k**2 * polygamma(1, k) + k**3 * polygamma(2, k) - k
        return [du, dw, -du * dw, (k * du**2 - bend * dw**2) / (2 * a)]

    for start, end, path, v, length in zip(
        starts, ends, found.theta, found.velocity, found.length, strict=True
    ):
        rate = v[0] / start
        begin = [np.log(start[0] / start[1]), np.log(start[0]), rate[0] - rate[1], rate[0]]
        with np.errstate(all="ignore"):
            y = solve_ivp(slopes, (0, 1), begin, rtol=1e-12, atol=1e-13, method="DOP853",
                          t_eval=[0.5, 1.0]).y  # fmt: skip
        k = np.exp(y[1])
        np.testing.assert_allclose(np.stack([k, k / np.exp(y[0])], 1), path[[64, 128]], rtol=1e-6)
        a = start[0] ** 2 * polygamma(1, start[0]) - start[0]
        speed = np.sqrt(a * begin[3] ** 2 + start[0] * begin[2] ** 2)
        assert speed == pytest.approx(length, rel=1e-10, abs=0.0)
        np.testing.assert_array_equal(path[-1], end)


@pytest.mark.parametrize(("name", "count", "missed"), [("gamma", 60, 0), ("beta", 12, 0)])
def test_pairs_of_all_scales_are_found(engine, name, count, missed):
    found = engine.connect(request_of(name, *wide(count, 5)))
    assert (found.status != Status.OK).sum() <= missed
    assert found.residual.max() < (1e-8 if engine.name == "reference" else 1e-4) * 12


@pytest.mark.parametrize(("start", "end", "length"), BETA)
def test_geodesics_of_beta_have_their_lengths(engine, start, end, length):
    found = engine.connect(request_of("beta", start, end))
    assert found.status[0] == Status.OK
    assert found.length[0] == pytest.approx(length, rel=CLOSE[engine.name])


def test_states_beside_the_rim_are_joined(engine):
    """d = arccos √F, √F the fidelity: ½ arccos(r·s + √((1 − r²)(1 − s²)))."""
    random = np.random.default_rng(4)
    turn, rest = 2 * np.pi * random.random((2, 40)), 10 ** random.uniform(-5.5, -2, (2, 40))
    radius = np.sqrt(1 - rest)
    start, end = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)
    found = engine.connect(request_of("bures_slice_bures", start, end))
    assert (found.status == Status.OK).all()
    distance = 0.5 * np.arccos((start * end).sum(axis=1) + np.sqrt(rest[0] * rest[1]))
    np.testing.assert_allclose(found.length, distance, rtol=CLOSE[engine.name] * 2, atol=1e-7)


def test_an_arc_that_leaves_the_domain_says_so(engine):
    """Of Weibull's half circles some go below λ = 1e-5."""
    start, end = (3.62333195, 0.02628718), (0.01134761, 4.40150634)
    stretch, lean = np.sqrt(6) / np.pi, 1 - np.euler_gamma
    (x0, y0), (x1, y1) = ((stretch * (np.log(s) + lean / k), 1 / k) for k, s in (start, end))
    middle = (x1**2 - x0**2 + y1**2 - y0**2) / (2 * (x1 - x0))
    radius = np.hypot(x0 - middle, y0)
    turn = np.linspace(np.arctan2(y0, x0 - middle), np.arctan2(y1, x1 - middle), 4001)
    scale = np.exp((middle + radius * np.cos(turn)) / stretch - lean * radius * np.sin(turn))
    assert scale.min() < 1e-5 and scale[[0, -1]].min() > 1e-5
    request = request_of("weibull", start, end)
    found = engine.connect(request)
    assert found.status[0] == Status.LEFT_DOMAIN and found.residual[0] > 1
    kept = found.nodes[0]
    assert 1 <= kept < 129 and request.manifold.in_domain(found.theta[0, :kept]).all()
    again = second_try(engine, request, found)
    assert again.status[0] == Status.LEFT_DOMAIN, "what is known to leave is not tried again"


def test_logarithms_carry_the_connection():
    """Γ_ij,k = ½(∂_i g_jk + ∂_j g_ik − ∂_k g_ij) of the metric that is carried over."""
    manifold, x, h = logarithmic.scaled(compute.family("beta")), np.array([0.3, -1.0]), 1e-5
    g11, g12, g22 = 0, 1, 2
    d1, d2 = ((manifold.geometry(x + h * e).metric - manifold.geometry(x - h * e).metric) / (2 * h)
              for e in np.eye(2))  # fmt: skip
    expected = [[0.5 * d1[g11], 0.5 * d2[g11], d2[g12] - 0.5 * d1[g22]],
                [d1[g12] - 0.5 * d2[g11], 0.5 * d1[g22], 0.5 * d2[g22]]]  # fmt: skip
    np.testing.assert_allclose(manifold.geometry(x).first, expected, rtol=1e-8, atol=1e-9)
    assert logarithmic.scaled(compute.family("von_mises")) is None


def test_collocation_keeps_great_circles_and_refuses_what_leads_outside():
    manifold = compute.family("bures_slice_qfi")
    request = request_of(manifold, (-0.6, 0.2), (0.7, -0.3), 32)
    line = straight(manifold.charts[0], request.start, request.end, 64)
    found = gauss_collocation.connect(request, line)
    assert found.status[0] == Status.OK
    distance = manifold.distance(request.start, request.end)
    np.testing.assert_allclose(found.length, distance, rtol=1e-12)
    np.testing.assert_allclose(manifold.distance(found.theta[0, 0], found.theta[0]),
                               distance * found.t, atol=1e-10)  # fmt: skip
    halves = {"coordinates": ["a", "b"], "metric": ["1", "0", "1"], "domain": ["a^2 > 0.25"]}
    across = request_of(compute.custom_family(halves), (-1.0, 0.2), (1.0, 0.1), 32)
    line = straight(across.manifold.charts[0], across.start, across.end, 64)
    assert gauss_collocation.connect(across, line).status[0] == Status.NOT_CONVERGED


def test_a_batch_keeps_its_order_where_some_pairs_go_another_way(reference_engine):
    """Pairs next to each other are shot at, the others are not."""
    start = np.array([[0.5, 2.0], [1.0, 1.0], [3.0, 0.2]])
    end = np.array([[6.0, 1.5], [1.0 + 1e-6, 1.0], [0.1, 4.0]])
    found = reference_engine.connect(request_of("beta", start, end, 16))
    assert (found.status == Status.OK).all()
    np.testing.assert_array_equal(found.theta[:, 0], start)
    np.testing.assert_allclose(found.theta[:, -1], end, rtol=1e-9)
    assert list(direct_solutions.way(request_of("beta", start, end))[1]) == [True, False, True]
    assert found.length[1] == pytest.approx(1e-6, rel=1e-5), "g₁₁ = ψ'(1) − ψ'(2) = 1"


def sink():
    """Three keys around one of weight 100: a lens."""
    corners = [[1, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)], [0, 0]]
    return softmax_manifold(corners, [0, 0, 0, np.log(100)])


def test_of_all_geodesics_one_is_the_shortest(gpu_engine):
    solver = compute.AttentionGeodesic(sink(), engine=gpu_engine, steps=64)
    paths = solver.all_paths((-4.0, 0.1), (7.3, 0.25))
    assert [path.shortest for path in paths] == [True, False, False]
    assert paths[0].shorter_length is None
    assert {path.shorter_length for path in paths[1:]} == {paths[0].length}


def test_what_is_known_of_a_single_path(reference_engine):
    solve = compute.AttentionGeodesic(compute.family("gaussian"), engine=reference_engine)
    path = solve.compute_path((0, 1), (1, 2))
    assert path.shortest is True and path.shorter_length is None
    # no formula knows the distance between Beta distributions
    other = compute.AttentionGeodesic(compute.family("beta"), engine=reference_engine, steps=16)
    assert other.compute_path((0.5, 3), (1, 3)).shortest is None


def test_the_command_line_names_the_shorter_one(capsys):
    from app.cli.main import main

    arguments = ["geodesic", "gaussian", "--start", "0,1", "--end", "1,2", "--engine", "reference"]
    assert main([*arguments, "--json"]) == 0
    path = json.loads(capsys.readouterr().out)["paths"][0]
    assert path["shortest"] is True and path["shorter_length"] is None
    from app.cli.path_report import lines_of

    solve = compute.AttentionGeodesic(
        compute.family("gaussian"), engine=compute.open_engine("reference")
    )
    longer = replace(solve.compute_path((0, 1), (1, 2)), shortest=False, shorter_length=1.25)
    lines = lines_of(longer, "reference", 0.0)
    assert "shortest  no: a geodesic of length 1.25 is known" in lines


def test_the_status_line_names_the_shorter_one(reference_engine):
    job = PathJob("gaussian", (0.0, 1.0), (1.0, 2.0), (0.0, 0.3), 0.0, "final")
    heard: list = []
    job.perform(reference_engine, heard.append, lambda: False)
    every = EveryJob(job.family, job.start, job.end, 0.0)
    study = StudyAnswer(every, {}, {}, (), frozenset(), 0.0, 1.0)
    assert (
        shorter_paths.words(heard[-1], [study], None)
        == "not shortest: a geodesic of length 1 is known"
    )
    same = replace(study, shortest=float(heard[-1].paths.length[0]))
    assert shorter_paths.words(heard[-1], [same], None) == ""
    elsewhere = replace(study, job=replace(every, end=(1.0, 3.0)))
    assert shorter_paths.words(heard[-1], [elsewhere], None) == ""


def test_the_status_line_holds_a_map_against_the_geodesic_at_b(reference_engine):
    job = PathJob("gaussian", (0.0, 1.0), (1.0, 2.0), (0.0, 0.3), 0.0, "final")
    heard: list = []
    job.perform(reference_engine, heard.append, lambda: False)
    manifold = compute.family("gaussian")
    chart = manifold.charts[0]
    request = DistanceRequest(manifold, chart, np.array(job.start), manifold.view, (40, 60))
    field = reference_engine.distance(request)
    of = MapJob("gaussian", chart.name, "distance", 0, manifold.view, (60, 40), 60, job.start)

    def told(share, job=of, complete=True):
        wrong = replace(field, values=share * field.values)
        return shorter_paths.words(heard[-1], [], MapAnswer(job, wrong, complete, 1.0))

    assert told(1.0) == told(0.97) == ""
    assert told(1.2).startswith("the distance map is too large at B: ")
    assert told(0.8).startswith("not shortest: the distance map gives about ")
    assert told(1.2, complete=False) == told(1.2, replace(of, source=(0.5, 1.0))) == ""


def test_what_is_known_to_leave_goes_to_no_other_solver(reference_engine):
    request = request_of("weibull", (3.62333195, 0.02628718), (0.01134761, 4.40150634))
    found = reference_engine.connect(request)
    assert multiple_shooting.repaired(request, found, np.zeros((1, 65, 2)), None, "f8") is found

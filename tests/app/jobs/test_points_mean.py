"""Means of many points in a drag: to first order in the moves, however they follow one another."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.session import Session
from app.jobs.studies.points_mean import MANY, SEVERAL, STEPS, UNSEEN, PointsMeanJob
from compute import open_engine
from compute.families import manifold
from compute.requests.geodesics import ConnectRequest
from compute.statistics.means import average, mean

REFERENCE, GAMMA = open_engine("reference"), manifold("gamma")
THETA = np.exp(np.random.default_rng(3).normal(0.8, 0.4, (2 * MANY, 2)))


class Counted:
    """The reference, which counts its geodesics."""

    name = "reference"

    def __init__(self) -> None:
        self.pairs = 0

    def connect(self, request):
        self.pairs += len(request.start)
        return REFERENCE.connect(request)

    def shoot(self, request):
        return REFERENCE.shoot(request)


def answered(session: Session, theta, kind: str, live: bool, engine=REFERENCE):
    said: list = []
    job = PointsMeanJob("gamma", tuple(map(tuple, theta.tolist())), live, kind)
    job.perform_in(session, engine, said.append, lambda: False)
    return said[-1]


@pytest.mark.parametrize("kind", ["frechet", "median"])
def test_a_second_drag_begins_before_the_first_one_is_certified(kind):
    session, theta = Session(), THETA.copy()
    answered(session, theta, kind, live=False)
    before = mean(REFERENCE, GAMMA, theta, kind=kind).theta
    theta[5] *= [1.5, 0.7]
    answered(session, theta, kind, live=True)
    theta[9] *= [1.4, 0.8]  # the first point is released, and the rest not yet computed
    engine = Counted()
    found = answered(session, theta, kind, live=True, engine=engine)
    assert engine.pairs == 4  # two logarithms, and two geodesics drawn
    wanted = mean(REFERENCE, GAMMA, theta, kind=kind)
    off = np.abs(found.curves["mean"][0] - wanted.theta).max()
    assert off < 0.05 * np.abs(wanted.theta - before).max()
    values = [measure.value for measure in found.measures]
    assert values[0].startswith("≈ (") and values[2] == "on release"
    variance = float(values[1].removeprefix("≈ "))
    assert variance == pytest.approx(wanted.variance, rel=0.006)  # three digits
    rest = answered(session, theta, kind, live=False)
    assert float(rest.measures[2].value) <= 1e-9


def test_a_mean_that_hardly_moves_takes_its_geodesics_with_it():
    session, theta, engine = Session(), THETA.copy(), Counted()
    answered(session, theta, "frechet", live=False)
    theta[5] *= [1.05, 0.97]
    found = answered(session, theta, "frechet", live=True, engine=engine)
    assert engine.pairs == 1  # it gives the logarithm and is drawn
    centre, drawn = found.curves["mean"][0], found.curves["spokes"][: STEPS + 1]
    np.testing.assert_allclose(drawn[[0, -1]], [centre, theta[5]], rtol=1e-9)
    exact = REFERENCE.connect(ConnectRequest(GAMMA, drawn[:1], drawn[-1:], 0.0, STEPS)).theta[0]
    assert np.abs(drawn - exact).max() < UNSEEN


def test_more_points_than_a_few_are_certified_in_the_drag():
    session, theta = Session(), THETA.copy()
    answered(session, theta, "frechet", live=False)
    theta[: SEVERAL + 1] *= 1.01
    found = answered(session, theta, "frechet", live=True)
    assert float(found.measures[2].value) <= 1e-9


@pytest.mark.parametrize("kind", ["e", "m"])
def test_an_average_is_exact_in_a_drag_and_its_variance_comes_on_release(kind):
    session, engine = Session(), Counted()
    found = answered(session, THETA, kind, live=True, engine=engine)
    assert engine.pairs == 0
    np.testing.assert_allclose(found.curves["mean"][0], average(GAMMA, THETA, kind), rtol=1e-12)
    np.testing.assert_allclose(
        average(GAMMA, THETA, kind), mean(REFERENCE, GAMMA, THETA, kind=kind).theta, rtol=1e-12
    )
    assert [m.value for m in found.measures][1:] == ["on release", "not needed: an average"]
    assert [m.ok for m in found.measures] == [True] * 3 and "spokes" not in found.curves

"""A path is solved once, in fewer steps if the metric is expensive; its answer describes that path."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.path import HEAVY_STEPS, LIKELIEST, STEPS, PathJob, path_answer
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.geodesics import ConnectRequest

JOB = PathJob("gaussian", (0.0, 1.0), (2.0, 1.5), (0.1, 0.2), 0.0, "live")


class Counting(ReferenceEngine):
    """Counts the boundary-value problems and their steps."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def connect(self, request):
        self.steps.append(request.steps)
        return super().connect(request)


def test_a_path_is_solved_once():
    engine, found = Counting(), []
    JOB.perform(engine, found.append, lambda: False)
    assert engine.steps == [STEPS["live"]]


@pytest.mark.parametrize(("quality", "steps"), [("live", HEAVY_STEPS), ("final", STEPS["final"])])
def test_a_dragged_path_of_a_quadrature_is_short(quality, steps):
    engine, (a, b) = Counting(), manifold_of("mixture_wm").pins
    PathJob("mixture_wm", a, b, (0.1, 0.1), 0.0, quality).perform(engine, [].append, lambda: False)
    assert engine.steps == [steps]


def test_the_answer_is_of_the_path_that_was_found():
    """As when a second try finds another one."""
    engine, manifold = ReferenceEngine(), manifold_of("gaussian")
    other = engine.connect(ConnectRequest(manifold, [(0.0, 1.0)], [(2.0, 1.5)], steps=24))
    assert path_answer(engine, manifold, JOB, other, 0.0).paths is other


def test_a_dragged_path_of_thousands_of_keys_is_short_and_has_the_likeliest(tmp_path):
    random = np.random.default_rng(5)
    q, k, v = (random.normal(size=(size, 4)) for size in (5, 1200, 1200))
    np.savez(tmp_path / "wide.npz", q=q, k=k, v=v)
    name = f"attention:{tmp_path}/wide.npz"
    manifold = manifold_of(name)
    engine, found = Counting(), []
    a, b = manifold.pins
    PathJob(name, a, b, (0.1, 0.1), 0.0, "live").perform(engine, found.append, lambda: False)
    assert engine.steps == [HEAVY_STEPS]
    (answer,) = found
    assert answer.rows.shape[1] == len(answer.labels) == LIKELIEST
    whole = manifold.density(np.array(a), np.arange(1200.0))
    kept = [int(label) for label in answer.labels]
    np.testing.assert_allclose(answer.row_a, whole[kept])
    assert whole.argmax() in kept


@pytest.mark.parametrize("quality", ["live", "final"])
def test_few_outcomes_are_all_kept(quality):
    found: list = []
    a, b = manifold_of("attention:bank").pins
    job = PathJob("attention:bank", a, b, (0.1, 0.1), 0.0, quality)
    job.perform(ReferenceEngine(), found.append, lambda: False)
    assert len(found[0].labels) == 15
    assert len(found[0].paths.t) == STEPS[quality] + 1


class Uncompiled(Counting):
    """Has not compiled the kernels of any family."""

    def is_ready(self, manifold):
        return False


@pytest.mark.parametrize(("quality", "solved"), [("live", []), ("final", [STEPS["final"]])])
def test_the_first_geodesic_of_a_typed_family_waits_for_no_kernels(quality, solved):
    own = '{"coordinates": ["m", "s"], "domain": ["s > 0"], "log_density": "-(x-m)^2/(2*s^2)", '
    engine, found = Uncompiled(), []
    name = f'custom:{own}"normalise": true}}'
    PathJob(name, (0.0, 1.0), (2.0, 1.5), (0.1, 0.2), 0.0, quality).perform(
        engine, found.append, lambda: False
    )
    assert engine.steps == solved, "what stays is of the engine that was chosen"
    exact = 2**0.5 * np.arccosh(1 + (0.5 * 2.0**2 + 0.5**2) / (2 * 1.5))
    assert found[0].paths.length[0] == pytest.approx(exact, rel=1e-12, abs=0)

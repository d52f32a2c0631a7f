"""The race of descents, and the path through points, as studies of a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import compute
from app.jobs.data_points import DataTask
from app.jobs.studies.checkpoints import CheckpointsJob
from app.jobs.studies.descents import DescentsJob
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.data_points import DataPoint
from app.model.data_settings import DataSettings
from app.model.scene import Scene, completed
from compute.samples.samples import Sample
from compute.statistics.likelihood import likelihood

REFERENCE = compute.open_engine("reference")
GAMMA = compute.family("gamma")
X, Y = np.array([0.5, 1.0, 2.5]), np.array([1.0, 3.0, 4.0, 8.0, 2.0])


def numbers(answer) -> dict[str, str]:
    assert answer.problem is None
    return {measure.name: measure.value for measure in answer.measures}


def test_the_loss_of_fitted_points_is_the_likelihood_of_all_their_samples():
    fits = compute.fit({"x": X, "y": Y}, "gamma")
    points = tuple(
        DataPoint(tuple(map(float, theta)), n=n)
        for theta, n in zip(fits.theta, fits.n, strict=True)
    )
    job = DescentsJob("gamma", (1.0, 1.0), (2.0, 2.0), points)
    answer = job.answer(REFERENCE)
    assert numbers(answer)["Loss of the race"] == "− log-likelihood of 8 values, per value"
    all_x = np.concatenate([X, Y])
    function = likelihood(GAMMA, Sample("", all_x, np.ones(8), 0))
    best = compute.fit(all_x, "gamma").theta[0]
    last = answer.curves["mirror_path"][-1]
    above = float(function.mean(best[None])[0] - function.mean(last[None])[0])
    assert float(numbers(answer)["Mirror descent"].split()[0]) == pytest.approx(above, rel=0.01)


def test_without_data_the_loss_is_the_divergence_to_b_and_divergence_is_said():
    near = numbers(DescentsJob("gaussian", (0.0, 1.0), (1.0, 2.0), ()).answer(REFERENCE))
    assert near["Loss of the race"] == "KL(B‖θ)"
    assert "after 60 steps" in near["Natural gradient"]
    far = DescentsJob("gaussian", (0.3, 0.2), (0.0, 0.2), ()).answer(REFERENCE)
    (plain,) = (each for each in far.measures if each.name == "Gradient")
    assert not plain.ok
    none = numbers(DescentsJob("weibull", (1.0, 1.0), (2.0, 2.0), ()).answer(REFERENCE))
    assert none["Mirror descent"] == "no expectation parameters"


def test_lengths_of_descents_stand_beside_the_geodesics_of_their_ends():
    # at equal means the gradient of KL(B‖θ) is along σ alone, and so is the geodesic: √2 |ln σ/σ₀|
    answer = DescentsJob("gaussian", (0.0, 1.0), (0.0, 2.0), ()).answer(REFERENCE)
    found = numbers(answer)
    for method in ("gradient", "natural", "mirror"):
        sigma = answer.curves[f"{method}_path"][[0, -1], 1]
        name = {"natural": "natural gradient", "mirror": "mirror descent"}.get(method, method)
        length, straight = found[f"Length, {name}"].split("; the geodesic ")
        assert float(length) == pytest.approx(np.sqrt(2) * np.log(sigma[1] / sigma[0]), rel=1e-3)
        assert length == straight
    bent = numbers(DescentsJob("gaussian", (0.0, 1.0), (2.0, 1.0), ()).answer(REFERENCE))
    length, straight = bent["Length, gradient"].split("; the geodesic ")
    assert float(length) > float(straight)
    still = DescentsJob("gaussian", (0.0, 1.0), (0.0, 1.0), ()).answer(REFERENCE)
    assert numbers(still)["Length, natural gradient"] == "no step was made"


def test_descents_that_overlap_are_told_apart_without_colour():
    pens = [
        DescentsJob.curves[f"{method}_path"].dash for method in ("gradient", "natural", "mirror")
    ]
    assert len({*pens}) == 3


def test_a_path_through_points_states_its_excess_and_turning():
    job = CheckpointsJob("gaussian", ((0.0, 1.0), (0.0, 2.0), (0.0, 4.0)))
    answer = job.answer(REFERENCE)
    found = numbers(answer)
    assert float(found["Path length"]) == pytest.approx(np.sqrt(2) * np.log(4), abs=1e-5)
    assert found["Excess of the path"] == "1"
    assert set(answer.curves) == {"checkpoints", "direct"}
    one = CheckpointsJob("gaussian", ((0.0, 1.0),)).answer(REFERENCE)
    assert numbers(one)["Path length"] == "needs two points of data"


def test_points_with_times_are_a_path_in_the_order_of_their_times(tmp_path):
    file = tmp_path / "training.csv"
    file.write_text("step,mu,sigma\n0,0,1\n30,0,4\n10,0,2\n")
    told: list[object] = []
    DataTask("gaussian", DataSettings(str(file))).perform(REFERENCE, told.append, lambda: False)
    scene = completed(replace(Scene(family="gaussian"), points=told[-1].points))
    assert scene_file.from_text(scene_file.to_text(scene, tmp_path), "", tmp_path) == scene
    found = numbers(CheckpointsJob.of(scene, Viewport()).answer(REFERENCE))
    assert found["Excess of the path"] == "1"
    # two pieces of √2 ln 2, in times of 10 and 20
    assert float(found["Thermodynamic divergence"]) == pytest.approx(
        30 * 2 * np.log(2) ** 2 * (1 / 10 + 1 / 20), rel=1e-5
    )
    twice = replace(scene, points=(*scene.points, scene.points[0]))
    problem = CheckpointsJob.of(twice, Viewport()).answer(REFERENCE).problem
    assert problem is not None and "times must be finite and increase" in problem


def test_checkpoints_of_arrays_have_a_name_losses_and_a_mark_that_follows_the_playhead(tmp_path):
    """On μ = 0 a geodesic from σ to σ' is at σ (σ'/σ)^s after the share s of its time."""
    file = tmp_path / "run.npz"
    theta, step = np.array([[0.0, 1.0], [0.0, 4.0], [0.0, 2.0]]), np.array([0, 30, 10])
    np.savez(file, theta=theta, step=step, loss=[3.0, 0.25, np.nan], name="run 7")
    answer = answer_of(file)
    assert answer.data.name == "run 7" and answer.words == "3 points of run 7 in run.npz"
    assert [point.loss for point in answer.points] == [3.0, 0.25, None]
    made = replace(Scene(family="gaussian"), points=answer.points, data=answer.data)
    scene = completed(made)
    assert scene_file.from_text(scene_file.to_text(scene, tmp_path), "", tmp_path) == scene
    found = CheckpointsJob.of(scene, Viewport()).answer(REFERENCE)
    assert found.names == {"checkpoints": "path of run 7"}
    assert "Loss of the path" not in numbers(found)  # it is not known at every point
    mark = found.moving["checkpoint_mark"]
    for playhead, sigma in ((0.0, 1.0), (1 / 6, 2**0.5), (1 / 3, 2.0), (2 / 3, 8**0.5), (1.0, 4.0)):
        np.testing.assert_allclose(mark.at(playhead), [0.0, sigma], atol=2e-4)


def test_the_losses_of_a_table_are_stated(tmp_path):
    file = tmp_path / "training.csv"
    file.write_text("step,mu,sigma,loss,name\n0,0,1,3.5,sgd\n1,0,2,0.5,sgd\n2,0,3,0.75,sgd\n")
    answer = answer_of(file)
    assert answer.data.name == "sgd" and answer.points[0].label == "1"
    scene = completed(replace(Scene(family="gaussian"), points=answer.points, data=answer.data))
    found = CheckpointsJob.of(scene, Viewport()).answer(REFERENCE)
    assert numbers(found)["Loss of the path"] == "3.5 → 0.75; least 0.5"


def answer_of(file):
    told: list[object] = []
    DataTask("gaussian", DataSettings(str(file))).perform(REFERENCE, told.append, lambda: False)
    return told[-1]

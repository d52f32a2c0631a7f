"""The studies drawn around the geodesic: layers, their jobs and their measures."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.controller import Controller
from app.jobs import studies
from app.jobs.plan import jobs, wanted_of
from app.jobs.studies.all_geodesics import EveryJob
from app.jobs.studies.balls import BallJob
from app.jobs.studies.cut_locus import CutJob
from app.jobs.studies.query_space import QueryJob
from app.jobs.studies.study import Study, StudyAnswer
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import of_family
from app.model.store import Store
from app.presenters import measures
from app.views.interface.curve_styles import STYLES
from app.views.interface.events import LoopDrawn, SceneEdited
from app.views.interface.views import Canvas, Measure, Window
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.geodesics import ConnectRequest
from compute.studies.retry import length_between
from tests.claims import each

KINDS = studies.curves_of_layers()
ALL = {layer: True for layer in KINDS}


def wanted(scene, dragging=False):
    """The studies of a scene."""
    asked = (
        wanted_of(kind, Subject.of(scene), Viewport(dragging=dragging)) for kind in studies.kinds()
    )
    return [job for job in asked if job is not None]


def with_layers(name, **layers):
    scene = scene_file.load(name)
    return replace(scene, layers=replace(Layers(map=False, ellipses=False), **layers))


def study(scene, layer):
    (job,) = wanted(replace(scene, layers=replace(scene.layers, **{layer: True})))
    found: list = []
    job.perform(ReferenceEngine(), found.append, lambda: False)
    (answer,) = found
    assert isinstance(answer, StudyAnswer)
    return answer


def test_every_study_has_a_place_a_pen_and_a_turn():
    scene = with_layers("bank", **ALL)
    found = wanted(scene)
    assert {type(job) for job in found} == set(studies.kinds())
    elsewhere = {type(job) for job in wanted(with_layers("gaussian", **ALL))}
    assert elsewhere == set(studies.kinds()) - {QueryJob}, "only a head has queries"
    assert {kind for kinds in KINDS.values() for kind in kinds} < set(STYLES)
    assert {f.name for f in Layers.__dataclass_fields__.values()} > set(KINDS)


def test_slow_studies_wait_for_the_end_of_a_drag():
    scene = with_layers("gaussian", **ALL)
    subject = Subject.of(scene)
    held, free = (set(jobs(subject, Viewport(dragging=dragging))) for dragging in (True, False))
    kinds = {type(job) for job in wanted(scene, dragging=True)}
    assert kinds and not kinds & {EveryJob, CutJob, BallJob}
    assert {kind for kind in held if issubclass(kind, Study)} == kinds
    assert free > held and {EveryJob, CutJob, BallJob} <= free


@pytest.mark.parametrize("exact", [True, False])
def test_the_way_through_all_queries_ends_at_the_pins_and_is_no_longer(exact, tmp_path):
    scene = with_layers("bank")
    if not exact:  # more keys than are independent
        q, k, v = np.random.default_rng(2).normal(size=(3, 14, 5))
        np.savez(tmp_path / "many.npz", q=q, k=k, v=v)
        scene = of_family(scene, f"attention:{tmp_path / 'many.npz'}")
    answer = study(scene, "query_space")
    line = answer.curves["queries"]
    np.testing.assert_allclose(line[0], scene.start.theta, atol=1e-9)
    np.testing.assert_allclose(line[-1], scene.end.theta, atol=1e-9)
    inside, off = answer.measures
    assert inside.ok and ("great circle" in inside.value) == exact
    manifold = manifold_of(scene.family)
    ends = np.array([[scene.start.theta], [scene.end.theta]])
    plane = ReferenceEngine().connect(ConnectRequest(manifold, *ends)).length[0]
    low = manifold.bounds(*ends)[0][0]
    length = float(inside.value.split()[0])
    assert low - 1e-4 <= length <= plane + 1e-4
    assert off.value.endswith("% of the distance from A to B")


def test_dual_paths_end_at_the_pins_and_are_no_shorter():
    scene = with_layers("gaussian")
    answer = study(scene, "dual_paths")
    for kind in ("e", "m"):
        np.testing.assert_allclose(answer.curves[kind][0], scene.start.theta)
        np.testing.assert_allclose(answer.curves[kind][-1], scene.end.theta, atol=1e-6)
    assert each(measure.ok for measure in answer.measures)
    assert not answer.dashed


def test_the_ball_goes_through_b():
    scene = with_layers("gaussian")
    ball = study(scene, "balls").curves["ball"]
    assert np.linalg.norm(ball - scene.end.theta, axis=1).min() < 2e-2
    np.testing.assert_array_equal(ball[0], ball[-1])


def test_a_loop_shows_how_far_its_vector_turns():
    scene = replace(with_layers("gaussian"), loop=((0.0, 1.0), (2.0, 1.0), (2.0, 3.0), (0.0, 3.0)))
    answer = study(scene, "loop")
    turn = -2 / np.sqrt(2) * (1 - 1 / 3)
    before, after = (
        answer.curves[kind][1] - answer.curves[kind][0] for kind in ("before", "after")
    )
    # the frame is that of the vertex: e₁ = σ∂_μ, e₂ = σ∂_σ/√2
    angle = np.arctan2(np.sqrt(2) * after[1], after[0]) - np.arctan2(
        np.sqrt(2) * before[1], before[0]
    )
    assert angle == pytest.approx(turn, abs=1e-6)
    assert each(measure.ok for measure in answer.measures)


def test_a_loop_out_of_the_domain_is_dashed_and_says_why():
    scene = replace(with_layers("gaussian"), loop=((0.0, 1.0), (2.0, 0.5), (2.0, -1.0)))
    answer = study(scene, "loop")
    assert answer.dashed == {"loop"}
    assert "boundary" in answer.measures[0].value


@pytest.fixture
def desk():
    canvas, window, runner = MagicMock(spec=Canvas), MagicMock(spec=Window), MagicMock()
    controller = Controller(Store(with_layers("gaussian")), canvas, window, runner)
    return controller, canvas, window, runner


def answer_all(controller, runner):
    for call in runner.submit.call_args_list:
        call.args[0].perform(ReferenceEngine(), controller.on_message, lambda: False)
    runner.submit.reset_mock()


def test_a_layer_is_computed_drawn_measured_and_cleared(desk):
    controller, canvas, window, runner = desk
    answer_all(controller, runner)
    controller.on_event(SceneEdited({"layers.dual_paths": True}))
    answer_all(controller, runner)
    drawn = {c.args[0] for c in canvas.set_curve.call_args_list if c.args[1] is not None}
    assert {"e", "m", "geodesic"} <= drawn
    names = [measure.name for measure in window.set_measures.call_args.args[0]]
    assert "e-path, α = 1" in names
    canvas.set_curve.reset_mock()
    controller.on_event(SceneEdited({"layers.dual_paths": False}))
    canvas.set_curve.assert_any_call("e", None)
    names = [measure.name for measure in window.set_measures.call_args.args[0]]
    assert "e-path, α = 1" not in names


def test_a_loop_drawn_by_hand_is_kept(desk, tmp_path):
    controller, _, window, _ = desk
    controller.on_event(LoopDrawn(np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 0.5)])))
    scene = controller.store.scene
    assert scene.layers.loop
    np.testing.assert_allclose(scene.loop, [(0, 1), (1, 1), (1, np.exp(0.5))])
    scene_file.save(scene, tmp_path / "loop.json")
    assert scene_file.load(tmp_path / "loop.json").loop == scene.loop
    controller.on_event(LoopDrawn(np.array([(0.0, 0.0), (1.0, 0.0)])))
    window.log.assert_called_once()
    window.tell.assert_not_called()
    assert controller.store.scene == scene


def test_distance_from_a_is_a_map_of_its_own(desk):
    controller, canvas, _, runner = desk
    controller.on_event(SceneEdited({"layers.map": True, "scalar": "distance"}))
    answer_all(controller, runner)
    image = canvas.set_map.call_args.args[0]
    assert image.label == "Fisher–Rao distance from A"
    assert 0 <= np.nanmin(image.values) < 0.2


def test_a_path_is_checked_in_float64(desk):
    controller, _, window, runner = desk
    answer_all(controller, runner)
    controller.commands["check"]()
    answer_all(controller, runner)
    last = window.set_measures.call_args.args[0][-1]
    assert last.name == "Path error against float64"
    assert last.ok
    assert float(last.value) < 1e-9
    *_, words, ok = window.set_status.call_args.args
    assert ok and words == f"float64 agrees: path error {last.value.replace('-', '−')}"
    controller.on_event(SceneEdited({"alpha": 0.5}))
    answer_all(controller, runner)
    assert "against float64" not in window.set_measures.call_args.args[0][-1].name


def test_all_checks_in_float64_stand_in_one_line():
    path = Measure("Path error against float64", "8.1e-07")
    grid = Measure("Map error against float64", "0.2 of its range", ok=False)
    assert measures.agreement([path]) == ("float64 agrees: path error 8.1e−07", True)
    both = "float64 differs: path error 8.1e−07, map error 0.2 of its range"
    assert measures.agreement([path, grid]) == (both, False)


def test_a_path_relaxes_before_ones_eyes(desk):
    controller, canvas, window, runner = desk
    controller.commands["relax"]()
    answer_all(controller, runner)
    show = window.every.call_args.args[1]
    stop = window.every.return_value
    for _ in range(200):
        if stop.called:
            break
        show()
    words = [c.args[2] for c in window.set_status.call_args_list if "energy" in c.args[2]]
    energies = [float(text.split("energy ")[1].split(",")[0]) for text in words]
    assert words[0].startswith("Round 0: ")
    assert len(energies) > 10 and energies == sorted(energies, reverse=True)
    assert canvas.set_curve.call_args.args == ("relaxing", None)


@pytest.mark.gpu
def test_a_ball_whose_rays_cannot_be_followed_is_not_drawn(gpu_engine):
    """Where attention is almost hard a polygon gives B's distance, but rays leave the domain."""
    family = "attention:bank"
    manifold = manifold_of(family)
    around, reach = np.array([0.0, np.pi * 0.7]), 25 / np.abs(manifold.logits[0]).max()
    a, b = (tuple(map(float, reach * np.array([np.cos(t), np.sin(t)]))) for t in around)
    request = ConnectRequest(manifold, np.array([a]), np.array([b]), 0.0, 64)
    assert gpu_engine.connect(request).status[0] != Status.OK
    length, known = length_between(gpu_engine, manifold, np.array(a), np.array(b))
    low, high = manifold.bounds(request.start, request.end)
    assert known and low[0] <= length <= high[0]
    found = BallJob(family, a, b).answer(gpu_engine)
    assert "ball" not in found.curves
    assert ("Geodesic ball", "not known", False) in {
        (m.name, m.value, m.ok) for m in found.measures
    }

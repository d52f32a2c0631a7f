"""A flow in the scene: its description, its initial fields, its job and its drawing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.export import figure, page
from app.jobs import flow as flowing
from app.jobs.particles import tracks
from app.jobs.plan import jobs
from app.jobs.scene_chart import chart_drawn
from app.jobs.session import Session
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.jobs.worker import JobFailed
from app.model import scene_file
from app.model.flow import FlowSettings, rewritten
from app.model.scene import Scene, completed
from app.model.store import Store
from app.model.timeline.scene_time import scene_at
from app.parts.flow import FlowPart
from app.parts.part import PartContext
from app.presenters import flow_drawables, flow_form
from app.views.canvas.display_list import ArrowHeads
from app.views.canvas.layers.flow import FieldLayer, ParticlesLayer
from app.views.canvas.plot import Plot
from app.views.interface.theme import LIGHT
from app.views.interface.views import Canvas, Window
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.cells import sampled
from compute.flow.grid import grid
from compute.flow.laplacian import laplacian
from compute.manifold.extent import Extent
from tests.claims import each
from tests.layers import layer

ENGINE = ReferenceEngine()
STROKES = (((-1.0, 1.0), (0.0, 1.2), (1.0, 1.0)),)


def scene_of(name="gaussian", **fields):
    scene = scene_file.load(name)
    layers = replace(scene.layers, flow=True, particles=True, singularities=True)
    return replace(scene, layers=layers, flow=FlowSettings(side=24, **fields))


def answers(scene, session=None):
    job, found = flowing.wanted(Subject.of(scene)), []
    job.perform_in(session or Session(), ENGINE, found.append, lambda: False)
    return found


def flow_part(scene):
    """A flow part with its store, and the jobs that it submits."""
    store, asked = Store(scene), []
    desk = PartContext(store, MagicMock(spec=Canvas), MagicMock(spec=Window), asked.append)
    part = FlowPart(desk)
    store.listen(part.on_scene)
    return part, asked


def nodes(name="gaussian", side=25, extent=None):
    manifold = manifold_of(name)
    return grid(ENGINE, manifold, manifold.charts[0], extent or manifold.view, (side, side))


def test_a_flow_survives_its_file(tmp_path):
    source = str(tmp_path / "field.npz")
    flow = FlowSettings(
        "hodge", "dirichlet", 32, "painted", "entropy", 7, STROKES, source, 0.25, 0.05, 0.5
    )
    scene = replace(scene_file.load("gaussian"), flow=flow)
    scene_file.save(scene, tmp_path / "scene.json")
    assert scene_file.load(tmp_path / "scene.json").flow == flow
    assert '"source": "field.npz"' in (tmp_path / "scene.json").read_text()


@pytest.mark.parametrize(
    ("entry", "why"),
    [('{"mode": "up"}', "mode"), ('{"time": 1e300}', "time"), ('{"side": 100000}', "side")],
)
def test_a_flow_that_cannot_be_is_refused(entry, why):
    text = '{"format": "attention-geodesics/scene", "version": 1, "family": "gaussian", "flow": %s}'
    with pytest.raises(scene_file.NotAScene, match=why):
        scene_file.from_text(text % entry, "it", Path())


def test_the_natural_gradient_draws_mass_and_what_carries_it():
    scene = scene_of(mode="natural", initial="bump", time=0.5, pace=0.25)
    answer = answers(scene)[-1]
    assert answer.values.shape == answer.drawn.shape[:2] == (24, 24)
    (sink,) = answer.zeros
    np.testing.assert_allclose(sink.theta, flowing.wanted(Subject.of(scene)).end, rtol=0.1)
    assert answer.times.tolist() == [0.0, 0.25, 0.5]
    np.testing.assert_allclose(answer.mass, answer.mass[0], rtol=1e-9)
    assert (np.diff(answer.energy) < 0).all()
    # intermediate stops change nothing: one step over the whole time gives the same
    *_, whole = answers(replace(scene, flow=replace(scene.flow, pace=0.5)))
    np.testing.assert_allclose(whole.values, answer.values, rtol=1e-12)


def test_a_flow_that_was_stopped_is_what_it_was_before(monkeypatch):
    """States between those that are kept, too, and another run from the beginning."""
    monkeypatch.setattr(flowing, "MOST_BYTES", 4 * 24 * 24 * 2 * 8)  # four states of 200
    scene = scene_of(mode="seed", initial="random", seed=3, pace=5e-4)
    job = flowing.wanted(Subject.of(completed(replace(scene, chart="parameters", view=None))))
    run = flowing.FlowRun(ENGINE, job)
    fresh = flowing.FlowRun(ENGINE, job)

    def at(evolving, step):
        *_, (time, state) = evolving.states_to(step * job.flow.pace)
        return evolving.answer(replace(job, flow=replace(job.flow, time=time)), time, state, 0.0)

    before = [at(fresh, step) for step in range(4)]
    end = at(run, 200)
    assert end.status == Status.NOT_CONVERGED
    assert 0.0 < end.stopped < end.time
    again = [at(run, step) for step in range(4)]
    for one, other in zip(before, again, strict=True):
        assert other.status == Status.OK
        np.testing.assert_array_equal(one.drawn, other.drawn)


def test_the_natural_gradient_holds_no_edge():
    flow = FlowSettings(boundary="dirichlet")
    assert rewritten(flow, {"mode": "natural"}).boundary == "neumann"
    assert rewritten(flow, {"mode": "hodge"}).boundary == "dirichlet"


def test_an_evolution_keeps_to_the_clock_and_skips_frames():
    part, _ = flow_part(scene_of(pace=0.001))
    store, clock = part.context.store, 0.0
    part.now = lambda: clock
    part.on_message(answers(store.scene)[-1])
    part.toggle()
    tick = part.context.window.every.call_args.args[1]
    # the second tick comes while the first step is computed; a step is due each 40 ms, five at most
    for clock, is_answered, steps in (  # noqa: B007 (read by the part)
        (0.04, True, 1), (0.16, False, 1), (0.2, True, 5), (9.0, True, 10), (9.01, True, 10),
        (9.05, True, 11),
    ):  # fmt: skip
        if is_answered:
            part.on_message(answers(store.scene)[-1])
        tick()
        assert store.scene.flow.time == pytest.approx(steps * 0.001)
    assert not store.can_undo, "a running flow is no step of undo"
    part.commands()["flow_step"]()
    assert store.can_undo


def test_particles_live_four_seconds_by_the_clock_while_they_are_shown():
    part, _ = flow_part(scene_of())
    store, canvas, clock = part.context.store, part.context.canvas, 10.0
    part.now = lambda: clock
    part.on_message(answers(store.scene)[-1])
    tick = part.context.window.every.call_args.args[1]
    shown, begun = canvas.set_particles.call_args.args
    for clock, share in ((11.0, 0.25), (13.0, 0.75), (14.5, 0.125)):  # noqa: B007 (read by the part)
        tick()
        moving, phase = canvas.set_particles.call_args.args
        assert moving is shown and phase - begun == pytest.approx(share)
    store.update(replace(store.scene, layers=replace(store.scene.layers, particles=False)))
    assert canvas.set_particles.call_args.args[0] is None


def test_the_panel_says_why_there_is_no_flow():
    part, asked = flow_part(scene_of())
    store, window = part.context.store, part.context.window
    part.on_message(JobFailed(asked[-1], "ValueError: its chart is parameters"))
    part.toggle()
    state = window.set_panel.call_args.args[1]
    assert state.words == "Cannot compute this flow: its chart is parameters."
    assert not state.running
    # a flow of another kind may be computed, shown or not
    store.update(replace(store.scene, flow=replace(store.scene.flow, mode="hodge")))
    part.toggle()
    assert window.set_panel.call_args.args[1].running
    part.on_message(answers(store.scene)[-1])
    assert "parameters" not in window.set_panel.call_args.args[1].words


def test_a_flow_ends_where_another_scene_begins():
    part, _ = flow_part(scene_of())
    window, store = part.context.window, part.context.store
    part.toggle()
    advance = window.every.call_args.args[1]
    advance()
    assert part.is_running
    begun = replace(store.scene, title="Another step")
    store.update(begun)
    advance()
    assert not part.is_running and store.scene == begun
    assert not window.set_panel.call_args.args[1].running


def test_the_natural_gradient_is_offered_where_there_is_one():
    def modes(name):
        rows = flow_form.settings(Subject.of(completed(Scene(family=name))))
        return [choice.value for choice in rows[0].choices]

    assert "natural" in modes("gaussian")
    assert "natural" not in modes("cauchy")


def test_a_flow_that_begins_otherwise_begins_anew():
    flow = FlowSettings(time=0.5)
    assert rewritten(flow, {"time": 0.7}).time == 0.7
    assert rewritten(flow, {"boundary": "dirichlet"}).time == 0.0
    assert rewritten(flow, {"mode": "scalar"}).initial == "bump"
    with pytest.raises(ValueError, match="grid must lie in 16"):
        rewritten(flow, {"side": 3})


def test_a_timeline_keys_the_time_of_the_flow():
    assert scene_at(scene_file.load("flow"), 3.0).flow.time == pytest.approx(0.3, abs=1e-9)


def test_a_vector_carried_over_the_chart_keeps_its_length_and_comes_back_parallel():
    g = nodes()
    foot, vector = np.array([0.0, 1.0]), np.array([0.3, 0.4])
    z = g.to_frame(initial_fields.transported(g, foot, vector))
    np.testing.assert_allclose(np.abs(z), np.sqrt(0.3**2 + 2 * 0.4**2), rtol=1e-9)
    # e₁ = σ∂_μ, e₂ = σ∂_σ/√2: along σ = 1 a line of μ turns it by μ/√2 (ω_1 = 1/(√2 σ)),
    # along μ = 0 not at all
    column = np.argmin(np.abs(g.theta[0, :, 0]))
    np.testing.assert_allclose(z[:, column], 0.3 + 0.4j * np.sqrt(2), atol=1e-9)


@pytest.mark.parametrize(
    "name", ["gaussian", "von_mises", "categorical3_expectation", "bures_slice_qfi"]
)
def test_a_killing_field_does_not_move_under_deformation(name):
    middle = {
        "gaussian": Extent(-1, 1, -0.5, 0.5), "von_mises": Extent(1.0, 2.0, 0.5, 1.5),
        "categorical3_expectation": Extent(0.25, 0.4, 0.25, 0.4),
        "bures_slice_qfi": Extent(-0.3, 0.3, -0.3, 0.3),
    }  # fmt: skip
    manifold = manifold_of(name)
    errors = []
    for side in (17, 33):
        g = grid(ENGINE, manifold, manifold.charts[0], middle[name], (side, side))
        z = g.to_frame(initial_fields.rotation(g)).reshape(-1)
        inner = np.zeros(g.shape, bool)
        inner[side // 4 : -(side // 4), side // 4 : -(side // 4)] = True
        moved = laplacian(sampled(g), True, 1.0).matrix @ z
        errors.append(np.abs(moved[inner.reshape(-1)]).max() / np.abs(z).max())
    assert errors[1] < max(0.35 * errors[0], 1e-7)


def test_a_family_without_symmetry_says_so():
    with pytest.raises(ValueError, match="no known rotation"):
        initial_fields.rotation(nodes("beta"))


def test_the_gradient_of_the_entropy_of_a_normal_is_half_sigma_up():
    g = nodes()
    found = initial_fields.gradient(g, "entropy", 0)
    # S = log σ + const: g^σσ ∂_σ S = σ/2
    np.testing.assert_allclose(found[..., 0], 0.0, atol=1e-9)
    np.testing.assert_allclose(found[..., 1], g.theta[..., 1] / 2, rtol=1e-6)


def test_the_heads_own_field_needs_a_head():
    found = initial_fields.head(nodes("attention:bank"))
    assert np.isfinite(found).all()
    with pytest.raises(ValueError, match="only an attention head"):
        initial_fields.head(nodes())


def test_what_is_painted_goes_along_the_stroke():
    g = nodes()
    found = initial_fields.painted(g, STROKES)
    at = np.argmin(np.abs(g.x - [-0.5, np.log(1.1)]).sum(axis=-1))
    assert found.reshape(-1, 2)[at, 0] > 0
    with pytest.raises(ValueError, match="nothing has been painted"):
        initial_fields.painted(g, ())


def test_a_file_with_a_hole_names_its_cell(tmp_path):
    g, path = nodes(), str(tmp_path / "field.npz")
    field = np.ones((25, 25, 2))
    np.savez(path, field=field)
    np.testing.assert_array_equal(initial_fields.from_file(g, path, True), field)
    field[3, 4, 1] = np.nan
    np.savez(path, field=field)
    with pytest.raises(ValueError, match=r"finite, got \[1.0, nan\] at \(3, 4\)"):
        initial_fields.from_file(g, path, True)
    np.savez(path, field=np.array([object()]))
    with pytest.raises(ValueError, match=r"field\.npz"):
        initial_fields.from_file(g, path, True)
    Path(path).write_bytes(b"PK\x03\x04 not one")
    with pytest.raises(ValueError, match=r"must be an \.npz"):
        initial_fields.from_file(g, path, True)


def test_the_same_time_is_the_same_field_however_it_is_reached():
    straight = answers(scene_of(initial="random", time=0.05))[-1]
    session = Session()
    for time in (0.01, 0.03, 0.02, 0.05):
        stepped = answers(scene_of(initial="random", time=time), session=session)[-1]
        assert stepped.complete
    np.testing.assert_array_equal(stepped.drawn, straight.drawn)
    assert len(stepped.times) == 6
    assert (np.diff(stepped.norm) < 0).all()


def test_mass_is_kept():
    answer = answers(scene_of(mode="scalar", initial="bump", time=0.1))[-1]
    np.testing.assert_allclose(answer.mass, answer.mass[0], rtol=1e-9)
    assert flow_drawables.mass(scene_of(mode="scalar"), answer).values.shape == (24, 24)


def test_a_flow_yields_between_slices_and_goes_on_from_there():
    session, job = Session(), flowing.wanted(Subject.of(scene_of(initial="random", time=1.0)))
    calls, found = iter(range(100)), []
    job.perform_in(session, ENGINE, found.append, lambda: next(calls) > 5)
    assert not any(answer.complete for answer in found)
    assert flowing.evolution(session, ENGINE, job).reached[0] == 6


def test_a_pace_that_the_grid_cannot_keep_is_reduced_and_said():
    scene, session = scene_of("bank", mode="sharpen", time=0.01), Session()
    job, looks, found = flowing.wanted(Subject.of(scene)), iter(range(100)), []
    job.perform_in(session, ENGINE, found.append, lambda: next(looks) > 5)
    assert not any(answer.complete for answer in found)
    run = flowing.evolution(session, ENGINE, job)
    assert run.pace < 0.01
    slices, state = run.reached
    assert slices == 6
    answer = run.answer(job, 6 * run.pace, state, 0.0)
    assert answer.limiter.startswith("The speed of 0.01 is reduced to ")
    assert len(answer.times) == 7


def test_a_flow_through_kernels_is_the_same(gpu_engine):
    scene = scene_of("bank", initial="dipole", time=0.02)
    found: list[flowing.FlowAnswer] = []
    flowing.wanted(Subject.of(scene)).perform(gpu_engine, found.append, lambda: False)
    exact = answers(scene)[-1]
    scale = np.nanmax(np.abs(exact.drawn))
    np.testing.assert_allclose(found[-1].drawn, exact.drawn, atol=1e-5 * scale)


def edges(scene):
    """The values of the choices of the panel's row "Edge"."""
    (row,) = (row for row in flow_form.settings(Subject.of(scene)) if row.field == "flow.boundary")
    return [choice.value for choice in row.choices]


def test_a_flow_goes_round_where_the_chart_does():
    flow = FlowSettings(side=24, boundary="periodic", initial="natural", time=0.01)
    scene = completed(Scene("von_mises", chart="parameters", flow=flow))
    answer = answers(scene)[-1]
    assert answer.extent.x1 - answer.extent.x0 == pytest.approx(2 * np.pi * 23 / 24)
    assert "periodic" in edges(scene)
    assert "periodic" not in edges(scene_file.load("gaussian"))


def test_only_a_scene_that_shows_a_flow_asks_for_one():
    scene = scene_file.load("gaussian")
    assert flowing.FlowJob not in jobs(Subject.of(scene), Viewport())
    wanted = jobs(Subject.of(scene_of(mode="scalar", initial="bump")), Viewport())
    assert flowing.FlowJob in wanted
    assert not any(type(job).__name__ == "MapJob" for job in wanted.values())


def test_particles_follow_the_field_and_are_always_the_same():
    drawn = np.zeros((20, 20, 2))
    drawn[..., 0] = 2.0
    found = tracks(drawn, Extent(0, 4, 0, 1))
    moved = found[-1] - found[0]
    stayed = np.isfinite(moved[:, 0])
    np.testing.assert_allclose(moved[stayed, 1], 0.0, atol=1e-6)
    np.testing.assert_allclose(moved[stayed, 0], moved[stayed, 0][0], rtol=1e-3)
    np.testing.assert_array_equal(found, tracks(drawn, Extent(0, 4, 0, 1)))


def test_arrows_of_a_figure_do_not_crowd():
    scene = scene_of(initial="random", time=0.01)
    plot = Plot((800, 600), LIGHT)
    figure.show(plot, scene, answers(scene))
    heads = [p for p in layer(plot, FieldLayer).primitives(plot.frame) if isinstance(p, ArrowHeads)]
    tips = np.concatenate([each.tips for each in heads])
    assert len(tips) > 100
    gaps = np.hypot(*np.moveaxis(tips[:, None] - tips, -1, 0)) + 1e3 * np.eye(len(tips))
    # feet are 30 pixels or more apart, arrows 28 long at most
    assert gaps.min() > 2.0
    assert layer(plot, ParticlesLayer).primitives(plot.frame)


@pytest.mark.parametrize("chart", ["log", "parameters", "height:log"])
def test_arrows_are_drawn_in_every_chart(chart):
    scene = replace(scene_of(initial="random", time=0.0), chart=chart, view=None)
    scene = completed(scene)
    answer = answers(scene)[-1]
    drawn = chart_drawn(scene)
    field = flow_drawables.field(answer, drawn)
    assert field.xy.shape == field.vectors.shape == (24, 24, drawn.dimension)
    assert np.isfinite(field.vectors).any()
    assert flow_drawables.particles(answer, drawn).tracks.shape[-1] == drawn.dimension
    assert each("+1" in name or "−1" in name for name in flow_drawables.zeros(answer, drawn).labels)


def test_a_caption_tells_of_the_flow():
    scene = scene_of(mode="sharpen", initial="random", pace=1e-6)
    found = figure.answers(scene, ENGINE, (600, 400))
    lines = page.caption(scene, figure.path_of(found), found)
    assert (
        "Flow: Sharpening (backward heat, ill-posed), initial field “Random”, t = 0 "
        "(float64, 24 × 24 nodes)." in lines
    )


def test_wiping_what_was_painted_is_a_step_of_undo_of_its_own():
    part, _ = flow_part(scene_of(initial="painted", strokes=STROKES, time=0.1))
    store, commands = part.context.store, part.commands()
    commands["flow_step"]()
    flowed = store.scene.flow
    commands["flow_unpaint"]()
    assert store.scene.flow.strokes == ()
    assert store.scene.flow.time == 0.0
    store.undo()
    assert store.scene.flow == flowed


def test_sharpening_stops_at_ten_times_the_first_norm_however_it_is_sliced():
    scene = scene_of(mode="sharpen", initial="random", pace=1e-2, time=2.0)
    found = answers(scene)[-1]
    assert found.status == Status.NOT_CONVERGED
    assert found.norm.max() <= 10.0 * found.norm[0] * (1 + 1e-9)

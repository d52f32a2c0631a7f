"""Surfaces in space: the camera's geometry, hands on the surface, charts that glide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.chart_transition import STEPS, both
from app.controller.controller import Controller
from app.jobs import scene_chart
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.scene import Scene, completed, in_chart
from app.model.store import Store
from app.presenters import drawing, picking
from app.views.canvas.gl.mesh import far_to_near
from app.views.canvas.layers.relief import shades, spread
from app.views.canvas.plot import Plot
from app.views.canvas.projections.blend import BlendFrame
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.projections.space import SpaceFrame, axes, normals
from app.views.canvas.viewport import Stage
from app.views.interface.events import CameraMoved, PinMoved, SceneEdited, VectorMoved
from app.views.interface.theme import DARK, LIGHT
from app.views.interface.views import Canvas, ColorMap2D, Window
from compute.engine.reference import ReferenceEngine
from compute.manifold.extent import Extent
from tests.layers import said
from tests.windows import live

SIZE, MARGINS = (640, 480), Margins(60, 10, 20, 50)
OCTANT = completed(Scene(family="categorical3_expectation", chart="octant"))


def shown(theme) -> Plot:
    """The octant with all that a scene draws before anything is computed, and a map on it."""
    plot = Plot(SIZE, theme)
    drawing.show_scene(plot, Subject.of(OCTANT))
    values = np.arange(144.0).reshape(12, 12)
    plot.set_map(ColorMap2D(values, OCTANT.view, "viridis", (0.0, 100.0), "K"))
    return plot


def test_after_a_change_of_theme_a_surface_is_as_if_it_had_been_so_from_the_beginning():
    plot, wanted = shown(DARK), shown(LIGHT)
    dark = said(plot)
    plot.set_theme(LIGHT)
    assert said(plot) == said(wanted) != dark


@pytest.fixture
def frame() -> SpaceFrame:
    chart = scene_chart.chart_drawn(OCTANT)
    surface, _ = scene_chart.surface(chart, OCTANT.view)
    return SpaceFrame(OCTANT.view, SIZE, MARGINS, 1.0, surface, (45.0, 30.0, 1.0, 0.0, 0.0))


def on_octant(count: int = 30) -> np.ndarray:
    p = np.random.default_rng(4).dirichlet((3.0, 3.0, 3.0), count)
    return 2 * np.sqrt(p)


# --- the camera --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "camera", [(0.0, 0.0, 1, 0, 0), (70.0, -35.0, 1, 0, 0), (9.0, 90.0, 1, 0, 0)]
)
def test_the_camera_s_axes_are_orthonormal(camera):
    basis = np.array(axes(camera))
    assert np.allclose(basis @ basis.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(basis) == pytest.approx(1.0)


def test_what_is_under_a_pixel_is_drawn_there(frame):
    for point in on_octant():
        found = frame.hit(frame.to_pixels(point))
        # the mesh is a little inside of the sphere
        assert np.linalg.norm(np.array(found) - point) < 0.02
        assert frame.to_pixels(found) == pytest.approx(frame.to_pixels(point), abs=1e-6)


def test_beside_the_surface_its_nearest_point_is_meant(frame):
    assert frame.hit((70.0, 20.0)) is None
    assert np.linalg.norm(frame.to_chart((70.0, 20.0))) == pytest.approx(2.0, abs=1e-6)


def test_the_tip_of_an_arrow_moves_in_the_tangent_plane(frame):
    foot = on_octant(1)[0]
    pixel = frame.to_pixels(foot) + np.array((40.0, -25.0))
    tip = np.array(frame.beside(pixel, tuple(foot)))
    assert frame.to_pixels(tip) == pytest.approx(pixel, abs=1e-6)
    step = tip - foot
    assert abs(step @ foot) < 0.05 * np.linalg.norm(step) * 2.0


def test_from_outside_all_is_seen_and_from_behind_nothing(frame):
    points = on_octant()
    assert not frame.hidden(points).any()
    behind = frame.with_camera((225.0, -30.0, 1.0, 0.0, 0.0))
    assert behind.hidden(points * 1.0).any() or behind.hidden(points * 1.2).any()
    assert behind.hidden(points * 1.2).mean() > 0.8


def test_zooming_turning_and_shifting_the_camera(frame):
    assert frame.nearer(0.5).__getitem__(2) == pytest.approx(2.0)
    assert frame.with_camera(frame.nearer(1e-9)).nearer(0.1)[2] <= 50.0
    turned = frame.turned((0.0, 0.0), (100.0, 1000.0))
    assert turned[1] == 90.0
    assert -180.0 <= turned[0] < 180.0
    point = on_octant(1)[0]
    moved = frame.with_camera(frame.shifted((10.0, 10.0), (43.0, -7.0)))
    assert moved.to_pixels(point) - frame.to_pixels(point) == pytest.approx((33.0, -17.0))


def test_normals_of_a_sphere_point_outwards_or_inwards(frame):
    points = frame.surface.points
    found = normals(frame.surface)
    cosines = np.abs((found * points / 2.0).sum(axis=-1))
    assert cosines[1:-2].min() > 0.98
    assert np.isfinite(shades(frame)).all()


def test_the_nearest_triangles_are_drawn_last(frame):
    seen = frame.seen(frame.surface.points)
    order = far_to_near(seen).reshape(-1, 3)
    nearness = seen[..., 2].ravel()[order].mean(axis=1)
    assert (np.diff(nearness) >= 0).all()


def test_colours_go_on_where_the_map_ends():
    colours = np.zeros((9, 9, 4), np.uint8)
    colours[4, 4] = (10, 20, 30, 255)
    grown = spread(colours, 2)
    assert (grown[4, 2:7] == (10, 20, 30, 255)).all()
    assert not grown[0, 0].any()
    assert (spread(np.zeros((1, 1, 4), np.uint8)) == 0).all()


# --- the stage ---------------------------------------------------------------------------------
def test_both_axes_have_one_scale_where_shapes_must_be_true():
    stage = Stage(SIZE, MARGINS)
    stage.show(Extent(-1.0, 1.0, -1.0, 1.0), equal=True)
    gaps = np.diff(stage.frame.to_pixels([(0.0, 0.0), (1.0, 1.0)]), axis=0)[0]
    assert gaps[0] == pytest.approx(-gaps[1])
    stage.resize((300, 900), 1.0)
    stage.resize((900, 300), 1.0)
    assert stage.frame.extent.y0 == pytest.approx(-1.0)
    assert stage.frame.extent.x0 < -1.0


def test_between_two_charts_pixels_go_straight(frame):
    flat = Frame(Extent(0.0, 1.0, 0.0, 1.0), SIZE, MARGINS)
    points = on_octant(5)
    xy = np.random.default_rng(0).uniform(size=(5, 2))
    joined = np.concatenate([xy, points], axis=1)
    for share in (0.0, 0.3, 1.0):
        blend = BlendFrame(flat.extent, SIZE, MARGINS, 1.0, flat, frame, 2, share)
        expected = flat.to_pixels(xy) * (1 - share) + frame.to_pixels(points) * share
        assert blend.to_pixels(joined) == pytest.approx(expected)
    assert not blend.hidden(joined).any()


# --- places on a surface -----------------------------------------------------------------------
@pytest.mark.parametrize("chart", ["octant", "height:triangle", "height:natural", "triangle"])
def test_a_pin_goes_where_it_is_dropped_in_any_chart(chart):
    scene = completed(replace(OCTANT, chart=chart, view=None))
    drawn = scene_chart.chart_drawn(scene)
    theta = np.array([0.3, 0.25])
    pin = picking.pin_at(Subject.of(scene), scene.start, tuple(drawn.forward(theta)))
    assert pin.theta == pytest.approx(theta)
    vector = np.array([0.02, -0.05])
    tip = drawn.forward(np.array(scene.start.theta)) + drawn.push(
        np.array(scene.start.theta), vector
    )
    assert picking.vector_to(Subject.of(scene), tuple(tip)) == pytest.approx(vector)


def test_ellipses_are_lifted_to_the_tangent_plane():
    from app.jobs.ellipses import EllipseJob

    found: list = []
    job = EllipseJob(OCTANT.family, "octant", OCTANT.view)
    job.perform(ReferenceEngine(), found.append, lambda: False)
    canvas = MagicMock(spec=Canvas)
    drawing.show_answer(canvas, Subject.of(OCTANT), found[-1])
    outlines = canvas.set_ellipses.call_args[0][0]
    middle = outlines[:, :-1].mean(axis=1)
    # on a sphere of radius 2 circles of the metric are circles, all of one radius
    radius = np.linalg.norm(outlines - middle[:, None], axis=-1)
    assert np.allclose(np.linalg.norm(middle, axis=-1), 2.0, rtol=1e-6)
    assert np.allclose(radius, radius[0, 0], rtol=1e-4)


def test_a_height_of_a_distance_without_closed_form_is_refused():
    beta = Scene(family="beta", chart="height:log", scalar="distance")
    with pytest.raises(ValueError, match="closed form"):
        completed(beta)
    assert completed(replace(beta, family="gaussian")).chart == "height:log"


def test_the_height_of_a_distance_follows_its_source():
    scene = completed(Scene(family="gaussian", chart="height:log", scalar="distance"))
    chart = scene_chart.chart_drawn(scene)
    assert (
        chart.forward(np.array(scene.start.theta))[2] <= chart.forward(np.array(scene.end.theta))[2]
    )


def test_cameras_survive_a_file(tmp_path):
    turned = replace(OCTANT, camera=(12.0, -3.5, 1.5, 0.1, -0.2))
    scene_file.save(turned, tmp_path / "x.json")
    assert scene_file.load(tmp_path / "x.json").camera == turned.camera
    text = (tmp_path / "x.json").read_text().replace("-3.5", "-350")
    (tmp_path / "y.json").write_text(text)
    with pytest.raises(scene_file.NotAScene, match="camera"):
        scene_file.load(tmp_path / "y.json")


# --- switching charts --------------------------------------------------------------------------
@pytest.fixture
def desk():
    canvas, window, runner = MagicMock(spec=Canvas), MagicMock(spec=Window), MagicMock()
    runner.jobs = []
    runner.submit = runner.jobs.append
    return (
        Controller(Store(scene_file.load("triangle")), canvas, window, runner),
        canvas,
        window,
        runner,
    )


def answer_all(controller, runner) -> None:
    jobs, runner.jobs[:] = list(runner.jobs), []
    for job in jobs:
        job.perform(ReferenceEngine(), controller.on_message, lambda: False)


def _last_place(canvas, pin):
    """Return where a pin was put last."""
    return [call[0][1] for call in canvas.set_pin.call_args_list if call[0][0] == pin][-1]


def test_switching_keeps_the_scene_and_glides(desk):
    controller, canvas, window, runner = desk
    answer_all(controller, runner)
    before = controller.store.scene
    path = controller.answers.path
    canvas.reset_mock()
    controller.on_event(SceneEdited((("chart", "octant"),)))
    after = controller.store.scene
    assert after == replace(before, chart="octant", view=after.view, camera=None)
    assert controller.answers.path is path
    assert not any(type(job).__name__ == "PathJob" for job in runner.jobs), "θ has not changed"
    assert controller.transition.is_running
    assert len(_last_place(canvas, "B")) == 5
    # what comes meanwhile waits
    canvas.set_map.reset_mock()
    answer_all(controller, runner)
    canvas.set_map.assert_not_called()
    advance = window.every.call_args[0][1]
    shares = []
    for _ in range(STEPS):
        advance()
        shares.append(canvas.set_blend.call_args[0][0])
    assert shares[-1] is None
    assert (np.diff(shares[:-1]) > 0).all() and shares[-2] > 0.95
    assert not controller.transition.is_running
    assert len(_last_place(canvas, "B")) == 3
    assert canvas.set_map.call_args[0][0] is not None
    canvas.set_surface.assert_called()


def test_whatever_else_changes_ends_the_glide(desk):
    controller, _, _, runner = desk
    answer_all(controller, runner)
    controller.on_event(SceneEdited((("chart", "natural"),)))
    assert controller.transition.is_running
    controller.on_event(SceneEdited((("family", "gaussian"),)))
    answer_all(controller, runner)
    assert not controller.transition.is_running
    answer_all(controller, runner)
    assert controller.answers.path.job.family == "gaussian"


def test_turning_is_one_step_of_undo(desk):
    controller, canvas, _, _ = desk
    controller.on_event(SceneEdited((("chart", "octant"),)))
    controller.transition.end()
    before = controller.store.scene
    for i in range(5):
        controller.on_event(CameraMoved((10.0 * i, 20.0, 1.0, 0.0, 0.0), done=i == 4))
    assert controller.store.scene.camera[0] == 40.0
    canvas.set_camera.assert_called_with((40.0, 20.0, 1.0, 0.0, 0.0))
    controller.commands["undo"]()
    assert controller.store.scene == before


def test_a_height_keeps_the_rectangle_of_its_plane():
    scene = replace(scene_file.load("gaussian"), view=Extent(-1.0, 2.0, -0.5, 0.5))
    tall = in_chart(scene, "height:log")
    assert tall.view == scene.view
    assert in_chart(tall, "log").view == scene.view
    assert in_chart(tall, "disk").view != scene.view


def test_joined_charts_hold_both(desk):
    before, after = (
        scene_chart.chart_drawn(replace(OCTANT, chart=c)) for c in ("triangle", "octant")
    )
    theta = np.array([[0.2, 0.3], [0.5, 0.1]])
    joined = both(before, after)
    assert joined.forward(theta).shape == (2, 5)
    assert joined.push(theta, np.ones((2, 2))).shape == (2, 5)


# --- hands on a shown canvas -------------------------------------------------------------------
@pytest.fixture
def canvas() -> Iterator:
    import vispy.app
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["test"])
    vispy.app.use_app("pyside6")
    from app.views.canvas.canvas import VispyCanvas

    made = VispyCanvas(SIZE)
    made.native.show()
    live()
    drawing.show_scene(made, Subject.of(OCTANT))
    made.seen = []
    made.connect(made.seen.append)
    yield made
    made.close()
    made.native.close()
    made.native.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    application.processEvents()


def drag(canvas, start, end, button: str = "Left") -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    held = getattr(Qt.MouseButton, f"{button}Button")
    a, b = (QPoint(*(round(float(v)) for v in at)) for at in (start, end))
    QTest.mousePress(canvas.native, held, pos=a)
    QTest.mouseMove(canvas.native, (a + b) / 2)
    QTest.mouseMove(canvas.native, b)
    QTest.mouseRelease(canvas.native, held, pos=b)


@pytest.mark.window
class TestHands:
    def test_a_pin_is_dragged_on_the_surface(self, canvas):
        at, step = canvas.frame.to_pixels(canvas.movable()["B"]), np.array((-30.0, 25.0))
        drag(canvas, at, at + step)
        moved = [event for event in canvas.seen if isinstance(event, PinMoved)]
        assert moved[-1].done and moved[-1].pin == "B"
        assert np.linalg.norm(moved[-1].xy) == pytest.approx(2.0, abs=0.01)
        assert canvas.frame.to_pixels(moved[-1].xy) == pytest.approx(at + step, abs=1.5)

    def test_empty_space_turns_and_the_right_button_shifts(self, canvas):
        left, top, _, _ = canvas.frame.box
        before = canvas.frame.camera
        drag(canvas, (left + 20, top + 20), (left + 60, top + 40))
        turned = canvas.frame.camera
        assert turned[0] != before[0] and turned[1] > before[1] and turned[3:] == before[3:]
        drag(canvas, (left + 20, top + 20), (left + 60, top + 40), "Right")
        assert canvas.frame.camera[:3] == turned[:3] and canvas.frame.camera[3] > 0
        told = [event for event in canvas.seen if isinstance(event, CameraMoved)]
        assert told[-1].done and told[-1].camera == canvas.frame.camera

    def test_the_tip_is_dragged_along_the_surface(self, canvas):
        at, step = canvas.frame.to_pixels(canvas.movable()["tip"]), np.array((15.0, 30.0))
        drag(canvas, at, at + step)
        moved = [event for event in canvas.seen if isinstance(event, VectorMoved)]
        vector = picking.vector_to(Subject.of(OCTANT), moved[-1].tip)
        chart = scene_chart.chart_drawn(OCTANT)
        theta = np.array(OCTANT.start.theta)
        tip = chart.forward(theta) + chart.push(theta, np.array(vector))
        assert canvas.frame.to_pixels(tip) == pytest.approx(at + step, abs=3.0)

    def test_the_surface_is_seen_and_turns(self, canvas):
        first = canvas.image()
        canvas.set_camera((100.0, 10.0, 1.0, 0.0, 0.0))
        second = canvas.image()
        assert (first != second).any(axis=-1).mean() > 0.05
        canvas.set_surface(None)
        canvas.set_camera((0.0, 0.0, 1.0, 0.0, 0.0))


def test_vectors_have_the_surface_as_a_picture(tmp_path):
    from app.export.sheet import groups
    from app.views.canvas.plot import Plot
    from app.views.interface.theme import LIGHT

    plot = Plot((640, 480), LIGHT)
    drawing.show_scene(plot, Subject.of(OCTANT))
    inside, _ = groups(plot)
    rasters = [item for item in inside.items if type(item).__name__ == "Raster"]
    assert len(rasters) == 1
    covered = rasters[0].pixels[..., 3] > 0
    assert 0.15 < covered.mean() < 0.6
    words = {item.text for item in inside.items if type(item).__name__ == "Label"}
    assert {"p₁ = 1", "2√p₃"} <= words

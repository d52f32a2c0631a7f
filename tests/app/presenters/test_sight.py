"""Fit the curve: curve and pins are in the view, in every chart; marks point to those outside."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.editor import Editor
from app.jobs.path import PathJob
from app.jobs.subject import CurrentSubject, Subject
from app.jobs.viewport import Viewport
from app.model.scene import Pin, Scene, completed, in_chart, view_of
from app.model.store import Store
from app.presenters import drawables, sight
from app.views.canvas.display_list import Label
from app.views.canvas.layers.beyond import BeyondLayer
from app.views.canvas.layers.curves import CurvesLayer
from app.views.canvas.layers.pins import PinsLayer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.projections.space import SpaceFrame
from app.views.interface.theme import DARK
from app.views.interface.views import Curve, Surface
from compute.engine.reference import ReferenceEngine
from compute.families import manifold
from compute.manifold.extent import Extent
from tests.claims import each

FRAME = Frame(Extent(0.0, 10.0, 0.0, 10.0), (1000, 600), Margins(50, 10, 50, 40))


def path(subject: Subject):
    found: list = []
    PathJob.wanted(subject, Viewport(dragging=True)).perform(
        ReferenceEngine(), found.append, lambda: False
    )
    return found[0]


@pytest.mark.parametrize("chart", ["log", "half_plane", "disk", "height:log"])
def test_all_that_belongs_to_the_geodesic_comes_into_view(chart):
    """From far apart, and from a view that is elsewhere; undone in one step."""
    pins = {"start": Pin((-40.0, 0.02)), "end": Pin((7.0, 30.0))}
    scene = in_chart(completed(Scene("gaussian", vector=(3.0, 0.1), **pins)), chart)
    store = Store(replace(scene, view=Extent(100.0, 101.0, -1.0, 1.0)))
    answer = path(Subject.of(scene))
    editor = Editor(CurrentSubject(store), MagicMock(), lambda job: None)
    editor.fit(answer, MagicMock())
    view, subject = store.scene.view, Subject.of(store.scene)
    theta = answer.dense.at_time(np.linspace(0.0, answer.dense.t[-1], 2001))
    vector = drawables.vector_at_start(store.scene, subject.chart.plane)
    xy = np.vstack([subject.chart.plane.forward(theta), vector.xy + vector.vectors])
    low, high = np.array([view.x0, view.y0]), np.array([view.x1, view.y1])
    room = 0.05 * (high - low)
    assert (xy > low + room).all() and (xy < high - room).all()
    assert ((xy.max(axis=0) - xy.min(axis=0)) / (high - low)).max() > 0.8, "and fill it"
    store.undo()
    assert store.scene.view == Extent(100.0, 101.0, -1.0, 1.0)


def test_a_single_point_keeps_the_size_of_the_view():
    before = Extent(0.0, 4.0, 0.0, 2.0)
    assert sight.extent(np.array([[7.0, 8.0]] * 2), before) == Extent(5.0, 9.0, 7.0, 9.0)


def test_a_surface_and_what_lies_beside_it_come_into_view():
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    points = np.stack([x, y, x * y], axis=-1)
    surface = Surface(points, points[..., :2], points[0], (1.0, 1.0, 0.5))
    camera = (20.0, 30.0, 9.0, 4.0, -3.0)
    frame = SpaceFrame(FRAME.extent, FRAME.size, FRAME.margins, 1.0, surface, camera)
    near, far = points[3:5, 4], np.array([[12.0, 3.0, 5.0]])
    assert frame.showing(near) == (20.0, 30.0, 1.0, 0.0, 0.0)
    shown = frame.with_camera(frame.showing(far))
    assert each(shown.contains(p) for p in shown.to_pixels(np.vstack([far, points[::8, 0]])))


def marks(*, moving=None, line=None, **pins) -> tuple[BeyondLayer, dict[str, tuple[float, float]]]:
    at, curves = PinsLayer(DARK), CurvesLayer(DARK)
    for name, xy in pins.items():
        at.set(name, xy)
    at.set_moving(moving)
    if line is not None:
        curves.set("geodesic", Curve(np.array(line)))
    layer = BeyondLayer(DARK, at, curves)
    return layer, {p.text: p.at for p in layer.primitives(FRAME) if isinstance(p, Label)}


def test_marks_stand_at_the_edge_towards_what_is_out_of_view():
    layer, found = marks(A=(5.0, 5.0), B=(25.0, 5.0), moving=(5.0, -4.0))
    assert set(found) == {"B", "point"}
    x, y = found["B"]
    assert 900 < x < 950 and y == pytest.approx(float(FRAME.to_pixels((5.0, 5.0))[1]))
    assert layer.has(found["B"]) and not layer.has((500.0, 300.0))
    _, found = marks(A=(5.0, 5.0), B=(25.0, 5.0), moving=(24.0, 5.0), line=[(5, 5), (25, 5)])
    assert set(found) == {"B, point"}, "one mark for what lies in one direction"
    _, found = marks(A=(2.0, 5.0), B=(8.0, 5.0), line=[(2, 5), (5, 14), (8, 5)])
    assert set(found) == {"curve"}
    _, found = marks(A=(2.0, 5.0), B=(8.0, 5.0), moving=(5.0, 5.0), line=[(2, 5), (8, 5)])
    assert not found


def test_the_default_view_of_a_head_holds_its_geodesic():
    family = "attention:bank?layer=2&head=11"
    own, scene = manifold(family).view, completed(Scene(family))
    theta = path(Subject.of(scene)).dense.theta
    assert (theta[:, 1] < own.y0).any(), "it leaves the rectangle of the tokens"
    view = scene.view
    assert (theta > (view.x0, view.y0)).all() and (theta < (view.x1, view.y1)).all()
    usual = manifold("attention:bank?layer=4&head=9")
    assert view_of(usual, usual.charts[0]) == usual.view

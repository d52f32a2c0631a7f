"""Two bivariate normals in the window: numbers, words and drags."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.model import scene_file
from app.model.normals import Normals
from app.model.store import Store
from app.parts.bivariate_normals import NormalsPart, NormalsTask
from app.parts.part import PartContext
from app.views.interface.events import PanelShown
from app.views.interface.normals import NormalEdited
from app.views.interface.theme import DARK, LIGHT
from compute.divergences.wasserstein import Normal, outlines
from tests.claims import each

# the geodesic of these has length 1.391369
A, B = (0.0, 1.0, 1.0, 0.5, 2.0), (1.0, 2.0, 2.0, 1.0, 1.0)


@pytest.fixture
def desk():
    """A desk that records submitted jobs and shown states; its panel is visible."""
    made = SimpleNamespace(asked=[], shown=[], store=Store(scene_file.load("gaussian")))
    window = SimpleNamespace(set_panel=lambda title, state: made.shown.append(state))
    made.part = NormalsPart(PartContext(made.store, SimpleNamespace(), window, made.asked.append))
    made.store.listen(made.part.on_scene)
    made.part.on_event(PanelShown("Normals", True))
    return made


def answered(desk):
    desk.asked[-1].perform(None, desk.part.on_message, lambda: False)
    return desk.shown[-1]


def test_outlines_lie_at_one_standard_deviation():
    normal = Normal([1.0, -2.0], [[2.0, 0.7], [0.7, 0.5]])
    away = outlines(normal.mean, normal.covariance) - normal.mean
    square = np.einsum("ki,ij,kj->k", away, np.linalg.inv(normal.covariance), away)
    np.testing.assert_allclose(square, 1.0)
    two = outlines(np.zeros((3, 2)), np.broadcast_to(normal.covariance, (3, 2, 2)), 8)
    assert two.shape == (3, 9, 2)


def test_each_edit_is_computed_and_the_geodesic_is_shortest(desk):
    assert desk.asked == [NormalsTask(Normals())]
    desk.part.on_event(NormalEdited("A", A))
    desk.part.on_event(NormalEdited("B", B))
    assert desk.asked[-1] == NormalsTask(Normals(A, B))
    shown = answered(desk)
    lengths = {way.kind: way.length for way in shown.ways}
    assert lengths["fisher-rao"] == pytest.approx(1.391369, abs=1e-6)
    assert each(length >= lengths["fisher-rao"] for length in lengths.values())
    for way in shown.ways:
        np.testing.assert_allclose(way.mean[[0, -1]], [A[:2], B[:2]], atol=1e-9)


def test_numbers_that_are_no_normal_are_said_and_change_nothing(desk):
    before = answered(desk)
    desk.part.on_event(NormalEdited("B", (0.0, 0.0, 1.0, 2.0, 1.0)))
    assert len(desk.asked) == 1
    assert desk.shown[-1].note.startswith("B: covariance must be symmetric and positive definite")
    assert desk.shown[-1].b == before.b
    desk.part.on_event(NormalEdited("B", B))
    assert desk.shown[-1].note == ""


def test_the_playhead_moves_what_is_known(desk):
    before = answered(desk)
    desk.store.update(replace(desk.store.scene, playhead=0.25))
    assert desk.shown[-1].playhead == 0.25
    assert desk.shown[-1].ways is before.ways
    assert len(desk.asked) == 1


@pytest.mark.window
def test_drags_and_numbers_are_told(desk):
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.normals_panel import NormalsPanel

    application = QApplication.instance() or QApplication(["test"])
    heard: list[NormalEdited] = []
    panel = NormalsPanel(heard.append, DARK)
    desk.part.on_event(NormalEdited("A", A))
    panel.show(answered(desk))
    assert heard == [], "a state that was set is not emitted again"
    assert [spin.value() for spin in panel.numbers["A"]] == list(A)
    assert panel.lengths.text().index("Fisher–Rao geodesic") < panel.lengths.text().index("m-path")
    mean, dot = panel.pins["A"]
    assert (dot.pos().x(), dot.pos().y()) == pytest.approx((A[0] + 1.0, A[1] + 0.5))
    mean.setPos(0.5, 1.5)
    assert heard[-1] == NormalEdited("A", (0.5, 1.5, *A[2:]))
    mean.setPos(*A[:2])
    dot.setPos(A[0] + 2.0, A[1] - 1.0)
    numbers = heard[-1].numbers
    # the dot is where it was put, and the root keeps its other entries
    root = np.linalg.cholesky([[numbers[2], numbers[3]], [numbers[3], numbers[4]]])
    np.testing.assert_allclose(root, [[2.0, 0.0], [-1.0, np.sqrt(1.75)]])
    panel.numbers["B"][0].setValue(7.0)
    assert heard[-1] == NormalEdited("B", (7.0, *Normals().b[1:]))
    panel.set_theme(LIGHT)
    panel.widget.deleteLater()
    application.processEvents()

"""The distributions between A and B along three ways: their lengths, the task, the panel."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.controller import rows
from app.controller.parts import Desk
from app.model import session
from app.model.scene import Pin
from app.model.store import Store
from app.views.events import PanelShown, SceneEdited
from app.views.theme import DARK, LIGHT
from compute.families import family
from compute.filmstrip import Way, ways
from compute.types import Status


@pytest.mark.parametrize("name", ["categorical3_natural", "gaussian"])
def test_e_and_m_paths_have_the_length_of_jeffreys(name, reference_engine):
    """√J in closed form: Σ(p − q) log(p/q) of outcomes, and of normals from both KLs."""
    manifold = family(name)
    a, b = (np.array(pin) for pin in manifold.pins)
    found = {way.kind: way for way in ways(reference_engine, manifold, a, b, 24)}
    if name == "gaussian":
        (m, s), (n, t) = a, b
        jeffreys = ((s**2 + (m - n) ** 2) / t**2 + (t**2 + (m - n) ** 2) / s**2) / 2 - 1
    else:
        p, q = found["e"].rows[[0, -1]]
        jeffreys = ((p - q) * np.log(p / q)).sum()
    for kind in ("e", "m"):
        assert found[kind].kullback == pytest.approx(np.sqrt(jeffreys), rel=1e-9)
        assert found[kind].fisher > found["geodesic"].fisher
    exact = float(manifold.distance(a, b))
    assert found["geodesic"].fisher == pytest.approx(exact, rel=1e-9)
    assert found["geodesic"].kullback == pytest.approx(exact, rel=1e-3)
    for way in found.values():
        np.testing.assert_allclose(way.rows[[0, -1]], found["e"].rows[[0, -1]], rtol=1e-7)


def test_straight_in_logits_and_straight_in_expectations(reference_engine):
    manifold = family("categorical3_natural")
    a, b = (np.array(pin) for pin in manifold.pins)
    found = {way.kind: way.rows for way in ways(reference_engine, manifold, a, b, 8)}
    t = np.linspace(0, 1, 9)[:, None]
    p, q = found["m"][[0, -1]]
    np.testing.assert_allclose(found["m"], (1 - t) * p + t * q, atol=1e-8)
    tilted = p ** (1 - t) * q**t
    np.testing.assert_allclose(found["e"], tilted / tilted.sum(axis=1, keepdims=True), atol=1e-8)


def made(count: int = 3, kind: str = "e", status: Status = Status.OK) -> rows.RowsAnswer:
    """An answer over ``count`` outcomes, of which the last weighs most."""
    row = np.arange(1.0, count + 1) / (count * (count + 1) / 2)
    way = Way(kind, np.zeros((5, 2)), np.tile(row, (5, 1)), 1.0, 2.0, status)
    task = rows.RowsTask("gaussian", (0.0, 1.0), (1.0, 1.0))
    labels = tuple(f"w{i}" for i in range(count))
    return rows.RowsAnswer(task, np.arange(float(count)), labels, "key", (way,))


def test_of_many_words_those_that_weigh_most_are_shown_in_their_order():
    shown = rows.state(made(40), 0.5)
    assert shown.labels == tuple(f"w{i}" for i in range(8, 40))
    assert shown.strips[0].rows.shape == (5, 32)
    assert "32 of 40" in shown.note
    stopped = rows.state(made(status=Status.LEFT_DOMAIN), 0.5).strips[0]
    assert not stopped.fine
    assert stopped.words.startswith(Status.LEFT_DOMAIN.words)
    assert stopped.reached == pytest.approx(4 / rows.STEPS)


def test_only_a_panel_that_is_seen_is_computed_for():
    asked, shown = [], []
    window = SimpleNamespace(set_panel=lambda title, state: shown.append(state))
    store = Store(session.load("gaussian"))
    part = rows.Rows(Desk(store, SimpleNamespace(), window, asked.append))
    store.listen(part.on_scene)
    moved = replace(store.scene, end=Pin((1.0, 2.0)))
    store.update(moved)
    assert asked == []
    part.on_event(PanelShown("Rows", True))
    assert asked == [rows.RowsTask("gaussian", moved.start.theta, (1.0, 2.0))]
    store.update(replace(moved, playhead=0.25))
    assert len(asked) == 1, "the playhead needs nothing computed"
    part.on_message(made())
    store.update(replace(moved, playhead=0.75))
    assert [state.playhead for state in shown] == [0.25, 0.75]
    assert shown[0].strips is shown[1].strips, "only the mark has moved"


@pytest.mark.window
def test_the_panel_shows_three_strips_and_a_click_moves_the_point():
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.views.qt.rows_panel import RowsPanel

    application = QApplication.instance() or QApplication(["test"])
    heard: list[object] = []
    panel = RowsPanel(heard.append, DARK)
    panel.widget.resize(700, 260)
    panel.widget.show()
    answer = made()
    every = tuple(replace(answer.ways[0], kind=kind) for kind in rows.WORDS)
    panel.show(rows.state(replace(answer, ways=every), 0.5))
    application.processEvents()
    box = panel._strips["m"].plot.getViewBox()
    place = panel._plots.mapFromScene(box.mapViewToScene(QPointF(0.25, 1.0)))
    QTest.mouseClick(panel._plots.viewport(), Qt.MouseButton.LeftButton, pos=place)
    ((field, time),) = heard[0].changes
    assert isinstance(heard[0], SceneEdited)
    assert field == "playhead"
    assert time == pytest.approx(0.25, abs=0.02)
    panel.set_theme(LIGHT)
    assert [strip.mark.value() for strip in panel._strips.values()] == [0.5] * 3
    panel.widget.close()
    panel.widget.deleteLater()
    application.processEvents()

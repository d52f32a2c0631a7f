"""The distributions between A and B along three ways: their lengths, the task, the panel."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import jobs
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.jobs.worker import JobFailed
from app.model import scene_file
from app.model.scene import Pin
from app.model.store import Store
from app.parts import token_rows
from app.parts.part import PartContext
from app.presenters.measures import measures, message
from app.views.interface.events import PanelShown, SceneEdited
from app.views.interface.theme import DARK, LIGHT
from compute.attention.interpolations import Way, ways
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from tests.windows import destroy, live


@pytest.mark.parametrize("name", ["categorical3_natural", "gaussian"])
def test_e_and_m_paths_have_the_energy_of_jeffreys(name, reference_engine):
    """J in closed form: Σ(p − q) log(p/q) of outcomes, and of normals from both KLs."""
    manifold = manifold_of(name)
    a, b = (np.array(pin) for pin in manifold.pins)
    found = {way.kind: way for way in ways(reference_engine, manifold, a, b, 24)}
    if name == "gaussian":
        (m, s), (n, t) = a, b
        jeffreys = ((s**2 + (m - n) ** 2) / t**2 + (t**2 + (m - n) ** 2) / s**2) / 2 - 1
    else:
        p, q = found["e"].rows[[0, -1]]
        jeffreys = ((p - q) * np.log(p / q)).sum()
    for kind in ("e", "m"):
        assert found[kind].energy == pytest.approx(jeffreys, rel=1e-6)
        assert found[kind].length > found["geodesic"].length
    exact = float(manifold.distance(a, b))
    assert found["geodesic"].length == pytest.approx(exact, rel=1e-9, abs=0.0)
    assert found["geodesic"].energy == pytest.approx(exact**2, rel=1e-6)
    for way in found.values():
        np.testing.assert_allclose(way.rows[[0, -1]], found["e"].rows[[0, -1]], rtol=1e-7)


def test_straight_in_logits_and_straight_in_expectations(reference_engine):
    manifold = manifold_of("categorical3_natural")
    a, b = (np.array(pin) for pin in manifold.pins)
    found = {way.kind: way.rows for way in ways(reference_engine, manifold, a, b, 8)}
    t = np.linspace(0, 1, 9)[:, None]
    p, q = found["m"][[0, -1]]
    np.testing.assert_allclose(found["m"], (1 - t) * p + t * q, atol=1e-8)
    tilted = p ** (1 - t) * q**t
    np.testing.assert_allclose(found["e"], tilted / tilted.sum(axis=1, keepdims=True), atol=1e-8)


PATH = None


def path(status: Status = Status.OK) -> PathAnswer:
    """The canvas's geodesic between the pins of the scene of normals, computed once."""
    global PATH
    if PATH is None:
        found: list = []
        job = jobs(Subject.of(scene_file.load("gaussian")), Viewport())[PathJob]
        job.perform(ReferenceEngine(), found.append, lambda: False)
        (PATH,) = found
    return replace(PATH, paths=replace(PATH.paths, status=np.array([int(status)])))


def made(count: int = 3, kind: str = "e") -> token_rows.RowsAnswer:
    """An answer over ``count`` outcomes, of which the last weighs most."""
    row = np.arange(1.0, count + 1) / (count * (count + 1) / 2)
    way = Way(kind, np.zeros((5, 2)), np.tile(row, (5, 1)), 1.0, 2.0, 1.0, Status.OK)
    scene = scene_file.load("gaussian")
    task = token_rows.RowsTask("gaussian", scene.start.theta, scene.end.theta)
    labels = tuple(f"w{i}" for i in range(count))
    return token_rows.RowsAnswer(task, np.linspace(-3.0, 3.0, count), labels, "key", (way,))


def test_of_many_words_those_that_weigh_most_are_shown_in_their_order():
    every = made(40)
    assert token_rows.heaviest(every.labels, every.ways).tolist() == list(range(8, 40))


def test_the_geodesic_is_that_of_the_canvas_with_its_numbers_and_its_status():
    answer = path()
    shown = {strip.kind: strip for strip in token_rows.state(made(7), answer, 0.5).strips}
    measured = {m.name: m.value for m in measures(answer)}
    length, energy = measured["Fisher–Rao length"], measured["Energy"]
    assert shown["geodesic"].words == f"length {length} · energy {energy}"
    assert len(shown["geodesic"].rows) == len(answer.paths.t)
    failed = path(Status.NOT_CONVERGED)
    strip = token_rows.state(made(7), failed, 0.5).strips[1]
    assert not strip.fine
    assert strip.words.startswith(message(failed))
    bent = replace(answer, job=replace(answer.job, alpha=0.5))
    assert token_rows.state(made(7), bent, 0.5).strips[1].title == "geodesic, α = 0.5"


def test_only_a_panel_that_is_seen_is_computed_for():
    asked, shown = [], []
    window = SimpleNamespace(set_panel=lambda title, state: shown.append(state))
    store = Store(scene_file.load("gaussian"))
    part = token_rows.TokenRowsPart(PartContext(store, SimpleNamespace(), window, asked.append))
    store.listen(part.on_scene)
    scene = store.scene
    store.update(replace(scene, end=Pin((1.0, 2.0))))
    assert asked == []
    part.on_event(PanelShown("Rows", True))
    assert asked == [token_rows.RowsTask("gaussian", scene.start.theta, (1.0, 2.0))]
    store.update(replace(scene, playhead=0.25))
    part.on_message(made())
    waiting = shown.pop(0)
    assert waiting.note.startswith("Waiting for the paths") and not waiting.strips
    assert not shown, "the geodesic is not known yet"
    part.on_message(path())
    assert len(asked) == 2
    store.update(replace(scene, playhead=0.75))
    assert len(asked) == 2, "the playhead needs nothing computed"
    assert [state.playhead for state in shown] == [0.25, 0.75]
    assert shown[0].strips is shown[1].strips, "only the mark has moved"
    store.update(replace(scene, alpha=0.5))
    assert shown[-1].stale, "it is of another connection"
    store.update(replace(store.scene, family="cauchy"))
    assert shown[-1] is token_rows.WAITING
    part.on_message(JobFailed(part.asked, "no memory"))
    assert shown[-1].note == "no memory", "nothing is waited for"


@pytest.mark.window
def test_the_panel_shows_three_strips_and_a_click_moves_the_point():
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.rows_panel import RowsPanel

    QApplication.instance() or QApplication(["test"])
    heard: list[object] = []
    panel = RowsPanel(heard.append, DARK)
    panel.widget.resize(700, 260)
    panel.widget.show()
    answer = made()
    every = tuple(replace(answer.ways[0], kind=kind) for kind in token_rows.WORDS)
    way = token_rows.state(answer, path(), 0.5)
    strips = tuple(replace(way.strips[0], kind=one.kind) for one in every)
    panel.show(replace(way, strips=strips))
    live()
    box = panel.strips["m"].plot.getViewBox()
    place = panel.plots.mapFromScene(box.mapViewToScene(QPointF(0.25, 1.0)))
    QTest.mouseClick(panel.plots.viewport(), Qt.MouseButton.LeftButton, pos=place)
    ((field, time),) = heard[0].changes
    assert isinstance(heard[0], SceneEdited)
    assert field == "playhead"
    assert time == pytest.approx(0.25, abs=0.02)
    panel.set_theme(LIGHT)
    assert [strip.mark.value() for strip in panel.strips.values()] == [0.5] * 3
    destroy(panel.widget)

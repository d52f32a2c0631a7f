"""The panel Descents: its settings, numbers and plots, and the race that follows the playhead."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.jobs.moving_marks import MovingMark
from app.jobs.studies.descents import DescentsJob
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.data_points import DataPoint
from app.model.descents import DescentSettings
from app.model.layers import showing
from app.model.scene import completed
from app.model.store import Store
from app.parts.descents import LASTS, TITLE, DescentsPart
from app.parts.part import PartContext
from app.views.interface.events import PanelShown
from app.views.interface.views import Canvas, Window
from compute import open_engine
from tests.windows import dock, edit, end, kept, settle, until

REFERENCE = open_engine("reference")


def scene(**changes):
    """A race of normals from (0, 1) to (0, 2), whose gradients are along σ alone."""
    found = scene_file.load("gaussian")
    pins = {name: replace(getattr(found, name), theta=at) for name, at in
            (("start", (0.0, 1.0)), ("end", (0.0, 2.0)))}  # fmt: skip
    shown = replace(found, layers=showing(found.layers, "descents"), **pins)
    return completed(replace(shown, descents=DescentSettings(**changes)))


class Seen:
    """The part with its panel visible, on a clock of the test's own."""

    def __init__(self, **changes) -> None:
        self.store = Store(scene(**changes))
        self.window = MagicMock(spec=Window)
        self.ticks: list[object] = []
        self.window.every.side_effect = lambda ms, tick: self.ticks.append(tick) or self.ticks.clear
        self.part = DescentsPart(
            PartContext(self.store, MagicMock(spec=Canvas), self.window, lambda job: None)
        )
        self.store.listen(self.part.on_scene)
        self.part.on_event(PanelShown(TITLE, True))

    def answer(self, dragging: bool = False) -> None:
        job = DescentsJob.of(self.store.scene, Viewport(dragging=dragging))
        self.part.on_message(job.answer(REFERENCE))

    @property
    def state(self):
        return self.window.set_panel.call_args.args[1]


def test_numbers_of_the_panel_are_the_formulas_of_the_steps():
    """E[x²] of mirror descent goes a share γ of the way to 4, and with it σ², since μ = 0."""
    seen = Seen(mirror=0.5, steps=10)
    seen.answer()
    line = {each.method: each for each in seen.state.lines}["mirror"]
    sigma2 = 4.0 - 3.0 * 0.5 ** np.arange(11)
    above = 0.5 * np.log(sigma2 / 4.0) + 2.0 / sigma2 - 0.5  # KL(N(0, 4)‖N(0, σ²))
    np.testing.assert_allclose(line.above, above, atol=1e-12)
    np.testing.assert_allclose(line.walked, np.log(sigma2) / np.sqrt(2.0), atol=2e-6)
    assert "10 steps; length 0.9797, geodesic 0.9797" in line.words
    assert seen.state.loss == "KL(B‖θ)"


def test_each_method_has_its_own_rate_and_the_start_may_be_c():
    found = scene(gradient=0.25, natural=0.5, mirror=1.0, start="C", steps=1)
    assert found.third is not None
    job = DescentsJob.of(found, Viewport())
    runs = job.answer(REFERENCE).detail.runs
    mu, sigma = found.third.theta
    # ∂KL = (μ/σ², 1/σ − (4 + μ²)/σ³) and g = diag(1, 2)/σ²
    slope = np.array([mu / sigma**2, 1 / sigma - (4.0 + mu**2) / sigma**3])
    at = np.array([mu, sigma])
    np.testing.assert_allclose(runs["gradient"].theta[1], at - 0.25 * slope, rtol=1e-8)
    natural = at - 0.5 * sigma**2 * slope / [1, 2]
    np.testing.assert_allclose(runs["natural"].theta[1], natural, rtol=1e-8)
    np.testing.assert_allclose(runs["mirror"].theta[1], [0.0, 2.0], atol=1e-7)


def test_fitted_points_are_left_aside_for_the_divergence():
    points = (DataPoint((1.0, 1.0), n=5.0),)
    assert DescentsJob.of(replace(scene(), points=points), Viewport()).points == points
    plain = replace(scene(loss="divergence"), points=points)
    assert DescentsJob.of(plain, Viewport()).points == ()


def test_what_is_shown_says_whether_it_is_the_scenes_and_why_there_is_none():
    seen = Seen()
    assert seen.state.note == "computing the descents …" and not seen.state.lines
    seen.answer(dragging=True)
    assert not seen.state.stale
    assert [len(line.walked) for line in seen.state.lines] == [0, 0, 0]
    assert "length on release" in seen.state.lines[0].words
    changed = replace(seen.store.scene, descents=DescentSettings(steps=7))
    seen.store.update(changed)
    assert seen.state.stale and seen.state.steps == 7
    seen.answer()
    assert not seen.state.stale and len(seen.state.lines[0].above) == 8
    seen.store.update(replace(changed, layers=replace(changed.layers, descents=False)))
    assert seen.state.note.startswith("Press Play") and not seen.state.lines


def test_a_family_without_the_divergence_says_so():
    seen = Seen()
    found = scene_file.load("gaussian")
    student = completed(
        replace(found, family="student_t", chart="", start=None, end=None, third=None, vector=None,
                view=None, scalar="curvature", layers=showing(found.layers, "descents"))
    )  # fmt: skip
    seen.store.update(student)
    seen.answer()
    assert "no Kullback–Leibler divergence" in seen.state.note and not seen.state.lines


def test_playing_moves_the_playhead_over_the_race_and_ends_with_it():
    seen = Seen(steps=10)
    seen.answer()
    now = [0.0]
    seen.part.now = lambda: now[0]
    seen.store.update(replace(seen.store.scene, playhead=1.0))
    seen.part.toggle()
    assert seen.part.is_running and seen.state.running and seen.state.step == 0
    now[0] = 0.35 * LASTS
    seen.ticks[0]()
    assert seen.state.step == 3  # 3.5: the last whole step
    now[0] = 2.0 * LASTS
    seen.ticks[0]()
    assert seen.store.scene.playhead == 1.0 and not seen.part.is_running
    assert not seen.ticks and not seen.state.running
    seen.store.undo()
    assert not seen.store.can_undo, "only the change before it is a step of undo"


def test_playing_a_hidden_race_shows_it_which_is_a_step_of_undo():
    seen = Seen()
    hidden = replace(seen.store.scene, layers=replace(seen.store.scene.layers, descents=False))
    seen.store.replace(hidden)
    seen.part.toggle()
    assert seen.part.is_running and seen.store.scene.layers.descents
    seen.store.undo()
    assert seen.store.scene == hidden and not seen.store.can_undo


def test_marks_leap_from_step_to_step_and_stay_at_the_last_one():
    job = DescentsJob.of(scene(mirror=1.0, steps=4), Viewport())
    answer = job.answer(REFERENCE)
    mark, path = answer.moving["mirror_mark"], answer.curves["mirror_path"]
    assert len(path) == 2  # a whole step is the minimum
    for playhead, k in ((0.0, 0), (0.24, 0), (0.25, 1), (0.9, 1), (1.0, 1)):
        np.testing.assert_array_equal(mark.at(playhead), path[k])
    between = MovingMark(np.array([0.0, 0.5, 1.0]), np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 3.0]]))
    np.testing.assert_allclose(between.at(0.25), [0.5, 1.0])
    np.testing.assert_allclose(between.at(0.75), [1.0, 2.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 0}, "the steps of descents must"),
        ({"mirror": 0.0}, "the rate of mirror must"),
        ({"start": "B"}, "the start of descents must be one of A, C"),
        ({"loss": "square"}, "a loss of descents must be one of"),
    ],
)
def test_wrong_settings_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        DescentSettings(**changes)


@pytest.mark.window
def test_the_panel_sets_rates_and_draws_the_race(tmp_path, monkeypatch):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLabel

    from app.main import Program
    from app.views.qt.widgets.play_button import PlayButton

    QApplication.instance() or QApplication(["test"])
    monkeypatch.setattr("app.parts.descents.LASTS", 600.0)  # it does not end before it is paused
    program = Program(scene(steps=20), "reference", kept(tmp_path))
    try:
        program.window.frame.resize(1280, 720)
        program.window.frame.show()
        settle(program)
        program.window.actions["show_descents"].trigger()
        held = dock(program.window, "Descents")
        until(program, lambda: bool(held.findChildren(PlayButton)))
        settle(program)

        def says(words: str) -> bool:
            return any(words in each.text() for each in held.findChildren(QLabel))

        until(program, lambda: says("Loss: KL(B‖θ)"))
        rate = next(s for s in held.findChildren(QDoubleSpinBox) if "mirror" in s.accessibleName())
        rate.setFocus()
        rate.selectAll()
        QTest.keyClicks(rate, "1")
        QTest.keyClick(rate, Qt.Key.Key_Return)
        assert program.store.scene.descents.mirror == 1.0
        until(program, lambda: says("1 step, converged"))
        edit(program, "playhead", 0.5)
        until(program, lambda: says("step 10"))
        (play,) = held.findChildren(PlayButton)
        QTest.mouseClick(play, Qt.MouseButton.LeftButton)
        until(program, lambda: program.store.scene.playhead > 0.5)
        QTest.mouseClick(play, Qt.MouseButton.LeftButton)
        assert not play.is_playing
    finally:
        end(program)

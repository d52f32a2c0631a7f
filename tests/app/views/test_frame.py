"""The real window on a real display, dragged as a hand would."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.parts.flow import FlowPart
from app.views.canvas.layers.flow import FieldLayer, ParticlesLayer
from tests.layers import layer
from tests.windows import edit, end, live, settle, until

pytestmark = pytest.mark.window


@pytest.fixture(params=["reference", "gpu"])
def program(request: pytest.FixtureRequest) -> Iterator:
    """The program with the normal distributions, shown and settled."""
    if request.param == "gpu":
        request.getfixturevalue("gpu_engine")
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("gaussian"), request.param)
    made.window.frame.resize(1200, 800)
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def pixel_of(program, name: str) -> tuple[int, int]:
    canvas = program.canvas
    x, y = canvas.frame.to_pixels(canvas.movable()[name])
    return round(float(x)), round(float(y))


def test_the_first_geodesic_is_drawn(program):
    answer = program.controller.answers.path
    assert answer.paths.status[0] == 0
    image = program.canvas.image()
    x, y = pixel_of(program, "A")
    # the letter is dark, the disc around it blue
    assert tuple(image[y, x + 7, :3]) == (0x4C, 0xC2, 0xFF)
    x, y = pixel_of(program, "B")
    assert tuple(image[y, x + 7, :3]) == (0xFF, 0xB4, 0x54)
    # the geodesic is the ellipse μ²/2 + σ² = 1.125 + 0.36
    x, y = program.canvas.frame.to_pixels((0.4, np.log(np.sqrt(1.485 - 0.08))))
    assert image[round(y) - 1 : round(y) + 2, round(x), :3].max() > 240


def test_dragging_a_pin_moves_everything_and_is_one_step_of_undo(program):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    native = program.canvas.native
    before = program.store.scene
    x, y = pixel_of(program, "A")
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    most = 0
    for i in range(1, 41):
        QTest.mouseMove(native, QPoint(x + 3 * i, y - 2 * i))
        program.application.processEvents()
        most = max(most, program.runner.pending())
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=QPoint(x + 120, y - 80))
    until(program, lambda: program.controller.answers.path.job.quality == "final")
    settle(program)
    scene, answer = program.store.scene, program.controller.answers.path
    assert most <= 2, "one job under way and one waiting"
    at = program.canvas.frame.to_chart((x + 120, y - 80))
    # the pin keeps the half pixel by which it was taken beside its middle
    assert scene.start.theta == pytest.approx((at[0], np.exp(at[1])), abs=0.01)
    assert answer.job.start == scene.start.theta
    np.testing.assert_allclose(answer.curve[0], scene.start.theta, rtol=1e-5)
    assert pixel_of(program, "A") == pytest.approx((x + 120, y - 80), abs=1)
    program.store.undo()
    assert program.store.scene == before


@pytest.mark.parametrize("program", ["gpu"], indirect=True)
def test_every_family_can_be_chosen(program):
    from compute.families import families

    for name in families():
        edit(program, "family", name)
        until(
            program,
            lambda name=name: (program.controller.answers.path or _NOTHING).job.family == name,
        )
        settle(program)
        assert program.controller.answers.path.paths.status[0] == 0, name
        assert program.window.status_words.text() == "converged"


class _NOTHING:
    class job:
        family = ""


def test_playing_keeps_the_window_alive(program):
    program.controller.commands["play"]()
    start = program.store.scene.playhead
    until(program, lambda: program.store.scene.playhead > start + 0.05)
    program.controller.commands["play"]()
    held = program.store.scene.playhead
    live(program)
    assert program.store.scene.playhead == held


def drawn(program, kind: type) -> bool:
    """Whether a layer has anything on the canvas."""
    return len(layer(program.canvas, kind).primitives(program.canvas.drawn)) > 0


def test_a_flow_evolves_pauses_steps_and_begins_again(program):
    program.window.actions["flow_evolve"].trigger()
    until(program, lambda: program.store.scene.flow.time > 0.02)
    until(program, lambda: drawn(program, FieldLayer) and drawn(program, ParticlesLayer))
    program.window.actions["flow_evolve"].trigger()
    settle(program)
    time = program.store.scene.flow.time
    part = program.controller.part(FlowPart)
    assert not part.is_running
    program.window.actions["flow_step"].trigger()
    until(program, lambda: part.answer.time > time)
    assert program.store.scene.flow.time == pytest.approx(time + program.store.scene.flow.pace)
    program.window.actions["flow_reset"].trigger()
    until(program, lambda: part.answer.time == 0.0)
    edit(program, "family", "cauchy")
    until(program, lambda: program.store.scene.family == "cauchy")
    assert program.store.scene.flow.time == 0.0
    assert not drawn(program, FieldLayer)


def test_another_family_takes_the_numbers_of_the_old_one_away_in_the_same_event(program):
    window, panel = program.window, program.window.family_panel
    shown = [value for name, value in window.measures_panel.rows if not value.isHidden()]
    assert shown
    assert shown[0].text() != "…"
    where = panel.family.findData("cauchy")
    panel.family.setCurrentIndex(where)
    panel.family.activated.emit(where)
    assert {value.text() for value in shown} == {"…"}
    assert {value.objectName() for value in shown} == {"stale"}
    assert panel.formula.text() == ""
    assert not panel.chart.isEnabled()
    assert "Cauchy" in window.frame.windowTitle()
    assert "converged" not in window.status_words.text()
    until(program, lambda: program.store.scene.family == "cauchy")
    settle(program)
    assert panel.chart.isEnabled()
    assert "…" not in {value.text() for value in shown}
    assert "d<i>s</i>²" in panel.formula.text()

"""A part of the controller end to end: a panel that is built when seen, a task on the worker."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.controller import controller as controllers
from app.jobs.job import Job, Priority
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
from app.jobs.worker import JobFailed
from app.parts.part import Part
from app.views.interface.events import PanelShown
from app.views.qt.panels import registry
from app.views.qt.window import window
from tests.windows import end, settle, until

pytestmark = pytest.mark.window


@dataclass(frozen=True)
class Halve(Job):
    number: float

    def perform(self, engine, emit, cancelled) -> None:
        if self.number < 0:
            raise ValueError(f"a number to halve must not be negative, got {self.number}")
        emit(Halved(self, self.number / 2))


@dataclass(frozen=True)
class Halved:
    job: Halve
    half: float


class Halving(Part):
    """Halves α while its panel is seen."""

    events = (PanelShown,)
    messages = (Halved, JobFailed)

    def __init__(self, desk) -> None:
        super().__init__(desk)
        self.failed: list[str] = []
        self.closed = False

    def commands(self):
        return {"halve": lambda: self.context.submit(Halve(self.context.store.scene.alpha))}

    def on_event(self, event) -> None:
        if event == PanelShown("Half", True):
            self.context.submit(Halve(self.context.store.scene.alpha))

    def on_message(self, message) -> None:
        match message:
            case Halved():
                self.context.window.set_panel("Half", message.half)
            case JobFailed(job=Halve()):
                self.failed.append(message.problem)

    def close(self) -> None:
        self.closed = True


class HalfPanel:
    """Made of a label."""

    def __init__(self, emit, theme) -> None:
        from PySide6.QtWidgets import QLabel

        self.widget, self.themes = QLabel(), [theme]

    def show(self, state) -> None:
        self.widget.setText("" if state is None else str(state))

    def set_theme(self, theme) -> None:
        self.themes.append(theme)


@pytest.fixture
def program(monkeypatch):
    spec = registry.PanelSpec("Half", registry.RIGHT, HalfPanel)
    monkeypatch.setattr(window, "PANELS", (*window.PANELS, spec))
    monkeypatch.setattr(controllers, "PARTS", (*controllers.PARTS, Halving))
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("gaussian"), "reference")
    made.window.frame.show()
    settle(made)
    yield made
    end(made)
    assert made.controller.parts[-1].closed


def test_a_panel_is_built_when_it_is_first_seen_and_then_answered(program):
    from dataclasses import replace

    slot, store = program.window.panels["Half"], program.store
    assert slot.panel is None, "nobody has seen it"
    store.update(replace(store.scene, alpha=0.5))
    program.window.raise_panel("Half")
    until(program, lambda: slot.panel is not None and slot.panel.widget.text() == "0.25")
    slot.dock.hide()
    program.window.set_panel("Half", "unseen")
    assert slot.panel.widget.text() == "0.25"
    slot.dock.show()
    until(program, lambda: slot.panel.widget.text() == "unseen")
    program.controller.commands["switch_theme"]()
    until(program, lambda: len(slot.panel.themes) == 2)


def test_a_task_that_fails_is_told_to_its_part_and_to_the_user(program):
    from dataclasses import replace

    store, part = program.store, program.controller.parts[-1]
    store.update(replace(store.scene, alpha=-0.5))
    program.controller.commands["halve"]()
    until(program, lambda: bool(part.failed))
    assert "got -0.5" in part.failed[0]


def test_tasks_come_last_and_urgent_ones_first():
    @dataclass(frozen=True)
    class Soon(Halve):
        priority = Priority.SUBJECT

    assert Soon.priority < PathJob.priority < MapJob.priority < Halve.priority

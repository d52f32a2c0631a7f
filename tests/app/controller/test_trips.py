"""The number of files that a drag and a flow step pass through, from the event to the drawing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from app.controller.controller import Controller
from app.jobs.job import Job
from app.model import scene_file
from app.model.store import Store
from app.presenters import shown_answers
from app.views.interface.events import CommandInvoked, PanelShown, PinMoved
from app.views.interface.views import Canvas, Window
from compute.engine.reference import ReferenceEngine

ROOT = Path(__file__).parents[3]
# without and with a redraw of the plots, which happens about fourteen times a second
DRAG, DRAG_WITH_PLOTS, FLOW_STEP = 19, 22, 12


def files_of(*acts: Callable[[], object]) -> set[str]:
    """The files of app and compute with a function that runs."""
    found: set[str] = set()

    def seen(frame, event, _) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>":
            found.add(code.co_filename)

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        for act in acts:
            act()
    finally:
        sys.setprofile(before)
    rooms = (str(ROOT / "app"), str(ROOT / "compute"))
    return {str(Path(name).relative_to(ROOT)) for name in found if name.startswith(rooms)}


class Trips:
    """A controller between views that only record and a worker that answers on request."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.control = Controller(
            Store(scene_file.load("gaussian")), MagicMock(spec=Canvas), MagicMock(spec=Window),
            MagicMock(submit=self.jobs.append),
        )  # fmt: skip
        self.answer()

    def answers(self) -> list[object]:
        asked, found = list(self.jobs), []
        self.jobs.clear()
        for job in asked:
            job.perform(ReferenceEngine(), found.append, lambda: False)
        return found

    def answer(self) -> None:
        for answer in self.answers():
            self.control.on_message(answer)

    def files(self, event: object) -> set[str]:
        """The files between an event and its job, and between the answers and the drawing."""
        there = files_of(lambda: self.control.on_event(event))
        assert self.jobs, "the event asks for something"
        back = [lambda answer=answer: self.control.on_message(answer) for answer in self.answers()]
        return there | files_of(*back)


@pytest.fixture
def trips() -> Trips:
    return Trips()


@pytest.mark.parametrize(("plots", "most"), [(1e9, DRAG), (0.0, DRAG_WITH_PLOTS)])
def test_a_drag_passes_few_files(trips, plots, most, monkeypatch):
    monkeypatch.setattr(shown_answers, "PLOTS", plots)
    trips.files(PinMoved("A", (-1.4, -0.4), done=False))  # computed once, and cached
    passed = trips.files(PinMoved("A", (-1.3, -0.4), done=False))
    assert len(passed) <= most, sorted(passed)


def test_a_step_of_a_flow_passes_few_files(trips):
    trips.files(CommandInvoked("flow_step"))
    passed = trips.files(CommandInvoked("flow_step"))
    assert len(passed) <= FLOW_STEP, sorted(passed)


def test_a_panel_that_nobody_sees_takes_no_part_in_a_drag(trips):
    trips.files(PinMoved("A", (-1.4, -0.4), done=False))
    passed = trips.files(PinMoved("A", (-1.3, -0.4), done=False))
    assert not [name for name in passed if name.startswith("app/parts")]


def test_a_panel_of_numbers_that_is_seen_costs_a_drag_one_file(trips, monkeypatch):
    monkeypatch.setattr(shown_answers, "PLOTS", 1e9)
    trips.files(PinMoved("A", (-1.4, -0.4), done=False))
    before = trips.files(PinMoved("A", (-1.3, -0.4), done=False))
    trips.control.on_event(PanelShown("Points", True))
    trips.control.on_event(PinMoved("A", (-1.35, -0.4), done=False))  # it looks, and then waits
    passed = trips.files(PinMoved("A", (-1.2, -0.4), done=False))
    assert passed - before <= {"app/parts/points.py"}

"""The panel Points: entries and steps as undo counts them, refusals, drags, the snap, the fields."""

from __future__ import annotations

from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.controller import Controller
from app.jobs.preparation import PrepareTask
from app.model import scene_file
from app.model.scene import Pin, of_family
from app.model.store import Store
from app.views.interface.events import CommandInvoked, PanelShown, PinMoved
from app.views.interface.points import PointsState, ValueEntered, ValueStepped
from app.views.interface.theme import DARK
from app.views.interface.views import Canvas, Window
from tests.windows import until


class Desk:
    """A controller whose window records the state of the panel, and a clock that the test sets."""

    def __init__(self, scene: str = "gaussian") -> None:
        self.jobs: list = []
        self.ticks: list = []
        self.store = Store(scene_file.load(scene))
        self.canvas, self.window = MagicMock(spec=Canvas), MagicMock(spec=Window)
        self.window.every.side_effect = self.every
        runner = MagicMock(submit=self.jobs.append)
        self.control = Controller(self.store, self.canvas, self.window, runner)
        self.do(PanelShown("Points", True))

    def every(self, milliseconds, tick):
        self.ticks.append(tick)
        return lambda: self.ticks.remove(tick)

    def tick(self) -> None:
        for tick in list(self.ticks):
            tick()

    def do(self, *events: object) -> None:
        for event in events:
            self.control.on_event(event)

    @property
    def states(self) -> list[PointsState]:
        calls = self.window.set_panel.call_args_list
        return [c.args[1] for c in calls if c.args[0] == "Points"]

    def row(self, key: str) -> tuple[str, ...]:
        rows = [row for group in self.states[-1].groups for row in group.rows]
        return next(row.values for row in rows if row.key == key)

    @property
    def a(self) -> tuple[float, float]:
        return self.store.scene.start.theta


@pytest.fixture
def desk():
    return Desk()


def test_each_entry_is_one_step_of_undo_and_steps_in_a_row_are_one(desk):
    first = desk.a
    desk.do(ValueEntered("A", 0, "0"), ValueEntered("A", 1, "sqrt(4)"))
    desk.do(*[ValueStepped("A", 0, 1)] * 3, ValueEntered("alpha", 0, "1/2"))
    assert desk.a == (0.3, 2.0) and desk.store.scene.alpha == 0.5
    past = []
    while desk.store.can_undo:
        desk.store.undo()
        past.append((desk.a, desk.store.scene.alpha))
    assert past == [((0.3, 2.0), 0.0), ((0.0, 2.0), 0.0), ((0.0, first[1]), 0.0), (first, 0.0)]


def test_what_is_refused_stays_with_one_line_and_changes_nothing(desk):
    before = desk.store.scene
    desk.do(ValueEntered("A", 1, "0 -"))
    refusal = desk.states[-1].refusal
    assert (refusal.row, refusal.place, refusal.text) == ("A", 1, "0 -")
    assert refusal.words.startswith("σ of A must be a number such as") and "\n" not in refusal.words
    assert desk.window.set_status.call_args.args[2] == refusal.words
    assert desk.store.scene is before and not desk.store.can_undo
    desk.do(ValueStepped("A", 1, 0))
    assert desk.states[-1].refusal is None and not desk.store.can_undo


def test_a_parameter_changes_at_once_and_nothing_moves(desk):
    desk.store.replace(of_family(desk.store.scene, "student_t:nu=5.0"))
    desk.do(ValueEntered("A", None, "0.25; 1,5"), ValueEntered("family.nu", 0, "9/3"))
    assert not any(isinstance(job, PrepareTask) for job in desk.jobs)
    assert desk.store.scene.family == "student_t:nu=3.0" and desk.a == (0.25, 1.5)
    desk.tick()
    assert desk.row("family.nu") == ("3",) and desk.row("A") == ("0.25", "1.5")
    desk.do(ValueEntered("family.nu", 0, "0"))
    assert desk.states[-1].refusal.words == "nu of student_t must lie in [0.1, 10000], got 0"
    assert not desk.window.tell.called


def test_a_drag_is_followed_now_and_then_and_to_its_end(desk):
    desk.do(PinMoved("A", (0.0, 0.0), done=False))
    shown = len(desk.states)
    for i in range(20):
        desk.do(PinMoved("A", (0.01 * i, 0.0), done=False))
    assert len(desk.states) == shown, "one look is under way"
    desk.tick()
    assert len(desk.states) == shown + 1 and desk.row("A") == ("0.19", "1")
    desk.tick()
    desk.tick()
    assert len(desk.states) == shown + 1 and not desk.ticks, "it rests"


def test_what_nobody_sees_is_not_shown_but_pasted_all_the_same(desk):
    desk.do(PanelShown("Points", False))
    shown = len(desk.states)
    desk.do(ValueEntered("B", None, "(0, 1)"), PinMoved("A", (0.5, 0.5), done=False))
    assert len(desk.states) == shown and not desk.ticks
    assert desk.store.scene.end == Pin((0.0, 1.0))


def test_the_snap_is_told_to_the_canvas(desk):
    desk.do(CommandInvoked("snap"))
    desk.canvas.set_snapping.assert_called_once_with(True)
    assert desk.states[-1].snapping
    desk.do(CommandInvoked("snap"))
    assert desk.canvas.set_snapping.call_args.args == (False,)


def test_a_click_and_a_release_leave_every_digit():
    desk = Desk("disk")
    desk.do(ValueEntered("A", None, "(sqrt(2)/10, sqrt(3))"))
    exact = desk.a
    drawn = desk.control.subject.chart.forward
    desk.do(PinMoved("A", tuple(map(float, drawn(np.array(exact)))), done=True))
    assert desk.a == exact


@pytest.mark.window
def test_fields_are_typed_stepped_pasted_and_left_by_keys(desk):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.points_panel import PointsPanel

    application = QApplication.instance() or QApplication(["test"])
    heard: list[object] = []
    panel = PointsPanel(heard.append, DARK)
    panel.show(desk.states[-1])
    panel.widget.show()
    panel.widget.activateWindow()
    until(None, panel.widget.isActiveWindow)
    field = panel.fields["A", 0]
    assert heard == [] and field.accessibleName() == "μ of A" and field.toolTip()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    assert field.lineEdit().selectedText() == "-1.5"
    QTest.keyClicks(field, "pi/4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == [ValueEntered("A", 0, "pi/4")]
    desk.do(ValueEntered("A", 0, "pi/4"))
    panel.show(desk.states[-1])
    assert field.text() == "0.7853981633974483", "all digits while it has the keyboard"
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_PageUp)
    assert heard[1:] == [ValueStepped("A", 0, -1), ValueStepped("A", 0, 10)]
    QTest.keyClicks(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.7853981633974483" and heard.pop() == ValueStepped("A", 0, 0)
    application.clipboard().setText("0.5\t2")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert heard[3:] == [ValueEntered("A", None, "0.5\t2")]
    desk.do(ValueEntered("A", 0, "x"))
    panel.show(desk.states[-1])
    assert field.text() == "x" and field.objectName() == "mistaken"
    assert (
        "x is not known" in panel.note.text() and "x is not known" in field.accessibleDescription()
    )
    desk.do(ValueEntered("A", 0, "1/3"))
    panel.show(desk.states[-1])
    panel.fields["B", 0].setFocus()
    assert field.text().endswith("…") and "0.3333333333333333".startswith(field.text()[:-1])
    panel.widget.deleteLater()
    application.processEvents()

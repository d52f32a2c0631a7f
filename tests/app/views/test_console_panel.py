"""The keys of the console's field, and how its output grows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.views.interface.console import (
    Completion,
    CompletionAsked,
    ConsoleEntered,
    ConsoleInterrupted,
    ConsoleState,
)
from tests.windows import destroy

pytestmark = pytest.mark.window
Key, CONTROL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Typed:
    """A panel whose field has what is typed, and the events that it emits."""

    def __init__(self) -> None:
        from app.views.qt.panels.console_panel import ConsolePanel

        self.events: list[object] = []
        self.panel = ConsolePanel(self.events.append)
        self.field = self.panel.field
        self.panel.widget.resize(500, 300)
        self.panel.widget.show()

    def type(self, *parts: object) -> str:
        """Type texts and keys; a pair is a key with a modifier.  Return what is in the field."""
        for part in parts:
            if isinstance(part, str):
                QTest.keyClicks(self.field, part)
            elif isinstance(part, tuple):
                QTest.keyClick(self.field, *part)
            else:
                QTest.keyClick(self.field, part)
        return self.field.toPlainText()

    def show(self, text: str, total: int, busy: bool = False, found: Completion | None = None):
        self.panel.show(ConsoleState(text, total, busy, found))
        return self.panel.output.toPlainText()


@pytest.fixture
def typed():
    import pyqtgraph as pg

    pg.mkQApp()
    made = Typed()
    yield made
    destroy(made.panel.widget)


def test_enter_runs_what_is_complete(typed):
    assert typed.type("1 + 1", Key.Key_Return) == ""
    assert typed.type("for i in x:", Key.Key_Return) == "for i in x:\n    "
    assert typed.type("f(i)", Key.Key_Return) == "for i in x:\n    f(i)\n    "
    assert typed.type(Key.Key_Return) == ""
    assert typed.type("a =", Key.Key_Return) == "", "what is wrong is said when it runs"
    assert typed.type("b", (Key.Key_Return, SHIFT), "c") == "b\nc"
    assert typed.type(Key.Key_Return) == ""
    assert typed.type(Key.Key_Return) == ""
    assert typed.events == [
        ConsoleEntered("1 + 1"), ConsoleEntered("for i in x:\n    f(i)\n    "),
        ConsoleEntered("a ="), ConsoleEntered("b\nc"),
    ]  # fmt: skip


def test_a_pasted_block_runs_as_one(typed):
    text = "def f(x):\n    y = 2 * x\n\n    return y\n\nf(3)"
    typed.field.insertPlainText(text)
    assert typed.type(Key.Key_Return) == ""
    assert typed.events == [ConsoleEntered(text)]


def test_the_history_is_gone_through_and_the_draft_comes_back(typed):
    typed.type("one", Key.Key_Return, "two", Key.Key_Return, "two", Key.Key_Return)
    assert typed.type("draft", Key.Key_Up) == "two"
    assert typed.type(Key.Key_Up) == "one"
    assert typed.type(Key.Key_Up) == "one"
    assert typed.type(Key.Key_Down, Key.Key_Down) == "draft"
    assert typed.type(Key.Key_Down) == "draft"
    typed.field.setPlainText("a\nb")
    typed.type((Key.Key_End, CONTROL), Key.Key_Up)
    assert typed.field.textCursor().blockNumber() == 0, "within a block, it moves the cursor"


def test_tab_completes_the_name_before_the_cursor(typed):
    typed.type("f(store.un", Key.Key_Tab)
    assert typed.events == [CompletionAsked("store.un")]
    typed.show("", 0, found=Completion("store.un", ("store.undo",)))
    assert typed.field.toPlainText() == "f(store.undo"
    typed.field.setPlainText("")
    typed.type("compute.f", Key.Key_Tab)
    said = typed.show("", 0, found=Completion("compute.f", ("compute.families", "compute.fit")))
    assert typed.field.toPlainText() == "compute.f" and said == "families  fit\n"
    typed.type("x")  # the answer comes late
    typed.show("", 0, found=Completion("compute.f", ("compute.fit",)))
    assert typed.field.toPlainText() == "compute.fx"


def test_while_something_runs_nothing_is_entered_and_ctrl_c_ends_it(typed):
    typed.show("", 0, busy=True)
    assert typed.panel.stop.isVisible()
    assert typed.type("2", Key.Key_Return) == "2" and typed.events == []
    typed.type((Key.Key_C, CONTROL))
    typed.panel.stop.click()
    assert typed.events == [ConsoleInterrupted(), ConsoleInterrupted()]
    typed.show("", 0)
    assert not typed.panel.stop.isVisible()
    typed.field.selectAll()
    typed.type((Key.Key_C, CONTROL))
    assert len(typed.events) == 2, "with a selection it copies"


def test_the_output_grows_and_says_what_is_left_out(typed):
    assert typed.show("abc\n", 4) == "abc\n"
    assert typed.show("abc\ndef\n", 8) == "abc\ndef\n"
    assert typed.show("xyz\n", 112).endswith("\n… 100 characters left out …\nxyz\n")
    assert typed.show("new\n", 4) == "new\n", "another thread begins"

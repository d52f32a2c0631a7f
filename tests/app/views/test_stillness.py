"""A window that keeps its picture over several turns of the event loop, and shows changes together."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QLabel

from app.views.qt.window.stillness import Stillness
from tests.windows import destroy, live, until

pytestmark = pytest.mark.window


class Watched(QObject):
    """Records the text with which a label is painted."""

    def __init__(self, label: QLabel) -> None:
        super().__init__(label)
        self.label, self.painted = label, []
        label.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self.painted.append(self.label.text())
        return False


@pytest.fixture
def seen() -> Iterator[Watched]:
    from PySide6.QtWidgets import QApplication

    QApplication.instance() or QApplication(["test"])
    label = QLabel("before")
    label.resize(200, 50)
    label.show()
    watched = Watched(label)
    until(None, lambda: watched.painted)
    live()
    yield watched
    destroy(label)


def test_steps_take_a_turn_each_and_are_seen_together(seen):
    still, turns, beats = Stillness(seen.label), [], []
    still.draw_by(lambda: turns.append(("drawn", len(beats))))
    seen.painted.clear()

    def step(words: str) -> None:
        seen.label.setText(words)
        seen.label.repaint()
        turns.append((words, len(beats)))

    timer = QTimer(seen.label)
    timer.timeout.connect(lambda: beats.append(1))
    timer.start(0)
    still.begin(lambda: step("half"), lambda: step("whole"))
    assert still.is_on and turns == []
    until(None, lambda: not still.is_on)
    until(None, lambda: seen.painted)
    assert [words for words, _ in turns] == ["half", "whole", "drawn"]
    assert turns[0][1] < turns[1][1] < turns[2][1], "events are handled in between"
    assert set(seen.painted) == {"whole"}


def test_steps_that_are_asked_for_meanwhile_come_after_and_a_failure_shows_the_window(
    seen, monkeypatch
):
    told, done = [], []
    monkeypatch.setattr(sys, "excepthook", lambda kind, problem, trace: told.append(str(problem)))
    still = Stillness(seen.label)

    def fail() -> None:
        still.begin(lambda: done.append("last"))
        raise ValueError("a step")

    still.begin(fail, lambda: done.append("first"))
    until(None, lambda: not still.is_on)
    assert done == ["first", "last"] and told == ["a step"]
    assert seen.label.updatesEnabled()


def test_a_paint_that_was_due_before_is_not_waited_for(seen):
    still = Stillness(seen.label)
    for words in ("first", "second"):
        seen.painted.clear()
        seen.label.update()
        still.begin(lambda words=words: seen.label.setText(words))
        until(None, lambda: not still.is_on)
        assert seen.painted == [words]
    seen.label.setText("later")
    until(None, lambda: seen.painted[-1] == "later")

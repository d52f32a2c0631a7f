"""Messages over the canvas: they stay until dismissed, block nothing, and are said aloud."""

from __future__ import annotations

import pytest

from tests.windows import live

pytestmark = pytest.mark.window


@pytest.fixture
def canvas():
    from PySide6.QtWidgets import QApplication, QWidget

    application = QApplication.instance() or QApplication([])
    made = QWidget()
    made.resize(600, 400)
    made.show()
    yield made
    made.deleteLater()
    application.processEvents()


@pytest.fixture
def line(canvas, monkeypatch):
    from app.views.qt.widgets import message_line

    said: list[str] = []
    monkeypatch.setattr(message_line, "announce", lambda widget, words: said.append(words))
    made = message_line.MessageLine(canvas)
    made.said = said
    return made


def test_a_message_is_shown_said_and_stays_until_it_is_dismissed(line, canvas):
    assert not line.isVisible()
    line.tell("No scene", "a.json: line 3")
    assert line.isVisible() and not line.isModal()
    assert (line.title.text(), line.words.text()) == ("⚠ No scene", "a.json: line 3")
    assert line.said == ["No scene: a.json: line 3"]
    assert line.accessibleName() == "No scene: a.json: line 3"
    live()
    assert line.isVisible() and canvas.rect().contains(line.geometry())
    line.button.click()
    assert not line.isVisible()


def test_the_newest_message_is_in_front_and_one_that_comes_again_is_kept_once(line):
    for name in ("a", "b", "a"):
        line.tell(name, "words")
    assert line.title.text() == "⚠ a" and line.button.text() == "Dismiss (1 more)"
    line.dismiss()
    assert line.title.text() == "⚠ b" and line.button.text() == "Dismiss"
    line.dismiss()
    assert not line.isVisible()


def test_messages_that_no_longer_hold_are_withdrawn_and_others_stay(line):
    for name, words in (("a", "1"), ("b", "2"), ("a", "3")):
        line.tell(name, words)
    line.withdraw("a")
    assert line.title.text() == "⚠ b" and line.button.text() == "Dismiss" and line.isVisible()
    line.withdraw("a")
    line.withdraw("b")
    assert not line.isVisible()


def test_messages_are_plain_text_of_a_bounded_length(line):
    from PySide6.QtCore import Qt

    line.tell("<b>x</b>", "<img src=a>" + "long " * 10_000 + 100 * "\nline")
    assert line.words.textFormat() == line.title.textFormat() == Qt.TextFormat.PlainText
    assert len(line.words.text()) < 1000 and line.words.text().count("\n") < 12
    for number in range(100):
        line.tell(str(number), "")
    for _ in range(20):
        assert line.isVisible()
        line.dismiss()
    assert not line.isVisible()


def test_escape_on_it_dismisses_it_and_it_follows_the_width_of_the_canvas(line, canvas):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    line.tell("No scene", "word " * 50)
    narrow = line.height()
    canvas.resize(900, 400)
    assert line.height() < narrow and line.width() == 720
    QTest.keyClick(line.button, Qt.Key.Key_Escape)
    assert not line.isVisible()

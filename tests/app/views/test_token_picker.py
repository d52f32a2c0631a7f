"""Tokens are found by typing a part of the word or the number, without a mouse."""

from __future__ import annotations

import pytest

from app.views.interface.attention import KeyChoice
from app.views.text.token_names import END, ISOLATE, containing, isolated, likeliest, numbered
from tests.windows import live

NAMES = [numbered(i, word) for i, word in enumerate(
    ("<s>", "The", "trophy", "…s", "café", "did", "not", "fit", "2", "مرحبا", "中文", "Trophy", "13")
)]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found", "meant"),
    [
        ("tro", [2, 11], 2),
        ("TROPHY", [2, 11], 2),
        ("1", [1, 10, 11, 12], 1),
        ("12", [12], 12),
        ("2", [2, 8, 12], 2),
        ("cafe\u0301", [4], 4),
        ("مر", [9], 9),
        ("9 م", [9], 9),
        ("文", [10], 10),
        ("s", [0, 3], 3),
        ("zebra", [], None),
    ],
)
def test_names_are_found_by_what_they_hold(typed, found, meant):
    assert containing(typed, NAMES) == found
    assert likeliest(typed, NAMES, found) == meant


def test_a_word_from_right_to_left_does_not_turn_its_number():
    assert numbered(9, "مرحبا") == f"9 {ISOLATE}مرحبا{END}"
    assert isolated("trophy") == "trophy" and isolated("中文") == "中文"


@pytest.fixture
def picker():
    """A picker of tokens in a window, and what it has chosen."""
    from PySide6.QtWidgets import QApplication, QWidget

    from app.views.qt.widgets.token_picker import token_picker

    application = QApplication.instance() or QApplication(["test"])
    window = QWidget()
    box = token_picker("Token", "Which token.")
    box.setParent(window)
    box.addItems(NAMES)
    box.chosen = []
    box.activated.connect(box.chosen.append)
    window.show()
    box.setFocus()
    live()
    yield box
    window.close()
    window.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


def shown(search) -> list[int]:
    return [i for i in range(search.list.count()) if not search.list.item(i).isHidden()]


@pytest.mark.window
def test_typing_searches_and_enter_chooses(picker):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClicks(picker, "t")
    search = picker.search
    assert search is not None and search.isVisible() and search.line.text() == "t"
    QTest.keyClicks(search.line, "rop")
    assert shown(search) == [2, 11] and search.list.currentRow() == 2
    QTest.keyClick(search.line, Qt.Key.Key_Down)
    QTest.keyClick(search.line, Qt.Key.Key_Return)
    assert picker.chosen == [11] and picker.currentText() == "11 Trophy"
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert shown(picker.search) == list(range(len(NAMES)))
    assert picker.search.list.currentRow() == 11, "it begins where it is"
    QTest.keyClicks(picker.search.line, "7")
    QTest.keyClick(picker.search.line, Qt.Key.Key_Return)
    assert picker.chosen == [11, 7]


@pytest.mark.window
def test_what_is_not_there_chooses_nothing(picker):
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    QTest.keyClicks(picker, "zebra")
    QTest.keyClicks(picker.search.line, "zebra")
    assert shown(picker.search) == [] and picker.search.none.isVisible()
    QTest.keyClick(picker.search.line, Qt.Key.Key_Return)
    QTest.keyClick(picker.search.line, Qt.Key.Key_Escape)
    assert picker.chosen == [] and picker.currentIndex() == 0
    # to scroll the panel under it chooses nothing either
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picker, wheel)
    assert picker.currentIndex() == 0


@pytest.mark.window
def test_letters_are_for_the_search_and_not_for_the_window(picker):
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    for key, text, own in ((Qt.Key.Key_T, "t", True), (Qt.Key.Key_Space, " ", False)):
        pressed = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, text)
        pressed.ignore()
        QApplication.sendEvent(picker, pressed)
        assert pressed.isAccepted() == own


@pytest.mark.window
def test_keys_are_searched_and_left_out_by_enter(picker):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.views.qt.widgets.key_menu import KeyMenu

    told: list[str] = []
    menu = KeyMenu(told.append)
    words = ("the", "river", "bank", "rivers")
    menu.show(tuple(KeyChoice(i + 5, word, True, False) for i, word in enumerate(words)))
    QTest.keyClicks(menu.line, "8")
    assert [menu.list.item(i).text() for i in shown(menu)] == ["8 rivers"]
    QTest.keyClick(menu.line, Qt.Key.Key_Return)
    assert told == ["8"]
    menu.line.setText("riv")
    assert shown(menu) == [1, 3]
    QTest.keyClick(menu.line, Qt.Key.Key_Return)
    assert told[-1] == "6,8"
    menu.widget.deleteLater()

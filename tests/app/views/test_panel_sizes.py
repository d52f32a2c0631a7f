"""Sizes of panels: shares of a room, what is read from settings, and what the user's hand sets."""

from __future__ import annotations

import pytest

from app.views.qt.window.panel_sizes import PanelSizes, shares


@pytest.mark.parametrize(
    ("room", "wanted", "least", "expected"),
    [
        (750, [560, 190], [119, 119], [560, 190]),
        (1500, [560, 190], [119, 119], [1120, 380]),
        (400, [560, 190], [119, 119], [281, 119]),
        (400, [560, 190], [119, 300], [119, 300]),  # there is no room for both
        (731, [100, 100, 100], [10, 400, 10], [166, 400, 165]),
        (700, [1, 1, 1], [10, 10, 10], [233, 234, 233]),
        (700, [300], [900], [900]),
    ],
)
def test_shares_are_in_the_ratios_wanted_and_not_below_the_least(room, wanted, least, expected):
    assert shares(room, wanted, least) == expected
    assert sum(expected) == max(room, sum(least))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "7", '{"Family": 3}', '{"Family": [1, 2, 3]}', '{"Family": [-1, 2]}',
     '{"Family": [true, 2]}', '{"Family": [1e400, 2]}', '{"Family": [1, 99999]}'],
)  # fmt: skip
def test_sizes_of_settings_that_are_none_are_left_out(text):
    sizes = PanelSizes(None, {}, "")
    sizes.read(text)
    assert sizes.text == "{}"


def test_sizes_are_saved_as_they_are_read():
    sizes = PanelSizes(None, {}, "")
    sizes.read('{"Family": [277, 486]}')
    assert sizes.text == '{"Family": [277, 486]}'


@pytest.mark.window
def test_a_border_that_was_moved_stays_where_it_was_put(tmp_path):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from app.main import Program
    from app.model import scene_file
    from tests.windows import dock, end, kept, live, settle, until

    made = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    frame = made.window.frame
    frame.resize(1300, 860)
    frame.show()
    settle(made)
    family, layers = dock(made.window, "Family"), dock(made.window, "Layers")
    left, window = Qt.MouseButton.LeftButton, frame.windowHandle()

    def raised() -> bool:
        """Drag the border between both panels up; a press beside it, before it is in place, misses."""
        border = QPoint(family.geometry().center().x(), family.geometry().bottom() + 3)
        QTest.mousePress(window, left, pos=border)
        QTest.mouseMove(window, border - QPoint(0, 90))
        live(made)
        QTest.mouseRelease(window, left, pos=border - QPoint(0, 90))
        live(made)
        return layers.height() > 300

    until(made, raised)
    moved = (family.height(), layers.height())
    for size in ((1000, 600), (1300, 860)):
        frame.resize(*size)
        live(made)
        until(made, lambda: family.isHidden() == (frame.width() < 1100))
    live(made)
    assert (family.height(), layers.height()) == moved
    made.settings.layout = made.window.layout
    end(made)
    again = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    again.window.frame.show()
    settle(again)
    family, layers = dock(again.window, "Family"), dock(again.window, "Layers")
    assert (family.height(), layers.height()) == moved
    end(again)


@pytest.mark.window
@pytest.mark.parametrize("lesson", [False, True])
def test_a_window_at_rest_lays_nothing_out(tmp_path, lesson):
    from PySide6.QtCore import QEvent, QObject

    from app.main import Program
    from app.model import scene_file
    from app.parts.lessons import LessonPart
    from tests.windows import end, kept, live, settle, until

    class Requests(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            self.count += event.type() == QEvent.Type.LayoutRequest
            return False

    made = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    made.window.frame.resize(1280, 720)
    made.window.frame.show()
    settle(made)
    if lesson:
        made.lessons.open("straight-line")
        until(made, lambda: made.controller.part(LessonPart).place[0])
    settle(made)
    seen = Requests()
    made.window.frame.installEventFilter(seen)

    def requests() -> int:
        """Return how often the window lays itself out in some turns of the event loop."""
        before = seen.count
        for _ in range(50):
            live(made)
        return seen.count - before

    # the rate of frames disappears in one of these times, or what computes for long is named
    counts = [requests() for _ in range(5)]
    end(made)
    assert 0 in counts

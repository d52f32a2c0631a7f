"""The lesson panel and presenting in a real window: contents, keys, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.claims import each
from tests.windows import dock, end, kept, live, until

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Iterator:
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("gaussian"), "reference", kept(tmp_path_factory.mktemp("kept")))
    made.window.frame.resize(1300, 860)
    made.window.frame.show()
    until(made, lambda: made.window.is_furnished and made.controller.answers.path is not None)
    yield made
    end(made)


@pytest.fixture(autouse=True)
def as_usual(program) -> Iterator[None]:
    """Every test begins with saved work in a large window, and ends without presenting."""
    from app.parts.lessons import LessonPart

    program.documents.document = replace(program.documents.document, saved=program.store.scene)
    program.controller.part(LessonPart).end()
    program.controller.part(LessonPart).progress.clear()
    program.window.frame.resize(1300, 860)
    yield
    program.window.presenter.leave()


def begin(program, name: str) -> None:
    """Open a lesson at its first step."""
    from app.parts.lessons import LessonPart

    part = program.controller.part(LessonPart)
    program.window.actions[f"lesson:{name}"].trigger()
    until(program, lambda: part.lesson is not None and part.lesson.name == name)
    part.go(0)
    rested(program)


def press(program, key: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(program.canvas.native, getattr(Qt.Key, f"Key_{key}"))


# a size that one panel asks for reaches its neighbours in later turns of the event loop
LOOKS = 10


def rested(program) -> None:
    """Wait until everything is computed and shown, and the panels have kept their sizes for a while."""
    from PySide6.QtWidgets import QDockWidget

    docks = program.window.frame.findChildren(QDockWidget)
    seen: list[object] = []

    def is_at_rest() -> bool:
        live(program)
        seen.append((program.runner.pending(), sizes(docks)))
        return seen[-1][0] == 0 and len(seen) >= LOOKS and seen[-LOOKS:] == [seen[-1]] * LOOKS

    until(program, is_at_rest)


def is_behind(program, title: str) -> bool:
    """Whether a panel shares its place with others."""
    return bool(program.window.frame.tabifiedDockWidgets(dock(program.window, title)))


def sizes(docks) -> list[tuple[int, int]]:
    return [(each.width(), each.height()) for each in docks]


def panel(program):
    return program.window.panels["Lesson"].panel


def test_a_lesson_from_the_menu(program):
    begin(program, "hyperbolic")
    shown = panel(program)
    assert shown.title.accessibleName() == "A normal distribution lives in the hyperbolic plane"
    assert shown.count.text() == "1 of 6" and "half-plane" in shown.text.toPlainText()
    assert not shown.back.isEnabled() and shown.show_me.isVisible()
    assert program.store.scene.title.endswith("The half-plane")
    assert not program.documents.is_unsaved


def test_show_me_ticks_it_and_is_kept(program):
    begin(program, "hyperbolic")
    shown = panel(program)
    shown.show_me.click()
    rested(program)
    assert shown.verdict.text() == "✓ Done" and program.store.scene.scalar == "curvature"
    assert '"hyperbolic": [0, 6, [0]]' in program.settings.lessons
    shown.restart.click()
    rested(program)
    assert program.store.scene.scalar == "entropy" and shown.verdict.text() == "✓ Done"


def test_presenting_hides_and_brings_back(program):
    from PySide6.QtWidgets import QDockWidget

    begin(program, "hyperbolic")
    window = program.window
    docks = [dock(window, title) for title in ("Family", "Layers", "Lesson", "Measures")]
    before = sizes(docks)
    window.actions["present"].trigger()
    rested(program)
    assert window.presenter.is_on and window.frame.isFullScreen()
    hidden = [window.frame.menuBar(), window.frame.statusBar(), dock(window, "Family")]
    assert not any(widget.isVisible() for widget in hidden)
    nothing = dock(window, "Lesson").DockWidgetFeature.NoDockWidgetFeatures
    assert dock(window, "Lesson").features() == nothing, "no buttons for an audience to look at"
    assert dock(window, "Lesson").isVisible() and panel(program).text.font().pointSize() > 12
    press(program, "PageDown")
    until(program, lambda: panel(program).count.text() == "2 of 6")
    press(program, "Left")
    until(program, lambda: panel(program).count.text() == "1 of 6")
    press(program, "S")
    assert window.presenter.spotlight.dims
    press(program, "Escape")
    assert not window.presenter.is_on and not window.frame.isFullScreen()
    assert each(widget.isVisible() for widget in hidden) and window.presenter.spotlight is None
    assert nothing not in {each.features() for each in window.frame.findChildren(QDockWidget)}
    press(program, "PageDown")
    rested(program)
    assert panel(program).count.text() == "1 of 6"
    until(program, lambda: np.allclose(sizes(docks), before, atol=2))


def test_presenting_enlarges_the_canvas_and_pins_are_where_they_are_drawn(program):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    program.window.actions["new"].trigger()
    rested(program)
    canvas, window = program.canvas, program.window
    window.actions["present"].trigger()
    rested(program)
    until(program, lambda: not canvas.is_between)
    widget = canvas.native
    wide, _ = canvas.frame.size
    assert wide == pytest.approx(widget.width() / 1.5, abs=1.0)
    assert canvas.image().shape[:2] == (widget.height(), widget.width()), "of the window's size"
    before = np.array(program.store.scene.end.theta)
    at = 1.5 * canvas.frame.to_pixels(canvas.movable()["B"])
    start, end = (QPoint(*np.rint(at + step).astype(int).tolist()) for step in (0, (-60, 30)))
    wanted = np.array(canvas.frame.to_chart((at + np.array([-60, 30])) / 1.5))
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)
    rested(program)
    view = canvas.frame.extent
    np.testing.assert_allclose(canvas.movable()["B"], wanted, atol=0.01 * (view.x1 - view.x0))
    assert np.linalg.norm(program.store.scene.end.theta - before) > 0.05
    window.presenter.leave()
    rested(program)
    assert canvas.frame.size == (widget.width(), widget.height())


def test_after_a_lecture_the_panels_are_those_of_the_step_that_was_reached(program):
    from app.parts.lessons import LessonPart

    picture, part = dock(program.window, "Picture"), program.controller.part(LessonPart)
    begin(program, "patches")
    part.go(6)
    rested(program)
    for ended, shown in ((3, True), (6, False)):
        program.window.actions["present"].trigger()
        rested(program)
        assert picture.isVisible() != shown, "what the step is about stays"
        part.go(ended)
        rested(program)
        program.window.presenter.leave()
        rested(program)
        assert picture.isVisible() == shown


def test_to_close_while_presenting_keeps_the_window_s_layout(tmp_path):
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    made.window.frame.show()
    until(made, lambda: made.window.is_furnished)
    made.window.actions["present"].trigger()
    until(made, lambda: made.window.presenter.is_on)
    end(made)
    again = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    again.window.frame.show()
    until(again, lambda: again.window.is_furnished)
    assert dock(again.window, "Family").isVisible()
    end(again)


def test_next_is_in_sight_on_a_projector_and_nothing_scrolls_within_what_scrolls(program):
    from PySide6.QtWidgets import QScrollArea

    frame = program.window.frame
    frame.resize(1280, 680)
    begin(program, "four-keys")
    shown = panel(program)
    until(program, lambda: is_behind(program, "Measures"))
    for _ in range(5):
        for widget in (shown.text, shown.box, shown.next):
            corner = widget.mapTo(frame, widget.rect().bottomRight())
            assert frame.rect().contains(corner) and not widget.visibleRegion().isEmpty()
            while widget is not None:
                assert not isinstance(widget, QScrollArea)
                widget = widget.parentWidget()
        assert shown.readings[0].text().startswith(("·", "✓")) and shown.text.height() >= 56
        program.window.actions["lesson_next"].trigger()
        rested(program)
    frame.resize(1300, 860)
    until(program, lambda: not is_behind(program, "Measures"))


def test_panels_of_a_narrow_window_are_tabs_at_its_edges(program):
    begin(program, "hyperbolic")
    window, family = program.window, dock(program.window, "Family")
    docks = [dock(window, title) for title in ("Family", "Layers", "Lesson", "Measures")]
    before = sizes(docks)
    window.frame.resize(1000, 860)
    until(program, lambda: not family.isVisible())
    live(program)
    assert program.screen.width() > 560 and dock(window, "Lesson").isVisible()
    tabs = window.tabs
    assert tabs["Family"].isVisible() and not tabs["Family"].isChecked()
    tabs["Layers"].click()
    tabs["Family"].click()
    assert family.isVisible() and tabs["Family"].isChecked()
    assert not dock(window, "Layers").isVisible(), "one at a time"
    window.actions["present"].trigger()
    rested(program)
    window.presenter.leave()
    rested(program)
    window.frame.resize(1300, 860)
    until(program, lambda: docks[-1].isVisible())
    rested(program)
    until(program, lambda: np.allclose(sizes(docks), before, atol=2))
    assert not tabs["Family"].isVisible()


def test_a_window_that_shrank_and_grew_again_has_the_panels_that_it_had(program):
    frame = program.window.frame
    sides = [dock(program.window, title) for title in ("Family", "Layers", "Measures")]
    frame.resize(1350, 950)
    rested(program)
    before = [(side.width(), side.height()) for side in sides]
    for size in ((1000, 600), (1350, 950), (1150, 700), (1350, 950)):
        frame.resize(*size)
        rested(program)
        assert all(side.isHidden() for side in sides) == (size[0] == 1000)
    assert [(side.width(), side.height()) for side in sides] == before


def test_the_list_says_how_far_one_is(program):
    from app.model.lessons import catalogue

    begin(program, "hyperbolic")
    panel(program).show_me.click()
    rested(program)
    program.window.actions["lessons"].trigger()
    rested(program)
    lines = [panel(program).list.item(i).text() for i in range(panel(program).list.count())]
    assert len(lines) == len(catalogue.titles()) and lines[1].endswith("1\u00a0of\u00a06")
    panel(program).list.itemClicked.emit(panel(program).list.item(0))
    rested(program)
    assert panel(program).count.text() == "1 of 5"
    program.appearance.switch()
    rested(program)
    assert "Two bells" in panel(program).text.toPlainText()


def test_a_dropped_lesson_is_begun_and_a_wrong_one_told(program, tmp_path):
    file = tmp_path / "mine.md"
    file.write_text("# Mine\n## One\nWords.\n```scene\nfamily: cauchy\n```\n", encoding="utf-8")
    program.window.frame.dropped.emit([str(file)])
    rested(program)
    assert panel(program).title.text() == "Mine" and program.store.scene.family == "cauchy"
    other = tmp_path / "other.md"
    other.write_text(file.read_text("utf-8").replace("Words.", "Better."), encoding="utf-8")
    other.replace(file)  # as editors save
    until(program, lambda: "Better." in panel(program).text.toPlainText())
    told = []
    program.window.tell = lambda title, text: told.append(text)
    file.write_text("# Mine\n## One\n```scene\nfamily: nobody\n```\n", encoding="utf-8")
    program.window.frame.dropped.emit([str(file)])
    until(program, lambda: told)
    rested(program)
    assert len(told) == 1 and "mine.md:4" in told[0]


@pytest.mark.parametrize("presents", [False, True])
def test_a_reset_of_a_low_window_leaves_no_bar_of_tabs_behind(program, presents):
    from PySide6.QtWidgets import QTabBar

    frame = program.window.frame
    frame.resize(1280, 720)
    begin(program, "hyperbolic")
    until(program, lambda: is_behind(program, "Measures"))
    for _ in range(2 * presents):
        program.window.actions["present"].trigger()
        rested(program)
    program.window.reset_layout()
    until(program, lambda: not is_behind(program, "Measures"))
    rested(program)
    bars = [b for b in frame.findChildren(QTabBar) if b.parent() is frame and b.isVisible()]
    tabs = [[bar.tabText(i) for i in range(bar.count())] for bar in bars if bar.count()]
    assert tabs == [["Distributions", "Flow", "Points"]]


def test_the_text_of_a_lesson_takes_half_of_a_high_column(program):
    program.window.reset_layout()
    begin(program, "straight-line")
    heights = []
    for height in (860, 1050):
        program.window.frame.resize(1300, height)
        rested(program)
        heights.append(dock(program.window, "Lesson").height())
    assert heights[0] >= 388 and heights[1] - heights[0] > 50
    assert panel(program).text.verticalScrollBar().maximum() == 0

"""The window: it shows plain data, emits the user's choices, and never emits what it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.views.interface.attention import AttentionState, KeyChoice
from app.views.interface.choices import SEPARATOR
from app.views.interface.events import CommandInvoked, Held, SceneEdited
from app.views.interface.views import Choice, Command, Distributions, LayerRow, Measure, PanelState
from tests.windows import dock, live, until

pytestmark = pytest.mark.window

COMMANDS = (
    Command("open", "File", "Open scene…", "Ctrl+O", "Open a scene file"),
    Command("quit", "File", "Quit", "Ctrl+Q", "Close the window"),
    Command("play", "Play", "Play or pause", "Space", "Let the point glide"),
)
WORDS = ("the", "bank", "by", "river")
HEAD = AttentionState(
    sources=(Choice("bank", "the bank by the river"), Choice("trophy", "the trophy did not fit")),
    source="bank",
    layer=4,
    layers=6,
    head=9,
    heads=12,
    tokens=WORDS,
    planes=(Choice("tokens", "Through three tokens"), Choice("fisher", "Most information")),
    plane="tokens",
    triple=(0, 1, 3),
    token=2,
    temperature=1.0,
    keys=tuple(KeyChoice(i, words, i != 2, i == 0) for i, words in enumerate(WORDS)),
)
STATE = PanelState(
    families=(Choice("gaussian", "Normal distributions"), Choice("attention", "Attention")),
    family="attention",
    outcomes=[Choice(str(i), word) for i, word in enumerate(WORDS)],
    scalars=(Choice("entropy", "Entropy (nats)"), Choice("probability", "Probability of one key")),
    scalar="entropy",
    token=2,
    charts=(Choice("parameters", "Parameters"), Choice("moments", "Moments")),
    chart="parameters",
    alpha=0.25,
    line_element="ds² = Σ pⱼ ((Tⱼ − η)·dθ)²,  p = softmax(b + Tθ)",
    note="The plane holds three queries exactly.",
    layers=(
        LayerRow("map", "Scalar map", True, None),
        LayerRow("grid", "Coordinate grid", False, 0.5, "Lines of equal coordinates."),
    ),
    attention=HEAD,
)
BARS = Distributions(
    x=np.arange(4.0),
    labels=WORDS,
    title="Key",
    names=("A · by", "B <x>", "moving point"),
    rows=np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]]),
)
MEASURES = (
    Measure("Fisher–Rao length", "2.86743", "How many just distinguishable steps lie between."),
    Measure("Speed drift", "3.0e-2", "A geodesic keeps its speed.", ok=False),
)


@pytest.fixture
def window() -> Iterator:
    """A shown window that records events as ``window.told``; no widget is left behind."""
    from PySide6.QtWidgets import QApplication, QMenu, QWidget

    application = QApplication.instance() or QApplication(["test"])
    before = set(QApplication.topLevelWidgets())
    from app.views.interface.theme import DARK
    from app.views.qt.window.window import MainWindow

    made = MainWindow(QWidget(), COMMANDS, DARK)
    made.told = []
    made.connect(made.told.append)
    made.frame.resize(1200, 760)
    made.frame.show()
    live()
    made.furnish()
    live()
    made.told.clear()
    yield made
    made.connect(lambda event: None)
    made.frame.close()
    made.frame.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    application.processEvents()
    left = set(QApplication.topLevelWidgets()) - before
    # pyqtgraph's plots keep their menus, which have no parent, as long as they live themselves
    assert not [widget for widget in left if not isinstance(widget, QMenu)]


def test_a_held_key_switches_nothing_on_and_off(window):
    from PySide6.QtGui import QAction

    (play,) = (
        each for each in window.frame.findChildren(QAction) if each.text() == "Play or pause"
    )
    assert play.shortcut().toString() == "Space" and not play.autoRepeat()


def edits(window) -> list[tuple[str, object]]:
    return [pair for event in window.told for pair in event.changes]


def distributions(window):
    return window.panels["Distributions"].panel


def choose(box, index: int) -> None:
    """Change a box as a user would: its value, then its signal."""
    box.setCurrentIndex(index)
    box.activated.emit(index)


def entry(keys, words: str):
    """An entry of the menu of keys."""
    (found,) = (action for action in keys.widget.menu().actions() if action.text() == words)
    return found


def flip(keys, row: int) -> None:
    """A hand's click on the box of one key."""
    from PySide6.QtCore import Qt

    item = keys.list.item(row)
    on = item.checkState() == Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)


# --- panels ----------------------------------------------------------------------------------
def test_what_is_shown_is_not_told_back(window):
    window.set_panels(STATE)
    head = replace(HEAD, layer=2, triple=(1, 2, 3), temperature=3.0, plane="fisher")
    window.set_panels(replace(STATE, alpha=-0.5, scalar="probability", attention=head))
    window.set_playhead(0.3)
    window.set_distributions(BARS)
    window.set_measures(MEASURES)
    assert window.told == []


def test_panels_show_the_state(window):
    window.set_panels(STATE)
    panel = window.family_panel
    assert panel.family.currentText() == "Attention"
    head = panel.head
    assert head.source.currentData() == "bank"
    assert (head.layer.value(), head.layer.maximum(), head.index.value()) == (4, 5, 9)
    assert [box.currentText() for box in head.triple] == ["0 the", "1 bank", "3 river"]
    assert head.triple[0].isVisible() and not head.token.isVisible()
    assert head.keys.widget.text() == "Without by"
    assert (head.temperature.value(), head.readout.text()) == (0, "1")
    assert panel.alpha_words.text() == "+0.25"
    assert not panel.token.isVisible()
    window.set_panels(replace(STATE, scalar="probability"))
    assert panel.token.isVisible() and panel.token.currentText() == "by"
    boxes = window.layers_panel.boxes
    assert {name: box.isChecked() for name, box in boxes.items()} == {"map": True, "grid": False}


def test_a_family_without_heads_has_no_pickers_of_heads(window):
    window.set_panels(replace(STATE, family="gaussian", attention=None))
    assert not window.family_panel.head.widget.isVisible()


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda p: choose(p.family, 0), ("family", "gaussian")),
        (lambda p: choose(p.scalar, 1), ("scalar", "probability")),
        (lambda p: choose(p.token, 3), ("token", 3)),
        (lambda p: choose(p.chart, 1), ("chart", "moments")),
        (lambda p: p.alpha.setValue(-20), ("alpha", -1.0)),
        (lambda p: choose(p.head.triple[1], 2), ("family.tokens", "0,2,3")),
        (lambda p: choose(p.head.triple[1], 3), ("family.tokens", "0,3,1")),
        (lambda p: choose(p.head.kind, 1), ("family.plane", "fisher")),
        (lambda p: choose(p.head.token, 1), ("family.token", 1)),
        (lambda p: p.head.temperature.setValue(100), ("family.temperature", 10.0)),
        (lambda p: entry(p.head.keys, "Leave out special tokens").trigger(), ("family.mask", "0")),
        (lambda p: entry(p.head.keys, "All keys").trigger(), ("family.mask", "")),
        (lambda p: flip(p.head.keys, 1), ("family.mask", "1,2")),
    ],
)
def test_a_choice_is_told_once(window, act: Callable, told: tuple[str, object]):
    window.set_panels(STATE)
    act(window.family_panel)
    assert edits(window) == [told]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda head: choose(head.source, 1), {"source": "trophy", "mask": ""}),
        (lambda head: head.layer.setValue(5), {"layer": 5}),
        (lambda head: head.index.setValue(0), {"head": 0}),
    ],
)
def test_another_head_has_the_plane_of_its_own_tokens(window, act: Callable, told: dict):
    window.set_panels(STATE)
    act(window.family_panel.head)
    (event,) = window.told
    changes = dict(event.changes)
    assert changes["family.tokens"] == ""
    assert {f"family.{k}": v for k, v in told.items()}.items() <= changes.items()


def test_a_held_slider_is_told(window):
    slider = window.family_panel.alpha
    slider.setSliderDown(True)
    slider.setSliderDown(False)
    assert window.told == [Held(True), Held(False)]


def test_layers_that_a_family_lacks_leave_no_gap(window):
    """A layer that comes later stands in its order, not at the end."""
    rows = [LayerRow(name, name, False, None) for name in ("map", "grid", "tokens", "loop")]
    boxes = window.layers_panel.boxes
    for shown in ((0, 1, 3), (0, 1, 2, 3), (0, 3)):
        window.set_panels(replace(STATE, layers=[rows[i] for i in shown]))
        live()
        places = [(boxes[rows[i].field].y(), boxes[rows[i].field].x()) for i in shown]
        assert places == sorted(places) and len({y for y, _ in places}) == (len(shown) + 1) // 2


def test_layers_are_switched(window):
    window.set_panels(STATE)
    boxes = window.layers_panel.boxes
    assert (boxes["map"].text(), boxes["grid"].text()) == ("Scalar map", "Coordinate grid ◐")
    assert "Lines of equal coordinates.<br>50% opaque" in boxes["grid"].toolTip()
    boxes["grid"].click()
    assert window.told == [SceneEdited((("layers.grid", True),))]
    window.told.clear()
    entries = window.layers_panel.shares("grid")
    assert [words for words, _ in entries][:3] == ["100% opaque", "75% opaque", "✓ 50% opaque"]
    entries[1][1]()
    assert window.told == [SceneEdited((("opacity.grid", 0.75),))]


def test_a_long_name_does_not_widen_the_panel(window):
    sources = (Choice("bank", "a sentence much longer than its box " * 3),)
    window.set_panels(replace(STATE, attention=replace(HEAD, sources=sources)))
    live()
    assert window.family_panel.widget.width() <= window.family_panel.widget.minimumWidth() + 40


# --- numbers ---------------------------------------------------------------------------------
def test_a_measure_that_is_not_fine_is_marked(window):
    window.set_measures(MEASURES)
    rows = window.measures_panel.rows
    assert rows[0][1].text() == "2.86743"
    assert rows[1][1].text() == "⚠ 3.0·10⁻²" and rows[1][1].objectName() == "warning"
    assert rows[1][0].toolTip().startswith(MEASURES[1].hint)
    window.set_measures(MEASURES[:1])
    assert not rows[1][0].isVisible()


def test_a_click_on_the_name_of_a_measure_opens_its_mathematics(window):
    from app.views.qt.dialogs.sheet import TextPage

    tops = []
    for section in ("transport-and-holonomy", "conventions"):
        window.set_measures([replace(MEASURES[0], section=section)])
        window.measures_panel.rows[0][0].click()
        live()
        (page,) = window.frame.findChildren(TextPage)
        first = page.text.cursorForPosition(QPoint(8, 12)).block()
        while not first.blockFormat().headingLevel():
            first = first.next()
        tops.append(first.text())
    assert tops == ["Transport and holonomy", "Conventions"]
    page.close()


def test_a_text_that_is_cut_is_in_the_tip_and_groups_are_apart(window):
    long = Choice("long", "A family whose name is much longer than its box of a few letters")
    families = (long, SEPARATOR, Choice("gaussian", "Normal"))
    window.set_panels(replace(STATE, families=families, family="long"))
    live()
    box = window.family_panel.family
    assert box.help().startswith(long.words) and box.count() == 3
    box.setCurrentIndex(0)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert edits(window)[-1] == ("family", "gaussian"), "a line cannot be chosen"
    window.set_panels(replace(STATE, families=families, family="gaussian"))
    assert not box.help().startswith("Normal")


def test_numbers_that_grow_do_not_push_the_canvas(window):
    window.set_measures(MEASURES)
    live()
    width = window.frame.centralWidget().width()
    window.set_measures([replace(m, value="−1.234567890123e-10 (+123.45 %)") for m in MEASURES])
    window.set_status(
        "GPU · an adapter with a very long name " * 3, "1234 ms", "not converged", False
    )
    live()
    assert window.frame.centralWidget().width() == width


def test_bars_stand_for_the_rows_and_the_last_one_moves(window):
    window.set_distributions(BARS)
    bars = distributions(window).bars
    np.testing.assert_array_equal([bar.opts["width"] for bar in bars], BARS.rows)
    row = np.array([0.7, 0.1, 0.1, 0.1])
    window.set_moving_row(row)
    np.testing.assert_array_equal(bars[-1].opts["width"], row)
    np.testing.assert_array_equal(bars[0].opts["width"], BARS.rows[0])
    assert "B&nbsp;&lt;x&gt;" in distributions(window).legend.text()


def test_ticks_stand_for_the_rows_that_the_model_really_has(window):
    own = np.array([0.9, 0.1, 0.0, 0.0])
    window.set_distributions(replace(BARS, own=(None, own)))
    ticks = distributions(window).ticks
    assert [tick.isVisible() for tick in ticks] == [False, True, False]
    np.testing.assert_array_equal(ticks[1].getData()[0], own)
    assert "the model’s own row" in distributions(window).legend.text()
    assert distributions(window).plot.viewRange()[0][1] >= 0.9
    window.set_distributions(BARS)
    assert not any(tick.isVisible() for tick in distributions(window).ticks)
    assert "own row" not in distributions(window).legend.text()


def test_a_long_label_leaves_room_for_the_bars(window):
    long = "a label of a token that has forty-eight letters"
    window.set_distributions(BARS)
    axis = distributions(window).plot.getAxis("left")
    window.set_distributions(
        replace(BARS, labels=(long, *WORDS[1:]), names=(f"A · {long}", "B", "C"))
    )
    shown = [text for _, text in axis._tickLevels[0]]
    assert shown[0].endswith("…") and shown[0][:-1] in long and shown[1:] == list(WORDS[1:])
    assert long in distributions(window).legend.toolTip()
    assert "…" in distributions(window).legend.text()


def test_the_first_word_is_on_top(window):
    window.set_distributions(BARS)
    view = distributions(window).plot.getPlotItem().getViewBox()
    assert view.yInverted()


def test_densities_are_curves(window):
    x = np.linspace(-3, 3, 50)
    rows = np.exp(-((x - np.array([[0.0], [1.0], [0.5]])) ** 2))
    window.set_distributions(Distributions(x, (), "x", ("A", "B", "moving point"), rows))
    curves = distributions(window).curves
    np.testing.assert_array_equal(curves[1].getData()[1], rows[1])
    window.set_moving_row(rows[0])
    np.testing.assert_array_equal(curves[2].getData()[1], rows[0])
    window.set_distributions(None)
    assert distributions(window).curves == []
    window.set_moving_row(rows[0])


def test_counts_have_a_stem_each_and_nothing_between(window):
    x = np.arange(-2.0, 4.0)
    rows = np.stack([np.arange(6.0), np.arange(6.0)[::-1], np.ones(6)]) / 15
    shown = Distributions(x, (), "x", ("A", "B", "moving point"), rows, counts=True)
    window.set_distributions(shown)
    for i, curve in enumerate(distributions(window).curves):
        places, heights = (part.reshape(-1, 2) for part in curve.getData())
        assert (places[:, 0] == places[:, 1]).all(), "upright"
        np.testing.assert_array_equal(np.rint(places[:, 0]), x)
        np.testing.assert_array_equal(heights, np.stack([np.zeros(6), rows[i]], axis=1))
        assert curve.opts["connect"] == "pairs"
    low, high = distributions(window).plot.viewRange()[0]
    assert low < -2 and high > 3, "the outermost stems are not cut"


# --- keys and files --------------------------------------------------------------------------
def test_a_key_belongs_to_the_focused_widget_before_it_is_a_shortcut(window):
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    def is_kept(widget, key: str, text: str = "") -> bool:
        widget.setFocus()
        code, none = getattr(Qt.Key, f"Key_{key}"), Qt.KeyboardModifier.NoModifier
        pressed = QKeyEvent(QEvent.Type.ShortcutOverride, code, none, text)
        pressed.ignore()
        QApplication.sendEvent(widget, pressed)
        return pressed.isAccepted()

    canvas = window.frame.centralWidget().layout().itemAt(0).widget()
    alpha, chart = window.family_panel.alpha, window.family_panel.chart
    window.set_panels(STATE)
    live()
    box = window.layers_panel.boxes["map"]
    kept = {
        (widget, key)
        for widget in (canvas, alpha, chart, box)
        for key, text in (("Home", ""), ("End", ""), ("Space", " "), ("K", "k"))
        if is_kept(widget, key, text)
    }
    ends = {(widget, key) for widget in (alpha, chart) for key in ("Home", "End")}
    assert kept == ends | {(chart, "Space"), (chart, "K"), (box, "Space")}
    # text that is selected is copied in place of a point
    window.set_measures(MEASURES)
    live()
    value = window.measures_panel.rows[0][1]
    copies = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier
    )
    for selected in (False, True):
        value.setFocus()
        value.setSelection(0, 4 if selected else 0)
        copies.ignore()
        QApplication.sendEvent(value, copies)
        assert copies.isAccepted() == selected


def test_a_pattern_says_how_its_files_end():
    from app.views.qt.dialogs.file_dialogs import suffix_of

    assert suffix_of("PNG (*.png);;SVG, vectors (*.svg)") == "png"
    assert suffix_of("SVG, vectors (*.svg)") == "svg" and suffix_of("All files (*)") == ""


# --- time ------------------------------------------------------------------------------------
def test_the_timeline_shows_and_tells(window):
    window.set_playhead(0.42)
    assert window.timeline.readout.text() == "t = 0.42"
    window.timeline.slider.setValue(250)
    assert edits(window) == [("playhead", 0.25)]
    window.timeline.button.click()
    assert window.told[-1] == CommandInvoked("play")


def test_calls_are_repeated_until_stopped(window):
    calls: list[int] = []
    stop = window.every(1, lambda: calls.append(1))
    until(None, lambda: len(calls) >= 3)
    stop()
    seen = len(calls)
    live()
    assert len(calls) == seen


def test_posted_calls_run_on_the_thread_of_the_window(window):
    ran: list[int] = []
    poster = threading.Thread(target=lambda: window.post(lambda: ran.append(threading.get_ident())))
    poster.start()
    poster.join()
    assert ran == []
    live()
    assert ran == [threading.get_ident()]


# --- frame -----------------------------------------------------------------------------------
def test_every_command_is_in_its_menu(window):
    menus = {
        menu.title().replace("&", ""): [a.text() for a in menu.actions()] for menu in _menus(window)
    }
    assert menus == {"File": ["Open scene…", "Quit"], "Play": ["Play or pause"]}
    for command in COMMANDS:
        action = window.actions[command.name]
        assert action.shortcut().toString() == command.shortcut
        action.trigger()
    assert window.told == [CommandInvoked(command.name) for command in COMMANDS]


def _menus(window) -> list:
    return [action.menu() for action in window.frame.menuBar().actions()]


def test_closing_is_a_command(window):
    window.frame.close()
    assert CommandInvoked("quit") in window.told


def test_leaving_the_canvas_is_told(window):
    from unittest.mock import Mock

    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    hands = Mock()
    window.serve(hands, lambda: None)
    canvas = window.frame.centralWidget().layout().itemAt(0).widget()
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    hands.point_away.assert_called_once_with()


def test_the_status_line_says_what_is_wrong(window):
    window.set_status("GPU · llvmpipe", "12 ms", "converged", True)
    assert window.status_words.text() == "converged"
    window.set_status("GPU · llvmpipe", "12 ms", "not converged", False)
    assert (
        window.status_words.text() == "⚠ not converged"
        and window.status_words.objectName() == "warning"
    )
    window.set_title("Normal distributions")
    assert window.frame.windowTitle() == "Normal distributions — Attention Geodesics"


def test_everything_that_is_operated_has_a_name(window):
    from PySide6.QtWidgets import QComboBox, QSlider, QSpinBox, QToolButton

    for kind in (QComboBox, QSlider, QSpinBox, QToolButton):
        for widget in window.frame.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or widget.text(), widget


def test_the_light_theme_dresses_the_window_too(window):
    from app.views.interface.theme import DARK, LIGHT

    for step in window.themed(LIGHT):
        step()
    assert window.frame.grab().toImage().pixelColor(5, 5).lightness() > 200
    for step in window.themed(DARK):
        step()
    assert window.frame.grab().toImage().pixelColor(5, 5).lightness() < 60


def test_a_change_of_theme_styles_no_widget_for_each_widget_above_it(window):
    from collections import Counter

    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QWidget

    from app.views.interface.theme import LIGHT

    class Styled(QObject):
        times: ClassVar[Counter[QWidget]] = Counter()

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.StyleChange and isinstance(watched, QWidget):
                self.times[watched] += 1
            return False

    seen = Styled()
    QApplication.instance().installEventFilter(seen)
    for step in window.themed(LIGHT):
        step()
    QApplication.instance().removeEventFilter(seen)
    assert window.measures_panel.widget in seen.times
    assert max(seen.times.values()) <= 2, seen.times.most_common(3)


def test_a_theme_is_set_in_turns_that_styling_has_to_itself(window, monkeypatch):
    from app.views.interface.theme import LIGHT
    from app.views.qt.window import window as module

    done: list[str] = []
    monkeypatch.setattr(module, "dress", lambda *_: done.append("styled"))
    monkeypatch.setattr(window.timeline, "set_theme", lambda theme: done.append(theme.name))
    style, *paint = window.themed(LIGHT)
    style()
    assert done == ["styled"]
    for step in paint:
        step()
    assert done == ["styled", "light"]


def test_an_exception_in_an_event_filter_is_told_and_the_window_lives(monkeypatch):
    import sys

    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication, QWidget

    from app.views.qt.window.frame import Leaving

    def fail() -> None:
        raise ValueError("nothing there")

    heard: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, problem, _: heard.append(str(problem)))
    widget = QWidget()
    Leaving(widget, fail)
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
    assert heard == ["nothing there"]


@pytest.mark.parametrize("height", [760, 430, 60])
def test_a_panel_that_is_higher_than_the_window_is_opened_without_a_complaint(window, height):
    from PySide6.QtCore import qInstallMessageHandler

    window.frame.resize(1000, height)
    live()
    said: list[str] = []
    usual = qInstallMessageHandler(lambda kind, context, words: said.append(words))
    try:
        window.raise_panel("Lesson")
        live()
    finally:
        qInstallMessageHandler(usual)
    assert said == [] and dock(window, "Lesson").isVisible()


def test_a_panel_that_was_raised_gives_its_place_back(window):
    def in_front(title: str) -> bool:
        live()
        return not dock(window, title).visibleRegion().isEmpty()

    window.frame.resize(1400, 900)
    assert in_front("Distributions") and not in_front("Flow")
    window.raise_panel("Flow")
    window.raise_panel("Flow")  # as each step of a lesson does
    assert in_front("Flow") and not in_front("Distributions")
    window.lower_panel("Flow")
    assert in_front("Distributions") and not dock(window, "Flow").isHidden()
    assert dock(window, "Matrix").isHidden()
    window.raise_panel("Matrix")
    assert in_front("Matrix")
    window.lower_panel("Matrix")
    assert not in_front("Matrix") and dock(window, "Matrix").isHidden()


@pytest.mark.parametrize(
    ("room", "wanted"),
    [((1280, 720), (1280, 680)), ((1400, 900), (1400, 860)), ((4000, 3000), (1400, 860))],
)
def test_a_new_window_and_its_title_fit_on_the_screen(room, wanted):
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    from app.views.qt.window.frame import MainFrame

    application = QApplication.instance() or QApplication(["test"])

    class OnASmallScreen(MainFrame):
        def screen(self):
            return SimpleNamespace(availableSize=lambda: QSize(*room))

    frame = OnASmallScreen(lambda: True, lambda ahead: True)
    assert (frame.width(), frame.height()) == wanted
    frame.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete

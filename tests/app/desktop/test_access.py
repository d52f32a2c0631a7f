"""The window by keyboard and by ear: every control has a name, Tab reaches all of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.views.canvas.layers.map import MapLayer
from tests.claims import each
from tests.layers import layer
from tests.windows import edit, end, live, until

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def program():
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("gaussian"), "reference")
    made.window.frame.show()
    until(made, lambda: made.controller.answers.path is not None)
    made.window.furnish()
    yield made
    end(made)


def named(widget) -> str:
    """The words of a screen reader: the widget's name, its text, or the label it is the buddy of."""
    from PySide6.QtGui import QAccessible

    interface = QAccessible.queryAccessibleInterface(widget)
    if interface is None:
        return ""
    if interface.role() == QAccessible.Role.ComboBox:
        # on Linux its name is the chosen text, and its purpose comes from its label
        if not widget.isVisible():
            return widget.accessibleName()
        labels = interface.relations(QAccessible.RelationFlag.Label)
        return " ".join(label.text(QAccessible.Text.Name) for label, _ in labels)
    return interface.text(QAccessible.Text.Name)


def controls(window) -> list:
    """All widgets that can have the focus, except parts of another control."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QTabBar, QWidget

    parts = (QComboBox, QAbstractSpinBox)
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), parts)
        and widget.window() is window  # lists that pop up are named by their boxes
        and not widget.objectName().startswith("qt_")
        and not (isinstance(widget, QTabBar) and widget.count() == 0)  # kept by Qt for later
    ]


def everything_shown(program) -> None:
    """Every panel, built."""
    for title, slot in program.window.panels.items():
        program.window.raise_panel(title)
        until(program, lambda slot=slot: slot.panel is not None)
    program.window.raise_panel("Log")


def test_every_widget_of_a_panel_is_in_it(program):
    from PySide6.QtWidgets import QWidget

    everything_shown(program)
    window = program.window
    panels = [slot.panel for slot in window.panels.values()]
    panels += [part for part in vars(window).values() if hasattr(part, "widget")]
    assert len(panels) > len(window.panels)
    for panel in panels:
        widgets = {name: w for name, w in vars(panel).items() if isinstance(w, QWidget)}
        outside = [name for name, w in widgets.items() if not window.frame.isAncestorOf(w)]
        assert outside == [], type(panel).__name__


def test_no_word_beside_a_control_is_cut_in_a_low_window(program):
    from PySide6.QtWidgets import QLabel

    everything_shown(program)
    frame, before = program.window.frame, program.window.frame.size()
    frame.resize(1280, 720)
    seen, cut = set(), []
    for title, slot in program.window.panels.items():
        program.window.raise_panel(title)
        until(program, lambda dock=slot.dock: not dock.visibleRegion().isEmpty())
        live(program)
        for word in slot.dock.findChildren(QLabel):
            if word.isVisible() and word.text() and not word.wordWrap():
                seen.add(word.text())
                if word.width() < word.minimumSizeHint().width():
                    cut.append((title, word.text()))
    frame.resize(before)
    assert {"Content β", "Equation", "Snap to grid"} & seen and cut == []


def test_every_control_has_a_name(program):
    from PySide6.QtWidgets import QDockWidget, QGraphicsView, QScrollArea, QToolBar

    everything_shown(program)
    found = controls(program.window.frame)
    assert len(found) > 30
    nameless = [
        f"{type(w).__name__} {w.objectName()} in {w.parent()}"
        for w in found
        if not any(letter.isalpha() for letter in named(w))  # a sign such as ◆ is no name
    ]
    assert nameless == []
    frame = program.window.frame
    for dock in frame.findChildren(QDockWidget):
        inside = [w for w in found if dock.isAncestorOf(w) and w.isVisible()]
        names = [named(w) for w in inside if not isinstance(w, QScrollArea)]
        assert sorted(names) == sorted(set(names)), dock.objectName()
    bars = [frame.menuBar(), frame.statusBar(), *frame.findChildren(QToolBar)]
    assert each(bar.accessibleName() or bar.windowTitle() for bar in bars)
    plots = [w for w in frame.findChildren(QGraphicsView) if w.isVisible() and is_on_view(w)]
    assert [w.accessibleName() for w in plots if not w.accessibleDescription()] == []


def test_rings_of_the_focus_are_seen_in_both_themes():
    from app.views.interface.theme import DARK, LIGHT, rgba

    def luminance(colour: str) -> float:
        """Relative luminance by WCAG 2."""
        r, g, b = (
            v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgba(colour)[:3]
        )
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    for theme in (DARK, LIGHT):
        for ground in (theme.window, theme.panel, theme.control):
            low, high = sorted((luminance(theme.accent), luminance(ground)))
            assert (high + 0.05) / (low + 0.05) >= 3.0, (theme.name, ground)


def test_numbers_and_what_keys_hold_are_told(program, monkeypatch):
    from app.views.qt.widgets import speech
    from app.views.qt.window import busy, status_bar

    window, canvas = program.window, program.canvas
    until(program, lambda: program.runner.pending() == 0)
    edit(program, "alpha", 0.5)
    assert window.family_panel.alpha.accessibleDescription() == "α = +0.50"
    edit(program, "alpha", 0.0)
    until(program, lambda: program.runner.pending() == 0)
    told = [named(value) for _, value in window.measures_panel.rows]
    assert told[0].startswith("Fisher–Rao length: 3.77504")
    canvas.walk(True, True)
    assert canvas.native.accessibleDescription().startswith("Pin A: μ = −1.5")
    program.canvas.point_away()  # the pointer's coordinates are not those of the pin
    assert canvas.native.accessibleDescription().startswith("Pin A")
    canvas.walk(True)
    canvas.walk(True)
    assert canvas.native.accessibleDescription().startswith("Tip of the vector: ")
    canvas.leave()
    heard: list[str] = []
    for module in (speech, status_bar, busy):
        monkeypatch.setattr(module, "announce", lambda _, words: heard.append(words))
    window.set_status("", "", "not converged", False)
    window.set_status("", "", "not converged", False)
    window.set_busy("Computing the map …")
    window.set_busy("")
    assert heard == ["Warning: not converged", "Computing the map: finished"]


def test_sliders_and_pickers_say_what_they_do(program):
    """A name says what is set; only the tip says what it does."""
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider

    everything_shown(program)
    operated = (QSlider, QComboBox, QAbstractSpinBox)
    found = [w for w in controls(program.window.frame) if isinstance(w, operated)]
    assert len(found) > 15
    assert [named(widget) for widget in found if not widget.toolTip()] == []


def test_dialogs_name_their_controls(program):
    from PySide6.QtWidgets import QDialog

    for command in ("preferences", "palette", "shortcuts", "export_figure", "about"):
        program.controller.commands[command]()
        live(program)
        for dialog in program.window.frame.findChildren(QDialog):
            assert [type(w).__name__ for w in controls(dialog) if not named(w)] == [], command
            dialog.close()
        program.application.sendPostedEvents(None, 52)


def first_stop(dialog) -> object:
    """Return the first widget of a dialog at which Tab stops."""
    from PySide6.QtCore import Qt

    widget = dialog.nextInFocusChain()
    while not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        widget = widget.nextInFocusChain()
    return widget


def test_buttons_of_dialogs_have_no_icons_of_the_system_and_come_last(program):
    """The icons are black in every theme, and invisible in the dark one."""
    from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

    for command in ("preferences", "examples", "shortcuts", "export_figure", "describe"):
        program.controller.commands[command]()
        live(program)
        shown = [it for it in program.window.frame.findChildren(QDialog) if it.isVisible()]
        boxes = [box for dialog in shown for box in dialog.findChildren(QDialogButtonBox)]
        assert each(b.icon().isNull() for box in boxes for b in box.buttons()), command
        assert each(not isinstance(first_stop(it), QPushButton) for it in shown), command
        for dialog in shown:
            dialog.close()
        live(program)


def is_on_view(widget) -> bool:
    """Whether no other panel lies over the panel of a widget."""
    from PySide6.QtWidgets import QDockWidget

    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget is None or not widget.visibleRegion().isEmpty()


def test_tab_and_f6_go_round_all_that_is_on_view_in_the_order_of_reading(program):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QScrollArea

    frame, canvas = program.window.frame, program.canvas.native
    everything_shown(program)
    frame.activateWindow()
    until(program, frame.isActiveWindow)
    program.window.timeline.button.setFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    live(program)
    assert program.canvas.chosen == "A"

    def walked(key: Qt.Key) -> list:
        """The focused widget before each press, until the canvas has the focus again."""
        seen: list = []
        while len(seen) < 200:
            at = program.application.focusWidget()
            if seen and at is canvas and seen[-1] is not at:
                break
            seen.append(at)
            QTest.keyClick(at, key)
        return seen

    seen = walked(Qt.Key.Key_Tab)
    assert seen.count(canvas) == 3, "A, B, the vector's tip"
    assert each(is_on_view(widget) for widget in seen)
    missed = [
        named(widget)
        for widget in controls(frame)
        if widget.isVisible() and widget.isEnabled() and is_on_view(widget)
        and widget not in seen and not isinstance(widget, QScrollArea)
    ]  # fmt: skip
    assert missed == []
    names = [named(widget) for widget in seen]
    order = ["Play or pause", "Log", "New", "Family", "Scalar map"]
    found = [names.index(name) for name in order if name in names]
    assert len(found) >= 4 and found == sorted(found)
    parts = walked(Qt.Key.Key_F6)
    assert 6 < len(parts) < 14 and set(parts) <= set(seen)


def test_the_keyboard_enters_a_panel_at_a_choice_rather_than_at_a_button(program):
    from PySide6.QtWidgets import QPushButton, QScrollArea, QToolButton

    frame, buttons = program.window.frame, (QPushButton, QToolButton)
    frame.activateWindow()
    until(program, frame.isActiveWindow)
    for title, slot in program.window.panels.items():
        program.canvas.native.setFocus()
        program.window.enter_panel(title)
        until(program, lambda slot=slot: slot.panel is not None)
        live(program)
        inside = [w for w in controls(frame) if slot.panel.widget.isAncestorOf(w)]
        inside = [w for w in inside if w.isVisible() and w.isEnabled()]
        others = [w for w in inside if not isinstance(w, (*buttons, QScrollArea))]
        if others:
            at = program.application.focusWidget()
            assert at in inside and not isinstance(at, buttons), title
    # Tab visits widgets in this order, also those that are made with the first state
    for title, *names in (("Flow", "Equation"), ("Picture", "Picture with its patches", "Picture")):
        inside = [
            w for w in controls(frame) if program.window.panels[title].panel.widget.isAncestorOf(w)
        ]
        found = [w.accessibleName() for w in inside if not isinstance(w, QScrollArea)]
        assert found[: len(names)] == names


@pytest.mark.parametrize("way", ["menu", "palette"])
def test_a_panel_that_is_opened_by_keys_has_the_keyboard(program, way):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    frame, window = program.window.frame, program.window
    frame.activateWindow()
    until(program, frame.isActiveWindow)
    for title in ("Descents", "Topology", "Data"):
        window.reset_layout()
        live(program)
        program.canvas.native.setFocus()
        dock = window.panels[title].dock
        if way == "menu":
            dock.toggleViewAction().trigger()
        else:
            window.show_palette()
            palette = QApplication.activePopupWidget()
            QTest.keyClicks(palette.line, title)
            listed = palette.list
            shown = [listed.topLevelItem(i).text(0) for i in range(listed.topLevelItemCount())]
            assert len({f"View: {title}", f"Panel: {title}"}.intersection(shown)) == 1
            QTest.keyClick(palette.line, Qt.Key.Key_Return)
        until(program, lambda dock=dock: dock.isAncestorOf(frame.focusWidget()))
    window.reset_layout()
    live(program)


def test_a_panel_without_controls_has_the_keyboard_once_it_is_filled(program):
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QDockWidget, QLineEdit

    frame, canvas = program.window.frame, program.canvas.native
    frame.activateWindow()
    until(program, frame.isActiveWindow)
    regions, part = program.window.regions, QDockWidget("Late", frame)
    frame.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, part)
    line = QLineEdit()
    part.setWidget(line)
    for goes_elsewhere in (True, False):
        line.setEnabled(False)
        canvas.setFocus()
        live(program)
        regions.enter(part)
        if goes_elsewhere:
            program.window.family_panel.family.setFocus()
        line.setEnabled(True)
        regions.filled(part)
        assert line.hasFocus() != goes_elsewhere
    part.deleteLater()
    canvas.setFocus()
    live(program)


def test_the_focus_is_seen_on_every_control_of_every_panel(program):
    from PySide6.QtCore import Qt

    everything_shown(program)
    edit(program, "family", "attention:bank")
    until(program, lambda: program.store.scene.family.startswith("attention"))
    until(program, lambda: program.runner.pending() == 0)
    program.window.frame.activateWindow()
    until(program, program.window.frame.isActiveWindow)
    unseen, seen = [], 0
    for title, slot in program.window.panels.items():
        program.window.raise_panel(title)
        until(program, lambda dock=slot.dock: not dock.visibleRegion().isEmpty())
        for widget in controls(program.window.frame):
            if slot.dock.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
                pictures = []
                for at in (widget, program.canvas.native):
                    at.setFocus(Qt.FocusReason.TabFocusReason)
                    pictures.append(widget.grab().toImage())
                seen += 1
                if pictures[0] == pictures[1]:
                    unseen.append(f"{title}: {named(widget)}")
    edit(program, "family", "gaussian")
    until(program, lambda: program.controller.answers.path is not None)
    assert seen > 60 and unseen == []


def test_colour_maps_and_opacity_are_drawn_at_once(program):
    from app.model.colormaps import COLORMAPS

    until(program, lambda: program.controller.answers.map is not None)
    until(program, lambda: program.runner.pending() == 0)
    box = program.window.family_panel.colormap
    assert [box.itemData(i) for i in range(box.count())] == list(COLORMAPS)
    pictures = [program.canvas.image()]
    edit(program, "scalar", "curvature")
    for change in (("colormap", "vik"), ("map_opacity", 0.3)):
        edit(program, *change)
        until(program, lambda: program.runner.pending() == 0)
        pictures.append(program.canvas.image())
    assert each((a != b).any() for a, b in pairwise(pictures))
    low, high = layer(program.canvas, MapLayer).image.limits
    assert low == -high or low >= 0 or high <= 0, "two-sided about zero"
    edit(program, "colormap", "jet")
    assert program.store.scene.colormap == "vik", "refused"


def test_the_value_of_a_slider_is_told_in_words_and_is_set_as_a_number(program):
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QSlider

    (slider,) = (
        one
        for one in program.window.frame.findChildren(QSlider)
        if one.accessibleName() == "Alpha of the connection"
    )
    told = QAccessible.queryAccessibleInterface(slider)
    steps = told.valueInterface()
    assert told.text(QAccessible.Text.Value) == slider.accessibleDescription() == "α = 0"
    assert (steps.minimumValue(), steps.maximumValue()) == (slider.minimum(), slider.maximum())
    assert steps.currentValue() == slider.value() and steps.minimumStepSize() == slider.singleStep()
    steps.setCurrentValue(slider.maximum() / 2)
    live(program)
    assert program.store.scene.alpha == pytest.approx(0.5)
    assert told.text(QAccessible.Text.Value) == "α = +0.50"
    assert told.role() == QAccessible.Role.Slider and told.actionInterface().actionNames()
    assert told.textInterface() is None, "Qt asks for interfaces that a slider has not"
    steps.setCurrentValue(0)


def test_sliders_come_and_go_while_a_screen_reader_looks_at_them(program):
    import gc

    from PySide6.QtGui import QAccessible

    from app.views.qt.widgets.widgets import Slider

    for i in range(20):
        slider = Slider()
        slider.setValue(i)
        assert QAccessible.queryAccessibleInterface(slider).text(QAccessible.Text.Value) == f"{i}"
        gc.collect(0)
        assert QAccessible.queryAccessibleInterface(slider).valueInterface().currentValue() == i
        slider.deleteLater()
        live(program)

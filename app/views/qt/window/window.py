"""The main window: canvas in the middle, panels around it, menus from the command table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.model.examples import examples
from app.model.panel_titles import DISTRIBUTIONS, FAMILY, LAYERS, LOG, MEASURES
from app.model.preferences import Preferences
from app.views.interface.choices import Answer, Command
from app.views.interface.events import Array, CommandInvoked, SceneEdited
from app.views.interface.panel_state import PanelState
from app.views.interface.theme import DARK, Theme
from app.views.interface.timeline import TimelineState
from app.views.interface.views import Distributions, Measure, Verdict, Window
from app.views.qt.dialogs.about import About
from app.views.qt.dialogs.file_dialogs import FileDialogs
from app.views.qt.dialogs.gallery import Gallery
from app.views.qt.dialogs.palette import Palette, of_choices, of_commands, of_panels
from app.views.qt.dialogs.preferences_dialog import PreferencesDialog
from app.views.qt.dialogs.sheet import TextPage, ask, keys, page_of, show_mathematics
from app.views.qt.panels.family_panel import FamilyPanel
from app.views.qt.panels.layers_panel import LayersPanel
from app.views.qt.panels.log_panel import LogPanel
from app.views.qt.panels.measures_panel import MeasuresPanel
from app.views.qt.panels.registry import LEFT, PANELS, RIGHT, PanelDock
from app.views.qt.panels.timeline import TimelinePanel
from app.views.qt.style.style import POINTS, dress
from app.views.qt.style.text import on_button
from app.views.qt.widgets.context_menu import Pixel, offer
from app.views.qt.widgets.message_line import MessageLine
from app.views.qt.widgets.note_line import NoteLine
from app.views.qt.widgets.speech import announce, describe
from app.views.qt.widgets.widgets import scrolling
from app.views.qt.window.actions import Actions
from app.views.qt.window.arrangement import Arrangement
from app.views.qt.window.caption import Caption
from app.views.qt.window.frame import Hands, Leaving, Mail, MainFrame, Pinching, Walking, repeat
from app.views.qt.window.keyboard import ENTERED, OwnKeys, Regions
from app.views.qt.window.presenter import TYPE, Presenter
from app.views.qt.window.settings import Layout
from app.views.qt.window.status_bar import StatusBar
from app.views.qt.window.stillness import Stillness
from compute.core.refusal import shorten

NAME = "Attention Geodesics"
TOLD_MS = 6000


class MainWindow(Window):
    """``canvas_native``: the canvas's widget; ``commands``: the command table.

    ``panels``: the docks of the registry's panels by title; ``state``: the panels' state; ``regions``:
    the parts that F6 visits; ``messages``: those over the canvas.
    """

    def __init__(
        self, canvas_native: QWidget, commands: Sequence[Command], theme: Theme = DARK
    ) -> None:
        super().__init__()
        self._may_close: Callable[[], bool] = lambda: True
        self._held: Callable[[], str] = lambda: ""  # what keys move on the canvas
        self.frame = MainFrame(
            lambda: self._may_close(), lambda forward: self.regions.step(forward)
        )
        dress(self.frame, theme)
        self.stillness = Stillness(self.frame)
        self.files = FileDialogs(self.frame)
        self._theme = theme
        self.presenter = Presenter(
            self.frame, self._invoke, self._dress, lambda: self._theme.accent,
            lambda on: self._arrangement.present(on),
        )  # fmt: skip
        self.frame.closing.connect(lambda: self._invoke("quit"))
        self._mail = Mail()
        self.family_panel = FamilyPanel(lambda event: self._handler(event))
        self.layers_panel = LayersPanel(self._edit)
        self.measures_panel = MeasuresPanel(partial(show_mathematics, self.frame))
        self.panels = {
            spec.title: PanelDock(spec, self.frame, lambda event: self._handler(event), theme)
            for spec in PANELS
        }
        self._log = LogPanel()
        self.timeline = TimelinePanel(lambda event: self._handler(event), theme)
        self._place(canvas_native)
        self._status = StatusBar(self.frame.statusBar())
        self.status_words = self._status.words
        self._commands = commands
        self._caption = Caption(self.frame, NAME)
        self.state: PanelState | None = None
        self._shown: Distributions | None = None
        self._make_menus(commands, theme)
        self.is_furnished = False

    def _place(self, canvas: QWidget) -> None:
        self._canvas = canvas
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        canvas.setMinimumSize(320, 240)
        canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        canvas.setAccessibleName("Manifold with pins A and B")
        canvas.setAccessibleDescription("Tab selects a pin or the vector’s tip, arrow keys move it")
        column.addWidget(canvas, 1)
        column.addWidget(self.timeline.widget)
        self.frame.setCentralWidget(centre)
        canvas.setFocus()
        self.messages = MessageLine(canvas)
        self.withdraw = self.messages.withdraw
        self.regions = Regions(self.frame, (canvas, self.timeline.widget))
        # panels below the canvas take no height from the columns beside it
        self.frame.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.frame.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self._docks = {
            FAMILY: self._dock(FAMILY, scrolling(self.family_panel.widget, FAMILY)),
            LAYERS: self._dock(LAYERS, self.layers_panel.widget),
            MEASURES: self._dock(MEASURES, scrolling(self.measures_panel.widget, MEASURES)),
            **{title: slot.dock for title, slot in self.panels.items()},
            LOG: self._dock(LOG, self._log.widget),
        }
        self._arrangement = Arrangement(self.frame, self._docks, self.panels)
        for dock in self._docks.values():
            OwnKeys(dock)  # a floating panel is a window
        self.reset_layout()

    def _dock(self, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self.frame)
        dock.setObjectName(title)
        dock.setWidget(widget)
        return dock

    def reset_layout(self) -> None:
        """Restore the initial panel layout, with the log hidden."""
        self._arrangement.reset()

    @property
    def tabs(self) -> Mapping[str, QAbstractButton]:
        """The tabs of the panels, which are shown while the window is narrow."""
        return self._arrangement.tabs

    def draw_icons(self) -> None:
        """Replace icon placeholders, which keep the first picture from waiting."""
        self._made.draw_icons()

    def furnish(self) -> None:
        """Build the visible panels, whose plots are slow to load, when there is time."""
        if self.is_furnished:
            return
        self.is_furnished = True
        self.draw_icons()
        self.family_panel.furnish()
        for slot in self.panels.values():
            slot.furnish()

    @property
    def layout(self) -> Layout:
        """The window's geometry, panel state and panel sizes, for saving."""
        return Layout(self.frame.saveGeometry(), *self._arrangement.state)

    def restore_layout(self, layout: Layout | None) -> None:
        """Restore a saved layout, as far as it is valid."""
        if layout is not None:
            self.frame.restoreGeometry(layout.geometry)
            self._arrangement.restore(layout.panels, layout.sizes)

    def _make_menus(self, commands: Sequence[Command], theme: Theme) -> None:
        self._made = Actions(self.frame, commands, self._invoke, theme)
        self.actions = self._made.by_name
        view, file = self._made.menus.get("View"), self._made.menus.get("File")
        if view is not None:
            # one list would be higher than a low screen
            panels = view.addMenu("&Panels")
            for dock in self._docks.values():
                action = dock.toggleViewAction()
                action.triggered.connect(lambda shown, dock=dock: self._enter(dock, shown))
                panels.addAction(action)
        self._recent = QMenu("Recent files", self.frame)
        if file is not None and "open_picture" in self.actions:
            file.insertMenu(self.actions["open_picture"], self._recent)

    def _invoke(self, name: str) -> None:
        self._handler(CommandInvoked(name))
        if name in ENTERED:
            self.enter_panel(ENTERED[name])

    def enter_panel(self, title: str) -> None:
        """Bring a panel to the front and give it the keyboard, once it is built."""
        self.raise_panel(title)
        self._enter(self._docks[title], True)

    def _enter(self, dock: QDockWidget, shown: bool) -> None:
        if shown:
            dock.raise_()  # among tabs it would be hidden behind the current one
            self.post(partial(self.regions.enter, dock))

    def _edit(self, field: str, value: object) -> None:
        self._handler(SceneEdited(((field, value),)))

    # --- what the controller asks -------------------------------------------------------------
    def set_panels(self, state: PanelState) -> None:
        self.state = state
        self.family_panel.show(state)
        self.layers_panel.show(state)

    def set_waiting(self, words: str, whole: bool) -> None:
        self.family_panel.wait(words, whole)

    def set_verdict(self, verdict: Verdict) -> None:
        self.family_panel.own.set_verdict(verdict)

    def set_distributions(self, distributions: Distributions | None) -> None:
        self._shown = distributions
        self.panels[DISTRIBUTIONS].show(distributions)

    def set_moving_row(self, row: Array) -> None:
        if self._shown is not None and len(row) == self._shown.count:
            self.set_distributions(self._shown.moved(row))

    def set_measures(self, measures: Sequence[Measure]) -> None:
        self.measures_panel.show(measures)

    def set_panel(self, title: str, state: object) -> None:
        self.panels[title].show(state)
        self.post(partial(self.regions.filled, self._docks[title]))

    def prepare_panel(self, title: str) -> None:
        self.panels[title].prepare()

    def raise_panel(self, title: str) -> None:
        self._arrangement.raise_panel(title)
        self.stillness.begin(self._arrangement.adapt)

    def lower_panel(self, title: str) -> None:
        self._arrangement.lower_panel(title)

    def set_playhead(self, t: float) -> None:
        self.timeline.show(t)

    def set_timeline(self, state: TimelineState) -> None:
        self.timeline.show_state(state)

    def set_status(self, engine: str, timing: str, words: str, ok: bool) -> None:
        line = shorten(words)
        self._status.show(engine, timing, line, ok)
        self._log.add(line, ok)

    def set_coordinates(self, text: str) -> None:
        self._status.coordinates.setText(text)
        if held := self._held():
            describe(self._canvas, f"{held}: {text}")

    def set_title(self, text: str) -> None:
        self._caption.set_scene(text)

    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        return repeat(self.frame, milliseconds, call)

    def post(self, call: Callable[[], None]) -> None:
        self._mail.call.emit(call)

    def ask_open(self, title: str, pattern: str) -> str | None:
        return self.files.ask_open(title, pattern)

    def ask_folder(self, title: str) -> str | None:
        return self.files.ask_folder(title)

    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None:
        return self.files.ask_save(title, pattern, name)

    def tell(self, title: str, text: str) -> None:
        self._log.add(shorten(f"{title}: {text}"))
        self.messages.tell(title, text)

    # --- dialogs ------------------------------------------------------------------------------
    def show_palette(self) -> None:
        """Show the command palette."""
        entries = of_commands(self._commands, self.actions)
        named = {ENTERED.get(command.name) for command in self._commands if not command.listed}
        entries += of_panels([t for t in self._docks if t not in named], self.enter_panel)
        if self.state is not None:
            entries += of_choices(self.state, self._edit)
        Palette(self.frame, entries).show()

    def show_keys(self, gestures: Sequence[tuple[str, str]]) -> None:
        """Show all keys and gestures on one sheet."""
        self.show_page("Keys", keys(self._commands, gestures), (1060, 620))

    def show_examples(self) -> None:
        """Show the gallery of examples; a choice invokes its command."""
        Gallery(self.frame, examples(), lambda name: self._invoke(f"example:{name}")).show()

    def show_about(self) -> None:
        """Show version, authors, licence, and how to cite the program."""
        About(self.frame).show()

    def show_page(self, title: str, page: str, size: tuple[int, int] = (620, 460)) -> None:
        """Show a page of rich text beside the window."""
        TextPage(self.frame, title, page, size).show()

    def show_words(self, title: str, paragraphs: Sequence[str]) -> None:
        """Show paragraphs of plain text beside the window."""
        self.show_page(title, page_of(paragraphs))

    def ask(self, title: str, text: str, answers: Sequence[Answer]) -> None:
        """Ask a non-blocking question; Escape means the last answer."""
        self._log.add(shorten(f"{title}: {text}"))
        ask(self.frame, NAME, title, text, answers)

    # --- what the composition root asks -------------------------------------------------------
    def set_document(self, file: str, unsaved: bool) -> None:
        """Show the scene's file ("" if it has none) and whether there are changes."""
        self._caption.set_document(file, unsaved)

    def set_recent(self, files: Sequence[str], open_file: Callable[[str], None]) -> None:
        """Fill the menu of recent files."""
        self._recent.clear()
        for name in files:
            self._recent.addAction(on_button(name), partial(open_file, name))
        self._recent.setEnabled(bool(files))

    def set_undo(self, can_undo: bool, can_redo: bool) -> None:
        """Enable the commands that undo and redo."""
        for name, can in (("undo", can_undo), ("redo", can_redo)):
            self.actions[name].setEnabled(can)

    def set_rate(self, text: str) -> None:
        """Show the frame rate."""
        self._status.rate.setText(text)

    def set_busy(self, words: str, can_cancel: bool = True) -> None:
        """Show a long computation with a cancel button; "" for none."""
        self._status.busy.show(words, can_cancel)

    def on_cancel(self, call: Callable[[], None]) -> None:
        """Set the function of the cancel button."""
        self._status.busy.on_cancel(call)

    def themed(self, theme: Theme) -> tuple[Callable[[], None], ...]:
        """Return the steps that set the theme of everything except the canvas."""
        rest = (self._made.set_theme, self.timeline.set_theme)
        panels = (slot.set_theme for slot in self.panels.values())
        return partial(self._dress, theme=theme), *(
            partial(each, theme) for each in (*rest, *panels)
        )

    def _dress(self, points: int | None = None, theme: Theme | None = None) -> None:
        """Set the type size, or the default, and a theme."""
        self._theme = theme or self._theme
        usual = TYPE if self.presenter.is_on else round(POINTS * self.presenter.size)
        dress(self.frame, self._theme, points or usual)
        self._status.fit()

    def show_preferences(
        self, now: Preferences, adapters: Sequence[str], change: Callable[[Preferences], None]
    ) -> None:
        """Show the preferences dialog."""
        PreferencesDialog(self.frame, now, adapters, change).show()

    def log(self, words: str) -> None:
        """Write to the log and, for a while, to the status bar."""
        self._log.add(shorten(words))
        self.frame.statusBar().showMessage(shorten(words), TOLD_MS)
        announce(self.frame, shorten(words))

    def on_context(
        self, entries: Callable[[Pixel], Sequence[Answer | None]], at: Callable[[], Pixel]
    ) -> None:
        """Show ``entries(pixel)`` at a right click on the canvas, or at ``at()`` by a key; None is a
        separator.
        """
        offer(self._canvas, entries, at)

    def serve(self, canvas: Hands, draw: Callable[[], None]) -> None:
        """Connect a canvas for Tab, pinch gestures and presentation mode; ``draw`` draws it ahead."""
        self.stillness.draw_by(draw)
        Walking(self._canvas, canvas)
        self._held = canvas.held_by_keys
        Leaving(self._canvas, canvas.point_away)
        Pinching(self._canvas, canvas.pinch)
        self.presenter.serve(canvas.magnify, canvas.holds)
        canvas.ask = NoteLine(self._canvas).ask

    def on_drop(self, call: Callable[[list[str]], None]) -> None:
        """Set the function for files dropped on the window."""
        self.frame.dropped.connect(call)

    def ask_before_closing(self, may_close: Callable[[], bool]) -> None:
        """Let the window close only if ``may_close`` allows it."""
        self._may_close = may_close

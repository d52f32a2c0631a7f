"""The main window: the canvas in the middle, panels around it, menus from the command table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.views.base import (
    Array,
    Command,
    CommandInvoked,
    Distributions,
    FormulaTyped,
    Hovered,
    Measure,
    PanelState,
    SceneEdited,
    Verdict,
    Window,
)
from app.views.qt.actions import Actions
from app.views.qt.distributions_panel import DistributionsPanel
from app.views.qt.family_panel import FamilyPanel
from app.views.qt.layers_panel import LayersPanel
from app.views.qt.measures_panel import MeasuresPanel
from app.views.qt.palette import Entry, Palette
from app.views.qt.sheet import Sheet, keys
from app.views.qt.timeline import Timeline
from app.views.qt.widgets import label, look, scrolling
from app.views.theme import DARK, Theme

NAME = "Attention Geodesics"
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class _Frame(QMainWindow):
    """A main window that says when it is being closed."""

    closing = Signal()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)


class _Leaving(QObject):
    """Says when the pointer leaves a widget: the canvas's toolkit does not tell it."""

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__(widget)
        self._call = call
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._call()
        return False


class _Mail(QObject):
    """Carries calls to the GUI thread: a signal between threads is queued by Qt."""

    call = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.call.connect(lambda function: function(), Qt.ConnectionType.QueuedConnection)


class MainWindow(Window):
    """``canvas_native`` is the canvas's widget; ``commands`` the table that menus are made from."""

    def __init__(
        self, canvas_native: object, commands: Sequence[Command], theme: Theme = DARK
    ) -> None:
        super().__init__()
        assert isinstance(canvas_native, QWidget), "the canvas must be a Qt widget"
        self.frame = _Frame()
        self.frame.closing.connect(lambda: self._invoke("quit"))
        self._mail = _Mail()
        self._family = FamilyPanel(self._edit, lambda text: self._handler(FormulaTyped(text)))
        self._layers = LayersPanel(self._edit)
        self._distributions = DistributionsPanel(theme)
        self._measures = MeasuresPanel()
        self._timeline = Timeline(lambda: self._invoke("play"), lambda t: self._edit("playhead", t))
        self._place(canvas_native)
        self._make_status()
        self._commands = commands
        self._state: PanelState | None = None
        self._make_menus(commands, theme)
        self.frame.resize(1400, 860)

    def _place(self, canvas: QWidget) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        canvas.setMinimumSize(320, 240)
        canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        canvas.setAccessibleName("Manifold with pins A and B")
        _Leaving(canvas, lambda: self._handler(Hovered(None)))
        column.addWidget(canvas, 1)
        column.addWidget(self._timeline.widget)
        self.frame.setCentralWidget(centre)
        docks = [
            self._dock("Family", scrolling(self._family.widget), LEFT),
            self._dock("Layers", self._layers.widget, LEFT),
            self._dock("Distributions", self._distributions.widget, RIGHT),
            self._dock("Measures", scrolling(self._measures.widget), RIGHT),
        ]
        self.frame.resizeDocks(docks, [277, 277, 335, 335], Qt.Orientation.Horizontal)
        self.frame.resizeDocks(docks, [610, 120, 460, 250], Qt.Orientation.Vertical)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        dock.setWidget(widget)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self.frame.addDockWidget(area, dock)
        return dock

    def _make_status(self) -> None:
        self._words, self._engine, self._timing = label(""), label("", "quiet"), label("", "quiet")
        self._coordinates = QLabel()
        bar = self.frame.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(10, 0, 12, 2)
        for widget in (self._engine, self._timing, self._words):
            bar.addWidget(widget)
        bar.addPermanentWidget(self._coordinates)

    def _make_menus(self, commands: Sequence[Command], theme: Theme) -> None:
        self._made = Actions(self.frame, commands, self._invoke, theme)
        self.actions = self._made.by_name

    def _invoke(self, name: str) -> None:
        self._handler(CommandInvoked(name))

    def _edit(self, field: str, value: object) -> None:
        self._handler(SceneEdited(((field, value),)))

    # --- what the controller asks -------------------------------------------------------------
    def set_panels(self, state: PanelState) -> None:
        self._state = state
        self._family.show(state)
        self._layers.show(state)

    def set_verdict(self, verdict: Verdict) -> None:
        self._family.own.set_verdict(verdict)

    def set_distributions(self, distributions: Distributions | None) -> None:
        self._distributions.show(distributions)

    def set_moving_row(self, row: Array) -> None:
        self._distributions.set_moving_row(row)

    def set_measures(self, measures: Sequence[Measure]) -> None:
        self._measures.show(measures)

    def set_playhead(self, t: float, playing: bool) -> None:
        self._timeline.show(t, playing)

    def set_status(self, engine: str, timing: str, words: str, ok: bool) -> None:
        self._engine.setText(engine)
        self._timing.setText(timing)
        look(self._words, "" if ok else "warning")
        self._words.setText(words if ok else f"⚠ {words}")

    def set_coordinates(self, text: str) -> None:
        self._coordinates.setText(text)

    def set_title(self, text: str) -> None:
        self.frame.setWindowTitle(f"{text} — {NAME}" if text else NAME)

    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        timer = QTimer(self.frame)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: call())
        timer.start(milliseconds)

        def stop() -> None:
            timer.stop()
            timer.deleteLater()

        return stop

    def post(self, call: Callable[[], None]) -> None:
        self._mail.call.emit(call)

    def ask_open(self, title: str, pattern: str) -> str | None:
        return QFileDialog.getOpenFileName(self.frame, title, "", pattern)[0] or None

    def ask_save(self, title: str, pattern: str) -> str | None:
        return QFileDialog.getSaveFileName(self.frame, title, "", pattern)[0] or None

    def tell(self, title: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, NAME, title, parent=self.frame)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setInformativeText(text)
        box.open()

    # --- dialogs ------------------------------------------------------------------------------
    def show_palette(self) -> None:
        """Everything that can be done, found by typing."""
        Palette(self.frame, [*self._command_entries(), *self._choice_entries()]).show()

    def _command_entries(self) -> list[Entry]:
        return [
            Entry(f"{c.menu}: {c.text.rstrip('…')}", c.shortcut, self.actions[c.name].trigger)
            for c in self._commands
            if c.name != "palette" and self.actions[c.name].isEnabled()
        ]

    def _choice_entries(self) -> list[Entry]:
        state = self._state
        if state is None:
            return []
        pickers = (("Family", "family"), ("Chart", "chart"), ("Map", "scalar"))
        lists = (state.families, state.charts, state.scalars)
        choices = [
            Entry(f"{title}: {choice.words}", "", partial(self._edit, field, choice.value))
            for (title, field), listed in zip(pickers, lists, strict=True)
            for choice in listed
        ]
        layers = [
            Entry(
                f"Layer: {words}",
                "hide" if visible else "show",
                partial(self._edit, f"layers.{field}", not visible),
            )
            for field, words, visible in state.layers
        ]
        return [*choices, *layers]

    def show_keys(self, gestures: Sequence[tuple[str, str]]) -> None:
        """All keys and gestures on one sheet."""
        self.show_page("Keys", keys(self._commands, gestures), (620, 620))

    def show_page(self, title: str, page: str, size: tuple[int, int] = (620, 460)) -> None:
        """A page of rich text beside the window."""
        Sheet(self.frame, title, page, size).show()

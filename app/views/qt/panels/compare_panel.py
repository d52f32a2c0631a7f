"""The panel Compare: pictures of several heads side by side, or a plot of a measure of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pyqtgraph as pg
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.comparison import ComparisonState, MeasurePlot, Pane
from app.views.interface.comparison_events import (
    ComparisonChosen,
    ComparisonFilesAsked,
    PaneOpened,
    PanePinMoved,
    PanesLaidOut,
)
from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.picture import columns
from app.views.interface.theme import Theme
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.picture_pane import PicturePane
from app.views.qt.widgets.widgets import WIDE, fill, label, look, panel, picker

# pixels: minimum height of the pictures, width of the field of values, and diameter of a dot
LOWEST, FIELD, DOT = 110, 190, 9
HINT = "0.5, 1, 2 or 0.5:2:7 for seven temperatures; 0, 3 or 0:5 for layers and heads; texts apart by ;"
KEYS = "Arrow keys move pin A or B, Enter chooses the other"
OPEN = "Show this on the canvas"
TEXTS = "source"
# pixels of a heading; columns up to which headings say "length"
HEADING, WORDED, LENGTH = 28, 3, "length "


class ComparePanel:
    """The choice above; below it pictures with their headings, or the plot."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit, self._theme = emit, theme
        self.state: ComparisonState | None = None
        self.widget, column = panel(WIDE)
        column.addLayout(self._make_row())
        self.note = label("", wrap=True)
        self.words = label("", "quiet", wrap=True)
        self.panes = _Panes(theme, emit)
        self.plot = plots.plot("A measure of what is compared")
        self.plot.setMinimumHeight(LOWEST)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._line, self._dots = pg.PlotCurveItem(), pg.ScatterPlotItem(size=DOT)
        for item in (self._line, self._dots):
            self.plot.addItem(item)
        for widget, stretch in ((self.note, 0), (self.panes, 1), (self.plot, 1), (self.words, 0)):
            column.addWidget(widget, stretch)
        self.set_theme(theme)

    def _make_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.over = picker("Compare", "The parameter that differs from picture to picture")
        self.values = QLineEdit()
        self.values.setAccessibleName("Values that are compared")
        self.values.setToolTip(HINT)
        self.values.setFixedWidth(FIELD)
        self.shows = picker("Show", "Pictures side by side, or a plot of one measure")
        self.add = _button("Add…", "Another file of heads, such as another text", self._add(False))
        self.folder = _button("Add folder…", "All files of heads in a folder", self._add(True))
        self.export = _button(
            "Export…", "The figure as SVG, PDF or PNG, or every measure as CSV",
            lambda: self._emit(CommandInvoked("export_comparison")),
        )  # fmt: skip
        self.over.activated.connect(lambda _: self._choose(fresh=True))
        self.shows.activated.connect(lambda _: self._choose())
        self.values.editingFinished.connect(self._choose)
        for widget in (self.over, self.values, self.shows, self.add, self.folder, self.export):
            row.addWidget(widget, 1 if widget in (self.over, self.shows) else 0)
        return row

    def _add(self, folder: bool) -> Callable[[], None]:
        return lambda: self._emit(ComparisonFilesAsked(folder))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        self._line.setPen(pg.mkPen(theme.pin_a, width=2))
        self.panes.set_theme(theme)
        self.show(self.state)

    def show(self, state: ComparisonState | None) -> None:
        """Show a state without emitting events."""
        self.state = state
        self.panes.setVisible(state is not None and bool(state.panes))
        self.plot.setVisible(state is not None and state.plot is not None)
        self.note.setVisible(state is None or bool(state.note))
        if state is None:
            self.note.setText("")
            return
        fill(self.over, state.kinds, state.chosen.over)
        fill(self.shows, state.shows, state.chosen.shows)
        if not self.values.hasFocus() or not self.values.isModified():
            self.values.setText(state.chosen.text)
        for button in (self.add, self.folder):
            button.setVisible(state.chosen.over == TEXTS)
        self.export.setEnabled(bool(state.panes) or state.plot is not None)
        self.note.setText(state.note)
        self.words.setText(state.words)
        self.words.setVisible(bool(state.words))
        self.panes.show_panes(state)
        if state.plot is not None:
            self._draw(state.plot, state.stale)

    def _draw(self, shown: MeasurePlot, stale: bool) -> None:
        """Draw the line through what is known; dots are hollow where the status is not OK."""
        theme = self._theme
        ink = theme.stale if stale else theme.pin_a
        self._line.setPen(pg.mkPen(ink, width=2))
        self._line.setData(shown.places, shown.values, connect="finite")
        known = shown.known
        brushes = [pg.mkBrush(ink if fine else theme.panel) for fine in shown.fine[known]]
        self._dots.setData(shown.places[known], shown.values[known], brush=brushes,
                           pen=pg.mkPen(ink, width=2))  # fmt: skip
        names = list(zip(shown.places.tolist(), shown.names, strict=True))
        self.plot.getAxis("bottom").setTicks([names] if shown.ticks else None)
        title_axis(self.plot, "bottom", shown.across)
        title_axis(self.plot, "left", shown.title)
        self.plot.autoRange(padding=0.06)
        self.plot.setAccessibleDescription(plots_in_words.of_bars(shown.names, shown.values))

    def _choose(self, fresh: bool = False) -> None:
        """Emit what is chosen; ``fresh``: with the usual values of another parameter."""
        if self.state is None:
            return
        before = self.state.chosen
        text = "" if fresh else self.values.text().strip()
        chosen = ComparisonChosen(self.over.currentData(), text, self.shows.currentData())
        self.values.setModified(False)
        if chosen != before:
            self._emit(chosen)


class _Panes(QWidget):
    """Headings and pictures in rows, which emit their size when it changes."""

    def __init__(self, theme: Theme, emit: Handler) -> None:
        super().__init__()
        self._theme, self._emit = theme, emit
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.headings: list[QPushButton] = []
        self.panes: list[PicturePane] = []
        self._cells: list[QWidget] = []
        self._columns = 0
        self._shown: ComparisonState | None = None
        self.setMinimumHeight(LOWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        # told once the layout has settled
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._tell)

    def sizeHint(self) -> QSize:
        return QSize(WIDE, LOWEST)

    def set_theme(self, theme: Theme) -> None:
        """Ask for pictures in other colours."""
        self._theme = theme
        self._timer.start()

    def show_panes(self, state: ComparisonState) -> None:
        """Show as many panes as there are."""
        self._shown = state
        if len(state.panes) != len(self.panes):
            self._arrange(len(state.panes))
        for heading, pane, shown in zip(self.headings, self.panes, state.panes, strict=True):
            self._head(heading, shown, state.stale)
            pane.show_picture(shown.picture, state.stale, self._theme)
            pane.setAccessibleName(f"Picture of {shown.name}")
            pane.setAccessibleDescription(f"{shown.words}. {KEYS}")

    def _head(self, heading: QPushButton, shown: Pane, stale: bool) -> None:
        """Write name and length; in grey while they belong to an earlier place of the pins."""
        words, apart = shown.words, "   "
        if self._columns > WORDED:
            # no number is cut
            words, apart = words.removeprefix(LENGTH), "\n"
        heading.setText(f"{shown.name}{apart}{'…' if stale else words}")
        heading.setToolTip(f"{shown.name}, {shown.words}. {OPEN}")
        look(heading, "" if shown.ok else "warning")

    def _arrange(self, count: int) -> None:
        """Lay out another number of panes, in as many columns as suit the room."""
        across = self._fitting(count)
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.deleteLater()
        self._cells, self.headings, self.panes, self._columns = [], [], [], across
        for i in range(count):
            heading = QPushButton()
            heading.setFlat(True)
            heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            heading.clicked.connect(lambda _=False, i=i: self._emit(PaneOpened(i)))
            pane = PicturePane(self._theme, partial(self._moved, i))
            cell = QWidget()
            within = QVBoxLayout(cell)
            within.setContentsMargins(0, 0, 0, 0)
            within.setSpacing(0)
            within.addWidget(heading)
            within.addWidget(pane, 1)
            self._grid.addWidget(cell, i // across, i % across)
            self._cells.append(cell)
            self.headings.append(heading)
            self.panes.append(pane)
        self._timer.start()

    def _fitting(self, count: int) -> int:
        """Return the number of columns whose pictures come closest to the usual shape."""
        return columns(count, (self.width(), self.height()), HEADING)

    def _moved(self, pane: int, pin: str, xy: tuple[float, float], done: bool) -> None:
        self._emit(PanePinMoved(pane, pin, xy, done))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and self._fitting(len(self.panes)) != self._columns:
            self._arrange(len(self.panes))
            self.show_panes(self._shown)
        self._timer.start()

    def _tell(self) -> None:
        if self.panes:
            size = self.panes[0].size()
            self._emit(PanesLaidOut((size.width(), size.height()), self._theme))


def _button(text: str, hint: str, call: Callable[[], None]) -> QPushButton:
    made = QPushButton(text)
    made.setToolTip(hint)
    made.clicked.connect(lambda _=False: call())
    return made

"""The panel Data: a table, its fits, their goodness and how sure they are."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.views.interface.data import DataEdited, DataPointChosen, DataState
from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.widgets.fit_plots import FitPlotsWidget
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import WIDE, Slider, caption, fill, form, label, panel, picker

TABLE_HEIGHT, READOUT = 140, 74
# for the frame around the name of the selected row
ROOM = 16
# steps of the sliders: level = 1 − 10^−x with x from 0.30103 (50 %) to 3 (99.9 %); times = 10^x
STEPS, LOW, HIGH, MOST_TIMES = 200, math.log10(2.0), 3.0, 3.0
LEVEL_HINT = (
    "The level of the regions. They cover the true θ with this probability as n → ∞; for small samples "
    "that is an approximation."
)
TIMES_HINT = (
    "As if each sample were this many times larger, with the same θ̂: the likelihood region and the "
    "ellipse become one, and the bootstrap draws samples of that size."
)
BOOTSTRAP_HINT = (
    "Maximum-likelihood points of 200 samples, as large as n says, drawn from the fitted law."
)
RESAMPLED_HINT = "Draw the samples of the bootstrap from the values, with replacement."


MEAN_HINT = (
    "The mean of the points: of least squared (Fréchet) or plain (median) Fisher–Rao distance, or the "
    "average of natural (e) or expectation (m) parameters or of quantiles (Wasserstein), where the "
    "family has it."
)


class _Unwheeled(QObject):
    """Lets the wheel scroll the panel, also over a control whose value it would change."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the event to the panel."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False


class DataPanel:
    """Shows a `DataState`; choices are emitted as events."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: DataState | None = None
        self.widget, column = panel(WIDE)
        self.title, self.words = label("", "heading", wrap=True), label("", "quiet", wrap=True)
        self.warning = label("", "warning", wrap=True)
        column.addLayout(self._make_buttons())
        for text in (self.title, self.words, self.warning):
            column.addWidget(text)
        self.table, self.actions = self._make_table(), self._make_actions()
        self.form = self._make_form()
        for part in (self.table, self.actions, self.form):
            column.addWidget(part)
        self.sure = self._make_sure()
        column.addWidget(self.sure)
        self.story = label("", "quiet", wrap=True)
        column.addWidget(self.story)
        self.plots = FitPlotsWidget()
        column.addWidget(self.plots)
        column.addStretch(1)
        self._unwheeled = _Unwheeled()
        pickers = (self.layouts, self.column, self.by, self.weights)
        for control in (*pickers, self.kind, self.level, self.times):
            control.installEventFilter(self._unwheeled)
        self.set_theme(theme)

    # --- construction -------------------------------------------------------------------------
    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name, hint, command in (
            ("Open…", "Open a table: CSV, TSV or NPZ", "open_data"),
            ("Fit again", "Read the file again and fit it to the family shown", "fit_data"),
            ("Remove", "Remove all points of data", "clear_data"),
        ):
            row.addWidget(self._button(name, hint, command))
        return row

    def _button(self, name: str, hint: str, command: str) -> QPushButton:
        button = QPushButton(name)
        button.setToolTip(hint)
        button.clicked.connect(lambda: self._emit(CommandInvoked(command)))
        return button

    def _make_form(self) -> QWidget:
        held, rows = _held()
        self.layouts = self._picker(rows, "Layout", "How the columns are read", "layout")
        self.column = self._picker(rows, "Values", "The column of the values", "column")
        self.by = self._picker(rows, "Groups", "The column of the labels of groups", "by")
        self.weights = self._picker(
            rows, "Weights", "The column of how often each value was observed", "weights"
        )
        self._rows = rows
        return held

    def _picker(self, rows: QFormLayout, words: str, hint: str, name: str) -> QComboBox:
        box = picker(words, hint)
        box.activated.connect(lambda i: self._edit(name, box.currentData()))
        rows.addRow(caption(words), box)
        return box

    def _edit(self, name: str, value: str) -> None:
        state = self._state
        if state is None or state.form is None or value is None:
            return
        changes: list[tuple[str, object]] = [(name, value)]
        if name == "layout" and value == "groups":
            # a group needs both columns: the first of each kind until another is chosen
            numbers = [choice.value for choice in state.form.columns if choice.value]
            labels = [c.value for c in state.form.groups if c.value not in numbers]
            columns = [c.value for c in state.form.groups]
            by = next(iter([*labels, *columns[::-1]]), "")
            column = next((value for value in numbers if value != by), "")
            changes += [("column", column), ("by", by), ("weights", "")]
        elif name == "layout":
            changes += [("column", ""), ("by", ""), ("weights", "")]
        self._emit(DataEdited(tuple(changes)))

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAccessibleName("Fits")
        table.setFixedHeight(TABLE_HEIGHT)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        table.currentItemChanged.connect(lambda now, before: self._choose(now))
        return table

    def _make_actions(self) -> QWidget:
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        copy = QPushButton("Copy")
        copy.setToolTip("Copy the table of fits as CSV, with all digits")
        copy.clicked.connect(self._copy)
        row.addWidget(self._button("A here", "Put A on the selected point", "pin_a_on_data"))
        row.addWidget(self._button("B here", "Put B on the selected point", "pin_b_on_data"))
        row.addWidget(copy)
        row.addWidget(self._button("Export…", "Write the table of fits as CSV", "export_fits"))
        return held

    def _make_sure(self) -> QWidget:
        held, rows = _held()
        self.regions = self._switch("Regions", "layers.regions", LEVEL_HINT)
        self.bootstrap = self._switch("Bootstrap", "layers.bootstrap", BOOTSTRAP_HINT)
        self.resampled = self._switch("from the values", "data.resampled", RESAMPLED_HINT)
        switches = QHBoxLayout()
        for box in (self.regions, self.bootstrap, self.resampled):
            switches.addWidget(box)
        rows.addRow(switches)
        self.mean = self._switch("Mean", "layers.points_mean", MEAN_HINT)
        self.kind = picker("Kind of mean", MEAN_HINT)
        self.kind.activated.connect(
            lambda i: self._emit(SceneEdited((("data.mean", self.kind.currentData()),)))
        )
        rows.addRow(self.mean, self.kind)
        self.level, self.level_words = self._slider(rows, "Level", LEVEL_HINT)
        self.times, self.times_words = self._slider(rows, "n", TIMES_HINT)
        self.level.valueChanged.connect(
            lambda v: self._emit(SceneEdited((("data.level", _level(v)),)))
        )
        self.times.valueChanged.connect(
            lambda v: self._emit(SceneEdited((("data.times", _times(v)),)))
        )
        return held

    def _switch(self, words: str, name: str, hint: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setToolTip(hint)
        box.toggled.connect(lambda on: self._emit(SceneEdited(((name, on),))))
        return box

    def _slider(self, rows: QFormLayout, words: str, hint: str) -> tuple[Slider, QLabel]:
        slider, readout, row = Slider(), label("", "quiet"), QHBoxLayout()
        slider.setRange(0, STEPS)
        slider.setAccessibleName(f"{words} of the regions")
        slider.setToolTip(hint)
        fixed(readout, READOUT)
        row.addWidget(slider, 1)
        row.addWidget(readout)
        rows.addRow(caption(words), row)
        return slider, readout

    # --- what is shown ------------------------------------------------------------------------
    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.plots.set_theme(theme)

    def show(self, state: DataState | None) -> None:
        """Show a state without emitting events; None: another subject is being prepared."""
        before, self._state = self._state, state
        self.widget.setEnabled(state is not None)
        if state is None:
            return
        self.title.setText(state.title)
        self.words.setText(state.words)
        self.warning.setText(f"⚠ {state.warning}" if state.warning else "")
        self.title.setVisible(bool(state.title))
        self.warning.setVisible(bool(state.warning))
        self._show_form(state)
        if before is None or before.rows != state.rows or before.heads != state.heads:
            self._show_rows(state)
        self._select(state.chosen)
        for part in (self.table, self.actions, self.sure):
            part.setVisible(bool(state.rows))
        self._show_sure(state)
        self.story.setText(state.story if state.rows else "")
        self.plots.show_plots(state.plots)

    def _show_form(self, state: DataState) -> None:
        self.form.setVisible(state.form is not None)
        if state.form is None:
            return
        fill(self.layouts, state.form.layouts, state.form.layout)
        fill(self.column, state.form.columns, state.form.column)
        fill(self.by, state.form.groups, state.form.by)
        fill(self.weights, state.form.weights, state.form.weight)
        sampled = state.form.layout != "points"
        for box, on in ((self.column, sampled), (self.weights, sampled)):
            self._rows.setRowVisible(box, on)
        self._rows.setRowVisible(self.by, state.form.layout == "groups")

    def _show_rows(self, state: DataState) -> None:
        with QSignalBlocker(self.table):
            self.table.clear()
            self.table.setColumnCount(len(state.heads))
            self.table.setHeaderLabels(list(state.heads))
            for row in state.rows:
                item = QTreeWidgetItem(list(row.cells))
                item.setData(0, Qt.ItemDataRole.UserRole, row.number)
                for i in range(len(row.cells)):
                    item.setToolTip(i, row.problem or row.cells[i])
                self.table.addTopLevelItem(item)
                item.setFirstColumnSpanned(len(row.cells) == 1)
            for i in range(len(state.heads)):
                self.table.resizeColumnToContents(i)
            self.table.setColumnWidth(0, self.table.columnWidth(0) + ROOM)

    def _select(self, chosen: int) -> None:
        """Select the row of a point, without an event."""
        with QSignalBlocker(self.table):
            if chosen < 0:
                if _number(self.table.currentItem()) >= 0:
                    self.table.setCurrentIndex(QModelIndex())
                return
            for i in range(self.table.topLevelItemCount()):
                item = self.table.topLevelItem(i)
                if item and _number(item) == chosen and item is not self.table.currentItem():
                    self.table.setCurrentItem(item)
                    self.table.scrollToItem(item)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        self._emit(DataPointChosen(_number(item)))

    def _show_sure(self, state: DataState) -> None:
        for box, on in (
            (self.regions, state.regions),
            (self.bootstrap, state.bootstrap),
            (self.resampled, state.resampled),
            (self.mean, state.mean),
        ):
            with QSignalBlocker(box):
                box.setChecked(on)
        self.resampled.setEnabled(state.bootstrap)
        fill(self.kind, state.means, state.kind)
        self.kind.setEnabled(state.mean)
        for slider, value in ((self.level, _at_level(state.level)), (self.times, _at(state.times))):
            with QSignalBlocker(slider):
                slider.setValue(value)
        self.level_words.setText(f"{100 * state.level:.4g} %")
        self.times_words.setText("n" if state.times == 1.0 else f"as if {state.times:g} n")
        describe(self.level, self.level_words.text())
        describe(self.times, self.times_words.text())

    def _copy(self) -> None:
        if self._state is not None:
            QApplication.clipboard().setText(self._state.csv)


def _held() -> tuple[QWidget, QFormLayout]:
    """Return a widget that holds a form."""
    held, rows = QWidget(), form()
    held.setLayout(rows)
    return held, rows


def _number(item: QTreeWidgetItem | None) -> int:
    return -1 if item is None else int(item.data(0, Qt.ItemDataRole.UserRole))


def _level(step: int) -> float:
    return round(1.0 - float(10.0 ** -(LOW + (HIGH - LOW) * step / STEPS)), 4)


def _at_level(level: float) -> int:
    return round((-math.log10(1.0 - level) - LOW) / (HIGH - LOW) * STEPS)


def _times(step: int) -> float:
    return float(f"{10.0 ** (MOST_TIMES * step / STEPS):.3g}")


def _at(times: float) -> int:
    return round(math.log10(times) / MOST_TIMES * STEPS)

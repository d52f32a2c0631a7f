"""The panel Points: a field for every number of the scene."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QMenu,
    QToolButton,
    QWidget,
)

from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.points import (
    PointsState,
    ValueEntered,
    ValueGroup,
    ValueRow,
    ValueStepped,
)
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.widgets.number_field import NumberField
from app.views.qt.widgets.widgets import WIDE, label, look, panel, scrolling
from app.views.text.entered_numbers import written_point

WORDS_WIDTH, MENU_WIDTH, NOTE_LINES = 54, 28, 2
USUAL = "Type numbers or terms such as sqrt(2), pi/3, 1e-3. Arrow keys step."
SNAP_HINT = (
    "Dragged pins snap to the crossings of grid lines. Hold Ctrl in a drag for the opposite."
)


class PointsPanel:
    """The panel Points.  It emits entries as text and recreates rows only if the list changes."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: PointsState | None = None
        self._visits = 0
        self.fields: dict[tuple[str, int], NumberField] = {}
        self.widget, column = panel(WIDE)
        self.snap = QCheckBox("Snap to grid")
        self.snap.setToolTip(SNAP_HINT)
        self.snap.toggled.connect(lambda on: emit(CommandInvoked("snap")))
        column.addWidget(self.snap)
        self._form = QWidget()
        self._form.setObjectName("panel")
        self._grid = QGridLayout(self._form)
        self._grid.setContentsMargins(0, 0, 6, 0)
        self._grid.setHorizontalSpacing(5)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        column.addWidget(scrolling(self._form, "Numbers"), 1)
        self.note = label(USUAL, "quiet", wrap=True)
        self.note.setMinimumHeight(NOTE_LINES * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.note)

    def set_theme(self, theme: Theme) -> None:
        """Do nothing: the style sheet sets all colours of the panel."""

    def show(self, state: PointsState | None) -> None:
        """Show a state without emitting events; None disables the rows."""
        self._form.setEnabled(state is not None)
        if state is None:
            return
        if self._state is None or _shape(state) != _shape(self._state):
            self._make(state.groups)
        self._state = state
        refusal = state.refusal
        for row in (row for group in state.groups for row in group.rows):
            for place, text in enumerate(row.values):
                of_it = refusal is not None and refusal.row == row.key
                here = refusal if of_it and refusal and refusal.place in (place, None) else None
                typed = here.text if here and here.place is not None else ""
                self.fields[row.key, place].show_text(text, typed, here.words if here else "")
        words = f"⚠ {refusal.words}" if refusal else USUAL
        if words != self.note.text():
            self.note.setText(words)
            look(self.note, "warning" if refusal else "quiet")
        with QSignalBlocker(self.snap):
            self.snap.setChecked(state.snapping)
        if state.visits != self._visits:
            self._visits = state.visits
            next(iter(self.fields.values())).setFocus(Qt.FocusReason.TabFocusReason)

    def _make(self, groups: tuple[ValueGroup, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        had = next((key for key, field in self.fields.items() if field.hasFocus()), None)
        self.fields = {}
        at = 0
        for group in groups:
            if group.title:
                title = label(group.title, "heading")
                title.setToolTip(group.hint)
                self._grid.addWidget(title, at, 0)
                for i, name in enumerate(group.columns):
                    head = label(name, "heading", wrap=True)
                    self._grid.addWidget(head, at, 1 + i)
                at += 1
            for row in group.rows:
                self._add(row, at)
                at += 1
        for row_at in range(self._grid.rowCount()):
            self._grid.setRowStretch(row_at, 0)
        self._grid.setRowStretch(at, 1)
        if had in self.fields:
            self.fields[had].setFocus()

    def _add(self, row: ValueRow, at: int) -> None:
        words = label(row.words)
        words.setToolTip(row.hint)
        fixed(words, WORDS_WIDTH)
        self._grid.addWidget(words, at, 0)
        for place, name in enumerate(row.names):
            field = NumberField(name, row.hint, row.is_point)
            self.fields[row.key, place] = field
            field.entered.connect(
                lambda text, place=place: self._emit(ValueEntered(row.key, place, text))
            )
            field.pasted.connect(lambda text: self._emit(ValueEntered(row.key, None, text)))
            field.stepped.connect(
                lambda steps, place=place: self._emit(ValueStepped(row.key, place, steps))
            )
            self._grid.addWidget(field, at, 1 + place)
        if row.is_point:
            self._grid.addWidget(self._menu(row), at, 3)

    def _menu(self, row: ValueRow) -> QToolButton:
        button = QToolButton()
        button.setText("⋯")
        button.setObjectName("link")
        name = row.names[0].partition(" of ")[2]
        button.setAccessibleName(f"Copy or paste {name}")
        button.setToolTip(f"Copy {name} as text, or paste it")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction("Copy", lambda: self._copy(row.key))
        menu.addAction("Paste", lambda: self._paste(row.key))
        button.setMenu(menu)
        fixed(button, MENU_WIDTH)
        return button

    def _copy(self, key: str) -> None:
        rows = (row for group in self._state.groups for row in group.rows) if self._state else ()
        for row in rows:
            if row.key == key:
                QApplication.clipboard().setText(written_point(map(float, row.values)))

    def _paste(self, key: str) -> None:
        self._emit(ValueEntered(key, None, QApplication.clipboard().text()))


def _shape(state: PointsState) -> list[object]:
    """Return the structure of the rows; while it is unchanged, the rows are kept."""
    return [
        (group.title, group.columns, tuple((row.key, len(row.values)) for row in group.rows))
        for group in state.groups
    ]

"""The command palette: type a few letters of what you want, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.choices import Command
from app.views.interface.panel_state import PanelState
from app.views.qt.widgets.report_exceptions import told
from app.views.text.matching import ranked

WIDTH, HEIGHT = 560, 380
STEERING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Entry:
    """An entry of the palette: text, text at its right, action, and a hint."""

    words: str
    beside: str
    run: Callable[[], object]
    hint: str = ""


def of_commands(commands: Sequence[Command], actions: Mapping[str, QAction]) -> list[Entry]:
    """Return all enabled commands."""
    return [
        Entry(f"{c.menu}: {c.text.rstrip('…')}", c.shortcut, actions[c.name].trigger, c.hint)
        for c in commands
        if c.name != "palette" and actions[c.name].isEnabled()
    ]


def of_choices(state: PanelState, edit: Callable[[str, object], None]) -> list[Entry]:
    """Return every family, chart, map and layer; ``edit`` receives the field and its value."""
    pickers = (("Family", "family"), ("Chart", "chart"), ("Map", "scalar"))
    lists = (state.families, state.charts, state.scalars)
    choices = [
        Entry(f"{title}: {choice.words}", "", partial(edit, field, choice.value))
        for (title, field), listed in zip(pickers, lists, strict=True)
        for choice in listed
    ]
    layers = [
        Entry(
            f"Layer: {layer.words}",
            "hide" if layer.visible else "show",
            partial(edit, f"layers.{layer.field}", not layer.visible),
        )
        for layer in state.layers
    ]
    return [*choices, *layers]


class Palette(QDialog):
    """Shown over the window until something is chosen or Escape is pressed."""

    def __init__(self, parent: QWidget, entries: Sequence[Entry]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setAccessibleName("All commands")
        self._entries = entries
        self.line = QLineEdit(placeholderText="Type a command")
        self.line.setAccessibleName("Command")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._narrow)
        self.list = QTreeWidget()
        self.line.returnPressed.connect(lambda: self._run(self.list.currentItem()))
        self.list.setAccessibleName("Matching commands")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(lambda item, _: self._run(item))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.resize(WIDTH, HEIGHT)
        middle = parent.mapToGlobal(parent.rect().center())
        self.move(middle.x() - WIDTH // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + 90)
        self._narrow("")

    def _narrow(self, typed: str) -> None:
        self.list.clear()
        words, hints = zip(*((entry.words, entry.hint) for entry in self._entries), strict=True)
        for i in ranked(typed, words, hints):
            entry = self._entries[i]
            item = QTreeWidgetItem([entry.words, entry.beside])
            item.setData(0, Qt.ItemDataRole.UserRole, i)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            entry = self._entries[item.data(0, Qt.ItemDataRole.UserRole)]
            self.close()
            entry.run()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # keys go to the focus widget within a popup, and initially there is none
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    @told
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in STEERING
        ):
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

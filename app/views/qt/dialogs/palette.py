"""The command palette: type a few letters of what you want, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.choices import SEPARATOR, Command
from app.views.interface.panel_state import PanelState
from app.views.qt.widgets.search_line import SearchLine
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import label
from app.views.text.matching import ranked

WIDTH, HEIGHT = 560, 380


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
        Entry(words_of(c), c.shortcut, actions[c.name].trigger, f"{c.also} {c.hint}")
        for c in commands
        if c.name != "palette" and actions[c.name].isEnabled()
    ]


def words_of(command: Command) -> str:
    """Return the text of a command in the palette."""
    return f"{command.menu}: {command.text.rstrip('…')}"


def of_panels(titles: Iterable[str], show: Callable[[str], None]) -> list[Entry]:
    """Return every panel; ``show`` brings one to the front."""
    return [Entry(f"Panel: {title}", "", partial(show, title), "show window") for title in titles]


def of_choices(state: PanelState, edit: Callable[[str, object], None]) -> list[Entry]:
    """Return every family, chart, map and layer; ``edit`` receives the field and its value."""
    pickers = (("Family", "family"), ("Chart", "chart"), ("Map", "scalar"))
    lists = (state.families, state.charts, state.scalars)
    choices = [
        Entry(f"{title}: {choice.words}", "", partial(edit, field, choice.value), choice.value)
        for (title, field), listed in zip(pickers, lists, strict=True)
        for choice in listed
        if choice != SEPARATOR
    ]
    layers = [
        Entry(
            f"Layer: {layer.words}",
            "hide" if layer.visible else "show",
            partial(edit, f"layers.{layer.field}", not layer.visible),
            f"{layer.hint} {layer.field}",
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
        self.list = QTreeWidget()
        self.line = SearchLine("Type a command", "Command", self.list)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(lambda: self._run(self.list.currentItem()))
        self.list.setAccessibleName("Matching commands")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(lambda item, _: self._run(item))
        self.none = label("", "quiet", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.line)
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
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
        self._say_none("" if self.list.topLevelItemCount() else f"No command matches “{typed}”.")
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)

    def _say_none(self, words: str) -> None:
        self.none.setText(words)
        self.none.setVisible(bool(words))
        if words:
            announce(self.none, words)

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            entry = self._entries[item.data(0, Qt.ItemDataRole.UserRole)]
            self.close()
            entry.run()

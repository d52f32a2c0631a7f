"""A button with a menu of the keys of a head to include."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidgetAction,
)

from app.views.interface.attention import KeyChoice
from app.views.qt.style.text import on_button
from app.views.text.token_names import containing, likeliest, numbered

LIST_SIZE = (230, 260)
# keys that the button names before it only counts
NAMED = 3


class _Line(QLineEdit):
    """A line within a menu, which would take Enter for one of its own entries."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
            event.accept()


class KeyMenu:
    """Emits the numbers of excluded keys, such as "0,14"."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._keys: tuple[KeyChoice, ...] = ()
        self.widget = QPushButton()
        self.widget.setAccessibleName("Keys in use")
        self.widget.setToolTip(
            "Keys can be left out, e.g. [CLS] and [SEP], which often absorb attention. "
            "In the list, type to search and press Enter to leave a key out or take it in."
        )
        self.widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        menu = QMenu(self.widget)
        self._all = menu.addAction("All keys")
        self._special = menu.addAction("Leave out special tokens")
        self.line = _Line(placeholderText="Part of the word, or the number")
        self.line.setAccessibleName("Search the keys")
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._flip_first)
        menu.aboutToShow.connect(self._begin)
        self.list = QListWidget()
        self.list.setFixedSize(*LIST_SIZE)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Keys")
        for widget in (self.line, self.list):
            action = QWidgetAction(menu)
            action.setDefaultWidget(widget)
            menu.addAction(action)
        self.widget.setMenu(menu)
        self._all.triggered.connect(lambda: self._leave_out(()))
        self._special.triggered.connect(self._leave_out_special)
        self.list.itemChanged.connect(lambda item: self._read())

    def show(self, keys: tuple[KeyChoice, ...]) -> None:
        """Show which keys are included, without emitting events."""
        if keys == self._keys:
            return
        self._keys = keys
        self._special.setEnabled(any(key.special for key in keys))
        with QSignalBlocker(self.list):
            if self.list.count() != len(keys):
                self.list.clear()
                self.list.addItems([""] * len(keys))
            for row, key in enumerate(keys):
                item = self.list.item(row)
                item.setText(numbered(key.number, key.words))
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(_state(key.kept))
        self.widget.setText(on_button(_words([key.words for key in keys if not key.kept])))

    def _begin(self) -> None:
        """Show all keys, and let what is typed search among them."""
        self.line.clear()
        QTimer.singleShot(0, self.line, self.line.setFocus)

    def _narrow(self, typed: str) -> None:
        names = [self.list.item(row).text() for row in range(self.list.count())]
        found = containing(typed, names)
        shown = set(found)
        for row in range(self.list.count()):
            self.list.item(row).setHidden(row not in shown)
        best = likeliest(typed, names, found) if typed.strip() else None
        self.list.setCurrentRow(-1 if best is None else best)

    def _flip_first(self) -> None:
        """Leave out the key that is found, or take it in again."""
        item = self.list.currentItem()
        if item is not None:
            item.setCheckState(_state(not _on(item)))

    def _read(self) -> None:
        rows = (self.list.item(row) for row in range(self.list.count()))
        self._leave_out(
            [key.number for key, item in zip(self._keys, rows, strict=True) if not _on(item)]
        )

    def _leave_out_special(self) -> None:
        self._leave_out([key.number for key in self._keys if key.special])

    def _leave_out(self, numbers: Sequence[int]) -> None:
        self._tell(",".join(map(str, numbers)))


def _state(kept: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if kept else Qt.CheckState.Unchecked


def _on(item: QListWidgetItem) -> bool:
    return item.checkState() == Qt.CheckState.Checked


def _words(left_out: Sequence[str]) -> str:
    if not left_out:
        return "All"
    if len(left_out) <= NAMED:
        return "Without " + ", ".join(left_out)
    return f"Without {len(left_out)}"

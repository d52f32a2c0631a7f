"""A picker of tokens: a list by position and word, searched by typing part of either."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.views.qt.widgets.search_line import SearchLine
from app.views.qt.widgets.widgets import Picker, as_picker, label
from app.views.text.token_names import containing, likeliest

WIDTH, ROWS = 240, 12


class TokenPicker(Picker):
    """A combo box whose list has a line to search in; typing anything opens it there."""

    def __init__(self) -> None:
        super().__init__()
        self.search: TokenSearch | None = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_typed(event):
            event.accept()  # letters search here, whatever they do in the window
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it scrolls the panel, and chooses nothing on the way

    def showPopup(self) -> None:
        self._open("")

    def hidePopup(self) -> None:
        if self.search is not None:
            self.search.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_typed(event):
            self._open(event.text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open("")
        else:
            super().keyPressEvent(event)

    def _open(self, typed: str) -> None:
        names = [self.itemText(i) for i in range(self.count())]
        if names:
            self.search = TokenSearch(self, names, self.currentIndex(), self._choose)
            self.search.open_under(typed)

    def _choose(self, i: int) -> None:
        self.setCurrentIndex(i)
        self.activated.emit(i)


def _is_typed(event: QEvent) -> bool:
    """Whether a key writes something, and is not one with Ctrl."""
    return (
        isinstance(event, QKeyEvent) and bool(event.text().strip()) and event.text().isprintable()
    )


class TokenSearch(QFrame):
    """A line over the list of all names, those that hold what is typed; Enter or a click picks one."""

    def __init__(
        self, owner: QWidget, names: Sequence[str], current: int, choose: Callable[[int], None]
    ) -> None:
        super().__init__(owner, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setAccessibleName(f"Search: {owner.accessibleName()}")
        self._owner, self._names, self._choose = owner, names, choose
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Tokens that fit")
        self.list.addItems(list(names))
        self.list.setCurrentRow(current)
        words = "Part of the word, or the number"
        self.line = SearchLine(words, words, self.list)
        self.none: QLabel = label("No token has this.", "quiet")
        self.none.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        for widget in (self.line, self.list, self.none):
            column.addWidget(widget)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(lambda: self._end(self.list.currentItem()))
        self.list.itemClicked.connect(self._end)

    def open_under(self, typed: str) -> None:
        """Show at the owner's lower edge, above it where the screen ends, with ``typed`` typed."""
        rows = min(max(len(self._names), 3), ROWS)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 1) + 4)
        self.resize(max(self._owner.width(), WIDTH), self.sizeHint().height())
        room = self._owner.screen().availableGeometry()
        under = self._owner.mapToGlobal(QPoint(0, self._owner.height()))
        x = min(under.x(), room.right() - self.width())
        fits = under.y() + self.height() <= room.bottom()
        above = under.y() - self._owner.height() - self.height()
        self.move(max(x, room.left()), under.y() if fits else max(above, room.top()))
        self.show()
        self.line.setText(typed)
        self.list.scrollToItem(self.list.currentItem(), QListWidget.ScrollHint.PositionAtCenter)

    def _narrow(self, typed: str) -> None:
        found = containing(typed, self._names)
        shown = set(found)
        for i in range(self.list.count()):
            self.list.item(i).setHidden(i not in shown)
        best = likeliest(typed, self._names, found) if typed.strip() else None
        self.none.setVisible(not found)
        if best is not None:
            self.list.setCurrentRow(best)
            self.list.scrollToItem(self.list.item(best))
        elif not found:
            self.list.setCurrentRow(-1)

    def _end(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            row = self.list.row(item)
            self.close()
            self._choose(row)


def token_picker(name: str, hint: str) -> TokenPicker:
    """Return a picker of tokens that a screen reader can name."""
    box = TokenPicker()
    as_picker(box, name, f"{hint} Type part of the word, or its number, to search.")
    return box

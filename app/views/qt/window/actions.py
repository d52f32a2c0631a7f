"""Qt actions, menus and the toolbar from the command table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton

from app.views.interface.choices import Command
from app.views.interface.theme import Theme
from app.views.qt.style.icons import blank, icon

ICON = 18


def with_access_key(title: str, taken: set[str]) -> str:
    """Mark the first letter of a menu that no other menu has ``taken``: Alt and the letter open it."""
    for i, letter in enumerate(title.lower()):
        if letter.isalpha() and letter not in taken:
            taken.add(letter)
            return f"{title[:i]}&{title[i:]}"
    return title


# a held key repeats these; it would switch others on and off
REPEATED = ("undo", "redo", "flow_step")


class Actions:
    """``by_name``: the action of each command; ``menus``: the menu of each title."""

    def __init__(
        self,
        frame: QMainWindow,
        commands: Sequence[Command],
        invoke: Callable[[str], None],
        theme: Theme,
    ) -> None:
        self._commands = commands
        self.by_name: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.bar = QToolBar("Toolbar", frame)
        self.bar.setObjectName("Toolbar")
        self.bar.setMovable(False)
        self.bar.setIconSize(QSize(ICON, ICON))
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        menu, taken = "", set[str]()
        for command in commands:
            action = self._action(frame, command, invoke)
            self.by_name[command.name] = action
            if not command.listed:
                continue
            if command.menu not in self.menus:
                title = with_access_key(command.menu, taken)
                self.menus[command.menu] = frame.menuBar().addMenu(title)
            if command.apart:
                self.menus[command.menu].addSeparator()
            self.menus[command.menu].addAction(action)
            if command.icon:
                if menu and command.menu != menu:
                    self.bar.addSeparator()
                menu = command.menu
                self.bar.addAction(action)
        frame.addToolBar(self.bar)
        frame.menuBar().setAccessibleName("Menus")
        for button in self.bar.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._theme, self._drawn = theme, False
        self._name_buttons()

    def _action(
        self, frame: QMainWindow, command: Command, invoke: Callable[[str], None]
    ) -> QAction:
        action = QAction(command.text, frame)
        action.setShortcut(QKeySequence(command.shortcut))
        action.setAutoRepeat(command.name in REPEATED)
        action.setStatusTip(command.hint)
        if command.icon:
            action.setIcon(blank(ICON))
            # icons are for the toolbar: in menus only some entries would have one
            action.setIconVisibleInMenu(False)
        keys = f" ({command.shortcut})" if command.shortcut else ""
        action.setToolTip(f"{command.text.rstrip('…')}{keys}: {command.hint}")
        action.triggered.connect(lambda _=False, name=command.name: invoke(name))
        return action

    def set_theme(self, theme: Theme) -> None:
        """Redraw the icons."""
        self._theme = theme
        if self._drawn:
            self._set_icons()

    def draw_icons(self) -> None:
        """Replace the placeholders by icons."""
        if not self._drawn:
            self._drawn = True
            self._set_icons()

    def _set_icons(self) -> None:
        for command in self._commands:
            if command.icon:
                self.by_name[command.name].setIcon(icon(command.icon, self._theme))

    def _name_buttons(self) -> None:
        for button in self.bar.findChildren(QToolButton):
            if button.defaultAction() is not None:
                button.setAccessibleName(button.defaultAction().text().rstrip("…"))

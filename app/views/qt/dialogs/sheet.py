"""Non-blocking dialogs: pages of text, and questions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from importlib import resources
from itertools import accumulate

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.choices import Act, Answer, Command
from app.views.qt.style.text import RichPage
from compute.core.refusal import shorten

# links to other pages, which are not shown
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
# code, in which nothing changes, or a sub- or superscript: a group, a half, letters, a number
_SCRIPT = re.compile(
    r"`[^`]*`|^ {4}.*$|([\^_])(\{[^}]*\}|\(\w\)|½|−?[^\W\d_]+(?:,\w)?|\d+)", re.MULTILINE
)
# maximum lines of a message, each shortened if long
MOST_LINES = 12


def ask(parent: QWidget, name: str, title: str, text: str, answers: Sequence[Answer]) -> None:
    """Ask a non-blocking question; Escape means the last answer."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, name, title, parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setInformativeText("\n".join(map(shorten, text.split("\n")[:MOST_LINES])))
    # the format of a box is that of its first text
    for part in box.findChildren(QLabel):
        part.setTextFormat(Qt.TextFormat.PlainText)
    acts: dict[object, Act] = {}
    for words, act in answers:
        button = QPushButton(words)
        box.addButton(button, QMessageBox.ButtonRole.ActionRole)
        box.setEscapeButton(button)
        acts[button] = act
    box.buttonClicked.connect(lambda button: acts[button]())
    box.open()


class TextPage(QDialog):
    """A titled page of rich text, which does not block the window."""

    def __init__(self, parent: QWidget, title: str, page: str, size: tuple[int, int]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.text = RichPage()
        self.text.setAccessibleName(title)
        self.text.setHtml(page)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.buttons = QDialogButtonBox()
        self.buttons.rejected.connect(self.close)
        copy = QPushButton("Copy")
        self.buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(self.buttons)
        # once the window’s style is theirs, or they have icons
        self.buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)
        self.resize(*size)
        self.text.setFocus()


def page_of(paragraphs: Sequence[str]) -> str:
    """Return paragraphs of plain text as a page."""
    return "".join(f"<p>{escape(words)}</p>" for words in paragraphs)


class MathematicsPage(TextPage):
    """The page on the mathematics, one for each window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Mathematics", "", (680, 560))
        text = (resources.files("assets") / "mathematics.md").read_text("utf-8")
        self.text.setMarkdown(_SCRIPT.sub(_scripted, _LINK.sub(r"\1", text)))

    def go(self, section: str) -> None:
        """Show the page from a section on; from its beginning if there is no such section."""
        self.show()
        self.raise_()
        self.activateWindow()
        block = self.text.document().begin()
        while block.isValid() and section_of(block.text()) != section:
            block = block.next()
        layout = self.text.document().documentLayout()
        top = layout.blockBoundingRect(block).top() if block.isValid() else 0.0
        self.text.verticalScrollBar().setValue(round(top))


def _scripted(found: re.Match[str]) -> str:
    """Return a sub- or superscript as HTML."""
    if not found[1]:
        return found[0]
    tag = "sub" if found[1] == "_" else "sup"
    return f"<{tag}>{found[2].strip('{}')}</{tag}>"


def show_mathematics(parent: QWidget, section: str = "") -> None:
    """Show the window's page on the mathematics, from a section on."""
    page = next(iter(parent.findChildren(MathematicsPage)), None) or MathematicsPage(parent)
    page.go(section)


def section_of(heading: str) -> str:
    """Return the name by which links refer to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def keys(commands: Sequence[Command], gestures: Sequence[tuple[str, str]]) -> str:
    """Return a page of all shortcuts by menu, and the gestures, in two columns of about one height."""
    menus = dict.fromkeys(command.menu for command in commands)
    lists = [("On the canvas", list(gestures))] + [
        (menu, [(c.shortcut, c.hint) for c in commands if c.menu == menu and c.shortcut])
        for menu in menus
    ]
    lists = [(title, rows) for title, rows in lists if rows]
    heights = list(accumulate(len(rows) + 2 for _, rows in lists))
    middle = bisect_left(heights, heights[-1] / 2) + 1
    columns = (lists[:middle], lists[middle:])
    cells = ("".join(_table(*each) for each in column) for column in columns)
    row = "".join(f"<td width='50%'>{cell}</td>" for cell in cells)
    return f"<table width='100%'><tr>{row}</tr></table>"


def _table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><td width='40%'><b>{escape(key)}</b></td><td>{escape(words)}</td></tr>"
        for key, words in rows
    )
    return f"<h4>{escape(title)}</h4><table width='100%' cellpadding='3'>{lines}</table>"

"""Text in widgets: plain, whatever it holds, unless the program has set it.

Qt takes a text that looks like HTML for HTML, and then opens the pictures that it names.  Titles,
tokens, names of files and messages are others', so they go through the functions here.
"""

from __future__ import annotations

from html import escape
from typing import Protocol

from PySide6.QtCore import QUrl

# of QtGui: only this one knows what looks like rich text, unless a plotting library has joined the two
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget


def plain_label(text: str = "") -> QLabel:
    """Make a label that shows its text as it is."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    return made


def make_rich(label: QLabel) -> QLabel:
    """Let a label show rich text, in which what comes from others is escaped."""
    label.setTextFormat(Qt.TextFormat.RichText)
    return label


def hint(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip."""
    widget.setToolTip(as_hint(text))


def as_hint(text: str) -> str:
    """Return what a tooltip shows as ``text``."""
    return f"<qt>{escape(text)}</qt>" if Qt.mightBeRichText(text) else text


def on_button(text: str) -> str:
    """Return what a button or a menu shows as ``text``: an & alone would mark a key."""
    return text.replace("&", "&&")


class Labelled(Protocol):
    """A plot whose axes have names."""

    def setLabel(self, side: str, text: str) -> object: ...


def title_axis(plot: Labelled, side: str, words: str) -> None:
    """Name an axis of a plot, which would take the name for HTML."""
    plot.setLabel(side, escape(words))


class RichPage(QTextBrowser):
    """A page of rich text that opens no file and asks for no address by itself."""

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        """Return nothing: there are no pictures in the program's pages."""

"""Text in widgets: always plain, unless the program itself produced rich text.

Qt interprets text that looks like HTML and opens pictures that it names.  Titles, tokens, file names
and messages are untrusted, so they go through the functions here.
"""

from __future__ import annotations

from html import escape
from typing import Protocol

from PySide6.QtCore import QUrl

# of QtGui: only this one can recognise rich text, unless a plotting library has merged the two
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget


def plain_label(text: str = "") -> QLabel:
    """Make a label that shows its text literally."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    return made


def make_rich(label: QLabel) -> QLabel:
    """Let a label show rich text, in which untrusted parts are escaped."""
    label.setTextFormat(Qt.TextFormat.RichText)
    return label


def hint(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip."""
    widget.setToolTip(as_hint(text))


def as_hint(text: str) -> str:
    """Escape ``text`` for a tooltip."""
    return f"<qt>{escape(text)}</qt>" if Qt.mightBeRichText(text) else text


def on_button(text: str) -> str:
    """Escape ``text`` for a button or a menu, where & would mark a shortcut."""
    return text.replace("&", "&&")


class Labelled(Protocol):
    """A plot whose axes have names."""

    def setLabel(self, side: str, text: str) -> object: ...


def title_axis(plot: Labelled, side: str, words: str) -> None:
    """Set an axis title of a plot, which would interpret it as HTML."""
    plot.setLabel(side, escape(words))


class RichPage(QTextBrowser):
    """A page of rich text that never loads files or addresses."""

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        """Return nothing, since pages have no pictures."""

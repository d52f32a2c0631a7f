"""About the program: version, authors, licence, and how to cite it."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from app import __version__
from app.model import citation
from app.views.qt.dialogs.sheet import TextPage

PAGE = """<h3>{title}</h3><p>Version {version}. {about}</p>
<p>Copyright © {year}, {authors}. Licence: {licence}; its text is the file LICENSE.</p>
<h4>How to cite</h4><p>{reference}</p><pre>{bibtex}</pre>"""


class About(TextPage):
    """A page with buttons that copy the reference, in words or for BibTeX."""

    def __init__(self, parent: QWidget) -> None:
        page = PAGE.format(
            title=citation.TITLE, version=__version__, about=escape(citation.ABOUT),
            year=citation.YEAR, authors=citation.AUTHORS, licence=citation.LICENCE,
            reference=escape(citation.reference()), bibtex=escape(citation.bibtex()),
        )  # fmt: skip
        super().__init__(parent, f"About {citation.TITLE}", page, (560, 430))
        for words, text in (
            ("Copy reference", citation.reference()),
            ("Copy BibTeX", citation.bibtex()),
        ):
            button = QPushButton(words)
            button.clicked.connect(lambda _=False, text=text: _copy(text))
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)

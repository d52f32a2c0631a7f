"""File dialogs, which start in the last folder, at first the documents, with a suggested name."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget


class FileDialogs:
    """``folder``: of the last file, "" for the user's documents."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self.folder = ""

    def ask_open(self, title: str, pattern: str) -> str | None:
        """Return the file to read; None if the user cancels."""
        chosen, _ = QFileDialog.getOpenFileName(self._parent, title, self._begin(), pattern)
        return self._remember(chosen)

    def ask_folder(self, title: str) -> str | None:
        """Return the folder to read; None if the user cancels."""
        chosen = QFileDialog.getExistingDirectory(self._parent, title, self._begin())
        self.folder = chosen or self.folder
        return chosen or None

    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None:
        """Return the file to write, with ``name`` suggested and the suffix of the chosen pattern."""
        dialog = QFileDialog(self._parent, title, self._begin(), pattern)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # before the user is asked whether to overwrite
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(suffix_of(chosen)))
        dialog.setDefaultSuffix(suffix_of(pattern))
        dialog.selectFile(name)
        try:
            return self._remember(dialog.selectedFiles()[0]) if dialog.exec() else None
        finally:
            dialog.deleteLater()

    def _begin(self) -> str:
        documents = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DocumentsLocation
        )
        known = (place for place in (self.folder, documents) if place and Path(place).is_dir())
        return next(known, str(Path.home()))

    def _remember(self, chosen: str) -> str | None:
        if chosen:
            self.folder = str(Path(chosen).parent)
        return chosen or None


def suffix_of(pattern: str) -> str:
    """Return the first suffix of a pattern, "" if it takes any file: "png" of "PNG (*.png)"."""
    found = re.search(r"\*\.(\w+)", pattern)
    return found.group(1) if found else ""

"""Where file dialogs begin."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.views.qt.dialogs.file_dialogs import FileDialogs

pytestmark = pytest.mark.window


def test_a_file_dialog_begins_in_the_last_folder_and_first_in_the_documents(tmp_path, monkeypatch):
    application = QApplication.instance() or QApplication([])
    documents, mine = tmp_path / "Documents", tmp_path / "mine"
    documents.mkdir()
    mine.mkdir()
    began = []
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(documents))
    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileName",
        lambda *words: (began.append(words[2]), (str(mine / "a.json"), ""))[1],
    )
    parent = QWidget()
    files = FileDialogs(parent)
    files.folder = str(tmp_path / "gone")
    for _ in range(2):
        assert files.ask_open("Open", "Scenes (*.json)") == str(mine / "a.json")
    assert began == [str(documents), str(mine)]
    parent.deleteLater()
    assert application is not None

"""A macro recorded in the window, copied and saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.app.parts.test_macro import lines, replayed
from tests.windows import edit, end, kept, settle, until

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    from app.main import Program
    from app.model import scene_file

    settings = kept(tmp_path_factory.mktemp("settings"))
    made = Program(scene_file.load("gaussian"), "reference", settings)
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def invoke(program, name):
    program.window.actions[name].trigger()


def copied() -> str:
    from PySide6.QtWidgets import QApplication

    return QApplication.clipboard().text()


def test_what_is_opened_and_changed_is_recorded_copied_and_saved(program, tmp_path, monkeypatch):
    record = program.window.actions["record_macro"]
    assert record.text() == "Record macro"
    invoke(program, "record_macro")
    assert record.text() == "Stop recording the macro"
    for name in ("example:disk", "lesson:straight-line", "new"):
        document, before = program.documents.document, program.store.scene
        program.documents.document = replace(document, saved=before)  # so that nothing asks
        invoke(program, name)
        until(program, lambda before=before: program.store.scene is not before)
        settle(program)
    edit(program, "alpha", 0.5)
    invoke(program, "record_macro")
    assert record.text() == "Record macro"
    settle(program)
    invoke(program, "copy_macro")
    text = copied()
    assert replayed(text) == program.store.scene
    assert len(lines(text)) >= 4 and lines(text)[-1] == "store.set(alpha=0.5)"
    monkeypatch.setattr(program.window.files, "ask_save", lambda *_: str(tmp_path / "mine"))
    invoke(program, "save_macro")
    assert (tmp_path / "mine.py").read_text("utf-8") == text


def test_copying_ends_the_recording_and_says_that_the_text_comes(program):
    said = []
    program.window.frame.statusBar().messageChanged.connect(said.append)
    invoke(program, "record_macro")
    edit(program, "alpha", -0.25)
    invoke(program, "copy_macro")
    assert program.window.actions["record_macro"].text() == "Record macro"
    assert "the macro is being written: try again in a moment" in said
    settle(program)
    assert "1 change recorded: Tools › Copy macro or Save macro" in said
    invoke(program, "copy_macro")
    assert lines(copied())[-1] == "store.set(alpha=-0.25)"

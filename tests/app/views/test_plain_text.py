"""Text from files stays text in every widget of the real window; failed saves are reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.windows import end, live, recent, settle, until

pytestmark = pytest.mark.window
PATIENCE = 120.0
EVIL = "<img src='evil.png'><b>bold</b> & more"
LESSON = f"""# {EVIL} lesson

## {EVIL} step

Words of {EVIL}.

```scene
family: gaussian
```

```do
Do {EVIL}.

check: layer spray on
```
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Iterator:
    from PySide6.QtCore import QSettings

    from app.main import Program
    from app.model import scene_file
    from app.views.qt.window.settings import Settings

    folder = tmp_path_factory.mktemp("kept")
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    made = Program(scene_file.load("gaussian"), "reference", Settings(store, folder / "unsaved"))
    made.window.frame.show()
    made.window.furnish()
    settle(made)
    yield made
    end(made)


def every(kind: type) -> list:
    """All widgets of a kind that the program has, menus and dialogs too."""
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.allWidgets() if isinstance(widget, kind)]


def check_all_text() -> int:
    """No widget may take text of others for HTML; how many show it is counted."""
    from PySide6.QtGui import Qt
    from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget

    seen = 0
    for label in every(QLabel):
        rich = label.textFormat() != Qt.TextFormat.PlainText
        assert not (rich and "<img" in label.text()), label.text()
        seen += "<img" in label.text() or "&lt;img" in label.text()
    for widget in every(QWidget):
        for hint in (widget.toolTip(), *(action.toolTip() for action in widget.actions())):
            assert not (Qt.mightBeRichText(hint) and "<img" in hint), hint
    for page in every(QTextBrowser):
        assert "￼" not in page.toPlainText(), "a picture stands in the text"
    return seen + check_plots()


def check_plots() -> int:
    import pyqtgraph as pg

    seen = 0
    for view in every(pg.GraphicsView):
        for item in view.scene().items():
            text = item.toPlainText() if hasattr(item, "toPlainText") else ""
            assert "￼" not in text, "a picture stands in a title or a label"
            seen += "<img" in text
    return seen


def texts(kind: type) -> list[str]:
    return [widget.text() for widget in every(kind)]


def close_questions() -> None:
    from PySide6.QtWidgets import QApplication, QMessageBox

    for box in every(QMessageBox):
        box.close()
    QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    live()


def test_a_message_about_a_file_is_plain_text(program, tmp_path):
    from PySide6.QtGui import Qt
    from PySide6.QtWidgets import QLabel

    path = tmp_path / "broken.json"
    scene = {"format": "attention-geodesics/scene", "version": 1, "alpha": EVIL}
    path.write_text(json.dumps(scene))
    program.documents.open(path)
    message = program.window.messages
    until(program, message.isVisible)
    shown = [label for label in message.findChildren(QLabel) if "<img" in label.text()]
    assert shown and {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
    check_all_text()
    message.dismiss()


def test_titles_tokens_and_names_of_files_are_plain_text(program, tmp_path):
    from PySide6.QtWidgets import QPushButton

    rng = np.random.default_rng(3)
    tokens = np.array([f"{i}<img src=x><b>&" for i in range(6)])
    head = tmp_path / "<b>heads & more<b>.npz"
    np.savez(head, **{name: rng.normal(size=(6, 8)) for name in "qkv"}, tokens=tokens)
    scene = {
        "format": "attention-geodesics/scene",
        "version": 1,
        "title": EVIL,
        "family": f"attention:{head.name}?mask=5",
    }
    path = tmp_path / "<b>evil<b> & more.json"
    path.write_text(json.dumps(scene))
    program.documents.open(path)
    until(program, lambda: program.documents.document.path == path)
    assert EVIL in program.window.frame.windowTitle()
    for title in ("Rows", "Token path", "Heads", "Topology", "Flow"):
        program.window.raise_panel(title)
    program.window.furnish()
    settle(program)
    check_all_text()
    assert any("5<img src=x><b>&&" in text for text in texts(QPushButton)), "the keys left out"
    names = recent(program.window)
    assert str(path).replace("&", "&&") in names
    program.window.log(EVIL)
    assert program.window.frame.statusBar().currentMessage() == EVIL


def test_names_in_plots_are_plain_text(program):
    import pyqtgraph as pg

    from app.views.qt.style.text import title_axis
    from app.views.qt.widgets import plots

    plot = plots.plot("mine")
    title_axis(plot, "bottom", EVIL)
    plot.show()
    assert check_plots() >= 1
    assert isinstance(plot, pg.PlotWidget)
    plot.close()
    plot.deleteLater()
    live()


def test_a_lesson_is_escaped(program, tmp_path):
    path = tmp_path / "evil.md"
    path.write_text(LESSON, encoding="utf-8")
    program.lessons.open(str(path))
    settle(program)
    panel = program.window.panels["Lesson"].panel
    for page in (panel.text, panel.task):
        assert EVIL in page.toPlainText().replace("\u00a0", " ")
    assert check_all_text() >= 1


def test_no_page_opens_a_file(program, tmp_path):
    from PIL import Image

    from app.views.qt.style.text import RichPage

    Image.new("RGB", (40, 30), "red").save(tmp_path / "red.png")
    page = RichPage()
    page.setHtml(f"<img src='{tmp_path / 'red.png'}'>")
    assert page.document().size().height() < 40
    from PySide6.QtGui import QTextDocument

    kind = QTextDocument.ResourceType.ImageResource.value
    assert page.loadResource(kind, str(tmp_path / "red.png")) is None
    page.deleteLater()


def test_what_cannot_be_saved_is_told_with_a_way_out(program, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QMessageBox

    from app.model import scene_file

    close_questions()
    edited = replace(scene_file.load("gaussian"), alpha=0.25, unknown=((("later",), {1, 2}),))
    program.documents.document = program.documents.document.__class__()
    program.store.replace(edited)
    program.documents.keeper.wait()
    live()
    (box,) = every(QMessageBox)
    assert box.text() == "Unsaved work cannot be backed up"
    program.documents.keep()
    program.documents.keeper.wait()
    live()
    assert len(every(QMessageBox)) == 1, "said once"
    close_questions()
    answers = iter([str(tmp_path / "no folder" / "a.json"), str(tmp_path / "a.json")])
    monkeypatch.setattr(program.window, "ask_save", lambda *a: next(answers))
    went_on: list[bool] = []
    program.store.update(replace(edited, unknown=()))
    program.documents.save(lambda: went_on.append(True))
    (box,) = every(QMessageBox)
    assert "No such file" in box.informativeText() and not went_on
    assert [button.text() for button in box.buttons()] == ["Save as…", "Export…", "Cancel"]
    box.buttons()[0].click()
    live()
    assert went_on and scene_file.load(tmp_path / "a.json") == program.store.scene


def test_what_was_lost_is_taken_over_also_on_a_full_disk(program, monkeypatch):
    from PySide6.QtWidgets import QMessageBox

    from app.model import autosave, scene_file

    close_questions()
    folder = program.settings.folder
    lost = replace(scene_file.load("gaussian"), alpha=0.75)
    autosave.Autosave(folder, "killed").write(lost, None)
    (found,) = [each for each in autosave.lost(folder, lambda name: False) if each.scene == lost]

    def full(self, scene, origin: Path | None) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(autosave.Autosave, "write", full)
    program.documents.recovery.offer()
    (box,) = every(QMessageBox)
    next(button for button in box.buttons() if button.text() == "Restore").click()
    until(program, lambda: program.store.scene == lost)
    program.documents.keeper.wait()
    assert not found.file.exists()
    kept = autosave.lost(folder, lambda name: False)
    assert [each.file.stem for each in kept if each.scene == lost] == [program.settings.session]
    close_questions()

"""Exports from the window: asked, run beside it, watched, cancelled."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.controller.export_commands import EXPORTS, Process, options
from app.desktop.export_process import Exporter
from app.model import scene_file
from app.views.interface.events import SceneEdited
from tests.claims import each
from tests.windows import end, live, named, until


def test_a_form_becomes_options():
    values = {"size": "300x200", "dpi": 96, "caption": True, "transparent": False, "panels": "a b"}
    expected = ["--size=300x200", "--dpi=96", "--caption", "--panels", "a", "b"]
    assert options(values) == expected
    assert options({"panels": ""}) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_every_form_fits_its_command(name, tmp_path):
    from app.cli.parser import parser

    export = EXPORTS[name]
    filled = {
        field.name: {"size": "640x480", "seconds": "2"}.get(field.name, field.value)
        for field in export.fields
    }
    target = str(tmp_path / f"a{export.suffix}")
    chosen = parser().parse_args([export.command, "bank", "-o", target, *options(filled)])
    assert chosen.output == target


def test_a_process_writes_the_scene_as_it_is_now(tmp_path):
    process = Process("render", scene_file.load("triangle"), tmp_path / "a.svg", ["--size=300x200"])
    assert process.problem == ""
    process.close()
    assert scene_file.load(tmp_path / "a.svg") == scene_file.load("triangle")


def test_a_process_says_why_it_wrote_nothing(tmp_path):
    process = Process(
        "animate", scene_file.load("triangle"), tmp_path / "a.mp4", ["--size=301x200"]
    )
    assert "must be even, got 301x200" in process.problem
    process.close()


@pytest.fixture
def program(tmp_path):
    from app.main import Program

    made = Program(scene_file.load("triangle"), "reference")
    made.window.frame.resize(1200, 800)
    made.window.frame.show()
    yield made
    end(made)


def accept(dialog) -> None:
    from PySide6.QtWidgets import QDialogButtonBox

    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()


def fill(dialog, **values: object) -> None:
    from PySide6.QtWidgets import QLineEdit, QSpinBox

    for widget in dialog.findChildren(QLineEdit) + dialog.findChildren(QSpinBox):
        wanted = values.get(widget.accessibleName().partition(" ")[0].lower())
        if wanted is not None:
            widget.setText(wanted) if isinstance(widget, QLineEdit) else widget.setValue(wanted)


@pytest.mark.window
def test_a_figure_from_the_menu(program, tmp_path):
    target = tmp_path / "a.svg"
    program.window.ask_save = lambda *_: str(target)
    program.window.actions["export_figure"].trigger()
    dialog = program.exporter.dialog
    assert dialog.isVisible()
    fill(dialog, size="12x")
    accept(dialog)
    assert program.exporter.process is None and "WIDTHxHEIGHT" in dialog.words.text()
    fill(dialog, size="700x500")
    accept(dialog)
    assert program.exporter.process is not None
    until(program, target.exists)
    until(program, lambda: program.exporter.dialog is None)
    assert "written" in program.window.frame.statusBar().currentMessage()
    assert scene_file.load(target) == program.store.scene
    assert list(tmp_path.iterdir()) == [target]
    program.window.actions["export_figure"].trigger()
    assert program.exporter.dialog.isVisible(), "and another one"
    program.exporter.close()


@pytest.mark.window
def test_a_form_remembers_what_was_chosen_and_goes_on_following_the_rest(program):
    from PySide6.QtWidgets import QCheckBox

    asked = []
    program.window.ask_save = lambda *words: asked.append(words)
    program.window.actions["export_figure"].trigger()
    fill(program.exporter.dialog, dots=300)
    named(program.exporter.dialog, QCheckBox, "Legend").setChecked(True)
    accept(program.exporter.dialog)
    program.exporter.close()
    assert asked[0][2] == program.documents.file_name() != ""
    program.window.frame.resize(1000, 700)
    live(program)
    program.window.actions["export_figure"].trigger()
    read, shown = program.exporter.dialog.values, program.canvas.native
    assert (read["dpi"], read["legend"], read["size"]) == (
        300,
        True,
        f"{shown.width()}x{shown.height()}",
    )
    assert asked[1:] == []
    # and in the next session, which may find any text
    later = Exporter(
        program.window, program.store, lambda: (640, 480), str, str, memory=program.settings
    )
    later.ask("export_figure")
    assert (later.dialog.values["dpi"], later.dialog.values["legend"]) == (300, True)
    later.close()
    for text in ("{", "[1]", '{"Export figure": {"dpi": "300", "style": "loud"}}'):
        program.settings.exports = text
        odd = Exporter(
            program.window, program.store, lambda: (640, 480), str, str, memory=program.settings
        )
        odd.ask("export_figure")
        assert (odd.dialog.values["dpi"], odd.dialog.values["style"]) == (96, "")
        odd.close()


@pytest.mark.window
def test_what_a_figure_is_for_fills_its_sizes(program, tmp_path):
    from PySide6.QtWidgets import QComboBox

    asked = []
    program.window.ask_save = lambda *words: asked.append(words)
    program.window.actions["export_figure"].trigger()
    dialog = program.exporter.dialog
    box = named(dialog, QComboBox, "For")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    expected = {"size": "85mm", "font-size": "8", "line-width": "1", "dpi": 300, "format": ".pdf"}
    assert {name: dialog.values[name] for name in expected} == expected
    accept(dialog)
    assert asked[0][1].startswith("PDF, vector graphics (*.pdf);;")
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert dialog.values["size"] == f"{program.screen.width()}x{program.screen.height()}"
    program.exporter.close()


@pytest.mark.window
def test_the_caption_goes_to_the_clipboard(program):
    until(program, lambda: program.controller.answers.path is not None)
    program.window.actions["copy_caption"].trigger()
    words = program.application.clipboard().text()
    assert "Fisher–Rao length" in words and "Certificate: converged" in words


@pytest.mark.window
def test_equal_axes_are_a_step_of_undo(program):
    program.window.actions["equal_axes"].trigger()
    assert program.store.scene.equal is False, "a triangle's axes are equal by its nature"
    program.controller.on_event(SceneEdited((("family", "gaussian"),)))
    until(program, lambda: program.store.scene.family == "gaussian")
    for expected in (True, False):
        program.window.actions["equal_axes"].trigger()
        assert program.store.scene.equal is expected
        along, up = np.abs(np.diff(program.canvas.frame.to_pixels([(0, 0), (1, 1)]), axis=0))[0]
        assert bool(abs(along - up) < 1e-6) is expected
    program.window.actions["undo"].trigger()
    assert program.store.scene.equal is True


@pytest.mark.window
def test_a_film_from_the_menu_is_watched_and_cancelled(program, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QProgressBar

    target, given = tmp_path / "a.mp4", tmp_path / "given"
    given.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(given))
    program.window.ask_save = lambda *_: str(target)
    program.window.actions["export_film"].trigger()
    dialog = program.exporter.dialog
    fill(dialog, size="640x400", seconds="1700")
    accept(dialog)
    process = program.exporter.process
    assert len(list(given.iterdir())) == 1, "the scene as it is now"
    until(program, lambda: dialog.findChild(QProgressBar).maximum() == 51_000)
    assert "left" in dialog.words.text()
    dialog.reject()
    until(program, lambda: not process.running)
    until(program, lambda: not list(given.iterdir()))
    assert list(tmp_path.iterdir()) == [given]


@pytest.mark.window
def test_what_cannot_be_written_is_told_in_the_form(program, tmp_path):
    from PySide6.QtWidgets import QLineEdit

    program.window.ask_save = lambda *_: str(tmp_path / "a.mp4")
    program.window.actions["export_film"].trigger()
    dialog = program.exporter.dialog
    fill(dialog, size="641x400")
    accept(dialog)
    until(program, lambda: program.exporter.process is None)
    assert "must be even, got 641x400" in dialog.words.text()
    assert each(line.isEnabled() for line in dialog.findChildren(QLineEdit))


@pytest.mark.window
@pytest.mark.parametrize(
    "command, suffix, words",
    [("export_script", ".py", "LENGTH"), ("export_page", ".html", "importmap")],
)
def test_a_script_and_a_page_need_no_form(program, tmp_path, command, suffix, words):
    target = tmp_path / f"a{suffix}"
    program.window.ask_save = lambda *_: str(target)
    program.window.actions[command].trigger()
    until(program, lambda: program.exporter.dialog is None)
    assert words in target.read_text("utf-8")


@pytest.mark.window
def test_the_canvas_goes_to_the_clipboard(program):
    program.window.actions["copy_picture"].trigger()
    image = program.application.clipboard().image()
    height, width = program.canvas.image().shape[:2]
    assert (image.width(), image.height()) == (width, height)
    shades, theme = {}, program.canvas.theme
    for name in ("copy_light", "copy_dark"):
        program.window.actions[name].trigger()
        shades[name] = program.application.clipboard().image().pixelColor(2, 2).lightness()
    assert shades["copy_light"] > 200 > 60 > shades["copy_dark"]
    assert program.canvas.theme is theme


@pytest.mark.window
def test_a_figure_opens_and_is_not_saved_over(program, tmp_path):
    from app.export.figure import save_png

    target, scene = tmp_path / "a.png", scene_file.load("gaussian")
    save_png(np.zeros((4, 4, 4), np.uint8), target, scene)
    program.window.ask_open = lambda *_: str(target)
    program.controller.commands["open"]()
    until(program, lambda: program.store.scene == scene)
    assert program.documents.document.path is None


def test_a_file_in_place_of_a_command_is_opened(tmp_path):
    from app.cli.main import opened

    file = tmp_path / "a.svg"
    file.touch()
    assert opened([str(file)]) == ["gui", str(file)]
    assert opened(["render", str(file)]) == ["render", str(file)]
    assert opened([]) == []


def test_a_command_is_not_taken_for_a_file(tmp_path, monkeypatch):
    from app.cli.main import opened
    from app.model.file_formats import HOLDING_SCENE, OPENED

    (tmp_path / "render").touch()
    monkeypatch.chdir(tmp_path)
    assert opened(["render", "bank"]) == ["render", "bank"]
    assert set(OPENED) == {".json", ".md", ".npz", ".safetensors", *HOLDING_SCENE}

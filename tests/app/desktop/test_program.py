"""The program around the canvas: files, themes, keys, a device that is lost, many random actions."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.views.canvas.display_list import Primitive
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.events import SceneEdited
from tests import ROOT
from tests.claims import each
from tests.windows import dock, end, kept, live, point, recent, settle, until

pytestmark = pytest.mark.window


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable]:
    """Makes programs whose settings live in a folder of the test; closes them."""
    from app.main import Program
    from app.model import scene_file

    made = []

    def start(engine: str = "reference"):
        program = Program(scene_file.load("gaussian"), engine, kept(tmp_path))
        program.window.frame.resize(1200, 700)
        program.window.frame.show()
        made.append(program)
        until(program, lambda: program.controller.answers.path is not None)
        until(program, lambda: program.runner.pending() == 0)
        return program

    yield start
    for program in made:
        end(program)


def edit(program, alpha: float) -> None:
    program.store.update(replace(program.store.scene, alpha=alpha))


def answer(program, words: str) -> None:
    """Press a button of the question that is shown."""
    from PySide6.QtWidgets import QMessageBox

    box = program.window.frame.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if button.text() == words).click()
    program.application.sendPostedEvents(None, 52)
    live(program)


def message(program) -> str:
    """The title of the message over the canvas, or ""."""
    line = program.window.messages
    return line.title.text() if line.isVisible() else ""


def questions(program) -> list[str]:
    from PySide6.QtWidgets import QMessageBox

    return [box.text() for box in program.window.frame.findChildren(QMessageBox)]


# --- files -----------------------------------------------------------------------------------
def test_changes_are_marked_saved_and_listed(make, tmp_path, monkeypatch):
    program = make()
    title = program.window.frame.windowTitle
    assert not title().startswith("•")
    program.controller.on_event(SceneEdited((("playhead", 0.1),)))
    assert not title().startswith("•"), "to play is no change"
    edit(program, 0.3)
    assert title().startswith("•") and program.window.actions["undo"].isEnabled()
    monkeypatch.setattr(program.window, "ask_save", lambda *a: str(tmp_path / "mine"))
    program.controller.commands["save"]()
    assert title().startswith("mine.json") and (tmp_path / "mine.json").is_file()
    assert program.settings.recent == (str(tmp_path / "mine.json"),)
    assert recent(program.window) == [str(tmp_path / "mine.json")]
    edit(program, 0.5)
    program.controller.commands["undo"]()
    assert not title().startswith("•"), "undone to what the file holds"


def test_a_file_that_somebody_else_wrote_is_not_overwritten_unasked(make, tmp_path, monkeypatch):
    from app.model import scene_file

    program = make()
    path = tmp_path / "shared.json"
    scene_file.save(program.store.scene, path)
    program.documents.open(path)
    until(program, lambda: program.documents.document.path == path)
    theirs = path.read_text() + "\n"
    path.write_text(theirs)
    edit(program, 0.4)
    program.controller.commands["save"]()
    assert questions(program) == ["The file has changed"] and path.read_text() == theirs
    answer(program, "Cancel")
    assert path.read_text() == theirs and program.documents.is_unsaved
    program.controller.commands["save"]()
    answer(program, "Overwrite")
    assert scene_file.load(path).alpha == 0.4 and not program.documents.is_unsaved


def test_what_a_killed_session_left_is_offered(make, tmp_path):
    from app.model.autosave import Autosave
    from app.model.layers import Layers

    first = make()
    lost = replace(first.store.scene, alpha=0.25, layers=Layers(map=False))
    # the lock of a killed session belongs to no process
    Autosave(tmp_path / "unsaved", "killed").write(lost, tmp_path / "was.json")
    edit(first, 0.9)
    first.documents.keep()
    first.documents.recovery.offer()
    assert questions(first) == ["There is unsaved work"]
    answer(first, "Restore")
    assert questions(first) == ["Save the changes?"], "which were made meanwhile"
    answer(first, "Discard")
    assert first.store.scene == lost and first.documents.is_unsaved
    assert first.window.frame.windowTitle().startswith("• was.json")
    assert [file.stem for file in (tmp_path / "unsaved").glob("*.unsaved")] == [
        first.settings.session
    ], "kept under the session's own name now"


def test_a_scene_that_was_named_stays_and_what_a_killed_session_left_is_offered_in_a_line(
    make, tmp_path
):
    from app.model.autosave import Autosave

    program = make()
    named, lost = program.store.scene, replace(program.store.scene, alpha=0.25)
    program.controller.commands["restore"]()
    assert not questions(program), "there is nothing to restore"
    Autosave(tmp_path / "unsaved", "killed").write(lost, tmp_path / "was.json")
    program.documents.recovery.offer(is_named=True)
    assert program.store.scene is named and not questions(program)
    assert message(program) == "⚠ Changes of was.json were not saved by an earlier session"
    edit(program, 0.9)
    program.controller.commands["restore"]()
    answer(program, "Restore")
    assert program.store.scene.alpha == 0.9, "asked first"
    answer(program, "Discard")
    assert program.store.scene == lost and program.documents.is_unsaved
    assert not program.window.messages.isVisible(), "a line that no longer holds"


def test_work_that_cannot_be_read_is_kept_and_said_with_the_reason(make, tmp_path):
    from PySide6.QtWidgets import QMessageBox

    from app.model.autosave import Autosave
    from app.model.scene import of_family

    program = make()
    head = ROOT / "assets" / "heads" / "bank.npz"
    lost = of_family(program.store.scene, f"attention:{head}")
    Autosave(tmp_path / "unsaved", "killed").write(lost, None)
    (left,) = (tmp_path / "unsaved").glob("*.unsaved")
    text = left.read_text("utf-8")
    assert "bank.npz" in text
    left.write_text(text.replace("bank.npz", "elsewhere.npz"), "utf-8")
    program.documents.recovery.offer()
    assert questions(program) == ["There is unsaved work that cannot be read"]
    (box,) = program.window.frame.findChildren(QMessageBox)
    assert "elsewhere.npz" in box.informativeText()
    answer(program, "Later")
    assert left.exists()
    program.controller.commands["restore"]()
    left.write_text(text, "utf-8")
    answer(program, "Try again")
    assert questions(program) == ["There is unsaved work"], "now that its head is there"
    answer(program, "Later")
    left.write_text("{}", "utf-8")
    program.controller.commands["restore"]()
    (box,) = program.window.frame.findChildren(QMessageBox)
    assert "killed.unsaved must be an object" in box.informativeText()
    answer(program, "Discard")
    assert not left.exists()
    program.controller.commands["restore"]()
    assert not questions(program)


def test_after_a_save_nothing_unsaved_is_left_for_a_crash_to_offer(make, tmp_path, monkeypatch):
    program = make()
    left = lambda: list((tmp_path / "unsaved").glob("*.unsaved"))  # noqa: E731
    edit(program, 0.3)
    program.documents.keep()
    program.documents.keeper.wait()
    assert len(left()) == 1
    monkeypatch.setattr(program.window, "ask_save", lambda *a: str(tmp_path / "mine.json"))
    program.documents.save()
    program.documents.keeper.wait()
    assert left() == []
    edit(program, 0.5)
    program.documents.keep()
    program.documents.keeper.wait()
    assert len(left()) == 1
    program.controller.commands["new"]()
    answer(program, "Discard")
    until(program, lambda: not program.documents.is_unsaved)
    program.documents.keeper.wait()
    assert left() == [], "nor after another scene was begun"


def test_of_two_windows_that_restore_one_gets_the_work(make, tmp_path):
    from app.model.autosave import Autosave

    first, second = make(), make()
    lost = replace(first.store.scene, alpha=0.25)
    Autosave(tmp_path / "unsaved", "killed").write(lost, None)
    for program in (first, second):
        program.documents.recovery.offer()
    for program in (first, second):
        answer(program, "Restore")
    assert first.store.scene == lost and first.documents.is_unsaved
    assert second.store.scene.alpha == 0.0 and not questions(second)
    assert message(second) == "⚠ The unsaved work no longer exists"


def test_what_is_undone_to_what_was_saved_is_not_offered(make, tmp_path):
    program = make()
    edit(program, 0.6)
    until(program, lambda: bool(list((tmp_path / "unsaved").glob("*.unsaved"))))
    program.controller.commands["undo"]()
    until(program, lambda: not list((tmp_path / "unsaved").glob("*.unsaved")))
    assert not program.documents.is_unsaved


def test_unsaved_work_is_kept_soon_and_through_an_end_by_signal(make, tmp_path):
    from app.model import autosave

    program = make()
    edit(program, 0.6)
    folder = tmp_path / "unsaved"
    until(program, lambda: bool(list(folder.glob("*.unsaved"))))
    edit(program, 0.7)
    program.documents.close()  # SIGTERM has this effect
    found = autosave.lost(folder, lambda name: False)
    assert [each.scene.alpha for each in found] == [0.7]


def test_unreadable_remains_are_passed_over(tmp_path):
    from app.model import autosave

    for i, text in enumerate(("", "[]", '{"scene": "x"}', "{" * 9000, '{"scene": 1, "origin": 2}')):
        (tmp_path / f"{i}.unsaved").write_text(text)
    assert autosave.lost(tmp_path, lambda name: False) == []


def test_closing_asks_about_changes_and_does_not_block(make):
    program = make()
    edit(program, 0.2)
    program.window.frame.close()
    assert program.window.frame.isVisible() and questions(program) == ["Save the changes?"]
    answer(program, "Cancel")
    assert program.window.frame.isVisible()
    program.window.frame.close()
    answer(program, "Discard")
    assert not program.documents.is_unsaved
    program.window.frame.close()
    assert not program.window.frame.isVisible()


def test_files_are_dropped_on_the_window(make, tmp_path):
    from app.model import scene_file

    program = make()
    path = tmp_path / "dropped.json"
    scene_file.save(replace(program.store.scene, alpha=-0.5), path)
    program.window.frame.dropped.emit([str(path)])
    until(program, lambda: program.store.scene.alpha == -0.5)
    (tmp_path / "no.npz").write_bytes(b"nothing")
    before = program.store.scene
    program.window.frame.dropped.emit([str(tmp_path / "no.npz")])
    until(program, lambda: "Cannot show the heads of this file" in message(program))
    assert program.store.scene == before


def test_a_scene_that_is_opened_replaces_the_head_that_is_read(make):
    from app.model import scene_file

    program = make()
    program.show_heads(next((ROOT / "assets/heads").glob("bank.npz")))
    assert program.controller.editor.is_waiting
    program.controller.commands["example:octant"]()
    until(program, lambda: program.runner.pending() == 0)
    live(program)
    assert program.store.scene == scene_file.load("octant")
    assert not program.controller.editor.is_waiting


def test_a_scene_is_read_by_the_worker_and_what_is_changed_meanwhile_is_not_lost(make, monkeypatch):
    import threading

    from app.jobs import scene_reading
    from app.model import scene_file

    program, threads, load = make(), [], scene_reading.first_scene.load

    def noted(source: str):
        threads.append(threading.current_thread().name)
        return load(source)

    monkeypatch.setattr(scene_reading.first_scene, "load", noted)
    program.controller.commands["example:octant"]()
    edit(program, 0.3)
    until(program, lambda: bool(questions(program)))
    assert questions(program) == ["Save the changes?"]
    assert program.store.scene.alpha == 0.3 and threads == ["engine"]
    answer(program, "Discard")
    assert program.store.scene == scene_file.load("octant")
    assert not program.documents.is_unsaved
    program.controller.commands["example:lens"]()
    program.controller.commands["example:qubit"]()
    until(program, lambda: program.runner.pending() == 0)
    live(program)
    assert program.store.scene == scene_file.load("qubit"), "the one asked for last"


@pytest.mark.parametrize("as_file", [False, True])
def test_before_a_lesson_the_question_is_of_undo_which_brings_the_changes_back(make, as_file):
    from PySide6.QtWidgets import QMessageBox

    from app.parts.lessons import LessonPart

    program = make()
    edit(program, 0.3)
    part = program.controller.part(LessonPart)
    if as_file:
        program.documents.open(ROOT / "assets/lessons/straight-line/lesson.md")
    else:
        program.lessons.open("straight-line")
    until(program, lambda: bool(questions(program)))
    (box,) = program.window.frame.findChildren(QMessageBox)
    assert "only Undo brings back the changes" in box.informativeText()
    assert "lost" not in box.informativeText()
    answer(program, "Do not save")
    assert part.lesson is not None and program.store.scene.alpha == 0.0
    assert not program.documents.is_unsaved
    program.controller.commands["undo"]()
    assert program.store.scene.alpha == 0.3 and program.documents.is_unsaved


def test_undo_out_of_a_lesson_brings_back_the_document_and_redo_the_lesson(
    make, tmp_path, monkeypatch
):
    """The next lesson asks about what was not saved, and *Save* writes the scene to its own file."""
    from app.model import scene_file
    from app.parts.lessons import LessonPart

    program = make()
    file, command = tmp_path / "own.json", program.controller.commands
    monkeypatch.setattr(program.window, "ask_save", lambda *_: str(file))
    program.documents.save_as()
    edit(program, 0.3)
    part = program.controller.part(LessonPart)
    own = program.documents.document
    program.lessons.open("straight-line")
    until(program, lambda: bool(questions(program)))
    answer(program, "Do not save")
    command["lesson_next"]()
    edit(program, 0.2)
    for _ in range(2):  # what was changed within the lesson, and its second step
        assert part.lesson is not None and program.documents.document.path is None
        command["undo"]()
    assert part.at == 0 and not program.documents.is_unsaved
    command["undo"]()
    assert part.lesson is None and program.documents.document is own
    assert "own.json" in program.window.frame.windowTitle()
    program.lessons.open("straight-line")
    until(program, lambda: bool(questions(program)))
    answer(program, "Cancel")
    command["save"]()
    assert scene_file.load(file).alpha == 0.3 and not program.documents.is_unsaved
    command["redo"]()
    assert part.lesson is not None and program.documents.document.path is None
    assert not program.documents.is_unsaved
    command["undo"]()
    assert program.documents.document.path == file and not program.documents.is_unsaved


def test_a_question_comes_only_once_a_file_that_replaces_the_scene_is_chosen(
    make, tmp_path, monkeypatch
):
    from PIL import Image

    program = make()
    edit(program, 0.3)
    photograph, scene, table = (tmp_path / name for name in ("p.png", "s.json", "t.csv"))
    Image.new("RGB", (8, 8)).save(photograph)
    table.write_text("x\n1\n2\n3\n", "utf-8")
    chosen: list[Path | None] = [None, photograph, table, scene]
    monkeypatch.setattr(
        program.window, "ask_open", lambda *_: (path := chosen.pop(0)) and str(path)
    )
    for asked in ([], [], [], ["Save the changes?"]):
        program.controller.commands["open"]()
        assert questions(program) == asked
    answer(program, "Cancel")
    assert program.store.scene.alpha == 0.3


# --- looks -----------------------------------------------------------------------------------
def test_the_theme_changes_live_everywhere(make):
    from app.views.interface.theme import DARK, LIGHT

    program = make()
    until(program, lambda: program.window.panels["Distributions"].panel)
    for theme in (LIGHT, DARK):
        if program.appearance.theme != theme:
            program.controller.commands["switch_theme"]()
        until(program, lambda: not program.window.stillness.is_on)
        ground = tuple(int(theme.background[i : i + 2], 16) for i in (1, 3, 5))
        assert tuple(program.canvas.image()[2, 2, :3]) == ground
        panel = program.window.panels["Distributions"].panel.plot.backgroundBrush().color()
        assert panel.name() == theme.panel
        assert program.settings.preferences.theme == theme.name


def test_the_layout_is_remembered_and_reset(make, tmp_path):
    program = make()
    dock(program.window, "Measures").hide()
    program.settings.layout = program.window.layout
    other = make()
    assert dock(other.window, "Measures").isHidden()
    other.controller.commands["reset_layout"]()
    assert not dock(other.window, "Measures").isHidden()


def test_every_menu_has_its_place_on_a_low_screen_and_one_lists_all_panels(make):
    from PySide6.QtWidgets import QDockWidget, QMenu

    window = make().window
    menus = [m for m in window.frame.findChildren(QMenu) if m.title()]
    assert max(menu.sizeHint().height() for menu in menus) < 720 - 80
    (panels,) = (menu for menu in menus if menu.title() == "&Panels")
    titles = {dock.objectName() for dock in window.frame.findChildren(QDockWidget)}
    assert {action.text() for action in panels.actions()} == titles > {"Lesson", "Log"}


@pytest.mark.parametrize("way", ["quit", "close"])
def test_a_panel_that_floats_when_the_program_ends_floats_at_the_next_start(make, way):
    from PySide6.QtCore import QTimer

    program = make()
    floating = dock(program.window, "Measures")
    floating.setFloating(True)
    until(program, floating.isVisible)
    if way == "quit":
        QTimer.singleShot(0, program.controller.commands["quit"])
    else:
        QTimer.singleShot(0, program.window.frame.close)
    program.run()
    other = make()
    until(other, lambda: not other.window.stillness.is_on)
    again = dock(other.window, "Measures")
    assert again.isFloating() and again.isVisible() and min(again.size().toTuple()) > 100


def test_preferences_are_taken_at_once_and_kept(make, tmp_path):
    from app.views.qt.dialogs.preferences_dialog import PreferencesDialog

    program = make()
    program.controller.commands["preferences"]()
    dialog = program.window.frame.findChildren(PreferencesDialog)[0]
    choose(dialog, "theme", "light")
    dialog.autosave.click()
    assert program.appearance.theme.name == "light"
    assert not kept(tmp_path).preferences.autosave
    width = program.window.measures_panel.widget.minimumWidth()
    choose(dialog, "size", "120")
    assert program.application.font().pointSize() == 12 and program.canvas.magnified == 1.2
    assert program.window.measures_panel.widget.minimumWidth() == round(1.2 * width)
    assert kept(tmp_path).preferences.size == 120
    choose(dialog, "size", "100")
    assert program.application.font().pointSize() == 10 and program.canvas.magnified == 1.0
    length = measured(program)[0]
    choose(dialog, "digits", "10")
    choose(dialog, "unit", "bits")
    assert len(measured(program)[0]) > len(length)
    until(program, lambda: "bits" in " ".join(measured(program)))
    choose(dialog, "final_steps", "256")
    until(program, lambda: program.controller.answers.path.paths.theta.shape[1] == 257)
    choose(dialog, "engine", "gpu")
    assert kept(tmp_path).preferences.engine == "gpu"
    assert kept(tmp_path).preferences.final_steps == 256
    dialog.close()


def choose(dialog, field: str, value: str) -> None:
    box = dialog.boxes[field]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def measured(program) -> list[str]:
    return [value.text() for _, value in program.window.measures_panel.rows]


def test_a_question_goes_with_its_window(make):
    program = make()
    program.window.ask("A question", "Is anybody there?", [("Yes", lambda: None)])
    live(program)
    assert program.application.activeModalWidget() is not None
    program.close()
    assert program.application.activeModalWidget() is None


# --- commands --------------------------------------------------------------------------------
def test_every_command_of_the_table_does_something(make):
    from app.controller.command_table import COMMANDS

    program = make()
    assert {command.name for command in COMMANDS} == set(program.controller.commands)
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)
    for command in COMMANDS:
        if command.icon:
            assert not program.window.actions[command.name].icon().isNull(), command.name


def test_the_palette_finds_commands_families_and_layers(make):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.views.qt.dialogs.palette import Palette

    program = make()
    for typed, reached in (
        ("family beta", lambda: program.store.scene.family == "beta"),
        ("undo", lambda: program.store.scene.family == "gaussian"),
        ("lyr grid", lambda: not program.store.scene.layers.grid),
    ):
        program.controller.commands["palette"]()
        palette = program.window.frame.findChildren(Palette)[-1]
        QTest.keyClicks(palette.line, typed)
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
        until(program, reached)
        program.application.sendPostedEvents(None, 52)
        assert not program.window.frame.findChildren(Palette), "it is gone once something is chosen"


def test_the_palette_finds_commands_by_other_words():
    from app.controller.command_table import COMMANDS
    from app.controller.command_words import WORDS
    from app.views.qt.dialogs.palette import words_of
    from app.views.text.matching import ranked

    assert set(WORDS) <= {command.name for command in COMMANDS}
    entries = [words_of(c) for c in COMMANDS], [f"{c.also} {c.hint}" for c in COMMANDS]
    for typed, name in (
        ("theme", "switch_theme"), ("settings", "preferences"), ("video", "export_film"),
        ("screen reader", "describe"), ("aspect ratio", "equal_axes"), ("exit", "quit"),
        ("screenshot", "copy_picture"), ("hotkeys", "shortcuts"), ("lecture", "present"),
        ("gallery", "examples"), ("gaussian", "example:gaussian"),
    ):  # fmt: skip
        assert COMMANDS[ranked(typed, *entries)[0]].name == name, typed


def test_the_palette_says_so_if_nothing_matches(make):
    from app.views.qt.dialogs.palette import Palette

    program = make()
    program.controller.commands["palette"]()
    palette = program.window.frame.findChildren(Palette)[-1]
    assert not palette.none.isVisible()
    palette.line.setText("zzqq")
    assert palette.none.isVisible() and "“zzqq”" in palette.none.text()
    palette.line.setText("undo")
    assert not palette.none.isVisible() and palette.list.topLevelItemCount() > 0


def test_menus_begin_with_what_everybody_looks_for():
    from app.controller.command_table import COMMANDS

    menus: dict[str, list[str]] = {}
    for command in COMMANDS:
        if command.listed:
            menus.setdefault(command.menu, []).append(command.name)
    assert menus["File"][:2] == ["new", "open"] and menus["File"][-1] == "quit"
    assert menus["Edit"][:2] == ["undo", "redo"] and menus["Edit"][-1] == "preferences"
    assert menus["View"][:2] == ["reset_view", "fit_curve"]


def test_what_is_typed_is_ranked_by_words():
    from app.views.text.matching import ranked, score

    words = ("Reset view", "Export figure", "Save as", "Save")
    assert ranked("", words) == [0, 1, 2, 3]
    assert ranked("sa", words)[0] == 3
    assert ranked("ef", words) == [1]
    assert ranked("rv", words) == [0]
    assert score("zz", "Save") is None
    words = ("Family: Mixtures of two normals, by their means", "View: Dark or light", "New")
    hints = ("", "Switch between the dark and the light theme", "")
    assert ranked("theme", words, hints) == [1, 0], "a word of the hint before scattered letters"
    assert ranked("dark light", words, hints)[0] == 1
    assert ranked("famil", words, hints)[0] == 0


def test_a_right_click_puts_a_pin_there(make):
    from app.desktop.context_menu import entries

    program = make()
    left, top, right, bottom = program.canvas.frame.box
    pixel = ((left + right) / 2 + 30, (top + bottom) / 2)
    acts = dict(entry for entry in entries(program.canvas, program.controller, pixel) if entry)
    acts["Put B here"]()
    at = program.canvas.frame.to_pixels(program.canvas.movable()["B"])
    assert tuple(at) == pytest.approx(pixel, abs=1)
    acts["Centre here"]()
    at = program.canvas.frame.to_pixels(program.canvas.movable()["B"])
    assert tuple(at) == pytest.approx(((left + right) / 2, (top + bottom) / 2), abs=2)
    # at the colour bar it chooses the limits of the colours, and the present rule is marked
    beside = (program.canvas.frame.box[2] + 22.0, pixel[1])
    acts = dict(entry for entry in entries(program.canvas, program.controller, beside) if entry)
    (rule,) = (words for words in acts if "middle 90 %" in words)
    assert "✓" not in rule
    acts[rule]()
    assert program.store.scene.limits == "90%"
    assert f"✓{rule[1:]}" in dict(
        entry for entry in entries(program.canvas, program.controller, beside) if entry
    )
    program.controller.commands["undo"]()
    assert program.store.scene.limits is None


def test_the_doctor_answers_from_the_worker(make):
    from app.views.qt.dialogs.sheet import TextPage

    program = make()
    program.controller.commands["doctor"]()
    until(program, lambda: bool(program.window.frame.findChildren(TextPage)))
    page = program.window.frame.findChildren(TextPage)[0]
    assert "NumPy float64" in page.text.toPlainText()
    page.close()


class _Broken(Layer):
    """A layer that cannot be drawn."""

    asked = 0

    def build(self, frame: Frame) -> Sequence[Primitive]:
        self.asked += 1
        raise RuntimeError(f"frame {self.asked}")


def test_a_frame_that_fails_is_reported_once_and_the_window_goes_on(make, capsys, monkeypatch):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    program = make()
    program.unhandled.begin()
    broken = _Broken(program.canvas.theme)
    program.canvas.add(broken)
    bar = program.window.frame.statusBar()
    until(program, lambda: bar.currentMessage() == "⚠ internal error: RuntimeError: frame 1")
    bar.clearMessage()
    for note in ("one", "two", "three"):
        asked = broken.asked
        program.canvas.set_note(note)
        until(program, lambda asked=asked: broken.asked > asked)
    before = program.store.scene.start
    program.canvas.native.setFocus()
    QTest.keyClick(program.canvas.native, "a")
    QTest.keyClick(program.canvas.native, Qt.Key.Key_Right)
    until(program, lambda: program.store.scene.start != before)
    settle(program)
    assert bar.currentMessage() == ""
    assert capsys.readouterr().err.count("RuntimeError: frame") == 1


def test_a_panel_from_the_menu_comes_before_the_others(make):
    from PySide6.QtWidgets import QTabBar

    program = make()
    until(program, lambda: program.window.is_furnished)
    for title in ("Topology", "Heads", "Rows"):
        panel = dock(program.window, title)
        panel.toggleViewAction().trigger()
        until(program, lambda panel=panel: not panel.visibleRegion().isEmpty())
        assert panel.isVisible() and panel.toggleViewAction().isChecked()
    # names of tabs are whole, however many panels share a place
    bars = program.window.frame.findChildren(QTabBar)
    assert each(tabs.usesScrollButtons() for tabs in bars)
    assert each(
        tabs.tabRect(i).width() > tabs.fontMetrics().horizontalAdvance(tabs.tabText(i))
        for tabs in bars
        for i in range(tabs.count())
    )


def test_a_right_click_leaves_nothing_in_the_hand(make):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from app.desktop.context_menu import entries

    program = make()
    canvas, view = program.canvas, program.store.scene.view
    left, top, right, bottom = canvas.frame.box
    at = (0.5 * (left + right), 0.3 * top + 0.7 * bottom)
    place = QPoint(*map(round, at))
    QTest.mousePress(canvas.native, Qt.MouseButton.RightButton, pos=place)
    assert canvas.holds()
    entries(canvas, program.controller, at)  # the menu is open and receives the release
    point(canvas.native, place.x() + 80, place.y() - 40)
    assert program.store.scene.view == view
    assert not canvas.holds()
    # no later test has a button down
    QTest.mouseRelease(canvas.native, Qt.MouseButton.RightButton, pos=place)

"""Data in the window: opened from the menu, drawn, undone."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import panel_titles
from app.model.scene_file import from_text, to_text
from tests.windows import edit, end, kept, settle, until

pytestmark = pytest.mark.window


@pytest.fixture
def program(tmp_path):
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.model import scene_file

    QApplication.instance() or QApplication(["test"])
    made = Program(scene_file.load("gaussian"), "reference", kept(tmp_path))
    made.window.frame.resize(1100, 700)
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def opened(program, path) -> None:
    program.window.ask_open = lambda title, pattern: str(path)
    program.window.actions["open_data"].trigger()


def test_samples_are_fitted_drawn_in_view_and_undone(program, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,y\n100,1\n140,2\n")
    opened(program, path)
    until(program, lambda: bool(program.store.scene.points))
    scene = program.store.scene
    assert [point.label for point in scene.points] == ["x", "y"]
    np.testing.assert_allclose(scene.points[0].theta, [120.0, 20.0], rtol=1e-9)
    assert scene.view.x0 < 0 < 120 < scene.view.x1
    edit(program, "layers.points_mean", True)
    edit(program, "layers.regions", True)
    settle(program)
    shown = {answer.job.layer() for answer in program.controller.answers.studies}
    assert shown == {"points_mean", "regions"}
    program.window.actions["clear_data"].trigger()
    assert program.store.scene.points == ()
    program.window.actions["undo"].trigger()
    assert len(program.store.scene.points) == 2


def test_the_kind_of_mean_is_chosen_in_the_panel_and_kept_in_the_scene(program, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("mu,sigma,label\n-1,1,a\n1,1,b\n")
    opened(program, path)
    until(program, lambda: bool(program.store.scene.points))
    panel = program.window.panels[panel_titles.DATA].panel
    until(program, lambda: panel.kind.count() == 5)
    panel.mean.click()
    panel.kind.setCurrentIndex(panel.kind.findData("m"))
    panel.kind.activated.emit(panel.kind.currentIndex())
    settle(program)
    scene = program.store.scene
    assert scene.data.mean == "m" and scene.layers.points_mean
    (answer,) = program.controller.answers.studies
    np.testing.assert_allclose(answer.curves["mean"][0], [0.0, np.sqrt(2.0)], atol=1e-9)
    assert from_text(to_text(scene, tmp_path), "a", tmp_path).data.mean == "m"
    program.window.actions["undo"].trigger()
    assert program.store.scene.data.mean == "frechet"
    assert panel.kind.currentData() == "frechet"


def test_a_table_that_is_dropped_on_the_window_is_read(program, tmp_path):
    path = tmp_path / "data.tsv"
    path.write_text("mu\tsigma\tlabel\n0,5\t2\there\n")
    edit(program, "alpha", 0.5)
    program.documents.dropped([str(path)])  # asks nothing: no work is lost
    until(program, lambda: bool(program.store.scene.points))
    (point,) = program.store.scene.points
    assert (point.theta, point.label, point.n) == ((0.5, 2.0), "here", 0.0)


def test_a_table_that_is_none_is_told_in_one_line(program, tmp_path):
    told: list[tuple[str, str]] = []
    program.window.tell = lambda title, text: told.append((title, text))
    path = tmp_path / "data.csv"
    path.write_text("x\nabc\n")
    opened(program, path)
    until(program, lambda: bool(told))
    ((title, text),) = told
    assert title == "These data cannot be shown"
    assert "must have a column of numbers" in text
    assert program.store.scene.points == ()
    assert "must have a column of numbers" in program.window.status_words.text()


TABLE = "w,x,k\n" + "".join(f"{w},{x},{i % 3}\n" for w in "ab" for i, x in enumerate((1, 2, 4, 9)))


@pytest.fixture
def panel(program, tmp_path):
    (tmp_path / "data.csv").write_text(TABLE)
    program.documents.dropped([str(tmp_path / "data.csv")])
    until(program, lambda: bool(program.store.scene.points))
    settle(program)
    return program.window.panels["Data"].panel


def cells(panel):
    table = panel.table
    rows = [table.topLevelItem(i) for i in range(table.topLevelItemCount())]
    return [[row.text(k) for k in range(table.columnCount())] for row in rows]


def test_the_panel_shows_the_fits_and_fits_other_columns_as_one_step(program, panel):
    assert [[*row[:2], row[6]] for row in cells(panel)] == [["x", "8", "0"], ["k", "8", "0"]]
    assert cells(panel)[0][2:4] == ["4", "3.08221"]  # mean and √(mean of squares − 16)
    panel.layouts.setCurrentIndex(panel.layouts.findData("groups"))
    panel.layouts.activated.emit(panel.layouts.currentIndex())
    until(program, lambda: program.store.scene.data.layout == "groups")
    assert [point.label for point in program.store.scene.points] == ["a", "b"]
    panel.weights.setCurrentIndex(panel.weights.findData("k"))
    panel.weights.activated.emit(panel.weights.currentIndex())
    until(program, lambda: program.store.scene.data.weights == "k")
    assert {point.n for point in program.store.scene.points} == {3.0}
    settle(program)
    assert cells(panel)[0][1] == "3"
    program.window.actions["undo"].trigger()
    assert {point.n for point in program.store.scene.points} == {4.0}
    settle(program)
    assert cells(panel)[0][1] == "4"


def test_a_row_and_its_point_are_selected_together(program, panel):
    from app.views.interface.data import DataPointChosen

    panel.table.setCurrentItem(panel.table.topLevelItem(0))
    until(program, lambda: panel.plots.isVisibleTo(panel.widget))
    assert "KS = 0.2" in panel.story.text() and "not exact" in panel.story.text()
    program.controller.on_event(DataPointChosen(1))
    settle(program)
    assert panel.table.currentItem().text(0) == "k"
    program.window.actions["pin_a_on_data"].trigger()
    assert program.store.scene.start.theta == program.store.scene.points[1].theta


def test_sliders_and_switches_of_the_regions_are_steps_of_undo(program, panel):
    panel.regions.setChecked(True)
    panel.times.setValue(200)
    settle(program)
    (answer,) = program.controller.answers.studies
    assert program.store.scene.data.times == 1000.0 and answer.job.data.times == 1000.0
    assert panel.times_words.text() == "as if 1000 n"
    assert "at 95 %, as if 1000 n" in answer.measures[0].value
    program.window.actions["undo"].trigger()
    assert program.store.scene.data.times == 1.0 and program.store.scene.layers.regions


def test_a_scene_without_its_file_keeps_its_points_and_says_so(program, panel, tmp_path):
    from app.model import scene_file

    scene_file.save(program.store.scene, tmp_path / "scene.json")
    (tmp_path / "data.csv").unlink()
    program.window.actions["clear_data"].trigger()
    program.store.replace(scene_file.load(tmp_path / "scene.json"))
    until(program, lambda: "open the file again" in panel.warning.text())
    assert [row[0] for row in cells(panel)] == ["x", "k"]
    panel.table.setCurrentItem(panel.table.topLevelItem(0))
    until(program, lambda: "open the file again" in panel.story.text())


def test_the_wheel_over_a_choice_scrolls_the_panel(program, panel):
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    before = program.store.scene
    for control in (panel.layouts, panel.times):
        here, none = QPointF(5, 5), Qt.MouseButton.NoButton
        turn = QWheelEvent(
            here, control.mapToGlobal(here), QPoint(), QPoint(0, -120), none,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(control, turn)
    settle(program)
    assert program.store.scene == before


def test_the_fits_are_copied_and_written_as_a_table_with_all_digits(program, panel, tmp_path):
    from PySide6.QtWidgets import QApplication

    from compute.samples import table

    program.window.ask_save = lambda title, pattern, name="": str(tmp_path / "fits.csv")
    program.window.actions["export_fits"].trigger()
    text = (tmp_path / "fits.csv").read_text("utf-8")
    found = table.read(tmp_path / "fits.csv")
    theta = [point.theta for point in program.store.scene.points]
    np.testing.assert_array_equal(found.numbers("μ"), [a for a, _ in theta])
    np.testing.assert_array_equal(found.numbers("σ"), [b for _, b in theta])
    assert found.words("status") == ["OK", "OK"] and found.words("label") == ["x", "k"]
    next(b for b in panel.actions.children() if getattr(b, "text", str)() == "Copy").click()
    assert QApplication.clipboard().text() == text

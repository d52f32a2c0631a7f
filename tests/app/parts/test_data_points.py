"""Data in the window: opened from the menu, drawn, undone."""

from __future__ import annotations

import numpy as np
import pytest

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

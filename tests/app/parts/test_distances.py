"""The panel Distances: matrix, clusters, map and tests of the points of data, with mouse and keys."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from app.jobs.distances import ClusterTask, MatrixAnswer, MatrixProgress, MatrixTask, NoDistances
from app.jobs.matrix_table import WriteMatrixTask, matrix_csv
from app.jobs.session import Session
from app.model.data_points import DataPoint
from app.model.scene import Pin
from app.presenters import distances as shown
from app.views.interface.data import DataPointChosen
from app.views.interface.distances import (
    K_MEANS,
    K_MEDOIDS,
    DistancesChosen,
    PairPointedOut,
    PointPointedOut,
)
from compute import open_engine
from compute.core.interrupt import Interrupted, interruptible
from compute.core.status import Status
from compute.statistics.distance_matrix import Distances
from tests.windows import dock, end, kept, settle, until

THETA = ((0.0, 1.0), (0.1, 1.1), (0.2, 0.9), (3.0, 2.0), (3.2, 2.1), (3.1, 1.8))
POINTS = tuple(DataPoint(theta, name, 20.0) for theta, name in zip(THETA, "abcdef", strict=True))
REFERENCE = open_engine("reference")


def emitted(job) -> list[object]:
    said: list[object] = []
    job.perform(REFERENCE, said.append, lambda: False)
    return said


def matrix(family: str = "gaussian", kind: str = "fisher_rao", points=THETA) -> MatrixAnswer:
    return emitted(MatrixTask(family, points, kind))[-1]


def of(points, chosen: DistancesChosen, found: MatrixAnswer, pair=None, point=-1):
    groups = tuple(p.group for p in points)
    (answer,) = emitted(ClusterTask(found, chosen, groups))
    return shown.state(points, found, answer, point, pair)


# --- jobs and words ------------------------------------------------------------------------------
def test_an_interrupted_matrix_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr("app.jobs.distances.GEODESICS", 4)
    task, session, said = MatrixTask("gaussian", THETA, "fisher_rao"), Session(), []
    with pytest.raises(Interrupted), interruptible(lambda: len(said) == 2):
        task.perform_in(session, REFERENCE, said.append, lambda: False)
    assert [(m.done, m.total) for m in said] == [(4, 15), (8, 15)]
    task.perform_in(session, REFERENCE, said.append, lambda: False)
    assert [m.done for m in said if isinstance(m, MatrixProgress)] == [4, 8, 12, 15]
    np.testing.assert_allclose(said[-1].found.values, matrix().found.values, atol=1e-12)


@pytest.mark.parametrize("method", ["tree", K_MEANS, K_MEDOIDS])
def test_two_clusters_are_found_and_described(method):
    state = of(POINTS, DistancesChosen(method=method, k=2), matrix())
    assert (state.groups[:3] == state.groups[0]).all() and state.groups[0] != state.groups[5]
    assert "2 clusters of 3, 3 points" in state.said
    assert "Mean silhouette 0." in state.said and "2: 0." in state.said
    ordered = state.groups[state.order]
    assert (np.diff(ordered) != 0).sum() == 1
    assert "6 points, 15 pairs" in state.words


def test_the_forks_of_a_dendrogram_meet_at_its_heights():
    state = of(POINTS, DistancesChosen(k=2), matrix())
    assert state.forks.shape == (5, 4, 2)
    assert (state.forks[:, 1, 1] == state.forks[:, 2, 1]).all()
    assert (state.forks[..., 1].max(axis=1) > state.cut).tolist() == [False] * 4 + [True]
    assert state.fork_groups.tolist().count(-1) == 1
    # the top joins two forks at the middle of their bars
    top = state.forks[-1]
    assert top[0, 0] < top[3, 0]
    assert (top[0, 1], top[3, 1]) < (state.cut, state.cut)


def test_an_unknown_distance_is_named_and_its_point_is_in_no_cluster():
    found = matrix()
    values, status = found.found.values.copy(), found.found.status.copy()
    values[0, 3] = values[3, 0] = values[0, 4] = values[4, 0] = np.nan
    status[0, 3] = status[3, 0] = status[0, 4] = status[4, 0] = Status.NOT_CONVERGED
    bad = replace(found, found=Distances(values, status))
    state = of(POINTS, DistancesChosen(k=2), bad, point=0)
    assert "⚠ Unknown: a and d (NOT_CONVERGED); a and e (NOT_CONVERGED)." in state.words
    assert state.groups[0] == -1 and state.order[-1] == 0
    assert "1 points with unknown distances are in no cluster" in state.said
    assert "2 distances are unknown" in state.near


def test_fits_at_a_and_b_are_tested_by_their_divergence():
    state = of(POINTS, DistancesChosen(k=2), matrix(), pair=(0, 3))
    # two normals of 20 observations each: the m-mean has μ = 1.5, σ² = ½(1 + 0 + 4 + 9) − 1.5²
    statistic = 20 * np.log(4.75) * 2 - 20 * np.log(1.0) - 20 * np.log(4.0)
    assert f"Equality of a and d: 2n KL = {statistic:.4g}" in state.tested
    given = tuple(replace(p, n=0.0) for p in POINTS)
    assert of(given, DistancesChosen(k=2), matrix(), pair=(0, 3)).tested == ""


def test_two_groups_are_tested_by_permutations_unless_they_are_the_clusters():
    mixed = tuple(replace(p, group=g) for p, g in zip(POINTS, "xyxyxy", strict=True))
    said = of(mixed, DistancesChosen(k=2), matrix()).tested
    assert "by 20 all permutations" in said and "says nothing" not in said
    same = tuple(replace(p, group=g) for p, g in zip(POINTS, "xxxyyy", strict=True))
    said = of(same, DistancesChosen(k=2), matrix()).tested
    assert "p = 0.1 by" in said and "so a small p says nothing" in said


def test_a_kind_that_a_family_lacks_is_a_reason():
    (said,) = emitted(MatrixTask("von_mises", ((0.0, 1.0), (1.0, 1.0)), "wasserstein"))
    assert isinstance(said, NoDistances) and "has no distance wasserstein" in said.words
    assert [kind.value for kind in shown.nothing(DistancesChosen(), "", "von_mises").kinds] == [
        "fisher_rao", "jeffreys", "hellinger", "bhattacharyya",
    ]  # fmt: skip


def test_a_table_keeps_all_digits_and_leaves_unknown_distances_empty(tmp_path):
    values = np.array([[0.0, np.nan], [np.nan, 1 / 3]])
    rows = list(csv.reader(matrix_csv(["a,b", "c"], values).splitlines()))
    assert rows == [["label", "a,b", "c"], ["a,b", "0.0", ""], ["c", "", repr(1 / 3)]]
    (said,) = emitted(WriteMatrixTask(matrix(), tuple("abcdef"), tmp_path / "d.txt"))
    assert said.words == "⚠ d.txt was not written: the file must end in .csv"
    (said,) = emitted(WriteMatrixTask(matrix(), tuple("abcdef"), tmp_path / "no" / "d.csv"))
    assert said.words.startswith("⚠ d.csv was not written")


# --- in the window -------------------------------------------------------------------------------
@pytest.fixture
def program(tmp_path):
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.model import scene_file

    QApplication.instance() or QApplication(["test"])
    scene = replace(scene_file.load("gaussian"), points=POINTS)
    made = Program(scene, "reference", kept(tmp_path))
    made.window.frame.resize(1280, 720)
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def raised(program):
    """Show the panel, and return it once it shows the matrix."""
    from app.views.qt.widgets.distance_matrix import DistanceMatrix

    program.window.actions["show_distances"].trigger()
    window = dock(program.window, "Distances")
    until(program, lambda: bool(window.findChildren(DistanceMatrix)))
    (found,) = window.findChildren(DistanceMatrix)
    until(program, lambda: found.isVisible() and found.height() > 100)
    settle(program)
    return found


@pytest.mark.window
@pytest.mark.parametrize(("height", "beside"), [(140, True), (200, True), (700, False)])
def test_a_panel_of_any_height_has_room_for_the_matrix_and_its_bar(program, height, beside):
    found = raised(program)
    found.setFixedWidth(310)
    found.fit_in(height)
    box, bar = found.box(), found.bar()
    assert found.height() <= height and box.width() >= 96
    assert found.rect().contains(box) and found.rect().contains(bar) and not bar.intersects(box)
    assert (bar.left() > box.right()) is beside


@pytest.mark.window
def test_a_click_and_keys_put_a_and_b_on_a_pair(program):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    found = raised(program)
    box = found.box()
    cell = box.width() / 6
    at = QPoint(round(box.left() + 4.5 * cell), round(box.top() + 0.5 * cell))
    row, column = found.place_at(at)
    assert (row, column) == (0, 4)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=at)
    settle(program)
    scene = program.store.scene
    first = (scene.start.theta, scene.end.theta)
    assert {*first} < {*THETA} and first[0] != first[1]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(found, key)
    settle(program)
    moved = (program.store.scene.start.theta, program.store.scene.end.theta)
    assert {*moved} < {*THETA} and moved[0] != first[0] and moved[1] != first[1]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(found, key)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):  # the diagonal
        QTest.keyClick(found, key)
    assert (program.store.scene.start.theta, program.store.scene.end.theta) == moved
    program.window.actions["undo"].trigger()
    assert program.store.scene.start == Pin(first[0])


@pytest.mark.window
def test_clusters_colour_the_points_and_are_undone(program):
    raised(program)
    program.controller.on_event(DistancesChosen(k=2, colours=True))
    until(program, lambda: bool(program.store.scene.points[0].group))
    settle(program)
    groups = [point.group for point in program.store.scene.points]
    assert groups[:3] == [groups[0]] * 3 and {*groups} == {"1", "2"}
    program.controller.on_event(DistancesChosen(k=3, colours=True))
    until(program, lambda: program.store.scene.points[0].group and
          len({p.group for p in program.store.scene.points}) == 3)  # fmt: skip
    settle(program)
    program.window.actions["undo"].trigger()
    assert program.store.scene.points == POINTS


@pytest.mark.window
def test_the_mean_on_the_canvas_is_chosen_here_and_follows_the_panel_data(program):
    from PySide6.QtWidgets import QComboBox

    from app.views.interface.events import SceneEdited

    raised(program)
    boxes = dock(program.window, "Distances").findChildren(QComboBox)
    (mean,) = [box for box in boxes if box.accessibleName() == "Mean on the canvas"]
    assert mean.currentData() == ""
    for kind, shows in (("median", True), ("frechet", True), ("", False)):
        mean.setCurrentIndex(mean.findData(kind))
        mean.activated.emit(mean.currentIndex())
        settle(program)
        scene = program.store.scene
        assert scene.layers.points_mean == shows
        assert scene.data.mean == (kind or "frechet")
        assert mean.currentData() == kind
    program.controller.on_event(SceneEdited((("layers.points_mean", True), ("data.mean", "m"))))
    settle(program)
    assert mean.currentData() == "m"


def exported(program):
    """Fill in the form of the export; the last one."""
    from PySide6.QtWidgets import QDialogButtonBox

    from app.views.qt.dialogs.export_dialog import ExportDialog

    program.window.actions["export_distances"].trigger()
    dialogs = program.window.frame.findChildren(ExportDialog)
    (dialog,) = [each for each in dialogs if each.isVisible()]
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    return dialog


@pytest.mark.window
def test_neighbours_files_and_missing_points(program, tmp_path):
    from PySide6.QtWidgets import QLabel

    raised(program)
    program.controller.on_event(PointPointedOut(0))
    panel = dock(program.window, "Distances")

    def says(words: str) -> bool:
        return any(words in label.text() for label in panel.findChildren(QLabel))

    assert says("Nearest to a: ")
    program.controller.on_event(PairPointedOut(0, 3))
    settle(program)
    assert says("Equality of a and d")
    target = tmp_path / "distances.csv"
    program.window.ask_save = lambda title, pattern, name="": str(target)
    exported(program)
    until(program, target.exists)
    assert len(target.read_text().splitlines()) == 7
    target = tmp_path / "distances.svg"
    exported(program)
    until(program, target.exists)
    text = target.read_text("utf-8")
    assert "Fisher–Rao distance of 6 points" in text and 'width="170mm"' in text
    program.controller.on_event(DataPointChosen(3))
    assert says("Nearest to d: ")
    program.window.actions["clear_data"].trigger()
    settle(program)
    assert says("there are no two points of data to compare")
    target = tmp_path / "none.svg"
    assert "nothing to export" in exported(program).words.text() and not target.exists()


@pytest.mark.window
def test_two_labels_are_two_groups(program):
    from PySide6.QtWidgets import QLabel

    raised(program)
    named = tuple(replace(p, label=name) for p, name in zip(POINTS, "uvuvuv", strict=True))
    program.store.update(replace(program.store.scene, points=named))
    program.store.settle()
    settle(program)
    panel = dock(program.window, "Distances")
    until(
        program,
        lambda: any(
            "Equality of groups u and v" in label.text() for label in panel.findChildren(QLabel)
        ),
    )


@pytest.mark.window
def test_the_whole_matrix_is_in_sight_on_a_projector_and_larger_where_there_is_room(program):
    found, sides = raised(program), []
    for height in (720, 1000, 720):
        program.window.frame.resize(1280, height)
        settle(program)
        until(program, lambda: found.visibleRegion().boundingRect() == found.rect())
        sides.append(found.box().width())
    assert sides[0] == sides[2] and sides[1] > sides[0] + 40

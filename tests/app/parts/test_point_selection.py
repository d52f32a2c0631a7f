"""Points of data on the canvas by mouse and keyboard: selected, dragged, named, removed, undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.windows import edit, end, kept, live, settle, until
from tests.windows import point as move_pointer

pytestmark = pytest.mark.window
PLACES = {"left": (-0.8, 0.6), "right": (0.8, 0.6), "above": (0.8, 1.6), "fitted": (-0.8, 1.6)}


@pytest.fixture
def program(tmp_path):
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.model import scene_file
    from app.model.data_points import DataPoint

    QApplication.instance() or QApplication(["test"])
    scene = scene_file.load("gaussian")
    points = [DataPoint(place, name) for name, place in PLACES.items()]
    points[3] = replace(points[3], n=40.0)
    layers = replace(scene.layers, points_mean=True, map=False)
    scene = replace(scene, points=tuple(points), layers=layers)
    made = Program(scene, "reference", kept(tmp_path))
    made.window.frame.resize(1100, 700)
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def pixel(program, name: str) -> tuple[int, int]:
    xy = program.controller.subject.chart.forward(np.array(PLACES[name]))
    x, y = program.canvas.frame.to_pixels(xy)
    return round(float(x)), round(float(y))


def press(program, at, modifier: str = "NoModifier") -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    keys = Qt.KeyboardModifier[modifier]
    QTest.mousePress(program.canvas.native, Qt.MouseButton.LeftButton, keys, QPoint(*at))


def release(program, at) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    QTest.mouseRelease(program.canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(*at))


def drag(program, name: str, by: tuple[int, int]) -> None:
    x, y = pixel(program, name)
    press(program, (x, y))
    for share in (0.5, 1.0):
        move_pointer(program.canvas.native, x + share * by[0], y + share * by[1], pressed=True)
    release(program, (x + by[0], y + by[1]))


def key(program, name: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(program.canvas.native, Qt.Key[f"Key_{name}"])


def thetas(program) -> dict[str, tuple[float, float]]:
    return {point.label: point.theta for point in program.store.scene.points}


def mean_shown(program) -> np.ndarray:
    (answer,) = (a for a in program.controller.answers.studies if a.job.layer() == "points_mean")
    assert "mean_core" in answer.curves
    return answer.curves["mean"][0]


def test_a_given_point_is_dragged_with_the_mean_and_undone(program):
    before = mean_shown(program)
    drag(program, "right", (60, -40))
    moved = thetas(program)["right"]
    assert moved[0] > 0.8 and moved[1] > 0.6
    until(program, lambda: bool((mean_shown(program) != before).any()))
    settle(program)
    assert mean_shown(program)[0] > before[0]
    assert thetas(program)["left"] == PLACES["left"]
    program.window.actions["undo"].trigger()
    assert thetas(program) == PLACES


def test_a_click_selects_and_changes_nothing(program):
    scene = program.store.scene
    drag(program, "left", (0, 0))
    assert program.canvas.chosen_points == (0,)
    assert program.store.scene is scene


def test_a_fitted_point_stays_and_says_why_until_it_is_freed(program):
    drag(program, "fitted", (50, 0))
    assert thetas(program) == PLACES
    assert "maximum-likelihood point of 40 observations" in program.window.status_words.text()
    program.canvas.free_points(3)
    assert program.store.scene.points[3].n == 0
    drag(program, "fitted", (50, 0))
    assert thetas(program)["fitted"][0] > PLACES["fitted"][0]


def test_a_rectangle_selects_and_delete_removes_all_of_it(program):
    (x0, y0), (x1, y1) = pixel(program, "above"), pixel(program, "right")
    press(program, (x0 - 40, y0 - 40), "ControlModifier")
    move_pointer(program.canvas.native, x1 + 40, y1 + 40, pressed=True)
    release(program, (x1 + 40, y1 + 40))
    assert sorted(program.canvas.chosen_points) == [1, 2]
    press(program, pixel(program, "left"), "ControlModifier")
    release(program, pixel(program, "left"))
    assert sorted(program.canvas.chosen_points) == [0, 1, 2]
    drag(program, "right", (0, 0))  # one of them is taken hold of, and all stay selected
    key(program, "Delete")
    assert set(thetas(program)) == {"fitted"}
    assert program.canvas.chosen_points == ()
    program.window.actions["undo"].trigger()
    assert thetas(program) == PLACES


def test_keys_go_through_points_and_move_the_one_at_hand(program):
    program.canvas.native.setFocus()
    key(program, "PageDown")
    key(program, "PageDown")
    assert program.canvas.chosen_points == (1,)
    assert program.canvas.held_by_keys() == "Point right"
    key(program, "Up")
    live()
    assert thetas(program)["right"][1] > PLACES["right"][1]
    key(program, "Escape")
    assert program.canvas.chosen_points == ()


def test_a_point_is_named(program):
    program.canvas.ask = lambda place, text, then: then(f" {text}  hand ")
    program.canvas.name_point(0)
    assert program.store.scene.points[0].label == "left hand"


def test_the_menu_puts_pins_on_a_point_and_lets_it_go(program):
    from app.desktop.context_menu import entries

    offered = dict(
        each for each in entries(program.canvas, program.controller, pixel(program, "fitted"))
        if each is not None
    )  # fmt: skip
    offered["Put A on “fitted”"]()
    assert program.store.scene.start.theta == PLACES["fitted"]
    offered["Let “fitted” move, without its sample"]()
    assert program.store.scene.points[3].n == 0
    offered["Remove “fitted”"]()
    assert "fitted" not in thetas(program)


def test_the_pointer_over_a_point_says_its_label_and_number(program):
    said: list[str] = []
    program.window.set_coordinates = said.append
    move_pointer(program.canvas.native, *pixel(program, "fitted"))
    live()
    assert "fitted" in said[-1]
    assert "n = 40" in said[-1]
    move_pointer(program.canvas.native, *pixel(program, "left"))
    live()
    assert "left" in said[-1]
    assert "n =" not in said[-1]


def test_many_points_follow_to_first_order_and_are_certified_on_release(program):
    from app.model.data_points import DataPoint

    die = np.random.default_rng(2)
    places = [(float(a), float(b)) for a, b in die.uniform((-1, 1.2), (1, 1.8), (60, 2))]
    points = (DataPoint(PLACES["left"], "left"), *(DataPoint(place) for place in places))
    edit(program, "points", points)
    settle(program)
    before, seen = mean_shown(program), []
    shown = program.controller.answers.take_study
    program.controller.answers.take_study = lambda answer: (seen.append(answer), shown(answer))
    x, y = pixel(program, "left")
    press(program, (x, y))
    move_pointer(program.canvas.native, x + 30, y, pressed=True)
    move_pointer(program.canvas.native, x + 80, y - 30, pressed=True)
    until(program, lambda: len(seen) > 0)
    values = {measure.name: measure.value for measure in seen[0].measures}
    assert values["Fréchet mean"].startswith("≈")
    assert values["Mean logarithm"] == "on release"
    assert len(seen[0].curves["spokes"]) < 2 * 33
    release(program, (x + 80, y - 30))
    settle(program)
    values = {measure.name: measure.value for measure in seen[-1].measures}
    assert float(values["Mean logarithm"]) < 1e-9
    assert (mean_shown(program) != before).any()

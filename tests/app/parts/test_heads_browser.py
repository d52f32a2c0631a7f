"""The browser of heads in the window: computed when seen, a click moves the scene."""

from __future__ import annotations

import numpy as np
import pytest

from app.parts import heads_browser
from app.parts.heads_browser import BrowseAnswer, BrowseTask
from app.views.interface.heads import HeadsState
from tests.windows import end, settle, until

pytestmark = pytest.mark.window


@pytest.fixture
def program():
    from app.main import Program
    from app.model import scene_file

    made = Program(scene_file.load("bank"), "reference")
    made.window.frame.show()
    settle(made)
    yield made
    end(made)


def test_heads_come_when_they_are_looked_for_and_are_chosen(program):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    slot, store = program.window.panels["Heads"], program.store
    assert slot.panel is None
    program.controller.commands["browse_heads"]()
    until(program, lambda: slot.panel is not None and slot.panel.state.words == "72 heads")
    grid = slot.panel.grid
    middle = grid.box(2, 6).center()
    assert grid.place_at(middle) == (2, 6) and grid.place_at(QPoint(2, 2)) is None
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle)
    until(program, lambda: slot.panel.state.current == (2, 6))
    assert "layer=2" in store.scene.family and "head=6" in store.scene.family
    store.undo()
    assert slot.panel.state.current == (4, 9)
    slot.panel.by_number.setChecked(True)
    entropies = [slot.panel.state.cells[p].order["entropy"] for p in grid.places.values()]
    assert entropies == sorted(entropies) and len(entropies) == 72


def test_temperature_and_keys_leave_the_pins_where_they_are(program):
    from app.views.interface.events import SceneEdited

    store = program.store
    start = store.scene.start
    for value in (2.5, 3.0):
        program.controller.on_event(SceneEdited((("family.temperature", value),)))
        until(program, lambda value=value: f"temperature={value}" in store.scene.family)
    assert store.scene.start == start
    program.controller.on_event(SceneEdited((("family.mask", "0,14"),)))
    until(program, lambda: "mask=0,14" in store.scene.family)
    assert store.scene.start == start
    store.undo()
    store.undo()
    assert "temperature" not in store.scene.family, "one slide is one step of undo"


def test_rows_are_emitted_one_by_one_until_cancelled():
    found: list[BrowseAnswer] = []
    task = BrowseTask("attention:trophy")
    task.perform(None, found.append, lambda: len(found) == 2)
    assert [answer.layer for answer in found] == [0, 1]
    assert heads_browser.task("attention:trophy?layer=3&plane=pca&temperature=2") == task
    assert heads_browser.task("gaussian") is None


def test_a_grid_wraps_many_heads():
    from app.views.qt.widgets.head_grid import arranged

    cell = heads_browser.cell("0", 0, found=BLANK)
    state = HeadsState("x", 2, 5, (0, 1), {(0, 0): cell}, (0, 0), "")
    places = arranged(state, 3, "")
    assert places[1, 1] == (0, 4) and places[2, 0] == (1, 0)
    assert arranged(state, 3, "entropy") == {(0, 0): (0, 0)}


BLANK = heads_browser.Glance(0.5, 0.2, np.inf, np.zeros((0, 0)), "no plane")

"""The panel Compare: pictures that are linked, plots, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.model import scene_file
from app.model.scene import Pin, completed
from app.parts.comparison import ComparisonPart
from app.views.interface.comparison_events import (
    ComparisonChosen,
    ComparisonFilesAsked,
    PaneOpened,
    PanePinMoved,
    PanesLaidOut,
)
from app.views.interface.events import PanelShown
from app.views.interface.picture import Bitmap, Words
from app.views.interface.shapes import Disc
from app.views.interface.theme import DARK
from compute import open_engine
from tests.app.parts.beside import Beside, scene_of

ROOM = PanesLaidOut((200, 140), DARK)
ENGINE = open_engine("reference")


class Linked(Beside):
    """Its edits reach the scene, as those of the window do."""

    def hear(self, event):
        before = len(self.asked), len(self.edits)
        self.part.on_event(event)
        store = self.part.context.store
        for changes in self.edits[before[1] :]:
            store.update(completed(replace(store.scene, **changes)))
        if self.edits[before[1] :]:
            self.part.on_scene(store.scene, store.scene)
        for job in self.asked[before[0] :]:
            job.perform(ENGINE, self.part.on_message, lambda: False)
        return self.states[-1]


def shown(tmp_path, chosen, family="attention:bank"):
    made = Linked(ComparisonPart, scene_of(family, tmp_path))
    made.hear(PanelShown("Compare", True))
    made.hear(chosen)
    return made, made.hear(ROOM)


def test_pictures_have_names_lengths_pins_and_one_range_of_colours(tmp_path):
    _, state = shown(tmp_path, ComparisonChosen("head", "0, 9"))
    assert [pane.name for pane in state.panes] == ["head 0", "head 9"]
    assert [pane.words for pane in state.panes] == ["length 1.223", "length 2.867"]
    assert not state.stale and "Colours: Entropy" in state.words
    sizes = []
    for pane in state.panes:
        kinds = {type(item) for item in pane.picture.items}
        assert {Bitmap, Disc, Words} <= kinds
        assert dict(pane.picture.pins).keys() == {"A", "B"}
        assert np.allclose(
            pane.picture.xy((1, 1)), (pane.picture.extent.x0, pane.picture.extent.y1)
        )
        extent = pane.picture.extent
        sizes.append((extent.x1 - extent.x0, extent.y1 - extent.y0))
    np.testing.assert_allclose(sizes[0], sizes[1], rtol=1e-12)


def test_a_pin_that_is_dragged_in_one_picture_moves_in_all(tmp_path):
    made, before = shown(tmp_path, ComparisonChosen("head", "0, 9"))
    at = before.panes[0].picture.xy((60.0, 30.0))
    state = made.hear(PanePinMoved(0, "B", at, True))
    end = made.part.context.store.scene.end
    assert end.token is None
    # the same place among the three queries: the pixel of the other picture is another one
    first, second = (dict(pane.picture.pins)["B"] for pane in state.panes)
    assert first == pytest.approx((60.0, 30.0), abs=0.5) and second != pytest.approx(first, abs=2)
    home = before.panes[1].picture
    again = made.hear(PanePinMoved(1, "B", home.xy(dict(home.pins)["B"]), True))
    assert made.part.context.store.scene.end.token == 8, "it snaps to its token"
    assert again.panes[0].words == before.panes[0].words


def test_pictures_of_an_earlier_place_are_stale(tmp_path):
    made, _ = shown(tmp_path, ComparisonChosen("temperature", "1, 2"))
    store = made.part.context.store
    old = store.scene
    store.update(completed(replace(old, start=Pin((0.5, 0.5)))))
    made.part.on_scene(old, store.scene)
    state = made.states[-1]
    assert state.stale and state.panes[0].picture is not None


def test_a_plot_has_the_status_of_every_point(tmp_path):
    _, state = shown(tmp_path, ComparisonChosen("temperature", "0.05, 1, 2", "length"))
    plot = state.plot
    assert np.isnan(plot.values[0]) and not plot.fine[0] and plot.fine[1:].tolist() == [True, True]
    np.testing.assert_allclose(plot.values[1:], [2.86743, 1.8212], atol=1e-4)
    assert "τ = 0.05: unknown" in state.words


def test_what_cannot_be_compared_is_said(tmp_path):
    made, state = shown(tmp_path, ComparisonChosen("head", "0, 1, 2, 3, 4, 5, 6"))
    assert state.note == "Expected 2 to 6 different heads, got 7" and not state.panes
    state = made.hear(ComparisonChosen("layer", "0, 77"))
    assert state.panes[1].picture is None and "got 77" in state.panes[1].words
    assert not state.panes[1].ok and state.panes[0].ok
    other = Linked(ComparisonPart, scene_file.load("gaussian"))
    assert other.hear(PanelShown("Compare", True)).note.startswith("Only heads")


def test_texts_join_by_file_and_folder_and_a_heading_opens_its_head(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "b.npz").write_bytes(b"no heads")
    (folder / "a.txt").write_text("no heads")
    made, _ = shown(tmp_path, ComparisonChosen("source", ""))
    made.part.context.window.ask_folder = lambda title: str(folder)
    made.part.context.window.ask_open = lambda *_: "trophy"
    state = made.hear(ComparisonFilesAsked(False))
    assert state.chosen.text == "bank; trophy" and state.panes[1].ok
    state = made.hear(ComparisonFilesAsked(True))
    assert [pane.ok for pane in state.panes] == [True, True, False]
    made.part.on_event(PaneOpened(1))
    assert "trophy" in made.edits[-1]["family"]


def opened(program):
    """Open the panel by its command, and return its slot once the pictures are drawn."""
    from tests.windows import settle, until

    program.window.frame.show()
    settle(program)
    program.window.actions["show_comparison"].trigger()
    slot = program.window.panels["Compare"]
    until(program, lambda: slot.panel is not None and slot.panel.state is not None)
    until(program, lambda: len(slot.panel.panes.panes) == 3)
    until(program, lambda: not slot.panel.state.stale)
    return slot


@pytest.mark.window
def test_a_drag_in_the_window_moves_the_scene_and_all_pictures(tmp_path):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QDialogButtonBox

    from app.main import Program
    from app.views.qt.dialogs.export_dialog import ExportDialog
    from tests.windows import end, kept, until

    program = Program(scene_of("attention:bank", tmp_path), "reference", kept(tmp_path))
    try:
        slot = opened(program)
        pane = slot.panel.panes.panes[0]
        x, y = dict(pane.picture.pins)["A"]
        words = [of.words for of in slot.panel.state.panes]
        QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
        QTest.mouseMove(pane, QPoint(round(x) + 20, round(y) - 20))
        QTest.mouseRelease(
            pane, Qt.MouseButton.LeftButton, pos=QPoint(round(x) + 20, round(y) - 20)
        )
        assert program.store.scene.start.token is None
        until(program, lambda: not slot.panel.state.stale)
        after = [of.words for of in slot.panel.state.panes]
        assert [a == b for a, b in zip(words, after, strict=True)] == [False] * 3
        assert not pane.grab().toImage().isNull()
        target = tmp_path / "side.svg"
        program.window.ask_save = lambda title, pattern, name="": str(target)
        program.window.actions["export_comparison"].trigger()
        dialogs = program.window.frame.findChildren(ExportDialog)
        (dialog,) = [each for each in dialogs if each.isVisible()]
        dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
        until(program, target.exists)
        assert 'width="170mm"' in target.read_text("utf-8")
    finally:
        end(program)


@pytest.mark.window
def test_keys_move_the_pins_of_a_picture(tmp_path):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.main import Program
    from tests.windows import end, kept, until

    program = Program(scene_of("attention:bank", tmp_path), "reference", kept(tmp_path))
    try:
        slot = opened(program)
        pane, before = slot.panel.panes.panes[0], program.store.scene.start

        def is_at(x, y):
            at = dict(pane.picture.pins)["B"]
            return not slot.panel.state.stale and at == pytest.approx((x, y), abs=0.6)

        pane.setFocus()
        QTest.keyClick(pane, Qt.Key.Key_Return)
        x, y = dict(pane.picture.pins)["B"]
        for _ in range(6):
            QTest.keyClick(pane, Qt.Key.Key_Right)
        QTest.keyClick(pane, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
        until(program, lambda: is_at(x + 48, y - 1))
        assert program.store.scene.end.token is None and program.store.scene.start == before
        while program.store.scene.end.token is None:
            program.window.actions["undo"].trigger()
        until(program, lambda: is_at(x, y))
        for _ in range(5):
            QTest.keyClick(pane, Qt.Key.Key_Left)
        until(program, lambda: is_at(x - 40, y))
    finally:
        end(program)

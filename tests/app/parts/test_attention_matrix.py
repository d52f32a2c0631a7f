"""The attention matrix in the window: the rows of the head, linked with the pins."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import scene_file
from app.parts.attention_matrix import AttentionMatrixPart, MatrixTask
from app.views.interface.attention_matrix import CellChosen
from app.views.interface.events import PanelShown
from compute.heads.head import load
from tests.app.parts.beside import CAT, Beside, scene_of


def test_rows_are_those_of_the_model_and_hidden_keys_are_not_zeros(tmp_path):
    state = Beside(AttentionMatrixPart, scene_of(CAT, tmp_path)).hear(PanelShown("Matrix", True))
    own = np.asarray(load("cat").attention[3, 5], float)
    assert np.abs(state.rows - own).max() < 2e-3
    assert (state.seen == np.tril(np.ones((33, 33), bool))).all()
    assert state.queries[28] == state.keys[28] == "28 cat" and "the model’s 17" in state.words
    assert state.pins[0] == 32


def test_a_cell_brings_a_pin_and_rows_are_exported(tmp_path):
    made = Beside(AttentionMatrixPart, scene_of(CAT, tmp_path))
    state = made.hear(PanelShown("Matrix", True))
    made.hear(CellChosen(12, "A"))
    made.hear(CellChosen(20, "B"))
    assert made.edits[0] == {"attends": 12} and made.edits[1]["end"].token == 20
    assert made.part.state.rows is state.rows and made.part.state.pins == (32, state.pins[1])


def test_other_families_have_no_matrix_and_long_texts_say_so(tmp_path):
    assert (
        Beside(AttentionMatrixPart, scene_file.load("gaussian"))
        .hear(PanelShown("Matrix", True))
        .note.startswith("Only")
    )
    rng = np.random.default_rng(0)
    path = tmp_path / "long.npz"
    np.savez(path, **{name: rng.normal(size=(1025, 4)) for name in "qkv"})
    with pytest.raises(ValueError, match="more than 1024 tokens"):
        MatrixTask(f"attention:{path}").perform(None, lambda _: None, lambda: False)


@pytest.mark.window
def test_a_click_on_a_row_shows_that_row(tmp_path):
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest

    from app.main import Program
    from tests.windows import end, kept, settle, until

    program = Program(scene_of(CAT, tmp_path), "reference", kept(tmp_path))
    try:
        program.window.frame.show()
        settle(program)
        program.window.raise_panel("Matrix")
        slot = program.window.panels["Matrix"]
        until(program, lambda: slot.panel is not None and slot.panel.image.image is not None)
        plot = slot.panel.plot
        for row, keys, pin in (
            (20, Qt.KeyboardModifier.NoModifier, "start"),
            (9, Qt.KeyboardModifier.ShiftModifier, "end"),
        ):
            settle(program)
            at = plot.mapFromScene(plot.getViewBox().mapViewToScene(QPointF(3, row)))
            QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, keys, at)
            until(program, lambda row=row, pin=pin: getattr(program.store.scene, pin).token == row)
        until(program, lambda: slot.panel.marks["B"].isVisible())
    finally:
        end(program)

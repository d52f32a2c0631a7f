"""The atlas of heads in the window: scores and the map of distances, linked with the manifold."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from app.model import scene_file
from app.parts.head_atlas import HeadAtlasPart
from app.views.interface.events import PanelShown
from app.views.interface.head_atlas import AtlasAsked, AtlasHeadChosen
from compute.heads.head import load
from tests.app.parts.beside import CAT, Beside, scene_of


def test_all_heads_are_scored_mapped_and_written(tmp_path):
    table = str(tmp_path / "heads.csv")
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path), table)
    state = made.hear(PanelShown("Atlas", True))
    best = max(state.heads, key=lambda of: of.values["induction"])
    assert best.name == "17·5" and state.heads[state.current].name == "17·5"
    assert len(state.heads) == 54 and state.map.shape == (54, 2)
    names = [(state.heads[a].name, state.heads[b].name) for a, b, _ in state.pairs]
    assert names[0] == ("18·7", "18·8")
    sinks, other = (
        np.array([state.map[i] for i, of in enumerate(state.heads) if of.name in chosen])
        for chosen in (("18·7", "18·8"), ("16·0",))
    )
    assert np.ptp(sinks, axis=0).max() < 0.2 < np.linalg.norm(other[0] - sinks[0])
    made.hear(AtlasAsked("save"))
    with open(table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 54 and float(rows[32]["induction"]) == best.values["induction"]
    assert made.told == ["heads.csv has the scores of 54 heads"]


def test_other_files_join_and_say_why_they_cannot_be_compared(tmp_path):
    bank, other = load("bank"), str(tmp_path / "other.npz")
    np.savez(other, **{name: np.asarray(getattr(bank, name)[0, :2])[None] for name in "qkv"})
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path), other)
    made.hear(PanelShown("Atlas", True))
    state = made.hear(AtlasAsked("add"))
    assert len(state.heads) == 56 and state.files == (other,)
    assert "not of one model" in state.map_words and state.map.shape == (0, 2)
    made.hear(AtlasHeadChosen(1, 0, 1))
    assert f"attention:{other}" in made.edits[-1]["family"] and "head=1" in made.edits[-1]["family"]
    made.hear(AtlasHeadChosen(0, 4, 8))
    assert made.edits[-1]["family.layer"] == 4
    assert len(made.hear(AtlasAsked("clear")).heads) == 54


def test_other_families_have_no_heads():
    assert (
        Beside(HeadAtlasPart, scene_file.load("gaussian"))
        .hear(PanelShown("Atlas", True))
        .words.startswith("Only")
    )


@pytest.mark.window
def test_a_click_on_a_dot_and_enter_in_the_list_show_heads(tmp_path):
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest

    from app.main import Program
    from tests.windows import end, kept, settle, until

    program = Program(scene_of(CAT, tmp_path), "reference", kept(tmp_path))
    try:
        program.window.frame.show()
        settle(program)
        program.window.enter_panel("Atlas")
        slot = program.window.panels["Atlas"]
        # the keyboard is on the first choice, though no head is scored yet
        until(program, lambda: slot.panel is not None and slot.panel.across.hasFocus())
        until(program, lambda: len(slot.panel.state.map) == 54)
        settle(program)
        for kind in ("first_key", "map"):
            slot.panel.across.setCurrentIndex(slot.panel.across.findData(kind))
            slot.panel.show(slot.panel.state)
            # the first heads and the one on show, as far as no name covers another
            boxes = [item.sceneBoundingRect() for item in slot.panel.names]
            assert 3 <= len(boxes) <= 5 and slot.panel.names[0].toPlainText() == "17·5"
            inside = slot.panel.plot.getViewBox().sceneBoundingRect()
            for i, box in enumerate(boxes):
                assert inside.contains(box) and not any(
                    box.intersects(other) for other in boxes[:i]
                )
        slot.panel.across.setCurrentIndex(slot.panel.across.findData("first_key"))
        slot.panel.show(slot.panel.state)
        plot, state = slot.panel.plot, slot.panel.state
        sink = next(of for of in state.heads if of.name == "18·6")
        at = QPointF(sink.values["first_key"], sink.values["induction"])
        pixel = plot.mapFromScene(plot.getViewBox().mapViewToScene(at))
        QTest.mouseClick(
            plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel
        )
        until(program, lambda: "layer=4" in program.store.scene.family)
        assert "head=6" in program.store.scene.family
        settle(program)
        slot.panel.list.setFocus()
        slot.panel.list.setCurrentRow(0)
        QTest.keyClick(slot.panel.list, Qt.Key.Key_Return)
        until(program, lambda: "head=5" in program.store.scene.family)
    finally:
        end(program)

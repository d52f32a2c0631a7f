"""The atlas of heads in the window: scores and the map of distances, linked with the manifold."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import head_folders, scene_file
from app.parts import head_atlas
from app.parts.head_atlas import HeadAtlasPart
from app.views.interface.events import PanelShown
from app.views.interface.head_atlas import (
    CLUSTERS,
    MAP,
    AtlasAsked,
    AtlasChosen,
    AtlasHeadChosen,
)
from compute.families import manifold, parse, write
from compute.heads.head import load
from tests.app.parts.beside import CAT, Beside, scene_of


def test_all_heads_are_scored_and_mapped(tmp_path):
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path))
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
    rows = made.part.answer.rows
    assert len(rows) == 54 and float(rows[32]["induction"]) == best.values["induction"]
    assert rows[32]["cluster"] == state.clusters[32] + 1 and rows[32]["file"] == "cat"


def test_clusters_and_redundant_pairs_follow_the_choice(tmp_path):
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path))
    state = made.hear(PanelShown("Atlas", True))
    assert (state.redundant, len(state.pairs), len(state.middles)) == (1, 12, 4)
    assert state.compared == "one text: all heads are compared"
    state = made.hear(AtlasChosen(MAP, colours=CLUSTERS, number=2, threshold=1.0))
    assert state.is_map and len(state.middles) == 2 and set(state.clusters) == {0, 1}
    assert len(state.pairs) == 200, "as many as are listed"
    gaps = [gap for *_, gap in state.pairs]
    assert gaps == sorted(gaps) and gaps[-1] < 1.0
    distances = made.part.answer.distances.values
    assert state.redundant == int((distances[np.triu_indices(54, 1)] < 1.0).sum())


def test_a_folder_joins_and_says_what_is_not_read(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "bad.npz").write_bytes(b"no heads")
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path))
    made.part.context.window.ask_folder = lambda title: str(folder)
    made.hear(PanelShown("Atlas", True))
    state = made.hear(AtlasAsked("folder"))
    assert "bad.npz is not read" in state.compared and len(state.heads) == 54
    made.part.context.window.ask_folder = lambda title: str(tmp_path / "nowhere")
    made.hear(AtlasAsked("folder"))
    assert "cannot be read" in made.told[-1]


def test_a_folder_of_too_many_files_is_said_in_the_log(monkeypatch, tmp_path):
    monkeypatch.setattr(head_folders, "MOST", 1)
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.npz").write_bytes(b"no heads")
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path))
    made.part.context.window.ask_folder = lambda title: str(folder)
    made.hear(PanelShown("Atlas", True))
    state = made.hear(AtlasAsked("folder"))
    assert "texts holds 2 files of heads: the first 1 by name are taken" in made.told[-1]
    assert "a.npz is not read" in state.compared and "b.npz" not in state.compared


def test_other_files_join_and_say_why_they_cannot_be_compared(tmp_path):
    bank, other = load("bank"), str(tmp_path / "other.npz")
    np.savez(other, **{name: np.asarray(getattr(bank, name)[0, :2])[None] for name in "qkv"})
    made = Beside(HeadAtlasPart, scene_of(CAT, tmp_path), other)
    made.hear(PanelShown("Atlas", True))
    state = made.hear(AtlasAsked("add"))
    assert len(state.heads) == 56 and state.files == (other,)
    assert "not of one model" in state.compared and state.map.shape == (0, 2)
    assert {row["cluster"] for row in made.part.answer.rows} == {""}
    made.hear(AtlasHeadChosen(1, 0, 1))
    assert f"attention:{other}" in made.edits[-1]["family"] and "head=1" in made.edits[-1]["family"]
    made.hear(AtlasHeadChosen(0, 4, 8))
    assert made.edits[-1]["family.layer"] == 4
    assert len(made.hear(AtlasAsked("clear")).heads) == 54


def test_a_head_of_another_file_is_shown_as_it_is_read_and_before_all_are_scored(
    tmp_path, monkeypatch
):
    bank, paths = load("bank"), [str(tmp_path / f"{name}.npz") for name in ("one", "two")]
    for path in paths:
        arrays = {name: np.asarray(getattr(bank, name)[0, :2])[None] for name in "qkv"}
        np.savez(path, **{"queries": arrays.pop("q"), **arrays})
    scene = scene_of(f"attention:{paths[0]}?q=queries", tmp_path)
    made = Beside(HeadAtlasPart, scene, paths[1])
    made.hear(PanelShown("Atlas", True))
    growing, hear = [], made.part.on_message
    monkeypatch.setattr(head_atlas, "EVERY", -1.0)
    monkeypatch.setattr(made.part, "on_message", growing.append)
    made.hear(AtlasAsked("add"))
    hear(growing[0])
    assert growing[0].done < growing[0].total == 4
    made.hear(AtlasHeadChosen(1, 0, 1))
    name, stated = parse(made.edits[-1]["family"])
    assert (stated["source"], stated["q"], stated["head"]) == (paths[1], "queries", 1)
    assert manifold(write(name, stated)).landmarks is not None


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
        # the window's keyboard is on the first choice, though no head is scored yet; another process's
        # window may have that of the display
        focused = program.window.frame.focusWidget
        until(program, lambda: slot.panel is not None and focused() is slot.panel.across)
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
        program.window.frame.resize(1280, 720)
        settle(program)
        place, hover = slot.panel.plot.geometry(), slot.panel.plot.scene().sigMouseMoved
        hover.emit(plot.getViewBox().mapViewToScene(at))
        settle(program)
        assert slot.panel.words.text().count("\n") > 6, "the head under the mouse, in many lines"
        assert slot.panel.plot.geometry() == place, "and its dot stays under the mouse"
        slot.panel.list.setFocus()
        slot.panel.list.setCurrentRow(0)
        QTest.keyClick(slot.panel.list, Qt.Key.Key_Return)
        until(program, lambda: "head=5" in program.store.scene.family)
    finally:
        end(program)

"""The panel Steering: follows the scene's pair, takes another, and says what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.cli.main import main
from app.export.row_table import write_table
from app.model import scene_file
from app.parts.steering import NO_HEAD, NO_LAYER, WAITING, SteeringPart
from app.presenters import steering
from app.views.interface.events import CommandInvoked, PanelShown
from app.views.interface.steering import SteeringAsked
from compute.families import parse
from tests.app.parts.beside import Beside, scene_of
from tests.compute.steering import outputs

LAYER = outputs.random(300, 6, 1.5)
SHOWN = PanelShown("Steering", True)
HEADS = {name: np.random.default_rng(2).normal(size=(1, 2, 6, 4)) for name in "qkv"}


@pytest.fixture
def file(tmp_path):
    return outputs.written(tmp_path / "out.npz", LAYER, **HEADS)


def test_it_shows_the_pair_of_the_scene(file, tmp_path):
    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    state = made.hear(SHOWN)
    assert made.states[0].note == WAITING
    assert (state.a, state.b, state.on_canvas, state.tokens[1]) == (1, 4, True, "1 t1")
    p = outputs.softmax(LAYER, LAYER.hidden[1])
    assert state.film[0].startswith(f"0:  w{p.argmax()} {p.max():.2f}")
    assert set(state.leaks) == {"e", "m", "geodesic"} and len(state.film) == len(state.t) == 9
    other = made.hear(SteeringAsked(1, 4, "e"))
    assert other.film[4] != state.film[4] and len(made.asked) == 1 and not made.edits
    assert "All 300 words are keys" in state.lumped


def test_another_pair_of_the_output_layer_is_a_change_of_the_scene(file, tmp_path):
    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    made.hear(SHOWN)
    made.hear(SteeringAsked(2, 4, "m"))
    (edit,) = made.edits
    name, stated = parse(edit["family"])
    assert (name, stated) == ("attention", {"source": file, "output": "2,4"})
    assert edit["layers.dual_paths"] is True
    made.hear(SteeringAsked(3, 3, "m"))
    assert len(made.edits) == 1, "a token is not steered to itself"


def test_of_a_file_with_heads_the_pins_are_the_pair_until_it_is_shown(file, tmp_path):
    scene = scene_of(f"attention:{file}", tmp_path)
    made = Beside(SteeringPart, scene)
    state = made.hear(SHOWN)
    assert (state.a, state.b) == (scene.start.token, scene.end.token) and not state.on_canvas
    state = made.hear(SteeringAsked(0, 5, "geodesic"))
    assert (state.a, state.b) == (0, 5) and len(state.film) == 9 and not made.edits
    made.hear(SteeringAsked(0, 5, "geodesic", shown=True))
    assert parse(made.edits[0]["family"])[1]["output"] == "0,5"
    shown = scene_of(f"attention:{file}?output=0,5", tmp_path)
    made.part.context.store.update(shown)
    made.part.on_scene(scene, shown)
    assert made.states[-1].on_canvas and len(made.asked) == 2


def test_it_says_what_is_missing(tmp_path):
    gaussian = Beside(SteeringPart, scene_file.load("gaussian"))
    assert gaussian.hear(SHOWN).note == NO_HEAD
    assert Beside(SteeringPart, scene_of("attention:bank", tmp_path)).hear(SHOWN).note == NO_LAYER
    path = tmp_path / "heads.npz"
    np.savez(path, **HEADS)
    assert (
        Beside(SteeringPart, scene_of(f"attention:{path}", tmp_path)).hear(SHOWN).note == NO_LAYER
    )


def test_the_bundled_head_has_an_output_layer_and_a_scene():
    made = Beside(SteeringPart, scene_file.load("steering"))
    state = made.hear(SHOWN)
    assert (state.a, state.b, state.on_canvas) == (20, 30, True)
    assert state.film[-1].startswith("1:  the 0.91")
    assert state.lumped.startswith(
        "One key stands for 48641 other words: 1.1 % of the mass at “on”"
    )
    assert Beside(SteeringPart, scene_file.load("induction")).hear(SHOWN).tokens == state.tokens


def test_its_points_are_a_table_as_the_command_writes_it(file, tmp_path):
    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    assert made.part.found is None
    made.hear(SHOWN)
    table, own = tmp_path / "command.csv", tmp_path / "panel.csv"
    assert main(["steer", file, "--from", "1", "--to", "4", "--table", str(table)]) == 0
    write_table(own, steering.rows(made.part.found))
    assert own.read_text("utf-8") == table.read_text("utf-8")
    assert len(own.read_text("utf-8").splitlines()) == 28


def test_a_failure_leaves_the_tokens_to_choose_from(file, tmp_path):
    from app.jobs.worker import JobFailed

    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    made.hear(SHOWN)
    made.part.on_message(JobFailed(made.part.asked, "it went wrong"))
    state = made.states[-1]
    assert state.note == "It went wrong." and state.tokens[0] == "0 t0" and state.t is None


def test_a_point_that_is_not_solved_says_so(file, tmp_path, monkeypatch):
    monkeypatch.setattr("compute.steering.mean_path.ROUNDS", 0)
    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    state = made.hear(SHOWN)
    assert "⚠ not converged" in state.film[4] and "⚠" not in state.film[0]


@pytest.mark.window
def test_the_panel_shows_paths_and_asks(file, tmp_path):
    from PySide6.QtWidgets import QApplication

    from app.views.interface.theme import DARK, LIGHT
    from app.views.qt.panels.steering_panel import SteeringPanel

    QApplication.instance() or QApplication(["test"])
    heard = []
    panel = SteeringPanel(heard.append, DARK)
    made = Beside(SteeringPart, scene_of(f"attention:{file}?output=1,4", tmp_path))
    state = made.hear(SHOWN)
    panel.show(state)
    panel.set_theme(LIGHT)
    assert panel.film.count() == 9 and panel.a.currentText() == "1 t1"
    assert panel.button.isHidden() and not panel.plot.isHidden()
    assert "m-path: dual steering: " in panel.plot.accessibleDescription()
    panel.path.setCurrentIndex(0)
    panel.path.activated.emit(0)
    assert heard == [SteeringAsked(1, 4, "e")]
    panel.export.click()
    assert heard.pop() == CommandInvoked("export_steering")
    panel.show(replace(state, on_canvas=False))
    panel.button.click()
    assert heard[-1] == SteeringAsked(1, 4, "m", True)
    panel.show(replace(state, t=None, note="why"))
    assert panel.plot.isHidden() and panel.export.isHidden()
    assert panel.note.text() == "why" and not panel.a.isHidden()

"""The path of a token's rows: closed forms on the sphere, invariances, bad input, command, panel."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.cli.main import main
from app.jobs.worker import JobFailed
from app.model import scene_file
from app.model.store import Store
from app.parts import token_path
from app.parts.part import PartContext
from app.views.interface.events import PanelShown
from app.views.interface.theme import DARK, LIGHT
from app.views.interface.token_path import TokenPathChosen
from compute.attention.row_paths import great_circle, row_path
from compute.attention.token_rows import token_rows
from compute.core import sphere
from compute.heads import head

P, Q = np.array([0.7, 0.2, 0.1, 0.0]), np.array([0.1, 0.1, 0.3, 0.5])


def test_points_of_a_great_circle_make_no_detour_and_do_not_turn():
    rows = (great_circle(P, Q, 7) / 2.0) ** 2
    found = row_path(rows)
    assert found.ratio == pytest.approx(1.0, rel=1e-12, abs=0.0)
    assert found.chord == pytest.approx(2 * np.arccos(np.sqrt(P * Q).sum()), rel=1e-12, abs=0.0)
    np.testing.assert_allclose(found.steps, found.chord / 6, rtol=1e-9)
    assert np.isnan(found.turning[[0, -1]]).all()
    np.testing.assert_allclose(found.turning[1:-1], 0.0, atol=1e-7)
    np.testing.assert_allclose(found.off, 0.0, atol=1e-7)
    assert found.explained == pytest.approx(1.0)
    # isometric on the plane of the circle: chords of z are those of the drawing
    chords = np.linalg.norm(np.diff(2 * np.sqrt(rows), axis=0), axis=1)
    np.testing.assert_allclose(np.linalg.norm(np.diff(found.xy, axis=0), axis=1), chords)
    np.testing.assert_allclose(found.circle[[0, -1]], found.xy[[0, -1]], atol=1e-12)


def test_the_corners_of_three_outcomes_are_an_octant():
    """One-hot rows: three sides of length π meet at right angles, the third lies π off the first."""
    found = row_path(np.eye(3))
    np.testing.assert_allclose(found.steps, np.pi)
    assert found.ratio == pytest.approx(2.0)
    assert found.turning[1] == pytest.approx(np.pi / 2)
    assert found.off[1] == pytest.approx(np.pi)


def test_a_path_that_turns_back_or_stands_still():
    back = row_path(np.stack([P, Q, P]))
    assert back.turning[1] == pytest.approx(np.pi)
    assert back.ratio == np.inf
    still = row_path(np.stack([P, P, P]))
    assert still.ratio == 1.0
    assert np.isnan(still.turning).all()
    assert still.explained == 1.0


def test_small_turns_keep_their_digits():
    """On a path in the middle of the simplex a bend by 1e-6 is measured to five digits."""
    p = np.full(3, 1 / 3)
    e, f = np.array([1.0, -1.0, 0.0]) / np.sqrt(2), np.array([1.0, 1.0, -2.0]) / np.sqrt(6)
    angle, bend = 0.05, 1e-6
    z = [2 * np.sqrt(p) * np.cos(angle) + 2 * u * np.sin(angle)
         for u in (-e, e * np.cos(bend) + f * np.sin(bend))]  # fmt: skip
    rows = np.stack([(z[0] / 2) ** 2, p, (z[1] / 2) ** 2])
    assert row_path(rows).turning[1] == pytest.approx(bend, rel=1e-5)


def test_rows_of_a_file_and_permutations_of_keys():
    file = head.load("bank")
    rows = token_rows(file, 5, "layers", head=9).rows
    assert rows.shape == (file.layers, len(file.tokens))
    one = file.head(4, 9)
    logits = one.k @ one.q[5] / np.sqrt(one.k.shape[1])
    weights = np.exp(logits - logits.max())
    np.testing.assert_allclose(rows[4], weights / weights.sum(), rtol=1e-12)
    assert len(token_rows(file, 5, "heads", layer=2).rows) == file.heads
    found, turned = row_path(rows), row_path(rows[:, ::-1])
    assert turned.length == pytest.approx(found.length)
    assert found.chord == pytest.approx(float(sphere.distance(rows[0], rows[-1])))
    np.testing.assert_allclose(turned.turning, found.turning)
    assert turned.explained == pytest.approx(found.explained)
    assert found.ratio >= 1.0


@pytest.mark.parametrize(
    "rows, words",
    [
        (P[None], "shape"),
        (np.stack([P, 2 * Q]), "sum to 1"),
        (np.stack([P, -Q]), "not be negative"),
        (np.stack([P, Q * np.nan]), "sum to 1"),
    ],
)
def test_rows_that_are_none(rows, words):
    with pytest.raises(ValueError, match=words):
        row_path(rows)


def test_the_command(capsys):
    assert main(["layers", "attention:bank?head=3", "--token", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == "river"
    assert found["length"] == pytest.approx(sum(found["steps"]))
    assert found["ratio"] == pytest.approx(found["length"] / found["chord"])
    assert found["turning"][0] is None
    assert main(["layers", "attention:bank?layer=2", "--token", "5", "--over", "heads"]) == 0
    assert "The heads of layer 2." in capsys.readouterr().out
    for arguments, words in (
        (["attention:bank", "--token", "99"], "token of bank must be from 0 to 14"),
        (["gaussian", "--token", "1"], "only attention has layers"),
        (["attention:bank?head=99", "--token", "1"], "head of bank must be from 0 to 11"),
    ):
        assert main(["layers", *arguments]) == 2
        assert words in capsys.readouterr().err


def part_of(scene: str):
    """The part beside a store, and lists of what it has asked and shown."""
    asked, shown = [], []
    window = SimpleNamespace(set_panel=lambda title, state: shown.append(state))
    store = Store(scene_file.load(scene))
    part = token_path.TokenPathPart(PartContext(store, SimpleNamespace(), window, asked.append))
    store.listen(part.on_scene)
    return part, store, asked, shown


def test_the_part_follows_the_token_at_a_until_another_is_chosen():
    part, store, asked, shown = part_of("bank")
    part.on_event(PanelShown("Token path", True))
    at_a = store.scene.start.token
    assert (asked[-1].token, asked[-1].over) == (at_a, "mean")
    store.update(replace(store.scene, start=replace(store.scene.start, token=5)))
    assert asked[-1].token == 5
    part.on_event(TokenPathChosen(2, "heads"))
    assert (asked[-1].token, asked[-1].over) == (2, "heads")
    asked[-1].perform(None, part.on_message, lambda: False)
    assert len(shown[-1].xy) == 12
    assert shown[-1].tokens[shown[-1].followed] == "bank"
    assert np.isnan(shown[-1].turning).all() and not len(shown[-1].circle), "heads have no order"
    part.on_message(JobFailed(asked[-1], "ValueError: no"))
    assert shown[-1].note == "ValueError: no"


def test_a_family_without_heads_is_told_so():
    part, _, asked, shown = part_of("gaussian")
    part.on_event(PanelShown("Token path", True))
    assert asked == []
    assert "layers and heads" in shown[-1].note


@pytest.mark.window
def test_the_panel_draws_the_path_and_tells_what_is_chosen():
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.token_path_panel import TokenPathPanel

    application = QApplication.instance() or QApplication(["test"])
    part, _, asked, shown = part_of("bank")
    part.on_event(PanelShown("Token path", True))
    asked[-1].perform(None, part.on_message, lambda: False)
    heard: list[object] = []
    panel = TokenPathPanel(heard.append, DARK)
    panel.show(shown[-1])
    assert heard == [], "a state that was set is not emitted again"
    followed = shown[-1].followed
    assert panel.token.currentText() == f"at A: {followed} {shown[-1].tokens[followed]}"
    assert len(panel.dots.data) == 6
    panel.over.setCurrentIndex(3)
    panel.over.activated.emit(3)
    assert heard == [TokenPathChosen(-1, "heads")]
    panel.set_theme(LIGHT)
    panel.show(None)
    panel.widget.deleteLater()
    application.processEvents()


def test_a_token_is_said_to_be_at_a_only_while_it_is():
    part, store, asked, shown = part_of("bank")
    part.on_event(PanelShown("Token path", True))
    asked[-1].perform(None, part.on_message, lambda: False)
    start = store.scene.start
    assert shown[-1].whose == "at A"
    between = tuple(np.array(start.theta) + 0.3)
    store.update(replace(store.scene, start=replace(start, theta=between, token=None)))
    assert (asked[-1].token, shown[-1].whose) == (start.token, "last at A")
    # at a token with another mask, to which pins do not snap
    store.update(replace(store.scene, start=replace(start, token=None)))
    assert (asked[-1].token, shown[-1].whose) == (start.token, "at A")
    part, store, asked, shown = part_of("bank")
    store.update(replace(store.scene, start=replace(start, theta=between, token=None)))
    part.on_event(PanelShown("Token path", True))
    asked[-1].perform(None, part.on_message, lambda: False)
    assert shown[-1].whose == "first token", "A was at none yet"

"""A token's own attention row, by one click or one key; the oracle is SciPy's softmax."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest
from scipy.special import softmax

from app.desktop import context_menu
from app.export.figure_panels import Ink, draw_distributions
from app.presenters.outcomes import distributions
from app.views.interface.events import CommandInvoked, SceneEdited
from app.views.interface.theme import DARK
from compute.families import manifold as manifold_of
from compute.families import parse
from tests.app.controller.conftest import give

TOKENS, WINDOW, SCALE, CAP, SINK = 9, 4, 0.7, 3.0, 0.4


@pytest.fixture(scope="module")
def windowed(tmp_path_factory):
    """A head whose queries each see the last four keys, with a bias of their own, a softcap and a
    sink; and its rows with the sink's share, by the definition.
    """
    random = np.random.default_rng(5)
    q, k, v = random.normal(size=(3, TOKENS, 6)) * 1.5
    bias = random.normal(size=(TOKENS, TOKENS))
    apart = np.subtract.outer(np.arange(TOKENS), np.arange(TOKENS))
    mask = (apart >= 0) & (apart < WINDOW)
    path = tmp_path_factory.mktemp("heads") / "window.npz"
    np.savez(
        path, q=q, k=k, v=v, mask=mask, bias=bias, scale=SCALE, softcap=CAP, sinks=np.array([[SINK]]),
        tokens=np.array([f"w{i}" for i in range(TOKENS)]),
    )  # fmt: skip
    logits = CAP * np.tanh(SCALE * q @ k.T / CAP) + bias
    logits = np.c_[np.where(mask, logits, -np.inf), np.full(TOKENS, SINK)]
    return f"attention:{path}", softmax(logits, axis=1)


@pytest.fixture
def shown(desk, windowed):
    controller, _, window, runner = desk
    controller.on_event(SceneEdited((("family", windowed[0]),)))
    give(controller, runner)
    give(controller, runner)
    return controller, window, runner


def menu(controller, xy):
    """The menu that a right click opens."""
    controller.commands |= dict.fromkeys((name for _, name in context_menu.COMMANDS), lambda: None)
    pointed = MagicMock()
    pointed.note_under.return_value = ""
    pointed.frame.to_chart.return_value = tuple(map(float, xy))
    return [entry for entry in context_menu.entries(pointed, controller, (0, 0)) if entry]


def place(controller, token):
    """Where a token is drawn."""
    subject = controller.subject
    return subject.chart.forward(subject.manifold.landmarks.theta[token])


def outcomes(labels):
    """The columns of the rows that bars with these words show."""
    return [TOKENS if label == "(sink)" else int(label[1:]) for label in labels]


def answered(controller):
    """The distributions that are shown."""
    return distributions(
        controller.store.scene, controller.answers.path, controller.subject.manifold
    )


def test_a_right_click_shows_a_token_under_its_own_mask(shown, windowed):
    controller, window, runner = shown
    before = controller.store.scene
    (words, act), *_ = menu(controller, place(controller, 4))
    assert words == "As “w4” really attends: 5 keys"  # four and the sink
    act()
    give(controller, runner)
    scene = controller.store.scene
    assert parse(scene.family)[1]["mask_of"] == 4
    assert scene.start.token == 4 and scene.end.theta != scene.start.theta
    window.raise_panel.assert_called_with("Distributions")
    support = manifold_of(scene.family).support(np.zeros((1, 2)))
    row = manifold_of(scene.family).density(np.array(scene.start.theta), support.x)
    np.testing.assert_allclose(row, windowed[1][4, outcomes(support.labels)], atol=1e-9)
    controller.on_event(CommandInvoked("undo"))
    assert controller.store.scene == before


def test_a_key_shows_the_token_nearest_to_a(shown):
    controller, _, runner = shown
    controller.on_event(SceneEdited((("family.tokens", "5,7,8"),)))
    give(controller, runner)
    controller.on_event(CommandInvoked("attend"))
    give(controller, runner)
    stated = parse(controller.store.scene.family)[1]
    assert (stated["mask_of"], stated["tokens"]) == (5, "5,7,8"), "the plane already held it"


def test_too_few_keys_for_a_plane_are_marked_on_the_bars(shown, windowed):
    controller, window, runner = shown
    family = controller.store.scene.family
    words, act = menu(controller, place(controller, 0))[0]
    assert words == "As “w0” really attends: 2 keys"
    act()
    give(controller, runner)
    give(controller, runner)
    assert controller.store.scene.family == family, "two keys make no plane"
    assert controller.store.scene.start.token == 0
    assert "a plane needs 3" in window.log.call_args.args[0]
    plots = answered(controller)
    np.testing.assert_allclose(plots.own[0], windowed[1][0, outcomes(plots.labels)], atol=1e-9)
    assert plots.own[0].sum() == pytest.approx(1.0), "its key is no outcome of the plane"
    assert (plots.rows[:, outcomes(plots.labels).index(0)] == 0).all()
    np.testing.assert_allclose(plots.rows.sum(axis=1), 1.0)
    page, without = Ink(DARK), Ink(DARK)
    draw_distributions(page, plots, (0.0, 0.0, 300.0, 300.0))
    draw_distributions(without, replace(plots, own=()), (0.0, 0.0, 300.0, 300.0))
    assert page.labels[0].text == "Distributions; ticks: the model’s own row"
    assert len(page.shapes) >= len(without.shapes) + 2 * len(plots.labels), "figures have ticks too"


def test_beside_no_token_and_without_a_head_there_is_nothing_to_show(desk):
    controller, _, window, runner = desk
    give(controller, runner)
    assert menu(controller, (0.3, 0.3))[0][0] == "Put A here"
    controller.on_event(CommandInvoked("attend"))
    assert "head" in window.log.call_args.args[0]

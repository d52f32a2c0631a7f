"""The menu Construct: switches of C and of the constructions."""

from __future__ import annotations

from unittest.mock import MagicMock

from app.controller.controller import Controller
from app.model.scene import Scene, completed
from app.model.store import Store
from app.presenters.drawing import shown_third
from app.views.interface.events import CommandInvoked, PinMoved
from app.views.interface.views import Canvas, Window


def controller(family: str = "gaussian") -> Controller:
    views = MagicMock(spec=Canvas), MagicMock(spec=Window), MagicMock()
    return Controller(Store(completed(Scene(family))), *views)


def test_a_construction_brings_the_third_pin_and_takes_it_away_again():
    control = controller()
    control.on_event(CommandInvoked("construct:triangle"))
    scene = control.store.scene
    assert scene.layers.triangle and shown_third(scene) == scene.third
    control.on_event(CommandInvoked("third"))  # it stays as long as the triangle needs it
    assert not control.store.scene.layers.third
    control.on_event(CommandInvoked("construct:triangle"))
    assert shown_third(control.store.scene) is None


def test_the_third_pin_is_shown_hidden_and_undone():
    control = controller()
    control.on_event(CommandInvoked("third"))
    assert control.store.scene.layers.third
    control.on_event(CommandInvoked("undo"))
    assert not control.store.scene.layers.third


def test_putting_the_third_pin_somewhere_shows_it_there():
    control = controller()
    control.on_event(PinMoved("C", (0.5, 0.25), done=True))
    scene = control.store.scene
    assert scene.layers.third and scene.third.theta[0] == 0.5


def test_the_third_pin_follows_every_move_of_a_drag():
    control = controller()
    for x in (0.5, 0.6):
        control.on_event(PinMoved("C", (x, 0.25), done=False))
        at = [call.args[1] for call in control.canvas.set_pin.call_args_list if call.args[0] == "C"]
        assert at[-1][0] == x


def test_a_construction_that_does_not_fit_says_why():
    control = controller("cauchy")
    control.on_event(CommandInvoked("construct:projection"))
    assert not control.store.scene.layers.projection
    words = control.window.set_status.call_args.args[2]
    assert words == (
        "Dual projections: needs a dually flat family, with natural and expectation coordinates"
    )

"""A package's panel is computed while it is seen, for the fields that it reads."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from app.jobs import package_panels
from app.jobs.package_panels import PackagePanelTask
from app.jobs.package_views import Panel, Words
from app.model import scene_file
from app.parts import package_panel
from app.parts.package_panel import PackagePanelPart
from app.views.interface.events import PanelShown
from tests.app.parts.beside import Beside


class Task(PackagePanelTask):
    """As the program makes one of a package's entry point."""

    stated = Panel(lambda shown: [Words(f"{shown.scene.alpha:g}, {shown.scene.playhead:g}")])
    called = "panel mine of package of-mine"


@pytest.fixture
def beside(monkeypatch):
    offers = {"mine": Task}, ("panel yours of package of-yours: ImportError: no",)
    monkeypatch.setattr(package_panel, "offered", lambda: offers)
    return lambda name: Beside(partial(PackagePanelPart, name), scene_file.load("gaussian"))


def change(beside, **changes):
    old = beside.part.context.store.scene
    new = replace(old, **changes)
    beside.part.context.store.update(new)
    before = len(beside.asked)
    beside.part.on_scene(old, new)
    for job in beside.asked[before:]:
        job.perform(None, beside.part.on_message, lambda: False)
    return beside.asked[before:]


def test_it_is_computed_while_it_is_seen_for_what_it_reads(beside):
    mine = beside("mine")
    assert mine.part.fields == frozenset() and mine.part.title == "Mine"
    assert mine.hear(PanelShown("Mine", True)).blocks == (Words("0, 0.5"),)
    assert mine.part.fields is None
    assert change(mine, playhead=0.25) == [], "it does not read this"
    assert len(change(mine, alpha=0.5)) == 1
    assert mine.states[-1].blocks == (Words("0.5, 0.5"),)
    mine.part.on_event(PanelShown("Mine", False))
    assert change(mine, alpha=0.75) == [] and mine.part.fields == frozenset()


def test_one_that_cannot_be_imported_says_why(beside):
    yours = beside("yours")
    state = yours.hear(PanelShown("Yours", True))
    assert state.problem == "panel yours of package of-yours: ImportError: no"
    assert yours.asked == []


def test_one_that_raises_is_logged_and_asked_no_more(beside, monkeypatch):
    class Failing(PackagePanelTask):
        stated = Panel(lambda shown: [][shown.scene.alpha > 2])
        called = "panel mine of package of-mine"

    monkeypatch.setattr(package_panel, "offered", lambda: ({"mine": Failing}, ()))
    mine = beside("mine")
    words = "panel mine of package of-mine is switched off: IndexError: list index out of range"
    assert mine.hear(PanelShown("Mine", True)).problem == words
    assert mine.told == [f"⚠ {words}"]
    assert change(mine, alpha=0.5) == []
    assert package_panels.problems() == (), "no package is installed here"

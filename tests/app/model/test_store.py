"""The store: undo, redo, merging."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.scene import Scene
from app.model.store import DEEPEST, Store


def titled(store: Store, title: str, merge: str | None = None) -> None:
    store.update(replace(store.scene, title=title), merge)


def test_undo_and_redo_walk_the_same_way():
    store = Store(Scene())
    for title in "abc":
        titled(store, title)
    store.undo()
    store.undo()
    assert store.scene.title == "a"
    store.redo()
    assert store.scene.title == "b"
    titled(store, "d")
    store.redo()
    assert store.scene.title == "d", "a new change forgets what was undone"


def test_a_drag_is_one_step():
    store = Store(Scene())
    for i in range(50):
        titled(store, f"drag {i}", merge="pin A")
    store.settle()
    for i in range(50):
        titled(store, f"again {i}", merge="pin A")
    store.undo()
    assert store.scene.title == "drag 49"
    store.undo()
    assert store.scene.title == ""
    assert not store.can_undo


def test_the_past_is_bounded():
    store = Store(Scene())
    for i in range(DEEPEST + 40):
        titled(store, str(i))
    steps = 0
    while store.can_undo:
        store.undo()
        steps += 1
    assert steps == DEEPEST


def test_listeners_hear_old_and_new_and_nothing_of_no_change():
    store, heard = Store(Scene()), []
    store.listen(lambda old, new: heard.append((old.title, new.title)))
    titled(store, "a")
    titled(store, "a")
    store.undo()
    assert heard == [("", "a"), ("a", "")]


def heard_by(store: Store) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    store.listen(lambda old, new: heard.append((old.title, new.title)))
    return heard


def test_changes_of_one_event_are_told_once_and_after_it():
    store = Store(Scene())
    heard = heard_by(store)
    with store.event():
        titled(store, "a")
        titled(store, "b", merge="drag")
        assert heard == [] and store.scene.title == "b"
    assert heard == [("", "b")]
    store.undo()
    assert heard[1:] == [("b", "a")], "each update is a step of undo of its own"


def test_outside_of_an_event_a_change_is_told_before_update_returns():
    store = Store(Scene())
    heard = heard_by(store)
    titled(store, "a")
    assert heard == [("", "a")]


def test_the_change_of_a_listener_is_told_afterwards_and_not_within():
    store, order = Store(Scene()), []

    def corrects(old: Scene, new: Scene) -> None:
        order.append(("first", old.title, new.title))
        if new.title == "a":
            titled(store, "b")

    store.listen(corrects)
    store.listen(lambda old, new: order.append(("second", old.title, new.title)))
    titled(store, "a")
    told = [("", "a"), ("a", "b")]
    assert order == [(who, *change) for change in told for who in ("first", "second")]


def test_an_event_within_another_is_told_at_its_own_end():
    store = Store(Scene())
    heard = heard_by(store)
    with store.event():
        with store.event():
            titled(store, "behind a dialog")
        assert heard == [("", "behind a dialog")]
        titled(store, "after it")
    assert heard[1:] == [("behind a dialog", "after it")]


def test_an_event_that_fails_is_told_as_far_as_it_came():
    store = Store(Scene())
    heard = heard_by(store)
    with pytest.raises(ZeroDivisionError), store.event():
        titled(store, "a")
        raise ZeroDivisionError
    assert heard == [("", "a")]
    titled(store, "b")
    assert heard[1:] == [("a", "b")]

"""The store: undo, redo, merging."""

from __future__ import annotations

from dataclasses import replace

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

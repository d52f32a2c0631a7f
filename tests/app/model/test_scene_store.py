"""A scene that a script changes: wrong entries are refused by name, and nothing changes then."""

from __future__ import annotations

import pytest

import compute
from app.model import scene_file
from app.model.scene_store import SceneStore
from app.model.store import Store
from compute.core import packages


def test_entries_are_set_one_by_one():
    store = SceneStore(Store(scene_file.load("gaussian")))
    layers = store.scene.layers
    store.set(layers={"spray": True}, start=(0.25, 1.5), vector=None)
    assert store.scene.layers.spray and store.scene.layers.map == layers.map
    assert store.scene.start.theta == (0.25, 1.5)
    store.set(layers={"spray": None})
    assert store.scene.layers == layers
    store.undo()
    store.undo()
    assert store.scene == scene_file.load("gaussian")
    store.redo()
    assert store.scene.layers.spray


def test_another_family_brings_its_defaults():
    store = SceneStore(Store(scene_file.load("disk")))
    store.set(family="beta", alpha=0.5)
    assert store.scene.family == "beta" and store.scene.alpha == 0.5
    assert store.scene.chart != "disk"


WRONG = {
    "alhpa": ({"alhpa": 0.5}, "an entry must be one of alpha, .* got 'alhpa'"),
    "alpha": ({"alpha": 2}, "alpha"),
    "outside": ({"start": (0.0, -1.0)}, "pin A must lie in .*, got"),
    "family": ({"family": "gausian"}, "gausian"),
    "number": ({"family": 3}, "family must be a name, got 3"),
    "chart": ({"chart": "disc"}, "chart of gaussian must be one of .* got 'disc'"),
    "infinite": ({"alpha": float("nan")}, "NaN"),
    "object": ({"title": object()}, "entries must be plain data"),
    "layer": ({"layers": {"map": "yes"}}, "layers/map"),
    "group": ({"layers": 3}, "layers"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(case):
    store = SceneStore(Store(scene_file.load("gaussian")))
    entries, words = WRONG[case]
    before = store.scene
    with pytest.raises(ValueError, match=words):
        store.set(**entries)
    assert store.scene is before


def test_a_change_that_comes_meanwhile_is_kept():
    """As in a window, where a hand may move a pin while a typed change is made."""
    inner = Store(scene_file.load("gaussian"))
    store = SceneStore(inner)
    asked = []

    def prepare(scene):
        asked.append(scene)
        if len(asked) == 1:
            store.set(title="meanwhile")

    SceneStore(inner, prepare=prepare).set(alpha=0.5)
    assert (inner.scene.title, inner.scene.alpha) == ("meanwhile", 0.5)


def test_a_scene_that_never_rests_is_said_to():
    inner = Store(scene_file.load("gaussian"))
    other = SceneStore(inner)
    count = iter(range(100))
    restless = SceneStore(inner, prepare=lambda scene: other.set(title=str(next(count))))
    with pytest.raises(RuntimeError, match="keeps changing"):
        restless.set(alpha=0.5)


def test_the_public_name_opens_scenes_by_name_and_value():
    scene = scene_file.load("disk")
    assert compute.scene_store("disk").scene == compute.scene_store(scene).scene == scene
    assert compute.scene_store("beta").scene.family == "beta"
    assert isinstance(compute.scene_store(), SceneStore)
    with pytest.raises(ValueError, match="scene must be a name, a file's path or a scene, got 3"):
        compute.scene_store(3)


def test_without_the_program_the_public_name_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(packages, "stated", lambda group: ([], []))
    with pytest.raises(ImportError, match="scene_store needs the package attention-geodesics"):
        compute.scene_store()

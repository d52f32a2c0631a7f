"""The macro that the window records gives the same scene when its lines run elsewhere."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.controller import Controller
from app.jobs.macro import MacroTask
from app.jobs.path import PathJob
from app.jobs.preparation import PrepareTask
from app.model import macro, scene_entries, scene_file
from app.model.scene_store import SceneStore
from app.model.store import Store
from app.parts.macro import MacroPart
from app.views.interface.annotations import NoteWritten
from app.views.interface.events import (
    CameraMoved,
    CommandInvoked,
    LoopDrawn,
    PinMoved,
    SceneEdited,
    VectorMoved,
    ViewChanged,
)
from app.views.interface.flow import StrokeDrawn
from app.views.interface.normals import NormalEdited
from app.views.interface.points import ValueEntered
from app.views.interface.timeline import TimeChosen
from app.views.interface.views import Canvas, Window
from compute.engine.reference import ReferenceEngine
from compute.manifold.extent import Extent
from tests import ROOT

ANSWERED = (PrepareTask, PathJob, MacroTask)


class Desk:
    """A controller between views that only record; a worker that prepares scenes and finds paths."""

    def __init__(self, scene):
        self.jobs, self.window = [], MagicMock(spec=Window)
        self.window.ask_open.return_value = None
        self.control = Controller(
            Store(scene), MagicMock(spec=Canvas), self.window,
            MagicMock(submit=self.jobs.append),
        )  # fmt: skip
        self.work()

    def work(self):
        while self.jobs:
            job = self.jobs.pop(0)
            if isinstance(job, ANSWERED):
                job.perform(ReferenceEngine(), self.control.on_message, lambda: False)

    def do(self, *events):
        for event in events:
            self.control.on_event(CommandInvoked(event) if isinstance(event, str) else event)
            self.work()

    def edit(self, **changes):
        self.do(SceneEdited(tuple((k.replace("__", "."), v) for k, v in changes.items())))

    @property
    def scene(self):
        return self.control.store.scene

    @property
    def macro(self) -> MacroPart:
        return self.control.part(MacroPart)

    def recorded(self):
        """Stop the recording and return its text."""
        self.macro.stop()
        self.work()
        return self.macro.text


@pytest.fixture
def desk():
    made = Desk(scene_file.load("gaussian"))
    made.macro.begin()
    return made


def lines(text):
    return [line.strip() for line in text.splitlines() if line.startswith("    store.")][:-1]


def replayed(text):
    """Run the lines on a store of their own, and return its scene."""
    namespace = {"__name__": "macro"}
    exec(compile(text, "macro", "exec"), namespace)
    store = SceneStore()
    namespace["replay"](store)
    return store.scene


SQUARE = np.array([[-0.5, 0.1], [0.5, 0.1], [0.5, 0.4], [-0.5, 0.4]])


def test_events_of_every_kind_are_replayed_to_an_equal_scene(desk):
    desk.do(
        PinMoved("A", (0.1234567890123456, 0.3), False),
        PinMoved("A", (0.1 + 0.2, 1 / 3), True),
        PinMoved("C", (0.4, 0.7), True),
        VectorMoved((0.5, 0.5), True),
        LoopDrawn(SQUARE),
        StrokeDrawn(SQUARE),
        ViewChanged(Extent(-1.1, 1 / 3, -2.0, 0.7), (400, 300)),
        NoteWritten(None, "σ “quoted” \\ 'once'", (0.0, 0.2), None),
        NormalEdited("a", (0.1, 0.2, 1.0, 0.1, 2.0)),
        ValueEntered("A", 0, "sqrt(2)"),
        "key_set",
        TimeChosen(2.0),
    )
    desk.edit(alpha=-1 / 3, scalar="curvature", colormap="vik", map_opacity=0.7, limits="90%")
    desk.edit(layers__spray=True, layers__grid=False, opacity__grid=0.3)
    desk.do("key_set")
    desk.edit(opacity__grid=1.0, playhead=0.25, title="τίτλος")
    desk.edit(flow__mode="scalar", data__level=0.9, descents__steps=7)
    desk.edit(family="student_t:nu=5")
    desk.edit(family__nu=7.5)
    desk.edit(family="gaussian", chart="disk")
    desk.edit(chart="height:log")
    desk.do(CameraMoved((10.0, 20.0, 1.5, 0.0, 0.1), True))
    text = desk.recorded()
    assert replayed(text) == desk.scene
    assert len(lines(text)) > 15 and "store.begin(" in lines(text)[0]
    assert "store.begin" not in "".join(lines(text)[1:])
    assert "start=(0.3, 1.39561242508609)" in text


def test_every_command_that_changes_the_scene_is_replayed(desk):
    """Commands of the controller; those of files are in the test of the window."""
    changing, before = {"third", "construct:midpoint"}, desk.scene
    desk.do("third", "third", "construct:midpoint")  # C stays while a construction needs it
    again = ("undo", "undo", "redo")
    for name in (*(name for name in desk.control.commands if name not in again), *again):
        desk.do(name)
        if desk.scene != before:
            changing.add(name)
        before = desk.scene
    assert {
        "swap",
        "undo",
        "redo",
        "third",
        "equal_axes",
        "construct:midpoint",
        "key_set",
    } <= changing
    assert replayed(desk.recorded()) == desk.scene


def test_a_drag_is_one_line_of_its_last_value(desk):
    for x in np.linspace(0.1, 0.9, 40):
        desk.do(PinMoved("B", (float(x), 0.25), False))
    desk.do(PinMoved("B", (0.75, 0.25), True))
    text = desk.recorded()
    (_, line) = lines(text)
    assert line.startswith("store.set(end=(0.75, ") and replayed(text) == desk.scene


def test_a_change_of_a_part_of_the_last_one_is_one_with_it(desk):
    desk.do(PinMoved("C", (0.4, 0.7), True), PinMoved("C", (0.5, 0.75), True))
    text = desk.recorded()
    (_, line) = lines(text)
    assert "layers={'third': True}" in line and "third=(0.5, " in line
    assert replayed(text) == desk.scene


def test_another_family_is_a_change_of_its_own(desk):
    desk.do(PinMoved("A", (0.5, 0.25), True))
    desk.edit(family="cauchy")
    desk.do(PinMoved("A", (0.25, 0.25), True))
    assert len(lines(desk.recorded())) == 4
    desk.macro.begin()
    desk.edit(family="beta")
    desk.do("undo")
    assert len(lines(desk.recorded())) == 1


def test_files_have_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scene = replace(scene_file.load("gaussian"), family="attention:mine.npz?layer=0&head=1")
    family = scene_entries.stated(scene, None)["family"]
    assert family.startswith(f"attention:{tmp_path / 'mine.npz'}?")


def test_what_is_undone_is_no_line(desk):
    first = desk.scene
    desk.do(PinMoved("B", (0.75, 0.25), True))
    desk.edit(alpha=0.5)
    desk.do("undo", "undo")
    assert desk.scene == first
    assert len(lines(desk.recorded())) == 1
    desk.macro.begin()
    desk.do(PinMoved("B", (0.75, 0.25), True), "undo", "redo")
    text = desk.recorded()
    assert len(lines(text)) == 2 and replayed(text) == desk.scene != first


def test_another_family_is_one_short_line(desk):
    desk.edit(family="beta")
    assert lines(desk.recorded())[1:] == ["store.set(family='beta')"]


def test_opened_scenes_are_replayed(desk):
    for name in ("flow", "alpha", "landscape", "lens", "octant"):
        desk.control.store.replace(scene_file.load(name))
    text = desk.recorded()
    assert replayed(text) == desk.scene


def test_a_line_that_the_program_would_read_otherwise_states_the_whole_scene():
    old = scene_file.load("gaussian")
    new = replace(old, unknown=((("mine",), {"x": [1, 2.5]}), (("a key",), "b")))
    text = macro.text([old, new])
    assert "store.begin(**{" in text and "'a key': 'b'" in text
    assert replayed(text) == new


def test_the_script_writes_the_scene_beside_itself(desk, tmp_path):
    desk.do(PinMoved("A", (0.1 + 0.2, 1 / 3), True))
    script = tmp_path / "mine.py"
    script.write_text(desk.recorded(), "utf-8")
    subprocess.run(
        [sys.executable, script], check=True, env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path
    )
    assert scene_file.load(tmp_path / "mine.json") == desk.scene


def test_nothing_is_heard_unless_it_records(desk):
    desk.recorded()
    assert desk.macro.fields == frozenset() and not desk.macro.is_recording
    assert desk.macro.text
    desk.macro.begin()
    assert desk.macro.fields is None and desk.macro.text == ""


def test_a_long_recording_ends(desk, monkeypatch):
    monkeypatch.setattr(macro, "MOST", 3)
    for i in range(6):
        desk.edit(alpha=0.1 * (i + 1))
        desk.edit(title=str(i))
    assert not desk.macro.is_recording
    desk.work()
    assert len(lines(desk.macro.text)) == 4


RECORDED_BEFORE = """
from app.model.scene_store import SceneStore

def replay(store):
    store.begin(family="gaussian", start=(-1.5, 0.6), end=(1.5, 0.6))
    store.set(alpha=-0.5)

store = SceneStore()
replay(store)
"""


def test_scripts_that_were_recorded_before_the_public_name_still_run():
    namespace = {}
    exec(RECORDED_BEFORE, namespace)
    assert namespace["store"].scene.alpha == -0.5
    assert namespace["store"].scene == replayed(RECORDED_BEFORE.rpartition("store =")[0])


def test_a_script_uses_public_names_alone(desk):
    text = desk.recorded()
    assert [line for line in text.splitlines() if line.startswith(("import ", "from "))] == [
        "from pathlib import Path",
        "import compute",
    ]

"""Notes in the hands of a user: each change is one step of undo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.notes import MOST, Note
from app.model.scene import of_family
from app.views.interface.annotations import NoteMoved, NoteRemoved, NoteWritten
from app.views.interface.events import CommandInvoked, SceneEdited
from tests.app.controller.conftest import give


def shown(canvas) -> tuple[list, list]:
    notes, angles = canvas.set_annotations.call_args.args
    return list(notes), list(angles)


def test_a_note_is_written_moved_edited_and_removed_and_all_is_undone(desk):
    controller, canvas, _, _ = desk
    store = controller.store
    controller.on_event(SceneEdited((("chart", "parameters"), ("layers.notes", False))))
    controller.transition.end()
    controller.on_event(NoteWritten(None, r"$\sigma_0$", (0.5, 1.0), (0.0, 2.0)))
    assert store.scene.notes == (Note(r"$\sigma_0$", (0.5, 1.0), (0.0, 2.0)),)
    assert store.scene.layers.notes, "what was just written is seen"
    (note,), _ = shown(canvas)
    assert (note.at, note.to, note.number) == ((0.5, 1.0), (0.0, 2.0), 0)
    for x in (0.6, 0.7, 0.8):
        controller.on_event(NoteMoved(0, False, (x, 1.0), x == 0.8))
    controller.on_event(NoteMoved(0, True, (0.0, 3.0), True))
    controller.on_event(NoteWritten(0, "σ", (0.8, 1.0), (0.0, 3.0)))
    assert store.scene.notes == (Note("σ", (0.8, 1.0), (0.0, 3.0)),)
    controller.on_event(NoteRemoved(0))
    assert store.scene.notes == () and shown(canvas)[0] == []
    seen = []
    while store.can_undo:
        store.undo()
        seen += [note.at[0] if note.to[1] == 2.0 else note.text for note in store.scene.notes]
    assert seen == ["σ", r"$\sigma_0$", 0.8, 0.5]


def test_a_note_outside_the_domain_belongs_to_its_chart(desk):
    controller, canvas, _, _ = desk
    controller.on_event(SceneEdited((("chart", "parameters"),)))
    controller.transition.end()
    controller.on_event(NoteWritten(None, "no σ here", (0.5, -0.25), None))
    controller.on_event(NoteWritten(None, "inside", (0.5, 2.0), None))
    assert [note.chart for note in controller.store.scene.notes] == ["parameters", ""]
    controller.on_event(SceneEdited((("chart", "log"),)))
    controller.transition.end()
    ((note,), _) = shown(canvas)
    assert note.letters == "inside" and note.at == pytest.approx((0.5, 0.693147), abs=1e-6)
    assert of_family(controller.store.scene, "cauchy").notes == ()


def test_what_stays_keeps_its_digits(desk):
    controller, canvas, _, _ = desk
    note = Note("x", (0.1, 1 / 3), (0.2, 2 / 3), unknown=(("later", 1),))
    controller.store.update(replace(controller.store.scene, notes=(note,)))
    controller.on_event(SceneEdited((("chart", "expectation"),)))
    controller.transition.end()
    ((drawn,), _) = shown(canvas)
    controller.on_event(NoteWritten(0, "y", drawn.at, drawn.to))
    assert controller.store.scene.notes == (replace(note, text="y"),)
    controller.on_event(NoteMoved(0, True, (0.5, 2.0), True))
    (moved,) = controller.store.scene.notes
    assert (moved.at, moved.unknown) == (note.at, note.unknown) and moved.to != note.to


def test_there_are_so_many_notes_and_no_more(desk):
    controller, _, window, _ = desk
    full = tuple(Note("x", (0.0, 1.0)) for _ in range(MOST))
    controller.store.update(replace(controller.store.scene, notes=full))
    controller.on_event(NoteWritten(None, "one more", (0.0, 1.0), None))
    assert controller.store.scene.notes == full
    assert f"at most {MOST} notes" in window.set_status.call_args.args[2]


def test_a_command_marks_the_angles_of_the_vector_and_removes_the_marks(desk):
    controller, canvas, _, runner = desk
    give(controller, runner)
    controller.on_event(CommandInvoked("angle_vector"))
    (_, (at_a, at_b)) = shown(canvas)
    # A and B lie symmetrically, the vector points to larger σ: tan = 1.5 ⁄ (√2 · 0.6) from the line
    assert at_a.words == at_b.words == "29.5°"
    controller.on_event(CommandInvoked("angle_vector"))
    assert shown(canvas)[1] == [] and controller.store.scene.angles == ()


def test_the_angle_of_a_loop_goes_with_its_layer(desk):
    controller, canvas, _, runner = desk
    controller.on_event(SceneEdited((("layers.loop", True),)))
    give(controller, runner)
    _, (turned,) = shown(canvas)
    assert turned.words.endswith("rad")
    controller.on_event(SceneEdited((("layers.loop", False),)))
    give(controller, runner)
    assert shown(canvas) == ([], [])

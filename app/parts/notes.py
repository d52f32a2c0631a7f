"""The part of notes: words, arrows and marks of angles that the user puts on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.model.layers import showing
from app.model.notes import MOST, Angle, Note
from app.model.scene import Scene
from app.parts.part import Part
from app.presenters import notes
from app.views.interface.annotations import NoteMoved, NoteRemoved, NoteWritten
from app.views.interface.events import Event

# the marks that a command sets or removes, with the layer that must show their curves
OF_VECTOR = tuple(Angle(pin, ("geodesic", "vector")) for pin in "AB")
OF_CURVES = tuple(Angle(pin, ("geodesic", side)) for pin in "AB"
                  for side in ("straight", "other", "e", "m", "w2"))  # fmt: skip
OF_TRIANGLE = (
    Angle("A", ("geodesic", "CA")), Angle("B", ("geodesic", "CB")), Angle("C", ("CA", "CB")),
)  # fmt: skip


class NotesPart(Part):
    """Changes the notes of the scene; each change is one step of undo."""

    events = (NoteWritten, NoteMoved, NoteRemoved)

    def commands(self) -> dict[str, Callable[[], None]]:
        return {
            "angle_vector": lambda: self._mark(OF_VECTOR),
            "angle_curves": lambda: self._mark(OF_CURVES),
            "angle_triangle": lambda: self._mark(OF_TRIANGLE, "triangle"),
        }

    def on_event(self, event: Event) -> None:
        scene = self.context.store.scene
        match event:
            case NoteWritten():
                self._write(event)
            case NoteMoved() if event.number < len(scene.notes):
                self._move(event, scene.notes[event.number])
            case NoteRemoved():
                self._set(event.number, None)

    def _write(self, event: NoteWritten) -> None:
        """Add a note, or give one another text or arrow; without either it is removed."""
        found, text = self.context.store.scene.notes, event.text.strip()
        number = len(found) if event.number is None else min(event.number, len(found))
        if not text and event.to is None:
            self._set(number, None)
        elif number >= MOST:
            self.context.say(f"a scene has at most {MOST} notes", False)
        else:
            before = found[number] if number < len(found) else None
            note = notes.note_at(self.context.subject, text, event.at, event.to, before)
            if note is None:
                self.context.say("a note needs a place on the surface", False)
            else:
                self._set(number, note)

    def _move(self, event: NoteMoved, before: Note) -> None:
        """Move the words or the tip of the arrow; the other end stays."""
        at, to = notes.drawn_at(self.context.subject, before)
        at, to = (at, event.xy) if event.tip else (event.xy, to)
        if at is not None and (at, to) != notes.drawn_at(self.context.subject, before):
            note = notes.note_at(self.context.subject, before.text, at, to, before)
            if note is not None:
                self._set(event.number, note, f"note {event.number} {event.tip}")
        if event.done:
            self.context.store.settle()

    def _set(self, number: int, note: Note | None, merge: str | None = None) -> None:
        scene = self.context.store.scene
        found = list(scene.notes)
        found[number : number + 1] = [] if note is None else [note]
        self._update(replace(scene, notes=tuple(found)), merge)

    def _mark(self, marks: tuple[Angle, ...], layer: str = "notes") -> None:
        """Set marks of angles and show the layer of their sides, or remove them where they are set."""
        scene = self.context.store.scene
        are_set = set(marks) <= set(scene.angles) and scene.layers.notes
        others = tuple(mark for mark in scene.angles if mark not in marks)
        angles = others if are_set else (*others, *marks)
        layers = scene.layers if are_set else showing(scene.layers, layer)
        self._update(replace(scene, angles=angles, layers=layers))
        self.context.say("angles are not marked" if are_set else "angles are marked", True)

    def _update(self, scene: Scene, merge: str | None = None) -> None:
        store = self.context.store
        store.update(replace(scene, layers=showing(scene.layers, "notes")), merge)
        if merge is None:
            store.settle()

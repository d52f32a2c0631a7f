"""Notes of a scene: words with formulas, arrows, and marks of angles at the pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.model import ranges
from compute.core.refusal import shown

Point = tuple[float, float]
# characters of a note; notes of a scene, and marks of angles
LONGEST, MOST = 200, 64
PINS = ("A", "B", "C")
# what encloses an angle at a pin: the carried vector, or the tangent of a curve
SIDES = ("vector", "geodesic", "other", "straight", "e", "m", "w2", "CA", "CB")
_OF_NOTE, _OF_ANGLE = ("text", "at", "to", "chart"), ("at", "between")
# (name, value) of file entries unknown to this version; they are written back
Unknown = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Note:
    """Words, an arrow, or words with an arrow.

    text: words, with formulas between dollars.  at: the middle of the words, or the arrow's foot.
    to: the arrow's tip, or None.  chart: the chart whose coordinates both are, for a note outside the
    domain; "" for θ.
    """

    text: str
    at: Point
    to: Point | None = None
    chart: str = ""
    unknown: Unknown = ()

    def __post_init__(self) -> None:
        if not (self.text.strip() or self.to) or len(self.text) > LONGEST:
            raise ValueError(
                f"a note must have 1 to {LONGEST} characters, or an arrow, got {shown(self.text)}"
            )
        ranges.coordinates("a note", (*self.at, *(self.to or ())))


@dataclass(frozen=True)
class Angle:
    """A mark of the Fisher angle at pin "A" or "B" between two of `SIDES`."""

    at: str
    between: tuple[str, str]
    unknown: Unknown = ()

    def __post_init__(self) -> None:
        ranges.one_of("the pin of an angle", self.at, PINS)
        for side in self.between:
            ranges.one_of("a side of an angle", side, SIDES)
        if self.between[0] == self.between[1]:
            raise ValueError(f"an angle must have two sides, got {shown(list(self.between))}")


def check_count(notes: Sequence[object], what: str = "notes") -> None:
    """Raise ValueError for too many notes, or too many angles."""
    if len(notes) > MOST:
        raise ValueError(f"a scene has at most {MOST} {what}, got {len(notes)}")


def stated(notes: Sequence[Note], angles: Sequence[Angle]) -> dict[str, object]:
    """Return notes and angles as in a scene file; nothing for none."""
    data: dict[str, object] = {}
    if notes:
        data["notes"] = [
            {"text": note.text, "at": list(note.at)}
            | ({"to": list(note.to)} if note.to else {})
            | ({"chart": note.chart} if note.chart else {})
            | dict(note.unknown)
            for note in notes
        ]
    if angles:
        data["angles"] = [
            {"at": mark.at, "between": list(mark.between)} | dict(mark.unknown) for mark in angles
        ]
    return data


def read(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields ``notes`` and ``angles`` of a schema-checked scene.  Raises ValueError."""
    notes = tuple(
        Note(
            entry.get("text", ""),
            _pair(entry["at"]),
            _pair(entry["to"]) if entry.get("to") else None,
            entry.get("chart", ""),
            _rest(entry, _OF_NOTE),
        )
        for entry in data.get("notes", ())
    )
    angles = tuple(
        Angle(entry["at"], tuple(entry["between"]), _rest(entry, _OF_ANGLE))
        for entry in data.get("angles", ())
    )
    return {"notes": notes, "angles": angles}


def unknown(notes: Sequence[Note], angles: Sequence[Angle]) -> list[tuple[tuple[str, ...], object]]:
    """Return paths and values of unknown entries."""
    places = [(("notes", str(i)), note.unknown) for i, note in enumerate(notes)]
    places += [(("angles", str(i)), mark.unknown) for i, mark in enumerate(angles)]
    return [((*place, name), value) for place, found in places for name, value in found]


def _pair(values: Sequence[float]) -> Point:
    x, y = map(float, values)
    return x, y


def _rest(entry: Mapping[str, Any], known: Sequence[str]) -> Unknown:
    return tuple((name, value) for name, value in entry.items() if name not in known)

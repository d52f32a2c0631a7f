"""Notes on the canvas: writing, dragging, and removing them by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.views.canvas.input.keyboard import Keys
from app.views.canvas.input.listening import KeyEvent, name_of
from app.views.canvas.projections.frame import Pixel
from app.views.interface.annotations import (
    AngleArc,
    Annotation,
    NoteMoved,
    NoteRemoved,
    NoteWritten,
)
from app.views.interface.events import XY
from app.views.interface.theme import Theme

# names of movable parts of a note: its words or its arrow's foot, and the arrow's tip
WORDS, TIP_OF = "note ", "tip of note "
# pixels from the point that a new arrow leads to, to its words or its foot
ASIDE = (70.0, -56.0)
# asks for a line of text at a pixel of the widget: the text before, and what receives the new one
Ask = Callable[[Pixel, str, Callable[[str], None]], None]


def number_of(name: str) -> int | None:
    """Return the number of the note that a movable object belongs to, or None."""
    return int(name.rpartition(" ")[2]) if name.startswith((WORDS, TIP_OF)) else None


class Notes(Keys):
    """A plot whose notes can be written, dragged and removed."""

    def __init__(self, size: tuple[int, int], theme: Theme) -> None:
        super().__init__(size, theme)
        self.magnified = 1.0  # pixels of the widget per pixel drawn
        self.ask: Ask = lambda pixel, text, then: None

    def set_annotations(self, notes: Sequence[Annotation], angles: Sequence[AngleArc]) -> None:
        super().set_annotations(notes, angles)
        self.ring()

    def movable(self) -> dict[str, XY]:
        at = super().movable()
        for note in self._annotations.notes:
            at[f"{WORDS}{note.number}"] = note.at
            if note.to is not None:
                at[f"{TIP_OF}{note.number}"] = note.to
        return at

    def note_under(self, pixel: Pixel) -> str:
        """Return the name of the note whose words are under a pixel, or ""."""
        note = self._annotations.under(pixel, self._stage.drawn)
        return "" if note is None else f"{WORDS}{note.number}"

    def _named_note(self, name: str) -> Annotation | None:
        number = number_of(name)
        return next((n for n in self._annotations.notes if n.number == number), None)

    def add_note(self, pixel: Pixel, with_words: bool = True, with_arrow: bool = False) -> None:
        """Add words at a pixel, or an arrow to it, with or without words at its foot."""
        foot = pixel
        if with_arrow:
            _, top, right, _ = self.frame.box
            across = -ASIDE[0] if pixel[0] + ASIDE[0] > right - 40.0 else ASIDE[0]
            down = -ASIDE[1] if pixel[1] + ASIDE[1] < top + 20.0 else ASIDE[1]
            foot = pixel[0] + across, pixel[1] + down
        at, to = self.frame.to_chart(foot), self.frame.to_chart(pixel) if with_arrow else None
        if with_words:
            self._write(at, "", lambda text: NoteWritten(None, text, at, to))
        else:
            self._handler(NoteWritten(None, "", at, to))

    def add_note_at_pin(self, with_arrow: bool) -> None:
        """Add words at the selected pin, beside it or with an arrow to it."""
        place = self.movable().get(self.chosen) or next(iter(self._pins.at.values()), None)
        if place is not None and not self.is_between:
            x, y = self._stage.drawn.to_pixels(place)
            aside = 0.0 if with_arrow else ASIDE[1] / 2
            self.add_note((float(x), float(y) + aside), with_arrow=with_arrow)

    def write_note(self, name: str) -> None:
        """Ask for another text of a note."""
        note = self._named_note(name)
        if note is not None:
            self._write(
                note.at, note.written, lambda text: NoteWritten(note.number, text, note.at, note.to)
            )

    def remove_note(self, name: str) -> None:
        """Ask to remove the note of that name, and select A; nothing happens if there is none."""
        note = self._named_note(name)
        if note is not None:
            self.leave()
            self.chosen = "A"
            self._handler(NoteRemoved(note.number))

    def point_note(self, name: str) -> None:
        """Add an arrow to a note, or remove it."""
        note = self._named_note(name)
        if note is not None:
            x, y = self._stage.drawn.to_pixels(note.at)
            tip = self.frame.to_chart((x - ASIDE[0], y - ASIDE[1])) if note.to is None else None
            self._handler(NoteWritten(note.number, note.written, note.at, tip))

    def _write(self, at: XY, text: str, made: Callable[[str], NoteWritten]) -> None:
        x, y = self._stage.drawn.to_pixels(at)
        place = float(x) * self.magnified, float(y) * self.magnified
        self.ask(place, text, lambda text: self._handler(made(text)))

    def _put(self, to: XY, done: bool) -> None:
        note = self._named_note(self.chosen)
        if number_of(self.chosen) is None:
            super()._put(to, done)
        elif note is not None and np.isfinite(to).all():  # it may be undone while it is held
            self._handler(NoteMoved(note.number, self.chosen.startswith(TIP_OF), to, done))

    def _key_pressed(self, event: KeyEvent) -> None:
        key = name_of(event)
        if self._named_note(self.chosen) is not None and key in ("Delete", "Backspace"):
            self.remove_note(self.chosen)
        elif self._named_note(self.chosen) is not None and key == "Enter":
            self.write_note(self.chosen)
        else:
            super()._key_pressed(event)

"""The form of an export, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from app.views.interface.choices import Choice


@dataclass(frozen=True)
class FormField:
    """A field of a form: a number, a text, a boolean, or a choice."""

    name: str
    words: str
    value: str | int | bool
    choices: tuple[Choice, ...] = ()
    limits: tuple[int, int] = (1, 100_000)
    hint: str = ""

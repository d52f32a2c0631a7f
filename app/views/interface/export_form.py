"""The form of an export, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.views.interface.choices import Choice


@dataclass(frozen=True)
class FormField:
    """A field of a form: a number, a text, a boolean, or a choice.

    ``fills``: what a choice writes into other fields, by their names; ``empty``: the meaning of an
    empty text.
    """

    name: str
    words: str
    value: str | int | bool
    choices: tuple[Choice, ...] = ()
    limits: tuple[int, int] = (1, 100_000)
    hint: str = ""
    empty: str = ""
    fills: Mapping[str, Mapping[str, str | int | bool]] = field(default_factory=dict)

"""Attention heads as views see them: plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.views.interface.choices import Choice


@dataclass(frozen=True)
class KeyChoice:
    """One key of the head: its number in the file, its token, and whether it takes part."""

    number: int
    words: str
    kept: bool
    special: bool


@dataclass(frozen=True, eq=False)
class AttentionState:
    """The head that is shown, the plane of its queries, its temperature and its keys.

    sources: heads that come with the program, and the file that is open; plane: one of ``planes``;
    triple: the tokens of a plane through three, token: that of most information; tokens (m,).
    mask_of: the query whose mask holds, −1 the last; None where all have the same.  layer_words: which
    layer of the file it is, and of the model, if that is known to be another.
    """

    sources: Sequence[Choice]
    source: str
    layer: int
    layers: int
    head: int
    heads: int
    tokens: tuple[str, ...]
    planes: Sequence[Choice]
    plane: str
    triple: tuple[int, int, int]
    token: int
    temperature: float
    keys: tuple[KeyChoice, ...]
    mask_of: int | None = None
    layer_words: str = ""

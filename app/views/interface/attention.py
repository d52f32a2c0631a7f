"""The state of the attention form, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.views.interface.choices import Choice


@dataclass(frozen=True)
class KeyChoice:
    """One key of the head: its number in the file, its token, and whether it is included."""

    number: int
    words: str
    kept: bool
    special: bool


@dataclass(frozen=True, eq=False)
class AttentionState:
    """The head shown, with its plane of queries, temperature and keys.

    sources: bundled heads, and the open file; plane: one of ``planes``; triple: the tokens of a plane
    through three, token: that of most information; tokens (m,).  mask_of: the query whose mask is used,
    −1 the last; None if all have the same.  layer_words: the layer's number in the file and, if
    different, in the model.
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

"""File patterns of dialogs: "PNG (*.png);;SVG, vector graphics (*.svg)"."""

from __future__ import annotations

from collections.abc import Iterable

from app.model.file_formats import formats, suffixes

ALL = "All files (*)"


def pattern(words: str, found: Iterable[str]) -> str:
    """Return one entry with several suffixes: "Heads (*.npz *.safetensors)"."""
    return f"{words} ({' '.join(f'*{suffix}' for suffix in found)})"


def pattern_of(kind: str) -> str:
    """Return one entry for all files of a kind, named after its first format."""
    return pattern(formats(kind)[0].words, suffixes(kind))


def each_of(kind: str) -> str:
    """Return an entry for each format of a kind."""
    return one_of(*(pattern(entry.words, (entry.suffix,)) for entry in formats(kind)))


def one_of(*patterns: str) -> str:
    """Join entries to a pattern, the first one preselected."""
    return ";;".join(patterns)

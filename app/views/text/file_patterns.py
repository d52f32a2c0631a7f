"""The patterns by which a dialog offers files: "PNG (*.png);;SVG, vectors (*.svg)"."""

from __future__ import annotations

from collections.abc import Iterable

from app.model.file_formats import formats, suffixes

ALL = "All files (*)"


def pattern(words: str, found: Iterable[str]) -> str:
    """Return one entry that takes several suffixes: "Heads (*.npz *.safetensors)"."""
    return f"{words} ({' '.join(f'*{suffix}' for suffix in found)})"


def pattern_of(kind: str) -> str:
    """Return one entry for all files of a kind, by the words of its first format."""
    return pattern(formats(kind)[0].words, suffixes(kind))


def each_of(kind: str) -> str:
    """Return an entry for each format of a kind."""
    return one_of(*(pattern(entry.words, (entry.suffix,)) for entry in formats(kind)))


def one_of(*patterns: str) -> str:
    """Return the pattern that offers several, the first one at first."""
    return ";;".join(patterns)

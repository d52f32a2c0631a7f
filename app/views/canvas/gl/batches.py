"""Layers on the GPU: their primitives in as few draw calls as their order allows.

Usually this is one for all shapes and words that lie over the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from app.views.canvas.display_list import Label, Primitive, TexturedMesh, TexturedQuad
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.mesh import MeshVisual
from app.views.canvas.gl.picture import Picture
from app.views.canvas.gl.quads import Quads, Vertices
from app.views.canvas.gl.shapes import tessellated
from app.views.canvas.gl.texts import lettered
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame

# vertices above which shapes have a draw call of their own: to copy them would take longer
MANY = 8000


class Textured(Protocol):
    """A primitive with a texture on the GPU."""

    def set(self, primitive: Any) -> None:
        """Replace the primitive that is drawn."""

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""


Piece = Vertices | Textured


class Batches:
    """The GPU's copies of layers, made again when they change."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._made: dict[Layer, _LayerPieces] = {}
        self._quads: list[Quads] = []
        self._used = 0  # of the quads, in this frame

    def begin(self) -> None:
        """Begin a frame, in which every quad is free again."""
        self._used = 0

    def draw(self, layers: Iterable[tuple[Layer, Sequence[Primitive]]], frame: Frame) -> None:
        """Draw primitives of layers, hindmost first, into the current framebuffer."""
        pieces = (piece for each in layers for piece in self._pieces(*each, frame.ratio))
        for is_small, run in groupby(pieces, _is_small):
            for some in [list(run)] if is_small else ([piece] for piece in run):
                self._batch(some).draw(frame)

    def _pieces(self, layer: Layer, primitives: Sequence[Primitive], ratio: float) -> list[Piece]:
        if layer not in self._made:
            self._made[layer] = _LayerPieces(self._atlas)
        return self._made[layer].of(primitives, ratio)

    def _batch(self, pieces: list[Piece]) -> Textured | Quads:
        """Return what draws a textured primitive, or vertices in one call."""
        if not isinstance(pieces[0], np.ndarray):
            return pieces[0]
        if self._used == len(self._quads):
            self._quads.append(Quads(self._atlas))
        quads = self._quads[self._used]
        self._used += 1
        quads.set([piece for piece in pieces if isinstance(piece, np.ndarray)])
        return quads


class _LayerPieces:
    """The pieces of one layer, made again when its list changes."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._textured: dict[type, list[Textured]] = {Picture: [], MeshVisual: []}
        self._source: tuple[Sequence[Primitive], float] = ((), 0.0)
        self._pieces: list[Piece] = []

    def of(self, primitives: Sequence[Primitive], ratio: float) -> list[Piece]:
        """Return vertices and textured primitives in drawing order."""
        source, before = self._source
        if primitives is not source or ratio != before:
            self._pieces = list(self._make(primitives, ratio))
            self._source = primitives, ratio
        return self._pieces

    def _make(self, primitives: Sequence[Primitive], ratio: float) -> Iterator[Piece]:
        free = {kind: iter([*held]) for kind, held in self._textured.items()}
        for kind, run in groupby(primitives, _kind):
            if kind in free:
                yield from (self._set(kind, next(free[kind], None), each) for each in run)
                continue
            some: list[Any] = list(run)
            made = lettered(some, self._atlas, ratio) if kind is Label else tessellated(some)
            if len(made):
                yield made

    def _set(self, kind: type, held: Textured | None, primitive: Primitive) -> Textured:
        """Return what draws a textured primitive, made if none is held."""
        if held is None:
            held = kind()
            self._textured[kind].append(held)
        held.set(primitive)
        return held


def _kind(primitive: Primitive) -> type:
    match primitive:
        case TexturedQuad():
            return Picture
        case TexturedMesh():
            return MeshVisual
        case Label():
            return Label
        case _:
            return np.ndarray


def _is_small(piece: Piece) -> bool:
    return isinstance(piece, np.ndarray) and len(piece) <= MANY

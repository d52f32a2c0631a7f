"""A layer on the GPU: its primitives in as few draw calls as their order allows.

Usually this is one for shapes and one for text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol

from app.views.canvas.display_list import Label, Primitive, TexturedMesh, TexturedQuad
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.mesh import MeshVisual
from app.views.canvas.gl.picture import Picture
from app.views.canvas.gl.shapes import Shapes
from app.views.canvas.gl.texts import Texts
from app.views.canvas.projections.frame import Frame


class Batch(Protocol):
    """Primitives of one kind on the GPU, drawn in one call."""

    def set(self, primitives: Sequence[Any], ratio: float) -> None:
        """Replace the primitives; ``ratio``: device pixels per logical pixel."""

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""


class Batches:
    """The GPU's copy of one layer, rebuilt when the layer's list changes."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._held: dict[type, list[Batch]] = defaultdict(list)
        self._drawn: list[Batch] = []
        self._source: tuple[Sequence[Primitive], float] = ((), 0.0)

    def draw(self, primitives: Sequence[Primitive], frame: Frame) -> None:
        """Draw primitives into the current framebuffer."""
        source, ratio = self._source
        if primitives is not source or frame.ratio != ratio:
            self._set(primitives, frame.ratio)
            self._source = primitives, frame.ratio
        for batch in self._drawn:
            batch.draw(frame)

    def _set(self, primitives: Sequence[Primitive], ratio: float) -> None:
        self._drawn = []
        used: dict[type, int] = defaultdict(int)
        for kind, run in runs(primitives):
            held = self._held[kind]
            if used[kind] == len(held):
                held.append(Texts(self._atlas) if kind is Texts else kind())
            batch = held[used[kind]]
            used[kind] += 1
            batch.set(run, ratio)
            self._drawn.append(batch)


def runs(primitives: Sequence[Primitive]) -> Iterator[tuple[type, list[Primitive]]]:
    """Split primitives into runs for one draw call each, with the kind of batch."""
    for kind, run in groupby(primitives, _batch):
        if kind in (Picture, MeshVisual):
            yield from ((kind, [each]) for each in run)
        else:
            yield kind, list(run)


def _batch(primitive: Primitive) -> type:
    match primitive:
        case TexturedQuad():
            return Picture
        case TexturedMesh():
            return MeshVisual
        case Label():
            return Texts
        case _:
            return Shapes

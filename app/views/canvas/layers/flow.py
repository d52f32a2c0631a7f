"""Flow layers: thinned arrows, and particles with short tails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import ArrowHeads, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.flow import Particles, VectorField
from app.views.interface.theme import Theme, rgba

SPACING = 30.0  # pixels between arrows
# length of arrows relative to the spacing, for a typical speed and for the longest
COMMON, LONGEST = 0.62, 0.92
QUANTILE = 0.8
SHORTEST = 2.0  # pixels; shorter arrows are omitted
# all arrows have the same head, except that short ones have a smaller head
HEAD = 7.0
# step for converting a vector to pixels, relative to the field's extent
NEAR = 1e-3
TAIL, PIECES = 0.10, 4  # length of a tail as a share of a life, and its number of pieces


class FieldLayer(Layer):
    """Arrows at a subset of grid nodes, spaced at most by their length."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._field: VectorField | None = None

    def set(self, field: VectorField | None) -> None:
        """Set the field, or None."""
        if field is not None or self._field is not None:
            self._field = field
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return shafts and heads centred at the nodes."""
        if self._field is None:
            return ()
        middle, way = _thinned(self._field, frame)
        length = np.hypot(*way.T)
        if not len(length) or not length.max() > 0.0:
            return ()
        scale = COMMON * SPACING / float(np.quantile(length[length > 0.0], QUANTILE))
        drawn = np.minimum(scale * length, LONGEST * SPACING)
        kept = drawn > SHORTEST
        middle, drawn = middle[kept], drawn[kept, None]
        along = way[kept] / length[kept, None]
        feet, tips = middle - 0.5 * drawn * along, middle + 0.5 * drawn * along
        ink, casing = rgba(self.theme.mark, 0.9), self.theme.outline()
        head = np.minimum(HEAD, 0.6 * drawn)
        gap = np.full_like(feet, np.nan)
        lines = np.stack([feet, tips - 0.8 * head * along, gap], axis=1).reshape(-1, 2)
        shapes: list[Primitive] = [Strokes([lines], Pen(ink, 1.3, casing, 1.0))]
        for small in (False, True):
            chosen = (drawn[:, 0] < HEAD / 0.6) == small
            size = 0.6 * HEAD if small else HEAD
            shapes.append(
                ArrowHeads(tips[chosen], along[chosen], Pen(ink, 0.75 * size, casing, 0.9), size)
            )
        return shapes


def _thinned(field: VectorField, frame: Frame) -> tuple[Pixels, Pixels]:
    """Return the pixels (k, 2) of nodes with an arrow, and their vectors."""
    at = frame.to_pixels(field.xy)
    across, up = (_typical(np.diff(at, axis=axis)) for axis in (1, 0))
    columns, rows = (max(1, int(np.ceil(SPACING / max(step, 1e-9)))) for step in (across, up))
    part = (slice(rows // 2, None, rows), slice(columns // 2, None, columns))
    xy, vectors, at = field.xy[part], field.vectors[part], at[part]
    size = np.linalg.norm(vectors, axis=-1)
    known = np.isfinite(size) & np.isfinite(at).all(axis=-1) & (size > 0.0)
    xy, vectors, at, size = xy[known], vectors[known], at[known], size[known]
    if not len(xy):
        return np.zeros((0, 2)), np.zeros((0, 2))
    whole = field.xy[np.isfinite(field.xy).all(axis=-1)]
    near = NEAR * float(np.ptp(whole, axis=0).max())
    way = (frame.to_pixels(xy + near * vectors / size[:, None]) - at) * (size / near)[:, None]
    seen = ~frame.hidden(xy) & np.isfinite(way).all(axis=1)
    left, top, right, bottom = frame.box
    seen &= (at[:, 0] > left) & (at[:, 0] < right) & (at[:, 1] > top) & (at[:, 1] < bottom)
    return at[seen], way[seen]


def _typical(steps: Pixels) -> float:
    """Return the median length of steps (..., 2) in pixels."""
    lengths = np.hypot(steps[..., 0], steps[..., 1])
    known = lengths[np.isfinite(lengths)]
    return float(np.median(known)) if known.size else SPACING


class ParticlesLayer(Layer):
    """Tails of particles; their tracks are converted once per frame geometry."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._particles: Particles | None = None
        self._phase = 0.0
        self._tracks: Pixels | None = None
        self._seen_from: Frame | None = None

    def set(self, particles: Particles | None, phase: float) -> None:
        """Set the particles and their phase, or None."""
        if particles is None and self._particles is None:
            return
        if particles is not self._particles:
            self._tracks = None
        self._particles, self._phase = particles, phase
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return a tail for each particle, growing at its birth and shrinking at its death."""
        if self._particles is None:
            return ()
        if self._tracks is None or self._seen_from != frame:
            self._tracks, self._seen_from = _in_pixels(self._particles, frame), frame
        tails = _tails(self._tracks, self._phase)
        pen = Pen(rgba(self.theme.mark, 0.9), 1.5, self.theme.outline(), 0.9)
        return (Strokes([tails], pen),)


def _in_pixels(particles: Particles, frame: Frame) -> Pixels:
    """Return tracks in pixels (m, n, 2), NaN where hidden."""
    xy = np.asarray(particles.tracks, np.float64)
    pixels = frame.to_pixels(xy)
    hidden = frame.hidden(xy.reshape(-1, xy.shape[-1])).reshape(xy.shape[:-1])
    if hidden.any():
        pixels[hidden] = np.nan
    return pixels


def _tails(tracks: Pixels, phase: float) -> Pixels:
    """Return the tails at a phase, one polyline (k, 2) with NaN between them."""
    moments, count = tracks.shape[:2]
    ages = np.random.default_rng(0).random(count)
    head = (phase + ages) % 1.0 * (1.0 + TAIL)
    at = np.clip(head - np.linspace(TAIL, 0.0, PIECES + 1)[:, None], 0.0, 1.0) * (moments - 1)
    low = np.minimum(at.astype(np.int32), moments - 2)
    share = (at - low)[..., None]
    number = np.arange(count)
    lines = np.full((count, PIECES + 2, 2), np.nan)
    places = tracks[low, number] + share * (tracks[low + 1, number] - tracks[low, number])
    lines[:, :-1] = places.transpose(1, 0, 2)
    return lines.reshape(-1, 2)

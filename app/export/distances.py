"""Figures of a matrix of distances: the dendrogram above it, names beside it, and a bar of colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.export import raster
from app.export.page import broken
from app.export.sheet import Group, Item, Raster, Sheet
from app.views.canvas.colour_map import coloured
from app.views.canvas.display_list import Label
from app.views.interface.distances import DistancesState
from app.views.interface.shapes import Area, Line
from app.views.interface.theme import LIGHT, RGBA, rgba
from compute.core.arrays import Floats
from compute.core.refusal import shorten

# logical pixels: of the matrix, of the dendrogram above, of the names beside, around everything
SIDE, TREE, NAMES, EDGE = 560.0, 120.0, 170.0, 24.0
STRIP, GAP, BAR = 8.0, 6.0, 10.0
TITLE, SIZE, SMALL, LEAST = 14.0, 12.0, 11.0, 4.5
# a name is cut here
LONGEST = 26
COLOURS = "viridis"
UNKNOWN: RGBA = (0.5, 0.5, 0.5, 1.0)


def write(state: DistancesState, target: Path) -> None:
    """Write a figure as PNG, SVG or PDF."""
    raster.write(drawn(state), target, "Distances between points")


def drawn(state: DistancesState) -> Sheet:
    """Draw the matrix of n points, its dendrogram cut into clusters, and the bar of colours."""
    left, top = EDGE, EDGE + 2 * TITLE + TREE
    size = (left + SIDE + STRIP + 2 * GAP + NAMES + EDGE, top + SIDE + 5 * EDGE)
    items = (
        Label(shorten(state.words, 120), (left, EDGE), TITLE, rgba(LIGHT.text), (0.0, 0.5)),
        *_tree(state, left, top),
        *_matrix(state, left, top),
        *_names(state, left + SIDE, top),
        *_bar(state, left, top + SIDE + GAP),
    )
    return Sheet(size, rgba(LIGHT.background), (Group(items),))


def _tree(state: DistancesState, left: float, top: float) -> Iterator[Item]:
    if not len(state.forks):
        return
    cell, highest = SIDE / len(state.order), float(state.forks[..., 1].max()) or 1.0
    low, high = top - GAP, TREE - 2 * GAP
    for group in np.unique(state.fork_groups):
        own = state.forks[state.fork_groups == group]
        lines = [
            np.stack([left + (fork[:, 0] + 0.5) * cell, low - high * fork[:, 1] / highest], axis=1)
            for fork in own
        ]
        colour = LIGHT.group(int(group)) if group >= 0 else LIGHT.muted
        yield Line(lines, rgba(colour), 1.2)
    y = low - high * min(state.cut / highest, 1.04)
    dashes = np.arange(left, left + SIDE, 9.0)
    yield Line([np.array([[x, y], [x + 5.0, y]]) for x in dashes], rgba(LIGHT.text), 0.8)


def _matrix(state: DistancesState, left: float, top: float) -> Iterator[Item]:
    ordered = state.values[np.ix_(state.order, state.order)]
    n = len(ordered)
    # large cells stay sharp in programs that smooth pictures
    fine = max(int(np.ceil(SIDE / n)), 1)
    pixels = coloured(ordered, COLOURS, (0.0, _highest(state)))
    pixels = pixels.repeat(fine, axis=0).repeat(fine, axis=1)
    yield Raster(pixels, (left, top, left + SIDE, top + SIDE), 1.0)
    cell = SIDE / n
    crosses = [
        np.array([[left + j * cell, top + i * cell], [left + (j + 1) * cell, top + (i + 1) * cell]])
        for i, j in np.argwhere(np.isnan(ordered))
    ]
    if crosses:
        yield Line(crosses, UNKNOWN, 0.8)


def _names(state: DistancesState, left: float, top: float) -> Iterator[Item]:
    """Yield the strip of clusters and the names of as many rows as have room."""
    cell = SIDE / len(state.order)
    size = float(np.clip(0.8 * cell, LEAST, SMALL))
    every = max(int(np.ceil(1.15 * size / cell)), 1)
    for row, i in enumerate(state.order):
        y, group = top + row * cell, int(state.groups[i])
        x = left + GAP
        if group >= 0:
            box = np.array([[x, y], [x + STRIP, y], [x + STRIP, y + cell], [x, y + cell]])
            yield Area(box, rgba(LIGHT.group(group)))
        if row % every == 0:
            at = (x + STRIP + GAP, y + cell / 2)
            yield Label(shorten(state.names[i], LONGEST), at, size, rgba(LIGHT.text))


def _bar(state: DistancesState, left: float, top: float) -> Iterator[Item]:
    ramp = np.linspace(0.0, 1.0, 256)[None]
    yield Raster(coloured(ramp, COLOURS, (0.0, 1.0)), (left, top, left + SIDE, top + BAR), 1.0)
    highest = _highest(state)
    for share in (0.0, 0.5, 1.0):
        unit = f" {state.unit}" if share == 1.0 and state.unit else ""
        words, at = f"{share * highest:.3g}{unit}", (left + share * SIDE, top + BAR + SIZE)
        yield Label(words, at, SIZE, rgba(LIGHT.text), (share, 0.5))
    width = SIDE + NAMES
    lines = [line for words in (state.said, state.mapped) for line in broken(words, SMALL, width)]
    for number, line in enumerate(lines):
        at = (left, top + BAR + (2.6 + 1.4 * number) * SIZE)
        yield Label(line, at, SMALL, rgba(LIGHT.muted))


def _highest(state: DistancesState) -> float:
    known: Floats = state.values[np.isfinite(state.values)]
    return float(known.max(initial=0.0)) or 1.0

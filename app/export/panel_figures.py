"""Figures of the panels of heads: the attention matrix, the atlas, the bars of a row, and steering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from app.export.charts import Axis, Chart, Look, spanning
from app.export.figure_panels import shortened
from app.export.page import broken
from app.export.sheet import Group, Item, Raster, Sheet, width_of
from app.views.canvas.colour_map import coloured
from app.views.canvas.ticks import linear
from app.views.interface.attention_matrix import MatrixState
from app.views.interface.head_atlas import CLUSTERS, AtlasState, axis_title
from app.views.interface.shapes import Area, Line
from app.views.interface.steering import PATHS, SteeringState
from app.views.interface.theme import rgba
from app.views.interface.why_there import TITLES, WhyState

COLOURS = "viridis"
# room around a plot, and between lines of words, in sizes of letters; room of names at most
EDGE, ROW, ACROSS, NAMES = 1.2, 1.35, 4.0, 0.34
# heads that are named in the atlas
NAMED = 8


def matrix(state: MatrixState, look: Look) -> Sheet:
    """Return the rows of a head, queries down and keys across, with the rows of A and B."""
    size, (width, height) = look.size, look.sides
    words = _below(state.words, look)
    names = [shortened(name, size, NAMES * width) for name in state.queries]
    left = EDGE * size + max(width_of(name, size) for name in names) + size
    bar = 5.5 * size
    foot = (ACROSS + ROW * len(words)) * size
    m, n = state.rows.shape
    cell = min((width - left - bar - EDGE * size) / n, (height - EDGE * size - foot) / m)
    _check(cell * max(m, n), look)
    box = (left, EDGE * size, left + cell * n, EDGE * size + cell * m)
    top = float(np.nanmax(state.rows)) or 1.0
    values = np.where(state.seen, state.rows, np.nan)
    items: list[Item] = [_cells(values, (0.0, top), box)]
    every = max(1, int(np.ceil(1.1 * size / cell)))
    for i in range(0, m, every):
        items.append(look.words(names[i], (left - size / 2, box[1] + (i + 0.5) * cell), (1.0, 0.5)))
    apart = max(1, int(np.ceil(2.4 * size / cell)))
    for j in range(0, n, apart):
        at = (left + (j + 0.5) * cell, box[3] + size)
        items.append(look.words(str(j), at, (0.5, 0.5), look.theme.muted))
    items.append(look.words("key", ((box[0] + box[2]) / 2, box[3] + 2.4 * size), (0.5, 0.5)))
    for row, colour in zip(state.pins, (look.theme.pin_a, look.theme.pin_b), strict=True):
        if 0 <= row < m:
            y0, y1 = box[1] + row * cell, box[1] + (row + 1) * cell
            outline = np.array([[left, y0], [box[2], y0], [box[2], y1], [left, y1], [left, y0]])
            items.append(Line([outline], rgba(colour), look.thick))
    items += _bar(look, (box[2] + size, box[1], box[2] + 1.8 * size, box[3]), top)
    items += _paragraph(words, box[3] + ACROSS * size, look)
    return _page(items, look)


def why(state: WhyState, look: Look) -> Sheet:
    """Return the bars of a row: parts of a logit by dimensions, or shares of the metric by keys."""
    size, (width, height) = look.size, look.sides
    words = _below(state.words, look)
    names = [shortened(name, size, NAMES * width) for name in state.names]
    left = EDGE * size + max((width_of(name, size) for name in names), default=0.0) + size
    bottom = height - (ACROSS + 0.6 + ROW * len(words)) * size
    box = (left, EDGE * size, width - EDGE * size, bottom)
    _check(min(box[2] - box[0], box[3] - box[1]), look)
    low, high = min(0.0, float(state.values.min(initial=0.0))), float(state.values.max(initial=0.0))
    high = max(high, 0.0) if high > low else low + 1.0
    border = 0.03 * (high - low)
    count = max(len(names), 1)
    rows = tuple((count - 1.0 - i, name) for i, name in enumerate(names))
    across = Axis(low - border * (low < 0), high + border, TITLES[state.split])
    chart = Chart(box, across, Axis(-0.5, count - 0.5, "", rows or ((0.0, ""),)), look)
    items = [*chart.frame()]
    for i, value in enumerate(state.values):
        y = count - 1.0 - i
        corners = [[0.0, y - 0.35], [value, y - 0.35], [value, y + 0.35], [0.0, y + 0.35]]
        colour = look.theme.pin_a if value >= 0 else look.theme.pin_b
        items.append(Area(chart.place(corners), rgba(colour)))
    items += _paragraph(words, bottom + (ACROSS + 0.2) * size, look)
    return _page(items, look)


def steering(state: SteeringState, look: Look) -> Sheet:
    """Return the leaked mass on the three paths from A to B, with the measures below."""
    assert state.t is not None and state.leaks is not None
    size, (width, height) = look.size, look.sides
    ends = f"From “{state.tokens[state.a]}” to “{state.tokens[state.b]}”."
    words = _below(" ".join((ends, f"{state.lumped}.", *state.lines)), look)
    foot = (ACROSS + ROW * len(words)) * size
    box = (5.5 * size, (2.6 + ROW * len(PATHS)) * size, width - EDGE * size, height - foot)
    _check(min(box[2] - box[0], box[3] - box[1]), look)
    top = max(float(np.nanmax(values)) for values in state.leaks.values())
    up = Axis(0.0, 1.06 * top if top > 0 else 1.0, "")
    chart = Chart(box, Axis(0.0, 1.0, "share of the way from A to B"), up, look)
    colours = (look.theme.e_path, look.theme.m_path, look.theme.geodesic)
    items: list[Item] = [*chart.frame()]
    items.append(look.words("Leaked mass", (size, EDGE * size), bold=True))
    for i, (name, colour) in enumerate(zip(PATHS, colours, strict=True)):
        items.append(chart.line(np.stack([state.t, state.leaks[name]], axis=1), colour))
        y = (EDGE + ROW * (i + 1)) * size
        items.append(Line([np.array([[size, y], [3 * size, y]])], rgba(colour), look.thick))
        items.append(look.words(PATHS[name], (3.6 * size, y)))
    items += _paragraph(words, height - foot + (ACROSS - 0.2) * size, look)
    return _page(items, look)


def atlas(state: AtlasState, look: Look) -> Sheet:
    """Return all heads as dots, by two scores or on the map, in the colours of the panel."""
    size, (width, height) = look.size, look.sides
    by_cluster = state.chosen.colours == CLUSTERS and len(state.clusters) > 0
    said = state.map_words if state.is_map or by_cluster else ""
    words = _below(
        " ".join(filter(None, (said, f"{state.compared[:1].upper()}{state.compared[1:]}."))), look
    )
    foot = (ACROSS + ROW * len(words)) * size
    box = (5.5 * size, 2.6 * size, width - EDGE * size, height - foot)
    _check(min(box[2] - box[0], box[3] - box[1]), look)
    places = state.places
    known = places[np.isfinite(places).all(axis=1)]
    across = "" if state.is_map else axis_title(state.chosen.across)
    chart = Chart(box, spanning(known[:, 0], across), spanning(known[:, 1], ""), look)
    if state.is_map:
        chart = _at_one_scale(chart)
    colours = _of_heads(state, by_cluster, look)
    items: list[Item] = [*chart.frame()] if not state.is_map else []
    items += chart.dots(places, colours)
    items += _names(state, chart.place(places), _named(state, places), look)
    title = "Heads by their mean Fisher–Rao distance"
    if not state.is_map:
        title = axis_title(state.chosen.up)
    items.append(look.words(title, (size, EDGE * size), bold=True))
    items += _paragraph(words, height - foot + (ACROSS - 0.2) * size, look)
    return _page(items, look)


def _at_one_scale(chart: Chart) -> Chart:
    """Return a chart with one scale on both axes."""
    left, top, right, bottom = chart.box
    a, u = chart.across, chart.up
    unit = max((a.high - a.low) / (right - left), (u.high - u.low) / (bottom - top))
    dx, dy = (unit * side / 2 for side in (right - left, bottom - top))
    x, y = (a.low + a.high) / 2, (u.low + u.high) / 2
    return Chart(chart.box, Axis(x - dx, x + dx, ""), Axis(y - dy, y + dy, ""), chart.look)


def _of_heads(state: AtlasState, by_cluster: bool, look: Look) -> list[str]:
    """Return the colour of each dot: of its cluster, or of its layer."""
    if by_cluster:
        return [look.theme.group(int(group)) for group in state.clusters]
    share = np.array([[of.place.layer / max(state.layers - 1, 1) for of in state.heads]])
    pixels = coloured(share, COLOURS, (0.0, 1.0))[0]
    return ["#" + "".join(f"{int(part):02x}" for part in pixel[:3]) for pixel in pixels]


def _names(
    state: AtlasState, dots: np.ndarray, chosen: Sequence[int], look: Look
) -> Iterator[Item]:
    """Yield the names of heads beside their dots, at most `NAMED` that leave each other room."""
    taken: list[tuple[float, float, float]] = []
    for i in chosen:
        name, (x, y) = state.heads[i].name, dots[i]
        left, right = x + 0.6 * look.size, x + 0.6 * look.size + width_of(name, look.size)
        clear = [y1 for x0, x1, y1 in taken if x0 < right and left < x1 and abs(y - y1) < look.size]
        if not clear and len(taken) < NAMED:
            taken.append((left, right, y))
            yield look.words(name, (float(left), float(y)))


def _named(state: AtlasState, places: np.ndarray) -> list[int]:
    """Return the heads to name first: the largest by the vertical score; on the map those in the
    middle of clusters and of near pairs.
    """
    if state.is_map:
        order = [*state.middles, *(i for a, b, _ in state.pairs for i in (a, b))]
    else:
        order = [int(i) for i in np.argsort(-np.nan_to_num(places[:, 1], nan=-np.inf))]
    return [i for i in dict.fromkeys(order) if np.isfinite(places[i]).all()]


def _cells(values: np.ndarray, limits: tuple[float, float], box: tuple[float, ...]) -> Raster:
    """Return a matrix as a picture whose cells stay sharp in programs that smooth pictures."""
    fine = max(int(np.ceil((box[2] - box[0]) / values.shape[1])), 1)
    pixels = coloured(values, COLOURS, limits).repeat(fine, axis=0).repeat(fine, axis=1)
    return Raster(pixels, (box[0], box[1], box[2], box[3]), 1.0)


def _bar(look: Look, box: tuple[float, ...], top: float) -> Iterator[Item]:
    """Yield the colours of weights from 0 to the largest."""
    ramp = np.linspace(1.0, 0.0, 256)[:, None]
    yield _cells(ramp, (0.0, 1.0), box)
    for value, words in linear(0.0, top, max((box[3] - box[1]) / (3 * look.size), 2.0)):
        y = box[3] - value / top * (box[3] - box[1])
        yield look.words(words, (box[2] + look.size / 2, y), colour=look.theme.muted)


def _below(text: str, look: Look) -> list[str]:
    """Return words below a figure, broken into lines."""
    return broken(text, look.size, look.sides[0] - 2 * EDGE * look.size) if text else []


def _paragraph(lines: Sequence[str], top: float, look: Look) -> list[Item]:
    return [
        look.words(line, (EDGE * look.size, top + ROW * i * look.size), colour=look.theme.muted)
        for i, line in enumerate(lines)
    ]


def _check(room: float, look: Look) -> None:
    if room < 6 * look.size:
        raise ValueError("the figure is too small for its letters: make it larger")


def _page(items: Sequence[Item], look: Look) -> Sheet:
    ground = rgba(look.theme.background)
    return Sheet(look.sides, ground, (Group(tuple(items)),), in_mm=look.in_mm)

"""The text alternatives of plots: what a screen reader says of them.  Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.interface.attention_matrix import MatrixState
from app.views.interface.distances import DistancesState
from app.views.interface.events import Array
from app.views.interface.head_atlas import AtlasState
from app.views.interface.rows import RowsState
from app.views.interface.token_path import TokenPathState
from app.views.interface.topology import TopologyState
from app.views.interface.views import Distributions
from app.views.text.token_names import isolated

MOST = 3  # outcomes that are named of a row


def of_distributions(shown: Distributions | None) -> str:
    """Give the likeliest outcomes of each row, or where each density is highest."""
    if shown is None or len(shown.x) < 2:
        return "No distributions."
    said, every = [], shown.every
    words = [every.names[i] for i in every.shown] if every else list(map(isolated, shown.labels))
    for name, row in zip(shown.names, shown.rows, strict=True):
        if words:
            first = np.argsort(-row, kind="stable")[:MOST]
            each = ", ".join(f"{words[i]} {row[i]:.2f}" for i in first)
            said.append(f"{name}: {each}")
        else:
            top = int(np.argmax(row))
            said.append(f"{name}: highest at {shown.x[top]:.3g}, where p = {row[top]:.3g}")
    return _sentences([*said, "Being computed again" if shown.stale else ""])


def of_line(times: Array, values: Array) -> str:
    """Give both ends of a line over time, and its range."""
    if not len(values):
        return "Nothing yet."
    ends = f"{values[0]:.3g} at time {times[0]:.3g}, {values[-1]:.3g} at time {times[-1]:.3g}"
    return _sentences([ends, f"From {values.min():.3g} to {values.max():.3g} in between"])


def of_pairs(state: TopologyState) -> str:
    """Count the pairs of a persistence diagram, and name the one that lasts longest."""
    counts = [int((state.dimension == k).sum()) for k in (0, 1)]
    said = [f"{counts[0]} components and {counts[1]} loops of {state.label}"]
    lasting = np.where(np.isfinite(state.death), np.abs(state.death - state.birth), -1.0)
    if (lasting >= 0).any():
        i = int(lasting.argmax())
        kind = ("component", "loop")[int(state.dimension[i])]
        span = f"{state.birth[i]:.4g} to {state.death[i]:.4g}"
        said.append(f"The {kind} that lasts longest and ends: {span}")
    return _sentences([*said, state.story])


def of_matrix(state: TokenPathState) -> str:
    """Give the nearest and the farthest two rows of a matrix of distances."""
    gaps, places = state.distances, state.places
    if len(gaps) < 2:
        return "One row."
    rows, columns = np.triu_indices(len(gaps), 1)
    found = gaps[rows, columns]
    said = [f"Distances between {len(gaps)} rows"]
    for word, i in (("Nearest", int(found.argmin())), ("Farthest", int(found.argmax()))):
        said.append(f"{word}: {places[rows[i]]} and {places[columns[i]]}, {found[i]:.3g}")
    return _sentences(said)


def of_distances(state: DistancesState) -> str:
    """Give the summary, the nearest and the farthest two points, and the clusters."""
    rows, columns = np.triu_indices(len(state.names), 1)
    found = state.values[rows, columns]
    said = [state.words]
    if np.isfinite(found).any():
        for word, i in (
            ("Nearest", int(np.nanargmin(found))),
            ("Farthest", int(np.nanargmax(found))),
        ):
            pair = f"{state.names[rows[i]]} and {state.names[columns[i]]}"
            said.append(f"{word}: {pair}, {found[i]:.3g}")
    return _sentences([*said, state.said])


def of_attention(state: MatrixState) -> str:
    """Give the key with the most weight of each pin's row, or of the first rows."""
    said = [f"{len(state.queries)} queries over {len(state.keys)} keys"]
    named = [("A", state.pins[0]), ("B", state.pins[1])]
    rows = [(name, row) for name, row in named if 0 <= row < len(state.rows)]
    for name, row in rows:
        if np.isfinite(state.rows[row]).all():
            key = int(state.rows[row].argmax())
            weight = state.rows[row, key]
            said.append(f"{name} on {state.queries[row]}: most to {state.keys[key]}, {weight:.2f}")
        else:
            said.append(f"{name} on {state.queries[row]}: its mask leaves it no key")
    return _sentences(said)


def of_atlas(state: AtlasState, score: str) -> str:
    """Give the heads that come first by a score, and the nearest pair."""
    known = [of for of in state.heads if of.values[score] == of.values[score]]
    known.sort(key=lambda of: -of.values[score])
    said = [f"{len(state.heads)} heads"]
    said += [f"{of.name}: {of.values[score]:.3g}" for of in known[:MOST]]
    for a, b, gap in state.pairs[:1]:
        said.append(f"Nearest: {state.heads[a].name} and {state.heads[b].name}, {gap:.3g}")
    return _sentences(said)


def of_bars(names: Sequence[str], values: Array) -> str:
    """Give the largest bars, in their order."""
    pairs = zip(names, values, strict=True)
    return _sentences([f"{name}: {value:.3g}" for name, value in pairs][: 2 * MOST])


def of_turns(state: TokenPathState) -> str:
    """Give the sharpest turn of a path."""
    if not np.isfinite(state.turning).any():
        return "No turns."
    i = int(np.nanargmax(state.turning))
    return f"Sharpest turn: {state.turning[i]:.0f} degrees at {state.places[i]}."


def of_strips(state: RowsState) -> str:
    """Give the likeliest outcome at both ends of each path, with the words beside its title."""
    said = []
    for strip in state.strips:
        words = f"{strip.title}: {'' if strip.fine else '⚠ '}{strip.words}"
        if state.labels and len(strip.rows):
            first, last = (state.labels[int(row.argmax())] for row in strip.rows[[0, -1]])
            words += f"; likeliest at A {isolated(first)}, at the end {isolated(last)}"
        said.append(words)
    return _sentences(said)


def _sentences(parts: Sequence[str]) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)

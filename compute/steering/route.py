"""A path between two hidden states, and the next word's distribution along it over all words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, Ints
from compute.core.sphere import log_softmax
from compute.heads.output_head import WordChoice
from compute.steering.leak import leak
from compute.steering.mean_path import off_line


@dataclass(frozen=True, eq=False)
class Route:
    """Points of a path from A to B, each with status (s,).

    t (s,): shares of the way; states (s, d); top (s, w): numbers of the likeliest words, p (s, w)
    theirs; leak (s,): mass on words that are likely at neither end; kl (s,) = KL(p_A ‖ p_t); rest (s,):
    mass of the words that are no keys; lumped (s,): the same by the lumped key; bend (s,): |η(t) −
    (1 − t) η_A − t η_B| / |η_B − η_A|.  All but ``lumped`` are of all words, without approximation,
    unless the layer has a row that stands for many words: it counts as one.
    """

    kind: str
    t: Floats
    states: Floats
    top: NDArray[np.int64]
    p: Floats
    leak: Floats
    kl: Floats
    rest: Floats
    lumped: Floats
    bend: Floats
    status: Ints


def route(
    kind: str, choice: WordChoice, t: Floats, states: Floats, status: Ints, words: int = 5
) -> Route:
    """Return a path with its distributions: t (s,) from 0 to 1, states (s, d) from A to B."""
    log_rows = choice.layer.log_rows(states)
    rows = np.exp(log_rows)
    order = np.argsort(-rows, axis=1, kind="stable")[:, :words]
    others = np.ones(len(choice.layer), bool)
    others[choice.chosen] = False
    keys = np.exp(log_softmax(states @ choice.K.T + choice.bias))
    return Route(
        kind,
        t,
        states,
        order,
        np.take_along_axis(rows, order, axis=1),
        leak(rows, rows[[0, -1]]),
        np.sum(rows[0] * (log_rows[0] - log_rows), axis=1),
        rows[:, others].sum(axis=1),
        keys[:, len(choice.chosen) :].sum(axis=1),
        _bend(choice.layer.mean(rows), t),
        status,
    )


def _bend(eta: Floats, t: Floats) -> Floats:
    off, across = off_line(eta, eta[[0, -1]], t)
    found: Floats = np.linalg.norm(off, axis=1) / across
    return found

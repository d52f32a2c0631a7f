"""Distributions at A, at B and at the moving point, over the outcomes that have bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.path import PathAnswer
from app.model.scene import Pin, Scene
from app.presenters import head_specification
from app.presenters.drawables import moving_point
from app.views.interface.views import Distributions, Outcomes
from app.views.text.token_names import isolated
from compute.core.arrays import Floats
from compute.manifold.manifold import Manifold

# maximum number of outcomes with a bar
MOST_BARS, LIKELIEST = 40, 32
# a pin this close to a token, relative to the tokens' largest coordinate, is on it
THERE = 1e-9
# of a family that a metric or a potential states
NO_DISTRIBUTIONS = Distributions(np.zeros(0), (), "", (), np.zeros((0, 0)))


def distributions(scene: Scene, answer: PathAnswer, manifold: Manifold) -> Distributions | None:
    """Return p at A, at B and at the moving point; None for a family without distributions."""
    assert scene.start and scene.end
    if len(answer.x) == 0:
        return None
    tokens = token_of(scene.start, manifold), token_of(scene.end, manifold)
    names = (_pin_name("A", tokens[0], manifold), _pin_name("B", tokens[1], manifold))
    rows = np.stack([answer.row_a, answer.row_b, moving_point(answer, scene.playhead)[1]])
    found = Distributions(
        answer.x,
        answer.labels,
        answer.support_title,
        (*names, "moving point"),
        rows,
        counts=answer.counts,
    )
    if not answer.labels:
        return found
    places = None if answer.kept is None else tuple(answer.kept.tolist())
    numbered_names = head_specification.named_keys(scene.family, answer.labels, places)
    some = shown_outcomes(answer)
    every, few = Outcomes(numbered_names, rows, (), some), _few(len(some), answer)
    labels = answer.labels
    if manifold.landmarks is not None:  # only heads have remarks
        found = replace(found, note=head_specification.row_note(scene.family, tokens))
        own = [None if t is None else head_specification.own_row(scene.family, t) for t in tokens]
        if any(row is not None for row in own):
            labels, every = _of_file(scene, answer, manifold, own)
            count, shown = len(labels), len(every.shown)
            few = "" if shown == count else f"the {shown} likeliest of {count}"
    some = every.shown
    return replace(
        found,
        x=answer.x if len(some) == len(answer.x) else np.arange(float(len(some))),
        labels=tuple(labels[j] for j in some),
        rows=every.rows[:, some],
        few=few,
        own=tuple(None if row is None else row[some] for row in every.own),
        every=every,
    )


def _of_file(
    scene: Scene, answer: PathAnswer, manifold: Manifold, own: list[Floats | None]
) -> tuple[tuple[str, ...], Outcomes]:
    """Return the names of a file's keys, and the plane's rows and the tokens' own rows over them.

    Keys that the plane's mask excludes have only tokens' own rows; keys without any row are left
    out.
    """
    assert scene.start and scene.end
    of_plane, labels = head_specification.outcomes(scene.family)
    at = np.array([scene.start.theta, scene.end.theta, moving_point(answer, scene.playhead)[0]])
    rows = np.zeros((3, len(labels)))
    rows[:, of_plane] = manifold.density(at, manifold.support(at).x)
    most = np.max([*rows, *(row for row in own if row is not None)], axis=0)
    some = np.flatnonzero(np.isin(np.arange(len(labels)), of_plane) | (most > 0))
    shown = np.arange(len(some))
    if len(some) > MOST_BARS:
        shown = np.sort(np.argsort(-most[some], kind="stable")[:LIKELIEST])
    words = tuple(labels[j] for j in some)
    names = head_specification.named_keys(scene.family, words, tuple(some.tolist()), of_file=True)
    rows_of_tokens = tuple(None if row is None else row[some] for row in own)
    plane = np.searchsorted(some, of_plane)
    return words, Outcomes(names, rows[:, some], rows_of_tokens, shown, plane)


def moving_row(
    scene: Scene, answer: PathAnswer, manifold: Manifold, plots: Distributions | None
) -> Floats:
    """Return p at the moving point over all outcomes named in plots."""
    theta, row = moving_point(answer, scene.playhead)
    if plots is None or plots.every is None or plots.every.plane is None:
        return row
    found = np.zeros(len(plots.every.names))
    at = theta[None]
    found[plots.every.plane] = manifold.density(at, manifold.support(at).x)[0]
    return found


def shown_outcomes(answer: PathAnswer) -> NDArray[np.intp]:
    """Return the outcomes shown as bars, in their own order: the likeliest on the path if there are
    very many.
    """
    count = len(answer.labels)
    if count <= MOST_BARS:
        return np.arange(len(answer.x))
    return np.sort(np.argsort(-answer.rows.max(axis=0), kind="stable")[:LIKELIEST])


def _few(count: int, answer: PathAnswer) -> str:
    """Return a note if not all outcomes have a bar."""
    if answer.kept is not None:
        return answer.support_title.partition(": ")[2]
    return "" if count == len(answer.x) else f"the {count} likeliest of {len(answer.x)}"


def token_of(pin: Pin, manifold: Manifold) -> int | None:
    """Return the token at a pin: the one it snapped to, or one at the same place."""
    marks = manifold.landmarks
    if pin.token is not None or marks is None or not len(marks.theta):
        return pin.token
    away = np.abs(marks.theta - np.asarray(pin.theta)).max(axis=1)
    nearest = int(away.argmin())
    return nearest if away[nearest] <= THERE * np.abs(marks.theta).max() else None


def _pin_name(name: str, token: int | None, manifold: Manifold) -> str:
    if token is None or manifold.landmarks is None or token >= len(manifold.landmarks.labels):
        return name
    word = isolated(manifold.landmarks.labels[token])
    if manifold.landmarks.is_own(token):
        return f"{name} · {word}"
    return f"{name} · “{word}” under the mask of “{isolated(manifold.landmarks.mask_of)}”"

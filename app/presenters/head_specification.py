"""Presentation of an attention head's specification: file, plane, temperature, keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.views.interface.attention import AttentionState, KeyChoice
from app.views.interface.views import Choice
from app.views.text.mathematics import powers
from app.views.text.scalar_names import words_of
from app.views.text.token_names import isolated, numbered
from compute.attention import head_summary
from compute.core.arrays import Floats
from compute.families import manifold as manifold_of
from compute.families import parse
from compute.families.attention import SINK
from compute.heads import attention_rows, head_selection, output_file, query_plane
from compute.heads import head as heads
from compute.heads.head_selection import chosen, file_of, settings
from compute.heads.output_layer import OutputLayer
from compute.heads.token_words import is_special
from compute.heads.verification import EXPLAINED, verification
from compute.manifold.manifold import Manifold

NAME = "attention"
PLANES = (
    Choice("tokens", "Through three tokens"),
    Choice("pca", "Principal components"),
    Choice("fisher", "Most Fisher information"),
)
LONGEST = 48
# rows that differ by less are equal to the digits shown
SAME = 5e-4


@lru_cache(maxsize=4)
def state(family: str) -> AttentionState:
    """Return the pickers' state for a specification."""
    c = settings(parse(family)[1])
    head, plane = chosen(c)
    file = file_of(c)
    return AttentionState(
        sources=_sources(c["source"]),
        source=c["source"],
        layer=c["layer"],
        layers=file.layers,
        head=c["head"],
        heads=file.heads,
        tokens=head.query_labels,
        planes=PLANES,
        plane=c["plane"],
        triple=_triple(head, plane),
        token=c["token"],
        temperature=float(c["temperature"]),
        keys=_keys(file, head),
        mask_of=c["mask_of"] if file.masks_by_query else None,
        layer_words=file.layer_words(c["layer"]),
    )


def _triple(head: heads.Head, plane: query_plane.Plane) -> tuple[int, int, int]:
    """Return the three tokens of a plane through tokens; for another plane the default ones."""
    if plane.triple:
        return plane.triple
    return query_plane.default_triple(head) if len(head.q) > 2 else (*plane.pins, 0)


def _keys(file: heads.HeadFile, head: heads.Head) -> tuple[KeyChoice, ...]:
    kept = set(head.numbers)
    return tuple(
        KeyChoice(number, words, number in kept, is_special(words))
        for number, words in enumerate(file.key_labels)
    )


@lru_cache(maxsize=8)
def named_keys(
    family: str,
    labels: tuple[str, ...],
    kept: tuple[int, ...] | None = None,
    of_file: bool = False,
) -> tuple[str, ...]:
    """Return the names of outcomes: position and word for a head's keys, else the labels as given.

    A sink keeps its label too.  ``kept``: the indices of the labelled outcomes, None for all;
    ``of_file``: whether the indices count all outcomes of the file, not only those on the plane.
    """
    name, stated = parse(family)
    numbers: Sequence[int] = ()
    if name == NAME:
        c = settings(stated)
        numbers = range(len(file_of(c).key_labels)) if of_file else chosen(c)[0].numbers
    places = range(len(labels)) if kept is None else kept
    return tuple(
        numbered(numbers[j], word) if j < len(numbers) else word
        for j, word in zip(places, labels, strict=True)
    )


def scalar_words(family: str, scalar: str, token: int) -> str:
    """Return the name of a scalar map; that of a probability says of which key it is."""
    if scalar != "probability":
        return words_of(scalar)
    manifold = manifold_of(family)
    labels = manifold.support(np.array([manifold.interior])).labels
    return f"Probability of “{named_keys(family, labels)[token]}”"


def _sources(source: str) -> list[Choice]:
    """Return the bundled heads by their texts, and the open file."""
    found = [Choice(name, _shortened(text)) for name, text in heads.texts().items()]
    return found if source in heads.texts() else [*found, Choice(source, Path(source).name)]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def note(manifold: Manifold, family: str = "") -> str:
    """Describe how far tokens lie off the plane, whose mask applies, and how rows were verified.

    Returns "" without tokens.
    """
    if manifold.landmarks is None or manifold.name != NAME:
        return ""
    rows = " ".join(word[0].upper() + word[1:] + "." for word in caveats(family)) if family else ""
    if manifold.singular:
        return f"Gaussian curvature K: {manifold.curvature_words}. {rows}".rstrip()
    residual = manifold.landmarks.residual
    exact = residual <= 1e-9
    if exact.all():
        return f"The plane contains all queries. {rows}".rstrip()
    off = float(np.median(residual[~exact]))
    held = {0: "no query", 1: "one query", 2: "two queries", 3: "three queries"}
    count = int(exact.sum())
    return (
        f"The plane contains {held.get(count, f'{count} queries')} exactly. The others lie off "
        f"it by {off:.0%} of their distance (median): the fainter a token, the farther. {rows}"
    ).rstrip()


@lru_cache(maxsize=16)
def caveats(family: str) -> tuple[str, ...]:
    """Return the caveats about the rows on a head's plane, one phrase each; () for other families.

    They name the mask, parts of the model that matter, and the verification of all queries' rows, each
    under its own mask.
    """
    name, stated = parse(family)
    if name != NAME:
        return ()
    c = settings(stated)
    if c["output"]:
        return (_of_output(output_file.load(c["source"])),)
    file = file_of(c)
    layer, head = c["layer"], c["head"]
    said = []
    if file.sequences > 1:
        said.append(f"the file has {file.sequences} sequences, and this is batch={c['batch']}")
    if file.masks_by_query:
        query = file.query_of(c["mask_of"])
        others = int((~attention_rows.holds(file, layer, head, query)).sum())
        said.append(
            f"under the mask of “{isolated(file.labels[query])}”"
            + (f", which differs from the mask of {others} hollow tokens" if others else "")
        )
    if np.isfinite(file.softcap_of(layer, head)):
        cap = file.softcap_of(layer, head)
        said.append(
            f"logits are capped at {cap:g}: a curved exponential family, without dual coordinates"
        )
    if np.isfinite(file.sink_of(layer, head)):
        said.append("the model’s sink is an extra key, “(sink)”")
    each = "each row under its own mask: " if file.masks_by_query else ""
    return (*said, each + verified(file, layer, head))


def _of_output(layer: OutputLayer) -> str:
    """Describe how the next-token rows of a file were verified when it was made."""
    if np.isnan(layer.verified):
        return "not verified: the file has no record of the model’s next-token rows"
    if layer.verified <= EXPLAINED:
        return f"the model’s own next-token rows when it was captured, within {layer.verified:.0e}"
    return f"differs from the model’s own next-token rows by {layer.verified:.2g}"


def verified(file: heads.HeadFile, layer: int, head: int) -> str:
    """Describe the verification of the rows given by q, k, mask, scale and bias of the file."""
    return powers(verification(file, layer, head, head_summary.sample(len(file.tokens))).words)


def attends(family: str, token: int) -> str:
    """Return the words of a menu entry: a token's own row, and the number of keys it attends to."""
    c = settings(parse(family)[1])
    count, word = head_selection.keys_seen(c, token), isolated(file_of(c).labels[token])
    return f"As “{word}” really attends: {count} {'key' if count == 1 else 'keys'}"


def no_plane_of(family: str, token: int) -> str:
    """Return why the plane of a token's own mask cannot be shown; "" if it can."""
    c = settings(parse(family)[1])
    count, word = head_selection.keys_seen(c, token), isolated(file_of(c).labels[token])
    if count >= head_selection.LEAST_KEYS:
        return ""
    row = "its own row is marked on the bars of Distributions" if count else "it has no row"
    return (
        f"“{word}” sees {count} of the keys, and a plane needs {head_selection.LEAST_KEYS}: {row}"
    )


def row_note(family: str, tokens: tuple[int | None, ...]) -> str:
    """Describe rows at tokens: their `caveats`, and their difference from the tokens' own rows."""
    said = list(caveats(family))
    if not said:
        return ""
    for name, token in zip("AB", tokens, strict=True):
        if token is not None:
            said.insert(-1, _own(family, name, token))
    return " · ".join(word for word in said if word)


@lru_cache(maxsize=64)
def _own(family: str, name: str, token: int) -> str:
    """Describe how the row at a token's place on the plane differs from that of its own query and
    mask.
    """
    marks = manifold_of(family).landmarks
    assert marks is not None
    gap = off_own(family, token)
    if np.isnan(gap):
        return (
            f"{name}: the mask of “{isolated(marks.labels[token])}” leaves it no key: it has no row"
        )
    if gap < SAME:
        return ""
    why = [] if marks.is_own(token) else ["its own mask"]
    why += [f"{marks.residual[token]:.0%} off the plane"] if marks.residual[token] > 1e-9 else []
    row = f"the token’s own row, “{isolated(marks.labels[token])}”,"
    return f"{name}: {row} differs by up to {gap:.2g} ({', '.join(why)})"


def off_own(family: str, token: int) -> float:
    """Return the largest difference between the row of a token's place on the plane and its own row;
    NaN if its mask leaves it no key.
    """
    shown, own = _rows_at(family, token)
    return float(np.abs(shown - own).max())


def own_row(family: str, token: int) -> Floats | None:
    """Return a token's own row over all `outcomes` of the file.

    It is the row of the token's own query under its own mask, at the specification's temperature
    and without its excluded keys; a sink has the rest.  None if the plane shows this row, or if
    there is none.
    """
    shown, own = _rows_at(family, token)
    if not np.abs(shown - own).max() >= SAME:
        return None
    of_plane, labels = outcomes(family)
    has_sink = of_plane[-1] == len(labels) - 1
    return np.append(own, max(1.0 - own.sum(), 0.0) if has_sink else 0.0)


@lru_cache(maxsize=4)
def outcomes(family: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return the indices of the outcomes on the plane, and the names of all outcomes.

    All outcomes are the keys of the file, then its sink.
    """
    c = settings(parse(family)[1])
    file, head = file_of(c), chosen(c)[0]
    sink = (len(file.key_labels),) if np.isfinite(head.sink) else ()
    return np.array([*head.numbers, *sink]), (*file.key_labels, SINK)


@lru_cache(maxsize=64)
def _rows_at(family: str, token: int) -> tuple[Floats, Floats]:
    """Return the row at a token's place on the plane, and its own row, over all keys of the file."""
    manifold, c = manifold_of(family), settings(parse(family)[1])
    file, head = file_of(c), chosen(c)[0]
    assert manifold.landmarks is not None
    theta = manifold.landmarks.theta[token]
    left_out = query_plane.whole_numbers("mask", c["mask"])
    own = attention_rows.rows(
        file, c["layer"], c["head"], [token], float(c["temperature"]), left_out
    )[0]
    shown = np.zeros(len(own))
    # a sink is not a key of the file
    row = manifold.density(theta, manifold.support(theta[None]).x)[: len(head.numbers)]
    shown[list(head.numbers)] = row
    return shown, own

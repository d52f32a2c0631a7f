"""What is said of an attention head: its file, its plane, its temperature, its keys."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from app.views.attention import AttentionState, KeyChoice
from app.views.base import Choice
from compute import heads, planes
from compute.families import parse
from compute.head_choice import chosen, file_of, settings
from compute.manifold import Manifold

NAME = "attention"
PLANES = (
    Choice("tokens", "Through three tokens"),
    Choice("pca", "Principal components"),
    Choice("fisher", "Most Fisher information"),
)
LONGEST = 48


@lru_cache(maxsize=4)
def state(family: str) -> AttentionState:
    """What the pickers show of a specification."""
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
        triple=_triple(head, c["tokens"], plane),
        token=c["token"],
        temperature=float(c["temperature"]),
        keys=_keys(file, head),
        mask_of=c["mask_of"] if file.masks_by_query else None,
    )


def _triple(head: heads.Head, text: str, plane: planes.Plane) -> tuple[int, int, int]:
    """The tokens of a plane through three; of another plane those to begin with."""
    if text:
        return planes.token_triple(text, head)
    return planes.default_triple(head) if len(head.q) > 2 else (*plane.pins, 0)


def _keys(file: heads.HeadFile, head: heads.Head) -> tuple[KeyChoice, ...]:
    kept = set(head.numbers)
    return tuple(
        KeyChoice(number, words, number in kept, words.startswith("[") and words.endswith("]"))
        for number, words in enumerate(file.key_tokens)
    )


def _sources(source: str) -> list[Choice]:
    """The bundled heads by their sentences, and the file that is open."""
    found = [Choice(name, _sentence(name)) for name in heads.bundled()]
    return found if source in heads.bundled() else [*found, Choice(source, Path(source).name)]


@lru_cache(maxsize=32)
def _sentence(name: str) -> str:
    """A bundled file's words, shortened; of a picture, whose tokens have numbers, its name."""
    tokens = [t for t in heads.load(name).tokens if not t.startswith("[")]
    if all(token.isdigit() for token in tokens):
        return f"{name.capitalize()} (picture)"
    text = " ".join(tokens).replace(" ##", "").replace(" .", ".")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def note(manifold: Manifold) -> str:
    """How far the tokens lie off the plane, or that its metric is singular; "" without tokens."""
    if manifold.landmarks is None or manifold.singular:
        return ""
    residual = manifold.landmarks.residual
    exact = residual <= 1e-9
    off = float(np.median(residual[~exact])) if not exact.all() else 0.0
    held = {0: "no query", 1: "one query", 2: "two queries", 3: "three queries"}
    count = int(exact.sum())
    return (
        f"The plane holds {held.get(count, f'{count} queries')} exactly. Of the others’ distance "
        f"{off:.0%} (median) lies off it: the fainter a token, the more."
    )

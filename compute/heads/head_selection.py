"""Which head of which file, on which plane, at which temperature and with which keys a text states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from compute.core.refusal import shown
from compute.heads import head as heads
from compute.heads import query_plane
from compute.heads.attention_rows import holds
from compute.heads.head import Head, HeadFile
from compute.heads.query_plane import Plane

DEFAULTS: dict[str, Any] = {
    "source": "bank",
    "layer": 4,
    "head": 9,
    "plane": "tokens",  # or "pca", or "fisher"
    "tokens": "",  # "i,j,k" of the plane through three; "" for those whose rows differ most
    "token": 0,  # of the plane of most Fisher information
    "temperature": 1.0,
    "mask": "",  # keys that are left out, "i,j,…"
    "mask_of": -1,  # the query whose row of the file's own mask holds, if they differ; −1: the last
    "q": "",  # what the file calls its arrays, if not q, k and v
    "k": "",
    "v": "",
}
# what says which file it is, and how that is to be read
OF_FILE = ("source", "q", "k", "v")


def settled(stated: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its defaults: of a user's file the first head."""
    own = stated.get("source", DEFAULTS["source"]) not in heads.bundled()
    return {"layer": 0, "head": 0, **stated} if own else stated


def settings(stated: dict[str, Any]) -> dict[str, Any]:
    """Return all parameters of a specification that states some."""
    return {**DEFAULTS, **settled(stated)}


def file_of(stated: dict[str, Any]) -> HeadFile:
    """Return the file of heads that a specification names."""
    c = settings(stated)
    return heads.load(c["source"], heads.Names(c["q"], c["k"], c["v"]))


def first_seen(stated: dict[str, Any]) -> dict[str, int]:
    """Return the layer and head of the first head of a file whose mask leaves keys; {} if that is the
    first.

    ValueError if there is none.
    """
    file = file_of(stated)
    refusals = []
    for number in range(file.layers * file.heads):
        layer, head = divmod(number, file.heads)
        try:
            file.head(layer, head)
        except ValueError as problem:
            refusals.append(str(problem))
        else:
            return {"layer": layer, "head": head} if number else {}
    raise ValueError(refusals[0])


def holding(stated: dict[str, Any], tokens: Sequence[int]) -> dict[str, Any]:
    """Return a specification whose plane holds the queries of one or two tokens, unless it states a
    plane.

    Of a file whose mask differs between queries it has that of the later token, unless it states one.
    """
    found = dict(stated)
    file = file_of(stated)
    if file.masks_by_query:
        found.setdefault("mask_of", max(tokens))
    if not {"plane", "tokens"} & stated.keys():
        triple = query_plane.triple_with(head_of(found), tokens)
        found["tokens"] = ",".join(map(str, triple))
    return found


def head_of(stated: dict[str, Any]) -> Head:
    """Return the head that a specification names, without the keys that are left out."""
    c = settings(stated)
    file = file_of(c)
    head = file.head(c["layer"], c["head"], c["mask_of"])
    masked = query_plane.whole_numbers("mask", c["mask"])
    for number in masked:
        heads.in_range("mask", number, file.k.shape[2], file.name)
    return head.without(masked) if masked else head


def check(temperature: float) -> None:
    """Raise ValueError for a temperature that divides no logit."""
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")


def chosen(stated: dict[str, Any]) -> tuple[Head, Plane]:
    """Return the head and the plane that the parameters of a specification name; ValueError."""
    c = settings(stated)
    temperature = float(c["temperature"])
    check(temperature)
    head, file = head_of(c), file_of(c)
    own = None
    if file.masks_by_query:
        own = holds(file, c["layer"], c["head"], file.query_of(c["mask_of"]))
    plane = query_plane.plane_of(head, c["plane"], c["tokens"], c["token"], temperature, own)
    return head, plane

"""The parameters of a head's specification: file, layer, head, plane, temperature and keys."""

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
    "tokens": "",  # "i,j,k" for the plane through three queries; "": those whose rows differ most
    "token": 0,  # for the plane of most Fisher information
    "temperature": 1.0,
    "mask": "",  # excluded keys, "i,j,…"
    "mask_of": -1,  # the query whose row of the mask applies, if the rows differ; −1: the last
    "q": "",  # the file's names for q, k and v, if different
    "k": "",
    "v": "",
}
# fields that say which file it is and how to read it
OF_FILE = ("source", "q", "k", "v")


def settled(stated: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its defaults; for a user's file the first head."""
    own = stated.get("source", DEFAULTS["source"]) not in heads.bundled()
    return {"layer": 0, "head": 0, **stated} if own else stated


def settings(stated: dict[str, Any]) -> dict[str, Any]:
    """Return all parameters of a specification, with defaults filled in."""
    return {**DEFAULTS, **settled(stated)}


def file_of(stated: dict[str, Any]) -> HeadFile:
    """Return the head file named by a specification."""
    c = settings(stated)
    return heads.load(c["source"], heads.Names(c["q"], c["k"], c["v"]))


def first_seen(stated: dict[str, Any]) -> dict[str, int]:
    """Return the layer and head of the first head of a file whose mask leaves keys; {} if it is head 0
    of layer 0.

    Raises ValueError if there is none.
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
    """Return a specification whose plane contains the queries of one or two tokens, unless it gives a
    plane.

    If the mask depends on the query, that of the later token is used, unless the specification gives
    one.
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
    """Return the head named by a specification, without the keys that it leaves out."""
    c = settings(stated)
    file = file_of(c)
    head = file.head(c["layer"], c["head"], c["mask_of"])
    masked = query_plane.whole_numbers("mask", c["mask"])
    for number in masked:
        heads.in_range("mask", number, file.k.shape[2], file.name)
    return head.without(masked) if masked else head


def chosen(stated: dict[str, Any]) -> tuple[Head, Plane]:
    """Return the head and the plane given by the parameters of a specification.  Raises ValueError."""
    c = settings(stated)
    temperature = float(c["temperature"])
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
    head, file = head_of(c), file_of(c)
    own = None
    if file.masks_by_query:
        own = holds(file, c["layer"], c["head"], file.query_of(c["mask_of"]))
    plane = query_plane.plane_of(head, c["plane"], c["tokens"], c["token"], temperature, own)
    return head, plane

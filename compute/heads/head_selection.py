"""The parameters of a head's specification: file, layer, head, plane, temperature and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from compute.core.interrupt import checkpoint
from compute.core.refusal import shown
from compute.heads import head as heads
from compute.heads import output_file, output_head, query_plane
from compute.heads.attention_rows import holds
from compute.heads.head import Head, HeadFile
from compute.heads.logits import LEFT_OUT
from compute.heads.query_plane import Plane

DEFAULTS: dict[str, Any] = {
    "source": "bank",
    "layer": 4,
    "head": 9,
    "plane": "tokens",  # or "pca", or "fisher"
    "tokens": "",  # "i,j,k" for the plane through three queries; "": those whose rows differ most
    "token": 0,  # the token of the plane of most Fisher information
    "temperature": 1.0,
    "mask": "",  # excluded keys, "i,j,…"
    "mask_of": -1,  # the query whose row of the mask applies, if the rows differ; −1: the last
    "q": "",  # the file's names for q, k and v, if different
    "k": "",
    "v": "",
    "batch": 0,  # the sequence of a cache that holds several
    "output": "",  # "i,j": the output layer as a head, with the likeliest words at two tokens as keys
}
# what says which file it is, and how that is to be read
OF_FILE = ("source", "q", "k", "v", "batch", "output")
# parameters that choose the plane and its mask; minimum number of keys of a plane
OF_PLANE = ("plane", "tokens", "token", "mask_of")
LEAST_KEYS = 3


def settled(stated: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its defaults; for a user's file and an output layer the first
    head.
    """
    source = stated.get("source", DEFAULTS["source"])
    own = source not in heads.bundled() or bool(stated.get("output"))
    return {"layer": 0, "head": 0, **stated} if own else stated


def settings(stated: dict[str, Any]) -> dict[str, Any]:
    """Return all parameters of a specification, with defaults filled in."""
    return {**DEFAULTS, **settled(stated)}


def file_of(stated: dict[str, Any]) -> HeadFile:
    """Return the head file named by a specification."""
    c = settings(stated)
    if c["output"]:
        return output_head.file_of_pair(output_file.load(c["source"]), c["output"])
    return heads.load(c["source"], heads.Names(c["q"], c["k"], c["v"], c["batch"]))


def files_beside(stated: dict[str, Any], sources: Sequence[str]) -> list[HeadFile]:
    """Return the head file of a specification, then the files ``sources``, read the same way.

    The other files must use the same names of arrays; of files with several sequences the same one
    is read.  Files with the same name get their folders in front of it.  Raises ValueError for a
    file that cannot be read.
    """
    c = settings(stated)
    every = (c["source"], *sources)
    stems = [Path(source).stem for source in every]
    found: list[HeadFile] = []
    for source, stem in zip(every, stems, strict=True):
        name = f"{Path(source).absolute().parent.name}/{stem}" if stems.count(stem) > 1 else stem
        file = beside(c, source) if found else file_of(c)
        found.append(file if file.name == name else replace(file, name=name))
    return found


def beside(stated: dict[str, Any], source: str) -> HeadFile:
    """Return the head file ``source``, read with the names and sequence of a specification."""
    return file_of(stated_beside(stated, source))


def stated_beside(stated: dict[str, Any], source: str) -> dict[str, Any]:
    """Return how `beside` reads ``source``: by the parameters `OF_FILE` that a specification states,
    without the sequence for a file that has only one.
    """
    found = {k: v for k, v in stated.items() if k in OF_FILE} | {"source": source}
    first = {k: v for k, v in found.items() if k != "batch"}
    return first if file_of(first).sequences == 1 else found


def first_seen(stated: dict[str, Any]) -> dict[str, int]:
    """Return the layer and head of the first head of a file whose mask leaves keys; {} if it is head 0
    of layer 0.

    Raises ValueError if there is none.
    """
    return dict(_first_seen(file_of(stated)))


@lru_cache(maxsize=8)
def _first_seen(file: HeadFile) -> dict[str, int]:
    refusals = []
    for number in range(file.layers * file.heads):
        checkpoint()
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


def attending(stated: dict[str, Any], token: int) -> dict[str, Any]:
    """Return a specification whose plane shows a token's own row.

    The plane goes through the token's query and uses its own mask.  If that mask leaves fewer keys
    than a plane needs, the specification is returned unchanged.
    """
    if keys_seen(stated, token) < LEAST_KEYS:
        return stated
    _, plane = chosen(stated)
    others = [i for i in plane.triple or () if i != token]
    own = {name: value for name, value in stated.items() if name not in OF_PLANE}
    if len(others) == 2:
        own["tokens"] = ",".join(map(str, (token, *others)))
    return holding(own, [token])


def keys_seen(stated: dict[str, Any], token: int) -> int:
    """Return the number of keys that a token attends to under its own mask.

    A sink counts; excluded keys do not.
    """
    c = settings(stated)
    file = file_of(c)
    heads.in_range("token", token, len(file.tokens), file.name)
    added = file.added(c["layer"], c["head"], np.array([token]))[0]
    added[list(query_plane.whole_numbers("mask", c["mask"]))] = -np.inf
    sink = np.isfinite(file.sink_of(c["layer"], c["head"]))
    return int((added > LEFT_OUT).sum()) + int(sink)


def head_of(stated: dict[str, Any]) -> Head:
    """Return the head named by a specification, without the keys that it leaves out."""
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
    """Return the head and the plane given by the parameters of a specification; the last ones are
    cached.  Raises ValueError.
    """
    c = settings(stated)
    return _chosen(file_of(c), tuple(sorted(c.items())))


@lru_cache(maxsize=4)
def _chosen(file: HeadFile, parameters: tuple[tuple[str, Any], ...]) -> tuple[Head, Plane]:
    c = dict(parameters)
    temperature = float(c["temperature"])
    check(temperature)
    head = head_of(c)
    own = None
    if file.masks_by_query:
        own = holds(file, c["layer"], c["head"], file.query_of(c["mask_of"]))
    tokens = c["tokens"]
    if c["output"] and not tokens:
        tokens = ",".join(map(str, output_head.triple(head, c["output"])))
    plane = query_plane.plane_of(head, c["plane"], tokens, c["token"], temperature, own)
    return head, plane

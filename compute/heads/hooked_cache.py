"""Caches of TransformerLens, and values that nnsight saved under the same names.

For each layer a cache holds ``blocks.N.attn.hook_q``, ``hook_k``, ``hook_v`` (batch, tokens, heads,
d) and ``hook_pattern`` (batch, heads, queries, keys).  With rotary positions it also holds
``hook_rot_q`` and ``hook_rot_k``, the rotated queries and keys, whose products give the logits.  It
holds neither scale nor mask: the scale is 1/√d or follows from the pattern, and a key takes part
where the pattern is positive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from compute.core.array_entries import LARGE, entries_of, is_packed
from compute.core.array_files import arrays_of as read_arrays
from compute.core.array_files import names_of
from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.heads.attention_call import AttentionCall, verified
from compute.heads.call_stack import arrays_of, parts_of, repeated, whole_numbers

NEEDED = ("hook_q", "hook_k", "hook_v")
_ROTARY = {"q": "hook_rot_q", "k": "hook_rot_k"}
_OTHERS = (*_ROTARY.values(), "hook_pattern", "hook_attn_scores")
UNROTATED = (
    "hook_q and hook_k may lack rotary positions, and the cache has no hook_rot_q, hook_rot_k"
)


def hooks_of(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the attention hooks in a cache by layer, in the order of the layers.

    Layers that lack one of `NEEDED` are left out.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        place, _, hook = name.rpartition(".")
        if hook in (*NEEDED, *_OTHERS):
            found.setdefault(place, []).append(hook)
    complete = [place for place, hooks in found.items() if set(NEEDED) <= set(hooks)]
    return {p: found[p] for p in sorted(complete, key=lambda p: (whole_numbers(p), p))}


def read(path: str, sequence: int, most: int) -> tuple[dict[str, Any], tuple[str, ...], int]:
    """Read one sequence of a cache from a file.

    Returns the arrays of a head file, what each layer lacks, and the number of sequences; ({}, (),
    1) if the file holds no cache.  Raises Refused if the hooks have more than ``most`` bytes, if a
    layer lacks some, if shapes do not fit, and for a sequence outside the batch.
    """
    names = names_of(path)
    layers = hooks_of(names)
    if not layers:
        partly = ", ".join(sorted(n for n in names if n.rpartition(".")[2] in NEEDED)[:4])
        if partly:
            raise Refused(f"{path} must hold {', '.join(NEEDED)} of a layer, got only {partly}")
        return {}, (), 1
    hooks = _hooks(path, [f"{place}.{hook}" for place in layers for hook in layers[place]], most)
    parts = parts_of(calls_of(hooks, layers, sequence))
    calls = max((calls for _, calls in parts), key=len)
    found = arrays_of(calls)
    if "attention" not in found:
        del found["scale"], found["verified"]  # without a pattern nothing verifies them
    some = hooks[f"{next(iter(layers))}.hook_q"]
    lacking = tuple(call.lacking for call in calls)
    return found, lacking, len(some) if some.ndim == 4 else 1


def _hooks(path: str, names: list[str], most: int) -> dict[str, Floats]:
    if Path(path).stat().st_size <= LARGE or is_packed(path):
        return read_arrays(path, names, most)
    found = entries_of(path, names)
    size = sum(entry.kind.itemsize * math.prod(entry.shape) for entry in found.values())
    if size > most:
        raise Refused(
            f"{path}: hooks must have at most {most} bytes, got {size}: save fewer layers"
        )
    return {name: entry.block(()) for name, entry in found.items()}


def calls_of(
    cache: Mapping[str, Any],
    layers: Mapping[str, list[str]],
    sequence: int,
    array: Callable[[Any], Floats] = np.asarray,
) -> list[AttentionCall]:
    """Return the layers of a cache as calls, each compared with its pattern.

    ``array`` converts a value of the cache to a NumPy array.  Raises Refused for shapes that do not
    fit, and for a ``sequence`` outside the batch.
    """
    return [
        _call(place, {hook: array(cache[f"{place}.{hook}" if place else hook]) for hook in hooks},
              sequence)
        for place, hooks in layers.items()
    ]  # fmt: skip


def _call(place: str, hooks: dict[str, Floats], sequence: int) -> AttentionCall:
    """Return one layer of a cache as a call, compared with its pattern if there is one."""
    found = {
        letter: _of_sequence(hooks.get(_ROTARY.get(letter, ""), hooks[f"hook_{letter}"]),
                             sequence, f"{place}.hook_{letter}").swapaxes(0, 1)
        for letter in "qkv"
    }  # fmt: skip
    heads, _, width = found["q"].shape
    for letter, axis, wanted in (("k", 2, width), ("v", 1, found["k"].shape[1])):
        shape = found[letter].shape
        if heads % shape[0] or shape[axis] != wanted:
            others = {name: part.swapaxes(0, 1).shape for name, part in found.items()}
            raise Refused(f"{place}: hook_q, hook_k and hook_v must fit one another, got {others}")
    own = logits = None
    if "hook_pattern" in hooks:
        own = _of_sequence(hooks["hook_pattern"], sequence, f"{place}.hook_pattern")
        wanted = (*found["q"].shape[:2], found["k"].shape[1])
        if own.shape != wanted:
            raise Refused(f"{place}.hook_pattern must have shape {wanted}, got {own.shape}")
    if "hook_attn_scores" in hooks:
        logits = _of_sequence(hooks["hook_attn_scores"], sequence, f"{place}.hook_attn_scores")
    elif own is not None:
        logits = np.log(np.maximum(own.astype(np.float64), np.finfo(np.float64).tiny))
    call = AttentionCall(
        found["q"],
        repeated(found["k"], heads),
        repeated(found["v"], heads),
        scale=float(found["q"].shape[2] ** -0.5),
        added=None if own is None else mask_of(own),
        own=own,
        precision=str(found["q"].dtype),
        place=place,
        lacking="" if "hook_rot_q" in hooks else UNROTATED,
    )
    return verified(call, logits, bias="hook_attn_scores" in hooks and "hook_rot_q" in hooks)


def mask_of(pattern: Floats) -> Floats | None:
    """Return the additive mask (1, m, n) that a pattern (h, m, n) implies; None if it hides no key.

    It is −∞ where all heads have weight 0, and 0 elsewhere.
    """
    seen = (pattern > 0).any(axis=0, keepdims=True)
    return None if seen.all() else np.where(seen, np.float32(0.0), np.float32(-np.inf))


def _of_sequence(found: Floats, sequence: int, name: str) -> Floats:
    """Return one sequence of a batch; an array without a batch axis is returned as it is."""
    if found.dtype.kind != "f" or found.ndim not in (3, 4):
        raise Refused(
            f"{name} must be floats with 3 axes, or 4 of a batch, got {found.dtype} {found.shape}"
        )
    if found.size == 0:
        raise Refused(f"{name} must not be empty, got shape {found.shape}")
    if found.ndim == 3:
        return found
    if not 0 <= sequence < len(found):
        raise Refused(f"the sequence of a batch must be from 0 to {len(found) - 1}, got {sequence}")
    one: Floats = found[sequence]
    return one

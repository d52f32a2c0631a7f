"""Heads from TransformerLens caches, and from values that nnsight saved under the same names.

For each layer a cache has ``blocks.N.attn.hook_q``, ``hook_k``, ``hook_v`` (batch, tokens, heads, d)
and ``hook_pattern`` (batch, heads, queries, keys); for rotary positions also ``hook_rot_q`` and
``hook_rot_k``, the queries and keys that are multiplied.  It has neither scale nor mask: the scale is
1/√d, or inferred from the pattern, and a key is included where the pattern is nonzero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compute.capture.attention_call import AttentionCall, verified
from compute.capture.captured_heads import CapturedHeads, gathered
from compute.capture.head_writer import whole_numbers
from compute.capture.libraries import array
from compute.capture.recorder import repeated
from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown

_ROTARY = {"q": "hook_rot_q", "k": "hook_rot_k"}
_NEEDED = ("hook_q", "hook_k", "hook_v")
UNROTATED = (
    "hook_q and hook_k may lack rotary positions, and the cache has no hook_rot_q, hook_rot_k"
)


def from_transformer_lens(
    cache: Any, tokens: Sequence[str] = (), *, sequence: int = 0, model: str = "", text: str = ""
) -> CapturedHeads:
    """Return the heads of a cache, a mapping of names to arrays, tensors or nnsight values.

    tokens: labels, as from ``model.to_str_tokens(text)``; sequence: index in a batch.  Rows are
    compared with ``hook_pattern`` if present.  Raises ValueError if values are missing.
    """
    if not (isinstance(cache, Mapping) or (hasattr(cache, "keys") and hasattr(cache, "items"))):
        raise Refused(f"cache must map names such as blocks.0.attn.hook_q, got {shown(cache)}")
    layers: dict[str, dict[str, Any]] = {}
    for name, value in cache.items():
        place, _, hook = str(name).rpartition(".")
        if hook.startswith("hook_"):
            layers.setdefault(place, {})[hook] = value
    complete = {p: hooks for p, hooks in layers.items() if all(name in hooks for name in _NEEDED)}
    if not complete:
        raise Refused(
            f"cache must contain {', '.join(_NEEDED)} for a layer, e.g. blocks.0.attn.hook_q, "
            f"got {shown(sorted(str(name) for name in cache)[:4])}"
        )
    ordered = sorted(complete, key=lambda place: (whole_numbers(place), place))
    calls = [_call(place, complete[place], sequence) for place in ordered]

    def labels(part: str, m: int, n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        names = tuple(str(token) for token in tokens)
        return tuple(
            names if len(names) == count else tuple(str(i) for i in range(count))
            for count in (m, n)
        )  # type: ignore[return-value]

    return gathered(calls, labels, model, text)


def _call(place: str, hooks: dict[str, Any], sequence: int) -> AttentionCall:
    """Return one layer of a cache, compared with its pattern."""
    found = {
        letter: _of_sequence(hooks.get(_ROTARY.get(letter, ""), hooks[f"hook_{letter}"]),
                             sequence, 3, f"{place}.hook_{letter}").swapaxes(0, 1)
        for letter in "qkv"
    }  # fmt: skip
    heads = len(found["q"])
    own = logits = None
    if "hook_pattern" in hooks:
        own = _of_sequence(hooks["hook_pattern"], sequence, 3, f"{place}.hook_pattern")
        wanted = (*found["q"].shape[:2], found["k"].shape[1])
        if own.shape != wanted:
            raise Refused(f"{place}.hook_pattern must have shape {wanted}, got {own.shape}")
    added = None if own is None else mask_of(own)
    if "hook_attn_scores" in hooks:
        logits = _of_sequence(hooks["hook_attn_scores"], sequence, 3, f"{place}.hook_attn_scores")
    elif own is not None:
        logits = np.log(np.maximum(own.astype(np.float64), np.finfo(np.float64).tiny))
    call = AttentionCall(
        found["q"],
        repeated(found["k"], heads),
        repeated(found["v"], heads),
        scale=float(found["q"].shape[2] ** -0.5),
        added=added,
        own=own,
        precision=str(found["q"].dtype),
        place=place,
        lacking="" if "hook_rot_q" in hooks else UNROTATED,
    )
    settled = verified(call, logits, bias="hook_attn_scores" in hooks and "hook_rot_q" in hooks)
    return settled


def mask_of(pattern: Floats) -> Floats | None:
    """Infer the mask (1, m, n) from a pattern (h, m, n): −∞ where no head attends."""
    seen = (pattern > 0).any(axis=0, keepdims=True)
    return None if seen.all() else np.where(seen, np.float32(0.0), np.float32(-np.inf))


def _of_sequence(value: Any, sequence: int, axes: int, name: str) -> Floats:
    """Return one batch entry, or a value without batch axis, as an array."""
    found = array(value)
    if found.dtype.kind != "f" or found.ndim not in (axes, axes + 1):
        raise Refused(
            f"{name} must be floats with {axes} axes, or {axes + 1} with a batch axis, got "
            f"{found.dtype} {found.shape}"
        )
    if found.ndim == axes:
        return found
    if not 0 <= sequence < len(found):
        raise Refused(f"sequence must be from 0 to {len(found) - 1}, got {sequence}")
    one: Floats = found[sequence]
    return one

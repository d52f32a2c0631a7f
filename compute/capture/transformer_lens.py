"""Caches of TransformerLens, and values that nnsight saved under the same names, as heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compute.capture.captured_heads import CapturedHeads, gathered
from compute.capture.libraries import array
from compute.core.refusal import Refused, shown
from compute.heads.hooked_cache import NEEDED, calls_of, hooks_of


def from_transformer_lens(
    cache: Any, tokens: Sequence[str] = (), *, sequence: int = 0, model: str = "", text: str = ""
) -> CapturedHeads:
    """Return the heads of a cache, a mapping of names to arrays, tensors or nnsight values.

    tokens: labels, as from ``model.to_str_tokens(text)``; sequence: index in a batch.  Rows are
    compared with ``hook_pattern`` if present.  Raises ValueError if values are missing.
    """
    if not (isinstance(cache, Mapping) or (hasattr(cache, "keys") and hasattr(cache, "items"))):
        raise Refused(f"cache must map names such as blocks.0.attn.hook_q, got {shown(cache)}")
    layers = hooks_of(map(str, cache.keys()))
    if not layers:
        raise Refused(
            f"cache must contain {', '.join(NEEDED)} for a layer, e.g. blocks.0.attn.hook_q, got "
            f"{shown(sorted(str(name) for name in cache)[:4])}"
        )
    calls = calls_of(cache, layers, sequence, array)

    def labels(part: str, m: int, n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        names = tuple(str(token) for token in tokens)
        return tuple(
            names if len(names) == count else tuple(str(i) for i in range(count))
            for count in (m, n)
        )  # type: ignore[return-value]

    return gathered(calls, labels, model, text)

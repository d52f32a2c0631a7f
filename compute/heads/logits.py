"""Attention rows from the logits of queries."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats

# a key whose bias is this low takes no part
LEFT_OUT = -1e4
# values for a head without softcap or sink, in a file where other heads have one
NO_SOFTCAP, NO_SINK = 1e30, -1e30


def weights(scores: Floats, bias: Floats, softcap: float, sink: float) -> Floats:
    """Return the attention rows (m, n) of scores s (m, n): softmax(c·tanh(s/c) + bias).

    The softmax includes an extra key with logit ``sink`` (−∞: none), whose column is dropped.  c is
    ``softcap``; ∞ means no cap.  A row without keys and sink is NaN.
    """
    capped = softcap * np.tanh(scores / softcap) if np.isfinite(softcap) else scores
    logits = capped + bias
    highest = np.maximum(logits.max(axis=1, keepdims=True), sink)
    with np.errstate(under="ignore"):
        exponentials = np.exp(logits - highest)
        total = exponentials.sum(axis=1, keepdims=True) + np.exp(sink - highest)
        rows: Floats = exponentials / total
    return rows

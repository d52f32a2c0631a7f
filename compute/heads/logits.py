"""The row of attention that a query's logits give."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats

# a key whose bias is this low takes no part
LEFT_OUT = -1e4
# what a head has that has no softcap or no sink, where others of its file have one
NO_SOFTCAP, NO_SINK = 1e30, -1e30


def weights(scores: Floats, bias: Floats, softcap: float, sink: float) -> Floats:
    """softmax(c·tanh(s/c) + bias) of scores s (m, n), with one more key of logit ``sink`` left off."""
    capped = softcap * np.tanh(scores / softcap) if np.isfinite(softcap) else scores
    logits = capped + bias
    highest = np.maximum(logits.max(axis=1, keepdims=True), sink)
    with np.errstate(under="ignore"):
        exponentials = np.exp(logits - highest)
        total = exponentials.sum(axis=1, keepdims=True) + np.exp(sink - highest)
        rows: Floats = exponentials / total
    return rows

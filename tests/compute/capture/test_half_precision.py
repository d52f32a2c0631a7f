"""Half precision does not hide a term that a model adds to its logits without stating it."""

from __future__ import annotations

import numpy as np
import pytest

from compute.heads.attention_call import AttentionCall, verified


def half(x):
    """Numbers as bfloat16 has them, cut off."""
    return (x.astype("<f4").view("<u4") & 0xFFFF0000).view("<f4")


@pytest.mark.parametrize("slope", [0.0, 0.18])
def test_a_bias_that_is_not_stated_is_found_beside_rounding(slope):
    draw = np.random.default_rng(5)
    q, k = (half(1.5 * draw.normal(size=(2, 12, 16))) for _ in range(2))
    logits = half(half(q @ k.swapaxes(1, 2) / 4) + half(slope * np.arange(12.0)))
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    own = half(weights / weights.sum(axis=2, keepdims=True))
    found = verified(AttentionCall(q, k, k, 0.25, own=own, precision="bfloat16"), logits)
    assert found.inferred == (slope > 0) and found.lacking == ""
    assert found.difference.max() < 0.03

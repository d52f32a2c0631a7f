"""Workload F: attention of 512 queries to 512 keys of 64 dimensions in the mode "ambient".

The yardstick is scaled dot-product attention in NumPy on the same cores.  Measured are
`GeometricAttention` with its default, NumPy, and with the kernels, if there is an adapter.
"""

from __future__ import annotations

import numpy as np

from app.bench.fan import best
from app.bench.measurement import Measurement, Yardstick
from compute import GeometricAttention
from compute.core.arrays import Floats
from compute.requests.engine import Engine

TOKENS, WIDTH, RUNS = 512, 64, 9


def standard(Q: Floats, K: Floats, V: Floats) -> Floats:
    """Return softmax(QKᵀ/√d)V, with each row shifted by its largest logit."""
    logits = Q @ K.T / np.sqrt(Q.shape[1])
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    output: Floats = weights @ V / weights.sum(axis=1, keepdims=True)
    return output


def measure(engine: Engine) -> Measurement:
    """Measure the best times of ambient attention in NumPy and by kernels, and of standard
    attention.
    """
    arrays = np.random.default_rng(0).normal(size=(3, TOKENS, WIDTH))
    ambient = GeometricAttention("ambient")
    found = ambient.attend(*arrays)
    seconds = best(lambda: ambient.attend(*arrays), RUNS)
    theirs = best(lambda: standard(*arrays), RUNS)
    yardsticks: list[Yardstick] = [
        {
            "name": "scaled dot-product attention in NumPy",
            "seconds": theirs,
            "ratio": theirs / seconds,
            "difference": float(np.abs(found.softmax - standard(*arrays)).max()),
        }
    ]
    if engine.name == "gpu":
        kernels = GeometricAttention("ambient", engine=engine)
        output = kernels.attend(*arrays).output
        taken = best(lambda: kernels.attend(*arrays), 3)
        yardsticks.append(
            {
                "name": f"the same by kernels ({engine.adapter})",
                "seconds": taken,
                "ratio": taken / seconds,
                "difference": float(np.abs(output - found.output).max()),
            }
        )
    return {
        "workload": "F",
        "name": f"ambient attention, {TOKENS} × {TOKENS} × {WIDTH}, "
        f"{seconds / theirs:.1f} × scaled dot-product attention ({found.engine})",
        "seconds": seconds,
        "yardsticks": yardsticks,
        "target": "at most 6 × scaled dot-product attention",
    }

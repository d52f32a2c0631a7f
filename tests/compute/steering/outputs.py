"""Output layers of random numbers, and files of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.heads.output_layer import OutputLayer


def random(n: int, d: int, size: float = 2.0, tokens: int = 6, seed: int = 1) -> OutputLayer:
    """Return a layer of n words whose logits are of the given size."""
    rng = np.random.default_rng(seed)
    rows = (rng.normal(size=(n, d)) / np.sqrt(d)).astype(np.float32)
    hidden = size * (rng.normal(size=(tokens, d)) + 2 * rng.normal(size=d))
    bias = rng.normal(size=n)
    words = tuple(f"w{j}" for j in range(n))
    return OutputLayer("random", rows, hidden, bias, words, tuple(f"t{i}" for i in range(tokens)))


def softmax(layer: OutputLayer, states: Floats) -> Floats:
    """Return all probabilities, without the program's own code."""
    logits = layer.scale * states @ layer.unembedding.astype(float).T + layer.bias
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def written(path: Path, layer: OutputLayer, **changes: Any) -> str:
    """Write a layer as .npz, with other arrays in place of its own; None leaves one out."""
    arrays = {
        "unembedding": layer.unembedding, "hidden": layer.hidden, "output_bias": layer.bias,
        "output_scale": np.array([layer.scale]), "words": np.array(layer.words),
        "tokens": np.array(layer.tokens), **changes,
    }  # fmt: skip
    np.savez(path, **{name: each for name, each in arrays.items() if each is not None})
    return str(path)

"""The steering bench, for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compute.engine.opening import engine_of
from compute.heads import output_file
from compute.heads.output_layer import OutputLayer
from compute.requests.engine import Engine
from compute.steering import bench
from compute.steering.bench import Steering


def steer(
    source: str | Path | OutputLayer, a: int, b: int, engine: Engine | None = None, **options: Any
) -> Steering:
    """Compute the e-path, the m-path and the Fisher–Rao geodesic between the hidden states of tokens a
    and b.

    source: a file that ``capture(…, output=True)`` or ``capture --output`` wrote; a, b: positions
    of tokens; options: third, points, keys, budget, see `compute.steering.bench.steer`.  Without an
    engine float64.  Raises ValueError for tokens that do not exist or have the same hidden state, and
    for a file that holds no output layer.

    Of a random output layer of 40 words over the hidden states of 5 tokens:

    >>> import numpy as np
    >>> random, words = np.random.default_rng(0), tuple(f"word {i}" for i in range(40))
    >>> rows, hidden = random.normal(size=(40, 8)), random.normal(size=(5, 8))
    >>> layer = OutputLayer("random", rows, hidden, np.zeros(40), words, words[:5])
    >>> found = steer(layer, 0, 1)
    >>> found.lower <= found.length <= found.upper
    True
    """
    layer = source if isinstance(source, OutputLayer) else output_file.load(str(source))
    return bench.steer(layer, a, b, engine_of(engine, "reference"), **options)

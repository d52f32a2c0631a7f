"""The three straight ways between two distributions, and every distribution on them.

e-path     α = +1: straight in natural coordinates θ, for a softmax in its logits
geodesic   α = 0: shortest by the Fisher–Rao metric
m-path     α = −1: straight in expectations η

Each has two lengths: Fisher's ∫√g(θ′, θ′)dt, and that of Kullback and Leibler over its n equal steps,
    √(n Σᵢ [KL(pᵢ‖pᵢ₊₁) + KL(pᵢ₊₁‖pᵢ)]),  which tends to √∫g(θ′, θ′)dt.
The limit is never below the first and equals it at constant speed; on the e- and the m-path of an
exponential family the sum is √J of Jeffreys' divergence for any n.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compute.charts import named
from compute.engine import Engine
from compute.manifold import Manifold
from compute.types import ConnectRequest, Floats, Status

ALPHAS = {"e": 1.0, "geodesic": 0.0, "m": -1.0}


@dataclass(frozen=True, eq=False)
class Way:
    """theta (k, 2) at equal times and rows (k, s) there; k < steps + 1 where the curve stopped early.

    ``fisher`` and ``kullback``: its two lengths, of as much as there is.  Where the rows are of several
    measurements, as those of a qubit are, KL is not theirs and ``kullback`` means √∫g(θ′, θ′)dt alone.
    """

    kind: str
    theta: Floats
    rows: Floats
    fisher: float
    kullback: float
    status: Status


def ways(
    engine: Engine, manifold: Manifold, start: Floats, end: Floats, steps: int = 64
) -> Iterator[Way]:
    """The e-path, the geodesic and the m-path from ``start`` to ``end`` (2,), one after another.

    Their rows are over one support, ``manifold.support`` of both ends.  Raises ValueError for points
    outside the domain.
    """
    ends = np.stack([start, end])
    support = manifold.support(ends)
    for kind, alpha in ALPHAS.items():
        paths = engine.connect(ConnectRequest(manifold, ends[:1], ends[1:], alpha, steps))
        theta = paths.theta[0, : paths.nodes[0]]
        yield Way(
            kind,
            theta,
            manifold.density(theta, support.x),
            float(paths.length[0]),
            _kullback(manifold, theta, float(paths.energy[0])),
            Status(int(paths.status[0])),
        )


def _kullback(manifold: Manifold, theta: Floats, energy: float) -> float:
    """√(n Σ Δθ·Δη) in the coordinates of an exponential family, exact for any n; of others √energy.

    KL(pᵢ‖pᵢ₊₁) + KL(pᵢ₊₁‖pᵢ) is Δθ·Δη there, with no sample space in it that could be cut short.
    """
    natural, expectation = (named(manifold.charts, name) for name in ("natural", "expectation"))
    if natural is None or expectation is None:
        return float(np.sqrt(energy))
    steps = np.diff(natural.forward(theta), axis=0) * np.diff(expectation.forward(theta), axis=0)
    return float(np.sqrt(len(steps) * steps.sum()))

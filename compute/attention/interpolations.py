"""The e-path, the geodesic and the m-path between two distributions, with the distributions on them.

e-path     α = +1: straight in natural coordinates θ, for a softmax in the logits
geodesic   α = 0: shortest by the Fisher–Rao metric
m-path     α = −1: straight in expectations η

Each has a Fisher length ∫√g(θ′, θ′)dt and an energy ∫g(θ′, θ′)dt.  The energy is at least the square of
the length, with equality at constant speed; on the e- and the m-path of an exponential family it is
Jeffreys' divergence KL(p‖q) + KL(q‖p).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths

ALPHAS = {"e": 1.0, "geodesic": 0.0, "m": -1.0}


@dataclass(frozen=True, eq=False)
class Way:
    """theta (k, 2) at equal times with rows (k, s), up to the time ``reached`` in [0, 1].

    length, energy and status are those of the path, as far as it was computed.
    """

    kind: str
    theta: Floats
    rows: Floats
    length: float
    energy: float
    reached: float
    status: Status


def ways(
    engine: Engine,
    manifold: Manifold,
    start: Floats,
    end: Floats,
    steps: int = 64,
    kinds: Sequence[str] = tuple(ALPHAS),
) -> Iterator[Way]:
    """Yield the e-path, the geodesic and the m-path from ``start`` to ``end`` (2,).

    Their rows share one support, ``manifold.support`` of both ends.  Raises ValueError for points
    outside the domain.
    """
    ends = np.stack([start, end])
    x = manifold.support(ends).x
    for kind in kinds:
        request = ConnectRequest(manifold, ends[:1], ends[1:], ALPHAS[kind], steps)
        yield way_of(manifold, kind, engine.connect(request), x)


def way_of(manifold: Manifold, kind: str, paths: Paths, x: Floats) -> Way:
    """Return the rows over a support x (s,) along the first of ``paths``, with its length, energy and
    status.
    """
    nodes = int(paths.nodes[0])
    theta = paths.theta[0, :nodes]
    return Way(
        kind,
        theta,
        manifold.density(theta, x),
        float(paths.length[0]),
        float(paths.energy[0]),
        float(paths.t[nodes - 1]),
        Status(int(paths.status[0])),
    )

"""Principal geodesics: through the Fréchet mean, along the principal directions of tangent PCA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.tangent_pca import Principal

STEPS = 64


@dataclass(frozen=True, eq=False)
class PrincipalGeodesics:
    """Curves γ_j(t) = exp_mean(t √variance_j e_j): t (m,) in standard deviations, theta (2, m, 2), NaN
    beyond the last point that was reached.

    status (2, 2): of each curve towards −t and +t.
    """

    t: Floats
    theta: Floats
    status: Ints

    @property
    def worst(self) -> Status:
        """OK, or the first other status."""
        return Status.first_failure(self.status)


def principal_geodesics(
    engine: Engine, manifold: Manifold, found: Principal, reach: float = 2.0, steps: int = STEPS
) -> PrincipalGeodesics:
    """Return both principal geodesics up to ``reach`` standard deviations on each side.

    Of a direction without variance only the mean remains.  Raises Refused for a reach that is not
    positive.
    """
    if not 0.0 < reach < np.inf:
        raise Refused(f"reach must be positive, got {shown(reach)}")
    t = np.linspace(-reach, reach, 2 * steps + 1)
    theta = np.full((2, len(t), 2), np.nan)
    status = np.full((2, 2), int(found.status), np.int32)
    if not (np.isfinite(found.components).all() and np.isfinite(found.mean.theta).all()):
        return PrincipalGeodesics(t, theta, status)
    theta[:, steps] = found.mean.theta
    spread = np.sqrt(found.variances)
    wide = np.flatnonzero(spread > 1e-12)
    if wide.size:
        velocity = (reach * spread[:, None] * found.components)[wide]
        start = np.tile(found.mean.theta, (2 * len(wide), 1))
        sides = np.concatenate([-velocity, velocity])
        paths = engine.shoot(ShootRequest(manifold, start, sides, 0.0, steps))
        for row, j in enumerate((*wide, *wide)):
            side, nodes = row // len(wide), int(paths.nodes[row])
            curve = np.full((steps + 1, 2), np.nan)
            curve[:nodes] = paths.theta[row, :nodes]
            theta[j, steps:] = curve if side else theta[j, steps:]
            theta[j, : steps + 1] = theta[j, : steps + 1] if side else curve[::-1]
            status[j, side] = status[j, side] or paths.status[row]
    return PrincipalGeodesics(t, theta, status)

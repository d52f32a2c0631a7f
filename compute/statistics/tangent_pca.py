"""Principal directions of points in the tangent space at their Fréchet mean (Fletcher et al., IEEE
Trans. Med. Imaging 23, 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.statistics.likelihood import is_positive, metric
from compute.statistics.logarithms import logarithms
from compute.statistics.means import Mean, mean


@dataclass(frozen=True, eq=False)
class Principal:
    """The mean; components (2, 2): unit tangent vectors there as rows, orthogonal in g, by decreasing
    variance; variances (2,) of the coordinates along them; scores (n, 2), these coordinates.

    status: OK, that of the mean, or of the first geodesic that was not found.
    """

    mean: Mean
    components: Floats
    variances: Floats
    scores: Floats
    status: Status


def tangent_pca(engine: Engine, manifold: Manifold, theta: Floats) -> Principal:
    """Return the principal directions of points θ (n, 2).  The sign of each makes its largest
    component positive.
    """
    centre = mean(engine, manifold, theta)
    g = metric(manifold, centre.theta)
    if not is_positive(g):
        unknown = np.full((2, 2), np.nan)
        return Principal(
            centre, unknown, unknown[0], np.full(theta.shape, np.nan), Status.ILL_CONDITIONED
        )
    logs = logarithms(engine, manifold, centre.theta, theta)
    # an orthonormal frame: with g = R Rᵀ the coordinates of v are Rᵀv
    root = np.linalg.cholesky(g)
    flat = logs.vectors @ root
    variances, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    variances, axes = variances[::-1], axes[:, ::-1]
    components = np.linalg.solve(root.T, axes).T
    largest = components[[0, 1], np.abs(components).argmax(axis=1)]
    signs = np.where(largest < 0, -1.0, 1.0)
    status = centre.status if centre.status != Status.OK else logs.worst
    return Principal(
        centre, components * signs[:, None], np.maximum(variances, 0.0), flat @ axes * signs, status
    )

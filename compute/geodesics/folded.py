"""Geodesics beside a fold, in coordinates x in which g is regular there.

With B = ∂θ/∂x and θ_ab = ∂²θ/∂x^a∂x^b,
    g̃ = Bᵀ g B,   Γ̃_ab,c = B^i_a B^j_b B^k_c Γ_ij,k + g_ij θ^i_ab B^j_c.
In θ polynomials along geodesics need hundreds of nodes beside the fold, in x few.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics import spectral
from compute.manifold.charts import parameters
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.symmetry import Fold
from compute.manifold.tangent import LocalGeometry, full
from compute.requests.geodesics import ConnectRequest, Paths

# intervals of the initial curves
FEW = 16


def connect(request: ConnectRequest) -> Paths:
    """Solve a request for α = 0 of a manifold with a `Fold`, between points on the same side of it.

    Status and residual as in `spectral.connect`.
    """
    fold, manifold = request.manifold.fold, regular(request.manifold)
    assert fold is not None and manifold is not None
    start, end = fold.chart.forward(request.start), fold.chart.forward(request.end)
    share = np.linspace(0.0, 1.0, FEW + 1)[:, None]
    curves = start[:, None] + share * (end - start)[:, None]
    paths = spectral.connect(replace(request, manifold=manifold, start=start, end=end), curves)
    known = np.asarray(known_inside(manifold, paths.theta))[..., None]
    x = np.where(known, paths.theta, manifold.interior)
    theta = fold.chart.inverse(x)
    theta[:, 0], theta[:, -1] = request.start, request.end
    velocity = np.where(known, fold.chart.pull(theta, np.nan_to_num(paths.velocity)), np.nan)
    return replace(paths, theta=theta, velocity=velocity, stop=request.end.copy())


def regular(manifold: Manifold) -> Manifold | None:
    """Return a family in the coordinates of its fold, for α = 0 only; None without a fold."""
    fold = manifold.fold
    if fold is None:
        return None
    inverse = fold.chart.inverse

    def margin(x: Floats) -> Floats:
        off = x[..., 1] != 0.0
        theta = inverse(np.where(off[..., None], x, 1.0))
        return np.where(off, manifold.margin(theta), 0.0)

    labels = (fold.chart.labels[0], fold.chart.labels[1])
    return replace(
        manifold,
        geometry=lambda x: _geometry(manifold, fold, x),
        margin=margin,
        curvature=lambda x: manifold.curvature(inverse(x)),
        charts=(parameters(labels),),
        interior=tuple(fold.chart.forward(np.array(manifold.interior)).tolist()),
        wall=None,
        fold=None,
    )


def _geometry(manifold: Manifold, fold: Fold, x: Floats) -> LocalGeometry:
    theta = fold.chart.inverse(x)
    local, back = manifold.geometry(theta), np.linalg.inv(fold.chart.jacobian(theta))
    metric = full(local.metric)
    # Γ_ij,k, indexed [k, i, j]
    first = full(local.first)
    turned = np.einsum("...kij,...ia,...jb,...kc->...cab", first, back, back, back, optimize=True)
    packed = turned[..., [0, 0, 1], [0, 1, 1]]
    packed = packed + np.einsum("...ip,...ij,...jc->...cp", fold.bend(theta), metric, back)
    lowered = np.swapaxes(back, -1, -2) @ metric @ back
    det = local.det * np.linalg.det(back) ** 2
    # α = 0 needs no cubic tensor
    return LocalGeometry(
        lowered[..., [0, 0, 1], [0, 1, 1]], packed, np.zeros_like(local.cubic), det
    )

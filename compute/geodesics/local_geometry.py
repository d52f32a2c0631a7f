"""The local geometry at the points of a request.  Twin of ``shaders/kernels/geometry.wgsl``."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import inside_only
from compute.manifold.tangent import (
    NEARLY_SINGULAR,
    SINGULAR,
    LocalGeometry,
    full,
    is_singular,
    raised,
)
from compute.requests.geometry import Geometry, GeometryRequest


def geometry(request: GeometryRequest) -> Geometry:
    """Return metric, connection, cubic tensor and curvature in float64, by the family's own
    formulas.
    """
    manifold = request.manifold
    theta, inside = inside_only(manifold, request.theta)
    local = manifold.geometry(theta)
    return unpacked(local, manifold.curvature(theta), inside, "reference")


def _determinant(metric: Floats, det: Floats) -> Floats:
    """Return D, computed from the components of g where g₁₁ < 0."""
    negative = metric[..., 0] < 0
    stated: Floats = np.where(negative, metric[..., 0] * metric[..., 2] - metric[..., 1] ** 2, det)
    return stated


def unpacked(local: LocalGeometry, curvature: Floats, inside: np.ndarray, engine: str) -> Geometry:
    """Return full tensors from packed ones, with curvature (n,) and a mask of points inside the domain
    (n,).

    Raising an index loses as many digits as D/(g₁₁g₂₂) is small; in float32 too few remain near 1e-6,
    so the status is ILL_CONDITIONED below `NEARLY_SINGULAR`, and the values are NaN below `SINGULAR`.
    """
    metric, first, cubic, det = local.metric, local.first, local.cubic, local.det
    singular = is_singular(local)
    safe = LocalGeometry(metric, first, cubic, np.where(singular, 1.0, det))
    symbols = np.stack([raised(safe, first[..., :, pair]) for pair in (0, 1, 1, 2)], axis=-1)
    symbols = np.where(singular[..., None, None], np.nan, symbols)
    doubtful = is_singular(local, NEARLY_SINGULAR if engine == "gpu" else SINGULAR)
    status = np.where(doubtful, Status.ILL_CONDITIONED, Status.OK)
    status = np.where(inside, status, Status.LEFT_DOMAIN)
    triple = [0, 1, 1, 2, 1, 2, 2, 3]
    return Geometry(
        metric=full(metric),
        christoffel=symbols.reshape(*symbols.shape[:-1], 2, 2),
        cubic=cubic[..., triple].reshape(*cubic.shape[:-1], 2, 2, 2),
        det=_determinant(metric, det),
        curvature=np.where(singular, np.nan, curvature),
        status=status.astype(np.int32),
        engine=engine,
    )

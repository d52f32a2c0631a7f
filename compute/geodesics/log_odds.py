"""Log-odds of three outcomes, for rays of families whose coordinates are probabilities.

1 − p₁ − p₂ loses its digits near the edge p₃ = 0, and the errors of steps in (p₁, p₂) would be those of
rounding.  In θ = (log p₁/p₃, log p₂/p₃) all three have theirs:
    g = diag p − ppᵀ,   D = p₁p₂p₃,   Γ_ij,k = ½T_ijk,   T the third cumulants of the indicators.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart, named, parameters
from compute.manifold.manifold import Manifold
from compute.manifold.simplex_charts import softmax
from compute.manifold.tangent import LocalGeometry


def chart_of(manifold: Manifold) -> Chart | None:
    """Return the chart of log-odds of a family of three outcomes by their probabilities, or None."""
    chart, own = named(manifold.charts, "natural"), named(manifold.charts, "parameters")
    whole = named(manifold.charts, "octant") is not None
    return chart if chart is not own and whole else None


def scaled(manifold: Manifold, chart: Chart) -> Manifold:
    """Return the family in log-odds, `chart_of`, for the reference engine only."""
    return replace(
        manifold,
        geometry=_geometry,
        margin=lambda theta: manifold.margin(softmax(theta)),
        curvature=lambda theta: manifold.curvature(softmax(theta)),
        charts=(parameters((chart.labels[0], chart.labels[1]), also=("natural",)),),
        interior=tuple(chart.forward(np.array(manifold.interior)).tolist()),
        distance=None,
        bounds=None,
        revolution=None,
    )


def _geometry(theta: Floats) -> LocalGeometry:
    whole = np.concatenate([theta, np.zeros_like(theta[..., :1])], axis=-1)
    with np.errstate(under="ignore"):
        weights = np.exp(whole - whole.max(axis=-1, keepdims=True))
    p1, p2, p3 = np.moveaxis(weights / weights.sum(axis=-1, keepdims=True), -1, 0)
    g11, g12, g22 = p1 * (p2 + p3), -p1 * p2, p2 * (p1 + p3)
    lean1, lean2 = p2 + p3 - p1, p1 + p3 - p2
    cubic = np.stack([g11 * lean1, g12 * lean1, g12 * lean2, g22 * lean2], axis=-1)
    first = 0.5 * np.stack([cubic[..., :3], cubic[..., 1:]], axis=-2)
    return LocalGeometry(np.stack([g11, g12, g22], axis=-1), first, cubic, p1 * p2 * p3)

"""How straight e- and m-geodesics of exponential families are in the flat chart of their connection.

In natural coordinates for α = 1, in expectations for α = −1, the coordinates of a geodesic are
n(t) = n₀ + tn₀′: its velocity there is constant, as |v| is along a Levi-Civita geodesic.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm, solve2


def chart_of(manifold: Manifold, alpha: float) -> Chart | None:
    """Return the chart in which geodesics of Γ^(α) are straight lines, or None."""
    if abs(alpha) != 1.0:
        return None
    return named(manifold.charts, "natural" if alpha > 0.0 else "expectation")


def drift(manifold: Manifold, chart: Chart, theta: Floats, v: Floats) -> Floats:
    """Return the largest |J⁻¹n₀′ − v|/|v| (n,) over the nodes of curves θ, v (n, m, 2), with J the
    Jacobian of the chart and n₀′ = Jv at the first node.
    """
    jacobian = chart.jacobian(theta)
    first = np.einsum("nij,nj->ni", jacobian[:, 0], v[:, 0])
    constant = np.broadcast_to(first[:, None], theta.shape).reshape(-1, 2)
    exact = solve2(jacobian.reshape(-1, 2, 2), constant).reshape(theta.shape)
    metric = manifold.metric(theta)
    speed, turned = norm(metric, v), norm(metric, exact - v)
    shares = turned / np.where(speed > 0.0, speed, 1.0)
    return np.asarray(shares.max(axis=1))

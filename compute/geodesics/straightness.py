"""How straight e- and m-geodesics of exponential families are in the flat chart of their connection.

In natural coordinates for α = 1, in expectations for α = −1, the coordinates of a geodesic are
n(t) = n₀ + tn₀′: its velocity there is constant, as |v| is along a Levi-Civita geodesic.  A curve that
lags behind has that velocity too, so the places count as well.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm, solve2

# rounding of flat coordinates, in eps of themselves
NOISE = 16.0


def chart_of(manifold: Manifold, alpha: float) -> Chart | None:
    """Return the chart in which geodesics of Γ^(α) are straight lines, or None."""
    if abs(alpha) != 1.0:
        return None
    return named(manifold.charts, "natural" if alpha > 0.0 else "expectation")


def errors(manifold: Manifold, chart: Chart, theta: Floats, v: Floats, known: Bools) -> Floats:
    """Return the errors (n,) of e- or m-geodesics θ, v (n, m, 2) at equal times, over their known nodes
    (n, m).

    The larger of |J⁻¹n₀′ − v|/|v| and |J⁻¹(n₀ + tn₀′ − n)| as a share of the length, with J the
    Jacobian of the chart and n₀′ = Jv at the first node.  What may be rounding of n counts as 0.
    """
    theta, v = (np.where(known[..., None], x, x[:, :1]) for x in (theta, v))
    metric, jacobian, n = manifold.metric(theta), chart.jacobian(theta), chart.forward(theta)
    first = np.einsum("nij,nj->ni", jacobian[:, 0], v[:, 0])[:, None]
    turned = norm(metric, _pulled(jacobian, first) - v)
    t = np.linspace(0.0, 1.0, theta.shape[1])
    missed = np.where(known[..., None], n[:, :1] + t[:, None] * first - n, 0.0)
    lost = NOISE * np.finfo(float).eps * (np.abs(n) + np.abs(n[:, :1]))
    missed = np.sign(missed) * np.maximum(np.abs(missed) - lost, 0.0)
    speed = norm(metric, v)
    length = (known * speed).sum(axis=1, keepdims=True) / theta.shape[1]
    off = norm(metric, _pulled(jacobian, missed)) / np.where(length > 0.0, length, 1.0)
    return np.asarray(np.maximum(turned / np.where(speed > 0.0, speed, 1.0), off).max(axis=1))


def _pulled(jacobian: Floats, x: Floats) -> Floats:
    """Return J⁻¹x (n, m, 2) of vectors x in the chart."""
    vectors = np.broadcast_to(x, jacobian.shape[:-1])
    return solve2(jacobian.reshape(-1, 2, 2), vectors.reshape(-1, 2)).reshape(vectors.shape)

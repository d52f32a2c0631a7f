"""Logarithmic coordinates for families with positive coordinates that span decades.

With x = log |θ| along some axes, B = ∂θ/∂x = diag(θ_a, or 1 where there is no logarithm),
    g̃ = B g B,   Γ̃_ab,c = B_a B_b B_c Γ_ab,c + δ_ab [a is a logarithm] g̃_ac,   T̃ = B B B T.
Solvers fail in coordinates that span decades, since Newton steps or chords between nodes exceed the
small coordinate itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Bools, Floats, Ints
from compute.geodesics import least_energy
from compute.geodesics.spray import OK, acceleration_of
from compute.manifold.charts import Chart, parameters
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import LocalGeometry, QuickGeometry, norm
from compute.requests.geodesics import ConnectRequest, Paths

# no coordinate is outside e^±LARGEST
LARGEST = 300.0
# closer points need no equal scales
NEAR = 1e-3


def chart_of(manifold: Manifold) -> Chart | None:
    """Return the family's chart that is logarithmic along one or both axes, or None."""
    chart = manifold.charts[0]
    return chart if chart.name == "log" and any(chart.log) else None


def of_size(labels: tuple[str, str], signs: Floats) -> Chart:
    """Return x = (log |θ¹|, log |θ²|) for coordinates with the given signs (2,)."""

    def jacobian(theta: Floats) -> Floats:
        return (1.0 / theta)[..., None] * np.eye(2)

    return Chart(
        "log",
        "Logarithms",
        labels,
        lambda theta: np.log(np.abs(theta)),
        lambda x: signs * np.exp(x),
        jacobian,
        log=(True, True),
    )


def scaled(manifold: Manifold) -> Manifold | None:
    """Return the family in the coordinates of `chart_of`, for the reference engine only; None without
    such a chart.
    """
    chart = chart_of(manifold)
    return None if chart is None else in_chart(manifold, chart)


def in_chart(manifold: Manifold, chart: Chart) -> Manifold:
    """Return the family in a chart that is logarithmic along one or both axes, as `scaled`."""
    logs, signs = np.array(chart.log), chart.inverse(np.zeros(2))
    every, positive = bool(logs.all()), bool((signs > 0.0).all())
    own = acceleration_of(manifold, 0.0)

    def back(x: Floats) -> tuple[Floats, Floats]:
        """Return θ and the diagonal of B at x (..., 2)."""
        bounded = np.maximum(np.minimum(x, LARGEST), -LARGEST)
        if every:
            theta = np.exp(bounded) if positive else signs * np.exp(bounded)
            return theta, theta
        theta = np.where(logs, np.exp(np.where(logs, bounded, 0.0)), x)
        return theta, np.where(logs, theta, 1.0)

    def geometry(x: Floats) -> LocalGeometry:
        theta, b = back(x)
        local = manifold.geometry(theta)
        b1, b2 = b[..., 0], b[..., 1]
        pairs = np.stack([b1 * b1, b1 * b2, b2 * b2], axis=-1)
        metric = local.metric * pairs
        first = local.first * pairs[..., None, :] * b[..., None]
        if logs[0]:
            first[..., :, 0] += metric[..., [0, 1]]
        if logs[1]:
            first[..., :, 2] += metric[..., [1, 2]]
        cubes = pairs[..., [0, 0, 2, 2]] * b[..., [0, 1, 0, 1]]
        return LocalGeometry(metric, first, local.cubic * cubes, local.det * pairs[..., 1] ** 2)

    def metric(x: Floats) -> Floats:
        theta, b = back(x)
        b1, b2 = b[..., 0], b[..., 1]
        return manifold.metric(theta) * np.stack([b1 * b1, b1 * b2, b2 * b2], axis=-1)

    def acceleration(x: Floats, w: Floats) -> tuple[Floats, Floats, Ints | None]:
        theta, b = (part.T for part in back(x.T))
        found, metric, wrong = own(theta, b * w)
        found /= b
        # (log θ)″ = θ″/θ − (θ′/θ)²
        found -= w * w if every else np.where(logs[:, None], w * w, 0.0)
        if wrong is not None:
            found = np.where(wrong == OK, found, 0.0)
        metric[::2] *= b * b
        metric[1] *= b[0] * b[1]
        return found, metric, wrong

    labels = (chart.labels[0], chart.labels[1])
    return replace(
        manifold,
        geometry=QuickGeometry(geometry, metric, acceleration=acceleration),
        margin=lambda x: manifold.margin(back(x)[0]),
        curvature=lambda x: manifold.curvature(back(x)[0]),
        charts=(parameters(labels),),
        interior=tuple(chart.forward(np.array(manifold.interior)).tolist()),
        distance=None,
        bounds=None,
        revolution=None,
    )


def far(request: ConnectRequest) -> Bools:
    """Return which pairs (n,) of a request are not close to each other in the metric at their start; α
    = 0.
    """
    if request.alpha != 0.0:
        return np.zeros(len(request.start), dtype=bool)
    metric = request.manifold.geometry(request.start).metric
    return np.asarray(norm(metric, request.end - request.start) > NEAR)


def connect(request: ConnectRequest) -> Paths:
    """Solve a request for Levi-Civita geodesics from curves of least energy in logarithms, in float64.

    For a manifold with `chart_of`; status and residual as in `gauss_collocation.connect`.
    """
    chart, manifold = chart_of(request.manifold), scaled(request.manifold)
    assert chart is not None and manifold is not None
    start, end = chart.forward(request.start), chart.forward(request.end)
    own = replace(request, manifold=manifold, start=start, end=end)
    paths = least_energy.connect(own)
    theta = chart.inverse(paths.theta)
    theta[:, 0], theta[:, -1] = request.start, request.end
    return replace(
        paths, theta=theta, velocity=chart.pull(theta, paths.velocity), stop=request.end.copy()
    )

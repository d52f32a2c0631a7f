"""Two charts of a hyperbolic plane, K < 0 constant: the Poincaré half-plane and disk.

Geodesics are half circles centred on the boundary Y = 0, or arcs orthogonal to the unit circle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart, circle, composed, linear, rows, where
from compute.manifold.extent import Extent

# half the width of the drawn boundary Y = 0, in units of the half-plane
FAR = 1e3
MARGIN = 1.08


def half_plane(
    labels: tuple[str, str],
    forward: Callable[[Floats], Floats],
    inverse: Callable[[Floats], Floats],
    jacobian: Callable[[Floats], Floats],
) -> Chart:
    """Return x = (X, Y), Y > 0, with ds² = (dX² + dY²)/(|K| Y²); ``inverse`` need not handle Y ≤ 0."""

    def above(x: Floats) -> Floats:
        inside = x[..., 1] > 0
        return where(inside, inverse(where(inside, x, 1.0)))

    edge = np.array([(-FAR, 0.0), (FAR, 0.0)])
    return Chart(
        "half_plane",
        "Poincaré half-plane",
        labels,
        forward,
        above,
        jacobian,
        equal=True,
        outline=edge,
    )


def location_scale(labels: tuple[str, str], a: float, c: float, b: float = 0.0) -> Chart:
    """Return the half-plane X = √(a/c')(μ + bσ/a), Y = σ of ds² = (a dμ² + 2b dμdσ + c dσ²)/σ², c' = c
    − b²/a.
    """
    stretch = np.sqrt(a / (c - b**2 / a))
    matrix = np.array([[stretch, stretch * b / a], [0.0, 1.0]])
    back = np.linalg.inv(matrix)
    plane = half_plane(
        labels,
        lambda theta: theta @ matrix.T,
        lambda x: x @ back.T,
        lambda theta: np.broadcast_to(matrix, (*np.shape(theta)[:-1], 2, 2)),
    )
    return replace(plane, steps=(linear(matrix),))


def disk(plane: Chart, centre: tuple[float, float] = (0.0, 1.0)) -> Chart:
    """Return w = i(Z − i)/(Z + i), Z = (X − X₀ + iY)/Y₀: (X₀, Y₀) is at the centre, Y = ∞ at the
    top.
    """
    x0, y0 = centre

    def forward(theta: Floats) -> Floats:
        z = _complex((plane.forward(theta) - (x0, 0.0)) / y0)
        return _pair(1j * (z - 1j) / (z + 1j))

    def inverse(x: Floats) -> Floats:
        inside = np.hypot(x[..., 0], x[..., 1]) < 1
        w = _complex(where(inside, x, 0.0))
        z = _pair(1j * (1j + w) / (1j - w)) * y0 + (x0, 0.0)
        return where(inside, plane.inverse(z))

    def jacobian(theta: Floats) -> Floats:
        z = _complex((plane.forward(theta) - (x0, 0.0)) / y0)
        slope = -2.0 / (z + 1j) ** 2 / y0  # dw/dZ = i·2i/(Z + i)²
        turned = rows(slope.real, -slope.imag, slope.imag, slope.real)
        product: Floats = turned @ plane.jacobian(theta)
        return product

    whole = Extent(-MARGIN, MARGIN, -MARGIN, MARGIN)
    return Chart(
        "disk",
        "Poincaré disk",
        ("Re w", "Im w"),
        forward,
        inverse,
        jacobian,
        equal=True,
        outline=circle(),
        view=whole,
        steps=composed(plane.steps, (linear(np.eye(2) / y0, (-x0 / y0, 0.0)), ("disk", ()))),
    )


def with_edge(chart: Chart, theta: Floats) -> Chart:
    """Return a chart whose outline includes the curve theta (k, 2), the boundary of the family."""
    gap = np.full((1, 2), np.nan)
    known = chart.outline if chart.outline is not None else gap
    return replace(chart, outline=np.concatenate([known, gap, chart.forward(theta)]))


def _complex(x: Floats) -> np.ndarray:
    z: np.ndarray = x[..., 0] + 1j * x[..., 1]
    return z


def _pair(z: np.ndarray) -> Floats:
    return np.stack([z.real, z.imag], axis=-1)

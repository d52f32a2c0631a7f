"""Charts of three outcomes: their probabilities, the triangle, and the octant of a sphere.

Each is a function of p = (p₁, p₂); `by_log_odds` turns it into one of θ with p = softmax(θ₁, θ₂, 0).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart, Corner, affine, composed, parameters, where
from compute.manifold.extent import Extent

# the points where p₁, p₂ or p₃ is 1
_CORNERS = np.array([[0.5, np.sqrt(0.75)], [1.0, 0.0], [0.0, 0.0]])
NAMES = ("p₁ = 1", "p₂ = 1", "p₃ = 1")


def probabilities() -> Chart:
    """Return x = (p₁, p₂)."""
    edges = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    return replace(
        parameters(("p₁", "p₂"), also=("expectation",)),
        equal=True,
        outline=edges,
        view=Extent(-0.08, 1.08, -0.08, 1.08),
    )


def triangle() -> Chart:
    """Define barycentric coordinates: the equilateral triangle of side 1 whose corners are the certain
    outcomes.
    """
    matrix = (_CORNERS[:2] - _CORNERS[2]).T
    plain = affine("triangle", "Triangle", ("p₂ + p₁/2", "√3/2 · p₁"), matrix, _CORNERS[2])
    return replace(
        plain,
        equal=True,
        outline=_CORNERS[[0, 1, 2, 0]],
        corners=corners(_CORNERS),
        view=Extent(-0.2, 1.2, -0.1, 0.97),
    )


def corners(at: Floats) -> tuple[Corner, ...]:
    """Return the three certain outcomes, with names and positions (3, d)."""
    return tuple((name, tuple(map(float, x))) for name, x in zip(NAMES, at, strict=True))


def softmax(theta: Floats) -> Floats:
    """Return (p₁, p₂) at θ (..., 2)."""
    largest = np.maximum(theta.max(axis=-1, keepdims=True), 0.0)
    with np.errstate(under="ignore"):
        weights = np.exp(theta - largest)
        p: Floats = weights / (np.exp(-largest) + weights.sum(axis=-1, keepdims=True))
    return p


def log_odds(p: Floats) -> Floats:
    """Return θ at (p₁, p₂); NaN outside the open triangle."""
    rest = 1.0 - p.sum(axis=-1)
    inside = (p > 0).all(axis=-1) & (rest > 0)
    safe = where(inside, p, 1 / 3)
    return where(inside, np.log(safe / (1.0 - safe.sum(axis=-1, keepdims=True))))


def softmax_slope(theta: Floats) -> Floats:
    """Return ∂(p₁, p₂)/∂θ = diag p − ppᵀ (..., 2, 2)."""
    p = softmax(theta)
    slope: Floats = p[..., :, None] * (np.eye(2) - p[..., None, :])
    return slope


def log_odds_slope(p: Floats) -> Floats:
    """Return ∂θ/∂(p₁, p₂) = diag 1/p + 11ᵀ/p₃ (..., 2, 2)."""
    rest = 1.0 - p.sum(axis=-1)
    slope: Floats = np.eye(2) / p[..., None, :] + 1.0 / rest[..., None, None]
    return slope


def natural() -> Chart:
    """Return the chart of log-odds, as a function of p."""
    return Chart("natural", "Natural θ", ("θ₁", "θ₂"), log_odds, softmax, log_odds_slope)


def by_log_odds(chart: Chart) -> Chart:
    """Turn a chart of p into a chart of θ."""
    return replace(
        chart,
        forward=lambda theta: chart.forward(softmax(theta)),
        inverse=lambda x: log_odds(chart.inverse(x)),
        jacobian=lambda theta: chart.jacobian(softmax(theta)) @ softmax_slope(theta),
        flat=chart.flat and by_log_odds(chart.flat),
        steps=composed((("softmax", ()),), chart.steps),
    )

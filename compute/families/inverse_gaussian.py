"""Inverse Gaussian distributions with mean μ and shape λ: a convex half of the hyperbolic plane.

ds² = λ dμ²/μ³ + dλ²/(2λ²); X = 2/√μ, σ = 1/√λ give the normal metric exactly, with X > 0: every two
points are joined, but geodesics may leave through X = 0 (μ = ∞), which is at finite distance.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters, rows, where
from compute.manifold.dual_charts import expectation, natural
from compute.manifold.extent import Extent
from compute.manifold.hyperbolic_charts import disk, half_plane, with_edge
from compute.manifold.manifold import Support, half_line

COORDINATES = ("μ", "λ")


def define() -> Definition:
    """Natural coordinates (−λ/(2μ²), −λ/2), ψ = −½ log λ − λ/μ."""
    import sympy as sp

    mu, shape, x, nu, other = sp.symbols("mu lambda x nu kappa", positive=True)
    gap = 2 / sp.sqrt(mu) - 2 / sp.sqrt(nu)
    share = (
        (gap**2 / 2 + (1 / sp.sqrt(shape) - 1 / sp.sqrt(other)) ** 2) * sp.sqrt(shape * other) / 4
    )
    return Definition(
        theta=(mu, shape),
        bounds=(mu - 1e-4, 1e4 - mu, shape - 1e-4, 1e4 - shape),
        metric=(shape / mu**3, sp.Integer(0), 1 / (2 * shape**2)),
        # scores ∂_μ = λ(x − μ)/μ³ and ∂_λ = ½/λ − (x − μ)²/(2μ²x)
        cubic=(3 * shape / mu**4, -1 / mu**3, sp.Integer(0), -1 / shape**3),
        curvature=-sp.Rational(1, 2),
        scalars={},
        log_density=sp.log(shape / (2 * sp.pi)) / 2
        - 3 * sp.log(x) / 2
        - shape * (x - mu) ** 2 / (2 * mu**2 * x),
        x=x,
        distance=2 * sp.sqrt(2) * sp.log(sp.sqrt(share) + sp.sqrt(1 + share)),
        divergence=(sp.log(shape / other) + other / shape - 1) / 2
        + other * (mu - nu) ** 2 / (2 * mu * nu**2),
        other=(nu, other),
    )


def _support(theta: Floats) -> Support:
    """Return the range from just above 0 to six standard deviations above every mean."""
    mu, shape = theta[..., 0], theta[..., 1]
    high = np.max(mu + 6 * np.sqrt(mu**3 / shape))
    return half_line(float(high))


def _half_plane(theta: Floats) -> Floats:
    return np.stack([np.sqrt(2 / theta[..., 0]), 1 / np.sqrt(theta[..., 1])], axis=-1)


def _of_half_plane(x: Floats) -> Floats:
    inside = x[..., 0] > 0
    safe = where(inside, x, 1.0)
    return where(inside, np.stack([2 / safe[..., 0] ** 2, 1 / safe[..., 1] ** 2], axis=-1))


def _half_plane_slope(theta: Floats) -> Floats:
    mu, shape = theta[..., 0], theta[..., 1]
    return rows(-np.sqrt(0.5 / mu**3), 0.0, 0.0, -0.5 / np.sqrt(shape**3))


def _natural(theta: Floats) -> Floats:
    mu, shape = theta[..., 0], theta[..., 1]
    return np.stack([-0.5 * shape / mu**2, -0.5 * shape], axis=-1)


def _of_natural(x: Floats) -> Floats:
    inside = (x < 0).all(axis=-1)
    safe = where(inside, x, -1.0)
    ratio = np.sqrt(safe[..., 1] / safe[..., 0])
    return where(inside, np.stack([ratio, -2 * safe[..., 1]], axis=-1))


def _natural_slope(theta: Floats) -> Floats:
    mu, shape = theta[..., 0], theta[..., 1]
    return rows(shape / mu**3, -0.5 / mu**2, 0.0, -0.5)


def _moments(theta: Floats) -> Floats:
    mu, shape = theta[..., 0], theta[..., 1]
    return np.stack([mu, 1 / mu + 1 / shape], axis=-1)


def _of_moments(x: Floats) -> Floats:
    inside = x[..., 0] > 0
    mu = np.where(inside, x[..., 0], 1.0)
    rest = np.where(inside, x[..., 1] - 1 / mu, -1.0)
    inside = rest > 0
    return where(inside, np.stack([mu, 1 / np.where(inside, rest, 1.0)], axis=-1))


def _moments_slope(theta: Floats) -> Floats:
    mu, shape = theta[..., 0], theta[..., 1]
    return rows(1.0, 0.0, -1 / mu**2, -1 / shape**2)


# μ = ∞, a geodesic at finite distance
_END = np.stack([np.full(129, 1e12), np.geomspace(1e-6, 1e6, 129)], axis=1)
HALF_PLANE = half_plane(("√(2/μ)", "1/√λ"), _half_plane, _of_half_plane, _half_plane_slope)
NATURAL = natural(("−λ/(2μ²)", "−λ/2"), _natural, _of_natural, _natural_slope)
MOMENTS = expectation(("E x", "E 1/x"), _moments, _of_moments, _moments_slope)

FAMILY = formula(
    name="inverse_gaussian",
    title="Inverse Gaussian distributions",
    coordinates=COORDINATES,
    domain="μ, λ in (1e-4, 1e4)",
    line_element="ds² = λ dμ²/μ³ + dλ²/(2λ²)",
    curvature="−1/2",
    hadamard="a convex half of a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 2.5, -2.5, 2.5),
    pins=((0.5, 0.8), (2.0, 2.0)),
    draw=(
        log_both(COORDINATES),
        parameters(COORDINATES),
        NATURAL,
        MOMENTS,
        with_edge(HALF_PLANE, _END),
        with_edge(disk(HALF_PLANE, (np.sqrt(2.0), 1.0)), _END),
    ),
    closed_forms=("distance",),
)

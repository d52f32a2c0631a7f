"""The geometry of all families σ⁻¹f((x − μ)/σ): a hyperbolic plane in sheared coordinates.

ds² = (a dμ² + 2b dμdσ + c dσ²)/σ² with constants a, b, c of f; with c' = c − b²/a the coordinates
X = √(a/c')(μ + bσ/a) and σ make it c'(dX² + dσ²)/σ², of curvature −1/c' = −a/(ac − b²).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.manifold.charts import Chart, log_second, parameters
from compute.manifold.extent import Extent
from compute.manifold.hyperbolic_charts import disk
from compute.manifold.manifold import Support

Expr = Any
VIEW = Extent(-4.0, 4.0, -1.6, 1.6)
PINS = ((-1.5, 0.6), (1.5, 0.9))
COORDINATES = ("μ", "σ")
DOMAIN = "σ in (1e-6, 1e6)"
INTERIOR = (0.0, 1.0)


def definition(
    a: Expr, c: Expr, t_mms: Expr, t_sss: Expr, log_f: Any, entropy: Expr, variance: Expr
) -> Definition:
    """Return a symmetric f (b = 0): g = diag(a, c)/σ², T_μμσ and T_σσσ given as multiples of 1/σ³.

    log_f(z) is log f; entropy: of f itself, to which log σ is added; variance: of f, possibly ∞.
    Quantiles are μ + σq(u), whose squared differences have the mean Δμ² + Δσ² Var f.
    """
    import sympy as sp

    mu, nu, x = sp.symbols("mu nu x", real=True)
    sigma, tau = sp.symbols("sigma tau", positive=True)
    share = (a * (mu - nu) ** 2 / c + (sigma - tau) ** 2) / (4 * sigma * tau)
    return Definition(
        theta=(mu, sigma),
        bounds=(sigma - 1e-6, 1e6 - sigma),
        metric=(a / sigma**2, sp.Integer(0), c / sigma**2),
        cubic=(sp.Integer(0), t_mms / sigma**3, sp.Integer(0), t_sss / sigma**3),
        det=a * c / sigma**4,
        curvature=-1 / sp.sympify(c),
        scalars={"entropy": entropy + sp.log(sigma)},
        log_density=log_f((x - mu) / sigma) - sp.log(sigma),
        x=x,
        # arcosh(1 + 2s²) = 2 arsinh s keeps the digits of short distances
        distance=2 * sp.sqrt(c) * sp.log(sp.sqrt(share) + sp.sqrt(1 + share)),
        wasserstein=sp.sqrt((mu - nu) ** 2 + variance * (sigma - tau) ** 2)
        if variance.is_infinite is not True
        else None,
        other=(nu, tau),
    )


def charts(half_plane: Chart) -> tuple[Chart, ...]:
    """Return the charts of such a family; ``half_plane`` is the Poincaré half-plane."""
    return log_second(COORDINATES), parameters(COORDINATES), half_plane, disk(half_plane)


def support(width: float) -> Any:
    """Return the window of ``width`` scales around every location."""

    def window(theta: Floats) -> Support:
        low = np.min(theta[..., 0] - width * theta[..., 1])
        high = np.max(theta[..., 0] + width * theta[..., 1])
        return Support(np.linspace(low, high, 257))

    return window

"""The geometry of all families σ⁻¹f((x − μ)/σ): a hyperbolic plane in sheared coordinates.

ds² = (a dμ² + 2b dμdσ + c dσ²)/σ² with constants a, b, c of f; with c' = c − b²/a the coordinates
X = √(a/c')(μ + bσ/a) and σ make it c'(dX² + dσ²)/σ², of curvature −1/c' = −a/(ac − b²).
"""

from __future__ import annotations

from collections.abc import Callable
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
    metric: tuple[Expr, Expr, Expr],
    cubic: tuple[Expr, Expr, Expr, Expr],
    log_f: Callable[[Expr], Expr],
    entropy: Expr,
    variance: Expr,
    mean: Expr = 0,
) -> Definition:
    """Return the definition for f, whose metric (a, b, c) is a multiple of 1/σ², and whose cubic tensor
    (T_μμμ, T_μμσ, T_μσσ, T_σσσ) one of 1/σ³.

    log_f(z) is log f; entropy, variance (possibly ∞) and mean are those of f.  Quantiles are
    μ + σq(u), whose squared differences have the mean (Δμ + Δσ E f)² + Δσ² Var f.
    """
    import sympy as sp

    a, b, c = map(sp.sympify, metric)
    bend = sp.simplify(c - b**2 / a)
    mu, nu, x = sp.symbols("mu nu x", real=True)
    sigma, tau = sp.symbols("sigma tau", positive=True)
    gap2 = a / bend * (mu - nu + b / a * (sigma - tau)) ** 2 + (sigma - tau) ** 2
    share = gap2 / (4 * sigma * tau)
    drift = mu - nu + mean * (sigma - tau)
    return Definition(
        theta=(mu, sigma),
        bounds=(sigma - 1e-6, 1e6 - sigma),
        metric=(a / sigma**2, b / sigma**2, c / sigma**2),
        cubic=tuple(sp.sympify(t) / sigma**3 for t in cubic),
        det=a * bend / sigma**4,
        curvature=-1 / bend,
        scalars={"entropy": entropy + sp.log(sigma)},
        log_density=log_f((x - mu) / sigma) - sp.log(sigma),
        x=x,
        # arcosh(1 + 2s²) = 2 arsinh s keeps the digits of short distances
        distance=2 * sp.sqrt(bend) * sp.log(sp.sqrt(share) + sp.sqrt(1 + share)),
        wasserstein=sp.sqrt(drift**2 + variance * (sigma - tau) ** 2)
        if variance.is_infinite is not True
        else None,
        other=(nu, tau),
    )


def logistic() -> Definition:
    """Define f(z) = ¼ sech²(z/2).  With s = tanh(z/2), f dz = ds/2 and z = 2 artanh s, so that T_μμσ =
    E[s²(zs − 1)] = 2/3 − 1/3 and T_σσσ = E[(zs − 1)³] = π²/3.
    """
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    third = sp.Rational(1, 3)
    return definition(
        (third, 0, (sp.pi**2 + 3) / 9),
        (0, third, 0, sp.pi**2 / 3),
        lambda z: -2 * (sp.log(2) + special.log_cosh(z / 2)),
        sp.Integer(2),
        sp.pi**2 / 3,
    )


def charts(half_plane: Chart, coordinates: tuple[str, str] = COORDINATES) -> tuple[Chart, ...]:
    """Return the charts of such a family; ``half_plane`` is the Poincaré half-plane."""
    return log_second(coordinates), parameters(coordinates), half_plane, disk(half_plane)


def support(width: float) -> Any:
    """Return the window of ``width`` scales around every location."""

    def window(theta: Floats) -> Support:
        low = np.min(theta[..., 0] - width * theta[..., 1])
        high = np.max(theta[..., 0] + width * theta[..., 1])
        return Support(np.linspace(low, high, 257))

    return window

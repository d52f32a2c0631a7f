"""Nakagami distributions with shape m and spread Ω = E x²: x² has a Gamma distribution of rate m/Ω.

ds² = (ψ'(m) − 1/m)dm² + m dΩ²/Ω².  m ≥ ½ is usual (½ is a half-normal, 1 a Rayleigh distribution);
the density exists for all m > 0.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import gamma_family as gamma
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.pulled_back import pulled_back
from compute.manifold.charts import Chart, log_both, parameters, rows, through
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support, half_line
from compute.manifold.symmetry import Revolution

COORDINATES = ("m", "Ω")


def define() -> Definition:
    """Define y = x² with shape m and rate m/Ω, E log|dx/dy| = −log 2 − ½E log y; g and T by functions
    that keep their digits for large m.
    """
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    m, omega, x = sp.symbols("m Omega x", positive=True)
    rate = m / omega
    stretch = (sp.log(rate) - special.digamma(m)) / 2 - sp.log(2)
    bounds = (m - 1e-3, 1e4 - m, omega - 1e-7, 1e7 - omega)
    excess = special.x_trigamma_minus_1(m) / m
    return replace(
        pulled_back(gamma.definition(), (m, omega), (m, rate), bounds, x, x**2, stretch),
        metric=(excess, sp.Integer(0), m / omega**2),
        cubic=(
            (special.x_trigamma_slope(m) - excess) / m,
            sp.Integer(0),
            -1 / omega**2,
            2 * m / omega**3,
        ),
    )


def _support(theta: Floats) -> Support:
    """Return the range from just above 0 to six standard deviations above every √Ω."""
    m, omega = theta[..., 0], theta[..., 1]
    return half_line(float(np.max(np.sqrt(omega) * (1 + 3 / np.sqrt(m + 0.5)))))


def _swap(theta: Floats) -> Floats:
    """Return (m, m/θ²), which is its own inverse."""
    return np.stack([theta[..., 0], theta[..., 0] / theta[..., 1]], axis=-1)


def _swap_slope(theta: Floats) -> Floats:
    m, omega = theta[..., 0], theta[..., 1]
    return rows(1.0, 0.0, 1 / omega, -m / omega**2)


_GAMMA = Chart("gamma", "Gamma", ("m", "m/Ω"), _swap, _swap, _swap_slope)

FAMILY = formula(
    name="nakagami",
    title="Nakagami distributions",
    coordinates=COORDINATES,
    domain="m in (1e-3, 1e4), Ω in (1e-7, 1e7)",
    line_element="ds² = (ψ′(m) − 1/m) dm² + m dΩ²/Ω²",
    curvature="from −1/4 to −1/2, by m",
    hadamard="complete with K < 0, by ψ′(m) > 1/m + 1/(2m²)",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 4.0, -2.5, 2.5),
    pins=((0.6, 0.5), (5.0, 2.5)),
    draw=(
        log_both(COORDINATES),
        parameters(COORDINATES),
        through(gamma.NATURAL, _GAMMA, ("m", "−m/Ω")),
        through(gamma.MOMENTS, _GAMMA, ("E log x²", "E x²")),
    ),
    revolution=Revolution(through(gamma.ORTHOGONAL, _GAMMA, ("log Ω", "log m")), gamma.profile),
)

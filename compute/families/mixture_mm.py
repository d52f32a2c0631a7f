"""Mixtures (1 − w)N(m₁, 1) + w N(m₂, 1) of two normals with unknown means and known weight w.

The metric degenerates on m₁ = m₂, where the components coincide; for w = ½ the family is symmetric
under their exchange, and the line is a fold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import mixture_spray
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.normal_mixture import ALL, REACH, by_means
from compute.definitions.parameters import Parameter
from compute.manifold.charts import Chart, parameters, rows
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support
from compute.manifold.symmetry import Fold

COORDINATES = ("m₁", "m₂")


def define(w: Any) -> Definition:
    """Return the log-density, from which everything else is computed by quadrature."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    m1, m2, x = sp.symbols("m1 m2 x", real=True)
    # (1 − w)e^u + we^v = 2√(w(1 − w)) e^((u + v)/2) cosh((v − u)/2 + ½ log(w/(1 − w)))
    u, v = m1 * x - m1**2 / 2, m2 * x - m2**2 / 2
    odds = sp.log(w / (1 - w)) / 2
    rest = sp.log(4 * w * (1 - w)) / 2 + (u + v) / 2 + special.log_cosh((v - u) / 2 + odds)
    return Definition(
        theta=(m1, m2),
        bounds=(REACH - sp.Abs(m1), REACH - sp.Abs(m2)),
        log_density=rest - x**2 / 2 - sp.log(2 * sp.pi) / 2,
        x=x,
    )


def _support(theta: Floats) -> Support:
    return Support(np.linspace(np.min(theta) - 4, np.max(theta) + 4, 257))


def _charts(w: float) -> tuple[Chart, ...]:
    return parameters(COORDINATES), moments(w)


def moments(w: float) -> Chart:
    """Return (E x, ±(var x − 1)), with the sign of m₂ − m₁: in these coordinates both sides of the fold
    are regular.

    E x = (1 − w)m₁ + wm₂ and var x − 1 = w(1 − w)δ², δ = m₂ − m₁.
    """
    spread = w * (1.0 - w)

    def forward(theta: Floats) -> Floats:
        gap = theta[..., 1] - theta[..., 0]
        return np.stack([theta[..., 0] + w * gap, spread * gap * np.abs(gap)], axis=-1)

    def inverse(x: Floats) -> Floats:
        gap = np.sign(x[..., 1]) * np.sqrt(np.abs(x[..., 1]) / spread)
        return np.stack([x[..., 0] - w * gap, x[..., 0] + (1.0 - w) * gap], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        rise = 2.0 * spread * np.abs(theta[..., 1] - theta[..., 0])
        return rows(1.0 - w, w, -rise, rise)

    return Chart(
        "moments", "Moments", ("E x", "±(var x − 1)"), forward, inverse, jacobian,
        view=Extent(-4.0, 4.0, -8.0, 8.0),
    )  # fmt: skip


def _fold(w: float) -> Fold:
    """Return the moments (X, Y), with θ = X + (−w, 1 − w)δ, Y = w(1 − w)δ|δ|, δ″ = −δ′²/δ."""

    def bend(theta: Floats) -> Floats:
        gap = theta[..., 1] - theta[..., 0]
        rise = 1.0 / (2.0 * w * (1.0 - w) * np.abs(gap))
        found = np.zeros((*gap.shape, 2, 3))
        found[..., 2] = (-(rise**2) / gap)[..., None] * np.array([-w, 1.0 - w])
        return found

    return Fold(moments(w), bend)


FAMILY = formula(
    name="mixture_mm",
    title="Mixtures of two normals, by their means",
    coordinates=COORDINATES,
    domain="|m₁|, |m₂| < 6",
    line_element="ds² = E[(∂₁l dm₁ + ∂₂l dm₂)²],  p = (1 − w)N(m₁, 1) + w N(m₂, 1)",
    curvature="varies; singular on m₁ = m₂",
    define=define,
    support=_support,
    interior=(-1.0, 1.0),
    view=Extent(-4.5, 4.5, -3.0, 3.0),
    pins=((-1.0, 1.0), (-0.4, 2.2)),
    draw=_charts,
    nodes=ALL,
    scored=by_means,
    quickened=mixture_spray.by_means,
    # a weight of 0 or 1 would leave one of the two out
    parameters=(Parameter("w", "w", "Weight", 1e-3, 1 - 1e-3, 0.5, 1e-3),),
    # a fold: geodesics stop there
    wall=lambda theta: theta[..., 1] - theta[..., 0],
    fold=_fold,
)

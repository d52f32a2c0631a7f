"""Mixtures (1 − w)N(0, 1) + w N(m, 1) of a known and an unknown normal.

Singular on m = 0 and on w = 0, where one parameter is not identifiable: near m = 0, det g ≈ w²m⁴/2.
The sides m > 0 and m < 0 have only N(0, 1) in common: in the coordinates (wm, wm²), in which g is
regular there, they are two cusps that touch, and the geodesic from one to the other leaves both.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import mixture_spray
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.normal_mixture import ALL, REACH, by_weight
from compute.manifold.charts import Chart, parameters, rows, where
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("w", "m")


def define() -> Definition:
    """Return the log-density, from which everything else is computed by quadrature."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    w, m, x = sp.symbols("w m x", real=True)
    # 1 − w + we^v = 2√(w(1 − w)) e^(v/2) cosh(v/2 + ½ log(w/(1 − w)))
    v = m * x - m**2 / 2
    odds = (sp.log(w) - sp.log(1 - w)) / 2
    rest = sp.log(4 * w * (1 - w)) / 2 + v / 2 + special.log_cosh(v / 2 + odds)
    return Definition(
        theta=(w, m),
        bounds=(w - 1e-4, 1 - 1e-4 - w, REACH - sp.Abs(m)),
        log_density=rest - x**2 / 2 - sp.log(2 * sp.pi) / 2,
        x=x,
    )


def _support(theta: Floats) -> Support:
    means = np.append(theta[..., 1], 0.0)
    return Support(np.linspace(means.min() - 4, means.max() + 4, 257))


def moments() -> Chart:
    """Return (E x, E x² − 1) = (wm, wm²): these coordinates collapse the line m = 0 to one point,
    N(0, 1).
    """

    def inverse(x: Floats) -> Floats:
        inside = (x[..., 0] != 0.0) & (x[..., 1] > x[..., 0] ** 2)
        first, second = np.moveaxis(where(inside, x, 1.0), -1, 0)
        return where(inside, np.stack([first**2 / second, second / first], axis=-1))

    def jacobian(theta: Floats) -> Floats:
        w, m = np.moveaxis(theta, -1, 0)
        return rows(m, w, m * m, 2.0 * w * m)

    return Chart(
        "moments",
        "Moments",
        ("E x", "E x² − 1"),
        lambda theta: theta[..., :1] * theta[..., 1:] ** np.array([1, 2]),
        inverse,
        jacobian,
        view=Extent(-0.6, 4.5, -0.5, 18.0),
    )


FAMILY = formula(
    name="mixture_wm",
    title="Mixtures with a known normal, by weight and mean",
    coordinates=COORDINATES,
    domain="w in (1e-4, 1 − 1e-4), |m| < 6",
    line_element="ds² = E[(∂l/∂w dw + ∂l/∂m dm)²],  p = (1 − w)N(0, 1) + w N(m, 1)",
    curvature="varies; singular on m = 0",
    define=define,
    support=_support,
    interior=(0.5, 2.0),
    view=Extent(-0.05, 1.05, -0.5, 4.5),
    pins=((0.25, 3.2), (0.75, 1.5)),
    draw=(parameters(COORDINATES), moments()),
    nodes=ALL,
    scored=lambda: by_weight,
    quickened=mixture_spray.by_weight,
    wall=lambda theta: theta[..., 1],
    steep=True,
)

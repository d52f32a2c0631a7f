"""A qubit's real states (x, z) in the Bloch disk: the hemisphere of quantum Fisher information.

ds² = dx² + dz² + (x dx + z dz)²/(1 − x² − z²) is four times the Bures metric: K = 1 and the distance is
arccos(r·s + √((1 − r²)(1 − s²))), the Bures metric has K = 4 and half the distance, arccos √F.  The
boundary, the pure states, is a geodesic at finite distance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.definitions.derive import Definition
from compute.definitions.family import Family, formula
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support
from compute.manifold.surfaces import bloch


def defined(factor: int) -> Definition:
    """Return the hemisphere (x, z, √(1 − x² − z²)), its metric divided by ``factor``.

    T = 0: for quantum states no cubic tensor is canonical.
    """
    import sympy as sp

    (x, z), (u, w) = sp.symbols("x z", real=True), sp.symbols("u w", real=True)
    rest, other = 1 - x**2 - z**2, 1 - u**2 - w**2
    # chord of the hemisphere: keeps the digits of short distances
    chord = (x - u) ** 2 + (z - w) ** 2 + (sp.sqrt(rest) - sp.sqrt(other)) ** 2
    zero, share = sp.Integer(0), sp.Rational(1, factor)
    return Definition(
        theta=(x, z),
        bounds=(rest - 1e-6,),
        metric=(share * (1 - z**2) / rest, share * x * z / rest, share * (1 - x**2) / rest),
        cubic=(zero, zero, zero, zero),
        det=share**2 / rest,
        curvature=sp.Integer(factor),
        scalars={"purity": (1 + x**2 + z**2) / 2},
        probabilities=((1 + x) / 2, (1 - x) / 2, (1 + z) / 2, (1 - z) / 2),
        distance=2 * sp.sqrt(share) * sp.asin(sp.sqrt(chord) / 2),
        other=(u, w),
    )


def states(
    define: Callable[[], Definition],
    name: str,
    title: str,
    line_element: str,
    curvature: str,
    draw: tuple[Chart, ...] = (),
) -> Family:
    """Return the family of real states defined by ``define``, with the Bloch disk and ``draw`` as
    charts.
    """
    return formula(
        name=name,
        title=title,
        coordinates=("x", "z"),
        domain="x² + z² < 1 − 1e-6",
        line_element=line_element,
        curvature=curvature,
        define=define,
        support=lambda theta: Support(
            np.arange(4.0), ("x = +1", "x = −1", "z = +1", "z = −1"), "outcome", "measurements"
        ),
        interior=(0.0, 0.0),
        view=Extent(-1.575, 1.575, -1.05, 1.05),
        pins=((-0.6, 0.2), (0.7, -0.3)),
        draw=(bloch(), *draw),
        closed_forms=("distance",),
        self_dual=True,
    )

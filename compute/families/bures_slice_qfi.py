"""A qubit's real states (x, z) in the Bloch disk with quantum Fisher information: a hemisphere.

ds² = dx² + dz² + (x dx + z dz)²/(1 − x² − z²), four times the Bures metric, so that K = 1 and
d = arccos(r·s + √((1 − r²)(1 − s²))).  The edge, the pure states, is a geodesic at finite distance.
"""

from __future__ import annotations

import numpy as np

from compute.family import formula
from compute.manifold import Support
from compute.surfaces import bloch, hemisphere
from compute.symbolic import Definition
from compute.types import Extent

COORDINATES = ("x", "z")


def define() -> Definition:
    """The hemisphere (x, z, √(1 − x² − z²)); no cubic tensor is singled out among quantum ones."""
    import sympy as sp

    (x, z), (u, w) = sp.symbols("x z", real=True), sp.symbols("u w", real=True)
    rest, other = 1 - x**2 - z**2, 1 - u**2 - w**2
    # chord of the hemisphere: keeps the digits of short distances
    chord = (x - u) ** 2 + (z - w) ** 2 + (sp.sqrt(rest) - sp.sqrt(other)) ** 2
    zero = sp.Integer(0)
    return Definition(
        theta=(x, z),
        bounds=(rest - 1e-6,),
        metric=((1 - z**2) / rest, x * z / rest, (1 - x**2) / rest),
        cubic=(zero, zero, zero, zero),
        det=1 / rest,
        curvature=sp.Integer(1),
        scalars={"purity": (1 + x**2 + z**2) / 2},
        probabilities=((1 + x) / 2, (1 - x) / 2, (1 + z) / 2, (1 - z) / 2),
        distance=2 * sp.asin(sp.sqrt(chord) / 2),
        other=(u, w),
    )


FAMILY = formula(
    name="bures_slice_qfi",
    title="Real states of a qubit",
    coordinates=COORDINATES,
    domain="x² + z² < 1 − 1e-6",
    line_element="ds² = dx² + dz² + (x dx + z dz)² / (1 − x² − z²)",
    curvature="1",
    define=define,
    support=lambda theta: Support(
        np.arange(4.0), ("x = +1", "x = −1", "z = +1", "z = −1"), "outcome", "measurements"
    ),
    interior=(0.0, 0.0),
    view=Extent(-1.575, 1.575, -1.05, 1.05),
    pins=((-0.6, 0.2), (0.7, -0.3)),
    draw=(bloch(), hemisphere()),
    closed_forms=("distance",),
)

"""Three outcomes with probabilities (p₁, p₂, 1 − p₁ − p₂): an octant of the sphere of radius 2.

ds² = Σ dpᵢ²/pᵢ,  z = 2√p is an isometry onto the sphere, d = 2 arccos Σ√(pᵢqᵢ) ≤ π.
The octant is incomplete: geodesics reach an edge in finite length and stop there.
"""

from __future__ import annotations

import numpy as np

from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support
from compute.manifold.simplex_charts import natural, probabilities, triangle
from compute.manifold.surfaces import octant


def define() -> Definition:
    """Natural coordinates ϑᵢ = log(pᵢ/p₃), ψ = log(1 + e^ϑ₁ + e^ϑ₂); the metric is given directly."""
    import sympy as sp

    p, q = sp.symbols("p1:3", positive=True), sp.symbols("q1:3", positive=True)
    p3, q3 = 1 - p[0] - p[1], 1 - q[0] - q[1]
    outcomes = (p[0], p[1], p3)
    # chord of the sphere: 2 arcsin(|z − z'|/4)·2 keeps the digits of short distances
    chord = sum((sp.sqrt(a) - sp.sqrt(b)) ** 2 for a, b in zip(outcomes, (*q, q3), strict=True))
    return Definition(
        theta=(p[0], p[1]),
        divergence=sum(a * sp.log(a / b) for a, b in zip(outcomes, (*q, q3), strict=True)),
        bounds=(p[0] - 1e-7, p[1] - 1e-7, p3 - 1e-7),
        metric=(1 / p[0] + 1 / p3, 1 / p3, 1 / p[1] + 1 / p3),
        cubic=(1 / p[0] ** 2 - 1 / p3**2, -1 / p3**2, -1 / p3**2, 1 / p[1] ** 2 - 1 / p3**2),
        det=1 / (p[0] * p[1] * p3),
        curvature=sp.Rational(1, 4),
        scalars={"entropy": -sum(a * sp.log(a) for a in outcomes)},
        probabilities=outcomes,
        distance=4 * sp.asin(sp.sqrt(chord) / 2),
        other=q,
    )


FAMILY = formula(
    name="categorical3_expectation",
    title="Three outcomes, by their probabilities",
    coordinates=("p₁", "p₂"),
    domain="the open triangle p₁, p₂, 1 − p₁ − p₂ > 1e-7",
    line_element="ds² = dp₁²/p₁ + dp₂²/p₂ + (dp₁ + dp₂)²/p₃",
    curvature="1/4",
    define=define,
    support=lambda theta: Support(np.arange(3.0), ("1", "2", "3"), "outcome", "outcomes"),
    interior=(1 / 3, 1 / 3),
    view=Extent(-0.14, 1.14, -0.1, 0.97),
    pins=((0.7, 0.2), (0.1, 0.3)),
    draw=(triangle(), probabilities(), natural(), octant()),
    closed_forms=("distance",),
)

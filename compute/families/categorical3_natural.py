"""Three outcomes with p = softmax(θ₁, θ₂, 0): the sphere octant in its natural coordinates.

g_ij = p_i δ_ij − p_i p_j,  T_ijk = third central moments of the outcomes' indicators,  K = 1/4.
"""

from __future__ import annotations

import numpy as np

from compute.definitions import lumped_outcomes
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support


def define() -> Definition:
    """Return the softmax of (θ₁, θ₂, 0)."""
    return lumped_outcomes.definition()


FAMILY = formula(
    name="categorical3_natural",
    title="Three outcomes, by their log-odds",
    coordinates=("θ₁", "θ₂"),
    domain=lumped_outcomes.DOMAIN,
    line_element="ds² = Σ pᵢ dθᵢ² − (Σ pᵢ dθᵢ)²,  p = softmax(θ₁, θ₂, 0)",
    curvature="1/4",
    define=define,
    support=lambda theta: Support(np.arange(3.0), ("1", "2", "3"), "outcome", "outcomes"),
    interior=(0.0, 0.0),
    view=Extent(-4.0, 4.0, -4.0, 4.0),
    pins=((-1.5, 1.0), (2.0, 0.5)),
    draw=lumped_outcomes.charts(),
    closed_forms=("distance",),
)

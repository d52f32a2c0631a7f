"""n outcomes in three lumps, on the plane of the lumps' probabilities P = softmax(θ₁, θ₂, 0).

Outcomes 1 … n are split, in order, into three lumps whose sizes n₁ ≥ n₂ ≥ n₃ differ by 1 at most, and
outcomes of one lump are equally likely: p_j = P_k/n_k.  These are the distributions of largest entropy
for given P.  The lump is a sufficient statistic, so the geometry is that of three outcomes for every n:
the octant of a sphere of radius 2, K = 1/4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.definitions import lumped_outcomes
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.parameters import Parameter
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

FEWEST, MOST = 3, 40


def define(n1: Any, n2: Any, n3: Any) -> Definition:
    """Return the probabilities of outcomes in three lumps of these sizes."""
    return lumped_outcomes.by_outcome((n1, n2, n3))


def sizes(n: int) -> tuple[int, int, int]:
    """Return the numbers of outcomes in the three lumps.

    >>> sizes(8)
    (3, 3, 2)
    """
    return (n + 2) // 3, (n + 1) // 3, n // 3


def _sizes(n: int) -> dict[str, float]:
    return dict(zip(("n1", "n2", "n3"), sizes(n), strict=True))


def _outcomes(n: int) -> Support:
    labels = tuple(str(j + 1) for j in range(n))
    return Support(np.arange(float(n)), labels, "outcome", "outcomes")


FAMILY = formula(
    name="categorical",
    title="n outcomes in three lumps",
    coordinates=("θ₁", "θ₂"),
    domain=lumped_outcomes.DOMAIN,
    line_element="ds² = Σ Pᵢ dθᵢ² − (Σ Pᵢ dθᵢ)²,  P = softmax(θ₁, θ₂, 0)",
    curvature="1/4",
    define=define,
    outcomes=_outcomes,
    interior=(0.0, 0.0),
    view=Extent(-4.0, 4.0, -4.0, 4.0),
    pins=((-1.5, 1.0), (2.0, 0.5)),
    draw=lumped_outcomes.charts(),
    closed_forms=("distance",),
    parameters=(Parameter("n", "n", "Outcomes", FEWEST, MOST, 9, 1),),
    constants=_sizes,
)

"""What a statistical manifold is to the rest of the program, and what follows from it alone.

A family supplies `LocalGeometry` in packed components; every geometric operation here and in the
algorithms is generic over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from compute.charts import Chart
from compute.types import Extent, Floats

# Levi-Civita arithmetic loses its digits when D/(g₁₁g₂₂), which is invariant under scaling of the
# coordinates, falls to this: curves stop there and the status says ILL_CONDITIONED.
SINGULAR = 1e-6
# Below this the status warns, the curve goes on (condition number 1e4 of the scaled metric).
NEARLY_SINGULAR = 1e-4


@dataclass(frozen=True, eq=False)
class LocalGeometry:
    """Packed components at points (...,), the twin of the kernels' ``Geometry``.

    metric (..., 3): g₁₁ g₁₂ g₂₂; first (..., 2, 3): Γ_11,k Γ_12,k Γ_22,k for k = 1, 2;
    cubic (..., 4): T₁₁₁ T₁₁₂ T₁₂₂ T₂₂₂; det (...,): D = det g, in a form free of cancellation.
    """

    metric: Floats
    first: Floats
    cubic: Floats
    det: Floats


@dataclass(frozen=True, eq=False)
class Support:
    """Where the distributions live, for drawing them.

    ``x (k,)`` sample points of a density, or the indices of outcomes when ``labels`` names them.
    """

    x: Floats
    labels: tuple[str, ...] = ()
    title: str = "x"


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Named points to draw and to snap to: theta (k, 2), labels (k,), residual (k,).

    residual: how far, relative to the spread, the thing itself lies off the surface (0 = on it).
    """

    theta: Floats
    labels: tuple[str, ...]
    residual: Floats


@dataclass(frozen=True, eq=False)
class Slot:
    """What fills the kernels' family slot: WGSL text and the storage arrays it reads.

    ``loops`` is how many loop iterations one call of ``geometry`` costs at most (0 for a formula).
    ``constants`` become WGSL constants of the prelude.
    """

    source: str
    buffers: Mapping[str, Floats] = field(default_factory=dict)
    constants: Mapping[str, float | int] = field(default_factory=dict)
    loops: int = 0


@dataclass(frozen=True, eq=False)
class Manifold:
    """A two-parameter family of distributions with its Fisher–Rao geometry.

    Functions take θ (..., 2).  ``geometry`` and ``curvature`` are defined inside the domain only;
    ``in_domain`` is defined everywhere finite.  ``density(theta, x)`` broadcasts θ (..., 2) against
    the support (k,) and gives (..., k).  ``distance`` is the closed form, or None.
    """

    key: str
    name: str
    title: str
    coordinates: tuple[str, str]
    domain: str
    line_element: str
    in_domain: Callable[[Floats], NDArrayBool]
    geometry: Callable[[Floats], LocalGeometry]
    curvature: Callable[[Floats], Floats]
    scalar: Callable[[str, Floats, int], Floats]
    scalars: tuple[str, ...]
    density: Callable[[Floats, Floats], Floats]
    support: Support
    charts: tuple[Chart, ...]
    slot: Slot
    interior: tuple[float, float]
    view: Extent
    pins: tuple[tuple[float, float], tuple[float, float]]
    curvature_words: str = "varies"
    landmarks: Landmarks | None = None
    distance: Callable[[Floats, Floats], Floats] | None = None


NDArrayBool = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

"""The statistical manifold, and what follows from it alone.

A family supplies `LocalGeometry` in packed components; `compute.manifold.tangent` and the algorithms
are generic over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Bools, Floats
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.symmetry import Revolution
from compute.manifold.tangent import LocalGeometry

GENERIC_SCALARS = ("curvature", "log_det", "log_condition")


@dataclass(frozen=True, eq=False)
class Support:
    """Where the distributions live, for drawing them.

    ``x (k,)`` sample points of a density, or the indices of outcomes when ``labels`` names them.
    ``space``: the whole sample space, "line", "half-line" (x > 0), "interval" (0, 1), "circle", "two
    half-lines", "outcomes", "measurements" (several distributions of one state) or "none"; ``ends``
    of it where these are others.
    """

    x: Floats
    labels: tuple[str, ...] = ()
    title: str = "x"
    space: str = "line"
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Named points to draw and to snap to: theta (k, 2), labels (k,), residual (k,).

    residual: how far, relative to the spread, the thing itself lies off the surface (0 = on it).
    own (k,): whether the surface is that point's own, None: of all.  The query of a token whose mask
    is another one lies on another surface; ``mask_of`` names whose mask this one has, "" for all.
    """

    theta: Floats
    labels: tuple[str, ...]
    residual: Floats
    own: NDArray[np.bool_] | None = None
    mask_of: str = ""

    def is_own(self, number: int) -> bool:
        """Whether the surface is that of a point."""
        return self.own is None or bool(self.own[number])


@dataclass(frozen=True, eq=False)
class Slot:
    """The content of the kernels' family slot: WGSL text and the data it reads.

    ``buffers`` (n ≤ 4096, 4) are read by their names as arrays of vec4f, ``constants`` as members of
    ``family``; neither is compiled in.  ``loops`` is how many loop iterations one call of
    ``geometry`` usually costs (0 for a formula); at most it may take twice as many.  ``long``: its
    text takes so long to compile that kernels evaluate it at one place of theirs, in a loop.
    """

    source: str
    buffers: Mapping[str, Floats] = field(default_factory=dict)
    constants: Mapping[str, float | int] = field(default_factory=dict)
    loops: int = 0
    long: bool = False


class DensityAverages(Protocol):
    """Means under p(x|θ) by which a geometry is known, and where they are not resolved."""

    def doubts(self, theta: Floats) -> np.ndarray:
        """Return why the geometry at θ (n, 2) is not known, as integers (n,); 0 where it is."""

    def nodes(self, theta: Floats) -> Floats:
        """Return the places (n, k) on the sample space's line that the means at θ (n, 2) are taken
        at.
        """

    def log_norm(self, theta: Floats) -> Floats:
        """log ∫ of the density as it is stated, at θ (n, 2)."""


@dataclass(frozen=True, eq=False)
class Manifold:
    """A two-parameter family of distributions with its Fisher–Rao geometry.

    Functions take θ (..., 2).  ``geometry`` and ``curvature`` are defined inside the domain only;
    ``margin`` is defined everywhere finite, positive inside the domain and nowhere else; near an
    edge it measures the distance to it in coordinates.  ``density(theta, x)`` broadcasts θ (..., 2)
    against the support (k,) and gives (..., k); ``support(theta)`` is what shows the distributions
    at (k, 2).  ``distance`` is the closed form, or None; ``bounds`` gives a lower and an upper bound
    of it, or is None.  Closed forms at two points, or None: ``divergence`` KL(θ‖φ) in nats,
    ``wasserstein`` W₂ in units of x.  ``log_density(theta, x)`` is the logarithm of ``density``, finite
    where that underflows, or None where there is no density in x.  ``periods``: points that differ by
    these are one point (0: no period).  ``logits``: T (n, 2) and b (n,) of a softmax family, whose
    p = softmax(b + Tθ), else None.  ``averages``: of a family by its log-density on a line, what its
    geometry is averaged by, which knows where it is not resolved; else None.
    ``singular``: g is singular everywhere, which ``curvature_words`` explains.  ``revolution``: a
    symmetry by which geodesics are a quadrature, or None.  ``wall``: changes its sign where g is
    singular along a line, and no geodesic leads from one side to the other; or None.
    """

    key: str
    name: str
    title: str
    coordinates: tuple[str, str]
    domain: str
    line_element: str
    margin: Callable[[Floats], Floats]
    geometry: Callable[[Floats], LocalGeometry]
    curvature: Callable[[Floats], Floats]
    scalar: Callable[[str, Floats, int], Floats]
    scalars: tuple[str, ...]
    density: Callable[[Floats, Floats], Floats]
    support: Callable[[Floats], Support]
    charts: tuple[Chart, ...]
    slot: Slot
    interior: tuple[float, float]
    view: Extent
    pins: tuple[tuple[float, float], tuple[float, float]]
    curvature_words: str = "varies"
    landmarks: Landmarks | None = None
    distance: Callable[[Floats, Floats], Floats] | None = None
    bounds: Callable[[Floats, Floats], tuple[Floats, Floats]] | None = None
    divergence: Callable[[Floats, Floats], Floats] | None = None
    wasserstein: Callable[[Floats, Floats], Floats] | None = None
    log_density: Callable[[Floats, Floats], Floats] | None = None
    periods: tuple[float, float] = (0.0, 0.0)
    logits: tuple[Floats, Floats] | None = None
    singular: bool = False
    averages: DensityAverages | None = None
    revolution: Revolution | None = None
    wall: Callable[[Floats], Floats] | None = None

    def in_domain(self, theta: Floats) -> Bools:
        """Whether each θ (..., 2) lies inside the domain."""
        inside: Bools = self.margin(theta) > 0
        return inside


def inside_only(manifold: Manifold, theta: Floats) -> tuple[Floats, Bools]:
    """θ with every point outside the domain replaced by an interior one, and which were inside."""
    inside = manifold.in_domain(theta)
    return np.where(inside[..., None], theta, np.asarray(manifold.interior, theta.dtype)), inside


def known_inside(manifold: Manifold, theta: Floats) -> Bools:
    """Whether θ (..., 2), of which some may be NaN, lies inside the domain."""
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    safe = np.where(known[..., None], theta, np.asarray(manifold.interior))
    return np.asarray(known & manifold.in_domain(safe))

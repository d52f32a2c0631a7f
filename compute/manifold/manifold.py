"""The statistical manifold and its derived properties.

A family supplies `LocalGeometry` in packed components; `compute.manifold.tangent` and the solvers
work with any family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Bools, Floats
from compute.core.pictured import Pictured, latex
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.symmetry import Fold, Revolution
from compute.manifold.tangent import LocalGeometry, QuickGeometry

GENERIC_SCALARS = ("curvature", "log_det", "log_condition")


# sample spaces of whole numbers from 0: one, and a pair (see `definitions.count_pairs`)
COUNTS, TWO_COUNTS = "counts", "two counts"


@dataclass(frozen=True, eq=False)
class Support:
    """The sample space of the distributions, for drawing them.

    ``x (k,)`` sample points of a density, or the indices of outcomes when ``labels`` names them.
    ``space``: the whole sample space, "line", "half-line" (x > 0), "interval" (0, 1), "circle", "two
    half-lines", `COUNTS`, `TWO_COUNTS`, "outcomes", "measurements" (several distributions of one state)
    or "none";
    ``ends``: of the sample space, where they differ from the default.
    """

    x: Floats
    labels: tuple[str, ...] = ()
    title: str = "x"
    space: str = "line"
    ends: tuple[float, float] | None = None


def half_line(high: float, points: int = 256) -> Support:
    """Return the half-line x > 0, drawn at ``points`` from just above 0 up to ``high``."""
    return Support(np.linspace(high / (2 * points), high, points), space="half-line")


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Named points to draw and to snap to: theta (k, 2), labels (k,), residual (k,).

    residual: the distance of the object itself from the surface, relative to the spread (0: on it).
    own (k,): whether this surface is the point's own; None: for all points.  The query of a token
    with another mask lies on another surface; ``mask_of`` names the token whose mask this surface
    uses, "" if all share it.
    """

    theta: Floats
    labels: tuple[str, ...]
    residual: Floats
    own: NDArray[np.bool_] | None = None
    mask_of: str = ""

    def is_own(self, number: int) -> bool:
        """Whether the surface is the own surface of a point."""
        return self.own is None or bool(self.own[number])


@dataclass(frozen=True, eq=False)
class Slot:
    """A family's implementation for kernels: WGSL text and the data it reads.

    ``buffers`` (n ≤ 4096, 4) are available by name as arrays of vec4f, ``constants`` as members of
    ``family``; neither is compiled in.  ``loops``: typical number of loop iterations of one call of
    ``geometry`` (0 for a formula); at most twice as many may occur.  ``long``: the text takes long
    to compile, so kernels call it at a single place, in a loop.  ``density``: WGSL with ``fn
    density(theta: vec2f, t2: f32) -> f32``, p at a point or an outcome of the sample space; "" if it
    is not a formula.
    """

    source: str
    buffers: Mapping[str, Floats] = field(default_factory=dict)
    constants: Mapping[str, float | int] = field(default_factory=dict)
    loops: int = 0
    long: bool = False
    density: str = ""


class DensityAverages(Protocol):
    """Expectations under p(x|θ) that determine a geometry, and where they are not resolved."""

    def doubts(self, theta: Floats) -> np.ndarray:
        """Return why the geometry at θ (n, 2) is unknown, as integers (n,); 0 where it is known."""

    def nodes(self, theta: Floats) -> Floats:
        """Return the quadrature nodes (n, k) on the sample space's line for θ (n, 2)."""

    def log_norm(self, theta: Floats) -> Floats:
        """Return log ∫ of the density as given, at θ (n, 2)."""


@dataclass(frozen=True, eq=False)
class Manifold(Pictured):
    """A two-parameter family of distributions with its Fisher–Rao geometry.

    Functions take θ (..., 2).  ``geometry`` and ``curvature`` are defined inside the domain only;
    ``margin`` is defined for all finite θ and positive exactly inside the domain; near the boundary
    it is the coordinate distance to it.  ``density(theta, x)`` broadcasts θ (..., 2) against the
    support (k,) and returns (..., k); ``support(theta)`` is suited to draw the distributions at (k,
    2).  ``distance``: a closed form, or None; ``bounds``: a lower and an upper bound of the
    distance, or None.  Closed forms for two points, or None: ``divergence`` KL(θ‖φ) in nats,
    ``wasserstein`` W₂ in units of x.  ``log_density(theta, x)`` is the logarithm of ``density``,
    finite where that underflows; None if there is no density in x.  ``periods``: points that differ
    by these are identified (0: no period).  ``logits``: T (n, 2) and b (n,) of a softmax family, p
    = softmax(b + Tθ); else None.  ``averages``: for a family given by its log-density on a line,
    the expectations that determine its geometry; else None.  ``singular``: g is singular
    everywhere; ``curvature_words`` explains why.  ``kinked``: log p has a kink that moves with θ, so
    that divergences have no Taylor series.  ``revolution``: a symmetry by which geodesics
    reduce to a quadrature, or None.  ``wall``: a function that changes sign across a line where g
    is singular, which no geodesic crosses; or None.  ``fold``: coordinates in which it is regular, or
    None.  ``steep``: g is singular where a coordinate is 0, and rays are integrated in log |θ|.
    ``hadamard``: why the whole family is a convex
    part of a complete, simply connected manifold with K ≤ 0, by proof or reference; "" if that is
    false or not known.  ``self_dual``: T = 0 everywhere, so that all Γ^(α) are the same.
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
    kinked: bool = False
    averages: DensityAverages | None = None
    revolution: Revolution | None = None
    wall: Callable[[Floats], Floats] | None = None
    fold: Fold | None = None
    steep: bool = False
    hadamard: str = ""
    self_dual: bool = False

    def facts(self) -> dict[str, str]:
        """Return the family's name, coordinates, domain and curvature in words."""
        return {
            "Family": self.title,
            "Coordinates": f"{', '.join(self.coordinates)}: {self.domain}",
            "Line element": self.line_element,
            "Curvature": self.curvature_words,
        }

    def formula(self) -> str:
        """Return the line element in LaTeX."""
        return latex(self.line_element)

    def metric(self, theta: Floats) -> Floats:
        """Return packed g (..., 3) at θ (..., 2) inside the domain."""
        geometry = self.geometry
        if isinstance(geometry, QuickGeometry):
            return geometry.metric(theta)
        return geometry(theta).metric

    def in_domain(self, theta: Floats) -> Bools:
        """Whether each θ (..., 2) lies inside the domain."""
        inside: Bools = self.margin(theta) > 0
        return inside


def inside_only(manifold: Manifold, theta: Floats) -> tuple[Floats, Bools]:
    """Return θ with every point outside the domain replaced by an interior one, and a mask of those
    inside.
    """
    inside = manifold.in_domain(theta)
    return np.where(inside[..., None], theta, np.asarray(manifold.interior, theta.dtype)), inside


def known_inside(manifold: Manifold, theta: Floats) -> Bools:
    """Whether θ (..., 2) lies inside the domain; False for NaN."""
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    safe = np.where(known[..., None], theta, np.asarray(manifold.interior))
    return np.asarray(known & manifold.in_domain(safe))

"""Charts: ways to draw a manifold.  A chart maps a family's coordinates θ to drawing coordinates x.

A chart is three pure functions.  Vectors are pushed through its Jacobian, metrics pulled back.  Most
charts are of the plane; a surface in space (`surfaces`) has three drawing coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats
from compute.manifold.extent import Extent

Corner = tuple[str, tuple[float, ...]]
# an elementary map of the plane: its name and its numbers, see `Chart.steps`
Step = tuple[str, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Chart:
    """θ ↔ x, with d = 2 drawing coordinates or, for a surface in space, d = 3.

    forward: (..., 2) → (..., d); inverse: (..., d) → (..., 2), NaN outside the chart's image.
    jacobian: θ (..., 2) → ∂x/∂θ (..., d, 2), indexed [row x, column θ].
    labels: the axes' names; log: which drawing axes are logarithms of the label's quantity.
    equal: both axes must have the same scale.  outline (k, d): the boundary of the image, NaN
    between its pieces; corners: names and positions of its corners.  view: the rectangle that shows
    all of it, or None.  also: alternative names.  flat: for a surface, the plane chart over which
    it is drawn; azimuth: its best viewing direction, in degrees.

    steps: θ ↦ x as elementary maps, in order, for programs without NumPy; None if the chart is no such
    composition.  ("affine", (m₁₁, m₁₂, m₂₁, m₂₂, c₁, c₂)) is x = Mθ + c.  "log", "sqrt", "arcsin",
    "artanh" and "reciprocal" act on the coordinates whose number is 1.  "polar" is (r cos φ, r sin φ)
    of (φ, r), "softmax" is (p₁, p₂) of log-odds, "disk" is i(Z − i)/(Z + i) of Z = x₁ + ix₂.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    forward: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]
    jacobian: Callable[[Floats], Floats]
    log: tuple[bool, bool] = (False, False)
    equal: bool = False
    outline: Floats | None = None
    corners: tuple[Corner, ...] = ()
    view: Extent | None = None
    also: tuple[str, ...] = ()
    flat: Chart | None = None
    azimuth: float = -62.0
    steps: tuple[Step, ...] | None = None

    @property
    def dimension(self) -> int:
        """The number of drawing coordinates: 2, or 3 for a surface in space."""
        return 2 if self.flat is None else 3

    @property
    def plane(self) -> Chart:
        """The plane chart to which maps, grids and views belong: the chart itself unless it is a
        surface.
        """
        return self.flat or self

    def push(self, theta: Floats, vector: Floats) -> Floats:
        """Return the drawing components (..., d) of a tangent vector (..., 2) at theta (..., 2)."""
        pushed: Floats = np.einsum("...ij,...j->...i", self.jacobian(theta), vector)
        return pushed

    def pull(self, theta: Floats, vector: Floats) -> Floats:
        """Return the θ-components of a drawn vector (..., d) at theta (..., 2); in space, of its
        tangential part.
        """
        jacobian = self.jacobian(theta)
        if self.dimension == 3:
            vector = np.einsum("...ij,...i->...j", jacobian, vector)
            jacobian = np.einsum("...ki,...kj->...ij", jacobian, jacobian)
        pulled: Floats = np.linalg.solve(jacobian, vector[..., None])[..., 0]
        return pulled


def named(charts: tuple[Chart, ...], name: str) -> Chart | None:
    """Return the chart with this name or alternative name, or None."""
    own = (chart for chart in charts if chart.name == name)
    other = (chart for chart in charts if name in chart.also)
    return next(own, None) or next(other, None)


def affine(
    name: str,
    title: str,
    labels: tuple[str, str],
    matrix: Floats,
    offset: Floats,
    also: tuple[str, ...] = (),
) -> Chart:
    """Return x = M θ + c for an invertible M (2, 2) and c (2,)."""
    back = np.linalg.inv(matrix)
    return Chart(
        name,
        title,
        labels,
        forward=lambda theta: theta @ matrix.T + offset,
        inverse=lambda x: (x - offset) @ back.T,
        jacobian=lambda theta: np.broadcast_to(matrix, (*np.shape(theta)[:-1], 2, 2)),
        also=also,
        steps=(linear(matrix, offset),),
    )


def linear(matrix: Floats, offset: ArrayLike = (0.0, 0.0)) -> Step:
    """Return the step x = M θ + c for M (2, 2) and c (2,)."""
    return "affine", tuple(float(a) for a in (*np.ravel(matrix), *np.ravel(offset)))


def composed(
    first: tuple[Step, ...] | None, then: tuple[Step, ...] | None
) -> tuple[Step, ...] | None:
    """Return the steps of one map and then another, None if they are not known of both."""
    return None if first is None or then is None else (*first, *then)


def parameters(labels: tuple[str, str], also: tuple[str, ...] = ()) -> Chart:
    """Return the chart of the family's own coordinates, x = θ; ``also``: alternative names, such as
    "natural".
    """
    return affine("parameters", "Parameters", labels, np.eye(2), np.zeros(2), also)


def negated(name: str, title: str, labels: tuple[str, str], signs: tuple[float, float]) -> Chart:
    """Return x = (±θ¹, ±θ²)."""
    return affine(name, title, labels, np.diag(signs), np.zeros(2))


def through(chart: Chart, change: Chart, labels: tuple[str, ...]) -> Chart:
    """Return x = chart(φ), φ = change(θ): a chart of another family that θ ↦ φ carries to its own."""
    return replace(
        chart,
        labels=labels,
        forward=lambda theta: chart.forward(change.forward(theta)),
        inverse=lambda x: change.inverse(chart.inverse(x)),
        jacobian=lambda theta: chart.jacobian(change.forward(theta)) @ change.jacobian(theta),
        steps=composed(change.steps, chart.steps),
    )


def log_second(labels: tuple[str, str]) -> Chart:
    """Return x = (θ¹, log θ²), for a positive second coordinate."""

    def forward(theta: Floats) -> Floats:
        return np.stack([theta[..., 0], np.log(theta[..., 1])], axis=-1)

    def inverse(x: Floats) -> Floats:
        return np.stack([x[..., 0], np.exp(np.clip(x[..., 1], -700.0, 700.0))], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        return rows(1.0, 0.0, 0.0, 1.0 / theta[..., 1])

    return Chart(
        "log",
        "Logarithmic",
        labels,
        forward,
        inverse,
        jacobian,
        log=(False, True),
        steps=(("log", (0.0, 1.0)),),
    )


def log_both(labels: tuple[str, str]) -> Chart:
    """Return x = (log θ¹, log θ²), for two positive coordinates."""

    def jacobian(theta: Floats) -> Floats:
        return rows(1.0 / theta[..., 0], 0.0, 0.0, 1.0 / theta[..., 1])

    return Chart(
        "log",
        "Logarithmic",
        labels,
        np.log,
        lambda x: np.exp(np.clip(x, -700.0, 700.0)),
        jacobian,
        log=(True, True),
        steps=(("log", (1.0, 1.0)),),
    )


def rows(a: Floats | float, b: Floats | float, c: Floats | float, d: Floats | float) -> Floats:
    """Return matrices [[a, b], [c, d]] (..., 2, 2) of entries (...,)."""
    entries = np.stack(np.broadcast_arrays(a, b, c, d), axis=-1)
    return entries.reshape(*entries.shape[:-1], 2, 2)


def where(inside: ArrayLike, x: Floats, otherwise: float = np.nan) -> Floats:
    """Return points (..., 2) with those not inside (...,) replaced by ``otherwise``."""
    return np.where(np.asarray(inside)[..., None], x, otherwise)


def circle(radius: float = 1.0, points: int = 181) -> Floats:
    """Return the closed outline (points, 2) of a disk about the origin."""
    turn = np.linspace(0.0, 2.0 * np.pi, points)
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)

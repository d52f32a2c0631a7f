"""Pairs of independent counts x₁, x₂, each of a family with one parameter: flat planes.

ds² = g₁(θ¹)(dθ¹)² + g₂(θ²)(dθ²)² is Euclidean in the arc lengths s_i = ∫√g_i dθ^i, so geodesics are
straight lines there and d² = Δs₁² + Δs₂².  The sample space "two counts" holds both distributions on
one line: x ≥ 0 stands for x₁ = x, and x < 0 for x₂ = −1 − x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.manifold.charts import Chart, Step, rows, where
from compute.manifold.extent import Extent
from compute.manifold.manifold import TWO_COUNTS, Support

Expr = Any  # sympy.Expr, which has no type stubs
# x is at most this many counts apart where a distribution is drawn
DRAWN = 256
TITLE = "−1 − x₂ | x₁"


def definition(
    theta: tuple[Expr, Expr],
    bounds: tuple[Expr, ...],
    natural: Callable[[Expr], Expr],
    potential: Callable[[Expr, int], Expr],
    log_probability: Callable[[Expr, Expr, int], Expr],
    gap: Callable[[Expr, Expr, int], Expr],
    entropy: Callable[[Expr, int], Expr],
) -> Definition:
    """Return the product of two one-parameter families.

    Of each: ``natural(θ)``, its ``potential`` ψ_i(ϑ), log p_i(count; θ), and the difference of two arc
    lengths, ``gap(θ, φ, i)``, i = 0 or 1; and the ``entropy(θ, i)`` in nats.
    """
    import sympy as sp

    x = sp.symbols("x", real=True)
    other = tuple(sp.Symbol(f"other{i}", positive=True) for i in (1, 2))
    # ½ apart from every count, so that the side is known at x = 0
    side = (x + sp.Rational(1, 2)) / sp.Abs(x + sp.Rational(1, 2))
    count = sp.Abs(x + sp.Rational(1, 2)) - sp.Rational(1, 2)
    logs = [log_probability(count, t, i) for i, t in enumerate(theta)]
    gaps = [gap(s, t, i) ** 2 for i, (s, t) in enumerate(zip(theta, other, strict=True))]
    return Definition(
        theta=theta,
        bounds=bounds,
        natural=(natural(theta[0]), natural(theta[1])),
        potential=lambda a, b: potential(a, 0) + potential(b, 1),
        curvature=sp.Integer(0),
        scalars={"entropy": entropy(theta[0], 0) + entropy(theta[1], 1)},
        log_density=(1 + side) / 2 * logs[0] + (1 - side) / 2 * logs[1],
        x=x,
        distance=sp.sqrt(gaps[0] + gaps[1]),
        other=other,
    )


def support(first: float, second: float) -> Support:
    """Return the counts up to ``first`` to the right and up to ``second``, mirrored, to the left; not
    every one if they are many.
    """
    right, left = _counts(first), -1.0 - _counts(second)[::-1]
    return Support(np.concatenate([left, right]), title=TITLE, space=TWO_COUNTS)


def _counts(highest: float) -> Floats:
    return np.unique(np.rint(np.linspace(0.0, highest, min(int(highest), DRAWN) + 1)))


def chart(
    name: str,
    title: str,
    labels: tuple[str, str],
    forward: Callable[[Floats], Floats],
    inverse: Callable[[Floats], Floats],
    slope: Callable[[Floats], Floats],
    inside: Callable[[Floats], np.ndarray],
) -> Chart:
    """Return the chart that maps each coordinate by itself, NaN where ``inside(x)`` (..., 2) fails.

    Functions take θ or x (..., 2) and act on both columns; slope: ∂x_i/∂θ^i.
    """

    def jacobian(theta: Floats) -> Floats:
        first, second = np.moveaxis(slope(theta), -1, 0)
        return rows(first, 0.0, 0.0, second)

    def back(x: Floats) -> Floats:
        good = inside(x)
        middle = np.where(good, x, np.nan)
        with np.errstate(invalid="ignore"):
            return where(good.all(axis=-1), inverse(middle))

    return Chart(name, title, labels, forward, back, jacobian)


def arc_length(
    labels: tuple[str, str],
    forward: Callable[[Floats], Floats],
    inverse: Callable[[Floats], Floats],
    slope: Callable[[Floats], Floats],
    ends: Floats | float,
    view: Extent,
    steps: tuple[Step, ...],
) -> Chart:
    """Return the chart of arc lengths s in (0, ``ends``), in which ds² = ds₁² + ds₂²."""

    def inside(x: Floats) -> np.ndarray:
        return np.asarray((x > 0) & (x < ends))

    plain = chart("arc_length", "Arc lengths", labels, forward, inverse, slope, inside)
    corner = np.minimum(np.broadcast_to(ends, 2), 1e6)
    edge = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]) * corner
    return replace(plain, equal=True, outline=edge, view=view, steps=steps)

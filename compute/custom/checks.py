"""Checks that a user's formula is a metric or a distribution and is resolved, with precise error
messages.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.custom.definition import Own
from compute.custom.parse import FormulaError
from compute.definitions.averages import Doubt
from compute.definitions.quadrature import UNRESOLVED
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import LocalGeometry, is_singular

Expr = Any  # sympy.Expr, which has no type stubs

# maximum number of coordinates at which a determinant is checked
PROBED = (0.3217, 0.7653)
# share of g₁₁g₂₂ below which a determinant is 0 up to rounding
RANK = 1e-12


def check_rank(own: Own, g11: Expr, g12: Expr, g22: Expr) -> None:
    """Refuse a metric whose determinant is identically 0."""
    import sympy as sp

    if _has_rank_somewhere(g11, g12, g22) or sp.expand(g11 * g22 - g12**2) != 0:
        return
    rank = 0 if g11 == g12 == g22 == 0 else 1
    words = f"g has rank {rank}, not 2, everywhere: its determinant is 0, so it is not a metric"
    raise FormulaError(own.formulas[0], 0, words, own.places[0])


def _has_rank_somewhere(*metric: Expr) -> bool:
    """Whether the determinant is nonzero at a sample point, which is quicker than symbolic
    simplification.
    """
    symbols = sorted(set().union(*(g.free_symbols for g in metric)), key=str)
    at = {s: -p if s.is_negative else p for s, p in zip(symbols, PROBED, strict=False)}
    g11, g12, g22 = (g.evalf(subs=at) for g in metric)
    if not all(g.is_Float or g.is_zero for g in (g11, g12, g22)):
        return False
    return bool(abs(g11 * g22 - g12**2) > RANK * abs(g11 * g22))


def check_dependence(own: Own, log_density: Expr, theta: tuple[Expr, Expr], x: Expr) -> None:
    """Refuse a density that does not change with one of its coordinates."""
    import sympy as sp

    moving = any(end.value is None for end in own.ends() or ())
    for name, symbol in zip(own.coordinates, theta, strict=True):
        slope = sp.expand(sp.diff(log_density, symbol))
        if moving or not (slope == 0 or (own.normalise and x not in slope.free_symbols)):
            continue
        words = (
            f"the distribution does not depend on {name}: its Fisher metric does not have rank 2"
        )
        raise FormulaError(own.formulas[0], 0, words, own.places[0])


def check_metric(own: Own, theta: Floats, local: LocalGeometry) -> None:
    """Refuse a metric that is not positive definite at any of theta (n, 2)."""
    if not is_singular(local, RANK).all():
        return
    g = local.metric
    known = np.abs(g).max(axis=1) > 0  # unresolved values are 0
    if not known.any():
        return
    at = int(np.argmax(known))
    place = ", ".join(f"{n} = {x:.4g}" for n, x in zip(own.coordinates, theta[at], strict=True))
    for number, name in ((0, "g₁₁"), (2, "g₂₂")):
        if g[at, number] < 0:
            words = f"{name} = {g[at, number]:.4g} is negative at {place}"
            break
    else:
        rank = g[at, 0] * g[at, 2] - g[at, 1] ** 2 >= -RANK * g[at, 0] * g[at, 2]
        words = (
            f"it has rank 1, not 2, at {place}"
            if rank
            else f"its determinant is negative at {place}"
        )
    words = f"g is not positive definite anywhere in the view: {words}"
    raise FormulaError(own.formulas[0], 0, words, own.places[0])


def check_density(made: Manifold, own: Own) -> None:
    """Refuse a density that is invalid or not resolved at the pins and between them."""
    theta = np.array([*made.pins, made.interior])
    if made.averages is None:
        if not own.normalise:
            _check_outcomes(made, own, theta)
        return
    doubts = made.averages.doubts(theta)
    if (doubts == Doubt.NONE).any():
        return
    place = ", ".join(f"{n} = {x:.4g}" for n, x in zip(own.coordinates, theta[0], strict=True))
    found = float(np.exp(np.minimum(made.averages.log_norm(theta[:1])[0], 690.0)))
    words = _DOUBTS[Doubt(doubts[0])].format(
        place=place, found=found, space=_SPACES[str(own.space)]
    )
    where = ("range[0]", own.range[0]) if own.range and doubts[0] == Doubt.MOVING else None
    raise FormulaError(
        where[1] if where else own.formulas[0], 0, words, where[0] if where else own.kind
    )


_SPACES = {
    "line": "on the line",
    "half-line": "on x > 0",
    "interval": "in the interval",
    "circle": "on the circle",
}
_DOUBTS = {
    Doubt.UNRESOLVED: "the integrals of this density are not resolved at {place}: it may have a kink, "
    "a jump, a very narrow peak, or no Fisher metric",
    Doubt.ENDLESS: "this is not a distribution {space}: at {place} it does not decay at the ends, so "
    "its integral, or that of its scores, is not finite",
    Doubt.UNNORMED: "this integrates to {found:.4g}, not to 1, at {place}: normalise it",
    Doubt.IRREGULAR: "the mean of its scores is not 0, or that of its second derivatives not -g, at "
    "{place}: its support depends on the parameters, or it has a kink, or it does not "
    "integrate to 1",
    Doubt.MOVING: "the ends of the range depend on the parameters and the density is not 0 there, so "
    "there is no Fisher metric at {place}",
    Doubt.EMPTY: "this is undefined for all x at {place}",
}


def _check_outcomes(made: Manifold, own: Own, theta: Floats) -> None:
    """Refuse listed outcomes whose probabilities do not sum to 1."""
    assert isinstance(own.space, tuple)
    total = made.density(theta, np.array(own.space)).sum(axis=1)
    off = np.abs(total - 1) > UNRESOLVED
    if off.any():
        place = ", ".join(f"{x:.4g}" for x in theta[off][0])
        words = f"this sums to {total[off][0]:.4g}, not to 1, at ({place}): normalise it"
        raise FormulaError(own.formulas[0], 0, words, own.kind)

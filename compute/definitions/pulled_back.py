"""Families whose samples are another family's after a change of variable, with all of its geometry.

If y = h(x) has the density q(y|φ(θ)) for a monotone h that does not depend on θ, then
    log p(x|θ) = log q(h(x)|φ(θ)) + log|h'(x)|,
so that scores are those of q: metric, cubic tensor, curvature, distances and divergences are pulled
back by φ.  The entropy is that of q plus E log|dx/dy|.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from compute.definitions.derive import PAIRS, TRIPLES, Definition, Expr


def pulled_back(
    base: Definition,
    theta: tuple[Expr, Expr],
    image: tuple[Expr, Expr],
    bounds: tuple[Expr, ...],
    x: Expr,
    sample: Expr,
    stretch: Expr,
) -> Definition:
    """Return the definition of x in coordinates ``theta``, positive or real symbols.

    ``image``: φ(θ), the coordinates of ``base``; ``sample``: y = h(x) in the symbol x; ``stretch``: E
    log|dx/dy|, in theta.  Wasserstein distances are not carried over.
    """
    import sympy as sp

    carry = _carrier(base.theta, image)
    # named as in `derive`, which is free to name them if a definition does not
    other = tuple(sp.Symbol(f"other{i + 1}", **t.assumptions0) for i, t in enumerate(theta))
    there = [e.subs(dict(zip(theta, other, strict=True)), simultaneous=True) for e in image]
    both = _carrier((*base.theta, *(base.other or ())), (*image, *(there if base.other else ())))
    slope = sp.Matrix([[sp.diff(e, t) for t in theta] for e in image])
    change = sp.expand_log(sp.log(sp.Abs(sp.diff(sample, x))))
    return replace(
        base,
        theta=theta,
        bounds=bounds,
        natural=carry(base.natural),
        metric=base.metric and _tensor(carry(base.metric), slope, PAIRS),
        cubic=base.cubic and _tensor(carry(base.cubic), slope, TRIPLES),
        det=None if base.det is None else sp.simplify(carry(base.det) * slope.det() ** 2),
        curvature=carry(base.curvature),
        scalars={"entropy": sp.simplify(carry(base.scalars["entropy"]) + stretch)},
        # logarithms of powers would overflow with these
        log_density=sp.expand_log(carry(base.log_density).subs(base.x, sample)) + change,
        x=x,
        distance=both(base.distance),
        divergence=both(base.divergence),
        wasserstein=None,
        other=other,
    )


def _carrier(symbols: tuple[Expr, ...], images: tuple[Expr, ...]) -> Callable[[Any], Any]:
    """Return the substitution of images for symbols, in an expression, a tuple of some, or None."""
    table = dict(zip(symbols, images, strict=True))

    def carry(found: Any) -> Any:
        if isinstance(found, tuple):
            return tuple(carry(e) for e in found)
        return None if found is None else found.subs(table, simultaneous=True)

    return carry


def _tensor(packed: tuple[Expr, ...], slope: Expr, order: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the packed components Σ t_ab… J^a_i J^b_j … of a symmetric tensor pulled back by J."""
    from itertools import product

    import sympy as sp

    def component(indices: tuple[int, ...]) -> Expr:
        terms = product(range(2), repeat=len(indices))
        return sum(
            packed[sum(term)] * sp.prod([slope[a, i] for a, i in zip(term, indices, strict=True)])
            for term in terms
        )

    return tuple(sp.simplify(component(indices)) for indices in order)

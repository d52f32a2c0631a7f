"""From a family's formulas to its geometry: SymPy in, tapes out.

A family gives the simplest function that determines it (`Definition`); `derive` differentiates it:

    potential ψ(ϑ) in natural coordinates ϑ(θ), J = ∂ϑ/∂θ:
        g = Jᵀ ∂²ψ J,    T_ijk = ∂_a∂_b∂_c ψ J^a_i J^b_j J^c_k,
        KL(θ‖φ) = ψ(ϑ(φ)) − ψ(ϑ(θ)) − ∂_aψ(ϑ(θ)) (ϑ(φ) − ϑ(θ))^a
    or the metric and the cubic tensor themselves,
    or only a log-density, whose scores are averaged by `compute.definitions.quadrature`.
    Γ_ij,k = ½(∂_i g_jk + ∂_j g_ik − ∂_k g_ij)
    K = R_1212/D, R_1212 = ½(2∂₁∂₂g₁₂ − ∂₁²g₂₂ − ∂₂²g₁₁) + g^mn(Γ_12,m Γ_12,n − Γ_11,m Γ_22,n)

SymPy takes a third of a second to import, so it is imported where it is used: see `disk_cache`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from compute.definitions.derived import Derived
from compute.definitions.lowering import tape_of
from compute.definitions.tape import Tape

Expr = Any  # sympy.Expr, which has no type stubs

PAIRS = ((0, 0), (0, 1), (1, 1))
TRIPLES = ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1))


@dataclass(frozen=True)
class Definition:
    """A family's mathematics in its own coordinates θ = (θ¹, θ²), as SymPy expressions.

    theta: the two symbols.  bounds: expressions that are positive exactly inside the domain.  Either
    ``natural`` (ϑ¹, ϑ²) with ``potential(ϑ¹, ϑ²)``, or ``metric`` (g₁₁, g₁₂, g₂₂) with ``cubic``
    (T₁₁₁, T₁₁₂, T₁₂₂, T₂₂₂), or neither, if the log-density determines the family.  det, curvature:
    given if the derived form would cancel in float32 or not simplify.  scalars: named functions of θ to
    draw as maps.  log_density in x and θ, or ``probabilities`` of finitely many outcomes: tests check
    everything else against it.  Closed forms in theta and ``other``: distance d(θ, φ); divergence
    KL(θ‖φ), given if that of the potential would cancel or there is none; wasserstein W₂(θ, φ).
    places: None, or the symbols (r, q, log r, log q) of the line that represents the sample space
    (see `node_placement`); then sample is x in terms of them, swaps lists substitutions made before
    that, slope is log dx/dv, and weight is positive where there is a density.  tidy: False if
    simplifying is not worth its time.  constants: symbols of the family's parameters.
    """

    theta: tuple[Expr, Expr]
    bounds: tuple[Expr, ...]
    natural: tuple[Expr, Expr] | None = None
    potential: Callable[[Expr, Expr], Expr] | None = None
    metric: tuple[Expr, Expr, Expr] | None = None
    cubic: tuple[Expr, Expr, Expr, Expr] | None = None
    det: Expr | None = None
    curvature: Expr | None = None
    scalars: Mapping[str, Expr] = field(default_factory=dict)
    log_density: Expr | None = None
    probabilities: tuple[Expr, ...] = ()
    x: Expr | None = None
    distance: Expr | None = None
    divergence: Expr | None = None
    wasserstein: Expr | None = None
    other: tuple[Expr, Expr] | None = None
    places: tuple[Expr, Expr, Expr, Expr] | None = None
    sample: Expr | None = None
    swaps: Mapping[Expr, Expr] = field(default_factory=dict)
    slope: Expr = 0
    weight: Expr = 1
    tidy: bool = True
    constants: tuple[Expr, ...] = ()


def derive(definition: Definition) -> Derived:
    """Differentiate a definition and share its subexpressions."""
    theta = definition.theta
    if definition.metric is None and definition.natural is None:
        return _by_density(definition)
    metric = _metric(definition)
    tidied = _tidy if definition.tidy else _as_it_is
    first = _christoffel_first(metric, theta, tidied)
    cubic = definition.cubic or _cubic(definition)
    det = definition.det
    if det is None:
        det = tidied(metric[0] * metric[2] - metric[1] ** 2)
    curvature = definition.curvature
    if curvature is None:
        curvature = tidied(_curvature(metric, first, det, theta))
    density = definition.probabilities or (definition.log_density,)
    constants = definition.constants
    at = (*theta, *constants)
    inputs = at if definition.probabilities else (*theta, definition.x, *constants)
    return Derived(
        geometry=tape_of((*metric, *first[0], *first[1], *cubic, det), at),
        margin=tape_of((_margin(definition),), at),
        curvature=tape_of((curvature,), at),
        scores=None,
        sight=None,
        density=tape_of(density, inputs),
        scalars=tuple(definition.scalars),
        scalar=tape_of(tuple(definition.scalars.values()), at),
        constants=tuple(symbol.name for symbol in constants),
        **_between(definition),
    )


def _margin(definition: Definition) -> Expr:
    """Return the least of the bounds."""
    import sympy as sp

    return sp.Min(*definition.bounds, evaluate=definition.tidy)


def _by_density(definition: Definition) -> Derived:
    """Return the scores of a log-density."""
    import sympy as sp

    theta, log = definition.theta, definition.log_density
    first = [sp.diff(log, t) for t in theta]
    # one at a time: of two at once SymPy takes the first again, and factors what it finds
    scores = (log, *first, *(sp.diff(first[i], theta[j]) for i, j in PAIRS))
    outputs: tuple[Expr, ...] = (*scores, definition.weight)
    constants = definition.constants
    inputs: tuple[Expr, ...] = (*theta, definition.x, *constants)
    sight = None
    if definition.places is not None:
        # after the derivatives, which are those at a fixed outcome
        height, *rest = (_placed(definition, score) for score in scores)
        weight, slope = _placed(definition, definition.weight), definition.slope
        inputs = (*theta, *definition.places, *constants)
        outputs = (height + slope, *rest, weight, slope)
        sight = tape_of((height + slope, weight), inputs)
    return Derived(
        geometry=None,
        margin=tape_of((_margin(definition),), (*theta, *constants)),
        curvature=None,
        scores=tape_of(outputs, inputs),
        sight=sight,
        density=tape_of((log,), (*theta, definition.x, *constants)),
        scalars=(),
        scalar=tape_of((), (*theta, *constants)),
        constants=tuple(symbol.name for symbol in constants),
        **_between(definition),
    )


def _placed(definition: Definition, expression: Expr) -> Expr:
    """Rewrite an expression in x in the symbols of a line."""
    import sympy as sp

    swapped = sp.sympify(expression).xreplace(dict(definition.swaps))
    return swapped.subs(definition.x, definition.sample)


def _between(definition: Definition) -> dict[str, Tape | None]:
    """Return the tapes of the closed forms between two points."""
    import sympy as sp

    theta = definition.theta
    other = definition.other or tuple(
        sp.Symbol(f"other{i + 1}", **t.assumptions0) for i, t in enumerate(theta)
    )
    divergence = definition.divergence
    if divergence is None and definition.potential is not None:
        divergence = _bregman(definition, other)
    found = {
        "distance": definition.distance,
        "divergence": divergence,
        "wasserstein": definition.wasserstein,
    }
    inputs = (*theta, *other, *definition.constants)
    return {
        name: None if expression is None else tape_of((expression,), inputs)
        for name, expression in found.items()
    }


def _bregman(definition: Definition, other: tuple[Expr, ...]) -> Expr:
    """Return KL(θ‖φ) as the Bregman divergence of the potential from θ to φ."""
    assert definition.natural is not None and definition.potential is not None
    move = dict(zip(definition.theta, other, strict=True))
    start = definition.natural
    end = [n.subs(move, simultaneous=True) for n in start]
    rise = definition.potential(*end) - definition.potential(*start)
    slope = (_potential_derivative(definition, (a,)) for a in range(2))
    return rise - sum(e * (y - x) for e, x, y in zip(slope, start, end, strict=True))


def _tidy(expression: Expr) -> Expr:
    """Simplify an expression if that is quick, such as a rational function to a monomial."""
    import sympy as sp

    return sp.simplify(expression) if expression.count_ops() < 400 else expression


def _as_it_is(expression: Expr) -> Expr:
    return expression


def _jacobian(definition: Definition) -> list[list[Expr]]:
    import sympy as sp

    assert definition.natural is not None
    return [[sp.diff(n, t) for t in definition.theta] for n in definition.natural]


def _potential_derivative(definition: Definition, order: tuple[int, ...]) -> Expr:
    """Return ∂_a∂_b… ψ at ϑ(θ)."""
    import sympy as sp

    assert definition.natural is not None and definition.potential is not None
    names = sp.symbols("vartheta1 vartheta2", real=True)
    derivative = sp.diff(definition.potential(*names), *(names[a] for a in order))
    return derivative.subs(dict(zip(names, definition.natural, strict=True)), simultaneous=True)


def _pull_back(definition: Definition, order: tuple[int, ...]) -> Expr:
    """Return one component of the pulled-back derivative of the potential."""
    jacobian = _jacobian(definition)
    total = 0
    for index in product(range(2), repeat=len(order)):
        term = _potential_derivative(definition, index)
        for a, i in zip(index, order, strict=True):
            term = term * jacobian[a][i]
        total = total + term
    return _tidy(total)


def _metric(definition: Definition) -> tuple[Expr, Expr, Expr]:
    if definition.metric is not None:
        return definition.metric
    if definition.natural is None or definition.potential is None:
        raise ValueError("a definition needs a metric, or natural coordinates with a potential")
    g11, g12, g22 = (_pull_back(definition, pair) for pair in PAIRS)
    return g11, g12, g22


def _cubic(definition: Definition) -> tuple[Expr, ...]:
    if definition.natural is None or definition.potential is None:
        raise ValueError("a definition by its metric needs the cubic tensor as well")
    return tuple(_pull_back(definition, triple) for triple in TRIPLES)


def _christoffel_first(
    metric: tuple[Expr, Expr, Expr], theta: tuple[Expr, Expr], tidied: Callable[[Expr], Expr]
) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Return ((Γ_11,1, Γ_12,1, Γ_22,1), (Γ_11,2, Γ_12,2, Γ_22,2))."""
    import sympy as sp

    g = [[metric[0], metric[1]], [metric[1], metric[2]]]

    def gamma(i: int, j: int, k: int) -> Expr:
        return tidied(
            (sp.diff(g[j][k], theta[i]) + sp.diff(g[i][k], theta[j]) - sp.diff(g[i][j], theta[k]))
            / 2
        )

    rows = [tuple(gamma(i, j, k) for i, j in PAIRS) for k in range(2)]
    return rows[0], rows[1]


def _curvature(
    metric: tuple[Expr, Expr, Expr],
    first: tuple[tuple[Expr, ...], tuple[Expr, ...]],
    det: Expr,
    theta: tuple[Expr, Expr],
) -> Expr:
    import sympy as sp

    g11, g12, g22 = metric
    s, t = theta
    second = (2 * sp.diff(g12, s, t) - sp.diff(g22, s, 2) - sp.diff(g11, t, 2)) / 2
    inverse = ((g22 / det, -g12 / det), (-g12 / det, g11 / det))
    quadratic = sum(
        inverse[m][n] * (first[m][1] * first[n][1] - first[m][0] * first[n][2])
        for m in range(2)
        for n in range(2)
    )
    return (second + quadratic) / det

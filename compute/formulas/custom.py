"""From a checked definition to a manifold, by the machinery of all families."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compute import charts
from compute.averages import NONE
from compute.charts import Chart
from compute.family import formula
from compute.formulas import checks, dual, space
from compute.formulas import definition as definitions
from compute.formulas.algebra import Algebra
from compute.formulas.definition import Own
from compute.formulas.parse import FormulaError, Node
from compute.manifold import LocalGeometry, Manifold, Support, is_singular
from compute.symbolic import Definition
from compute.types import Extent, Floats

Expr = Any  # sympy.Expr, which has no type stubs

# coordinates beyond are outside every domain, and what is nearer to an edge is at it
REACH, EDGE = 1e9, 1e-9
# derivatives that are larger than this take seconds
MOST_OPERATIONS = 6000
# cells of the grid on which pins are looked for
GRID = 24


def custom_family(definition: Mapping[str, Any]) -> Manifold:
    """The manifold of a user's own definition (see `compute.formulas.definition`).

    A metric that is not positive definite somewhere has D ≤ 0 there, status ILL_CONDITIONED; where a
    formula is undefined (the root of a negative number, a division by zero) is outside the domain.
    Raises ValueError that names the entry, or FormulaError with the column, for what cannot be read,
    and for a density that does not integrate to 1 without ``normalise``.
    """
    own = definitions.stated(definition)
    return _placed(_manifold(own, definitions.text_of(definition)), own)


# --- formulas --------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Read:
    """A definition's expressions: the two symbols, the main formulas and what is positive inside."""

    theta: tuple[Expr, Expr]
    x: Expr
    formulas: tuple[Expr, ...]
    bounds: tuple[Expr, ...]
    seen: tuple[Expr, ...]  # guards that depend on the sample x
    ends: tuple[Expr, Expr] | None


def _read(own: Own) -> _Read:
    theta, x = _symbols(own)
    names = {definitions.SAMPLE: x} | dict(zip(own.coordinates, theta, strict=True))
    guards: list[Expr] = []

    def expression(text: str, node: Node, place: str) -> Expr:
        algebra = Algebra(text, names)
        try:
            found = algebra.expression(node)
        except FormulaError as mistake:
            raise mistake.within(place) from None
        guards.extend(g for g in algebra.guards if g not in guards)
        return found

    main = zip(own.formulas, own.trees(), own.places, strict=True)
    formulas = tuple(expression(*parts) for parts in main)
    bounds = [
        expression(text, high, "domain") - expression(text, low, "domain")
        for text, pairs in own.bounds()
        for low, high in pairs
    ]
    ends = own.ends()
    found_ends = None
    if ends is not None and own.range is not None:
        low, high = (expression(t, n, "range") for t, n in zip(own.range, ends, strict=True))
        found_ends = (low, high)
        bounds.append(high - low)
    fixed = [g for g in guards if x not in g.free_symbols]
    return _Read(
        theta,
        x,
        formulas,
        tuple(bounds + fixed),
        tuple(g for g in guards if x in g.free_symbols),
        found_ends,
    )


def _symbols(own: Own) -> tuple[tuple[Expr, Expr], Expr]:
    """The symbols, of a known sign where the domain or the sample space says so."""
    import sympy as sp

    found = []
    for number, name in enumerate(own.coordinates):
        low, high = _interval(own, name)
        sign = (
            {"positive": True} if low >= 0 else {"negative": True} if high <= 0 else {"real": True}
        )
        found.append(sp.Symbol(f"theta{number + 1}", **sign))
    positive = own.space == "half-line" or (own.space == "interval" and own.range is None)
    x = sp.Symbol("x", positive=True) if positive else sp.Symbol("x", real=True)
    return (found[0], found[1]), x


def _interval(own: Own, name: str) -> tuple[float, float]:
    """The bounds of one coordinate that the domain states as numbers."""
    low, high = -np.inf, np.inf
    for _, pairs in own.bounds():
        for smaller, larger in pairs:
            if larger.kind == "name" and larger.text == name and smaller.value is not None:
                low = max(low, smaller.value)
            if smaller.kind == "name" and smaller.text == name and larger.value is not None:
                high = min(high, larger.value)
    return low, high


def _define(source: str) -> Definition:
    """The symbolic definition of a JSON text."""
    own = definitions.stated(definitions.read(source))
    read = _read(own)
    given: dict[str, Any] = {
        "theta": read.theta,
        "bounds": _bounds(read),
        "x": read.x,
        "tidy": False,
    }
    if own.kind == "log_density":
        given |= _by_density(own, read)
    elif own.kind == "metric":
        _affordable(own, read.formulas, read.theta)
        g11, g12, g22 = read.formulas
        checks.check_rank(own, g11, g12, g22)
        given |= {"metric": (g11, g12, g22), "cubic": (0, 0, 0, 0), "log_density": 0}
        given |= {"det": _determinant(g11, g12, g22)}
    else:
        given |= _by_potential(own, read)
    return Definition(**given)


def _bounds(read: _Read) -> tuple[Expr, ...]:
    import sympy as sp

    box = [REACH - sp.Abs(t) for t in read.theta]
    return tuple(_safe(bound) - EDGE for bound in (*read.bounds, *box))


def _safe(guard: Expr) -> Expr:
    """A guard that is a number even where what it contains is undefined, as other guards say."""
    import sympy as sp

    tiny = sp.Float(1e-30)
    guard = guard.replace(sp.log, lambda u: sp.log(sp.Max(u, tiny)))
    return guard.replace(
        lambda e: e.is_Pow and not e.exp.is_integer and e.base != sp.E,
        lambda e: sp.Pow(sp.Max(e.base, tiny), e.exp),
    )


def _determinant(g11: Expr, g12: Expr, g22: Expr) -> Expr:
    """D where g₁₁ > 0, and something negative where not: then g is not positive definite."""
    import sympy as sp

    # unevaluated: comparing two expressions takes SymPy seconds
    return sp.Min(g11 * g22 - g12**2, 1e18 * g11, evaluate=False)


def _by_potential(own: Own, read: _Read) -> dict[str, Any]:
    """g = ∂²ψ, T = ∂³ψ, K = −det[g; κ₁; κ₂]/(4D²)."""
    import sympy as sp

    s, t = read.theta
    _affordable(own, read.formulas, read.theta)
    psi = read.formulas[0]
    g = [sp.diff(psi, *order) for order in ((s, s), (s, t), (t, t))]
    k = [sp.diff(psi, *order) for order in ((s, s, s), (s, s, t), (s, t, t), (t, t, t))]
    checks.check_rank(own, *g)
    det = _determinant(*g)
    (a, b, c), (k111, k112, k122, k222) = g, k
    rows = (
        a * (k112 * k222 - k122**2) - b * (k111 * k222 - k112 * k122) + c * (k111 * k122 - k112**2)
    )
    return {
        "metric": tuple(g),
        "cubic": tuple(k),
        "det": det,
        "curvature": -rows / (4 * det**2),
        "scalars": {name: sp.diff(psi, v) for name, v in zip(dual.NAMES, (s, t), strict=True)},
        "natural": (s, t),
        "potential": lambda a, b: psi.subs({s: a, t: b}, simultaneous=True),
        "log_density": psi,
    }


def _by_density(own: Own, read: _Read) -> dict[str, Any]:
    import sympy as sp

    _affordable(own, read.formulas, read.theta)
    weight, x = sp.Integer(1), read.x
    line = space.line(own)
    # the logarithm of a product would lose what the logarithm of x keeps at its ends
    stated = sp.expand_log(read.formulas[0]) if line else read.formulas[0]
    checks.check_dependence(own, stated, read.theta, x)
    given: dict[str, Any] = {"log_density": stated}
    given |= space.on_line(line, x, read.ends) if line else {}
    for guard in read.seen:
        if guard not in given.get("swaps", {}):  # a share of an interval is positive
            # 1 where the guard is positive, else 0: there the density has no place
            weight *= sp.Min(1, sp.Max(0, 1e30 * _safe(guard)))
    return given | {"weight": weight}


def _affordable(own: Own, formulas: tuple[Expr, ...], theta: tuple[Expr, Expr]) -> None:
    """Refuse what would take long to differentiate, before it does."""
    import sympy as sp

    for text, place, expression in zip(own.formulas, own.places, formulas, strict=True):
        plain = sp.count_ops(expression) + 1
        first = max(sp.count_ops(sp.diff(expression, t)) for t in theta)
        if first**2 / plain > MOST_OPERATIONS:
            words = "this is too long to be differentiated twice while somebody waits"
            raise FormulaError(text, 0, words, place)


def _also(own: Own) -> tuple[str, ...]:
    """What the coordinates are besides: those of a potential are natural ones."""
    return ("natural",) if own.kind == "potential" else ()


# --- the manifold ----------------------------------------------------------------------------
def _manifold(own: Own, text: str) -> Manifold:
    """The manifold without its pins and view."""
    line = space.line(own) if own.kind == "log_density" else ""
    nodes = space.outcomes(own) if own.kind == "log_density" and not line else None
    entry = formula(
        name="custom",
        title=own.title,
        coordinates=own.coordinates,
        domain=", ".join(own.domain) or "where the formula is defined",
        line_element=_line_element(own),
        curvature="varies",
        define=_define,
        support=lambda theta: Support(np.zeros(0), title="", space="none"),
        interior=(0.0, 0.0),
        view=Extent(-1.0, 1.0, -1.0, 1.0),
        pins=((0.0, 0.0), (0.0, 0.0)),
        periods=own.periods,
        draw=(charts.parameters(own.coordinates, _also(own)), *_logarithmic(own)),
        nodes=nodes,
        space=line,
        moving=any(end.value is None for end in own.ends() or ()),
        normalise=own.normalise,
    )
    try:
        made = entry.build(f"custom:{text}", source=text)
    except FormulaError:
        raise
    except (ValueError, ArithmeticError) as problem:
        if "Derivative(" in str(problem):
            words = "a derivative of this is not known: those of lgamma end with the fifth"
            raise FormulaError(own.formulas[0], 0, words, own.places[0]) from None
        raise ValueError(f"custom family: {problem}") from None
    quiet = replace(
        made,
        margin=_number_or(made.margin, -1.0),
        geometry=_whole(made.geometry),
        curvature=_number_or(made.curvature, np.nan),
        scalar=lambda name, theta, index: _number_or(lambda t: made.scalar(name, t, index), np.nan)(
            theta
        ),
    )
    if own.kind != "log_density":
        return replace(
            quiet,
            density=lambda theta, x: np.zeros((*theta.shape[:-1], len(x))),
            log_density=None,
        )
    density = _number_or(made.density, 0.0)
    assert made.log_density is not None
    return replace(
        quiet,
        density=density,
        log_density=_number_or(made.log_density, -np.inf),
        support=lambda theta: space.support(own, quiet, density, theta),
    )


def _number_or(function: Callable[..., Floats], otherwise: float) -> Callable[..., Floats]:
    def guarded(*arguments: Floats) -> Floats:
        with np.errstate(all="ignore"):
            value = function(*arguments)
        return np.where(np.isfinite(value), value, otherwise)

    return guarded


def _whole(geometry: Callable[[Floats], LocalGeometry]) -> Callable[[Floats], LocalGeometry]:
    """The geometry with zeros, and D of what is none, wherever a component overflows."""

    def guarded(theta: Floats) -> LocalGeometry:
        with np.errstate(all="ignore"):
            local = geometry(theta)
        parts = [local.metric, local.first.reshape(*local.det.shape, 6), local.cubic]
        whole = np.isfinite(np.concatenate([*parts, local.det[..., None]], axis=-1)).all(axis=-1)
        return LocalGeometry(
            np.where(whole[..., None], local.metric, 0.0),
            np.where(whole[..., None, None], local.first, 0.0),
            np.where(whole[..., None], local.cubic, 0.0),
            np.where(whole, local.det, NONE),
        )

    return guarded


def _logarithmic(own: Own) -> tuple[Chart, ...]:
    first, second = (_interval(own, name)[0] >= 0 for name in own.coordinates)
    if first and second:
        return (charts.log_both(own.coordinates),)
    return (charts.log_second(own.coordinates),) if second else ()


def _line_element(own: Own) -> str:
    """The formula for people."""
    a, b = own.coordinates
    texts = [t if len(t) <= 80 else t[:79] + "…" for t in own.formulas]
    if own.kind == "potential":
        return f"ds² = Σ ∂ᵢ∂ⱼψ dθⁱdθʲ,  ψ = {texts[0]}"
    if own.kind == "log_density":
        rest = " + a term without x" if own.normalise else ""
        return f"ds² = E[(∂₁l d{a} + ∂₂l d{b})²],  l = {texts[0]}{rest}"
    squares = (("", f"d{a}²"), ("2 ", f"d{a} d{b}"), ("", f"d{b}²"))
    parts = zip(texts, squares, strict=True)
    terms = [f"{twice}({t}) {d}" for t, (twice, d) in parts if t.strip() != "0"]
    return "ds² = " + " + ".join(terms)


# --- where to look ---------------------------------------------------------------------------
def _placed(made: Manifold, own: Own) -> Manifold:
    """The manifold with its view, an interior point and two pins."""
    view = own.view or Extent(*_side(own, 0), *_side(own, 1))
    x = view.x0 + (np.arange(GRID) + 0.5) / GRID * (view.x1 - view.x0)
    y = view.y0 + (np.arange(GRID) + 0.5) / GRID * (view.y1 - view.y0)
    theta = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = theta[made.in_domain(theta)]
    if len(theta) == 0:
        raise ValueError("custom family: the domain leaves nothing of the view")
    local = made.geometry(theta)
    fine = theta[~is_singular(local, 1e-4)]
    size = np.array([view.x1 - view.x0, view.y1 - view.y0])
    corner = np.array([view.x0, view.y0])

    def near(x: float, y: float) -> tuple[float, float]:
        chosen = fine if len(fine) > 1 else theta
        gaps = np.abs((chosen - corner) / size - (x, y)).sum(axis=1)
        found = chosen[int(gaps.argmin())]
        return float(found[0]), float(found[1])

    pins = own.pins or (near(0.3, 0.4), near(0.7, 0.6))
    for pin in pins:
        if not made.in_domain(np.array(pin)):
            raise ValueError(f"custom family: pins must lie in {made.domain}, got {list(pin)}")
    placed = replace(made, view=view, interior=near(0.5, 0.5), pins=pins)
    if own.kind == "log_density":
        checks.check_density(placed, own)
    checks.check_metric(own, theta, local)
    if own.kind == "potential" and len(fine):
        return replace(placed, charts=(*placed.charts, dual.expectation(placed, view)))
    return placed


def _side(own: Own, number: int) -> tuple[float, float]:
    """What of one coordinate is shown: its bounds, or four from the only one."""
    low, high = _interval(own, own.coordinates[number])
    if low >= high:
        raise ValueError(f"custom family: the domain leaves nothing of {own.coordinates[number]}")
    if high - low <= 100:
        border = 0.02 * (high - low)
        return low - border, high + border
    if np.isfinite(low):
        return low, low + 4
    return (high - 4, high) if np.isfinite(high) else (-3.0, 3.0)

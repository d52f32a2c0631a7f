"""From a checked definition to the symbolic definition of a family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compute.custom import checks, dual_chart, sample_space
from compute.custom import definition as definitions
from compute.custom.algebra import SAMPLE, Algebra
from compute.custom.definition import Own
from compute.custom.parse import FormulaError, Node
from compute.definitions.derive import Definition

Expr = Any  # sympy.Expr, which has no type stubs

# coordinates beyond are outside every domain; points closer to a boundary lie on it
REACH, EDGE = 1e9, 1e-9
# larger derivatives take seconds
MOST_OPERATIONS = 6000


@dataclass(frozen=True)
class _Read:
    """The expressions of a definition: its two symbols, main formulas and bounds of the domain."""

    theta: tuple[Expr, Expr]
    x: Expr
    formulas: tuple[Expr, ...]
    bounds: tuple[Expr, ...]
    seen: tuple[Expr, ...]  # guards that depend on the sample x
    ends: tuple[Expr, Expr] | None


def _read(own: Own) -> _Read:
    theta, x = _symbols(own)
    names = {SAMPLE: x} | dict(zip(own.coordinates, theta, strict=True))
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
    """Return the symbols, with known signs where the domain or the sample space implies them."""
    import sympy as sp

    found = []
    for number, name in enumerate(own.coordinates):
        low, high = own.interval(name)
        sign = (
            {"positive": True} if low >= 0 else {"negative": True} if high <= 0 else {"real": True}
        )
        found.append(sp.Symbol(f"theta{number + 1}", **sign))
    positive = own.space == "half-line" or (own.space == "interval" and own.range is None)
    x = sp.Symbol("x", positive=True) if positive else sp.Symbol("x", real=True)
    return (found[0], found[1]), x


def definition_of(source: str) -> Definition:
    """Return the symbolic definition of a JSON text whose structure is valid."""
    own = definitions.read_formulas(definitions.read(source))
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
    """Return a guard that stays finite where its parts are undefined, which other guards report."""
    import sympy as sp

    tiny, larger = sp.Float(1e-30), sp.Function("max")  # SymPy's own compares, which takes long
    guard = guard.replace(sp.log, lambda u: sp.log(larger(u, tiny)))
    return guard.replace(
        lambda e: e.is_Pow and not e.exp.is_integer and e.base != sp.E,
        lambda e: sp.Pow(larger(e.base, tiny), e.exp),
    )


def _determinant(g11: Expr, g12: Expr, g22: Expr) -> Expr:
    """Return D where g₁₁ > 0, and a negative number elsewhere: there g is not positive definite."""
    import sympy as sp

    # unevaluated: comparing two expressions takes SymPy seconds
    return sp.Min(g11 * g22 - g12**2, 1e18 * g11, evaluate=False)


def _by_potential(own: Own, read: _Read) -> dict[str, Any]:
    """Return g = ∂²ψ, T = ∂³ψ, K = −det[g; κ₁; κ₂]/(4D²)."""
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
        "scalars": {
            name: sp.diff(psi, v) for name, v in zip(dual_chart.NAMES, (s, t), strict=True)
        },
        "natural": (s, t),
        "potential": lambda a, b: psi.subs({s: a, t: b}, simultaneous=True),
        "log_density": psi,
    }


def _by_density(own: Own, read: _Read) -> dict[str, Any]:
    import sympy as sp

    _affordable(own, read.formulas, read.theta)
    weight, x = sp.Integer(1), read.x
    line = sample_space.line(own)
    # the logarithm of a product would lose what the logarithm of x keeps at its ends
    stated = sp.expand_log(read.formulas[0]) if line else read.formulas[0]
    checks.check_dependence(own, stated, read.theta, x)
    given: dict[str, Any] = {"log_density": stated}
    given |= sample_space.on_line(line, x, read.ends) if line else {}
    for guard in read.seen:
        if guard not in given.get("swaps", {}):  # a share of an interval is positive
            # 1 where the guard is positive, else 0: there the density has no place
            least, largest = sp.Function("min"), sp.Function("max")
            weight *= least(1, largest(0, 1e30 * _safe(guard)))
    return given | {"weight": weight}


def _affordable(own: Own, formulas: tuple[Expr, ...], theta: tuple[Expr, Expr]) -> None:
    """Refuse formulas that would take long to differentiate."""
    import sympy as sp

    for text, place, expression in zip(own.formulas, own.places, formulas, strict=True):
        plain = sp.count_ops(expression) + 1
        first = max(sp.count_ops(sp.diff(expression, t)) for t in theta)
        if first**2 / plain > MOST_OPERATIONS:
            words = "this is too long to differentiate twice"
            raise FormulaError(text, 0, words, place)

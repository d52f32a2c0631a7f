"""The formulas of families, for methods that share no other code with the program.

A family's module states its log-density, and a metric or a potential, as SymPy expressions.  Here they
become functions of mpmath (40 digits) and of SciPy, by the definitions of the special functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp
from scipy import special

from compute.definitions.derive import Definition
from compute.families import families, manifold, parse

from . import negative_binomial

DIGITS = 40
EXAMPLE = Path(__file__).parents[2] / "assets" / "custom.example.json"


def _bessel(ratio: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return A = I₁/I₀, A′ or A″."""
    return {
        "bessel_ratio": ratio,
        "bessel_ratio_slope": lambda k: 1 - ratio(k) / k - ratio(k) ** 2,
        "bessel_ratio_bend": lambda k: (
            -(1 / k + 2 * ratio(k)) * (1 - ratio(k) / k - ratio(k) ** 2) + ratio(k) / k**2
        ),
    }[name]


def _functions(psi: Callable[[int, Any], Any], log: Callable[..., Any]) -> dict[str, Any]:
    """Return the special functions that follow from ψ⁽ⁿ⁾ and log."""
    return {
        "digamma": lambda x: psi(0, x),
        "trigamma": lambda x: psi(1, x),
        "tetragamma": lambda x: psi(2, x),
        "pentagamma": lambda x: psi(3, x),
        "trigamma_drop": lambda x, d: psi(1, x) - psi(1, x + d),
        "tetragamma_drop": lambda x, d: psi(2, x) - psi(2, x + d),
        "x_trigamma_minus_1": lambda x: x * psi(1, x) - 1,
        "x_trigamma_slope": lambda x: psi(1, x) + x * psi(2, x),
        "bessel_skew": lambda x, value: value,
    }


def _i1_i0(x: Any) -> Any:
    return mp.besseli(1, x) / mp.besseli(0, x)


BESSEL = ("bessel_ratio", "bessel_ratio_slope", "bessel_ratio_bend")
MPMATH: dict[str, Any] = {
    **_functions(mp.psi, mp.log),
    **{name: _bessel(_i1_i0, name) for name in BESSEL},
    "log_gamma": mp.loggamma,
    "log_cosh": lambda x: abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2),
    "log_bessel_i0": lambda x: mp.log(mp.besseli(0, x)),
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
}
SCIPY: dict[str, Any] = {
    **_functions(lambda n, x: special.polygamma(n, x) if n else special.digamma(x), np.log),
    **{name: _bessel(lambda x: special.i1e(x) / special.i0e(x), name) for name in BESSEL},
    "log_gamma": special.gammaln,
    "log_cosh": lambda x: np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2),
    "log_bessel_i0": lambda x: np.abs(x) + np.log(special.i0e(x)),
    "erfcx": special.erfcx,
    "negative_binomial_series": negative_binomial.series,
    "negative_binomial_first": negative_binomial.first,
    "negative_binomial_slope": negative_binomial.slope,
    "negative_binomial_third": negative_binomial.third,
}


@lru_cache(maxsize=64)
def definition(specification: str) -> Definition | None:
    """Return the definition of a family; None where it is data."""
    name, chosen = parse(specification)
    if name == "custom":
        return _example()
    stated = families()[name].definition
    return None if stated is None else stated(**chosen)


def _example() -> Definition:
    """Return the definition of the bundled example of a typed family, whose density has no norm."""
    stated = json.loads(EXAMPLE.read_text("utf-8"))
    a, b, x = sp.symbols("a b x", real=True)
    log = sp.sympify(stated["log_density"].replace("^", "**"), {"a": a, "b": b, "x": x})
    return Definition(theta=(a, b), bounds=(), log_density=log, x=x)


def metric(stated: Definition) -> tuple[Any, Any, Any] | None:
    """Return g₁₁, g₁₂, g₂₂ as expressions: as stated, or ∂ϑ/∂θᵀ ∂²ψ ∂ϑ/∂θ; None if neither is."""
    if stated.metric is not None:
        return stated.metric
    if stated.natural is None or stated.potential is None:
        return None
    names = sp.symbols("vartheta1 vartheta2", real=True)
    hessian = sp.hessian(stated.potential(*names), names)
    hessian = hessian.subs(dict(zip(names, stated.natural, strict=True)), simultaneous=True)
    slope = sp.Matrix([[sp.diff(n, t) for t in stated.theta] for n in stated.natural])
    g = slope.T * hessian * slope
    return g[0, 0], g[0, 1], g[1, 1]


def cubic(stated: Definition) -> tuple[Any, ...] | None:
    """Return T₁₁₁, T₁₁₂, T₁₂₂, T₂₂₂ as expressions: as stated, or ∂³ψ pulled back; None if neither."""
    if stated.cubic is not None:
        return stated.cubic
    if stated.natural is None or stated.potential is None:
        return None
    names = sp.symbols("vartheta1 vartheta2", real=True)
    psi, move = stated.potential(*names), dict(zip(names, stated.natural, strict=True))
    slope = [[sp.diff(n, t) for t in stated.theta] for n in stated.natural]
    third = {
        count: sp.diff(psi, *[names[0]] * (3 - count), *[names[1]] * count).subs(
            move, simultaneous=True
        )
        for count in range(4)
    }
    return tuple(
        sum(
            third[a + b + c] * slope[a][i] * slope[b][j] * slope[c][k]
            for a in (0, 1)
            for b in (0, 1)
            for c in (0, 1)
        )
        for i, j, k in ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1))
    )


def at_point(expressions: list[Any], symbols: tuple[Any, ...], theta: Any) -> list[Any]:
    """Return expressions with θ replaced by the exact value of its float64 numbers, to 50 digits."""
    move = {s: sp.Float(float(t), 60) for s, t in zip(symbols, theta, strict=True)}
    return [_numbers(sp.sympify(e).subs(move)) for e in expressions]


def _numbers(expression: Any) -> Any:
    """Return an expression with every special function of numbers evaluated."""

    def known(e: Any) -> bool:
        return type(e).__name__ in MPMATH and all(a.is_number for a in e.args)

    def value(e: Any) -> Any:
        with mp.workdps(60):
            at = [mp.mpf(str(a.evalf(60))) for a in e.args]
            return sp.Float(str(MPMATH[type(e).__name__](*at)), 60)

    while any(known(e) for e in sp.preorder_traversal(expression)):
        expression = expression.replace(known, value)
    return expression


def precise(expressions: list[Any], symbols: Any) -> Callable[..., list[Any]]:
    """Return a function of mpmath numbers."""
    return sp.lambdify(symbols, expressions, modules=[MPMATH, "mpmath"], cse=True)


def quick(expressions: list[Any], symbols: Any) -> Callable[..., list[Any]]:
    """Return a function of arrays, by NumPy and SciPy."""
    return sp.lambdify(symbols, expressions, modules=[SCIPY, "scipy", "numpy"], cse=True)


def closed_form(specification: str, kind: str, a: Any, b: Any) -> Any:
    """Return the closed form ``kind`` ("distance") of two points in 40 digits; None without one."""
    stated = definition(specification)
    expression = None if stated is None else getattr(stated, kind)
    if stated is None or expression is None or stated.other is None:
        return None
    (value,) = at_point([expression], (*stated.theta, *stated.other), (*a, *b))
    with mp.workdps(DIGITS):
        return mp.mpf(str(sp.N(value, DIGITS)))


def without_norm(specification: str) -> bool:
    """Whether the log-density is stated up to its norm, as logits and that of the example are."""
    return parse(specification)[0] in ("attention", "custom")


def logits(specification: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return T (n, 2) and b (n,) of a softmax, the data that determine it; else None."""
    return manifold(specification).logits

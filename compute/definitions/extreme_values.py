"""Gumbel distributions of greatest and of least values: curvature −6/π².

With y = ±z and w = e^y ~ Exp(1) the scores are ±(w − 1)/σ and (y(w − 1) − 1)/σ, whose products have
means by derivatives of Γ: E[yᵃwᵇ] = Γ⁽ᵃ⁾(1 + b).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition, Expr

# a = 1, c = SPREAD, and b = LEAN for least values, −LEAN for greatest ones
LEAN = 1 - float(np.euler_gamma)
SPREAD = float(np.pi**2 / 6 + LEAN**2)


def definition(sign: int) -> Definition:
    """Define f(z) = exp(sz − e^(sz)): s = −1 of greatest values (Gumbel), s = 1 of least ones, which
    logarithms of Weibull samples are.
    """
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    w, y = sp.symbols("w y")
    across, along = sign * (w - 1), y * (w - 1) - 1
    lean = 1 - sp.EulerGamma
    stated = ls.definition(
        (1, sign * lean, sp.pi**2 / 6 + lean**2),
        (
            _mean(across**3, w, y),
            _mean(across**2 * along, w, y),
            _mean(across * along**2, w, y),
            _mean(along**3, w, y),
        ),
        lambda z: sign * z - sp.exp(sign * z),
        1 + sp.EulerGamma,
        sp.pi**2 / 6,
        -sign * sp.EulerGamma,
    )
    assert stated.other is not None
    (mu, sigma), (nu, tau) = stated.theta, stated.other
    ratio, gap = sigma / tau, sign * (mu - nu) / tau
    rest = sp.EulerGamma * (ratio - 1) - gap - sp.log(ratio) - 1
    return replace(stated, divergence=sp.exp(gap + special.log_gamma(1 + ratio)) + rest)


def _mean(polynomial: Expr, w: Expr, y: Expr) -> Expr:
    """Return E over w ~ Exp(1) of a polynomial in w and y = log w."""
    import sympy as sp

    s = sp.Symbol("s")
    terms = sp.Poly(sp.expand(polynomial), y, w).terms()
    return sum(c * sp.diff(sp.gamma(s), s, a).subs(s, 1 + b) for (a, b), c in terms).evalf(30)

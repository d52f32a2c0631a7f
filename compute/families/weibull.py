"""Weibull distributions with shape k and scale λ: location–scale in (log λ, 1/k), curvature −6/π².

g_kk = (π²/6 + (1 − γ)²)/k²,  g_kλ = −(1 − γ)/λ,  g_λλ = k²/λ²   (λ is a scale: with 1/λ it is +)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.special_functions import digamma, log_gamma, trigamma
from compute.manifold.charts import log_both, parameters, rows
from compute.manifold.extent import Extent
from compute.manifold.hyperbolic_charts import disk, half_plane
from compute.manifold.manifold import Support

COORDINATES = ("k", "λ")


def define() -> Definition:
    """Define, with w = (x/λ)^k ~ Exp(1) and y = log w: k ∂_k l = 1 + y(1 − w), λ ∂_λ l = k(w − 1)."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    k, scale, x, j, other = sp.symbols("k lambda x j mu", positive=True)
    w, y, s = sp.symbols("w y s")

    def mean(polynomial: sp.Expr) -> sp.Expr:
        """Return E over w ~ Exp(1): E[y^a w^b] = Γ^(a)(1 + b)."""
        terms = sp.Poly(sp.expand(polynomial), y, w).terms()
        return sum(c * sp.diff(sp.gamma(s), s, a).subs(s, 1 + b) for (a, b), c in terms).evalf(30)

    shape, size = 1 + y * (1 - w), w - 1
    bend, lean = sp.pi**2 / 6, 1 - sp.EulerGamma
    # location log λ, scale 1/k: a = 1, b = 1 − γ, c' = π²/6
    x1, x2 = sp.log(scale) + lean / k, sp.log(other) + lean / j
    share = ((x1 - x2) ** 2 / bend + (1 / k - 1 / j) ** 2) * k * j / 4
    return Definition(
        theta=(k, scale),
        bounds=(k - 1e-2, 1e3 - k, scale - 1e-5, 1e5 - scale),
        metric=((bend + lean**2) / k**2, -lean / scale, k**2 / scale**2),
        cubic=(
            mean(shape**3) / k**3,
            mean(shape**2 * size) / (k * scale),
            mean(shape * size**2) * k / scale**2,
            mean(size**3) * k**3 / scale**3,
        ),
        det=bend / scale**2,
        curvature=-1 / bend,
        scalars={"entropy": sp.EulerGamma * (1 - 1 / k) + sp.log(scale / k) + 1},
        log_density=sp.log(k / scale) + (k - 1) * sp.log(x / scale) - (x / scale) ** k,
        x=x,
        divergence=sp.log(k / j)
        + j * sp.log(other / scale)
        + sp.EulerGamma * (j / k - 1)
        + sp.exp(j * sp.log(scale / other) + special.log_gamma(1 + j / k))
        - 1,
        distance=2 * sp.sqrt(bend) * sp.log(sp.sqrt(share) + sp.sqrt(1 + share)),
        other=(j, other),
    )


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.999 quantile of the distributions."""
    high = np.max(theta[..., 1] * np.log(1e3) ** (1 / theta[..., 0]))
    return Support(np.linspace(high / 512, high, 256), space="half-line")


_LEAN, _STRETCH = 1 - np.euler_gamma, np.sqrt(6) / np.pi


def _half_plane(theta: Floats) -> Floats:
    k, scale = theta[..., 0], theta[..., 1]
    return np.stack([_STRETCH * (np.log(scale) + _LEAN / k), 1 / k], axis=-1)


def _of_half_plane(x: Floats) -> Floats:
    scale = np.exp(np.clip(x[..., 0] / _STRETCH - _LEAN * x[..., 1], -700.0, 700.0))
    return np.stack([1 / x[..., 1], scale], axis=-1)


def _slope(theta: Floats) -> Floats:
    k, scale = theta[..., 0], theta[..., 1]
    return rows(-_STRETCH * _LEAN / k**2, _STRETCH / scale, -1 / k**2, 0.0)


HALF_PLANE = half_plane(("(log λ + (1 − γ)/k)√6/π", "1/k"), _half_plane, _of_half_plane, _slope)

# differences of log Γ over less than this share of y are integrals of its derivatives
_NEAR = 0.1
_AT, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_AT, _WEIGHTS = 0.5 * (_AT + 1), 0.5 * _WEIGHTS


def _wasserstein(theta: Floats, other: Floats) -> Floats:
    """Return W₂² = λ₁²Γ(1 + 2a) + λ₂²Γ(1 + 2b) − 2λ₁λ₂Γ(1 + a + b), a and b = 1/k, without
    cancellation.

    With M = log λ + ½ log Γ(1 + 2/k) of either, s = |M₁ − M₂| and the gap h ≥ 0 of the convex log Γ
    it is e^(2 max M) ((1 − e^−s)² + 2e^−s(1 − e^−h)).
    """
    (k, scale), (j, size) = (np.moveaxis(np.asarray(p, np.float64), -1, 0) for p in (theta, other))
    delta = (j - k) / (j * k)
    with np.errstate(all="ignore"):
        share = (scale - size) / size
        ratio = np.where(np.abs(share) < 0.5, np.log1p(share), np.log(scale) - np.log(size))
        step = ratio + 0.5 * _log_gamma_step(1 + 2 / j, 2 * delta)
        gap = _log_gamma_gap(1 + 1 / k + 1 / j, delta)
        most = np.log(size) + 0.5 * log_gamma(1 + 2 / j) + np.maximum(step, 0.0)
        apart = -2 * np.exp(-np.abs(step)) * np.expm1(-gap)
        return np.asarray(np.exp(most) * np.hypot(np.expm1(-np.abs(step)), np.sqrt(apart)))


def _log_gamma_step(y: Floats, d: Floats) -> Floats:
    """Return log Γ(y + d) − log Γ(y)."""
    near = np.abs(d) < _NEAR * y
    along = y[..., None] + np.where(near, d, 0.0)[..., None] * _AT
    return np.where(near, d * (digamma(along) @ _WEIGHTS), log_gamma(y + d) - log_gamma(y))


def _log_gamma_gap(y: Floats, d: Floats) -> Floats:
    """Return ½ log Γ(y + d) + ½ log Γ(y − d) − log Γ(y)."""
    near = np.abs(d) < _NEAR * y
    reach = np.where(near, d, 0.0)[..., None] * _AT
    bend = 0.5 * (trigamma(y[..., None] + reach) + trigamma(y[..., None] - reach))
    far = 0.5 * (log_gamma(y + d) + log_gamma(y - d)) - log_gamma(y)
    return np.where(near, d**2 * (bend @ (_WEIGHTS * (1 - _AT))), far)


FAMILY = formula(
    name="weibull",
    title="Weibull distributions",
    coordinates=COORDINATES,
    domain="k in (1e-2, 1e3), λ in (1e-5, 1e5)",
    line_element="ds² = (π²/6 + (1 − γ)²) dk²/k² − 2(1 − γ) dk dλ/λ + k² dλ²/λ²",
    curvature="−6/π²",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-1.5, 2.0, -1.6, 1.6),
    pins=((0.8, 0.7), (3.0, 1.8)),
    draw=(log_both(COORDINATES), parameters(COORDINATES), HALF_PLANE, disk(HALF_PLANE)),
    closed_forms=("distance",),
    wasserstein=_wasserstein,
)

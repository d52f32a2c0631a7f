"""Von Mises distributions on the circle, with mean direction μ and concentration κ.

ds² = κA(κ) dμ² + A'(κ) dκ²,  A = I₁/I₀.  κ = 0, the uniform distribution, is only the pole of these
polar coordinates; the natural chart κ(cos μ, sin μ) is regular there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import bessel_functions as functions
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import Chart, circle, parameters, rows, where
from compute.manifold.dual_charts import expectation
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("μ", "κ")


def define() -> Definition:
    """Define T_μμκ = κA' − A and T_κκκ = A''; the others vanish by symmetry."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    mu, x = sp.symbols("mu x", real=True)
    kappa = sp.symbols("kappa", positive=True)
    nu = sp.symbols("nu", real=True)
    other = sp.symbols("lambda", positive=True)
    ratio, slope = special.bessel_ratio(kappa), special.bessel_ratio_slope(kappa)
    bend = special.bessel_ratio_bend(kappa)
    return Definition(
        theta=(mu, kappa),
        bounds=(kappa - 1e-3, 500 - kappa, 40 - sp.Abs(mu)),
        metric=(kappa * ratio, sp.Integer(0), slope),
        cubic=(
            sp.Integer(0),
            special.bessel_skew(kappa, kappa * slope - ratio),
            sp.Integer(0),
            bend,
        ),
        curvature=special.bessel_curvature(kappa),
        scalars={"entropy": sp.log(2 * sp.pi) + special.log_bessel_i0(kappa) - kappa * ratio},
        log_density=kappa * sp.cos(x - mu) - special.log_bessel_i0(kappa) - sp.log(2 * sp.pi),
        x=x,
        divergence=special.log_bessel_i0(other)
        - special.log_bessel_i0(kappa)
        + ratio * (kappa - other * sp.cos(mu - nu)),
        other=(nu, other),
    )


def _natural(theta: Floats) -> Floats:
    mu, kappa = theta[..., 0], theta[..., 1]
    return np.stack([kappa * np.cos(mu), kappa * np.sin(mu)], axis=-1)


def _polar(x: Floats) -> Floats:
    return np.stack([np.arctan2(x[..., 1], x[..., 0]), np.hypot(x[..., 0], x[..., 1])], axis=-1)


def _jacobian(theta: Floats) -> Floats:
    mu, kappa = theta[..., 0], theta[..., 1]
    rows = [-kappa * np.sin(mu), np.cos(mu), kappa * np.cos(mu), np.sin(mu)]
    return np.stack(rows, axis=-1).reshape(*np.shape(mu), 2, 2)


def _resultant(theta: Floats) -> Floats:
    mu, ratio = theta[..., 0], functions.bessel_ratio(theta[..., 1])
    return np.stack([ratio * np.cos(mu), ratio * np.sin(mu)], axis=-1)


def _of_resultant(x: Floats) -> Floats:
    """Solve A(κ) = |η| by Newton's method in log κ."""
    polar = _polar(x)
    inside = polar[..., 1] < 1
    length = np.where(inside, polar[..., 1], 0.5)
    # what is 1/2 at most has a κ of at most 2
    kappa = np.maximum(length * (2 - length**2) / (1 - length**2), 1e-9)
    for _ in range(ROUNDS):
        step = (length - functions.bessel_ratio(kappa)) / functions.bessel_ratio_slope(kappa)
        kappa = np.maximum(kappa + step, 0.5 * kappa)
    return where(inside, np.stack([polar[..., 0], kappa], axis=-1))


def _resultant_slope(theta: Floats) -> Floats:
    mu, kappa = theta[..., 0], theta[..., 1]
    ratio, slope = functions.bessel_ratio(kappa), functions.bessel_ratio_slope(kappa)
    cos, sin = np.cos(mu), np.sin(mu)
    return rows(-ratio * sin, slope * cos, ratio * cos, slope * sin)


ROUNDS = 12
NATURAL = replace(
    Chart("natural", "Natural θ", ("κ cos μ", "κ sin μ"), _natural, _polar, _jacobian),
    equal=True,
    steps=(("polar", ()),),
)
RESULTANT = replace(
    expectation(("E cos x", "E sin x"), _resultant, _of_resultant, _resultant_slope),
    equal=True,
    outline=circle(),
    view=Extent(-1.08, 1.08, -1.08, 1.08),
)

FAMILY = formula(
    name="von_mises",
    title="Von Mises distributions on the circle",
    coordinates=COORDINATES,
    domain="κ in (1e-3, 500), |μ| < 40",
    line_element="ds² = κA(κ) dμ² + A′(κ) dκ²,  A = I₁/I₀",
    curvature="from 0 at κ = 0 to −0.51 at κ = 5.18, then −1/2",
    define=define,
    support=lambda theta: Support(np.linspace(-np.pi, np.pi, 257), title="angle", space="circle"),
    interior=(0.0, 1.0),
    view=Extent(-6.0, 6.0, -4.0, 4.0),
    pins=((-0.6, 3.0), (1.2, 4.0)),
    periods=(2 * np.pi, 0.0),
    draw=(NATURAL, parameters(COORDINATES), RESULTANT),
)

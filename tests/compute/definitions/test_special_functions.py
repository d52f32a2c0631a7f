"""Special functions against golden values and SciPy, over the ranges that families use."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import special as scipy_special

from compute.definitions import special_functions
from tests import ROOT

CASES = json.loads((ROOT / "tests" / "golden" / "special.json").read_text("utf-8"))["cases"]
NAMES = {"A": "bessel_ratio", "A_prime": "bessel_ratio_slope", "dA": "bessel_ratio_slope"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_golden(case):
    (argument,) = (np.array(value, dtype=float) for value in case["inputs"].values())
    for name, expected in case["expected"].items():
        function = special_functions.FUNCTIONS[NAMES.get(name, name)]
        np.testing.assert_allclose(function(argument), expected, rtol=case["tol_f64"], err_msg=name)


def test_both_sides_of_the_change_of_formula_agree():
    """A' and A'' by their series and directly, where both hold."""
    kappa = np.linspace(55.0, 70.0, 31)
    ratio = scipy_special.i1e(kappa) / scipy_special.i0e(kappa)
    slope = 1 - ratio / kappa - ratio**2
    bend = -slope / kappa + ratio / kappa**2 - 2 * ratio * slope
    np.testing.assert_allclose(special_functions.bessel_ratio_slope(kappa), slope, rtol=1e-10)
    np.testing.assert_allclose(special_functions.bessel_ratio_bend(kappa), bend, rtol=1e-8)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("log_gamma", "digamma"),
        ("digamma", "trigamma"),
        ("trigamma", "tetragamma"),
        ("tetragamma", "pentagamma"),
        ("x_trigamma_minus_1", "x_trigamma_slope"),
        ("log_bessel_i0", "bessel_ratio"),
        ("bessel_ratio", "bessel_ratio_slope"),
        ("bessel_ratio_slope", "bessel_ratio_bend"),
        ("log_cosh", "tanh"),
    ],
)
def test_each_is_the_derivative_of_the_one_before(name, slope):
    x = np.geomspace(0.05, 300.0, 60)
    h = 1e-4 * x
    f = special_functions.FUNCTIONS[name]
    found = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
    expected = np.tanh(x) if slope == "tanh" else special_functions.FUNCTIONS[slope](x)
    np.testing.assert_allclose(found, expected, rtol=2e-7, atol=1e-11)


@pytest.mark.parametrize(("name", "order"), [("trigamma_drop", 1), ("tetragamma_drop", 2)])
def test_drops_keep_their_digits(name, order):
    import mpmath

    random = np.random.default_rng(5)
    x, d = 10.0 ** random.uniform(-3, 4, 200), 10.0 ** random.uniform(-3, 3, 200)
    with mpmath.workdps(50):
        pairs = [(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(x, d, strict=True)]
        exact = [
            float(mpmath.polygamma(order, a) - mpmath.polygamma(order, a + b)) for a, b in pairs
        ]
    # no digit of the small ones is hidden by an absolute tolerance
    np.testing.assert_allclose(special_functions.PAIRED[name](x, d), exact, rtol=1e-14, atol=0.0)


def test_the_curvature_at_the_pole_and_away_from_it():
    """By mpmath's Bessel functions, from the textbook's formula of an orthogonal metric."""
    import mpmath as mp

    def ratio(x):
        return mp.besseli(1, x) / mp.besseli(0, x)

    def curvature(x):
        def g11(t):
            return t * ratio(t)

        def g22(t):
            return mp.diff(ratio, t)

        def bent(t):
            return mp.diff(g11, t) / mp.sqrt(g11(t) * g22(t))

        return -mp.diff(bent, x) / (2 * mp.sqrt(g11(x) * g22(x)))

    kappa = np.array([1.1e-3, 0.02, 0.3, 0.49, 0.51, 0.7, 0.95, 1.2, 1.6, 2.0, 5.18, 30.0, 300.0])
    with mp.workdps(40):
        expected = [float(curvature(mp.mpf(k))) for k in kappa]
    np.testing.assert_allclose(special_functions.bessel_curvature(kappa), expected, rtol=1e-10)


@pytest.mark.parametrize("names", special_functions.TOGETHER, ids=lambda names: names[0])
def test_functions_together_are_the_functions(names):
    """For few arguments and for many, near 0 and far from it."""
    x = np.geomspace(1e-7 if "bessel_ratio" in names else 1e-3, 200.0, 900)
    for some in (x[::3], x):
        arguments = (some, some[::-1]) if names[0] in special_functions.PAIRED else (some,)
        found = special_functions.TOGETHER[names](*arguments)
        for name, value in zip(names, found, strict=True):
            one = special_functions.FUNCTIONS | special_functions.PAIRED
            np.testing.assert_allclose(value, one[name](*arguments), rtol=1e-13, err_msg=name)

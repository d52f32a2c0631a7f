"""Parameters of families: ranges, sliders, and formulas derived once for all values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from compute.definitions.parameters import Parameter
from compute.definitions.tape import bound, run, wgsl
from compute.families import changed, families
from compute.families import manifold as manifold_of
from compute.requests.geometry import GeometryRequest
from tests.claims import each

NU = Parameter("nu", "ν", "Degrees of freedom", 0.1, 1e4, 5.0, 0.1, log=True)
COUNT = Parameter("n", "n", "Outcomes", 3, 40, 9, 1)
DECLARED = [(family, number) for family in families().values() for number in family.numbers]


@pytest.mark.parametrize(
    ("number", "stated", "why"),
    [
        (NU, "0", r"lie in \[0\.1, 10000\], got 0$"),
        (NU, "1e5", r"lie in \[0\.1, 10000\], got 1e5$"),
        (NU, 0.0, r"lie in \[0\.1, 10000\], got 0$"),
        (NU, "nan", "be a number, got 'nan'$"),
        (NU, "five", "be a number, got 'five'$"),
        (COUNT, "3.5", r"be a whole number, got 3\.5$"),
        (COUNT, 41, r"lie in \[3, 40\], got 41$"),
    ],
)
def test_a_refusal_names_the_number_as_stated_and_the_range(number, stated, why):
    with pytest.raises(ValueError, match=f"^{number.name} of some must {why}"):
        number.value("some", stated)


def test_numbers_have_their_type():
    assert repr(NU.value("some", "5")) == "5.0" and repr(COUNT.value("some", 5.0)) == "5"
    assert changed("categorical:n=7", {"n": 8.0}) == "categorical:n=8"
    assert manifold_of("student_t:nu=5").key == manifold_of("student_t", nu=5).key


@pytest.mark.parametrize("wrong", [(1, 0, 1, 1), (0, 1, 2, 1), (0, 1, 1, 0)])
def test_a_declaration_has_a_range_with_its_default(wrong):
    with pytest.raises(ValueError, match="low < high"):
        Parameter("x", "x", "X", *wrong)
    with pytest.raises(ValueError, match="logarithmic"):
        Parameter("x", "x", "X", 0.0, 1.0, 0.5, 0.1, log=True)


@pytest.mark.parametrize(("family", "number"), DECLARED, ids=lambda x: x.name)
def test_a_slider_reaches_both_ends_in_steps(family, number):
    scale = np.array(number.scale)
    assert (scale[0], scale[-1]) == (number.low, number.high)
    assert (np.diff(scale) > 0).all() and len(scale) < 1100
    assert each(number.value(family.name, value) == value for value in number.scale[::37])


@pytest.mark.parametrize("nu", [0.3, 1.0, 4.5, 300.0])
def test_one_derivation_holds_for_every_value(nu, engine):
    """g, K, entropy and density of Student's t, by the textbook's formulas and SciPy."""
    manifold, theta = manifold_of("student_t", nu=nu), np.array([[0.4, 1.7]])
    found = engine.geometry(GeometryRequest(manifold, theta))
    tolerance = 1e-12 if engine.name == "reference" else 2e-6
    metric = np.diag([nu + 1, 2 * nu]) / (nu + 3) / 1.7**2
    np.testing.assert_allclose(found.metric[0], metric, rtol=tolerance, atol=0)
    np.testing.assert_allclose(found.curvature[0], -(nu + 3) / (2 * nu), rtol=tolerance)
    law = stats.t(nu, 0.4, 1.7)
    x = np.linspace(-4.0, 4.0, 9)
    np.testing.assert_allclose(manifold.density(theta[0], x), law.pdf(x), rtol=1e-12)
    shape = special.digamma((nu + 1) / 2) - special.digamma(nu / 2)
    entropy = (nu + 1) / 2 * shape + np.log(np.sqrt(nu) * special.beta(nu / 2, 0.5)) + np.log(1.7)
    assert manifold.scalar("entropy", theta[0], 0) == pytest.approx(entropy, rel=1e-11, abs=0)


def test_values_are_not_compiled_in():
    first, second = (manifold_of("student_t", nu=nu).slot for nu in (2.5, 7.0))
    assert first.source == second.source and "family.nu" in first.source
    assert (first.constants["nu"], second.constants["nu"]) == (2.5, 7.0)


def test_a_bound_tape_computes_with_its_constants():
    import sympy as sp

    from compute.definitions.lowering import tape_of

    a, b, c = sp.symbols("a b c")
    whole = tape_of((a + b * c, c), (a, b, c))
    tape = bound(whole, {"c": 3.0})
    for found, wanted in zip(run(tape, np.array(1.0), np.array(2.0)), (7.0, 3.0), strict=True):
        assert found == wanted
    assert "t1 * family.c" in wgsl(tape, ["x", "y"]) or "family.c * t1" in wgsl(tape, ["x", "y"])

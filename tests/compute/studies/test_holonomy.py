"""Holonomy: the angle of a loop is the curvature inside it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ive

from app.cli.main import main
from compute import custom_family
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.manifold.charts import parameters
from compute.studies.holonomy import composed, ellipse, holonomy, loop_of, polygon


def test_a_rectangle_of_normal_distributions(engine):
    """−(Δμ/√2)(1/σ₀ − 1/σ₁) by integrating K dA = −dμ dσ/(√2 σ²)."""
    manifold = manifold_of("gaussian")
    loop = polygon([(0, 1), (2, 1), (2, 3), (0, 3)], parameters(manifold.coordinates))
    found = holonomy(engine, manifold, loop)
    expected = -2 / np.sqrt(2) * (1 - 1 / 3)
    assert found.angle == pytest.approx(expected, abs=3e-6)
    assert found.integral_curvature == pytest.approx(expected, abs=3e-6)
    assert found.area == pytest.approx(-2 * expected, abs=6e-6)
    assert found.status == Status.OK
    np.testing.assert_allclose(np.linalg.det(found.matrix), 1.0, atol=5e-5)


@pytest.mark.parametrize("name", ["categorical3_natural", "von_mises", "beta", "attention"])
def test_both_sides_agree(name, engine):
    manifold = manifold_of(name)
    center = np.mean(manifold.pins, axis=0)
    loop = ellipse(center, 0.2 * np.abs(center) + 0.05)
    found = holonomy(engine, manifold, loop)
    assert abs(found.defect) < (1e-9 if engine.name == "reference" else 1e-4)
    back = holonomy(engine, manifold, ellipse(center, (0.2 * np.abs(center) + 0.05) * (1, -1)))
    assert back.angle == pytest.approx(-found.angle, abs=1e-5)


def test_a_figure_of_eight_counts_both_its_halves(reference_engine):
    manifold = manifold_of("gaussian")
    plain = parameters(manifold.coordinates)
    eight = [(-1, 1), (0, 2), (1, 1), (1, 3), (0, 2), (-1, 3)]
    left, right = [(-1, 1), (0, 2), (-1, 3)], [(0, 2), (1, 1), (1, 3)]
    whole, *halves = (
        holonomy(reference_engine, manifold, polygon(v, plain)) for v in (eight, left, right)
    )
    assert whole.angle == pytest.approx(sum(half.angle for half in halves), abs=1e-9)
    assert whole.defect == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("x", "radius"), [(-3.0, 1.0), (0.0, 2.0), (3.0, 1.0)])
def test_loops_as_drawn_cross_the_cut_of_an_angle_and_run_round_its_pole(engine, x, radius):
    """In (κ cos μ, κ sin μ), against ∫∫ over the disk in polar coordinates about its own middle."""
    from scipy.integrate import dblquad
    from scipy.special import ive

    def weights(kappa):
        a = ive(1, kappa) / ive(0, kappa)
        return np.sqrt(kappa * a * (1 - a / kappa - a * a)) / kappa

    def inside(weight):
        def at(r, phi):
            kappa = np.hypot(x + r * np.cos(phi), r * np.sin(phi))
            return r * weight(kappa)

        return dblquad(at, 0, 2 * np.pi, 0, radius, epsabs=1e-7)[0]

    manifold = manifold_of("von_mises")

    def curved(kappa):
        return weights(kappa) * float(manifold.curvature(np.array([0.3, kappa])))

    turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    circle = np.stack([x + radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    found = holonomy(engine, manifold, polygon(circle, manifold.charts[0]))
    assert found.status == Status.OK
    assert found.area == pytest.approx(inside(weights), rel=1e-4)
    assert found.angle == pytest.approx(inside(curved), rel=2e-4)
    assert abs(found.defect) < (1e-8 if engine.name == "reference" else 1e-5)


def test_the_sense_is_that_of_the_drawing(reference_engine):
    """(k, −λ) turns the plane over."""
    manifold = manifold_of("gamma")
    natural = next(chart for chart in manifold.charts if chart.name == "natural")
    corners = np.array([[2.0, 2.0], [3.0, 2.0], [3.0, 3.0], [2.0, 3.0]])
    plain = holonomy(reference_engine, manifold, polygon(corners, parameters(manifold.coordinates)))
    drawn = holonomy(reference_engine, manifold, polygon(natural.forward(corners), natural))
    assert plain.area > 0 > plain.angle
    assert drawn.area == pytest.approx(-plain.area) and drawn.angle == pytest.approx(-plain.angle)


def test_a_loop_of_many_turns_keeps_its_digits(reference_engine):
    """Between σ = 0.01 and 1 a vector turns 11 times: the matrix is that of the unwrapped angle."""
    manifold = manifold_of("gaussian")
    corners = [(0, 1e-2), (1, 1e-2), (1, 1), (0, 1)]
    found = holonomy(reference_engine, manifold, polygon(corners, parameters(("μ", "σ"))))
    expected = -(1e2 - 1) / np.sqrt(2)
    assert found.angle == pytest.approx(expected, abs=1e-6)
    assert found.integral_curvature == pytest.approx(expected, abs=1e-5)
    # in the frame e₁ = σ∂_μ, e₂ = σ∂_σ/√2 of the first point
    assert found.matrix[0, 0] == pytest.approx(np.cos(expected), abs=1e-6)
    assert found.matrix[1, 0] == pytest.approx(np.sin(expected) / np.sqrt(2), abs=1e-6)


def test_other_connections_return_no_rotation(reference_engine):
    """Γ^(1) of an exponential family is flat: a vector comes back as it went."""
    manifold = manifold_of("beta")
    found = holonomy(reference_engine, manifold, ellipse((3, 3), (1.5, 1)), alpha=1.0)
    np.testing.assert_allclose(found.matrix, np.eye(2), atol=1e-9)
    assert np.isnan(found.angle)


TURN = [[0, 2], [2.1, 2], [4.2, 2], [2 * np.pi, 2]]


def test_a_loop_round_a_period_closes_modulo_the_period(engine):
    """(μ, κ) = (0 … 2π, 2) is a circle about the pole of the natural chart: 2π(1 − E'/(2√(EG)))."""
    kappa, a = 2.0, ive(1, 2.0) / ive(0, 2.0)
    slope = 1 - a / kappa - a * a
    expected = 2 * np.pi * (1 - (a + kappa * slope) / (2 * np.sqrt(kappa * a * slope)))
    assert expected == pytest.approx(-0.451246, abs=1e-6)
    manifold = manifold_of("von_mises")
    for vertices, sign in ((TURN, 1), (TURN[::-1], -1), ([[0, 2], [3, 2], [6.2832, 2]], 1)):
        found = holonomy(engine, manifold, loop_of({"polygon": vertices}, manifold))
        assert found.angle == pytest.approx(sign * expected, abs=2e-5)
        assert abs(found.defect) < (1e-9 if engine.name == "reference" else 2e-5)
        assert (found.status, found.chart, found.encloses) == (Status.OK, "natural", True)
    # straight back, it encloses nothing
    back = loop_of({"polygon": [*TURN, [6, 2]]}, manifold)
    assert holonomy(engine, manifold, back).angle == pytest.approx(0, abs=1e-6)


def test_a_loop_round_a_period_that_no_chart_closes_is_compared_with_nothing(tmp_path, capsys):
    """Round a parallel of a sphere: 2π(1 − cos ϑ), the cap's area, modulo 2π."""
    sphere = {
        "coordinates": ["t", "f"],
        "metric": ["1", "0", "sin(t)^2"],
        "domain": ["0 < t < 3.1"],
        "periods": [0, 2 * np.pi],
    }
    source, file = tmp_path / "sphere.json", tmp_path / "loop.json"
    source.write_text(json.dumps(sphere))
    file.write_text(json.dumps({"polygon": [[1, f] for f in (0, 2, 4, 2 * np.pi)]}))
    command = ["holonomy", f"custom:{source}", "--loop", str(file), "--engine", "reference"]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["angle"] == pytest.approx(2 * np.pi * (1 - np.cos(1)), abs=1e-9)
    assert (found["encloses"], found["integral_curvature"], found["defect"]) == (False, None, None)
    assert main(command) == 0
    assert "encloses no region" in capsys.readouterr().out


def test_operators_of_many_edges_are_composed_in_their_order():
    """Each edge costs one product; no order of theirs is searched."""
    rng = np.random.default_rng(1)
    for count in (1, 2, 7, 8, 300):
        operators = np.eye(2) + 0.3 * rng.normal(size=(count, 2, 2))
        whole = np.eye(2)
        for operator in operators:
            whole = operator @ whole
        np.testing.assert_allclose(composed(operators), whole, rtol=1e-9)


BUMP = "exp(exp(-100*(a^2 + b^2)))"  # e^2f, f = ½ e^(−100r²)


def plane(conformal: str, domain: str = ""):
    """The plane with the metric e^2f (da² + db²)."""
    own = {"coordinates": ["a", "b"], "metric": [conformal, "0", conformal]}
    own |= {"domain": [domain]} if domain else {}
    return custom_family({**own, "view": [-3, 3, -3, 3], "pins": [[-2, 0], [2, 0.5]]})


@pytest.mark.parametrize("radius", [0.3, 1.0])
def test_integrals_over_a_narrow_bump_are_taken_until_they_settle(radius, reference_engine):
    """∫K dA = −∮∂f/∂n = 200πr² e^(−100r²) by Stokes, ∫dA by SciPy's quadrature along the radius."""
    found = holonomy(reference_engine, plane(BUMP), ellipse((0, 0), (radius, radius)))
    area = quad(lambda r: 2 * np.pi * r * np.exp(np.exp(-100 * r * r)), 0, radius, epsabs=1e-13)[0]
    assert found.status == Status.OK
    assert found.area == pytest.approx(area, abs=1e-11)
    assert found.integral_curvature == pytest.approx(
        200 * np.pi * radius**2 * np.exp(-100 * radius**2), abs=1e-11
    )


def test_integrals_that_do_not_settle_say_so(reference_engine, monkeypatch):
    monkeypatch.setattr("compute.studies.holonomy.DOUBLINGS", 1)
    found = holonomy(reference_engine, plane(BUMP), ellipse((0, 0), (1.0, 1.0)))
    assert found.status == Status.NOT_CONVERGED
    assert np.isfinite(found.angle)


def test_a_loop_round_a_hole_of_the_domain_encloses_what_is_not_there(reference_engine):
    found = holonomy(reference_engine, plane("1", "a^2 + b^2 > 1"), ellipse((0, 0), (2.0, 2.0)))
    assert found.status == Status.LEFT_DOMAIN
    assert found.angle == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(found.integral_curvature) and np.isnan(found.area) and np.isnan(found.defect)


def test_a_loop_that_leaves_says_so(reference_engine):
    manifold = manifold_of("gaussian")
    loop = polygon([(0, 1), (2, -1), (0, 3)], parameters(manifold.coordinates))
    found = holonomy(reference_engine, manifold, loop)
    assert found.status == Status.LEFT_DOMAIN
    assert np.isnan(found.angle)
    assert np.isnan(found.integral_curvature)


@pytest.mark.parametrize(
    "stated",
    [[], {"ellipse": 3}, {"polygon": [[0, 1], [1, 1]]}, {"polygon": [[0, 1]] * 3}, 7,
     {"polygon": "abc"}, {"ellipse": {"center": [0, 1], "radii": [0, 1]}},
     {"polygon": [[0, 1], [1, 1], [1, 2]], "chart": "none"}],
)  # fmt: skip
def test_bad_loops(stated):
    with pytest.raises(ValueError):
        loop_of(stated, manifold_of("gaussian"))


def test_the_command(tmp_path, capsys):
    file = tmp_path / "loop.json"
    file.write_text(json.dumps({"ellipse": {"center": [0, 1.5], "radii": [0.8, 0.7]}}))
    assert (
        main(["holonomy", "gaussian", "--loop", str(file), "--engine", "reference", "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["angle"] == pytest.approx(found["integral_curvature"], abs=1e-9)
    file.write_text("{")
    assert main(["holonomy", "gaussian", "--loop", str(file)]) == 2
    assert "is not JSON" in capsys.readouterr().err

"""A user's own family: a text is a tree or a mistake with its place; the geometry is right."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from compute import custom_family, family
from compute.core.status import Status
from compute.custom import definition
from compute.custom.parse import (
    LARGEST_EXPONENT,
    MOST_CHARACTERS,
    FormulaError,
    Node,
    evaluate,
    formula,
    inequalities,
)
from compute.manifold.tangent import is_singular
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest
from compute.requests.geometry import GeometryRequest

NAMES = ("m", "s", "sigma")
PLANE = {"coordinates": ["m", "s"], "domain": ["s > 0"]}
BELL = "-(x - m)^2/(2*s^2) - log(s) - log(2*pi)/2"


# --- reading ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/s^2", 0.25),
        ("-s^2", -4.0),
        ("2^-s", 0.25),
        ("2**3**2", 512.0),
        ("m - s - 1", -6.0),
        ("m/s/3", -0.5),
        ("2 * ( m+s )", -2.0),
        (".5e1*s", 10.0),
        ("--s + +m", -1.0),
        ("m·s − 1", -7.0),
        ("exp(log(s)) + sqrt(4) + cos(pi)", 3.0),
        ("gamma(5) + lgamma(1)", 24.0),
        ("log_cosh(0) + tanh(0) + atan(0) + e^0", 1.0),
    ],
)
def test_arithmetic_means_what_it_means_on_paper(text, expected):
    tree = formula(text, NAMES)
    found = evaluate(tree, {"m": np.array(-3.0), "s": np.array(2.0)})
    assert float(found) == pytest.approx(expected, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 0, "the formula ends"),
        ("1 + ", 4, "the formula ends"),
        ("(1 + s", 0, "no matching )"),
        ("1 + s)", 5, "no matching ("),
        ("2 s", 2, "written with *"),
        ("2(s)", 1, "written with *"),
        ("s(2)", 0, "is a number, not a function"),
        ("pi(2)", 0, "is a number, not a function"),
        ("exp", 0, "in parentheses"),
        ("foo(s)", 0, "not known"),
        ("sgima", 0, "did you mean sigma"),
        ("1 + abs(s)", 4, "kink"),
        ("ln(s)", 0, "called log"),
        ("s.real", 1, "unexpected"),
        ("s.__class__", 1, "unexpected"),
        ("__import__('os')", 0, "not known"),
        ("lambda: 0", 6, "unexpected"),
        ("s[0]", 1, "round parentheses"),
        ("{}", 0, "round parentheses"),
        ("s = 1", 2, "no ="),
        ("s < 1", 2, "expected the end"),
        ("'s'", 0, "cannot contain"),
        ("s; s", 1, "unexpected"),
        ("s²", 0, "with ^"),
        ("1 if s else 2", 2, "expected an operator"),
        ("9**9**9**9", 7, f"exponents must be at most {LARGEST_EXPONENT}"),
        ("s^1000", 2, "exponents must be at most"),
        ("((s^8)^8)^8", 9, "multiply to"),
        ("s/0", 1, "divides by zero"),
        ("0^-1", 1, "divides by zero"),
        ("s/(2 - 2)", 1, "divides by zero"),
        ("1 + sqrt(-1)", 4, "not a real number"),
        ("log(-1)", 0, "not a real number"),
        ("(-8)^(1/3)", 4, "not a real number"),
        ("1e999", 0, "numbers must lie between"),
        ("exp(exp(9))", 0, "larger than"),
        ("10^30*10", 5, "larger than"),
        ("s +* 1", 3, "expected a number"),
        ("1 + \0", 4, "cannot contain"),
    ],
)
def test_a_mistake_is_told_at_its_column(text, column, words):
    with pytest.raises(FormulaError, match=r".") as caught:
        formula(text, NAMES)
    assert (caught.value.column, caught.value.text) == (column, text)
    assert words in caught.value.words
    assert "\n" not in str(caught.value)


def test_size_and_depth_are_bounded():
    for text in ("s+" * 5000 + "s", "(" * 1000 + "s" + ")" * 1000, "-" * 500 + "s", "s" * 10_000):
        with pytest.raises(FormulaError) as caught:
            formula(text, NAMES)
        assert 0 <= caught.value.column <= len(text) and len(str(caught.value)) < 300
    with pytest.raises(FormulaError, match="at most"):
        formula("1+" * 400 + "1", NAMES)
    assert len("1+" * 400) < MOST_CHARACTERS


def test_inequalities_are_chains():
    pairs = inequalities("0 < s <= 2 > m", NAMES)
    assert [(low.text, high.text) for low, high in pairs] == [("0", "s"), ("s", "2"), ("m", "2")]
    for text, column in (("s", 1), ("s <", 3), ("s < 1 <", 7), ("< 1", 0)):
        with pytest.raises(FormulaError) as caught:
            inequalities(text, NAMES)
        assert caught.value.column == column


FRAGMENTS = (
    *("m", "s", "sigma", "pi", "e", "x", "foo", "__class__", "__import__", "eval", "lambda"),
    *("exp", "log", "sqrt", "gamma", "lgamma", "tan", "abs", "exp(", "log(", "sin(s)", "(m)"),
    *("+", "-", "*", "/", "^", "**", "(", ")", "<", ">", "<=", "=", ",", ".", "[", "]", "{", ":"),
    *("0", "1", "2", "0.5", "1e9", "1e-9", "9e99", "1e", "9**9", "^9^9^9", "1/0", "0x1f", "1_0"),
    *(" ", "\t", "\n", "\0", "'", '"', "\\", "#", "@", "σ", "²", "−", "٣", "\u202e", "🙂", "if"),
)


def test_five_thousand_texts_are_trees_or_mistakes_with_a_place():
    random = np.random.default_rng(11)
    began, trees = time.thread_time(), 0
    for number in range(5000):
        if number % 5:
            parts = random.choice(FRAGMENTS, random.integers(1, 12))
            text = str(random.choice(["", " "])).join(parts)
        else:
            text = grown(random, 4)
            if number % 2:
                at = int(random.integers(0, len(text) + 1))
                text = text[:at] + str(random.choice(FRAGMENTS)) + text[at:]
        try:
            assert isinstance(formula(text, NAMES), Node)
            trees += 1
        except FormulaError as mistake:
            assert 0 <= mistake.column <= len(text)
            assert mistake.text == text and "\n" not in str(mistake)
    assert trees > 500
    assert time.thread_time() - began < 20


def grown(random: np.random.Generator, depth: int) -> str:
    """A formula of the grammar, at random."""
    kind = random.integers(0, 5 if depth else 2)
    if kind == 0:
        return str(random.choice(["m", "s", "sigma", "pi"]))
    if kind == 1:
        return f"{random.uniform(0.1, 9):.3g}"
    if kind == 2:
        return f"{random.choice(['exp', 'sin', 'tanh', 'atan'])}({grown(random, depth - 1)})"
    if kind == 3:
        return f"({grown(random, depth - 1)})^{random.integers(1, 4)}"
    sign = random.choice(["+", "-", "*"])
    return f"{grown(random, depth - 1)} {sign} {grown(random, depth - 1)}"


# --- definitions -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metric": ["1", "0"]}, "at least 3 items, got 2"),
        ({"metric": ["1", "0", "1"], "potential": "m^2"}, "exactly one"),
        ({}, "exactly one"),
        ({"metric": ["1", "0", "foo(m)"]}, "column 1 of g22"),
        ({"metric": ["1", "0", "1"], "domain": ["s > 0", "m <"]}, "column 4 of domain"),
        ({"metric": ["1", "0", "1"], "domain": ["s > 0", "s < 0"]}, "is empty in s"),
        ({"metric": ["1", "0", "1"], "coordinates": ["m", "m"]}, "must differ"),
        ({"metric": ["1", "0", "1"], "coordinates": ["m", "exp"]}, "cannot be a name"),
        ({"metric": ["1", "0", "1"], "coordinates": ["m", "__s"]}, "cannot be a name"),
        ({"metric": ["1", "0", "1"], "coordinates": ["m", "s__t"]}, "cannot be a name"),
        ({"metric": ["1", "0", "1"], "parameters": {"m": 1}}, "coordinate already"),
        ({"metric": ["1", "0", "1"], "pins": [[0, -1], [0, 1]]}, "pins must lie"),
        ({"metric": ["1", "0", "1"], "code": "import os"}, "code"),
        ({"metric": ["sqrt(-s)", "0", "1"]}, "undefined everywhere"),
        ({"potential": "m^2 + trigamma(s)^2"}, "derivative"),
        ({"log_density": "-(x-m)^2/(2*s^2)"}, "integrates to"),
        ({"log_density": BELL, "space": [0, 0]}, "space"),
        ({"log_density": BELL, "space": "circle", "range": ["0", "1"]}, "range needs"),
        ({"log_density": "*".join(f"sin({i}*m)" for i in range(2, 40))}, "too long"),
    ],
)
def test_what_is_no_definition_is_refused_in_one_line(changes, words):
    with pytest.raises(ValueError, match=r".") as caught:
        custom_family({**PLANE, **changes})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_files_are_read_and_hostile_ones_refused(tmp_path):
    good = tmp_path / "own.json"
    good.write_text(json.dumps({**PLANE, "metric": ["1/s^2", "0", "2/s^2"]}))
    made = family(f"custom:{good}")
    assert family(made.key) is made
    good.write_text(json.dumps({**PLANE, "metric": ["3/s^2", "0", "2/s^2"]}))
    assert family(f"custom:{good}").geometry(np.array([0.0, 1.0])).metric[0] == 3.0
    for text in ("", "[]", "{", "[" * 100_000, '{"a": 1}', " " * 100_000):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(ValueError, match=r".") as caught:
            family(f"custom:{tmp_path / 'bad.json'}")
        assert "\n" not in str(caught.value)
    for source in (tmp_path, tmp_path / "none.json", "/dev/zero"):
        with pytest.raises(ValueError, match="no file"):
            family(f"custom:{source}")


def test_the_example_obeys_its_schema():
    assert definition.stated(definition.example()).kind == "log_density"


# --- geometry --------------------------------------------------------------------------------
TWINS = {
    "gaussian by its metric": (
        "gaussian",
        {**PLANE, "metric": ["1/s^2", "0", "2/s^2"]},
        1e-14,
    ),
    "gaussian by its log-density": ("gaussian", {**PLANE, "log_density": BELL}, 1e-10),
    "gaussian by a range that moves": (
        "gaussian",
        {**PLANE, "log_density": BELL, "range": ["m - 9*s", "m + 9*s"]},
        1e-11,
    ),
    "gaussian up to its norm": (
        "gaussian",
        {
            **PLANE,
            "log_density": "-(x - m)^2/(c*s^2)",
            "normalise": True,
            "parameters": {"c": 2},
            "range": ["m - 9*s", "m + 9*s"],
        },
        1e-11,
    ),
    "gamma on the half-line": (
        "gamma",
        {
            "coordinates": ["k", "l"],
            "domain": {"k": [0, None], "l": [0, None]},
            "log_density": "(k-1)*log(x) - l*x + k*log(l) - lgamma(k)",
            "space": "half-line",
        },
        1e-9,
    ),
    "beta in the interval": (
        "beta",
        {
            "coordinates": ["a", "b"],
            "domain": ["a > 0", "b > 0"],
            "log_density": "(a-1)*log(x) + (b-1)*log(1-x) + lgamma(a+b) - lgamma(a) - lgamma(b)",
            "space": "interval",
            "view": [0, 8, 0, 8],
        },
        2e-3,
    ),
    "beta by its potential": (
        "beta",
        {
            "coordinates": ["a", "b"],
            "domain": ["a > 0", "b > 0"],
            "potential": "lgamma(a) + lgamma(b) - lgamma(a + b)",
        },
        1e-9,
    ),
    "three outcomes by their potential": (
        "categorical3_natural",
        {"coordinates": ["a", "b"], "potential": "log(1 + exp(a) + exp(b))"},
        1e-12,
    ),
    "three outcomes one by one": (
        "categorical3_natural",
        {
            "coordinates": ["a", "b"],
            "log_density": "a*x*(2-x) + b*x*(x-1)/2 - log(1 + exp(a) + exp(b))",
            "space": [0, 1, 2],
        },
        1e-12,
    ),
}


def spots(name: str) -> np.ndarray:
    low, high = ((-1.5, 0.6), (1.5, 2.0)) if name == "gaussian" else ((1.2, 1.5), (3.0, 4.0))
    return np.random.default_rng(3).uniform(low, high, (30, 2))


@pytest.mark.parametrize("case", TWINS)
def test_a_family_of_ones_own_equals_the_built_in_one(case, engine):
    name, stated, limit = TWINS[case]
    own, known = custom_family(stated), family(name)
    theta = spots(name)
    found = engine.geometry(GeometryRequest(own, theta))
    expected = engine.geometry(GeometryRequest(known, theta))
    limit = max(limit, 4e-5) if engine.name == "gpu" else limit
    for field in ("metric", "christoffel", "det"):
        a, b = getattr(found, field), getattr(expected, field)
        scale = np.abs(b).reshape(len(b), -1).max(axis=1).reshape(-1, *(1,) * (b.ndim - 1))
        assert np.max(np.abs(a - b) / scale) < 10 * limit, field
    np.testing.assert_allclose(found.curvature, expected.curvature, atol=40 * limit)
    if own.slot.loops == 0 or "norm" in case:
        a, b = theta[:3], theta[3:6]
        paths = engine.connect(ConnectRequest(own, a, b))
        assert (paths.status == Status.OK).all()
        lengths = engine.connect(ConnectRequest(known, a, b)).length
        np.testing.assert_allclose(paths.length, lengths, rtol=max(limit, 1e-9) * 5)


def test_a_metric_that_is_none_somewhere_says_so(engine):
    own = custom_family({"coordinates": ["u", "v"], "metric": ["1 - v", "0", "1 - v"]})
    theta = np.array([[0.0, 0.5], [0.0, 2.0], [1.0, 1.0]])
    found = engine.geometry(GeometryRequest(own, theta))
    assert found.status.tolist() == [Status.OK, Status.ILL_CONDITIONED, Status.ILL_CONDITIONED]
    # its values there are shown, and that it is not a metric
    np.testing.assert_allclose(found.metric[1], [[-1.0, 0.0], [0.0, -1.0]])
    assert np.isnan(found.curvature[1])
    paths = engine.connect(ConnectRequest(own, theta[:1], theta[1:2]))
    assert paths.status[0] == Status.ILL_CONDITIONED
    field = engine.field(FieldRequest(own, own.charts[0], "curvature", own.view, (12, 12)))
    upper = field.status[8:]
    assert (upper == Status.ILL_CONDITIONED).all() and np.isnan(field.values[8:]).all()


@pytest.mark.parametrize(
    ("texts", "inside", "outside"),
    [
        (["1", "0", "1 + sqrt(u)"], (0.5, 0.0), (-0.5, 0.0)),
        (["1", "0", "2 + log(u)^2"], (0.5, 0.0), (-0.5, 0.0)),
        (["1", "0", "1 + log(log(u))^2"], (2.5, 0.0), (0.5, 0.0)),
        (["1", "0", "1 + 1/(u - v)^2"], (0.5, 0.0), (0.5, 0.5)),
        (["1", "0", "1 + u^v"], (0.5, 0.3), (-0.5, 0.3)),
        (["1", "0", "1 + asin(u)^2"], (0.5, 0.0), (1.5, 0.0)),
        (["1", "0", "1 + exp(20*u)"], (0.5, 0.0), (2.0, 0.0)),
    ],
)
def test_where_a_formula_is_undefined_is_outside(texts, inside, outside, engine):
    own = custom_family({"coordinates": ["u", "v"], "metric": texts})
    assert own.in_domain(np.array([inside, outside])).tolist() == [True, False]
    field = engine.field(FieldRequest(own, own.charts[0], "log_det", own.view, (24, 24)))
    assert set(np.unique(field.status)) <= {Status.OK, Status.LEFT_DOMAIN}
    np.testing.assert_array_equal(np.isfinite(field.values), field.status == Status.OK)
    geometry = engine.geometry(GeometryRequest(own, np.array([inside])))
    assert geometry.status[0] == Status.OK


def test_a_potential_has_the_chart_of_expectations():
    own = custom_family(TWINS["three outcomes by their potential"][1])
    chart = own.charts[-1]
    theta = np.random.default_rng(5).uniform(-2.5, 2.5, (200, 2))
    weights = np.exp(np.concatenate([theta, np.zeros((200, 1))], axis=1))
    p = weights / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(chart.forward(theta), p[:, :2], rtol=1e-13)
    np.testing.assert_allclose(chart.inverse(p[:, :2]), theta, atol=1e-9)
    assert np.isnan(chart.inverse(np.array([[0.7, 0.7], [-0.1, 0.5]]))).all()


def test_a_scene_keeps_its_formula(tmp_path):
    from app.model import scene_file
    from app.model.scene import Scene, of_family
    from app.model.store import Store

    own = {**PLANE, "metric": ["1/s^2", "0", "2/s^2"], "name": "What? Mine"}
    scene = of_family(Scene(), f"custom:{json.dumps(own)}")
    store = Store(scene)
    store.update(of_family(scene, "gaussian"))
    store.undo()
    assert store.scene == scene
    scene_file.save(store.scene, tmp_path / "own.json")
    assert scene_file.load(tmp_path / "own.json") == scene
    text = (tmp_path / "own.json").read_text().replace("1/s^2", "__import__('os')")
    (tmp_path / "hostile.json").write_text(text)
    with pytest.raises(scene_file.NotAScene, match="not known"):
        scene_file.load(tmp_path / "hostile.json")


def test_a_family_without_distributions_draws_none(reference_engine):
    own = custom_family({"coordinates": ["u", "v"], "metric": ["1", "0", "1"]})
    support = own.support(np.array([own.interior]))
    assert len(support.x) == 0 and support.space == "none"
    assert own.density(np.zeros((5, 2)), support.x).shape == (5, 0)


def test_densities_integrate_to_one():
    own = family("custom")
    theta = np.array([own.interior, *own.pins])
    x = np.linspace(-6, 6, 4001)
    np.testing.assert_allclose(own.density(theta, x).sum(axis=1) * (x[1] - x[0]), 1, rtol=1e-9)


def test_what_is_not_resolved_is_not_trusted():
    own = custom_family({**PLANE, "log_density": BELL, "range": [-4, 4]})
    theta = np.array([[0.0, 0.5], [0.0, 0.001], [3.0, 3.0]])
    # the narrow one is resolved, the wide one is cut by its range
    assert is_singular(own.geometry(theta)).tolist() == [False, False, True]
    np.testing.assert_allclose(own.geometry(theta).metric[1], [1e6, 0.0, 2e6], atol=1e-3)


def test_a_metric_may_have_x_as_a_coordinate_a_density_may_not():
    plane = {"coordinates": ["x", "y"], "metric": ["1/y^2", "0", "1/y^2"], "domain": ["y > 0"]}
    found = custom_family(plane).geometry(np.array([0.3, 2.0]))
    np.testing.assert_allclose(found.metric, [0.25, 0.0, 0.25], rtol=1e-12)
    with pytest.raises(FormulaError, match="cannot be a name"):
        custom_family({"coordinates": ["x", "s"], "log_density": BELL})


def test_a_coordinate_that_is_an_angle_says_its_period(reference_engine):
    """On the unit sphere the short way from longitude 0.2 to 6.1 goes through 0."""
    sphere = {
        "coordinates": ["latitude", "longitude"],
        "metric": ["1", "0", "cos(latitude)^2"],
        "domain": ["-1.5 < latitude < 1.5"],
        "periods": [0, 2 * np.pi],
        "view": [-1.5, 1.5, -4, 4],
    }
    a, b = np.array([[0.3, 0.2]]), np.array([[-0.4, 6.1]])
    path = reference_engine.connect(ConnectRequest(custom_family(sphere), a, b))

    def place(p):
        return np.array([np.cos(p[0]) * np.cos(p[1]), np.cos(p[0]) * np.sin(p[1]), np.sin(p[0])])

    assert path.status[0] == Status.OK
    assert path.length[0] == pytest.approx(np.arccos(place(a[0]) @ place(b[0])), rel=1e-8)

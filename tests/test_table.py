"""The reference table: its schema, its families, and a sample of its entries calculated again."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scipy.linalg import sqrtm

from compute import AttentionGeodesic, Normal, fit, normal_geodesic
from compute.divergences.wasserstein import wasserstein
from compute.families import families, manifold
from docs.reference import curves, differences, entries, formulas, means, normals, page
from tests.claims import each

ROOT = Path(__file__).parents[1]
TABLE = json.loads(page.JSON.read_text("utf-8"))
SCHEMA = json.loads((ROOT / "assets/table.schema.json").read_text("utf-8"))
ROWS = [
    (family["family"], row, name)
    for family in TABLE["families"]
    for row in (*family["points"], *family["pairs"])
    for name, entry in row.items()
    if isinstance(entry, dict)
]
RNG = np.random.default_rng(20)
SAMPLE = [ROWS[i] for i in RNG.choice(len(ROWS), 60, replace=False)]
ALPHA = {"distance": 0.0, "e_length": 1.0, "m_length": -1.0}


def found(family: str, ends: list, quantity: str) -> dict:
    return page.looked_up(TABLE, [family, ends, quantity])


def test_the_table_is_of_its_schema_and_every_family_is_in_it():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(TABLE)
    assert [family["family"] for family in TABLE["families"]] == list(families())
    assert each(len(f["points"]) >= 2 and f["pairs"] for f in TABLE["families"])


def test_the_page_says_what_the_table_says():
    assert page.PAGE.read_text("utf-8") == page.text(TABLE)


def test_nearly_every_number_has_two_methods_that_agree_to_twelve_digits():
    digits = [row[name]["digits"] for _, row, name in ROWS]
    fine = sum(d is not None and d >= 12 for d in digits)
    assert fine > 0.97 * len(ROWS) and len(ROWS) > 200
    assert each(
        len(row[name]["methods"]) >= 2 or row[name]["digits"] is None for _, row, name in ROWS
    )
    assert each(
        len(set(row[name]["methods"])) == len(row[name]["methods"]) for _, row, name in ROWS
    )


@pytest.mark.parametrize(("family", "row", "name"), SAMPLE)
def test_the_program_gives_the_entry_again(family, row, name):
    entry = row[name]
    if "theta" in row:
        own = entries.program(family, tuple(row["theta"]))[name]
    elif name in ALPHA:
        solver = AttentionGeodesic(manifold(family), ALPHA[name], entries.ENGINE)
        own = solver.compute_path(row["start"], row["end"]).length
    else:
        from compute.divergences.divergence import divergences

        both = divergences(manifold(family), np.array(row["start"]), np.array(row["end"]))
        own = both.forward if name == "kl_forward" else both.backward
    value = np.asarray(entry["value"])
    scale = max(np.abs(value).max(), entries.SMALLEST.get(name, 0.0))
    assert np.abs(value - own).max() <= 10.0 ** (1 - min(entry["digits"] or 12, 12)) * scale


def test_a_second_method_gives_the_entry_again():
    theta = (0.5, 0.4)
    exact = means.means("gamma", theta)
    for name, value in (("metric", exact.metric), ("curvature", exact.curvature)):
        own = np.vectorize(float)(np.array(value, object))
        assert own == pytest.approx(
            np.array(found("gamma", [list(theta)], name)["value"]), abs=1e-13
        )
    _, curvature = differences.first_and_curvature("gamma", theta)
    assert float(curvature) == pytest.approx(float(exact.curvature), rel=1e-13, abs=0.0)
    ends = [1.0, 1.0], [5.0, 2.0]
    line = np.linspace(*ends, 33)
    curve = curves.length("beta", *map(tuple, ends), 0.0, line)
    assert curve.length == pytest.approx(
        found("beta", list(ends), "distance")["value"], rel=1e-12, abs=0
    )
    d = formulas.closed_form("gaussian", "distance", (0.0, 1.0), (1.0, 1.0))
    # √2 arcosh(1 + ½ · 1/(2 · 1 · 1)) with arcosh(5/4) = log 2
    assert float(d) == pytest.approx(np.sqrt(2) * np.log(2), rel=1e-15, abs=0.0)


# of other sources: closed forms, published values, computations by other programs
KNOWN = [
    ("beta", [[1, 10], [10, 1]], "distance", 4.258647773256),
    ("beta", [[1, 10], [10, 100]], "distance", 1.725398909103),
    ("beta", [[1, 1], [5, 2]], "distance", 1.268154225362),
    ("beta", [[0.5, 0.5], [5, 5]], "distance", 1.867535349032),
    ("categorical3_expectation", [[0.8, 0.1], [0.1, 0.8]], "distance", 1.684768741401),
    ("categorical3_expectation", [[1 / 3, 1 / 3], [0.6, 0.2]], "distance", 0.541194830245),
    ("categorical3_expectation", [[0.7, 0.2], [0.1, 0.2]], "distance", 1.507433727307),
    ("gaussian", [[1, 2], [5, 1]], "kl_forward", 8.806852819440055),
    ("cauchy", [[1, 3], [5, 2]], "kl_forward", 0.5355182363563621),
    ("weibull", [[12, 2], [3, 4]], "kl_forward", 2.146124463755512),
    ("gamma", [[5, 1 / 15], [20, 1]], "kl_forward", 29.409061308330323),
    ("gamma", [[1, 1]], "curvature", -0.456303691440),
    ("gamma", [[2, 1]], "curvature", -0.485856569594),
    ("beta", [[1, 1]], "curvature", -0.38940305),
    ("beta", [[0.02, 0.02]], "curvature", -0.00178862),
    ("beta", [[100, 100]], "curvature", -0.49998742),
]


@pytest.mark.parametrize(("family", "ends", "quantity", "value"), KNOWN)
def test_values_of_other_sources(family, ends, quantity, value):
    places = len(f"{value:.15g}".split(".")[1])
    tolerance = max(10.0**-places, 1e-12 * abs(value))
    assert found(family, ends, quantity)["value"] == pytest.approx(value, abs=tolerance, rel=0)


def distance(specification: str, *ends: tuple[float, float]) -> float:
    return (
        AttentionGeodesic(manifold(specification), 0.0, entries.ENGINE).compute_path(*ends).length
    )


SPHERE = json.dumps(
    {
        "coordinates": ["a", "b"],
        "domain": ["0 < a < pi"],
        "metric": ["1", "0", "sin(a)^2"],
        "view": [0.2, 2.9, 0.0, 3.0],
        "pins": [[0.8, 1.0], [2.3, 1.2]],
    }
)
# squares of distances of pairs that differ in one coordinate, by closed forms and as printed elsewhere
SQUARES = [
    ("flat_exponential_pair", (1, 1), (2, 1), 0.48045301, np.log(2) ** 2),
    ("flat_exponential_pair", (0.1, 1), (0.99, 1), 5.255715612697455, np.log(9.9) ** 2),
    ("binomial_binomial:n=5", (0.2, 0.5), (0.3, 0.5), 0.26908349, None),
    ("binomial_binomial:n=5", (0.3, 0.5), (0.5, 0.5), 0.84673057, None),
    ("geometric_geometric", (0.2, 0.5), (0.3, 0.5), 0.21846342154512, None),
    ("poisson_poisson", (1, 1), (4, 1), 4.0, 4.0),
    ("poisson_poisson", (0.1, 1), (0.9, 1), 1.6, 1.6),
    ("laplace", (-1, 1), (1, 1), np.arccosh(3) ** 2, np.arccosh(3) ** 2),
    (f"custom:{SPHERE}", (np.pi / 4, 1), (3 * np.pi / 4, 1), np.pi**2 / 4, np.pi**2 / 4),
]


@pytest.mark.parametrize(("family", "start", "end", "printed", "exact"), SQUARES)
def test_squares_of_distances_that_others_print(family, start, end, printed, exact):
    own = distance(family, start, end) ** 2
    assert own == pytest.approx(printed, rel=0, abs=6e-9)
    if exact is not None:
        assert own == pytest.approx(exact, rel=1e-12, abs=0)


def test_disjoint_supports_are_pi_apart_in_the_limit():
    apart = [
        distance("categorical3_expectation", (1 - 2 * e, e), (e, 1 - 2 * e)) for e in (1e-4, 1e-6)
    ]
    # 2 arccos(2√(e(1 − 2e)) + e)
    assert np.pi - apart[1] == pytest.approx(4 * np.sqrt(1e-6), rel=1e-3, abs=0)
    assert apart[0] < apart[1] < np.pi


def test_the_metric_of_beta_and_the_connections_of_normals():
    g = entries.program("beta", (1.0, 1.0))["metric"]
    one, off = 1.0, 1.0 - np.pi**2 / 6
    np.testing.assert_allclose(g, [[one, off], [off, one]], rtol=1e-14)
    sigma, alpha = 2.5, 0.75
    local = manifold("gaussian").geometry(np.array([0.3, sigma]))
    symbol = entries.program("gaussian", (0.3, sigma))["christoffel"][0][0][1]
    found = symbol - 0.5 * alpha * local.cubic[1] / local.metric[0]
    assert found == pytest.approx(-(1 + alpha) / sigma, rel=1e-14, abs=0)


def test_wasserstein_beside_fisher_and_rao_and_a_fit():
    a, b = Normal([1, 1], [[4, 1], [1, 9]]), Normal([0, 1], np.eye(2))
    assert wasserstein(a, b) == pytest.approx(2.456343749866, rel=0, abs=1e-12)
    assert normal_geodesic(a, b).length == pytest.approx(1.953103909799, rel=0, abs=1e-12)
    (theta,) = fit([1.0, 2.0, 3.0, 4.0], "gamma").theta
    np.testing.assert_allclose(theta, [4.265428054777, 1.706171221911], rtol=1e-12)


def test_the_curve_of_the_matrices_without_a_corner_is_as_long_as_printed():
    """Powers of G₀^−½ G₁ G₀^−½, G = M diag(Σ⁻¹, 1, Σ) Mᵀ, of which only μ and 1 stand beside the
    diagonal of M.
    """
    (error,) = (e for e in TABLE["errors"] if e["entry"][0] == "normals")
    ends = []
    for law in error["entry"][1]:
        mean, covariance = np.array(law["mean"]), np.array(law["covariance"])
        side, inner = np.eye(5), np.eye(5)
        side[2, :2], side[3:, 2] = mean, -mean
        inner[:2, :2], inner[3:, 3:] = np.linalg.inv(covariance), covariance
        ends.append(side @ inner @ side.T)
    root = sqrtm(ends[0])
    back = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(back @ ends[1] @ back)
    t = np.linspace(0.0, 1.0, 2001)[:, None, None]
    turned = root @ vectors
    grown = (turned * values**t) @ turned.T
    spread = np.linalg.inv(grown[:, :2, :2])
    mean = (spread @ grown[:, 2, :2, None])[..., 0]
    np.testing.assert_allclose(mean[1000], [0.5326167, 1.62759115], atol=1e-8)  # their centroid
    along, change = np.diff(mean, axis=0), np.diff(spread, axis=0)
    middle = np.linalg.inv(0.5 * (spread[1:] + spread[:-1]))
    square = np.einsum("ni,nij,nj->n", along, middle, along)
    square += 0.5 * np.einsum("nij,nji->n", middle @ change, middle @ change)
    assert np.sqrt(square).sum() == pytest.approx(float(error["printed"]), rel=1e-6, abs=0)
    assert float(error["printed"]) / error["value"] - 1 == pytest.approx(0.0174, abs=5e-5)


KNOWN_NORMALS = (3.132931671067, 3.593706563237, 4.027645407216, 1.806090621218, 0.862310910118)
KNOWN_NORMALS += (1.391368895673, 1.049360039184)


def test_distances_of_normals_have_three_methods_and_are_the_known_ones():
    rows = TABLE["normals"]
    assert each(row["distance"]["digits"] >= 12 for row in rows)
    assert each(len(row["distance"]["methods"]) == 3 for row in rows)
    assert {row["dimension"] for row in rows} == {2, 3, 5}
    for pair, row in zip(normals.PAIRS, rows, strict=True):
        assert normals.program(pair) == pytest.approx(row["distance"]["value"], rel=1e-12, abs=0)
        assert [row["start"], row["end"]] == [normals.stated(pair.start), normals.stated(pair.end)]
    for row, value in zip(rows, KNOWN_NORMALS, strict=False):
        assert row["distance"]["value"] == pytest.approx(value, abs=1e-12, rel=0)


def test_distances_of_normals_by_other_methods():
    flat, three = normals.PAIRS[4], normals.PAIRS[6]
    # a half-plane beside lines: |Δμ| = 0.4√2 along one axis, variances 0.4 and 0.5 along both
    up, across = np.log(1.25) / np.sqrt(2), 0.4 * np.sqrt(2)
    share = (across**2 / 2 + (np.sqrt(0.5) - np.sqrt(0.4)) ** 2) / (4 * np.sqrt(0.2))
    plane = 2 * np.sqrt(2) * np.arcsinh(np.sqrt(share))
    assert normals.program(flat) == pytest.approx(np.hypot(plane, up), rel=1e-13, abs=0)
    assert normals.by_exponential(flat) == pytest.approx(np.hypot(plane, up), rel=1e-14, abs=0)
    value = TABLE["normals"][6]["distance"]["value"]
    assert normals.by_shooting(three) == pytest.approx(value, rel=1e-12, abs=0)


def test_bounds_contain_the_distances():
    bounded = [
        (row["distance"]["bounds"], row["distance"]["value"])
        for _, row, name in ROWS
        if name == "distance" and "bounds" in row[name]
    ]
    assert len(bounded) > 15
    assert each(low <= value <= high for (low, high), value in bounded)


def test_errors_have_the_value_of_their_entry():
    assert len(TABLE["errors"]) >= 5
    for error in TABLE["errors"]:
        right = page.looked_up(TABLE, error["entry"])
        assert {key: error[key] for key in right} == right
        assert error["printed"] not in error["command"]
    printed = [(float(e["printed"]), e["value"]) for e in TABLE["errors"][:3]]
    assert each(abs(wrong / right - 1) > 1e-5 for wrong, right in printed)
    # the formula of the page without ½
    assert printed[2][0] == pytest.approx(np.sqrt(2) * np.arccosh(1.5), abs=1e-6)

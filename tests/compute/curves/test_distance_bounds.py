"""Bounds of distances by curves, against closed forms; and a false claim of K ≤ 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import compute
from compute.curves import distance_bounds
from compute.curves.dense_curve import DenseCurve, polygon, quintics
from compute.engine.reference import ReferenceEngine
from compute.families import families, manifold
from compute.manifold.manifold import known_inside
from tests.claims import each

ENGINE = ReferenceEngine()
DECLARED = [
    n for n, f in families().items() if n not in ("attention", "custom") and manifold(n).hadamard
]
CLOSED = [name for name in DECLARED if families()[name].closed_forms]


def curve_of(position, count=64) -> DenseCurve:
    """The quintics through a curve t ↦ θ, θ′, θ″ given by a function."""
    t = np.linspace(0.0, 1.0, count + 1)
    theta, v, w = position(t)
    h = 1.0 / count
    sides = ((theta[s], h * v[s], h * h * w[s]) for s in (slice(None, -1), slice(1, None)))
    pieces = quintics(*sides)
    return DenseCurve(t, theta, pieces, np.ones(count, bool))


def bent(a, b, out):
    """The line from a to b with a displacement ``out`` sin πt."""
    a, b, out = (np.array(x)[None] for x in (a, b, out))

    def position(t):
        t = t[:, None]
        theta = a + t * (b - a) + out * np.sin(np.pi * t)
        v = b - a + np.pi * out * np.cos(np.pi * t)
        return theta, v, -(np.pi**2) * out * np.sin(np.pi * t)

    return position


def pairs(family, count, seed):
    """Points over the family's view and in its domain, some of them near one another."""
    rng, view = np.random.default_rng(seed), family.view
    a, b = rng.uniform([view.x0, view.y0], [view.x1, view.y1], (2, 3 * count, 2))
    near = np.arange(3 * count) % 4 == 0
    b[near] = a[near] + 10.0 ** rng.uniform(-6, -1, (near.sum(), 1)) * (b - a)[near]
    starts, ends = family.charts[0].inverse(a), family.charts[0].inverse(b)
    inside = known_inside(family, starts) & known_inside(family, ends)
    return starts[inside][:count], ends[inside][:count]


@pytest.mark.parametrize("name", CLOSED)
def test_bounds_contain_the_closed_form(name):
    family = manifold(name)
    geodesic = compute.AttentionGeodesic(family, engine=ENGINE)
    starts, ends = pairs(family, 16, 3)
    exact = family.distance(starts, ends)
    found = np.array([geodesic.distance_bounds(p) for p in geodesic.compute_paths(starts, ends)])
    assert (found[:, 0] < exact).all() and (exact < found[:, 1]).all()
    far = exact > 0.05
    assert far.sum() >= 8
    assert np.median((found[far, 1] - found[far, 0]) / exact[far]) < 5e-12


def test_bounds_of_published_cases_without_a_closed_form():
    # Beta and Gamma, both by two other methods: tests/compute/geodesics and the table of docs
    for name, a, b, exact in (
        ("beta", (1, 10), (10, 1), 4.258647773256),
        ("beta", (1, 10), (10, 100), 1.725398909103),
        ("beta", (0.5, 0.5), (5, 5), 1.867535349032),
    ):
        geodesic = compute.AttentionGeodesic(manifold(name), engine=ENGINE)
        low, high = geodesic.distance_bounds(geodesic.compute_path(a, b))
        assert low <= exact + 5e-13 and exact - 5e-13 <= high
        assert high - low < 1e-11


@pytest.mark.parametrize("name", ["gaussian", "weibull"])
def test_a_bent_curve_has_wide_bounds_that_contain_the_distance(name):
    family = manifold(name)
    rng = np.random.default_rng(5)
    widths = []
    for size in (0.02, 0.1, 0.2, 0.02, 0.1, 0.2):
        a, b = rng.uniform([1.0, 1.0], [2.0, 3.0], (2, 2))
        curve = curve_of(bent(a, b, size * rng.normal(size=2)))
        low, high = distance_bounds.of_curve(family, curve)
        assert low < family.distance(a, b) < high
        widths.append(high - low)
    assert min(widths) > 1e-5


def test_the_constant_is_the_best_in_the_flat_plane():
    family = manifold("flat_exponential_pair")
    line = bent((0.0, 0.0), (1.0, 0.5), (-0.2, 0.4))

    def position(t):
        y, v, w = line(t)
        return np.exp(y), np.exp(y) * v, np.exp(y) * (w + v * v)

    low, high = distance_bounds.of_curve(family, curve_of(position))
    exact = np.sqrt(1.25)
    assert low == pytest.approx(exact, abs=1e-9) and low < exact
    assert high > exact + 0.05


def test_a_false_claim_gives_false_bounds():
    """On the unit sphere, which is the states of a qubit, by a curve beside a great circle."""
    sphere = manifold("bures_slice_qfi")
    assert sphere.hadamard == ""

    def position(t):
        s, u, d = 2.4 * t - 1.2, 2.4, 0.1 * np.sin(np.pi * t)
        v, w = 0.1 * np.pi * np.cos(np.pi * t), -(np.pi**2) * d
        x = np.sin(s) * np.cos(d)
        x1 = u * np.cos(s) * np.cos(d) - v * np.sin(s) * np.sin(d)
        x2 = -(u * u + v * v) * x - np.sin(d) * (2 * u * v * np.cos(s) + w * np.sin(s))
        z = np.sin(d), v * np.cos(d), w * np.cos(d) - v * v * np.sin(d)
        return tuple(np.stack(pair, axis=1) for pair in zip((x, x1, x2), z, strict=True))

    curve = curve_of(position)
    assert distance_bounds.of_curve(sphere, curve) is None
    low, high = distance_bounds.of_curve(replace(sphere, hadamard="false"), curve)
    assert float(sphere.distance(curve.theta[0], curve.theta[-1])) == pytest.approx(2.4, abs=1e-12)
    assert 2.4 + 1e-4 < low < high


@pytest.mark.parametrize("name", DECLARED)
def test_no_declared_family_has_positive_curvature_anywhere_in_view(name):
    family = manifold(name)
    theta = np.concatenate(pairs(family, 200, 7))
    assert (family.curvature(theta[family.in_domain(theta)]) < 1e-9).all()


def test_which_families_claim_it():
    assert {"gaussian", "cauchy", "weibull", "gamma", "beta", "inverse_gaussian"} <= set(DECLARED)
    silent = ("von_mises", "categorical3_natural", "bures_slice_qfi", "mixture_mm", "mixture_wm")
    assert each(manifold(name).hadamard == "" for name in silent)


def test_a_chord_and_a_curve_out_of_the_domain_have_no_bounds():
    family = manifold("gaussian")
    theta = np.array([[0.0, 1.0], [1.0, 1.0]])
    chord = replace(polygon(theta), known=np.zeros(1, bool))
    assert distance_bounds.of_curve(family, chord) is None
    assert distance_bounds.of_curve(family, polygon(theta)) is not None
    outside = curve_of(bent((0.0, 0.2), (1.0, 0.2), (0.0, -0.5)))
    assert distance_bounds.of_curve(family, outside) is None
    geodesic = compute.AttentionGeodesic(family, alpha=1.0, engine=ENGINE)
    assert geodesic.distance_bounds(geodesic.compute_path(theta[0], theta[1])) is None


def test_a_softmax_has_its_own_bounds():
    head = manifold("attention")
    geodesic = compute.AttentionGeodesic(head, engine=ENGINE)
    path = geodesic.compute_path(*head.pins)
    low, high = geodesic.distance_bounds(path)
    assert low < path.length < high

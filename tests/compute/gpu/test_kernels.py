"""Kernels against closed forms, against the float64 reference, and in the places where f32 ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.custom.custom_family import custom_family
from compute.engine.reference import ReferenceEngine
from compute.families import families
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.geodesics import initial_value
from compute.geodesics.runge_kutta import RK4
from compute.geodesics.scalar_field import theta_at
from compute.gpu.probe import evaluate
from compute.manifold.manifold import Manifold, Slot
from compute.manifold.tangent import inner, is_singular
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ShootRequest
from compute.requests.geometry import GeometryRequest
from compute.requests.transport import TransportRequest

pytestmark = pytest.mark.gpu
NAMES = sorted(families())

# N(μ, σ²) by hand, as the printer of formulas would not write it
GAUSSIAN = """
//!include lib/tensor.wgsl
fn anchor(theta: vec2f) {}
fn margin(theta: vec2f) -> f32 { return theta.y - 1e-6; }
fn in_domain(theta: vec2f) -> bool { return margin(theta) > 0.0; }
fn geometry(theta: vec2f) -> Geometry {
    let r = 1.0 / theta.y;
    let c = r * r * r;
    return Geometry(
        r * r * vec3f(1.0, 0.0, 2.0),
        c * vec3f(0.0, -1.0, 0.0),
        c * vec3f(1.0, 0.0, -2.0),
        c * vec4f(0.0, 2.0, 0.0, 8.0),
        2.0 * r * r * r * r,
    );
}
fn curved(theta: vec2f) -> Curved { return Curved(geometry(theta), -0.5); }
fn resolved(theta: vec2f) -> Curved { return curved(theta); }
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 { return log(theta.y); }
"""


@pytest.fixture
def gaussian() -> Manifold:
    return replace(manifold_of("gaussian"), slot=Slot(GAUSSIAN))


def keys(count: int, spread: float = 1.0) -> Manifold:
    random = np.random.default_rng(5)
    points = spread * random.normal(size=(count, 2))
    return softmax_manifold(points, 0.5 * random.normal(size=count))


def inside(manifold: Manifold, count: int) -> Floats:
    """Points in the inner part of the view."""
    view, random = manifold.view, np.random.default_rng(1)
    x = random.uniform((view.x0, view.y0), (view.x1, view.y1), (20 * count, 2))
    middle = np.array([view.x0 + view.x1, view.y0 + view.y1]) / 2
    theta = manifold.charts[0].inverse(middle + 0.6 * (x - middle))
    theta = theta[np.isfinite(theta).all(axis=1)]
    return theta[manifold.margin(theta) > 0.02 * np.max(manifold.margin(theta))][:count]


def well_conditioned(manifold: Manifold, theta: Floats) -> np.ndarray:
    """Where inverting the metric leaves float32 four digits."""
    return ~is_singular(manifold.geometry(theta), 1e-2)


def velocities(manifold: Manifold, theta: Floats, length: float) -> Floats:
    """One direction a point, of the given Fisher length."""
    angle = np.linspace(0.0, 2 * np.pi, len(theta), endpoint=False)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return v * (length / np.sqrt(inner(manifold.geometry(theta).metric, v, v)))[:, None]


# --- closed forms ----------------------------------------------------------------------------
def test_geometry_of_the_half_plane(gpu_engine, gaussian):
    found = gpu_engine.geometry(GeometryRequest(gaussian, np.array([[0.3, 2.0]])))
    np.testing.assert_allclose(found.metric[0], [[0.25, 0.0], [0.0, 0.5]], rtol=1e-6)
    expected = [[[0.0, -0.5], [-0.5, 0.0]], [[0.25, 0.0], [0.0, -0.5]]]
    np.testing.assert_allclose(found.christoffel[0], expected, atol=1e-6)
    assert found.curvature[0] == pytest.approx(-0.5)
    assert found.engine == "gpu"


def test_geodesics_of_the_half_plane_are_half_ellipses(gpu_engine, gaussian):
    """(μ − c)² + 2σ² is constant along each, and lengths are those of the closed form."""
    theta = np.array([[0.0, 1.0], [1.0, 0.5], [-2.0, 2.0]])
    v = np.array([[1.0, 0.5], [-0.5, 0.3], [2.0, -1.0]])
    paths = gpu_engine.shoot(ShootRequest(gaussian, theta, v))
    assert (paths.status == Status.OK).all()
    centre = theta[:, 0] + 2 * theta[:, 1] * v[:, 1] / v[:, 0]
    square = (paths.theta[..., 0] - centre[:, None]) ** 2 + 2 * paths.theta[..., 1] ** 2
    np.testing.assert_allclose(square, np.broadcast_to(square[:, :1], square.shape), rtol=1e-5)
    np.testing.assert_allclose(
        paths.length, gaussian.distance(theta, paths.theta[:, -1]), rtol=1e-5
    )
    np.testing.assert_array_equal(paths.theta[:, 0], theta)


@pytest.mark.parametrize("alpha", [1.0, -1.0])
def test_flat_connections_of_the_half_plane(gpu_engine, gaussian, alpha):
    """α = 1 is straight in (μ/σ², −1/2σ²), α = −1 in (μ, μ² + σ²)."""
    request = ShootRequest(gaussian, np.array([[0.2, 1.0]]), np.array([[0.4, -0.2]]), alpha)
    mu, sigma = gpu_engine.shoot(request).theta[0].T
    first, second = (mu / sigma**2, -0.5 / sigma**2) if alpha == 1 else (mu, mu**2 + sigma**2)
    for flat in (first, second):
        straight = np.linspace(flat[0], flat[-1], len(flat))
        assert np.max(np.abs(flat - straight)) < 2e-5 * np.max(np.abs(flat))


def test_three_keys_are_a_sphere_and_four_a_rectangle(gpu_engine):
    triangle = softmax_manifold([[0.0, 0.0], [1.0, 0.2], [0.3, 1.1]], [0.1, -0.4, 0.7])
    square = softmax_manifold([[-1, -1], [1, -1], [-1, 1], [1, 1]], [0.0, 0.0, 0.0, 0.0])
    theta = np.random.default_rng(0).uniform(-1.5, 1.5, (40, 2))
    for manifold, k in ((triangle, 0.25), (square, 0.0)):
        found = gpu_engine.geometry(GeometryRequest(manifold, theta))
        np.testing.assert_allclose(found.curvature, k, atol=3e-6)


def test_transport_around_a_rectangle_turns_by_the_curvature(gpu_engine, gaussian):
    """The angle is ∫∫K dA = −(Δμ/√2)(1/σ₀ − 1/σ₁)."""
    corners = np.array([[0, 1], [1, 1], [1, 2], [0, 2], [0, 1]], dtype=float)
    total = 0.0
    for a, b in pairwise(corners):
        theta = a + np.linspace(0.0, 1.0, 33)[:, None] * (b - a)
        velocity = np.broadcast_to(b - a, theta.shape)
        request = TransportRequest(gaussian, theta[None], velocity[None], np.array([[1.0, 0.0]]))
        total += gpu_engine.transport(request).angle[0, -1]
    assert total == pytest.approx(-(1 / np.sqrt(2)) * (1 - 0.5), abs=2e-6)


# --- parity ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_geometry_agrees(name, gpu_engine, reference_engine):
    manifold = manifold_of(name)
    request = GeometryRequest(manifold, inside(manifold, 60))
    found, expected = gpu_engine.geometry(request), reference_engine.geometry(request)
    certain = (found.status == expected.status) | (found.status == Status.ILL_CONDITIONED)
    assert certain.all()
    usable = (expected.status == Status.OK) & well_conditioned(manifold, request.theta)
    assert (found.status[usable] == Status.OK).all()
    for field, limit in (("metric", 5e-6), ("christoffel", 2e-4), ("cubic", 2e-5), ("det", 2e-4)):
        a, b = (getattr(g, field)[usable].reshape(usable.sum(), -1) for g in (found, expected))
        scale = np.abs(b).max(axis=1, keepdims=True) + 1e-30
        assert np.max(np.abs(a - b) / scale) < limit, field
    scale = np.maximum(np.abs(expected.curvature[usable]), 1.0)
    assert np.max(np.abs(found.curvature - expected.curvature)[usable] / scale) < 2e-4


@pytest.mark.parametrize("alpha", [0.0, 0.6])
@pytest.mark.parametrize("name", NAMES)
def test_geodesics_agree_as_far_as_float32_goes(name, alpha, gpu_engine, reference_engine):
    """No worse than a few times the reference's own algorithm in float32."""
    manifold = manifold_of(name)
    theta = inside(manifold, 24)
    request = ShootRequest(manifold, theta, velocities(manifold, theta, 0.4), alpha, 64)
    found, expected = gpu_engine.shoot(request), reference_engine.shoot(request)
    with np.errstate(all="ignore"):
        single = initial_value.shoot(request, RK4, "f4")
    whole = (expected.status == Status.OK) & (single.status == Status.OK)
    assert whole.sum() > 12
    assert (found.status[whole] == Status.OK).all()
    scale = np.abs(expected.theta[whole]).max(axis=(1, 2))
    miss, allowed = (
        np.max(np.abs(p.theta - expected.theta)[whole], axis=(1, 2)) / scale
        for p in (found, single)
    )
    assert np.max(miss) < 10 * np.max(allowed) + 2e-6
    for field, share in (("length", 2e-5), ("energy", 4e-5)):
        got, exact, narrow = (getattr(p, field)[whole] for p in (found, expected, single))
        assert (np.abs(got - exact) <= share * exact + 2 * np.abs(narrow - exact)).all(), field


@pytest.mark.parametrize("alpha", [0.0, 0.6])
@pytest.mark.parametrize("name", NAMES)
def test_transport_agrees(name, alpha, gpu_engine, reference_engine):
    manifold = manifold_of(name)
    theta = inside(manifold, 12)
    shot = ShootRequest(manifold, theta, velocities(manifold, theta, 0.4), steps=48)
    paths = reference_engine.shoot(shot)
    vectors = velocities(manifold, theta, 1.0)[::-1]
    request = TransportRequest(manifold, paths.theta, paths.velocity, vectors, alpha)
    found, expected = gpu_engine.transport(request), reference_engine.transport(request)
    np.testing.assert_array_equal(found.status, expected.status)
    for field in ("vectors", "operators"):
        a, b = getattr(found, field), getattr(expected, field)
        np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
        assert np.nanmax(np.abs(a - b)) < 5e-5 * np.nanmax(np.abs(b)), field
    if alpha == 0.0:
        assert np.nanmax(np.abs(found.angle - expected.angle)) < 2e-5
        # at the edge g is as large as single precision is rough
        assert found.drift[found.status == Status.OK].max() < 2e-4


@pytest.mark.parametrize("name", NAMES)
def test_fields_agree(name, gpu_engine, reference_engine):
    manifold = manifold_of(name)
    for scalar in manifold.scalars:
        request = FieldRequest(manifold, manifold.charts[0], scalar, manifold.view, (20, 30), 1)
        found, expected = gpu_engine.field(request), reference_engine.field(request)
        assert np.mean(found.status == expected.status) > 0.99, scalar
        usable = (found.status == Status.OK) & (expected.status == Status.OK)
        theta = theta_at(request, slice(None), slice(None))
        inside = np.where(usable[..., None], theta, np.asarray(manifold.interior))
        usable &= well_conditioned(manifold, inside)
        scale = np.maximum(np.abs(expected.values[usable]), 1.0)
        miss = np.abs(found.values - expected.values)[usable] / scale
        assert np.quantile(miss, 0.98) < 1e-4, scalar


# --- where float32 ends ----------------------------------------------------------------------
# three keys around a heavy one: in the corners of the view K is a small difference of large terms
LENS = {
    "coordinates": ["a", "b"],
    "domain": ["-30 < a < 30", "-30 < b < 30"],
    "potential": "log(exp(a) + exp(-a/2 + 0.866*b) + exp(-a/2 - 0.866*b) + 100)",
    "view": [-9, 9, -7, 7],
}


@pytest.mark.parametrize("name", ["lens", "mixture_wm"])
def test_no_cell_of_a_map_of_curvature_is_rounding(name, gpu_engine, reference_engine):
    manifold = custom_family(LENS) if name == "lens" else manifold_of(name)
    request = FieldRequest(manifold, manifold.charts[0], "curvature", manifold.view, (60, 90))
    found, expected = gpu_engine.field(request), reference_engine.field(request)
    np.testing.assert_array_equal(found.status, expected.status)
    known = expected.status == Status.OK
    miss = np.abs(found.values - expected.values)[known]
    assert np.max(miss / np.maximum(np.abs(expected.values[known]), 1.0)) < 5e-3


def test_a_curvature_at_a_point_is_not_rounding(gpu_engine):
    manifold = custom_family(LENS)
    theta = np.random.default_rng(4).uniform((-9.0, 5.5), (-6.0, 7.0), (200, 2))
    found = gpu_engine.geometry(GeometryRequest(manifold, theta))
    np.testing.assert_allclose(found.curvature, manifold.curvature(theta), rtol=5e-3)


@pytest.mark.parametrize(("count", "spread"), [(3, 1.0), (12, 100.0), (64, 0.01), (515, 1.0)])
@pytest.mark.parametrize("jump", [0.001, 0.03, 0.3])
def test_moments_follow_any_jump(count, spread, jump, gpu_engine):
    """One pass relative to the previous point; a far point is repeated exactly."""
    manifold, random = keys(count, spread), np.random.default_rng(8)
    radius = manifold.margin(np.zeros(2))
    a = 0.02 * radius * random.normal(size=(300, 2))
    b = a + jump * radius * random.normal(size=(300, 2))
    usable = manifold.in_domain(a) & manifold.in_domain(b)
    a, b = a[usable], b[usable]
    local = manifold.geometry(b)
    include = """//!include lib/tensor.wgsl
//!include family
fn moved(a: vec2f, b: vec2f) -> vec4f {
    anchor(a);
    let at = geometry(b);
    return vec4f(at.metric, at.det);
}
"""
    session = gpu_engine.session
    found = evaluate(session, "moved(a, b)", include, manifold.slot, "vec4f", a=a, b=b)
    trace = local.metric[:, 0] + local.metric[:, 2]
    # the corners in which single precision takes g for zero begin before those of float64
    regular = ~is_singular(local) & (trace > 2 * manifold.slot.constants["CORNER"])
    error = np.abs(found[:, :3] - local.metric).max(axis=1) / trace
    assert np.max(error[regular]) < 5e-5
    degenerate = local.det <= 0
    assert (found[degenerate, 3] <= 1e-5 * found[degenerate, 0] * found[degenerate, 2]).all()


def test_paths_stop_inside_and_say_why(gpu_engine, reference_engine):
    """Fast curves on the simplex leave it.

    They touch an edge before they do: which touch a step meets is a matter of rounding, so that only
    most of them end at the same time on both engines.
    """
    manifold = manifold_of("categorical3_expectation")
    theta = np.repeat(np.array([[0.3, 0.4]]), 16, axis=0)
    request = ShootRequest(manifold, theta, velocities(manifold, theta, 5.0))
    found, expected = gpu_engine.shoot(request), reference_engine.shoot(request)
    assert (found.status != Status.OK).all()
    assert (found.status == expected.status).mean() > 0.7
    assert manifold.in_domain(found.stop).all()
    assert np.median(np.abs(found.reached - expected.reached)) < 0.01
    for i in range(len(theta)):
        assert np.isfinite(found.theta[i, : found.nodes[i]]).all()
        assert np.isnan(found.theta[i, found.nodes[i] :]).all()


def test_a_path_at_rest_stays(gpu_engine, gaussian):
    paths = gpu_engine.shoot(ShootRequest(gaussian, np.array([[0.0, 1.0]]), np.zeros((1, 2))))
    assert paths.status[0] == Status.OK
    assert paths.error[0] == paths.length[0] == paths.energy[0] == 0.0
    np.testing.assert_array_equal(paths.theta[0], np.tile([0.0, 1.0], (129, 1)))


@pytest.mark.parametrize("steps", [2, 3, 17, 64])
def test_lengths_by_any_number_of_steps(gpu_engine, gaussian, steps):
    request = ShootRequest(gaussian, np.array([[0.0, 1.0]]), np.array([[1.0, 0.4]]), steps=steps)
    speed = np.sqrt(1.0 + 2 * 0.4**2)
    found = gpu_engine.shoot(request)
    assert found.length[0] == pytest.approx(speed, rel=1e-3)
    assert found.energy[0] == pytest.approx(speed**2, rel=2e-3)


def test_transport_ignores_what_comes_after_a_stop(gpu_engine, reference_engine, gaussian):
    theta = np.array([[[0.0, 1.0], [0.1, 1.0], [0.2, 1.0], [np.nan, np.nan]]])
    velocity = np.full((1, 4, 2), 0.3) * [1, 0]
    request = TransportRequest(gaussian, theta, velocity, np.array([[1.0, 2.0]]))
    found, expected = gpu_engine.transport(request), reference_engine.transport(request)
    assert found.status[0] == expected.status[0] == Status.LEFT_DOMAIN
    np.testing.assert_allclose(found.vectors[0, :3], expected.vectors[0, :3], rtol=1e-5)
    assert np.isnan(found.vectors[0, 3]).all()


def test_maps_come_tile_by_tile_and_can_be_cancelled(gpu_engine, gaussian):
    seen = []
    request = FieldRequest(gaussian, gaussian.charts[0], "entropy", gaussian.view, (300, 520))
    stopped = gpu_engine.field(request, seen.append, lambda: len(seen) == 2)
    assert len(seen) == 2
    assert (stopped.status == Status.NOT_CONVERGED).sum() == 300 * 520 - sum(
        tile.values.size for tile in seen
    )


def test_connection_coefficients_keep_their_digits(gpu_engine):
    """Γ¹₁₁ = ½ − p₁, Γ¹₁₂ = −½p₂, Γ¹₂₂ = 0 of three outcomes, to where one is all but gone."""
    manifold = manifold_of("categorical3_natural")
    rest = np.geomspace(1e-7, 0.3, 40)
    p1, p2 = 0.6 * (1 - rest), 0.4 * (1 - rest)
    theta = np.stack([np.log(p1 / rest), np.log(p2 / rest)], axis=-1)
    found = gpu_engine.geometry(GeometryRequest(manifold, theta))
    ok = found.status == Status.OK
    assert ok.sum() > 35
    zero = np.zeros_like(p1)
    up = np.stack([0.5 - p1, -0.5 * p2, -0.5 * p2, zero], axis=-1).reshape(-1, 2, 2)
    assert np.abs(found.christoffel[ok, 0] - up[ok]).max() < 2e-4


@pytest.mark.parametrize("name", ["categorical3_expectation", "bures_slice_qfi", "von_mises"])
def test_geometry_keeps_its_digits_beside_edges_and_poles(gpu_engine, reference_engine, name):
    """Where float32 does not tell 1 − p₁ − p₂, 1 − x² − z² or κA' − A from nothing."""
    rest = np.geomspace(2e-6, 0.1, 25)
    theta = {
        "categorical3_expectation": np.stack([0.3 * (1 - rest), 0.7 * (1 - rest)], axis=1),
        "bures_slice_qfi": np.sqrt(1 - rest)[:, None] * (0.6, 0.8),
        "von_mises": np.stack([np.ones(25), 1.01e-3 + rest], axis=1),
    }[name]
    request = GeometryRequest(manifold_of(name), theta)
    found, exact = gpu_engine.geometry(request), reference_engine.geometry(request)
    for got, expected in (
        (found.metric, exact.metric),
        (found.christoffel, exact.christoffel),
        (found.cubic, exact.cubic),
    ):
        axes = tuple(range(1, expected.ndim))
        off = np.abs(got - expected).max(axis=axes)
        assert (off <= 2e-5 * np.abs(expected).max(axis=axes)).all()
    # T_μμκ = κA' − A, which is the smallest of the three there
    np.testing.assert_allclose(found.cubic[:, 0, 0, 1], exact.cubic[:, 0, 0, 1], rtol=2e-5)
    assert (found.status == Status.OK).all()


def test_beta_keeps_its_digits_where_one_parameter_is_much_larger(gpu_engine):
    request = GeometryRequest(
        manifold_of("beta"), np.array([[0.01, 900.0], [1.0, 990.0], [700.0, 0.5]])
    )
    found, expected = gpu_engine.geometry(request), ReferenceEngine().geometry(request)
    assert found.metric == pytest.approx(expected.metric, rel=5e-7)
    assert found.cubic == pytest.approx(expected.cubic, rel=5e-7)

"""One suite that every family passes, and with it every family that is added."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import families
from compute.families import manifold as manifold_of
from compute.families.attention import attention_manifold, softmax_manifold
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, is_singular
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.geometry import GeometryRequest

NAMES = sorted(families())


@pytest.fixture(params=NAMES)
def manifold(request: pytest.FixtureRequest) -> Manifold:
    return manifold_of(request.param)


def samples(manifold: Manifold, count: int, inset: float = 0.2) -> np.ndarray:
    """Points inside the domain, spread over the middle of the default view."""
    rng = np.random.default_rng(7)
    view = _inset(manifold.view, inset)
    x = rng.uniform((view.x0, view.y0), (view.x1, view.y1), (20 * count, 2))
    theta = manifold.charts[0].inverse(x)
    theta = theta[np.isfinite(theta).all(axis=1)]
    margin = manifold.margin(theta)
    theta = theta[margin > 0.2 * margin.max()]
    # not where a mixture's components can hardly be told apart
    return theta[~is_singular(manifold.geometry(theta), 1e-2)][:count]


def _inset(view: Extent, share: float) -> Extent:
    dx, dy = share * (view.x1 - view.x0), share * (view.y1 - view.y0)
    return Extent(view.x0 + dx, view.x1 - dx, view.y0 + dy, view.y1 - dy)


def derivative(f, theta: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """∂_k f at theta (n, 2), stacked on a new last axis: central differences of order 4."""
    h = step * np.maximum(np.abs(theta), 0.1)
    columns = []
    for k in range(2):
        along = np.zeros(2)
        along[k] = 1.0
        d = h[:, k : k + 1] * along
        near, far = f(theta + d) - f(theta - d), f(theta + 2 * d) - f(theta - 2 * d)
        scale = h[:, k].reshape(-1, *(1,) * (near.ndim - 1))
        columns.append((8 * near - far) / (12 * scale))
    return np.stack(columns, axis=-1)


def test_families_without_a_cubic_tensor_say_so(manifold):
    cubic = manifold.geometry(samples(manifold, 8)).cubic
    assert manifold.self_dual == bool((cubic == 0.0).all())


def test_metric_is_positive_definite(manifold):
    local = manifold.geometry(samples(manifold, 200))
    assert (local.metric[..., 0] > 0).all()
    assert (local.det > 0).all()
    direct = local.metric[..., 0] * local.metric[..., 2] - local.metric[..., 1] ** 2
    np.testing.assert_allclose(local.det, direct, rtol=1e-8)


def test_christoffel_symbols_are_the_metrics_derivatives(manifold):
    theta = samples(manifold, 40)
    local = manifold.geometry(theta)
    d = derivative(lambda t: manifold.geometry(t).metric, theta)
    first, second = d[..., 0], d[..., 1]
    expected = np.stack(
        [
            np.stack([first[:, 0] / 2, second[:, 0] / 2, second[:, 1] - first[:, 2] / 2], axis=-1),
            np.stack([first[:, 1] - second[:, 0] / 2, first[:, 2] / 2, second[:, 2] / 2], axis=-1),
        ],
        axis=-2,
    )
    scale = np.abs(expected).max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(local.first / scale, expected / scale, atol=2e-7)


def test_curvature_is_that_of_the_metric(manifold):
    """Brioschi's K against differences of the connection form: dω = −K √D dθ¹∧dθ²."""
    theta = samples(manifold, 25)

    def form(t: np.ndarray) -> np.ndarray:
        local = manifold.geometry(t)
        g11, g12, _ = (local.metric[..., i] for i in range(3))
        upper = (
            g11[:, None] * local.first[:, 1, :2] - g12[:, None] * local.first[:, 0, :2]
        ) / local.det[:, None]
        return np.sqrt(local.det)[:, None] / g11[:, None] * upper

    d = derivative(form, theta)
    found = -(d[:, 1, 0] - d[:, 0, 1]) / np.sqrt(manifold.geometry(theta).det)
    np.testing.assert_allclose(manifold.curvature(theta), found, rtol=2e-5, atol=2e-5)


def whole_space(space: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights of a trapezoid rule over all of a sample space, by a change of variable.

    ``x`` is the window that the family draws: it sets the scale.
    """
    middle, reach = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 8
    if space == "outcomes":
        return x, np.ones(len(x))
    if space == "circle":
        return x[:-1], np.full(len(x) - 1, x[1] - x[0])
    if space == "line":
        # an even count: a density may have a corner at the middle of its window
        # an even count: a density may have a corner at the middle of its window
        u = np.linspace(-20, 20, 20000)
        return middle + reach * np.sinh(u), reach * np.cosh(u) * (u[1] - u[0])
    if space == "half-line":
        # as far as the heaviest tail, x^−0.2, has any mass
        u = np.linspace(-60, 200, 40001)
        return reach * np.exp(u), reach * np.exp(u) * (u[1] - u[0])
    if space == "two half-lines":
        y, weights = whole_space("half-line", x[x > 0])
        return np.concatenate([-y, y]), np.concatenate([weights, weights])
    if space == "counts":
        return np.arange(8 * x[-1] + 1), np.ones(int(8 * x[-1]) + 1)
    if space == "two counts":
        # where probabilities vanish both sides may go on
        return np.arange(8 * x[0], 8 * x[-1] + 1), np.ones(int(8 * (x[-1] - x[0])) + 1)
    assert space == "interval", space
    u = np.linspace(-34, 34, 12001)
    y = 1 / (1 + np.exp(-u))
    return y, y / (1 + np.exp(u)) * (u[1] - u[0])


def test_metric_is_the_expectation_of_squared_scores(manifold):
    """g_ij = E[∂_i l ∂_j l] and T_ijk = E[∂_i l ∂_j l ∂_k l], from the distributions themselves."""
    if manifold.support(np.array([manifold.interior])).space == "measurements":
        pytest.skip("a quantum metric is no mean over one classical measurement")
    # differences across a kink are wrong, and the trapezoidal rule is of second order there
    step, loose = (1e-7, 10) if manifold.kinked else (1e-3, 1)
    for point in samples(manifold, 6):
        support = manifold.support(point[None])
        # Beta densities with a parameter below 1 pile up where 1 − x has no digits
        point = np.maximum(point, 1.0) if support.space == "interval" else point
        x, weights = whole_space(support.space, support.x)
        with np.errstate(all="ignore"):
            root = np.sqrt(manifold.density(point, x))
            slope = derivative(lambda t, x=x: np.sqrt(manifold.density(t, x)), point[None], step)[0]
        seen = root > 1e-140
        # ∂l = 2∂√p/√p stays finite in the tails
        score = 2 * slope[seen] / root[seen, None]
        p = (root**2 * weights)[seen]
        assert np.sum(p) == pytest.approx(
            2.0 if support.space.startswith("two ") else 1.0, rel=1e-6
        )
        local = manifold.geometry(point)
        pairs = [(0, 0), (0, 1), (1, 1)]
        g = [np.sum(p * score[:, i] * score[:, j]) for i, j in pairs]
        np.testing.assert_allclose(local.metric, g, rtol=loose * 1e-6, atol=1e-6 * np.abs(g).max())
        triples = [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)]
        t = [np.sum(p * score[:, i] * score[:, j] * score[:, k]) for i, j, k in triples]
        np.testing.assert_allclose(
            local.cubic, t, rtol=1e-5, atol=loose * 2e-6 * np.abs(g).max() ** 1.5
        )


def test_geodesics_keep_their_speed(manifold):
    theta = samples(manifold, 15)
    shot = ShootRequest(manifold, theta, velocities(manifold, theta, 0.5), steps=32)
    paths = ReferenceEngine().shoot(shot)
    # the most is Bures' sphere of radius ½, where half a nat-root from near the edge is far
    limit = 2e-9 if manifold.name == "bures_slice_bures" else 1e-9
    assert paths.error[paths.status == Status.OK].max() < limit
    assert paths.error.max() < 1e-3
    assert ((paths.status == Status.OK) == (paths.reached == 1.0)).all()


def velocities(manifold: Manifold, theta: np.ndarray, length: float) -> np.ndarray:
    """One direction a point, of the given Fisher length."""
    angle = np.linspace(0.0, 2 * np.pi, len(theta), endpoint=False)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return v * (length / np.sqrt(inner(manifold.geometry(theta).metric, v, v)))[:, None]


def test_log_of_exp_is_the_velocity(manifold):
    engine = ReferenceEngine()
    # a family averaged over hundreds of nodes costs as many times more
    theta = samples(manifold, 24 if manifold.slot.loops < 100 else 6, inset=0.3)
    v = velocities(manifold, theta, 0.4)
    there = engine.shoot(ShootRequest(manifold, theta, v, steps=32))
    arrived = there.status == Status.OK
    assert arrived.sum() > len(theta) / 2
    back = engine.connect(ConnectRequest(manifold, theta[arrived], there.stop[arrived], steps=32))
    assert (back.status == Status.OK).all()
    np.testing.assert_allclose(back.velocity[:, 0], v[arrived], rtol=1e-7, atol=1e-8)


def test_lengths_agree_with_the_closed_form(manifold):
    if manifold.distance is None:
        pytest.skip("no closed form is known")
    theta = samples(manifold, 40)
    half = len(theta) // 2
    paths = ReferenceEngine().connect(
        ConnectRequest(manifold, theta[:half], theta[half : 2 * half])
    )
    assert (paths.status == Status.OK).all()
    expected = manifold.distance(theta[:half], theta[half : 2 * half])
    np.testing.assert_allclose(paths.length, expected, rtol=1e-9)


def test_charts_invert_and_their_jacobians_are_derivatives(manifold):
    theta = samples(manifold, 30)
    for chart in manifold.charts:
        np.testing.assert_allclose(chart.inverse(chart.forward(theta)), theta, rtol=1e-7, atol=1e-9)
        d = derivative(chart.forward, theta)
        np.testing.assert_allclose(chart.jacobian(theta), d, rtol=1e-6, atol=1e-8)


def test_a_point_outside_the_domain_is_refused(manifold):
    outside = np.array([[-1e9, -1e9]])
    assert not manifold.in_domain(outside)[0]
    with pytest.raises(ValueError, match="must lie in"):
        GeometryRequest(manifold, outside)


def test_geodesics_stop_at_the_edge_and_say_so(manifold):
    """Fast enough in enough directions, some leave; each stops inside and nothing is NaN before."""
    theta = np.repeat(np.array([manifold.pins[0]]), 12, axis=0)
    shot = ShootRequest(manifold, theta, velocities(manifold, theta, 40.0), steps=64)
    paths = ReferenceEngine().shoot(shot)
    assert manifold.in_domain(paths.stop).all()
    for i in range(len(theta)):
        assert np.isfinite(paths.theta[i, : paths.nodes[i]]).all()
        assert np.isnan(paths.theta[i, paths.nodes[i] :]).all()
        assert (paths.reached[i] == 1.0) == (paths.nodes[i] == len(paths.t))
        assert (paths.reached[i] == 1.0) or paths.status[i] != Status.OK


# --- curvature of attention ------------------------------------------------------------------
def exact_curvature(keys: np.ndarray, bias: np.ndarray, theta: np.ndarray) -> float:
    """K by the determinant of MATH's formula for exponential families, with 60 digits."""
    import mpmath as mp

    with mp.workdps(60):
        logits = [mp.mpf(b) + sum(mp.mpf(x) * mp.mpf(t) for x, t in zip(k, theta, strict=True))
                  for k, b in zip(keys.tolist(), bias.tolist(), strict=True)]  # fmt: skip
        weights = [mp.exp(u - max(logits)) for u in logits]
        p = [w / sum(weights) for w in weights]
        eta = [sum(a * mp.mpf(k[i]) for a, k in zip(p, keys.tolist(), strict=True)) for i in (0, 1)]
        c = [(mp.mpf(k[0]) - eta[0], mp.mpf(k[1]) - eta[1]) for k in keys.tolist()]

        def moment(i, j):
            return sum(a * x**i * y**j for a, (x, y) in zip(p, c, strict=True))

        rows = [[moment(*ij) for ij in row] for row in (
            ((2, 0), (1, 1), (0, 2)), ((3, 0), (2, 1), (1, 2)), ((2, 1), (1, 2), (0, 3)))]  # fmt: skip
        d = rows[0][0] * rows[0][2] - rows[0][1] ** 2
        return float(-mp.det(mp.matrix(rows)) / (4 * d * d))


@pytest.mark.parametrize("count", [3, 5, 8, 9, 24])
def test_a_curvature_that_is_shown_is_right(engine, count):
    random = np.random.default_rng(count)
    keys, bias = random.normal(size=(count, 2)), random.normal(size=count)
    theta = 4 * random.normal(size=(24, 2))
    manifold = softmax_manifold(keys, bias)
    found = engine.geometry(GeometryRequest(manifold, theta)).curvature
    exact = np.array([exact_curvature(keys, bias, t) for t in theta])
    known = np.isfinite(found)
    assert known.mean() > 0.7
    wrong = np.abs(found - exact)[known] / np.maximum(1.0, np.abs(exact[known]))
    assert wrong.max() < 1e-2


def test_three_keys_are_a_sphere_wherever_a_map_shows_it(engine):
    corners = 3 * np.array([[1.0, 0.0], [-0.5, 0.866], [-0.5, -0.866]])
    manifold = attention_manifold(corners)
    field = engine.field(
        FieldRequest(manifold, manifold.charts[0], "curvature", manifold.view, (60, 60))
    )
    shown = field.status == Status.OK
    assert shown.mean() > 0.5
    np.testing.assert_allclose(field.values[shown], 0.25, atol=1e-5)

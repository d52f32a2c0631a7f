"""Charts: forward, inverse and Jacobian agree; geodesics look as they must in the special ones."""

from __future__ import annotations

import numpy as np
import pytest

from app.model.scene import view_of
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import families
from compute.families import manifold as manifold_of
from compute.manifold.charts import Chart, named
from compute.manifold.convex_hull import hull
from compute.manifold.manifold import Manifold
from compute.manifold.surfaces import height, mesh
from compute.manifold.tangent import inner
from compute.requests.geodesics import ConnectRequest, ShootRequest

ATTENTION = "attention:bank?layer=4&head=9"
SPECIFICATIONS = [
    ATTENTION if name == "attention" else name for name in families() if name != "custom"
]
CHARTS = [
    (specification, chart.name)
    for specification in SPECIFICATIONS
    for chart in manifold_of(specification).charts
]
HYPERBOLIC = (
    *("gaussian", "cauchy", "logistic", "student_t", "weibull", "inverse_gaussian"),
    *("laplace", "gumbel", "log_normal", "log_logistic", "frechet"),
)


def found(specification: str, name: str) -> tuple[Manifold, Chart]:
    manifold = manifold_of(specification)
    chart = named(manifold.charts, name)
    assert chart is not None
    return manifold, chart


def inside(manifold: Manifold, count: int = 40) -> np.ndarray:
    """Points θ (n, 2) of the first chart's view that lie well inside the domain."""
    rng = np.random.default_rng(7)
    view, first = manifold.view, manifold.charts[0]
    x = rng.uniform((view.x0, view.y0), (view.x1, view.y1), (count, 2))
    theta = first.inverse(x)
    theta = theta[np.isfinite(theta).all(axis=1)]
    theta = theta[manifold.margin(theta) > 1e-2]
    assert len(theta) > 5
    return theta


# charts whose axes have one scale: those that keep angles, pictures of figures that have a shape, and
# coordinates that are parts of one vector
KEEPING_SHAPES = {
    *((name, chart) for name in HYPERBOLIC for chart in ("disk", "half_plane")),
    *((name, chart) for name in ("bures_slice_bures", "bures_slice_qfi")
      for chart in ("hemisphere", "parameters")),
    *(("categorical3_expectation", chart) for chart in ("octant", "parameters", "triangle")),
    *((name, chart) for name in ("categorical3_natural", "categorical")
      for chart in ("octant", "expectation", "triangle")),
    *((f"{name}_{name}", "arc_length") for name in ("binomial", "geometric", "poisson")),
    ("von_mises", "expectation"), ("von_mises", "natural"), (ATTENTION, "expectation"),
}  # fmt: skip


def test_charts_that_keep_shapes_say_so():
    assert {key for key in CHARTS if found(*key)[1].equal} == KEEPING_SHAPES


@pytest.mark.parametrize("specification", HYPERBOLIC)
@pytest.mark.parametrize("name", ["disk", "half_plane"])
def test_circles_of_the_metric_are_circles_in_charts_that_keep_angles(specification, name):
    """J g⁻¹ Jᵀ is a multiple of 1 everywhere."""
    manifold, chart = found(specification, name)
    theta = inside(manifold)
    jacobian, g = chart.jacobian(theta), manifold.geometry(theta).metric
    inverse = np.linalg.inv(g[..., [0, 1, 1, 2]].reshape(-1, 2, 2))
    drawn = jacobian @ inverse @ np.swapaxes(jacobian, -1, -2)
    wanted = drawn[:, :1, :1] * np.eye(2)
    np.testing.assert_allclose(drawn / drawn[:, :1, :1], wanted / drawn[:, :1, :1], atol=1e-7)


@pytest.mark.parametrize(("specification", "name"), CHARTS)
def test_inverse_undoes_forward(specification, name):
    manifold, chart = found(specification, name)
    theta = inside(manifold)
    back = chart.inverse(chart.forward(theta))
    gap = back - theta
    for axis, period in enumerate(manifold.periods):
        if period:
            gap[:, axis] = (gap[:, axis] + period / 2) % period - period / 2
    # a search ends when η, not θ, is right to its last digits
    assert np.abs(gap).max() < 1e-6 * (1 + np.abs(theta).max())
    assert np.allclose(chart.forward(back), chart.forward(theta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("specification", "name"), CHARTS)
def test_jacobian_is_the_derivative(specification, name):
    manifold, chart = found(specification, name)
    theta = inside(manifold)
    h = 1e-5 * np.maximum(np.abs(theta), 0.05)
    columns = []
    for axis in range(2):
        step = np.zeros_like(theta)
        step[:, axis] = h[:, axis]
        difference = chart.forward(theta + step) - chart.forward(theta - step)
        columns.append(difference / (2 * h[:, axis, None]))
    expected = np.stack(columns, axis=-1)
    jacobian = chart.jacobian(theta)
    assert jacobian.shape == expected.shape
    scale = np.abs(expected).max(axis=(1, 2), keepdims=True)
    assert (np.abs(jacobian - expected) / scale).max() < 2e-6


@pytest.mark.parametrize(("specification", "name"), CHARTS)
def test_pulling_back_undoes_pushing(specification, name):
    manifold, chart = found(specification, name)
    theta = inside(manifold)
    vector = np.random.default_rng(1).normal(size=theta.shape)
    pulled = chart.pull(theta, chart.push(theta, vector))
    assert np.allclose(pulled, vector, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("specification", "name"), CHARTS)
def test_charts_take_any_batch_and_single_points(specification, name):
    manifold, chart = found(specification, name)
    theta = inside(manifold)[:4].reshape(2, 2, 2)
    x = chart.forward(theta)
    assert x.shape == (2, 2, chart.dimension)
    assert np.allclose(chart.forward(theta[0, 0]), x[0, 0], rtol=1e-12)
    assert chart.inverse(x[0, 0]).shape == (2,)
    assert chart.jacobian(theta).shape == (2, 2, chart.dimension, 2)


@pytest.mark.parametrize(("specification", "name"), CHARTS)
def test_what_is_outside_of_a_chart_is_nan_and_not_an_exception(specification, name):
    _, chart = found(specification, name)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, chart.dimension)) * np.array([0.1, 1.0, 30.0, 1e4])[:, None, None]
    back = chart.inverse(x)
    assert back.shape == (*x.shape[:-1], 2)
    lost = np.isnan(chart.inverse(np.full((1, chart.dimension), np.nan)))
    assert lost.any()


# --- hyperbolic planes -----------------------------------------------------------------------
@pytest.fixture(scope="module")
def geodesics():
    """Nodes θ (m, 2) of one geodesic between the pins of each hyperbolic family."""
    engine, lines = ReferenceEngine(), {}
    for name in HYPERBOLIC:
        manifold = manifold_of(name)
        a, b = (np.array([pin]) for pin in manifold.pins)
        paths = engine.connect(ConnectRequest(manifold, a, b))
        assert paths.status[0] == Status.OK
        lines[name] = paths.theta[0]
    return lines


def circle_through(x: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Centre, radius and largest miss of the circle that fits points (m, 2) best."""
    matrix = np.column_stack([2 * x, np.ones(len(x))])
    solution = np.linalg.lstsq(matrix, (x**2).sum(axis=1), rcond=None)[0]
    centre = solution[:2]
    radius = float(np.sqrt(solution[2] + centre @ centre))
    return centre, radius, float(np.abs(np.linalg.norm(x - centre, axis=1) - radius).max())


@pytest.mark.parametrize("name", HYPERBOLIC)
def test_geodesics_of_the_half_plane_are_half_circles_about_the_edge(geodesics, name):
    _, chart = found(name, "half_plane")
    centre, radius, miss = circle_through(chart.forward(geodesics[name]))
    assert miss < 1e-7 * radius
    assert abs(centre[1]) < 1e-6 * radius


@pytest.mark.parametrize("name", HYPERBOLIC)
def test_geodesics_of_the_disk_meet_its_edge_at_right_angles(geodesics, name):
    _, chart = found(name, "disk")
    centre, radius, miss = circle_through(chart.forward(geodesics[name]))
    assert miss < 1e-7 * radius
    assert abs(centre @ centre - 1 - radius**2) < 1e-6 * radius**2


@pytest.mark.parametrize("name", HYPERBOLIC)
def test_the_disk_has_the_metric_of_poincare(name):
    manifold, chart = found(name, "disk")
    theta = inside(manifold)
    v = np.random.default_rng(5).normal(size=theta.shape)
    w = chart.forward(theta)
    flat = (chart.push(theta, v) ** 2).sum(axis=1)
    radius2 = -1.0 / manifold.curvature(theta)
    expected = inner(manifold.geometry(theta).metric, v, v)
    assert np.allclose(4 * radius2 * flat / (1 - (w**2).sum(axis=1)) ** 2, expected, rtol=1e-9)


# --- surfaces --------------------------------------------------------------------------------
SURFACES = [(s, n) for s, n in CHARTS if found(s, n)[1].dimension == 3]


@pytest.mark.parametrize(("specification", "name"), SURFACES)
def test_pieces_of_a_sphere_are_isometric(specification, name):
    manifold, chart = found(specification, name)
    theta = inside(manifold)
    jacobian = chart.jacobian(theta)
    g = manifold.geometry(theta).metric[..., [0, 1, 1, 2]].reshape(-1, 2, 2)
    assert np.allclose(np.swapaxes(jacobian, -1, -2) @ jacobian, g, rtol=1e-9, atol=1e-12)
    radius = np.linalg.norm(chart.forward(theta), axis=1)
    assert np.allclose(radius, 1 / np.sqrt(manifold.curvature(theta)), rtol=1e-12)


@pytest.mark.parametrize(("specification", "name"), SURFACES)
def test_geodesics_are_great_circles(specification, name):
    manifold, chart = found(specification, name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    x = chart.forward(ReferenceEngine().connect(ConnectRequest(manifold, a, b)).theta[0])
    normal = np.cross(x[0], x[-1])
    assert np.abs(x @ normal).max() < 1e-8 * np.linalg.norm(normal)


@pytest.mark.parametrize(("specification", "name"), SURFACES)
def test_meshes_lie_on_their_surface_and_reach_its_edge(specification, name):
    manifold, chart = found(specification, name)
    made = mesh(chart, view_of(manifold, chart))
    assert np.isfinite(made.points).all()
    radius = np.linalg.norm(made.points, axis=-1)
    assert np.allclose(radius, radius[0, 0], rtol=1e-9)
    gaps = np.linalg.norm(made.points[-1][:, None] - made.edge, axis=-1).min(axis=1)
    assert gaps.max() < 0.05 * radius[0, 0]


def test_a_height_is_its_scalar_and_its_slope_is_the_derivative():
    manifold, plane = found("gaussian", "log")
    view = manifold.view

    def entropy(theta):
        return manifold.scalar("entropy", theta, 0)

    chart = height(plane, "entropy", entropy, view)
    theta = inside(manifold)
    theta = theta[np.abs(np.log(theta[:, 1])) < 1.4]
    x = chart.forward(theta)
    assert np.allclose(x[:, :2], plane.forward(theta))
    assert np.allclose(x[:, 2], entropy(theta))
    assert np.allclose(chart.inverse(x), theta)
    slope = np.stack([np.zeros(len(theta)), 1 / theta[:, 1]], axis=1)
    assert np.allclose(chart.jacobian(theta)[:, 2], slope, rtol=1e-6)
    vector = np.array([0.3, -0.2])
    assert np.allclose(chart.pull(theta, chart.push(theta, vector)), vector)
    made = mesh(chart, view)
    assert made.points.shape[-1] == 3
    assert np.isfinite(made.points).all()


def test_a_height_without_values_is_flat():
    manifold, plane = found("gaussian", "log")
    chart = height(plane, "nothing", lambda theta: np.full(theta.shape[:-1], np.nan), manifold.view)
    assert np.isfinite(chart.forward(np.array([0.0, 1.0]))).all()


# --- dually flat charts ------------------------------------------------------------------------
DUAL = ("gaussian", "gamma", "beta", "inverse_gaussian", "von_mises", "flat_exponential_pair")
EXPONENTIAL = (*DUAL, "categorical3_natural", "categorical3_expectation", ATTENTION)


@pytest.mark.parametrize("specification", EXPONENTIAL)
@pytest.mark.parametrize(("alpha", "name"), [(1.0, "natural"), (-1.0, "expectation")])
def test_straight_in_its_flat_chart(specification, alpha, name):
    manifold, chart = found(specification, name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    # a velocity that stays inside: the straight line of the first chart, taken slowly
    velocity = 0.2 * (b - a)
    paths = ReferenceEngine().shoot(ShootRequest(manifold, a, velocity, alpha=alpha))
    x = chart.forward(paths.theta[0, : paths.nodes[0]])
    chord = x[-1] - x[0]
    off = (x - x[0]) @ np.array([-chord[1], chord[0]]) / (chord @ chord)
    assert len(x) > 10
    assert np.abs(off).max() < 1e-8


@pytest.mark.parametrize("specification", EXPONENTIAL)
def test_the_metric_joins_the_flat_charts(specification):
    """dη·dϑ = g: the two Jacobians multiply to the metric."""
    manifold, natural = found(specification, "natural")
    expectation = named(manifold.charts, "expectation")
    theta = inside(manifold)
    product = np.swapaxes(natural.jacobian(theta), -1, -2) @ expectation.jacobian(theta)
    g = manifold.geometry(theta).metric
    expected = g[..., [0, 1, 1, 2]].reshape(-1, 2, 2)
    scale = np.abs(expected).max(axis=(1, 2), keepdims=True)
    assert (np.abs(product - expected) / scale).max() < 1e-7


@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_a_search_finds_distant_members(name):
    _, chart = found(name, "expectation")
    grid = np.geomspace(0.02, 500.0, 9)
    theta = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    back = chart.inverse(chart.forward(theta))
    assert np.abs(np.log(back / theta)).max() < 1e-5


def test_a_search_refuses_what_no_member_has():
    _, chart = found("beta", "expectation")
    assert np.isnan(chart.inverse(np.array([[0.1, -1.0], [-0.1, -0.1], [np.nan, 0.0]]))).all()


# --- outlines --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("specification", "name"),
    [
        key
        for key in CHARTS
        if (chart := found(*key)[1]).outline is not None
        and chart.dimension == 2
        and chart.name not in ("half_plane", "orthogonal")  # which one line bounds
    ],
)
def test_all_of_a_manifold_is_within_the_outline(specification, name):
    manifold, chart = found(specification, name)
    closed = chart.outline[np.isfinite(chart.outline).all(axis=1)]
    x = chart.forward(inside(manifold))
    # a convex outline, gone round either way: all points on one side of each edge
    if specification == "inverse_gaussian":
        closed = closed[:181]  # the circle alone
    if specification == "gaussian" and name == "expectation":
        closed = closed[1:-1]
    corners = closed if np.allclose(closed[0], closed[-1]) else np.vstack([closed, closed[:1]])
    edges = np.diff(corners, axis=0)
    sides = np.stack(
        [
            e[0] * (x[:, 1] - c[1]) - e[1] * (x[:, 0] - c[0])
            for c, e in zip(corners, edges, strict=False)
        ]
    )
    assert (sides > -1e-9).all() or (sides < 1e-9).all()


def test_the_hull_is_that_of_all_points():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(200, 2))
    corners = points[hull(points)]
    edges = np.diff(np.vstack([corners, corners[:1]]), axis=0)
    gaps = points[:, None] - corners
    turn = edges[:, 0] * gaps[..., 1] - edges[:, 1] * gaps[..., 0]
    assert (turn > -1e-12).all()
    assert len(hull(np.array([[0.0, 0], [1, 0], [2, 0], [1, 1], [1, 0.5]]))) == 3

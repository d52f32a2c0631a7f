"""Curves between their nodes: how far everything that is drawn is from the true curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.controller.chart_transition import both
from app.jobs.path import PathJob, densified
from app.presenters import drawables
from app.views.canvas.polyline import Polyline, parts
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.views import Curve
from compute.core.status import Status
from compute.curves.dense_curve import (
    DenseCurve,
    bundle,
    followed,
    joined,
    polygon,
    smooth,
    through,
)
from compute.curves.dense_output import dense_output
from compute.curves.dense_polish import polished
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.studies import dense_fan
from compute.studies.geodesic_fan import spray

MARGINS = Margins(68, 14, 18, 52)
SIZE = (1600, 1000)
# pixels
NEAR = 0.5


def connected(manifold, a, b, alpha, steps=128):
    """In closed form: quick for α = ±1."""
    request = ConnectRequest(manifold, np.array([a]), np.array([b]), alpha, steps)
    return ReferenceEngine().connect(request)


def shot(manifold, starts, directions, length, alpha=0.0, steps=64):
    """Geodesics from points in some directions: quicker than to aim."""
    starts = np.reshape(starts, (-1, 2))
    g = manifold.geometry(starts).metric
    wheel = np.stack([np.cos(directions), np.sin(directions)], axis=-1)
    request = ShootRequest(manifold, starts, length * wheel / np.sqrt(g[:, ::2]), alpha, steps)
    return ReferenceEngine().shoot(request)


def natural(theta):
    return np.stack([theta[..., 0] / theta[..., 1] ** 2, -0.5 / theta[..., 1] ** 2], -1)


def moments(theta):
    return np.stack([theta[..., 0], theta[..., 0] ** 2 + theta[..., 1] ** 2], -1)


def on_sphere(p):
    return np.sqrt(np.stack([p[..., 0], p[..., 1], 1.0 - p[..., 0] - p[..., 1]], -1))


def equation(alpha, a, b):
    """A function of θ (n, 2) that is zero on the closed form of a geodesic from a to b."""
    if alpha == 0.0:  # a half-ellipse (μ − c)² + 2σ² = r²
        c = (b[0] ** 2 - a[0] ** 2 + 2 * (b[1] ** 2 - a[1] ** 2)) / (2 * (b[0] - a[0]))
        square = (a[0] - c) ** 2 + 2 * a[1] ** 2
        return lambda theta: (theta[..., 0] - c) ** 2 + 2 * theta[..., 1] ** 2 - square
    flat = natural if alpha > 0 else moments
    along = flat(b) - flat(a)
    return lambda theta: (flat(theta) - flat(a)) @ np.array([-along[1], along[0]])


def great_circle(a, b):
    normal = np.cross(on_sphere(a), on_sphere(b))
    return lambda theta: on_sphere(theta) @ (normal / np.linalg.norm(normal))


def farthest(zero, chart, frame, line):
    """The largest distance in pixels of what is drawn on the plot from where ``zero`` is 0."""

    def value(pixels):
        left, top, right, bottom = frame.box
        share = (pixels - (left, bottom)) / (right - left, top - bottom)
        e = frame.extent
        x = np.array([e.x0, e.y0]) + share * (e.x1 - e.x0, e.y1 - e.y0)
        return zero(chart.inverse(x))

    share = np.linspace(0.0, 1.0, 7)[:, None]
    drawn = [(p[:-1, None] * (1 - share) + p[1:, None] * share) for p, _ in parts(line, frame)]
    p = np.concatenate([piece.reshape(-1, 2) for piece in drawn])
    left, top, right, bottom = frame.box
    p = p[((p > (left + 2, top + 2)) & (p < (right - 2, bottom - 2))).all(axis=1)]
    steps = 0.5 * np.eye(2)
    slope = np.stack([value(p + step) - value(p - step) for step in steps], axis=-1)
    return float(np.max(np.abs(value(p)) / np.hypot(*slope.T), initial=0.0))


def frame_of(xy, zoom, at):
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = 0.55 * np.maximum(high - low, 1e-3) / zoom
    middle = (low + high) / 2 if zoom == 1 else xy[int(at * (len(xy) - 1))]
    x, y = zip(middle - half, middle + half, strict=True)
    return Frame(Extent(*map(float, (*x, *y))), SIZE, MARGINS)


def worst(manifold, dense, zero, chart, at):
    """Measure the largest distance in pixels over three zooms."""
    line = Polyline(drawables.curve(dense, chart))
    xy = chart.forward(dense.at(np.linspace(0.0, len(dense.t) - 1, 2001)))
    found = []
    for zoom in (1, 20, 1000):
        frame = frame_of(xy, zoom, at)
        found.append(farthest(zero, chart, frame, frame.to_pixels(line.points(frame))))
    return max(found)


def normal_pairs(count, seed=16):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        sigma = np.exp(rng.uniform(np.log(0.1), np.log(5.0), 2))
        yield np.stack([rng.uniform(-4.0, 4.0, 2), sigma], axis=1), rng.uniform()


def flat_charts(manifold):
    return [chart for chart in manifold.charts if chart.dimension == 2]


@pytest.mark.parametrize("alpha", [1.0, -1.0])
def test_e_and_m_geodesics_are_drawn_where_they_are_in_every_chart_and_at_every_zoom(alpha):
    manifold = manifold_of("gaussian")
    given = (np.array([[-3.9, 0.21], [3.87, 4.674]]), 0.9)
    for (ends, at), chart in zip((given, *normal_pairs(5)), flat_charts(manifold), strict=True):
        dense = dense_output(manifold, connected(manifold, *ends, alpha), alpha)
        assert worst(manifold, dense, equation(alpha, *ends), chart, at) < NEAR, chart.name


def test_half_ellipses_are_drawn_where_they_are():
    manifold = manifold_of("gaussian")
    pairs = list(normal_pairs(6))
    starts, places = np.array([ends[0] for ends, _ in pairs]), [at for _, at in pairs]
    paths = shot(manifold, starts, 2 * np.pi * np.array(places), 4.0)
    for row, chart in enumerate(flat_charts(manifold)):
        dense = dense_output(manifold, paths, row=row)
        zero = equation(0.0, starts[row], paths.stop[row])
        assert worst(manifold, dense, zero, chart, places[row]) < NEAR, chart.name


def test_great_circles_are_drawn_where_they_are():
    manifold = manifold_of("categorical3_expectation")
    charts, rng = flat_charts(manifold), np.random.default_rng(3)
    starts = rng.dirichlet([4.0] * 3, len(charts))[:, :2]
    paths = shot(manifold, starts, rng.uniform(0, 6, len(charts)), 0.6)
    for row, chart in enumerate(charts):
        dense = dense_output(manifold, paths, row=row)
        zero = great_circle(starts[row], paths.stop[row])
        assert worst(manifold, dense, zero, chart, 0.3) < NEAR, chart.name


def test_nodes_joined_by_chords_would_be_far_off():
    manifold, ends = manifold_of("gaussian"), np.array([[-3.9, 0.21], [3.87, 4.674]])
    paths = connected(manifold, *ends, 1.0)
    zero, chart = equation(1.0, *ends), manifold.charts[1]
    assert worst(manifold, polygon(paths.theta[0]), zero, chart, 0.9) > 5


def test_single_precision_is_polished_to_the_geodesic():
    manifold, (ends, _) = manifold_of("gaussian"), next(normal_pairs(1, seed=5))
    paths = shot(manifold, ends[0], [1.0], 3.0)
    ends = paths.theta[0, [0, -1]]
    rough = [a[0].astype("f4").astype("f8") for a in (paths.theta, paths.velocity)]
    theta, v = polished(manifold, rough, ends, 0.0)
    np.testing.assert_allclose(equation(0.0, *ends)(theta), 0.0, atol=1e-9)
    np.testing.assert_allclose(v, paths.velocity[0], atol=1e-7)
    gpu = replace(paths, theta=rough[0][None], velocity=rough[1][None], engine="gpu")
    dense = dense_output(manifold, gpu, 0.0, ends=ends)
    assert worst(manifold, dense, equation(0.0, *ends), manifold.charts[0], 0.4) < NEAR


def test_what_is_no_geodesic_is_not_polished():
    manifold = manifold_of("gaussian")
    ends = np.array([[0.0, 1.0], [3.0, 1.0]])
    line = np.linspace(*ends, 65)
    assert polished(manifold, (line, np.full_like(line, 3.0) * (1, 0)), ends, 0.0) is None


def test_an_alpha_geodesic_solves_its_equation_between_its_nodes():
    # α = ½ of normals, against SciPy's integrator
    from scipy.integrate import solve_ivp

    from compute.geodesics.runge_kutta import acceleration

    manifold = manifold_of("gaussian")
    paths = shot(manifold, (-3.0, 0.5), [0.9], 1.6, alpha=0.5, steps=4)
    dense = dense_output(manifold, paths, 0.5)
    end = np.concatenate([paths.theta[0, -1], -paths.velocity[0, -1]])

    def slopes(_, y):
        return np.concatenate([y[2:], acceleration(manifold, y[None, :2], y[None, 2:], 0.5)[0]])

    # backwards from the end, where the curve is fast
    times = np.linspace(0.0, 0.5, 401)
    exact = solve_ivp(slopes, (0.0, 0.5), end, "DOP853", times, rtol=1e-12, atol=1e-14).y[:2].T
    np.testing.assert_allclose(dense.at_time(1.0 - times), exact, atol=1e-6)
    assert dense.known.all() and len(dense.t) > len(paths.t)
    assert np.abs(polygon(paths.theta[0]).at_time(1.0 - times) - exact).max() > 1e-2


def test_the_moving_point_and_its_density_are_on_the_curve(reference_engine):
    from app.jobs.path import path_answer

    manifold, ends = manifold_of("gaussian"), np.array([[-3.9, 0.21], [3.87, 4.674]])
    job = PathJob("gaussian", tuple(ends[0]), tuple(ends[1]), (0.1, 0.1), 1.0, "final")
    answer = path_answer(reference_engine, manifold, job, connected(manifold, *ends, 1.0), 0.0)
    for playhead in (0.0, 0.3, 0.996, 0.9999, 1.0):
        theta, row = drawables.moving_point(answer, playhead)
        # straight in natural coordinates, at constant speed there
        expected = natural(ends[0]) * (1 - playhead) + natural(ends[1]) * playhead
        np.testing.assert_allclose(natural(theta), expected, rtol=1e-6)
        gauss = np.exp(-0.5 * ((answer.x - theta[0]) / theta[1]) ** 2)
        np.testing.assert_allclose(row, gauss / (theta[1] * np.sqrt(2 * np.pi)), atol=1e-12)
    arrows = drawables.carried(answer, manifold.charts[1])
    assert np.abs(equation(1.0, *ends)(arrows.xy)).max() < 1e-6


def test_a_path_that_left_the_domain_is_drawn_to_where_it_stopped():
    manifold = manifold_of("inverse_gaussian")
    # out through μ = ∞ at a finite length
    paths = shot(manifold, (1.0, 1.0), [0.0], 8.0, steps=16)
    assert paths.status[0] == Status.LEFT_DOMAIN
    dense = dense_output(manifold, paths)
    # its last part is integrated again, with other steps
    np.testing.assert_allclose(dense.at_time(np.array([2.0]))[0], paths.stop[0], rtol=1e-10)
    assert (np.diff(dense.t) > 0).all()


def test_wavefronts_of_normals_are_fisher_circles_between_their_rays(reference_engine):
    manifold, a = manifold_of("gaussian"), np.array([0.3, 0.8])
    fan = spray(reference_engine, manifold, a, 4.0, 64, 24)
    more = dense_fan.finer(reference_engine, manifold, fan)
    assert len(more.angle) > len(fan.angle) and (np.diff(more.angle) > 0).all()
    circle = dense_fan.front(manifold, more, 24)
    points = circle.at(np.linspace(0.0, len(circle.pieces), 3001))
    distance = manifold.distance(np.broadcast_to(a, points.shape), points)
    np.testing.assert_allclose(distance, 4.0, atol=2e-4)


def test_rays_are_geodesics_between_their_nodes(reference_engine):
    manifold, a = manifold_of("gaussian"), np.array([0.3, 0.8])
    fan = spray(reference_engine, manifold, a, 3.0, 8, 24)
    dense = bundle(fan.r / fan.r[-1], fan.theta, fan.velocity)
    for ray in range(8):
        place = np.linspace(0.0, 23.99, 193)
        points = dense.at(ray * 26 + place)
        distance = manifold.distance(np.broadcast_to(a, points.shape), points)
        np.testing.assert_allclose(distance, place / 24 * 3.0, atol=1e-5)
        if ray < 7:
            assert np.isnan(dense.at(np.array([ray * 26 + 24.5]))).all()


def test_a_curve_that_is_followed_is_the_function():
    # as fast as an e-geodesic of normals
    def position(t):
        sigma = (1e-3 + t) ** -0.5
        return np.stack([3.0 * sigma, sigma], axis=1)

    dense = followed(position, np.linspace(0.0, 1.0, 5))
    t = np.geomspace(1e-6, 1.0, 4001)
    np.testing.assert_allclose(dense.at_time(t), position(t), rtol=1e-6)


def test_a_closed_curve_through_points_is_of_fourth_order():
    errors = []
    for count in (32, 64):
        turn = np.linspace(0.0, 2 * np.pi, count + 1)
        dense = through(np.stack([np.cos(turn), np.sin(turn)], axis=1), closed=True)
        points = dense.at(np.linspace(0.0, count, 2001))
        errors.append(np.abs(np.hypot(*points.T) - 1.0).max())
    assert errors[0] / errors[1] > 12


def test_curves_that_are_joined_stay_apart():
    t = np.linspace(0.0, 1.0, 3)
    one = smooth(t, np.outer(t, (1.0, 2.0)), np.outer(np.ones(3), (1.0, 2.0)))
    both = joined([one, one])
    assert len(both.pieces) == len(both.theta) - 1 == 6
    assert np.isnan(both.at(np.array([2.5, 3.0, 3.5]))).all()
    np.testing.assert_allclose(both.at(np.array([1.5, 5.5])), [[0.75, 1.5]] * 2)


def test_only_what_is_seen_is_refined():
    def circle(place):
        turn = 2 * np.pi * place / 8
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)

    line = Polyline(Curve(circle(np.arange(9.0)), at=circle))
    near = Frame(Extent(0.99, 1.01, -0.01, 0.01), SIZE, MARGINS)
    drawn = line.points(near)
    assert len(drawn) < 200
    pixels = near.to_pixels(drawn)
    centre, radius = (
        near.to_pixels(np.zeros(2)),
        near.to_pixels(np.ones(2)) - near.to_pixels([0, 0]),
    )
    middle = 0.5 * (pixels[1:] + pixels[:-1])
    seen = middle[[near.contains(p) for p in middle]]
    off = np.hypot(*((seen - centre) / radius).T) - 1.0
    assert len(seen) > 5 and np.abs(off * radius[0]).max() < NEAR


def test_lines_are_clipped_far_outside_and_dashes_go_on():
    frame = Frame(Extent(0.0, 1.0, 0.0, 1.0), SIZE, MARGINS)
    line = np.array([[-1e7, 500.0], [800.0, 500.0], [800.0, 1e8]])
    ((one, begin),) = parts(line, frame, dashed=True)
    np.testing.assert_allclose(one, [[-64.0, 500.0], [800.0, 500.0], [800.0, 1064.0]])
    assert begin == pytest.approx(1e7 - 64.0)
    assert parts(np.array([[2e4, 0.0], [3e4, 0.0]]), frame) == []


def test_a_dense_curve_of_one_node_has_a_place():
    lone = DenseCurve(np.zeros(1), np.ones((1, 2)), np.zeros((0, 6, 2)), np.zeros(0, bool))
    np.testing.assert_array_equal(lone.at_time(np.array([0.5])), [[1.0, 1.0]])


def test_a_live_path_is_near_enough_to_be_seen_as_the_curve(reference_engine):
    manifold, ends = manifold_of("gaussian"), np.array([[-3.9, 0.21], [3.87, 4.674]])
    job = PathJob("gaussian", tuple(ends[0]), tuple(ends[1]), (0.1, 0.1), 1.0, "live")
    dense = densified(reference_engine, manifold, job, connected(manifold, *ends, 1.0, 64))
    chart = manifold.charts[1]
    frame = frame_of(chart.forward(dense.theta), 1, 0.5)
    line = frame.to_pixels(Polyline(drawables.curve(dense, chart)).points(frame))
    assert farthest(equation(1.0, *ends), chart, frame, line) < NEAR


def test_what_lies_beyond_a_chart_is_not_drawn():
    """Between two nodes near the edge; while one chart glides into another a logarithm failed."""
    charts = {chart.name: chart for chart in manifold_of("gaussian").charts}
    log, plain = charts["log"], charts["parameters"]
    theta = np.array([[0.0, 1.0], [1.0, 1e-3], [2.0, -1.0], [np.nan, np.nan], [3.0, 1.0]])
    for chart, seen in ((both(plain, log), [1, 1, 0, 0, 1]), (plain, [1, 1, 1, 0, 1])):
        drawn = drawables.polyline(theta, chart)
        assert np.isfinite(drawn.xy).all(axis=1).tolist() == seen
        some = drawn.at(np.array([0.5, 1.5, 1.9995]))
        assert np.isfinite(some).all(axis=1).tolist() == [True, seen[2] == 1, seen[2] == 1]

"""The curve on the canvas against geodesics that SciPy integrates from closed forms written here."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve
from scipy.spatial import cKDTree

import compute
from app.jobs import relaxation
from app.jobs.studies import traced_curves
from app.presenters import drawables
from app.views.canvas.polyline import Polyline, parts
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.views import Curve
from compute.attention.query_space import QuerySpace
from compute.core.status import Status
from compute.curves.dense_output import dense_output
from compute.engine.reference import ReferenceEngine
from compute.manifold.extent import Extent
from compute.requests.geodesics import ConnectRequest

SIZE, MARGINS = (1600, 1000), Margins(68, 14, 18, 52)
# pixels; and where on the curve it is looked at through a magnifying glass
NEAR, PLACES = 0.5, (0.03, 0.5, 0.98)
KEYS = np.array([[0.3, 1.1], [-1.0, 0.4], [0.9, -0.8], [-0.5, -1.2], [1.4, 0.3], [0.1, 0.2]])
BIAS = np.array([0.0, 0.4, -0.3, 0.1, 0.0, 0.7])
QUERIES = np.array([[-2.0, 1.0], [2.2, -1.3]])
SURFACE = {
    "name": "A surface", "coordinates": ["a", "b"], "pins": [[-1, 0.3], [1, 1.2]],
    "metric": ["1 + a^2", "a*b/3", "2 + sin(b) + a^2"],
}  # fmt: skip


def symbolic(x, y, g, t):
    """g (2, 2), its derivatives (2, 2, 2) and T (2, 2, 2) as functions of θ, from expressions."""
    both = sp.symbols("x y")
    rename = dict(zip((x, y), both, strict=True))
    g, t = sp.Matrix(g).subs(rename), [sp.sympify(e).subs(rename) for e in t]
    slopes = [[[sp.diff(g[i, j], k) for k in both] for j in (0, 1)] for i in (0, 1)]
    entry = [[[t[i + j + k] for k in (0, 1)] for j in (0, 1)] for i in (0, 1)]
    f = sp.lambdify(both, [g.tolist(), slopes, entry], modules=["scipy", "numpy"])
    return lambda theta: tuple(np.array(part, float) for part in f(*theta))


def softmax(theta):
    """Covariance and third moments of the keys, whose potential is log Σ exp."""
    p = np.exp(KEYS @ theta + BIAS)
    p /= p.sum()
    c = KEYS - p @ KEYS
    third = np.einsum("n,ni,nj,nk->ijk", p, c, c, c)
    return np.einsum("n,ni,nj->ij", p, c, c), third, third


def normals():
    m, s = sp.symbols("m s", positive=True)
    return symbolic(m, s, [[s**-2, 0], [0, 2 * s**-2]], [0, 2 * s**-3, 0, 8 * s**-3])


def gammas():
    """By shape and rate, which are affine in the natural coordinates: g = ∂²ψ, T = ∂³ψ."""
    k, r = sp.symbols("k r", positive=True)
    psi = sp.loggamma(k) - k * sp.log(r)
    g = [[sp.diff(psi, a, b) for a in (k, r)] for b in (k, r)]
    return symbolic(k, r, g, [sp.diff(psi, *[k] * (3 - i), *[r] * i) for i in range(4)])


def surface():
    a, b = sp.symbols("a b", real=True)
    g = [[1 + a**2, a * b / 3], [a * b / 3, 2 + sp.sin(b) + a**2]]
    return symbolic(a, b, g, [0, 0, 0, 0])


def slopes_of(local, alpha):
    """(θ′, −g⁻¹(Γ − (α/2) T)θ′θ′) of the state (θ, θ′)."""

    def slopes(_, y):
        g, d, t = local(y[:2])
        v = y[2:]
        # Γ_ij,k v^i v^j = ∂_j g_ik v^i v^j − ½ ∂_k g_ij v^i v^j
        first = np.einsum("ikj,i,j->k", d, v, v) - 0.5 * np.einsum("ijk,i,j->k", d, v, v)
        return np.concatenate(
            [v, -np.linalg.solve(g, first - 0.5 * alpha * np.einsum("ijk,i,j->k", t, v, v))]
        )

    return slopes


def integrated(slopes, start, end, v):
    """The geodesic (a function of times (k,) → (k, 4)) from start to end, whose velocity is near v."""

    def fired(u, dense=False):
        rule = {"rtol": 1e-11, "atol": 1e-13, "dense_output": dense}
        return solve_ivp(slopes, (0, 1), [*start, *u], "DOP853", **rule)

    u = fsolve(lambda u: fired(u).y[:2, -1] - end, v, xtol=1e-12)
    found = fired(u, True)
    assert np.abs(found.y[:2, -1] - end).max() < 1e-9 * np.abs(end).max()
    return lambda t: found.sol(t).T


def farthest(line, exact, chart, zoom, at):
    """How many pixels what is drawn is from the curve at most, about one place of it."""
    t = np.linspace(0.0, 1.0, 4001)
    xy = chart.forward(exact(t)[:, :2])
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = 0.55 * np.maximum(high - low, 1e-3) / zoom
    middle = (low + high) / 2 if zoom == 1 else xy[int(at * 4000)]
    x, y = zip(middle - half, middle + half, strict=True)
    frame = Frame(Extent(*map(float, (*x, *y))), SIZE, MARGINS)
    share = np.linspace(0.0, 1.0, 41)[:, None]
    strokes = [p for p, _ in parts(frame.to_pixels(line.points(frame)), frame)]
    drawn = np.concatenate([
        (p[:-1, None] * (1 - share) + p[1:, None] * share).reshape(-1, 2) for p in strokes
    ])  # fmt: skip
    left, top, right, bottom = frame.box
    drawn = drawn[((drawn > (left, top)) & (drawn < (right, bottom))).all(axis=1)]
    assert len(drawn) > 10

    def place(times):
        return frame.to_pixels(chart.forward(exact(times)[:, :2]))

    # the nearest point of the curve, by Gauss and Newton's method
    time = t[cKDTree(frame.to_pixels(xy)).query(drawn)[1]]
    for _ in range(8):
        step = 1e-7
        speed = (place(np.minimum(time + step, 1)) - place(np.maximum(time - step, 0))) / (
            np.minimum(time + step, 1) - np.maximum(time - step, 0)
        )[:, None]
        gap = drawn - place(time)
        time = np.clip(time + (gap * speed).sum(axis=1) / (speed**2).sum(axis=1), 0.0, 1.0)
    return float(np.hypot(*(drawn - place(time)).T).max())


CASES = [
    ("gaussian", normals, 0.5, (-3.0, 0.4), (2.5, 3.0)),
    ("gaussian", normals, -0.35, (-3.0, 0.4), (2.5, 3.0)),
    ("gamma", gammas, 0.6, (0.7, 2.0), (9.0, 1.3)),
    (SURFACE, surface, 0.0, (-1.0, 0.3), (1.4, 2.1)),
    ("softmax", lambda: softmax, 0.4, (-2.0, 1.0), (2.2, -1.3)),
]


@pytest.mark.parametrize(("family", "local", "alpha", "start", "end"), CASES)
def test_the_curve_drawn_is_the_geodesic_at_every_zoom(family, local, alpha, start, end):
    if family == "softmax":
        manifold = compute.attention_manifold(KEYS * np.sqrt(2), bias=BIAS)
    else:
        manifold = (
            compute.family(family) if isinstance(family, str) else compute.custom_family(family)
        )
    paths = ReferenceEngine().connect(
        ConnectRequest(manifold, np.array([start]), np.array([end]), alpha, 128)
    )
    assert paths.status[0] == Status.OK
    exact = integrated(slopes_of(local(), alpha), start, end, paths.velocity[0, 0])
    dense = dense_output(manifold, paths, alpha)
    charts = [chart for chart in manifold.charts if chart.dimension == 2]
    for chart in (charts[0], charts[-1]):
        line = Polyline(drawables.curve(dense, chart))
        for zoom in (1, 20, 1000):
            for at in PLACES[: 1 if zoom == 1 else 3]:
                assert farthest(line, exact, chart, zoom, at) < NEAR, (chart.name, zoom, at)


def test_nodes_joined_by_chords_would_be_seen():
    """The ruler measures: 32 chords in place of the curve are off by more than a pixel."""
    manifold, (start, end) = compute.family("gaussian"), ((-3.0, 0.4), (2.5, 3.0))
    request = ConnectRequest(manifold, np.array([start]), np.array([end]), 0.5, 32)
    paths = ReferenceEngine().connect(request)
    exact = integrated(slopes_of(normals(), 0.5), start, end, paths.velocity[0, 0])
    line = Polyline(Curve(manifold.charts[0].forward(paths.theta[0])))
    assert farthest(line, exact, manifold.charts[0], 1, 0.5) > 1.0


def test_a_geodesic_of_query_space_is_drawn_where_it_is():
    """Of dependent keys: nodes to which two polygons tend, and smooth between them."""
    manifold, (start, end) = compute.attention_manifold(KEYS * np.sqrt(2), bias=BIAS), QUERIES
    paths = ReferenceEngine().connect(ConnectRequest(manifold, start[None], end[None], 0.0, 64))
    exact = integrated(slopes_of(softmax, 0.0), start, end, paths.velocity[0, 0])
    space = QuerySpace(KEYS * np.sqrt(2), bias=BIAS)
    path = space.between(start, end)
    assert path.converged and not path.exact
    traced = traced_curves.queries(space, path, start, end, np.zeros(2), np.eye(2))
    line = Polyline(drawables.curve(traced.dense, manifold.charts[0]))
    for zoom in (1, 20, 1000):
        for at in PLACES:
            assert farthest(line, exact, manifold.charts[0], zoom, at) < NEAR, (zoom, at)


def test_a_path_that_relaxes_is_drawn_as_the_curve_whose_energy_is_said():
    """By Gauss and Legendre's quadrature of g(θ′, θ′) along what is drawn, its slope by differences."""
    job = relaxation.RelaxJob("gaussian", (-1.0, 0.8), (1.0, 1.1))
    answer = relaxation.relaxed(ReferenceEngine(), job)
    for number in (0, 2, -1):
        state, energy = answer.history[number], answer.energies[number]
        dense = relaxation.line(state, energy)
        places, weights = np.polynomial.legendre.leggauss(6)
        count = len(state.theta) - 1
        at = (np.arange(count)[:, None] + 0.5 * (places + 1)).ravel()
        v = (dense.at(at + 1e-5) - dense.at(at - 1e-5)) / 2e-5 * count
        speed2 = (v[:, 0] ** 2 + 2 * v[:, 1] ** 2) / dense.at(at)[:, 1] ** 2
        assert speed2 @ np.tile(weights, count) / (2 * count) == pytest.approx(energy, rel=1e-7)

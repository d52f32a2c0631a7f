"""Typed densities: OK means right everywhere; an unresolved or improper density says so."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp
from scipy import special
from scipy.special import polygamma

from compute import custom_family
from compute.core.status import Status
from compute.definitions import averages
from compute.definitions.node_placement import seen
from compute.geodesics import initial_value
from compute.gpu.local_geometry import points_at
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.geometry import GeometryRequest

PLANE = {"coordinates": ["m", "s"], "domain": ["s > 0"]}
BOTH = {"coordinates": ["a", "b"], "domain": ["a > 0", "b > 0"]}
BELL = "-(x-m)^2/(2*s^2)"
NORMAL = {**PLANE, "log_density": f"{BELL}-log(s)-log(2*pi)/2"}
BETA = "(a-1)*log(x) + (b-1)*log(1-x)"


def location_scale(a: float, c: float):
    """g and K of (1/s) f((x − m)/s), f even."""

    def oracle(theta):
        s = theta[:, 1]
        return np.stack([a / s**2, 0 * s, c / s**2], axis=-1), np.full(len(s), -1 / c)

    return oracle


def hessian(g, t):
    """K of a metric ∂²ψ from ∂³ψ."""
    d = g[0] * g[2] - g[1] ** 2
    rows = g[0] * (t[1] * t[3] - t[2] ** 2) - g[1] * (t[0] * t[3] - t[1] * t[2])
    return -(rows + g[2] * (t[0] * t[2] - t[1] ** 2)) / (4 * d * d)


def gamma(theta):
    k, rate = theta.T
    one, two = polygamma(1, k), polygamma(2, k)
    g = np.stack([one, -1 / rate, k / rate**2], axis=-1)
    return g, (one + k * two) / (4 * (k * one - 1) ** 2)


def beta(theta):
    a, b = theta.T
    one, two = (lambda z, n=n: polygamma(n, z) for n in (1, 2))
    g = np.stack([one(a) - one(a + b), -one(a + b), one(b) - one(a + b)])
    third = [two(a) - two(a + b), -two(a + b), -two(a + b), two(b) - two(a + b)]
    return g.T, hessian(g, third)


def von_mises(theta):
    """By mpmath: E = κA, G = A′ in (μ, κ)."""
    found = []
    with mp.workdps(40):
        for kappa in theta[:, 1]:
            k = mp.mpf(float(kappa))
            a = mp.besseli(1, k) / mp.besseli(0, k)
            a1 = 1 - a / k - a * a
            a2 = -a1 / k + a / k**2 - 2 * a * a1
            e, e1, e2 = k * a, a + k * a1, 2 * a1 + k * a2
            root = mp.sqrt(e * a1)
            slope = (e1 * a1 + e * a2) / (2 * root)
            found.append((e, 0, a1, -(e2 / root - e1 * slope / root**2) / (2 * root)))
    found = np.array(found, float)
    return found[:, :3], found[:, 3]


CASES = {
    "normal, normed": (NORMAL, ((-30, 30), (-1.3, 1.3)), location_scale(1, 2)),
    "normal, normalised": (
        {**PLANE, "log_density": BELL, "normalise": True},
        ((-30, 30), (-1.3, 1.3)),
        location_scale(1, 2),
    ),
    "cauchy": (
        {**PLANE, "log_density": "log(s) - log(s^2+(x-m)^2) - log(pi)"},
        ((-30, 30), (-1.3, 1.3)),
        location_scale(0.5, 0.5),
    ),
    "gamma": (
        {
            **BOTH,
            "log_density": "(a-1)*log(x) - b*x + a*log(b) - lgamma(a)",
            "space": "half-line",
        },
        ((-1.5, 3), (-2, 2)),
        gamma,
    ),
    "beta": (
        {
            **BOTH,
            "log_density": f"{BETA} + lgamma(a+b) - lgamma(a) - lgamma(b)",
            "space": "interval",
        },
        ((-1.5, 2.5), (-1.5, 2.5)),
        beta,
    ),
    "beta, normalised": (
        {**BOTH, "log_density": BETA, "space": "interval", "normalise": True},
        ((-1.5, 2.5), (-1.5, 2.5)),
        beta,
    ),
    "von mises": (
        {**PLANE, "log_density": "s*cos(x-m)", "space": "circle", "normalise": True},
        ((-4, 4), (-1, 4.4)),
        von_mises,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_ok_is_right_at_any_place(case, engine):
    stated, ranges, oracle = CASES[case]
    random = np.random.default_rng(20)
    first, second = (random.uniform(low, high, 120) for low, high in ranges)
    both = stated["coordinates"] == ["a", "b"]
    theta = np.stack([10**first if both else first, 10**second], axis=-1)
    found = engine.geometry(GeometryRequest(custom_family(stated), theta))
    g, k = oracle(theta)
    size = np.sqrt(np.stack([g[:, 0] ** 2, g[:, 0] * g[:, 2], g[:, 2] ** 2], axis=-1))
    off = np.abs(found.metric.reshape(-1, 4)[:, [0, 1, 3]] - g) / size
    limit = 1e-3 if engine.name == "gpu" else 1e-6
    ok = found.status == Status.OK
    assert ok.mean() > 0.99
    assert off[ok].max() < limit
    known = ok & np.isfinite(found.curvature)
    assert known.mean() > 0.99
    assert np.abs(found.curvature - k)[known].max() < limit


@pytest.mark.parametrize(
    ("case", "theta"),
    [
        ("normal, normalised", (25, 0.7285)),
        ("beta", (0.5, 0.5)),
        ("gamma", (400, 1)),
        ("von mises", (0, 20000)),
    ],
)
def test_the_curvature_of_narrow_and_steep_densities(case, theta, engine):
    stated, _, oracle = CASES[case]
    theta = np.array([theta], float)
    found = engine.geometry(GeometryRequest(custom_family(stated), theta))
    assert found.curvature[0] == pytest.approx(oracle(theta)[1][0], abs=2e-4)


def test_a_length_far_from_the_origin(gpu_engine):
    """√2 arcosh(1 + (Δμ² + 2Δσ²)/(4σ₁σ₂)) between normals."""
    ends = np.array([[20.0, 1.0]]), np.array([[22.0, 1.5]])
    found = gpu_engine.connect(ConnectRequest(custom_family(NORMAL), *ends))
    expected = np.sqrt(2) * np.arccosh(1 + (4 + 2 * 0.25) / 6)
    assert found.status[0] == Status.OK
    assert found.length[0] == pytest.approx(expected, rel=2e-5)


def test_a_softened_kink_is_resolved(engine):
    """Near Laplace's distribution, whose K is −1: closed in scale, by quadrature at b = 1."""
    soft = {**PLANE, "log_density": "-sqrt((x-m)^2/s^2+0.000001)-log(s)", "normalise": True}
    theta = np.array([[0.0, 1.0], [3.0, 0.4]])
    found = engine.geometry(GeometryRequest(custom_family(soft), theta))
    np.testing.assert_allclose(found.curvature, -1.0, atol=2e-3)
    np.testing.assert_allclose(found.metric[:, 0, 0] * theta[:, 1] ** 2, 1.0, atol=3e-3)


def test_where_there_is_no_distribution_maps_are_hatched(engine):
    """exp(b(x − a)²) is a distribution for b < 0 alone."""
    own = custom_family({"coordinates": ["a", "b"], "log_density": "b*(x-a)^2", "normalise": True})
    theta = np.array([[0.2, -1.0], [0.2, 1.0]])
    found = engine.geometry(GeometryRequest(own, theta))
    assert found.status.tolist() == [Status.OK, Status.NOT_RESOLVED]
    assert found.curvature[0] == pytest.approx(-0.5, abs=1e-4)
    assert "resolved" in Status.NOT_RESOLVED.words
    field = engine.field(FieldRequest(own, own.charts[0], "curvature", own.view, (12, 12)))
    assert (field.status[6:] == Status.ILL_CONDITIONED).all()
    assert (field.status[:6] == Status.OK).all()
    path = engine.connect(ConnectRequest(own, theta[:1], theta[1:]))
    assert path.status[0] == Status.NOT_RESOLVED


@pytest.mark.parametrize(
    ("stated", "place", "words"),
    [
        (
            {**PLANE, "log_density": "s*cos(x-m)", "normalise": True},
            "log_density",
            "not a distribution on the line",
        ),
        ({**PLANE, "log_density": "-log(2*s)-sqrt((x-m)^2)/s"}, "log_density", "has a kink"),
        (
            {"coordinates": ["a", "b"], "domain": ["b > a"], "log_density": "-log(b-a)"}
            | {"range": ["a", "b"]},
            "range[0]",
            "no Fisher metric",
        ),
        (
            {"coordinates": ["t", "r"], "metric": ["-(1-2/r)", "0", "1/(1-2/r)"]}
            | {"domain": ["r > 2"]},
            "g11",
            "not positive definite anywhere in the view: g₁₁ =",
        ),
        ({"coordinates": ["u", "v"], "metric": ["1", "0", "0"]}, "g11", "rank 1, not 2"),
        ({"coordinates": ["u", "v"], "metric": ["u^2", "u*v", "v^2"]}, "g11", "rank 1, not 2"),
        ({"coordinates": ["u", "v"], "potential": "u^2"}, "potential", "rank 1, not 2"),
        (
            {"coordinates": ["a", "b"], "log_density": "-(x-a-b)^2", "normalise": True},
            "log_density",
            "rank 1, not 2",
        ),
        ({**PLANE, "log_density": f"{BELL}-log(s)"}, "log_density", "integrates to 2.507"),
        ({**PLANE, "log_density": "-x^2/2-log(2*pi)/2+0*m"}, "log_density", "not depend on m"),
        (
            {**PLANE, "log_density": "m-x*s", "space": "half-line", "normalise": True},
            "log_density",
            "not depend on m",
        ),
        ({**PLANE, "log_density": "-abs(x-m)/s"}, "log_density", "smooth it"),
    ],
)
def test_what_is_no_model_is_refused_in_one_true_sentence(stated, place, words):
    with pytest.raises(ValueError, match=r".") as caught:
        custom_family(stated)
    assert words in str(caught.value) and f"of {place}:" in str(caught.value)


def test_a_domain_ends_where_it_says(engine):
    """The open disc of curvature −1, whose metric grows without bound towards its edge."""
    texts = ["4/(1-x^2-y^2)^2", "0", "4/(1-x^2-y^2)^2"]
    own = custom_family({"coordinates": ["x", "y"], "domain": ["x^2+y^2 < 1"], "metric": texts})
    assert own.in_domain(np.array([[0.9999, 0], [0.9999999, 0], [1.0, 0]])).tolist() == [1, 1, 0]
    theta = np.array([[0.9999, 0.0]])
    found = engine.geometry(GeometryRequest(own, theta))
    assert found.metric[0, 0, 0] == pytest.approx(4 / (1 - 0.9999**2) ** 2, rel=2e-3)


def test_a_path_that_begins_where_g_is_no_metric_says_so(engine):
    """diag(1 − u², 1) is one for |u| < 1; another pair of the same request is not harmed."""
    own = custom_family({"coordinates": ["u", "v"], "metric": ["1-u^2", "0", "1"]})
    at = engine.geometry(GeometryRequest(own, np.array([[2.0, 0.0]])))
    assert at.det[0] == pytest.approx(-3.0)
    starts = np.array([[2.0, 0.0], [0.0, 0.0]])
    for alpha in (0.0, 1.0):
        alone = engine.connect(ConnectRequest(own, starts[:1], np.array([[0.0, 0.0]]), alpha))
        assert alone.status[0] == Status.ILL_CONDITIONED
    ends = np.array([[0.0, 0.0], [0.5, 0.0]])
    both = engine.connect(ConnectRequest(own, starts, ends))
    assert both.status[0] not in (Status.OK, Status.NOT_RESOLVED)
    assert both.status[1] == Status.OK
    # ∫√(1 − u²) from 0 to ½
    assert both.length[1] == pytest.approx(np.pi / 12 + np.sqrt(3) / 8, rel=1e-5)


def test_the_logarithm_of_a_product_is_seen_by_the_kernels(gpu_engine):
    """Lognormal, by log(t x): the kernels resolve it themselves, without the reference."""
    text = "-(log(x)-m)^2/(2*s^2)-log(s*x)-log(2*pi)/2"
    own = custom_family({**PLANE, "log_density": text, "space": "half-line"})
    theta = np.array([[0.0, 1.0], [1.5, 0.3], [-2.0, 2.5]])
    found = points_at(gpu_engine.session, GeometryRequest(own, theta), theta)
    assert (found["status"] == Status.OK).all()
    assert found["curvature"] == pytest.approx(-0.5, abs=1e-4)


def test_the_kernels_resolve_a_density_on_a_circle_without_the_reference(gpu_engine):
    own = custom_family(CASES["von mises"][0])
    theta = np.array([[0.3, 1.0], [2.0, 5.0], [-1.0, 20.0]])
    found = points_at(gpu_engine.session, GeometryRequest(own, theta), theta)
    assert (found["status"] == Status.OK).all()
    assert found["curvature"] == pytest.approx(von_mises(theta)[1], rel=1e-3)


def test_what_is_asked_where_it_was_asked_before_is_known(monkeypatch):
    """A solver wants g, K and D at the same points, one after the other."""
    manifold, evaluated = custom_family(NORMAL), []
    run = averages.run
    monkeypatch.setattr(averages, "run", lambda *given: evaluated.append(1) or run(*given))
    theta = np.array([[0.3, 1.1], [-0.2, 0.9]])
    g = manifold.geometry(theta).metric
    first = len(evaluated)
    k = manifold.curvature(theta)
    assert first > 0 and len(evaluated) == first
    exact, bent = location_scale(1, 2)(theta)
    np.testing.assert_allclose(g, exact, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(k, bent, rtol=1e-11)
    manifold.geometry(theta + 0.1)
    before = len(evaluated)
    np.testing.assert_array_equal(manifold.geometry(theta).metric, g)
    assert len(evaluated) == before


@pytest.mark.parametrize(("beside", "times"), [(0.03, 1), (40.0, 0)])
def test_places_of_nodes_are_kept_for_points_near_by_alone(beside, times, monkeypatch):
    """As in the stages of a ray; far away the nodes are placed again, and both are right."""
    manifold, laid = custom_family(NORMAL), []
    theta = np.stack([np.linspace(1, 2, 40), np.linspace(0.8, 0.9, 40)], axis=-1)
    manifold.geometry(theta)
    placed = averages.placed
    monkeypatch.setattr(averages, "placed", lambda *given: laid.append(1) or placed(*given))
    theta = theta + np.array([beside, 1e-6])
    g = manifold.geometry(theta).metric
    assert len(laid) == 1 - times
    np.testing.assert_allclose(g, location_scale(1, 2)(theta)[0], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kappa", [0.003, 0.6])
def test_densities_on_a_circle_take_no_panels(kappa, monkeypatch):
    manifold = custom_family(CASES["von mises"][0])
    monkeypatch.setattr(averages.quadrature_panels, "refined", None)
    theta = np.array([[0.3, kappa]])
    g, k = von_mises(theta)
    np.testing.assert_allclose(manifold.geometry(theta).metric, g, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(manifold.curvature(theta), k, rtol=1e-7, atol=1e-9)


def test_a_tail_that_few_nodes_do_not_reach_is_right_with_more():
    """Cauchy's: g = 1/(2s²), to what lies beyond the largest number that is looked at."""
    own = {**PLANE, "log_density": "-log(pi*s*(1+((x-m)/s)^2))"}
    manifold = custom_family(own)
    for theta in (np.array([[0.1, 0.7]]), np.stack([np.linspace(-2, 2, 30), np.full(30, 0.5)], 1)):
        for _ in range(2):
            g = manifold.geometry(theta).metric
            half = 0.5 / theta[:, 1] ** 2
            expected = np.stack([half, 0 * half, half], axis=-1)
            np.testing.assert_allclose(g, expected, rtol=1e-8, atol=1e-9)
            theta = theta + 1e-4


@pytest.mark.parametrize(
    ("own", "oracle"), [(NORMAL, location_scale(1, 2)), CASES["von mises"][::2]]
)
def test_no_points_have_no_geometry_and_leave_no_trace(own, oracle):
    """On a line and on a circle, also before the first nodes are placed."""
    manifold, none, theta = custom_family(own), np.zeros((0, 2)), np.array([[0.3, 1.1]])
    paths = initial_value.shoot(ShootRequest(manifold, none, none, steps=8))
    assert paths.theta.shape == (0, 9, 2)
    known = manifold.averages
    fresh = averages.Averages(known.scores, known.sight, known.space, known.normalise, known.moving)
    assert fresh.curvature(none).shape == (0,)
    g, k = oracle(theta)
    np.testing.assert_allclose(fresh.geometry(theta).metric, g, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(fresh.curvature(theta), k, rtol=1e-7)


def test_the_shares_of_an_interval_and_their_logarithms_do_not_cancel():
    v = np.array([-700.0, -40.0, -1.5, 0.0, 2.0, 40.0, 700.0])
    r, q, log_r, log_q = seen("interval", v)
    np.testing.assert_allclose(r, special.expit(v), rtol=1e-15)
    np.testing.assert_allclose(q, special.expit(-v), rtol=1e-15)
    np.testing.assert_allclose(log_r, special.log_expit(v), rtol=1e-15)
    np.testing.assert_allclose(log_q, special.log_expit(-v), rtol=1e-15)

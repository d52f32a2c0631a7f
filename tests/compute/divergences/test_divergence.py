"""Divergences against closed forms from elsewhere and SciPy's quadrature, and the balls they make."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

from compute import custom_family
from compute.divergences import adaptive_quadrature, density_overlap
from compute.divergences.divergence import balls, divergences
from compute.families import families
from compute.families import manifold as manifold_of


def kl_normal(a, b):
    """KL(N_a‖N_b)."""
    (m, s), (n, t) = a, b
    return np.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5


def overlap_normal(a, b):
    (m, s), (n, t) = a, b
    return np.sqrt(2 * s * t / (s**2 + t**2)) * np.exp(-((m - n) ** 2) / (4 * (s**2 + t**2)))


def kl_cauchy(a, b):
    (m, s), (n, t) = a, b
    return np.log(((s + t) ** 2 + (m - n) ** 2) / (4 * s * t))


def overlap_cauchy(a, b):
    """∫√(pq) is a function of the hyperbolic distance log r: 2√r K(1 − r²)/π, K complete elliptic."""
    (m, s), (n, t) = a, b
    r = np.exp(-np.arccosh(1 + ((m - n) ** 2 + (s - t) ** 2) / (2 * s * t)))
    return 2 / np.pi * np.sqrt(r) * special.ellipkm1(r**2)


def kl_weibull(a, b):
    (k, s), (j, t) = a, b
    return (
        np.log(k / s**k)
        - np.log(j / t**j)
        + (k - j) * (np.log(s) - np.euler_gamma / k)
        + (s / t) ** j * special.gamma(j / k + 1)
        - 1
    )


def kl_gamma(a, b):
    (k, s), (j, t) = a, b
    logs = special.gammaln(j) - special.gammaln(k) + j * np.log(s / t)
    return (k - j) * special.digamma(k) + logs + k * (t - s) / s


def overlap_gamma(a, b):
    (k, s), (j, t) = a, b
    c = (k + j) / 2
    logs = special.gammaln(c) - (special.gammaln(k) + special.gammaln(j)) / 2
    return np.exp(logs + (k * np.log(s) + j * np.log(t)) / 2 - c * np.log((s + t) / 2))


def kl_beta(a, b):
    (p, q), (r, s) = a, b
    digamma = special.digamma
    moments = (p - r) * digamma(p) + (q - s) * digamma(q) + (r + s - p - q) * digamma(p + q)
    return special.betaln(r, s) - special.betaln(p, q) + moments


def overlap_beta(a, b):
    c = (np.array(a) + b) / 2
    return np.exp(special.betaln(*c) - (special.betaln(*a) + special.betaln(*b)) / 2)


def kl_inverse_gaussian(a, b):
    (m, s), (n, t) = a, b
    return (np.log(s / t) + t / s - 1) / 2 + t * (m - n) ** 2 / (2 * m * n**2)


def overlap_inverse_gaussian(a, b):
    (m, s), (n, t) = a, b
    both = -np.sqrt((s / m**2 + t / n**2) * (s + t)) / 2 + (s / m + t / n) / 2
    return (s * t) ** 0.25 / np.sqrt((s + t) / 2) * np.exp(both)


def kl_von_mises(a, b):
    (m, s), (n, t) = a, b
    mean = special.iv(1, s) / special.iv(0, s)
    return np.log(special.iv(0, t) / special.iv(0, s)) + mean * (s - t * np.cos(m - n))


def overlap_von_mises(a, b):
    (m, s), (n, t) = a, b
    kappa = np.sqrt(s**2 + t**2 + 2 * s * t * np.cos(m - n)) / 2
    return special.iv(0, kappa) / np.sqrt(special.iv(0, s) * special.iv(0, t))


def kl_pair(a, b):
    r = np.array(b) / a
    return (r - 1 - np.log(r)).sum()


def overlap_pair(a, b):
    a, b = np.array(a), np.array(b)
    return np.prod(2 * np.sqrt(a * b) / (a + b))


def kl_outcomes(a, b):
    p, q = (np.append(x, 1 - np.sum(x)) for x in (a, b))
    return (p * np.log(p / q)).sum()


def overlap_outcomes(a, b):
    p, q = (np.append(x, 1 - np.sum(x)) for x in (a, b))
    return np.sqrt(p * q).sum()


# by family: KL and ∫√(pq) in closed form, and pairs of points that windows and averages got wrong
FORMS = {
    "gaussian": (kl_normal, overlap_normal, [((0.0, 300.0), (5.0, 1.0))]),
    "cauchy": (kl_cauchy, overlap_cauchy, [((0.0, 1e-4), (3.0, 1e3))]),
    "weibull": (kl_weibull, None, [((0.463, 1.037), (3.27, 1.44))]),
    "gamma": (kl_gamma, overlap_gamma, [((0.633, 1.05), (0.225, 0.758))]),
    "beta": (kl_beta, overlap_beta, [((0.2, 0.3), (0.3, 0.2))]),
    "inverse_gaussian": (kl_inverse_gaussian, overlap_inverse_gaussian, [((9.0, 0.1), (0.3, 7.0))]),
    "von_mises": (kl_von_mises, overlap_von_mises, [((0.0, 2.0), (np.pi, 2.0))]),
    "flat_exponential_pair": (kl_pair, overlap_pair, [((0.01, 50.0), (30.0, 0.2))]),
    "categorical3_expectation": (kl_outcomes, overlap_outcomes, [((1e-5, 0.5), (0.99, 0.005))]),
}


def wide(name, count):
    """Pairs of points all over the default view, and the family's pins."""
    manifold, rng = manifold_of(name), np.random.default_rng(11)
    view, chart = manifold.view, manifold.charts[0].plane
    theta = chart.inverse(rng.uniform((view.x0, view.y0), (view.x1, view.y1), (400, 2)))
    theta = theta[np.isfinite(theta).all(axis=1)]
    theta = theta[manifold.in_domain(theta)]
    return [manifold.pins, *zip(theta[:count], theta[count : 2 * count], strict=True)]


@pytest.mark.parametrize("name", FORMS)
def test_closed_forms(name):
    kl, overlap, points = FORMS[name]
    for a, b in [*points, *wide(name, 30)]:
        found = divergences(manifold_of(name), np.array(a), np.array(b))
        assert found.forward == pytest.approx(kl(a, b), rel=1e-10, abs=0.0)
        assert found.backward == pytest.approx(kl(b, a), rel=1e-10, abs=0.0)
        if overlap is not None:
            assert found.bhattacharyya == pytest.approx(2 * np.arccos(overlap(a, b)), rel=1e-7)


def test_numbers_that_were_once_wrong():
    """To four digits, as published with the mistakes."""
    wanted = {
        ("cauchy", (-1.5, 0.6), (1.5, 0.9), "forward"): 1.650,
        ("student_t:nu=0.5", (-1.5, 0.6), (1.5, 0.9), "forward"): 1.149,
        ("weibull", (0.463, 1.037), (3.27, 1.44), "forward"): 1957,
        ("gamma", (0.5, 0.4), (6.0, 3.0), "bhattacharyya"): 1.676,
        ("gamma", (0.633, 1.05), (0.225, 0.758), "bhattacharyya"): 0.966,
        ("beta", (0.2, 0.3), (0.3, 0.2), "bhattacharyya"): 0.588,
        ("flat_exponential_pair", (0.4, 0.6), (3.0, 2.0), "bhattacharyya"): 1.994,
        ("gaussian", (0.0, 300.0), (5.0, 1.0), "forward"): 45006,
        ("gaussian", (-4.13, 401.6), (2.84, 0.32), "forward"): 787742,
    }
    for (name, a, b, which), value in wanted.items():
        found = divergences(manifold_of(name), np.array(a), np.array(b))
        assert getattr(found, which) == pytest.approx(value, rel=6e-4), name


def quad(function, places):
    """∫ over the line, on pieces whose ends crowd round the places (location, scale).

    Without places, of what is smooth and falls like a normal: the trapezoidal rule.
    """
    if None in places:
        x = np.linspace(-30.0, 30.0, 3001)
        return function(x).sum(axis=1) * (x[1] - x[0])
    steps = np.concatenate([-np.geomspace(1e12, 0.5, 24), [0.0], np.geomspace(0.5, 1e12, 24)])
    ends = np.unique(np.concatenate([place + scale * steps for place, scale in places]))
    with np.errstate(all="ignore"):
        pieces = [
            integrate.quad_vec(function, x, y, epsrel=1e-10, epsabs=1e-13)[0]
            for x, y in pairwise(ends)
        ]
    return np.sum(pieces, axis=0)


def log_mixture(w, m, n):
    return lambda x: np.logaddexp(
        np.log(1 - w) + stats.norm.logpdf(x - m), np.log(w) + stats.norm.logpdf(x - n)
    )


def log_t(nu, m, s):
    norm = special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - np.log(nu * np.pi) / 2
    return lambda x: norm - (nu + 1) / 2 * np.log1p(((x - m) / s) ** 2 / nu) - np.log(s)


def log_logistic(m, s):
    return lambda x: -abs(x - m) / s - 2 * np.log1p(np.exp(-abs(x - m) / s)) - np.log(s)


# log-density and (location, scale) of a point
DENSITIES = {
    "student_t:nu=1.7": (lambda m, s: (log_t(1.7, m, s), (m, s))),
    "logistic": (lambda m, s: (log_logistic(m, s), (m, s))),
    "mixture_mm:w=0.3": (lambda m, n: (log_mixture(0.3, m, n), None)),
    "mixture_wm": (lambda w, m: (log_mixture(w, 0.0, m), None)),
}


@pytest.mark.parametrize("name", DENSITIES)
def test_densities_by_scipys_quadrature(name):
    for a, b in wide(name, 1):
        (log_p, first), (log_q, second) = (DENSITIES[name](*x) for x in (a, b))

        def functions(x, log_p=log_p, log_q=log_q):
            p, q = log_p(x), log_q(x)
            return np.array([np.exp(p) * (p - q), np.exp(q) * (q - p), np.exp((p + q) / 2)])

        forward, backward, overlap = quad(functions, (first, second))
        found = divergences(manifold_of(name), np.array(a), np.array(b))
        assert found.forward == pytest.approx(forward, rel=1e-8)
        assert found.backward == pytest.approx(backward, rel=1e-8)
        assert found.bhattacharyya == pytest.approx(2 * np.arccos(overlap), rel=1e-8)


@pytest.mark.parametrize("name", ["attention", "categorical3_natural"])
def test_outcomes(name):
    manifold = manifold_of(name)
    a, b = np.array(manifold.pins)
    p, q = manifold.density(np.stack([a, b]), manifold.support(np.stack([a, b])).x)
    found = divergences(manifold, a, b)
    assert found.forward == pytest.approx(float((p * np.log(p / q)).sum()), rel=1e-9, abs=0.0)
    assert found.bhattacharyya == pytest.approx(float(2 * np.arccos(np.sqrt(p * q).sum())))
    assert found.wasserstein is None and not found.why


def test_states_have_no_divergence():
    for name in ("bures_slice_bures", "bures_slice_qfi"):
        manifold = manifold_of(name)
        found = divergences(manifold, *np.array(manifold.pins))
        assert found.forward is found.bhattacharyya is found.jeffreys is None
        assert "measurement" in found.why["forward"]


@pytest.mark.parametrize("name", sorted(families()))
def test_nearby_all_are_half_the_squared_distance(name):
    """KL ≈ d²/2 and angle ≈ d to first order in a short step, whatever the family."""
    manifold = manifold_of(name)
    a, b = np.array(manifold.pins)
    step = 1e-5 * (b - a)
    found = divergences(manifold, a, a + step)
    if found.forward is None:
        pytest.skip(f"no Kullback–Leibler divergence: {found.why['forward']}")
    g = manifold.geometry(a + step / 2).metric
    d2 = g[0] * step[0] ** 2 + 2 * g[1] * step[0] * step[1] + g[2] * step[1] ** 2
    assert found.forward == pytest.approx(d2 / 2, rel=1e-3)
    assert found.backward == pytest.approx(d2 / 2, rel=1e-3)
    assert found.bhattacharyya == pytest.approx(np.sqrt(d2), rel=1e-4)
    same = divergences(manifold, a, a)
    assert same.forward == pytest.approx(0, abs=1e-14)
    assert same.bhattacharyya == pytest.approx(0, abs=1e-7)


def test_the_angle_is_below_the_distance():
    for name in FORMS:
        manifold = manifold_of(name)
        if manifold.distance is None:
            continue
        for a, b in wide(name, 20):
            angle = divergences(manifold, np.array(a), np.array(b)).bhattacharyya
            assert angle <= float(manifold.distance(np.array(a), np.array(b))) * (1 + 1e-9)


def own(log_density, **rest):
    given = {"coordinates": ["a", "b"], "domain": ["b > 0"], "log_density": log_density, **rest}
    return custom_family(json.loads(json.dumps(given)))


def test_own_densities():
    """The same families in the words of a user: line, half-line, interval, circle and outcomes."""
    bell = own("-(x - a)^2/(2*b^2) - log(b) - log(2*pi)/2")
    pins = np.array([0.3, 0.5]), np.array([2.0, 1.7])
    found = divergences(bell, *pins)
    assert found.forward == pytest.approx(kl_normal(*pins), rel=1e-9, abs=0.0)
    assert found.wasserstein == pytest.approx(np.hypot(1.7, 1.2), rel=1e-7)
    positive = {"domain": ["a > 0", "b > 0"], "normalise": True, "view": [0.1, 4, 0.1, 4]}
    cases = {
        "half-line": ("(a - 1)*log(x) - b*x", kl_gamma, overlap_gamma),
        "interval": ("(a - 1)*log(x) + (b - 1)*log(1 - x)", kl_beta, overlap_beta),
        "circle": ("b*cos(x - a)", kl_von_mises, overlap_von_mises),
    }
    pins = np.array([1.3, 1.5]), np.array([2.5, 1.7])
    for space, (text, kl, overlap) in cases.items():
        found = divergences(own(text, space=space, **positive), *pins)
        assert found.forward == pytest.approx(kl(*pins), rel=1e-7), space
        assert found.bhattacharyya == pytest.approx(2 * np.arccos(overlap(*pins)), rel=1e-7), space


def test_what_is_not_known_says_why():
    # uniform on [a, a + b]: where the ends move there is no metric, and so no family
    with pytest.raises(ValueError, match="ends of the range depend on the parameters"):
        own("-log(b)", range=["a", "a + b"])
    # stated as a density, but its integral is 0.99
    with pytest.raises(ValueError, match=r"integrates to 0\.99, not to 1"):
        own("-(x - a)^2/(2*b^2) - log(b) - log(2*pi)/2 - 0.01")
    # larger than any number
    far = divergences(manifold_of("weibull"), np.array([0.1, 1e4]), np.array([900.0, 1e-4]))
    assert far.forward is None and "infinite" in far.why["forward"]


def test_adaptive_panels_settle_or_say_so():
    """A peak of width 1e-6, a kink, and a function that no panel resolves."""

    def functions(u):
        wild = np.sin(1e9 * u)
        return np.stack([1e-6 / (u**2 + 1e-12) / np.pi, np.abs(u - 0.3), wild])

    mesh = adaptive_quadrature.integrate(functions, np.linspace(-1.0, 1.0, 5))
    assert not mesh.settled[2] and mesh.u.size < 40_000
    mesh = adaptive_quadrature.integrate(lambda u: functions(u)[:2], np.linspace(-1.0, 1.0, 5))
    assert mesh.settled.all()
    found = mesh.integrals()
    assert found[0] == pytest.approx(2 / np.pi * np.arctan(1e6), rel=1e-12, abs=0.0)
    assert found[1] == pytest.approx((1.3**2 + 0.7**2) / 2, rel=1e-9, abs=0.0)
    left, right = mesh.running(0)
    np.testing.assert_allclose(left, np.arctan(1e6 * mesh.u) / np.pi + 0.5, atol=1e-6)
    np.testing.assert_allclose(left + right, found[0], rtol=1e-10)


@pytest.mark.parametrize("name", ["gaussian", "gamma", "attention", "von_mises"])
def test_the_edge_of_a_ball_has_one_divergence(name):
    manifold = manifold_of(name)
    a, b = (np.array(pin) for pin in manifold.pins)
    b = a + 0.5 * (b - a)
    kl = manifold.divergence
    for outline, divergence in zip(
        balls(manifold, a, b, 24),
        (lambda theta: kl(a, theta), lambda theta: kl(theta, a)),
        strict=True,
    ):
        known = np.isfinite(outline).all(axis=1)
        assert known.sum() > 8
        np.testing.assert_allclose(divergence(outline[known]), divergence(b), rtol=1e-8)


def test_a_ball_reaches_as_far_as_the_domain():
    """Around a wide normal distribution, narrow ones are many natural coordinates away."""
    m = manifold_of("gaussian")
    a, b = np.array([0.0, 1.0]), np.array([0.0, 5.0])
    for edge, limit in zip(balls(m, a, b), (m.divergence(a, b), m.divergence(b, a)), strict=True):
        assert np.isfinite(edge).all()
        found = np.minimum(abs(m.divergence(a, edge) - limit), abs(m.divergence(edge, a) - limit))
        assert found.max() < 1e-9


def test_outcomes_keep_the_digits_of_short_distances():
    m = manifold_of("categorical3_natural")
    a, step = np.array([0.2, -0.3]), np.array([1e-7, -5e-8])
    g = m.geometry(a).metric
    length = np.sqrt(g @ [step[0] ** 2, 2 * step[0] * step[1], step[1] ** 2])
    assert divergences(m, a, a + step).bhattacharyya == pytest.approx(length, rel=1e-6)


def test_a_range_that_moves_with_its_density():
    """Normals by their formula, cut eight deviations from the mean, are the built-in ones."""
    own = custom_family({
        "coordinates": ["a", "b"],
        "log_density": "-(x-a)^2/(2*exp(2*b)) - b",
        "normalise": True,
        "range": ["a - 8*exp(b)", "a + 8*exp(b)"],
    })  # fmt: skip
    found = divergences(own, np.array([-1.6, 1.0]), np.array([1.7, -0.5]))
    a, b = np.array([-1.6, np.e]), np.array([1.7, np.exp(-0.5)])
    exact = divergences(manifold_of("gaussian"), a, b)
    for name in ("forward", "backward", "bhattacharyya", "wasserstein"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=1e-8), name


@pytest.mark.parametrize(("lost", "believed"), [(1e-9, True), (1e-4, False)])
def test_a_density_of_which_a_part_is_missing_is_not_believed(lost, believed):
    manifold = manifold_of("gaussian")
    part = replace(
        manifold, log_density=lambda theta, x: manifold.log_density(theta, x) + np.log1p(-lost)
    )
    found = density_overlap.pair(part, *np.array([[0.0, 1.0], [1.0, 2.0]]))
    assert found.missing() == "" if believed else "A adds up to 0.9999" in found.missing()

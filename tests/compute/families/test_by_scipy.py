"""Families against SciPy's distributions, and against what textbooks say of their geometry."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from compute.core.status import Status
from compute.divergences.divergence import divergences
from compute.families import manifold as manifold_of
from compute.requests.geodesics import ConnectRequest, ShootRequest

SCIPY = {
    "log_normal": lambda m, s: stats.lognorm(s, scale=np.exp(m)),
    "laplace": stats.laplace,
    "gumbel": stats.gumbel_r,
    "pareto": lambda a, s: stats.lomax(a, scale=s),
    "inverse_gamma": lambda a, b: stats.invgamma(a, scale=b),
    "nakagami": lambda m, o: stats.nakagami(m, scale=np.sqrt(o)),
    "birnbaum_saunders": lambda a, b: stats.fatiguelife(a, scale=b),
    "log_logistic": lambda k, s: stats.fisk(k, scale=s),
    "frechet": lambda k, s: stats.invweibull(k, scale=s),
    "weibull": lambda k, s: stats.weibull_min(k, scale=s),
    "gamma": lambda k, rate: stats.gamma(k, scale=1 / rate),
}


@pytest.fixture(params=sorted(SCIPY))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_densities_and_entropies_are_scipys(name):
    manifold = manifold_of(name)
    for theta in np.array([*manifold.pins, (1.3, 2.2)]):
        theirs = SCIPY[name](*theta)
        x = theirs.ppf([0.01, 0.2, 0.5, 0.77, 0.99])
        found = manifold.log_density(theta[None], x)[0]
        np.testing.assert_allclose(found, theirs.logpdf(x), rtol=1e-11, atol=1e-12)
        entropy = manifold.scalar("entropy", theta, 0)
        assert entropy == pytest.approx(theirs.entropy(), rel=1e-9, abs=1e-9)


def test_divergences_are_means_of_scipys_densities(name):
    """By the trapezoidal rule over the log-odds of the level, where both ends vanish."""
    manifold = manifold_of(name)
    a, b = np.array(manifold.pins)
    p, q = SCIPY[name](*b), SCIPY[name](*a)
    s = np.linspace(-34.0, 34.0, 4001)
    x = np.where(s < 0, p.ppf(special.expit(s)), p.isf(special.expit(-s)))
    mass = special.expit(s) * special.expit(-s) * (s[1] - s[0])
    wanted = ((p.logpdf(x) - q.logpdf(x)) * mass).sum()
    # a kink or a tail of few digits in SciPy's quantiles
    assert divergences(manifold, a, b).backward == pytest.approx(wanted, rel=1e-5)


def test_the_plot_of_two_distributions_has_most_of_both(name):
    manifold = manifold_of(name)
    support = manifold.support(np.array(manifold.pins))
    density = manifold.density(np.array(manifold.pins), support.x)
    masses = np.trapezoid(density, support.x)
    assert (masses > 0.85).all() and (masses < 1.02).all()


# --- geometry ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "a", "b", "distance"),
    [
        # shared by all that are hyperbolic: √c arcosh(1 + …), by mpmath
        ("laplace", (-1.0, 1.0), (1.0, 1.0), 1.762747174039086),
        ("log_normal", (0.0, 1.0), (1.0, 2.0), np.sqrt(2) * np.arccosh(1.375)),
        ("log_logistic", (1.0, 1.0), (2.0, 1.0), np.sqrt((np.pi**2 + 3) / 9) * np.log(2)),
    ],
)
def test_distances_of_textbooks(engine, name, a, b, distance):
    manifold = manifold_of(name)
    assert manifold.distance(np.array(a), np.array(b)) == pytest.approx(distance, rel=1e-13, abs=0)
    path = engine.connect(ConnectRequest(manifold, np.array([a]), np.array([b])))
    assert path.status[0] == Status.OK
    assert path.length[0] == pytest.approx(distance, rel=1e-5 if engine.name == "gpu" else 1e-9)


@pytest.mark.parametrize(
    ("name", "of", "change"),
    [
        ("log_normal", "gaussian", lambda t: t),
        ("inverse_gamma", "gamma", lambda t: t),
        ("nakagami", "gamma", lambda t: np.stack([t[:, 0], t[:, 0] / t[:, 1]], axis=1)),
        ("frechet", "weibull", lambda t: np.stack([t[:, 0], 1 / t[:, 1]], axis=1)),
        ("weibull", "gumbel", lambda t: np.stack([-np.log(t[:, 1]), 1 / t[:, 0]], axis=1)),
        ("log_logistic", "logistic", lambda t: np.stack([np.log(t[:, 1]), 1 / t[:, 0]], 1)),
    ],
)
def test_a_change_of_variable_is_an_isometry(name, of, change, reference_engine):
    """Of lengths, of curvature, and of the cubic tensor: KL is that of the images."""
    own, base = manifold_of(name), manifold_of(of)
    a, b = (np.array([[0.8, 0.7], [1.9, 0.4]]), np.array([[2.5, 1.4], [1.2, 2.2]]))
    mine, theirs = (
        reference_engine.connect(ConnectRequest(m, *ends)).length
        for m, ends in ((own, (a, b)), (base, (change(a), change(b))))
    )
    np.testing.assert_allclose(mine, theirs, rtol=1e-9)
    np.testing.assert_allclose(own.curvature(a), base.curvature(change(a)), rtol=1e-12)
    for p, q in zip(a, b, strict=True):
        found = divergences(own, p, q)
        wanted = divergences(base, change(p[None])[0], change(q[None])[0])
        assert found.forward == pytest.approx(wanted.forward, rel=1e-7)
        assert found.backward == pytest.approx(wanted.backward, rel=1e-7)


def test_curvature_of_pareto_distributions():
    manifold = manifold_of("pareto")
    a = np.array([1e-3, 1.0, 3.0, 999.0])
    found = manifold.curvature(np.stack([a, np.full(4, 2.0)], axis=1))
    # of Pareto's tails without end, and of exponential distributions
    np.testing.assert_allclose(found, [-0.25, -2 / 3, -28 / 25, -2.0], rtol=3e-3)


def test_pareto_geodesics_leave_through_exponential_distributions(reference_engine):
    """Along v = log λ(a + 1)/a² the distance to a = ∞ is log(1 + 1/a)."""
    manifold = manifold_of("pareto")
    a, scale = 2.0, 1.0
    # dv = 0: dλ/λ = (a + 2)/(a(a + 1)) da
    v = np.array([1.0, scale * (a + 2) / (a * (a + 1))])
    speed = 1 / (a * (a + 1))
    v *= np.log(1.5) / speed
    paths = [
        reference_engine.shoot(ShootRequest(manifold, np.array([[a, scale]]), share * v[None]))
        for share in (0.9, 1.01)
    ]
    assert paths[0].status[0] == Status.OK
    assert paths[1].status[0] != Status.OK
    assert paths[0].length[0] == pytest.approx(0.9 * np.log(1.5), rel=1e-9, abs=0)


def test_curvature_of_birnbaum_saunders_distributions_changes_sign():
    manifold = manifold_of("birnbaum_saunders")
    a = np.array([0.0101, 11.0, 11.4, 22.45, 900.0])
    found = manifold.curvature(np.stack([a, np.ones(5)], axis=1))
    assert found[0] == pytest.approx(-0.5, abs=1e-4)
    assert found[1] < 0 < found[2] and found[3] == pytest.approx(0.007034, abs=2e-6)
    assert 0 < found[4] < 1e-3

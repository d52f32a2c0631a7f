"""Means, clusters, principal directions and regression against closed forms and SciPy's search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

import compute
from compute.core.refusal import Refused
from compute.statistics.distance_matrix import between, distances
from compute.statistics.geodesic_regression import regression
from compute.statistics.k_means import k_means
from compute.statistics.means import hold, mean, moved
from compute.statistics.tangent_pca import tangent_pca
from tests.claims import each

REFERENCE = compute.open_engine("reference")
NORMALS, BETA = compute.family("gaussian"), compute.family("beta")


def points(n: int, seed: int = 5, spread: float = 1.0) -> np.ndarray:
    die = np.random.default_rng(seed)
    return np.stack([die.normal(0, spread, n), np.exp(die.normal(0, spread / 2, n))], axis=1)


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The distance of normals, √2 arcosh(1 + (Δμ²/2 + Δσ²)/(2σσ'))."""
    square = 0.5 * (a[..., 0] - b[..., 0]) ** 2 + (a[..., 1] - b[..., 1]) ** 2
    return np.sqrt(2) * np.arccosh(1 + square / (2 * a[..., 1] * b[..., 1]))


@pytest.mark.parametrize(("kind", "power"), [("frechet", 2), ("median", 1)])
def test_the_mean_of_normals_is_where_scipy_finds_it(kind, power):
    theta = points(6)
    found = mean(REFERENCE, NORMALS, theta, kind=kind)

    def cost(x):
        return (apart(np.array([x[0], np.exp(x[1])]), theta) ** power).sum()

    best = minimize(cost, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
    np.testing.assert_allclose(found.theta, [best.x[0], np.exp(best.x[1])], atol=1e-7)
    assert found.status == compute.Status.OK
    assert found.certificate <= 1e-9
    assert found.variance == pytest.approx(
        (apart(found.theta, theta) ** 2).mean(), rel=1e-9, abs=0.0
    )


def test_weights_count_points():
    theta = points(3)
    twice = mean(REFERENCE, NORMALS, theta[[0, 1, 1, 2]])
    weighted = mean(REFERENCE, NORMALS, theta, np.array([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(weighted.theta, twice.theta, rtol=1e-8)


def test_a_median_may_be_one_of_the_points():
    theta = np.array([[0.0, 1.0], [0.3, 1.1], [-0.2, 0.9], [0.1, 1.3]])
    heavy = mean(REFERENCE, NORMALS, theta, np.array([10.0, 1.0, 1.0, 1.0]), "median")
    assert heavy.status == compute.Status.OK
    np.testing.assert_allclose(heavy.theta, theta[0], atol=1e-7)


def test_affine_means_average_natural_and_expectation_parameters():
    theta = points(5)
    mu, sigma = theta.T
    e, m = (mean(REFERENCE, NORMALS, theta, kind=kind).theta for kind in "em")
    precision = (1 / sigma**2).mean()
    np.testing.assert_allclose(e, [(mu / sigma**2).mean() / precision, precision**-0.5], rtol=1e-12)
    second = (mu**2 + sigma**2).mean()
    np.testing.assert_allclose(m, [mu.mean(), np.sqrt(second - mu.mean() ** 2)], rtol=1e-12)


def test_the_mean_of_one_point_is_the_point():
    found = mean(REFERENCE, BETA, np.array([[2.0, 3.0]]))
    np.testing.assert_allclose(found.theta, [2.0, 3.0], rtol=1e-12)
    assert found.variance == pytest.approx(0.0, abs=1e-30)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mean(REFERENCE, NORMALS, points(2), kind="mode"), "kind must be one of frechet"),
        (lambda: mean(REFERENCE, compute.family("cauchy"), points(2), kind="e"), "natural"),
        (lambda: mean(REFERENCE, NORMALS, points(2), np.array([1.0, -1.0])), "at least 0"),
        (lambda: mean(REFERENCE, NORMALS, np.array([[0.0, -1.0]])), "points must lie in"),
        (lambda: k_means(REFERENCE, NORMALS, points(3)[[0, 0, 1]], 3), "the 2 different points"),
        (
            lambda: k_means(REFERENCE, NORMALS, points(3), 2, 0),
            "restarts must be from 1 to 10000, got 0",
        ),
        (lambda: regression(REFERENCE, NORMALS, np.ones(3), points(3)), "two different values"),
    ],
)
def test_wrong_requests_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_all_distances_are_those_of_the_closed_form_and_symmetric():
    theta = points(7)
    found = distances(REFERENCE, NORMALS, theta)
    np.testing.assert_allclose(found.values, apart(theta[:, None], theta), atol=1e-9)
    assert found.worst == compute.Status.OK
    beta = distances(REFERENCE, BETA, np.array([[1.0, 1.0], [5.0, 2.0], [0.5, 0.5], [5.0, 5.0]]))
    assert beta.values[0, 1] == pytest.approx(1.268154225362, abs=1e-9)
    assert beta.values[3, 2] == pytest.approx(1.867535349032, abs=1e-9)


def test_clusters_that_lie_apart_are_found():
    truth = np.repeat([0, 1, 2], [7, 5, 3])
    centres = np.array([[0.0, 1.0], [6.0, 1.0], [0.0, 40.0]])
    theta = centres[truth] + points(15, 8, 0.2) * [1, 0] + [0.0, 0.1] * points(15, 9, 0.2)
    found = k_means(REFERENCE, NORMALS, theta, 3, restarts=5, seed=1)
    np.testing.assert_array_equal(found.labels, truth)
    assert found.status == compute.Status.OK
    expected = sum((apart(found.centres[c], theta[truth == c]) ** 2).sum() for c in range(3))
    assert found.inertia == pytest.approx(expected, rel=1e-8)
    for c in range(3):
        own = mean(REFERENCE, NORMALS, theta[truth == c]).theta
        np.testing.assert_allclose(found.centres[c], own, rtol=1e-7)


def test_as_many_clusters_as_points_leave_nothing_over():
    found = k_means(REFERENCE, NORMALS, points(4), 4)
    assert sorted(found.labels) == [0, 1, 2, 3] and found.inertia == pytest.approx(0.0, abs=1e-12)


def test_points_on_a_geodesic_have_one_principal_direction():
    t = np.linspace(-1.0, 1.0, 5)
    # the half circle μ = √2 tanh s, σ = 1/cosh s has speed √2
    theta = np.stack([np.sqrt(2) * np.tanh(t), 1 / np.cosh(t)], axis=1)
    found = tangent_pca(REFERENCE, NORMALS, theta)
    np.testing.assert_allclose(found.mean.theta, [0.0, 1.0], atol=1e-9)
    np.testing.assert_allclose(found.variances, [2 * (t**2).mean(), 0.0], atol=1e-9)
    np.testing.assert_allclose(found.components[0], [1.0, 0.0], atol=1e-8)
    np.testing.assert_allclose(found.scores[:, 0], np.sqrt(2) * t, atol=1e-9)


def test_regression_finds_the_geodesic_that_points_lie_on():
    t = np.array([0.0, 0.5, 1.0, 2.0])
    s = 0.7 * t - 0.4
    theta = np.stack([np.sqrt(2) * np.tanh(s), 1 / np.cosh(s)], axis=1)
    found = regression(REFERENCE, NORMALS, t, theta)
    assert found.status == compute.Status.OK
    np.testing.assert_allclose(found.intercept, theta[0], atol=1e-7)
    slope = 0.7 * np.array([np.sqrt(2) / np.cosh(-0.4) ** 2, np.tanh(0.4) / np.cosh(0.4)])
    np.testing.assert_allclose(found.slope, slope, atol=1e-6)
    assert found.explained == pytest.approx(1.0)


def test_estimators_keep_scikit_learns_conventions():
    theta = points(8)
    fitted = compute.KMeans(NORMALS, k=2, engine=REFERENCE).fit(theta)
    np.testing.assert_array_equal(fitted.predict(theta), fitted.labels_)
    line = compute.GeodesicRegression(NORMALS, REFERENCE).fit(np.arange(3.0), theta[:3])
    np.testing.assert_allclose(line.predict([0.0]), [line.intercept_], rtol=1e-12)
    assert 0 <= line.score_ <= 1
    pca = compute.TangentPCA(NORMALS, REFERENCE)
    assert pca.fit_transform(theta).shape == (8, 2)
    assert pca.explained_variance_ratio_.sum() == pytest.approx(1.0)
    with pytest.raises(Refused, match="no group has"):
        compute.fit([1.0, 1.0], "gaussian").points()
    made = compute.fit({"x": [1.0, 2.0, 4.0], "y": [2.0, 2.5, 7.0]}, "gamma")
    assert made.points().labels == made.groups == ("x", "y")
    assert made.region(0).closed.all()


class Counted:
    """The reference engine, counting its requests for geodesics between points."""

    name = "reference"

    def __init__(self) -> None:
        self.connected = 0

    def __getattr__(self, name):
        return getattr(REFERENCE, name)

    def connect(self, request):
        self.connected += 1
        return REFERENCE.connect(request)


def test_the_mean_of_many_beta_laws_takes_at_most_two_certified_evaluations():
    laws = np.exp(np.random.default_rng(0).uniform(np.log(0.3), np.log(8.0), (40, 2)))
    engine = Counted()
    found = mean(engine, BETA, laws)
    assert found.status == compute.Status.OK and found.certificate <= 1e-9
    assert engine.connected <= 2
    # the sum of squares is least there, by differences of certified distances
    sums = {
        (i, sign): (distances_to(found.theta * np.exp(sign * 1e-4 * np.eye(2)[i]), laws) ** 2).sum()
        for i in (0, 1)
        for sign in (-1, 1)
    }
    assert each(abs(sums[i, 1] - sums[i, -1]) < 1e-7 * sums[i, 1] for i in (0, 1))


def distances_to(theta: np.ndarray, laws: np.ndarray) -> np.ndarray:
    return between(REFERENCE, BETA, np.broadcast_to(theta, laws.shape), laws)[0]


def test_a_start_is_used_and_checked():
    theta = points(5)
    whole = mean(REFERENCE, NORMALS, theta)
    engine = Counted()
    again = mean(engine, NORMALS, theta, start=whole.theta)
    assert engine.connected == 1
    np.testing.assert_array_equal(again.theta, whole.theta)
    with pytest.raises(ValueError, match="start must lie in"):
        mean(REFERENCE, NORMALS, theta, start=np.array([0.0, -1.0]))


def test_the_mean_of_outcomes_is_that_of_the_sphere():
    """Karcher's iteration on the unit sphere, p = x², with nothing of the program."""
    p = np.random.default_rng(7).dirichlet([3.0, 2.0, 2.0], 9)
    x = np.sqrt(p)
    m = x.mean(axis=0) / np.linalg.norm(x.mean(axis=0))
    for _ in range(60):
        angle = np.arccos(np.clip(x @ m, -1, 1))[:, None]
        v = (angle / np.sin(angle) * (x - np.cos(angle) * m)).mean(axis=0)
        size = np.linalg.norm(v)
        if size < 1e-16:
            break
        m = np.cos(size) * m + np.sin(size) * v / size
    found = mean(REFERENCE, compute.family("categorical3_expectation"), p[:, :2])
    np.testing.assert_allclose(found.theta, m[:2] ** 2, atol=1e-9)
    wanted = (4 * np.arccos(x @ m) ** 2).mean()
    assert found.variance == pytest.approx(wanted, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("family", [NORMALS, BETA])
def test_a_moved_point_takes_the_mean_along_by_one_logarithm(family):
    theta = np.exp(0.4 * points(40, 3))
    held = hold(REFERENCE, family, theta)
    engine, errors = Counted(), []
    for size in (1.0, 0.5):
        after = theta.copy()
        after[7] = theta[7] * np.exp(size * np.array([0.8, 0.5]))
        found = moved(engine, family, held, 7, after[7])
        wanted = mean(REFERENCE, family, after)
        assert found.status == compute.Status.OK and np.isnan(found.certificate)
        assert found.variance == pytest.approx(wanted.variance, rel=1e-4, abs=0.0)
        errors.append(np.abs(found.theta - wanted.theta).max())
        assert errors[-1] < 0.02 * np.abs(wanted.theta - held.mean.theta).max()
    assert engine.connected == 2 and errors[1] < errors[0]
    rest = hold(REFERENCE, family, after, start=found.theta)
    assert rest.mean.status == compute.Status.OK and rest.mean.certificate <= 1e-9


def test_wrong_moves_are_refused_and_failed_means_stay_failed():
    held = hold(REFERENCE, NORMALS, points(3))
    with pytest.raises(Refused, match="index must be from 0 to 2, got 3"):
        moved(REFERENCE, NORMALS, held, 3, np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="theta must lie in"):
        moved(REFERENCE, NORMALS, held, 0, np.array([0.0, -1.0]))
    failed = replace(held.mean, status=compute.Status.NOT_CONVERGED)
    found = moved(REFERENCE, NORMALS, replace(held, mean=failed), 0, np.array([0.0, 1.0]))
    assert found.status == compute.Status.NOT_CONVERGED and np.isnan(found.variance)


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("gaussian", lambda t: stats.norm(t[0], t[1])),
        ("laplace", lambda t: stats.laplace(t[0], t[1])),
        ("logistic", lambda t: stats.logistic(t[0], t[1])),
        ("gumbel", lambda t: stats.gumbel_r(t[0], t[1])),
        ("student_t", lambda t: stats.t(5.0, t[0], t[1])),
        ("flat_exponential_pair", lambda t: stats.expon(scale=1 / t[0])),
    ],
)
def test_the_barycentre_has_the_mean_of_the_quantiles(name, law):
    theta, share = np.exp(0.3 * points(4)), np.array([1.0, 2.0, 1.0, 4.0]) / 8
    found = mean(REFERENCE, compute.family(name), theta, share, "wasserstein")
    u = np.array([0.03, 0.3, 0.5, 0.9])
    wanted = sum(w * law(t).ppf(u) for w, t in zip(share, theta, strict=True))
    np.testing.assert_allclose(law(found.theta).ppf(u), wanted, rtol=1e-12)
    assert found.status == compute.Status.OK


@pytest.mark.parametrize("name", ["log_normal", "weibull", "cauchy", "student_t:nu=1.5", "beta"])
def test_families_that_averages_of_quantiles_leave_have_no_barycentre(name):
    family = compute.family(name)
    with pytest.raises(Refused, match="averages of quantiles of"):
        mean(REFERENCE, family, np.array(family.pins), kind="wasserstein")


def test_the_m_mean_of_counts_averages_their_means():
    theta = np.array([[1.0, 8.0], [12.0, 2.0]])
    found = mean(REFERENCE, compute.family("poisson_poisson"), theta, kind="m")
    np.testing.assert_allclose(found.theta, [6.5, 5.0], rtol=1e-14)

"""Tables as points of the scene, their regions and their mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import compute
from app.jobs.data_points import DataAnswer, DataTask, NoData
from app.jobs.studies.bootstrap import BootstrapJob
from app.jobs.studies.points_mean import PointsMeanJob
from app.jobs.studies.principal import PrincipalJob
from app.jobs.studies.regions import RegionsJob
from app.model.data_points import DataPoint
from app.model.data_settings import DataSettings
from compute.families import manifold as manifold_of
from compute.statistics.means import kinds

ENGINE = compute.open_engine("reference")


def read(tmp_path, text: str, family: str = "gamma"):
    (tmp_path / "data.csv").write_text(text)
    heard: list = []
    DataTask(family, DataSettings(str(tmp_path / "data.csv"))).perform(
        ENGINE, heard.append, lambda: False
    )
    (only,) = heard
    return only


def test_groups_become_their_maximum_likelihood_points(tmp_path):
    found = read(tmp_path, "w,x\na,1\nb,2.5\na,2\nb,\na,3\nb,7\na,4\n")
    assert isinstance(found, DataAnswer)
    a, b = found.points
    np.testing.assert_allclose(a.theta, [4.265428054777, 1.706171221911], rtol=1e-10)
    assert (a.label, a.n, b.n) == ("a", 4.0, 2.0)
    assert found.words == "fitted to 2 groups of w (x) of data.csv; 1 value missing"
    assert found.whole


def test_columns_are_samples_and_those_without_a_likeliest_law_are_named(tmp_path):
    found = read(tmp_path, "x,y\n1,2\n3,2\n")
    assert [point.label for point in found.points] == ["x"]
    assert found.words.endswith("without a likeliest law: y (LEFT_DOMAIN)")
    assert not found.whole


def test_a_table_of_coordinates_gives_its_points(tmp_path):
    found = read(tmp_path, "label,lambda,k\none,2,1\n")
    assert found.points == (DataPoint((1.0, 2.0), "one"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("k,λ\n-1,2\n", "must lie in k in"),
        ("x\n2\n2\n", "no sample has a likeliest law in gamma: x (LEFT_DOMAIN)"),
        ("x\n-2\n2\n", "samples of gamma must be positive, got 1 that are not, the first -2.0"),
        ("w\na\nb\n", "must have a column of numbers"),
        ("x|y\n1|2\n", "got x|y: columns are separated by commas, semicolons or tabs"),
        ("label,λ,k\n" + "a,1,1\n" * 2001, "a scene has at most 2000 points of data, got 2001"),
    ],
)
def test_a_table_without_points_says_why(tmp_path, text, words):
    found = read(tmp_path, text)
    assert isinstance(found, NoData)
    assert words in found.words and "\n" not in found.words


def test_regions_of_normals_are_those_of_the_likelihood_ratio():
    x = stats.norm(0, 1).rvs(20, random_state=1)
    m, s = float(x.mean()), float(x.std())
    answer = RegionsJob("gaussian", (DataPoint((m, s), "x", 20.0),)).answer(ENGINE)
    ring = answer.curves["region"]
    here = stats.norm(m, s).logpdf(x).sum()
    there = np.array([stats.norm(*theta).logpdf(x).sum() for theta in ring])
    np.testing.assert_allclose(2 * (here - there), stats.chi2(2).ppf(0.95), rtol=1e-8)
    # the ellipse of the covariance diag(σ², σ²/2)/n
    off = (answer.curves["wald"] - [m, s]) * np.sqrt([20 / s**2, 40 / s**2])
    np.testing.assert_allclose((off**2).sum(axis=1), stats.chi2(2).ppf(0.95), rtol=1e-9)
    assert answer.measures[0].value == "1 at 95 %"


def test_regions_of_other_families_are_ellipses_and_given_points_have_none():
    point = DataPoint((0.0, 1.0), "x", 20.0)
    assert set(RegionsJob("cauchy", (point,)).answer(ENGINE).curves) == {"wald"}
    empty = RegionsJob("gaussian", ()).answer(ENGINE)
    assert not empty.curves and not empty.measures[0].ok


def test_the_mean_is_joined_to_every_point():
    answer = PointsMeanJob("gaussian", ((-1.0, 1.0), (1.0, 1.0))).answer(ENGINE)
    spokes = answer.curves["spokes"]
    gap = np.flatnonzero(np.isnan(spokes[:, 0]))
    assert len(gap) == 1
    np.testing.assert_allclose(spokes[[0, gap[0] + 1]], [[0.0, np.sqrt(1.5)]] * 2, atol=1e-8)
    np.testing.assert_allclose(spokes[[gap[0] - 1, -1]], [[-1.0, 1.0], [1.0, 1.0]], atol=1e-8)
    where, variance, certificate = answer.measures
    assert where.value.endswith(", 1.22474)") and variance.value == "0.867189"
    assert float(certificate.value) < 1e-9


@pytest.mark.parametrize(
    ("kind", "name", "place"),
    [
        # averages of (μ/σ², −1/2σ²), of (E x, E x²) and of quantiles
        ("e", "e-mean", "(0, 1)"),
        ("m", "m-mean", "(0, 1.41421)"),
        ("wasserstein", "Wasserstein mean", "(0, 1)"),
        ("frechet", "Fréchet mean", ", 1.22474)"),
    ],
)
def test_other_means_of_two_normals_are_named(kind, name, place):
    answer = PointsMeanJob("gaussian", ((-1.0, 1.0), (1.0, 1.0)), kind=kind).answer(ENGINE)
    where, _, certificate = answer.measures
    assert where.name == answer.names["mean"] == name and where.ok
    assert where.value.endswith(place)
    assert answer.names["spokes"] == f"from the {name}"
    assert certificate.value == "not needed: an average" or kind == "frechet"


def test_the_median_of_points_on_a_geodesic_is_the_one_between_and_not_their_mean():
    points = ((0.0, 1.0), (0.0, 2.0), (0.0, 32.0))
    answer = PointsMeanJob("gaussian", points, kind="median").answer(ENGINE)
    where, variance, certificate = answer.measures
    assert (where.name, where.value) == ("Fréchet median", "(0, 2)")
    # by d = √2 |log σ/σ'|
    expected = 2.0 * np.log([2.0, 16.0]) @ np.log([2.0, 16.0]) / 3.0
    assert float(variance.value) == pytest.approx(expected, rel=1e-5)
    assert certificate.name == "Mean unit logarithm" and float(certificate.value) < 1e-9


def test_a_mean_that_the_family_has_not_says_so():
    answer = PointsMeanJob("cauchy", ((0.0, 1.0), (1.0, 1.0)), kind="e").answer(ENGINE)
    (only,) = answer.measures
    assert (only.name, only.ok, answer.curves) == ("e-mean", False, {})
    assert kinds(manifold_of("cauchy")) == ("frechet", "median")
    assert kinds(manifold_of("gaussian")) == ("frechet", "median", "e", "m", "wasserstein")


def test_regions_of_other_families_come_from_the_values_in_the_file(tmp_path):
    x = stats.cauchy(1.0, 2.0).rvs(40, random_state=3)
    found = read(tmp_path, "x\n" + "\n".join(map(repr, x.tolist())), "cauchy")
    data = found.data.source
    answer = RegionsJob("cauchy", found.points, data).answer(ENGINE)
    (m, s), ring = found.points[0].theta, answer.curves["region"]
    here = stats.cauchy(m, s).logpdf(x).sum()
    there = np.array([stats.cauchy(*theta).logpdf(x).sum() for theta in ring])
    np.testing.assert_allclose(2 * (here - there), stats.chi2(2).ppf(0.95), rtol=1e-8)
    # the file now holds other samples, one with the same maximum: their regions are not the point's
    for values in (x + 1e-3, np.repeat(x, 2)):
        (tmp_path / "data.csv").write_text("x\n" + "\n".join(map(repr, values.tolist())))
        other = RegionsJob("cauchy", found.points, data).answer(ENGINE)
        assert set(other.curves) == {"wald"} and not other.measures[0].ok
        assert "without the values" in other.measures[0].value


def test_regions_and_ellipses_become_one_as_n_grows():
    def away(times: float) -> float:
        data = DataSettings(level=0.9, times=times)
        answer = RegionsJob("gamma", (DataPoint((2.0, 1.0), "x", 20.0),), data).answer(ENGINE)
        region, wald = answer.curves["region"], answer.curves["wald"]
        size = np.linalg.norm(wald - [2.0, 1.0], axis=1)
        return float((np.linalg.norm(region - wald, axis=1) / size).max())

    far, near = away(1.0), away(1000.0)
    assert far > 0.2 and near == pytest.approx(far / np.sqrt(1000), rel=0.5)
    names = RegionsJob("gamma", (DataPoint((2.0, 1.0), "x", 20.0),), DataSettings(times=10.0))
    assert names.answer(ENGINE).names["region"] == "95 % likelihood-ratio region, as if 10 n"


def test_clouds_are_drawn_from_the_law_or_from_the_values(tmp_path):
    x = stats.gamma(2.0).rvs(60, random_state=1)
    found = read(tmp_path, "x\n" + "\n".join(map(repr, x.tolist())))
    for resampled in (False, True):
        data = replace(found.data.source, resampled=resampled, seed=5)
        answer = BootstrapJob("gamma", found.points, data).answer(ENGINE)
        cloud = answer.curves["bootstrap"]
        assert cloud.shape == (200, 2) and answer.measures[0].value == "1 × 200"
        np.testing.assert_allclose(np.median(cloud, axis=0), found.points[0].theta, rtol=0.1)
        assert data.file in answer.job.data.file
    (tmp_path / "data.csv").unlink()
    answer = BootstrapJob("gamma", found.points, data).answer(ENGINE)
    assert not answer.curves and "open the file again" in answer.problem


@pytest.mark.parametrize("resampled", [False, True])
def test_clouds_shrink_as_the_slider_of_n_says(tmp_path, resampled):
    """The fits of n values have the covariance g⁻¹/n = σ² diag(1, 1/2)/n, to the order of 1/n."""
    p = (np.arange(50) + 0.5) / 50
    x = stats.norm(2.0, 3.0).ppf(p)
    found = read(tmp_path, "x\n" + "\n".join(map(repr, x.tolist())), family="gaussian")
    (point,) = found.points
    data = replace(found.data.drawn, resampled=resampled, times=40.0, seed=1)
    answer = BootstrapJob("gaussian", found.points, data).answer(ENGINE)
    assert answer.measures[0].value == "1 × 200, as if 40 n"
    assert answer.names == {"bootstrap": "bootstrap, as if 40 n"}
    cloud = answer.curves["bootstrap"]
    share = (
        np.array([1.0, 0.5]) if not resampled else np.array([1.0, 0.43])
    )  # of a kurtosis of 2.73
    expected = point.theta[1] ** 2 * share / (40.0 * 50)
    np.testing.assert_allclose(cloud.var(axis=0), expected, rtol=0.3)


def test_samples_that_are_too_large_to_draw_are_fewer_and_then_none():
    points = (DataPoint((2.0, 1.0), "x", 20.0),)
    few = BootstrapJob("gamma", points, DataSettings(times=1000.0)).answer(ENGINE)
    assert few.measures[0].value == "1 × 50, as if 1000 n"
    points = (DataPoint((2.0, 1.0), "x", 200.0),)
    none = BootstrapJob("gamma", points, DataSettings(times=500.0)).answer(ENGINE)
    assert none.problem == "samples as if 500 n are too large to draw: at most 250 n"
    assert not none.curves and not none.measures[0].ok


def test_the_principal_geodesics_pass_through_the_mean():
    answer = PrincipalJob("gaussian", ((0.0, 0.5), (0.0, 1.0), (0.0, 2.0))).answer(ENGINE)
    assert set(answer.curves) == {"principal_1"}  # the points lie on a geodesic
    ends = answer.curves["principal_1"][[0, -1]]
    # two standard deviations √2 log 2 √(2/3) are a factor of 2^(2√(2/3))
    far = 2.0 ** (2.0 * np.sqrt(2.0 / 3.0))
    np.testing.assert_allclose(ends, [[0.0, 1 / far], [0.0, far]], atol=1e-7)
    assert answer.measures[0].value == "100.0% of the variance" and answer.measures[0].ok
    assert not PrincipalJob("gaussian", ((0.0, 1.0),)).answer(ENGINE).measures[0].ok

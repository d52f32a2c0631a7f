"""Clusters, neighbours, maps and tests of points against brute force, closed forms and SciPy."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats
from scipy.cluster.hierarchy import fcluster

import compute
from compute.core.status import Status
from compute.samples.samples import Sample
from compute.statistics.distance_matrix import KINDS, Distances, between, distances, kinds
from compute.statistics.hierarchy import LINKAGES, hierarchy
from compute.statistics.k_medoids import k_medoids
from compute.statistics.neighbours import Neighbours, neighbours, vote
from compute.statistics.principal_geodesics import principal_geodesics
from compute.statistics.scaling import scaling
from compute.statistics.silhouettes import silhouettes
from compute.statistics.tangent_pca import tangent_pca
from compute.statistics.two_groups import likelihood_ratio, likelihood_ratio_of_fits, permutation
from tests.compute.statistics.test_means import BETA, NORMALS, REFERENCE, apart, points


def of(values: np.ndarray) -> Distances:
    """The distances of a matrix; NaN is NOT_CONVERGED."""
    return Distances(values, np.where(np.isnan(values), Status.NOT_CONVERGED, 0).astype(np.int32))


def normals(n: int, seed: int = 5) -> Distances:
    theta = points(n, seed)
    return of(apart(theta[:, None], theta))


def one_unknown(n: int) -> Distances:
    values = normals(n).values
    values[1, 3] = values[3, 1] = values[3, 4] = values[4, 3] = np.nan
    return of(values)


# --- kinds of distance ---------------------------------------------------------------------------
def test_each_kind_of_distance_of_normals_is_its_closed_form():
    theta = np.array([[0.0, 1.0], [1.0, 2.0]])
    found = {kind: distances(REFERENCE, NORMALS, theta, kind).values[0, 1] for kind in KINDS}
    forward, backward = np.log(2.0) + 2.0 / 8.0 - 0.5, -np.log(2.0) + 5.0 / 2.0 - 0.5
    overlap = np.sqrt(2 * 2.0 / 5.0) * np.exp(-0.25 / 5.0)
    assert found == pytest.approx(
        {
            "fisher_rao": float(apart(theta[0], theta[1])),
            "jeffreys": forward + backward,
            "hellinger": np.sqrt(1.0 - overlap),
            "bhattacharyya": 2.0 * np.arccos(overlap),
            "wasserstein": np.sqrt(2.0),
        },
        rel=1e-9,
        abs=1e-12,
    )


def test_kinds_that_a_family_lacks_are_refused_and_unknown_ones_are_named():
    assert kinds(compute.family("bures_slice_qfi")) == ("fisher_rao",)
    assert "wasserstein" not in kinds(compute.family("von_mises"))
    with pytest.raises(ValueError, match="wasserstein, got 'euclid'"):
        distances(REFERENCE, NORMALS, points(2), "euclid")
    with pytest.raises(ValueError, match="von_mises has no distance wasserstein"):
        distances(REFERENCE, compute.family("von_mises"), np.array([[0.0, 1.0]]), "wasserstein")
    infinite = distances(
        REFERENCE, compute.family("cauchy"), np.array([[0.0, 1.0], [1.0, 1.0]]), "wasserstein"
    )
    assert infinite.worst == Status.NOT_RESOLVED
    assert infinite.unknown.tolist() == [[0, 1]]
    assert infinite.values[0, 0] == 0.0


def test_a_closed_form_without_a_value_has_no_status_ok():
    class Broken:
        distance = staticmethod(lambda a, b: np.array([np.nan, 1.0]))

    values, status = between(REFERENCE, Broken(), np.zeros((2, 2)), np.ones((2, 2)))
    assert np.isnan(values[0])
    assert status.tolist() == [Status.ILL_CONDITIONED, Status.OK]


def test_points_with_most_unknown_distances_are_left_out():
    found = one_unknown(6)
    assert found.complete.tolist() == [0, 1, 2, 4, 5]
    assert found.unknown.tolist() == [[1, 3], [3, 4]]
    assert found.worst == Status.NOT_CONVERGED


# --- k-medoids -----------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_medoids_of_few_points_are_the_best_of_all(seed, k):
    found = normals(9, seed)
    best = min(found.values[list(m)].min(axis=0).sum() for m in combinations(range(9), k))
    medoids = k_medoids(found, k)
    assert medoids.inertia == pytest.approx(best, rel=1e-12, abs=0.0)
    rows = found.values[medoids.medoids]
    np.testing.assert_array_equal(medoids.labels, rows.argmin(axis=0))
    sizes = np.bincount(medoids.labels, minlength=k)
    assert (np.diff(sizes) <= 0).all()
    assert medoids.status == Status.OK


def test_no_exchange_of_a_medoid_is_better():
    found = normals(60, 3)
    medoids = k_medoids(found, 5)
    assert medoids.exchanges > 0
    for old in range(5):
        for new in range(60):
            others = np.delete(medoids.medoids, old)
            total = found.values[[*others, new]].min(axis=0).sum()
            assert total >= medoids.inertia * (1 - 1e-10)


def test_a_point_with_an_unknown_distance_has_no_cluster():
    found = k_medoids(one_unknown(6), 2)
    assert found.labels[3] == -1
    assert (np.delete(found.labels, 3) >= 0).all()
    assert found.status == Status.NOT_CONVERGED
    with pytest.raises(ValueError, match="from 1 to 5 points, got 6"):
        k_medoids(one_unknown(6), 6)


# --- dendrograms ---------------------------------------------------------------------------------
@pytest.mark.parametrize("linkage", LINKAGES)
def test_a_dendrogram_joins_clusters_at_their_distance(linkage):
    found = normals(12, 2)
    tree = hierarchy(found, linkage)
    measure = {"average": np.mean, "complete": np.max, "single": np.min}[linkage]
    members = {i: [i] for i in range(12)}
    for i, (a, b, height, count) in enumerate(tree.merges):
        one, other = members[int(a)], members[int(b)]
        assert height == pytest.approx(measure(found.values[np.ix_(one, other)]), rel=1e-12, abs=0)
        members[12 + i] = one + other
        assert len(members[12 + i]) == count
    assert sorted(tree.order) == list(range(12))


def test_cuts_are_those_of_scipy_and_number_clusters_from_left_to_right():
    tree = hierarchy(normals(15, 4))
    for k in range(1, 16):
        labels = tree.clusters(k)
        theirs = fcluster(tree.merges, k, "maxclust")
        np.testing.assert_array_equal(labels[:, None] == labels, theirs[:, None] == theirs)
        np.testing.assert_array_equal(tree.cut(tree.height(k)), labels)
        if 1 < k < 15:
            assert tree.merges[14 - k, 2] < tree.height(k) < tree.merges[15 - k, 2]
        along = labels[tree.order]
        assert (np.diff(along) >= 0).all() and along[-1] == k - 1
    assert 0.0 < tree.cophenetic <= 1.0


def test_ward_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="not defined for distances on a manifold"):
        hierarchy(normals(4), "ward")
    with pytest.raises(ValueError, match="linkage must be one of average"):
        hierarchy(normals(4), "centroid")
    tree = hierarchy(one_unknown(6))
    assert tree.points.tolist() == [0, 1, 2, 4, 5]
    assert tree.clusters(2)[3] == -1
    assert tree.status == Status.NOT_CONVERGED


# --- maps ----------------------------------------------------------------------------------------
def test_distances_of_a_plane_are_mapped_exactly():
    xy = np.random.default_rng(3).normal(size=(9, 2))
    flat = of(np.linalg.norm(xy[:, None] - xy, axis=2))
    found = scaling(flat)
    np.testing.assert_allclose(
        np.linalg.norm(found.xy[:, None] - found.xy, axis=2), flat.values, atol=1e-12
    )
    assert found.share == pytest.approx(1.0, abs=1e-12)
    assert found.error < 1e-12


def test_negative_eigenvalues_of_a_curved_space_are_said():
    # four points of a circle of length 4: B has the eigenvalues 2, 2, 0, −1 by symmetry
    gaps = np.abs(np.arange(4)[:, None] - np.arange(4))
    found = scaling(of(np.minimum(gaps, 4 - gaps).astype(float)))
    np.testing.assert_allclose(found.eigenvalues, [2.0, 2.0, 0.0, -1.0], atol=1e-12)
    assert (found.share, found.negative) == pytest.approx((0.8, 0.2), abs=1e-12)
    # neighbours, which are 1 apart, come to lie √2 apart
    assert found.error == pytest.approx(np.sqrt(8 * (np.sqrt(2) - 1) ** 2 / 24), rel=1e-9, abs=0)
    assert np.isnan(scaling(one_unknown(6)).xy[3]).all()


# --- silhouettes ---------------------------------------------------------------------------------
def test_silhouettes_are_their_definition():
    found, labels = normals(9, 1), np.array([0, 0, 0, 1, 1, 1, 1, 2, -1])
    values = silhouettes(found, labels)
    for i in range(7):
        own = [j for j in range(9) if labels[j] == labels[i] and j != i]
        others = [np.where(labels == c)[0] for c in range(3) if c != labels[i]]
        a, b = found.values[i, own].mean(), min(found.values[i, o].mean() for o in others)
        assert values[i] == pytest.approx((b - a) / max(a, b), rel=1e-12, abs=1e-15)
    assert values[7] == 0.0
    assert np.isnan(values[8])
    with pytest.raises(ValueError, match="at least two clusters, got 1"):
        silhouettes(found, np.zeros(9, int))


# --- neighbours ----------------------------------------------------------------------------------
def test_neighbours_are_those_of_all_distances():
    theta, asked = points(20, 1), points(7, 2)
    found = neighbours(REFERENCE, NORMALS, theta, asked, 4)
    every = apart(asked[:, None], theta)
    np.testing.assert_array_equal(found.indices, np.argsort(every, axis=1)[:, :4])
    np.testing.assert_allclose(found.distances, np.sort(every, axis=1)[:, :4], atol=1e-9)
    assert (found.status == Status.OK).all()
    with pytest.raises(ValueError, match="k must be from 1 to 20 points, got 21"):
        neighbours(REFERENCE, NORMALS, theta, asked, 21)


def test_a_vote_goes_to_the_nearest_if_it_is_equal_and_ignores_unknown_distances():
    gaps = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, np.nan, np.nan], [np.nan] * 4])
    near = Neighbours(gaps, np.array([[0, 1, 2, 3], [2, 0, 1, 3], [0, 1, 2, 3]]), np.zeros(3, int))
    chosen, share = vote(near, ["a", "b", "b", "a"])
    assert chosen == ("a", "b", "")
    np.testing.assert_allclose(share, [0.5, 0.5, 0.0])


# --- principal geodesics -------------------------------------------------------------------------
def test_the_principal_geodesic_of_vertical_normals_is_vertical():
    theta = np.array([[0.0, 0.5], [0.0, 1.0], [0.0, 2.0]])
    found = principal_geodesics(REFERENCE, NORMALS, tangent_pca(REFERENCE, NORMALS, theta), 2.0, 8)
    # a standard deviation is √2 log 2 √(2/3), of length √2 |log σ|
    expected = 2.0 ** (found.t * np.sqrt(2.0 / 3.0))
    np.testing.assert_allclose(found.theta[0, :, 1], expected, rtol=1e-9)
    np.testing.assert_allclose(found.theta[0, :, 0], 0.0, atol=1e-9)
    assert found.worst == Status.OK
    # without variance only the mean remains
    assert np.isfinite(found.theta[1, 8]).all() and np.isnan(found.theta[1, [0, -1]]).all()


def test_a_principal_geodesic_that_leaves_the_domain_says_on_which_side():
    flat = compute.family("flat_exponential_pair")
    theta = np.array([[1.0, 1.0], [1.1, 1.2], [1.2, 0.9], [0.8, 1.1]])
    found = principal_geodesics(REFERENCE, flat, tangent_pca(REFERENCE, flat, theta), 2.0, 8)
    assert found.worst == Status.OK  # complete
    mixture = compute.family("mixture_wm")
    a, b = (np.array(pin) for pin in mixture.pins)
    theta = np.stack([a, b, 0.5 * (a + b)])
    far = principal_geodesics(REFERENCE, mixture, tangent_pca(REFERENCE, mixture, theta), 60.0, 8)
    left = far.status[0] != Status.OK
    assert left.any()
    np.testing.assert_array_equal(np.isnan(far.theta[0, [0, -1], 0]), left)


# --- tests of groups -----------------------------------------------------------------------------
def test_the_likelihood_ratio_of_normals_is_its_closed_form():
    die = np.random.default_rng(2)
    x, y = die.normal(0, 1, 12), die.normal(0.6, 1.4, 8)
    both = np.concatenate([x, y])
    samples = [Sample("x", x, np.ones(12), 0), Sample("y", y, np.ones(8), 0)]
    statistic = 20 * np.log(both.var()) - 12 * np.log(x.var()) - 8 * np.log(y.var())
    found = likelihood_ratio(NORMALS, samples)
    assert found.statistic == pytest.approx(statistic, rel=1e-9, abs=0.0)
    assert found.p_value == pytest.approx(stats.chi2.sf(statistic, 2), rel=1e-8, abs=0.0)
    np.testing.assert_allclose(found.pooled, [both.mean(), both.std()], rtol=1e-9)
    fits = np.array([[x.mean(), x.std()], [y.mean(), y.std()]])
    same = likelihood_ratio_of_fits(NORMALS, fits, np.array([12.0, 8.0]))
    assert same is not None
    assert same.statistic == pytest.approx(statistic, rel=1e-9, abs=0.0)
    assert likelihood_ratio_of_fits(compute.family("cauchy"), fits, np.ones(2)) is None
    lost = likelihood_ratio(NORMALS, [samples[0], Sample("z", np.ones(3), np.ones(3), 0)])
    assert lost.status == Status.LEFT_DOMAIN
    assert np.isnan(lost.p_value)


def energy(values: np.ndarray):
    """The energy statistic of numbers of points, as SciPy's permutation test calls it."""

    def statistic(x, y):
        x, y = x.astype(int), y.astype(int)
        d = values
        across = d[np.ix_(x, y)].mean()
        within = d[np.ix_(x, x)].mean() + d[np.ix_(y, y)].mean()
        return len(x) * len(y) / (len(x) + len(y)) * (2 * across - within)

    return statistic


def test_all_permutations_of_few_points_are_those_of_scipy():
    found = normals(9, 6)
    first = np.arange(9) < 4
    theirs = stats.permutation_test(
        (np.arange(4.0), np.arange(4.0, 9.0)),
        energy(found.values),
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf,
    )
    ours = permutation(found, first)
    assert (ours.exact, ours.permutations) == (True, 126)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-10, abs=0.0)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-12, abs=0.0)


def test_random_permutations_are_repeatable_and_find_a_difference():
    theta = np.concatenate([points(20, 1), points(20, 2) + np.array([1.5, 0.0])])
    found = of(apart(theta[:, None], theta))
    first = np.arange(40) < 20
    ours = permutation(found, first, 999, 7)
    assert ours.p_value == permutation(found, first, 999, 7).p_value < 0.01
    assert (ours.exact, ours.permutations) == (False, 999)
    far = np.abs(np.arange(40)[:, None] // 20 - np.arange(40) // 20).astype(float)
    assert permutation(of(far), first, 999, 7).p_value == 1 / 1000  # only the observed one
    mixed = permutation(found, np.arange(40) % 2 == 0, 999, 7)
    assert mixed.p_value > 0.05
    assert np.isnan(permutation(one_unknown(6), np.arange(6) < 3).p_value)
    with pytest.raises(ValueError, match="at least two points, got 1 and 39"):
        permutation(found, np.arange(40) < 1)


def test_beta_laws_are_clustered_by_their_geodesics():
    theta = np.array([[1.0, 1.0], [1.1, 0.9], [8.0, 9.0], [7.0, 8.0], [0.4, 5.0], [0.5, 6.0]])
    found = distances(REFERENCE, BETA, theta)
    for labels in (k_medoids(found, 3).labels, hierarchy(found).clusters(3)):
        pairs = labels.reshape(3, 2)
        assert (pairs[:, 0] == pairs[:, 1]).all() and len(set(labels)) == 3


def test_distances_beyond_the_range_of_float64_are_unknown():
    theta = np.array([[1e300, 1.0], [0.0, 1.0], [1.0, 1.0]])
    found = distances(REFERENCE, NORMALS, theta)
    assert np.isnan(found.values[0, 1:]).all() and found.worst == Status.ILL_CONDITIONED
    assert hierarchy(found).points.tolist() == [1, 2]


def test_permutations_are_bounded_in_number_and_made_in_parts():
    found = normals(24)
    first = np.arange(24) < 3
    every = permutation(found, first, 2024)  # all 24·23·22/6, in several parts
    assert (every.exact, every.permutations) == (True, 2024)
    chosen = np.array(list(combinations(range(24), 3)))
    apart_, gaps = found.values, []
    for members in chosen:
        x = np.isin(np.arange(24), members)
        within = [apart_[np.ix_(y, y)].mean() for y in (x, ~x)]
        gaps.append(2 * apart_[np.ix_(x, ~x)].mean() - sum(within))
    assert every.p_value == (np.array(gaps) >= gaps[0] * (1 - 1e-12)).mean()
    with pytest.raises(ValueError, match="permutations must be from 1 to 1000000"):
        permutation(found, first, 10**9)

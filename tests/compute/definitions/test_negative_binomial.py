"""Sums of the negative binomial distribution against mpmath's series and sums over the counts."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from compute.definitions import negative_binomial
from compute.divergences.divergence import divergences
from compute.families import manifold as manifold_of
from compute.gpu.probe import evaluate

CORNERS = [(0.1, 0.5), (0.1, 2e4), (0.7, 3.0), (1.0, 1.0), (5.5, 40.0), (1e3, 2e-5), (1e3, 2.0)]


def exact_series(r, m):
    """W = ½ ₃F₂(1, 2, 2; 3, r + 2; q)."""
    return mp.hyp3f2(1, 2, 2, 3, r + 2, m / (1 + m)) / 2


def along(r, m, order):
    """(q ∂/∂q)^order of W."""
    q = m / (1 + m)
    return sum(
        mp.stirling2(order, k) * q**k * mp.diff(lambda p: exact_series(r, p / (1 - p)), q, k)
        for k in range(order + 1)
    )


def test_the_series_and_its_derivatives():
    with mp.workdps(30):
        pairs = [(mp.mpf(r), mp.mpf(m)) for r, m in CORNERS if m < 100]
        wanted = {
            "series": [exact_series(r, m) for r, m in pairs],
            "first": [along(r, m, 1) for r, m in pairs],
            "second": [along(r, m, 2) for r, m in pairs],
            "slope": [mp.diff(lambda s, m=m: exact_series(s, m), r) for r, m in pairs],
        }
    r, m = np.array(pairs, dtype=float).T
    for name, values in wanted.items():
        found = negative_binomial.FUNCTIONS[f"negative_binomial_{name}"](r, m)
        np.testing.assert_allclose(found, np.array(values, float), rtol=1e-11, err_msg=name)


@pytest.mark.parametrize(
    ("r", "mean"), [(0.1, 0.02), (0.1, 5.0), (1.0, 3.0), (8.0, 20.0), (1e3, 0.02), (1e3, 2e3)]
)
def test_the_entropy_is_the_sum_over_the_counts(r, mean):
    """By ratios of neighbours, in 30 digits, until nothing is left."""
    with mp.workdps(30):
        q, p, wanted, x = mp.mpf(mean) / (r + mean), (r / (mp.mpf(r) + mean)) ** r, mp.mpf(0), 0
        while x < mean or p > 1e-22:
            wanted -= p * mp.log(p)
            p, x = p * q * (r + x) / (x + 1), x + 1
    found = manifold_of("negative_binomial").scalar("entropy", np.array([r, mean]), 0)
    assert found == pytest.approx(float(wanted), rel=1e-14, abs=2e-12)


@pytest.mark.parametrize(("r", "mean"), [(0.5, 2.0), (3.0, 10.0), (40.0, 7.0)])
def test_geometry_is_that_of_sums_over_the_counts(r, mean):
    """g_rr and T_rrr by the scores of 3,000 counts, in 40 digits."""
    with mp.workdps(40):
        r_, mean_ = mp.mpf(r), mp.mpf(mean)
        p, score = (r_ / (r_ + mean_)) ** r_, mp.log(r_ / (r_ + mean_)) + 1
        second = third = mp.mpf(0)
        for x in range(3000):
            s = score - (r_ + x) / (r_ + mean_)
            second, third = second + p * s**2, third + p * s**3
            score, p = score + 1 / (r_ + x), p * (r_ + x) / (x + 1) * mean_ / (r_ + mean_)
    found = manifold_of("negative_binomial").geometry(np.array([r, mean]))
    assert found.metric[0] == pytest.approx(float(second), rel=1e-13, abs=0)
    assert found.cubic[0] == pytest.approx(float(third), rel=1e-10, abs=0)


def test_the_poisson_limit_is_no_singularity():
    """At r = ∞ the plane of (1/r, μ) is regular, with K = −½."""
    manifold = manifold_of("negative_binomial")
    mean = np.array([0.05, 1.0, 30.0, 1500.0])
    theta = np.stack([np.full(4, 999.0), mean], axis=1)
    near = manifold.curvature(theta)
    wide = manifold.curvature(theta * [0.5, 1.0])
    assert (np.abs(near[:2] + 0.5) < 3e-4).all()
    # half as far from the limit, half the difference
    np.testing.assert_allclose((near + 0.5)[:2] / (wide + 0.5)[:2], 0.5, rtol=0.01)
    g = manifold.geometry(theta[:2]).metric
    np.testing.assert_allclose(g[:, 0] * 999.0**4, mean[:2] ** 2 / 2, rtol=5e-3)


def test_divergences_are_sums_over_all_counts():
    manifold, (a, b) = manifold_of("negative_binomial"), np.array([[0.4, 30.0], [2.0, 8.0]])
    k = np.arange(20000)
    p, q = (stats.nbinom(r, r / (r + mean)).logpmf(k) for r, mean in (a, b))
    found = divergences(manifold, a, b)
    assert found.forward == pytest.approx(np.sum(np.exp(p) * (p - q)), rel=1e-9, abs=0)
    assert found.backward == pytest.approx(np.sum(np.exp(q) * (q - p)), rel=1e-9, abs=0)
    overlap = np.sum(np.exp((p + q) / 2))
    assert found.bhattacharyya == pytest.approx(2 * np.arccos(overlap), rel=1e-9, abs=0)


@pytest.mark.gpu
@pytest.mark.parametrize("name", sorted(negative_binomial.FUNCTIONS))
def test_the_kernels_twin(gpu_engine, name):
    random = np.random.default_rng(5)
    r = 10.0 ** random.uniform(-1, 3, 500)
    m = np.clip(10.0 ** random.uniform(-2, 3, 500), 0.02 / r, 2e3 / r)
    r, m = r.astype(np.float32), m.astype(np.float32)
    include = "//!include lib/negative_binomial.wgsl\n"
    found = evaluate(gpu_engine.session, f"{name}(r, m)", include, r=r, m=m)
    wanted = negative_binomial.FUNCTIONS[name](r.astype(float), m.astype(float))
    # ∂W/∂r is a difference, small beside W, and the entropy one of terms up to 7000
    tolerance = 2e-4 if name.endswith(("slope", "entropy")) else 3e-5
    assert np.max(np.abs(found / wanted - 1)) < tolerance


@pytest.mark.parametrize("name", negative_binomial.FUNCTIONS)
def test_kept_nodes_belong_to_their_points(name):
    """Few points keep their nodes for the next integral, many do not; the numbers are the same."""
    r, m = np.geomspace(0.01, 50, 400), np.geomspace(300, 0.02, 400)
    whole = negative_binomial.FUNCTIONS[name](r, m)
    for some in (slice(0, 9), slice(200, 209), slice(0, 9)):
        np.testing.assert_array_equal(
            negative_binomial.FUNCTIONS[name](r[some], m[some]), whole[some]
        )
    crossed = negative_binomial.FUNCTIONS[name](r[:9], m[200:209])
    assert (crossed != whole[:9]).all() and (crossed != whole[200:209]).all()
    column = negative_binomial.FUNCTIONS[name](r[:9, None], m[200:209])
    np.testing.assert_array_equal(np.diagonal(column), crossed)


def test_sums_of_a_geometry_are_computed_together_and_no_others():
    """Functions of the same arguments are one step of a tape; each is what it is alone."""
    rng = np.random.default_rng(4)
    r, m = np.exp(rng.uniform(-2, 6, 40)), np.exp(rng.uniform(-6, 6, 40))
    every = negative_binomial.sums(r, m, range(5))
    for wanted in ((0,), (0, 1, 3), (2, 4)):
        some = negative_binomial.sums(r, m, wanted)
        np.testing.assert_allclose(some[list(wanted)], every[list(wanted)], rtol=1e-14)
    alone = [negative_binomial.FUNCTIONS[name](r, m) for name in negative_binomial.SUMS]
    np.testing.assert_array_equal(alone, every)

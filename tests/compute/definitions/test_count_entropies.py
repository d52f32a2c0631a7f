"""Entropies of counts against sums over all of them in 30 digits, on both engines."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from compute.definitions.count_entropies import binomial_entropy, poisson_entropy
from compute.families import manifold as manifold_of
from compute.gpu.probe import evaluate

INCLUDE = "//!include lib/count_entropies.wgsl\n"
MEANS = (1e-6, 1e-3, 0.3, 1.0, 2.5, 15.99, 16.0, 47.999, 48.0, 300.0)
BINOMIAL = [(n, p) for n in (1, 2, 7, 90) for p in (1e-6, 0.03, 0.5, 0.8, 1 - 1e-6)]


def exact_poisson(mean: float) -> float:
    with mp.workdps(30):
        p, entropy, k = mp.exp(-mp.mpf(mean)), mp.mpf(0), 0
        while k < mean or p > 1e-30:
            entropy -= p * mp.log(p)
            k += 1
            p *= mp.mpf(mean) / k
        return float(entropy)


def exact_binomial(n: int, chance: float) -> float:
    with mp.workdps(30):
        p = mp.mpf(chance)
        terms = (mp.binomial(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1))
        return float(-mp.fsum(t * mp.log(t) for t in terms))


WANTED = np.array([exact_poisson(mean) for mean in MEANS])
WANTED_BINOMIAL = np.array([exact_binomial(n, p) for n, p in BINOMIAL])


def test_poisson_entropies_are_exact():
    np.testing.assert_allclose(poisson_entropy(np.array(MEANS)), WANTED, rtol=1e-14)
    # ½ log 2πeλ − 1/(12λ) − 1/(24λ²): the next term is 5e-17
    far = 0.5 * np.log(2 * np.pi * np.e * 1e5) - 1 / 12e5 - 1 / 24e10
    assert poisson_entropy(np.array(1e5)) == pytest.approx(far, rel=1e-15, abs=0.0)
    assert poisson_entropy(np.array(3)) == poisson_entropy(np.array(3.0))


def test_binomial_entropies_are_exact_and_symmetric():
    n, p = np.array(BINOMIAL).T
    np.testing.assert_allclose(binomial_entropy(n, p), WANTED_BINOMIAL, rtol=2e-14)
    middle = binomial_entropy(np.array(1000.0), np.array([0.25, 0.75]))
    assert middle[0] == pytest.approx(middle[1], rel=1e-15, abs=0.0)


def test_a_pair_has_the_sum_of_both_entropies():
    found = manifold_of("poisson_poisson").scalar("entropy", np.array([2.5, 300.0]), 0)
    assert found == pytest.approx(WANTED[[4, 9]].sum(), rel=1e-14, abs=0.0)
    pair = manifold_of("binomial_binomial:n=7,m=90").scalar("entropy", np.array([0.03, 0.8]), 0)
    wanted = exact_binomial(7, 0.03) + exact_binomial(90, 0.8)
    assert pair == pytest.approx(wanted, rel=1e-14, abs=0.0)


@pytest.mark.gpu
def test_kernels_have_the_same_entropies(gpu_engine):
    means = np.array(MEANS, np.float32)
    found = evaluate(gpu_engine.session, "poisson_entropy(x)", INCLUDE, x=means)
    np.testing.assert_allclose(found, poisson_entropy(means.astype(float)), rtol=5e-6)
    n, p = np.array([*BINOMIAL, (1000, 0.5), (1000, 0.004)], np.float32).T
    wanted = binomial_entropy(n.astype(float), p.astype(float))
    found = evaluate(gpu_engine.session, "binomial_entropy(n, p)", INCLUDE, n=n, p=p)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)

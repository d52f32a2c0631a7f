"""Radii of KL balls against closed forms, and the proven bound."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from compute.steering.kl_radius import FAILED, SAFE, kl_radii
from tests.compute.steering import outputs


def test_the_constant_solves_its_equation():
    assert 2 * (np.exp(SAFE) - 1 - SAFE) / SAFE**2 == pytest.approx(1 + FAILED, abs=1e-6)
    assert 2 * (np.exp(-SAFE) - 1 + SAFE) / SAFE**2 > 1 - FAILED


def two_words(p: float, change: float):
    """log p of A on two words, and the change of the logits: that of the first is higher at B."""
    return np.log([p, 1 - p]), np.array([change, 0.0])


def test_two_words_are_a_bernoulli_family():
    p, change = 0.2, 3.0
    found = kl_radii(*two_words(p, change), budget=0.05)

    def kl(s):
        with mpmath.workdps(30):
            return float(mpmath.log(p * mpmath.exp(change * s) + 1 - p) - s * change * p)

    variance = change**2 * p * (1 - p)
    assert found.ball == pytest.approx(brentq(lambda s: kl(s) - 0.05, 1e-3, 2), abs=1e-9)
    assert found.quadratic == pytest.approx(np.sqrt(0.1 / variance), abs=1e-12)
    assert found.cubic == pytest.approx(0.3 / abs(change * (1 - 2 * p)), abs=1e-12)
    assert found.safe == pytest.approx(SAFE / change, abs=1e-12)
    assert abs(kl(found.failed) / (0.5 * variance * found.failed**2) - 1) == pytest.approx(
        0.1, abs=1e-6
    )


def test_towards_the_likelier_word_the_ball_is_larger_than_by_the_quadratic():
    found, other = (kl_radii(*two_words(0.95, change), budget=0.1) for change in (2.0, -2.0))
    assert found.quadratic == pytest.approx(other.quadratic, abs=1e-12)
    assert other.ball < found.quadratic < found.ball < np.inf


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_is_below_the_radius(seed):
    layer = outputs.random(500, 8, 1.0, seed=seed)
    log_p = np.log(outputs.softmax(layer, layer.hidden[:2]))
    found = kl_radii(log_p[0], log_p[1] - log_p[0])
    assert 0 < found.safe < found.failed < np.inf
    p, x = np.exp(log_p[0]), log_p[1] - log_p[0]
    x = x - p @ x
    at = 0.999 * found.failed
    ratio = np.log(p @ np.exp(at * x)) / (0.5 * at**2 * (p @ x**2))
    assert abs(ratio - 1) < FAILED


def test_ends_of_one_word_each_have_radii():
    log_a = np.array([0.0, -800.0, -900.0])
    found = kl_radii(log_a, log_a[[1, 0, 2]])
    assert found.safe > 0 and not np.isnan([found.ball, found.failed, found.quadratic]).any()


def test_radii_beside_nearly_one_word_have_their_digits():
    """KL is 1e-25 where the quadratic fails: a logarithm of a sum near 1 would hide that."""
    log_a = np.array([0.0, -60.0, -61.0]) - np.log1p(np.exp(-60.0) + np.exp(-61.0))
    change = np.array([0.0, 3.0, -2.0])
    found = kl_radii(log_a, change)
    with mpmath.workdps(80):
        p = [mpmath.exp(a) for a in (0, -60, -61)]
        p = [each / sum(p) for each in p]
        x = [c - sum(q * y for q, y in zip(p, (0, 3, -2), strict=True)) for c in (0, 3, -2)]
        s = mpmath.mpf(found.failed)
        kl = mpmath.log(sum(q * mpmath.exp(s * y) for q, y in zip(p, x, strict=True)))
        ratio = kl / (s**2 * sum(q * y**2 for q, y in zip(p, x, strict=True)) / 2)
    assert abs(float(ratio) - 1) == pytest.approx(FAILED, abs=1e-9)

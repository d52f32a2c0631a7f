"""Bounds of distances against mpmath, for states far apart and as near as rounding allows."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from compute.core.sphere import log_softmax
from compute.steering.distance_bounds import bounds


def exact(logits, change):
    with mpmath.workdps(80):
        rows = []
        for level in (logits, [a + b for a, b in zip(logits, change, strict=True)]):
            p = [mpmath.exp(a) for a in level]
            rows.append([each / mpmath.fsum(p) for each in p])
        pairs = list(zip(*rows, strict=True))
        chord = mpmath.sqrt(mpmath.fsum((mpmath.sqrt(a) - mpmath.sqrt(b)) ** 2 for a, b in pairs))
        jeffreys = mpmath.fsum((a - b) * mpmath.log(a / b) for a, b in pairs)
        return float(4 * mpmath.asin(chord / 2)), float(mpmath.sqrt(jeffreys))


@pytest.mark.parametrize("size", [400.0, 3.0, 1e-3, 1e-9, 1e-13])
def test_both_bounds_have_their_digits(size):
    rng = np.random.default_rng(3)
    for spread in (1.0, 30.0):
        logits = [mpmath.mpf(x) for x in spread * rng.normal(size=40)]
        change = size * rng.normal(size=40)
        found = bounds(log_softmax(np.array(logits, float)), change)
        wanted = exact(logits, [mpmath.mpf(x) for x in change])
        assert found == pytest.approx(wanted, rel=1e-12, abs=0)
        assert 0 < found[0] < found[1] * (1 + 1e-14) and found[0] <= np.pi + 1e-14


def test_rows_without_a_common_word_are_half_a_great_circle_apart():
    lower, upper = bounds(np.array([-1e-300, -900.0]), np.array([0.0, 1800.0]))
    assert lower == pytest.approx(np.pi, abs=1e-12)
    assert upper == pytest.approx(np.sqrt(1800.0), rel=1e-12, abs=0)

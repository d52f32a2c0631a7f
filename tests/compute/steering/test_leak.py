"""Likely words and the mass on all others."""

from __future__ import annotations

import numpy as np

from compute.steering.leak import leak, likely_words

A = np.array([0.5, 0.3, 0.15, 0.05, 0.0])
B = np.array([0.02, 0.03, 0.0, 0.0, 0.95])


def test_likely_words_are_the_smallest_set_of_the_share():
    assert likely_words(A).tolist() == [True, True, True, False, False]
    assert likely_words(A, 0.8).tolist() == [True, True, False, False, False]
    assert likely_words(B).tolist() == [False, False, False, False, True]
    assert likely_words(np.full(10, 0.1), 1.0).all()


def test_leaked_is_what_is_likely_at_neither_end():
    rows = np.array([A, B, [0.1, 0.1, 0.1, 0.6, 0.1]])
    np.testing.assert_allclose(leak(rows, np.stack([A, B])), [0.05, 0.0, 0.6], atol=1e-15)
    # the order of the ends does not matter, and a share of 1 leaves words of no mass alone
    np.testing.assert_allclose(leak(rows, np.stack([B, A])), [0.05, 0.0, 0.6], atol=1e-15)
    assert leak(rows, np.stack([A, A]), 1.0).tolist() == [0.0, 0.95, 0.1]

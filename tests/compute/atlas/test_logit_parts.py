"""Parts of a logit add up to it, and shares of the metric to 1, against the row itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.atlas.logit_parts import logit_parts
from compute.core.refusal import Refused
from compute.heads.attention_rows import rows
from compute.heads.head import load

CAT = load("cat")


def test_the_parts_give_the_row_back():
    found = logit_parts(CAT, 3, 5, 32)
    row = np.exp(found.totals)
    np.testing.assert_allclose(row / row.sum(), rows(CAT, 3, 5, [32])[0], rtol=1e-12)
    assert found.weights.argmax() == found.totals.argmax() == 23
    assert found.totals.mean() == pytest.approx(0.0, abs=1e-12)


def test_bias_and_temperature_are_parts_too():
    rng = np.random.default_rng(2)
    file = replace(CAT, extra=rng.normal(size=(6, 9, 1, 33)))
    found = logit_parts(file, 0, 2, 20, temperature=2.0, left_out=[0])
    seen = np.isfinite(found.totals)
    assert seen.sum() == 20 and not seen[0] and np.nanmax(np.abs(found.bias)) > 0.1
    row = np.where(seen, np.exp(found.totals), 0.0)
    expected = rows(file, 0, 2, [20], 2.0, [0])[0]
    np.testing.assert_allclose(row / row.sum(), expected, rtol=1e-11)


def test_shares_are_terms_of_the_trace_of_the_covariance():
    found = logit_parts(CAT, 2, 0, 32)
    keys = CAT.k[2, 0].astype(float)
    trace = np.trace(np.cov(keys.T, aweights=found.weights, ddof=0))
    far = found.weights * ((keys - found.weights @ keys) ** 2).sum(axis=1)
    np.testing.assert_allclose(found.shares, far / trace, rtol=1e-10)
    assert np.nansum(found.shares) == pytest.approx(1.0)


def test_a_query_without_keys_is_refused():
    with pytest.raises(Refused, match="no row"):
        logit_parts(CAT, 0, 0, 0, left_out=[0])

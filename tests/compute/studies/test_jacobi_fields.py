"""Jacobi's equation along curves of constant curvature: sin and its zeros."""

from __future__ import annotations

import numpy as np
import pytest

from compute.studies import jacobi_fields


@pytest.mark.parametrize("zero", [0.3, 0.55, 0.7, 0.93])
@pytest.mark.parametrize(("nodes", "most"), [(17, 5e-3), (33, 5e-4), (65, 5e-5)])
def test_the_first_zero_of_a_sine_lies_where_it_changes_its_sign(zero, nodes, most):
    """Between the two nodes that it lies between, and not beyond: to third order in the spacing."""
    rate = np.full((1, nodes), (np.pi / zero) ** 2)
    _, found = jacobi_fields.first_zero(rate, np.ones((1, nodes), bool))
    assert found[0] == pytest.approx(zero, abs=most)


def test_no_zero_is_told_of_where_the_curvature_is_not_known():
    rate, known = np.full((1, 33), (np.pi / 0.5) ** 2), np.ones((1, 33), bool)
    known[0, 12:] = False
    assert np.isnan(jacobi_fields.first_zero(rate, known)[1]).all()

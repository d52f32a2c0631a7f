"""The names of constructions for scripts: shapes of single points and of batches."""

from __future__ import annotations

import numpy as np
import pytest

import compute

NORMALS = compute.family("gaussian")
A, B, C = [-1.0, 1.0], [1.0, 1.5], [0.3, 3.0]


@pytest.mark.parametrize(
    "name", ["midpoint", "perpendicular", "foot", "triangle", "parallel", "project"]
)
def test_a_batch_has_the_rows_of_single_points(name):
    points = (A, B) if name in ("midpoint", "perpendicular") else (A, B, C)
    construct = getattr(compute, name)
    one, many = construct(NORMALS, *points), construct(NORMALS, *([p, p] for p in points))
    assert one.status is compute.Status.OK
    assert many.status.tolist() == [0, 0]
    for field, value in vars(one).items():
        if field != "status":
            rows = getattr(many, field)
            assert rows.shape == (2, *np.shape(value))
            np.testing.assert_allclose(rows[1], value, rtol=1e-9, atol=1e-12)


def test_a_bisector_keeps_the_points_of_its_row():
    found = compute.bisector(NORMALS, A, B, [-1.0, 0.0, 1.0])
    assert found.theta.shape == (3, 2)
    np.testing.assert_allclose(found.theta[1], compute.midpoint(NORMALS, A, B).theta, atol=1e-9)


def test_centres_take_single_points():
    found = compute.incentre(NORMALS, A, B, C)
    assert found.status is compute.Status.OK and found.theta.shape == (2,)
    for find in (compute.circumcentre, compute.incentre):
        with pytest.raises(ValueError, match=r"b must have shape \(2,\), got \(1, 2\)"):
            find(NORMALS, A, [B], C)

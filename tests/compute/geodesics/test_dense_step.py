"""Dense output of single steps, against SciPy's of the same method."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import DOP853

from compute.families import manifold
from compute.geodesics import dop853
from compute.geodesics.dense_step import dense_step
from compute.geodesics.runge_kutta import slope_at

SIZE = 0.3


@pytest.mark.parametrize("name", ["gaussian", "gamma"])
def test_a_step_is_scipys_at_every_share_of_it(name):
    family = manifold(name)
    y = np.array([[*family.interior, 0.4, -0.3, 0.0, 0.0]])

    def slope(at):
        return slope_at(family, at, 0.0)[0]

    slopes = np.empty((dop853.STAGES + 1, 1, 6))
    for stage, row in enumerate(dop853.A):
        slopes[stage] = slope(y + SIZE * np.tensordot(row[:stage], slopes[:stage], axes=1))
    end = y + SIZE * np.tensordot(dop853.B, slopes[:-1], axes=1)
    slopes[-1] = slope(end)
    step = dense_step(y, end, slopes, np.array([[SIZE]]), slope)
    solver = DOP853(lambda t, state: slope(state[None])[0], 0.0, y[0], SIZE, first_step=SIZE,
                   rtol=1.0, atol=1.0)  # fmt: skip
    solver.step()
    assert solver.t == SIZE
    np.testing.assert_allclose(end[0], solver.y, rtol=1e-13, atol=1e-15)
    shares = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    wanted = solver.dense_output()(SIZE * shares).T
    np.testing.assert_allclose(step.at(shares)[0], wanted, rtol=1e-12, atol=1e-14)

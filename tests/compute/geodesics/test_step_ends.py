"""Nodes from the ends of steps, against curves known in closed form."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from compute.geodesics.step_ends import StepEnds, rate


def curve(t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(−log(1.2 − t), sin 2t) runs away at t = 1.2: θ, v and a (2, k)."""
    gap = 1.2 - t
    return (
        np.stack([-np.log(gap), np.sin(2 * t)]),
        np.stack([1 / gap, 2 * np.cos(2 * t)]),
        np.stack([1 / gap**2, -4 * np.sin(2 * t)]),
    )


def ends_of(times: list[np.ndarray], weight: np.ndarray) -> StepEnds:
    """Ends at times of several curves, s by quadrature."""
    ends = StepEnds(weight)
    at, weights = np.polynomial.legendre.leggauss(20)
    for i in range(max(map(len, times))):
        for k, own in enumerate(times):
            if i < len(own):
                s = 0.0
                for low, high in pairwise(own[: i + 1]):
                    inside = 0.5 * (low + high) + 0.5 * (high - low) * at
                    r = rate(curve(inside)[1], weight[:, [k]])
                    s += 0.5 * (high - low) * (weights / r).sum()
                theta, v, a = curve(own[[i]])
                y = np.concatenate([theta, v, own[[i]][None], [[s]]])
                ends.add(np.array([k]), y, np.zeros_like(y), a)
    return ends


@pytest.mark.parametrize("weight", [0.0, 0.2])
def test_nodes_between_ends_are_those_of_the_curve(weight):
    """Ends at uneven distances, next to each other, and of curves that stop."""
    times = [
        np.array([0.0, 0.06, 0.15, 0.27, 0.4, 0.52, 0.64, 0.76, 0.87, 0.95, 1.0]),
        np.array([0.0, 0.1, 0.2, 0.3, 0.30001, 0.35, 0.44]),
        np.array([0.0, 0.08, 0.16]),
    ]
    path = ends_of(times, np.full((2, 3), weight)).nodes(64)
    t = np.arange(65) / 64
    for own, found in zip(times, path, strict=True):
        known = t <= own[-1]
        theta, v, _ = curve(t[known])
        np.testing.assert_allclose(found[known, :2], theta.T, atol=3e-10)
        np.testing.assert_allclose(found[known, 2:], v.T, rtol=1e-7, atol=3e-8)
        np.testing.assert_array_equal(
            found[~known, :2], np.tile(curve(own[-1:])[0].T, (sum(~known), 1))
        )


def test_a_curve_that_never_moved_stays_at_its_start():
    ends = StepEnds(np.zeros((2, 1)))
    theta, v, a = curve(np.zeros(1))
    y = np.concatenate([theta, v, np.zeros((2, 1))])
    ends.add(np.array([0]), y, np.zeros_like(y), a)
    np.testing.assert_array_equal(
        ends.nodes(4)[0], np.tile(np.concatenate([theta, v])[:, 0], (5, 1))
    )

"""Polynomials that agree with a function and its first two derivatives at two to four points, in
Newton's form with divided differences (Hairer, Nørsett, Wanner: Solving Ordinary Differential
Equations I, II.6).
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats


def coefficients(x: Floats, values: Floats, slopes: Floats, bends: Floats) -> Floats:
    """Return the divided differences (3m, d, n) of functions at points x (m, n), each taken three
    times, from values and derivatives (m, d, n).
    """
    m = len(x)
    found = np.empty((3 * m, *values.shape[1:]))
    found[0] = values[0]
    row = np.repeat(values, 3, axis=0)
    for order in range(1, 3 * m):
        first = np.arange(3 * m - order)
        gap = x[(first + order) // 3] - x[first // 3]
        gap[first // 3 == (first + order) // 3] = 1.0
        row = row[1:] - row[:-1]
        row /= gap[:, None]
        if order == 1:
            row[0::3], row[1::3] = slopes, slopes
        elif order == 2:
            row[0::3] = 0.5 * bends
        found[order] = row[0]
    return found


def at(points: Floats, coefficient: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return the values and derivatives (d, n) at x (n,) of polynomials with coefficients (3m, d, n) on
    points (m, n).
    """
    value, slope = coefficient[-1].copy(), np.zeros_like(coefficient[-1])
    offsets = x - points
    for order in range(len(coefficient) - 2, -1, -1):
        offset = offsets[order // 3]
        slope *= offset
        slope += value
        value *= offset
        value += coefficient[order]
    return value, slope

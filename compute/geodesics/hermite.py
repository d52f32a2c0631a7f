"""Piecewise cubics: Hermite interpolation, and the slopes of a cubic spline.

Like `scipy.interpolate`, whose import would take half a second at start-up.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats


def hermite(nodes: Floats, values: Floats, slopes: Floats, t: Floats) -> tuple[Floats, ...]:
    """Return the cubic with given values and slopes (n, d) at increasing ``nodes`` (n,), at t (...,).

    Value, first and second derivative (..., d).
    """
    i = np.clip(np.searchsorted(nodes, t, side="right") - 1, 0, len(nodes) - 2)
    h = (nodes[i + 1] - nodes[i])[..., None]
    x = (t - nodes[i])[..., None]
    a, u, v = values[i], slopes[i], slopes[i + 1]
    chord = (values[i + 1] - a) / h
    c = (3.0 * chord - 2.0 * u - v) / h
    d = (u + v - 2.0 * chord) / h**2
    return a + x * (u + x * (c + x * d)), u + x * (2.0 * c + 3.0 * x * d), 2.0 * c + 6.0 * x * d


def cubics(shares: Floats) -> Floats:
    """Return the matrix (k, 4) from value and slope at 0 and value and slope at 1 to the cubic at some
    shares (k,) of the way.
    """
    x, rest = shares, 1.0 - shares
    return np.stack(
        [(1 + 2 * x) * rest**2, x * rest**2, x**2 * (3 - 2 * x), -(x**2) * rest], axis=1
    )


def spline_slopes(values: Floats) -> Floats:
    """Return slopes (k, n, d) of the cubic spline through values (k, n, d) at equidistant times on [0,
    1].

    Its third derivative is continuous at the second node and at the last but one ("not a knot");
    through three values it is a parabola, through two a line.
    """
    n = values.shape[1]
    h = 1.0 / (n - 1)
    if n < 4:
        return np.gradient(values, h, axis=1, edge_order=n - 1)
    matrix = np.diag(np.full(n, 4.0)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    matrix[0, :3], matrix[-1, -3:] = (1.0, 2.0, 0.0), (0.0, 2.0, 1.0)
    sides = np.empty_like(values)
    sides[:, 1:-1] = 3.0 * (values[:, 2:] - values[:, :-2]) / h
    first, last = values[:, 1] - values[:, 0], values[:, -1] - values[:, -2]
    sides[:, 0] = (5.0 * first + values[:, 2] - values[:, 1]) / (2.0 * h)
    sides[:, -1] = (5.0 * last + values[:, -2] - values[:, -3]) / (2.0 * h)
    return np.asarray(np.linalg.solve(matrix, sides))

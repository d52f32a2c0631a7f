"""Means over scores at the nodes of densities, and how far two rules on the same nodes differ."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from compute.core.arrays import Floats


@dataclass(frozen=True, eq=False)
class Means:
    """Means at points (n,) over scores that are centred on theirs, and how far they can be trusted.

    mean (n, 17): of 1, l_i, l_i l_j, (l_ij + ½ l_i l_j) l_k, l_i l_j l_k and of what R_1212 takes;
    off (n, 17): the difference of the coarser rule, gap (n, 2): that in g and Γ in units of the metric,
    and in K; det (n,): D; norm (n,): log ∫p; entropy (n,);
    drift (n, 5): E of l_i and of l_ij + l_i l_j before centring; tail (n,): what may lie beyond the
    ends; edge (n,): p at the ends of a range, times its length.
    """

    mean: Floats
    off: Floats
    gap: Floats
    det: Floats
    norm: Floats
    entropy: Floats
    drift: Floats
    tail: Floats
    edge: Floats


# where in rows 1, l₁, l₂ by columns 1, l₁, l₂, l_ij + ½ l_i l_j, l_i l_j, and what R_1212 takes, the
# products of `Means` are
_ROWS = np.array([0, 0, 0, 1, 1, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 0])
_COLUMNS = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 8, 9])


def moments(
    full: Floats, coarse: Floats, l1: Floats, l2: Floats, second: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return the means (n, 17) of `Means` with weights (n, k), and with those by which a coarser rule
    differs: all from one product of matrices a point.
    """
    n, k = l1.shape
    rows, columns = np.empty((n, 6, k)), np.empty((n, 10, k))
    for i, mass in enumerate((full, coarse)):
        rows[:, 3 * i] = mass
        np.multiply(mass, l1, out=rows[:, 3 * i + 1])
        np.multiply(mass, l2, out=rows[:, 3 * i + 2])
    columns[:, 0], columns[:, 1], columns[:, 2] = 1.0, l1, l2
    squares = [
        np.multiply(x, y, out=columns[:, 6 + i])
        for i, (x, y) in enumerate(((l1, l1), (l1, l2), (l2, l2)))
    ]
    bent = []
    for i, (bend, square) in enumerate(zip(second, squares, strict=True)):
        half = np.multiply(square, 0.5, out=columns[:, 3 + i])
        half += bend
        bent.append(bend + square)
    b11, b12, b22 = bent
    turn = b22 * squares[0] + b11 * squares[2] - 2 * b12 * squares[1]
    columns[:, 9] = b11 * b22 - b12 * b12 - 0.5 * turn
    sums = rows @ columns.swapaxes(1, 2)
    return sums[:, _ROWS, _COLUMNS], sums[:, 3 + _ROWS, _COLUMNS]


def joined(parts: list[Means]) -> Means:
    """Return the means at all points of some parts."""
    names = [field.name for field in fields(Means)]
    return Means(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def merged(m: Means, better: Means, rows: np.ndarray) -> Means:
    """``m`` with some rows from ``better``, which has no further information about the ends."""
    found = {}
    for name in ("mean", "off", "gap", "det", "norm", "entropy", "drift"):
        found[name] = getattr(m, name).copy()
        found[name][rows] = getattr(better, name)
    return replace(m, **found)


def sizes(mean: Floats) -> Floats:
    """√g_ii (n, 2), never 0."""
    return np.sqrt(np.maximum(mean[:, [3, 5]], 1e-300))


# how often √g₁₁ and √g₂₂ go into what `Means` has the means of, up to Γ
_POWERS = np.array(
    [
        *((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)),
        *((3, 0), (2, 1), (1, 2), (2, 1), (1, 2), (0, 3)),
    ]
)  # fmt: skip


def gaps(mean: Floats, off: Floats, det: Floats) -> Floats:
    """Return how far two rules differ (n, 2): in the mass, the means, g and Γ, in units of the metric;
    in K.

    What is raised by g⁻¹ is less certain by √(g₁₁g₂₂/D) each time.
    """
    size = sizes(mean)
    safe = np.where(det > 0, det, 1.0)
    ratio = np.sqrt(np.minimum((size**2).prod(axis=1) / np.maximum(det, 1e-300), 1e12))
    powers = np.stack([np.ones_like(size), size, size**2, size * size**2])
    unit = powers[_POWERS[:, 0], :, 0].T * powers[_POWERS[:, 1], :, 1].T
    gap = (np.abs(off[:, :12]) / unit).max(axis=1) * ratio
    curved = np.abs(off[:, 16]) / safe + 4 * gap * ratio
    found = np.stack([gap, np.where(det > 0, curved, np.inf)], axis=1)
    return np.where(np.isfinite(found), found, np.inf)

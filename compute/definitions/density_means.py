"""Means of scores at the nodes of densities, and the difference of two rules on the same nodes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from compute.core.arrays import Floats


@dataclass(frozen=True, eq=False)
class Means:
    """Means of centred scores at n points, with estimates of their errors.

    mean (n, 17): the means of 1, l_i, l_i l_j, (l_ij + ½ l_i l_j) l_k, l_i l_j l_k, and the
    integrand of R_1212; off (n, 17): their difference from a coarser rule; gap (n, 2): this
    difference in g and Γ, in units of the metric, and in K; det (n,): D = g₁₁g₂₂ − g₁₂²; norm (n,):
    log ∫p; entropy (n,): in nats; drift (n, 5): E of l_i and of l_ij + l_i l_j before centring;
    tail (n,): the estimated mass beyond the ends; edge (n,): p at the ends of a range, times its
    length.
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


# rows (1, l₁, l₂) and columns (1, l₁, l₂, l_ij + ½ l_i l_j, l_i l_j, the integrand of R_1212) whose
# products are the means of `Means`
_ROWS = np.array([0, 0, 0, 1, 1, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 0])
_COLUMNS = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 8, 9])


def moments(
    full: Floats, coarse: Floats, l1: Floats, l2: Floats, second: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return the means (n, 17) of `Means` with weights ``full`` and with ``coarse``, each (n, k).

    ``coarse`` holds the differences of a coarser rule's weights; l1, l2 and ``second`` (l₁₁, l₁₂,
    l₂₂) are scores (n, k).  One matrix product per point gives all means.
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
    """Return the means of several parts as one, concatenated along the points."""
    names = [field.name for field in fields(Means)]
    return Means(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def merged(m: Means, better: Means, rows: np.ndarray) -> Means:
    """Return ``m`` with ``rows`` from ``better``; tail and edge stay those of ``m``."""
    found = {}
    for name in ("mean", "off", "gap", "det", "norm", "entropy", "drift"):
        found[name] = getattr(m, name).copy()
        found[name][rows] = getattr(better, name)
    return replace(m, **found)


def sizes(mean: Floats) -> Floats:
    """Return √g_ii (n, 2) from means (n, 17), at least 1e-150 to avoid a division by 0."""
    return np.sqrt(np.maximum(mean[:, [3, 5]], 1e-300))


# powers of √g₁₁ and √g₂₂ in the units of the means of `Means`, up to those of Γ
_POWERS = np.array(
    [
        *((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)),
        *((3, 0), (2, 1), (1, 2), (2, 1), (1, 2), (0, 3)),
    ]
)  # fmt: skip


def gaps(mean: Floats, off: Floats, det: Floats) -> Floats:
    """Return the difference of two rules (n, 2): in the mass, means, g and Γ, and in K.

    The first is the largest of its parts in units of the metric.  Each index raised by g⁻¹
    multiplies the uncertainty by √(g₁₁g₂₂/D).  An unknown difference is ∞, and that of K is ∞ where
    D ≤ 0.
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

"""A picture as a lattice of distributions: each patch is the normal distribution of its intensities.

Neighbours s, t of the lattice (8 around each patch) are
    ℓ_st² = β² d_FR(s, t)² + α² |x_s − x_t|²
apart, d_FR the Fisher–Rao distance of N(μ, σ² + σ₀²), |x| in patches; geodesic distances are shortest
paths through the lattice, and a_st = softmax_t(−½ d_st²/τ).  β = 0, or a uniform picture, gives purely
positional attention.  For a vision head the patches are represented by its rows of attention instead,
with d_FR the distance 2 arccos Σ√(p p′) between them.  In both cases the picture has the metric
    g = β² g_FR + α² 1,   g_FR pulled back by differences of neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.core.sphere import softmax
from compute.families import manifold as manifold_of
from compute.images import vision_head
from compute.images.heat_kernel import heat_kernel
from compute.images.image_files import intensities, read
from compute.manifold.tangent import full

# σ₀: adds half a step of an eight-bit picture, so that no patch has zero spread
FLOOR = 1.0 / 255.0
MOST_PATCHES = 4096
# shorter edges count as this length where heat spreads
SHORTEST = 1e-3
# vertices of a drawn circle, and its largest radius in patches: the neighbour begins at one half
CORNERS, LARGEST = 24, 0.46


@dataclass(frozen=True, eq=False)
class Lattice:
    """A picture of N = rows · columns patches, row by row, with distances between neighbours.

    theta (N, k): (μ, √(σ² + σ₀²)) of each, intensities from 0 to 1, or a head's rows; shape (rows,
    columns); metric (N, 2, 2): g per patch, x to the right and y down; image (h, w) or (h, w, 3): the
    area covered by patches, from 0 to 1 or bytes; lattice: edge lengths, sparse (N, N), each edge once.
    """

    theta: Floats
    shape: tuple[int, int]
    metric: Floats
    image: np.ndarray
    lattice: Any

    def reach(self, start: int) -> tuple[Floats, np.ndarray]:
        """Return distances (N,) from one patch, and the predecessor of each patch (−9999: none)."""
        from scipy.sparse.csgraph import dijkstra

        self._check("start", start)
        found: tuple[Floats, np.ndarray] = dijkstra(
            self.lattice, directed=False, indices=start, return_predecessors=True
        )
        return found

    def heat(self, start: int, time: float) -> Floats:
        """Return heat-kernel attention from one patch, e^{−tL}δ (rows, columns), which sums to 1.

        (Lf)_s = Σ_t (f_s − f_t)/ℓ_st² over the neighbours, with ℓ at least 1e-3.  Accurate to 1e-9.
        """
        from scipy.sparse import diags

        self._check("start", start)
        if not (np.isfinite(time) and time > 0):
            raise ValueError(f"time must be positive and finite, got {shown(time)}")
        rates = self.lattice.copy()
        rates.data = 1.0 / np.maximum(rates.data, SHORTEST) ** 2
        rates = rates + rates.T
        spread = diags(np.asarray(rates.sum(axis=1)).ravel()) - rates
        weights = np.maximum(heat_kernel(spread, start, time), 0.0)
        found: Floats = (weights / weights.sum()).reshape(self.shape)
        return found

    @property
    def density(self) -> Floats:
        """√det g (rows, columns), the rate of change at each patch."""
        density: Floats = np.sqrt(np.maximum(np.linalg.det(self.metric), 0.0)).reshape(self.shape)
        return density

    def circles(self) -> Floats:
        """Return circles of equal Fisher radius (N, 25, 2) about 0, in units of patches.

        The radius is the largest for which nearly all fit into their patches.
        """
        values, vectors = np.linalg.eigh(self.metric)
        halves = 1.0 / np.sqrt(np.maximum(values, 1e-12 * values.max()))
        # the few larger ones are clipped
        halves = np.minimum(halves * LARGEST / np.quantile(halves, 0.98), LARGEST)
        turn = np.linspace(0.0, 2 * np.pi, CORNERS + 1)
        circle = np.stack([np.cos(turn), np.sin(turn)])
        found: Floats = np.swapaxes((vectors * halves[:, None, :]) @ circle, 1, 2)
        return found

    def _check(self, name: str, patch: int) -> None:
        if not 0 <= patch < len(self.theta):
            raise ValueError(f"{name} must be from 0 to {len(self.theta) - 1}, got {patch}")


def trail(before: np.ndarray, start: int, end: int) -> list[int]:
    """Return the patches from ``start`` to ``end``, both included; before (N,): predecessors."""
    found = [end]
    while found[-1] != start:
        found.append(int(before[found[-1]]))
    return found[::-1]


@dataclass(frozen=True, eq=False)
class Patches(Lattice):
    """A processed picture: distances (N, N) and predecessors (N, N) of shortest paths; weights (N, N),
    whose rows sum to 1; output (N, k): the weighted mean of theta.
    """

    distances: Floats
    predecessors: np.ndarray
    weights: Floats
    output: Floats

    def way(self, start: int, end: int) -> list[int]:
        """Return the patches on the shortest path from one to another, both included."""
        self._check("start", start)
        self._check("end", end)
        return trail(self.predecessors[start], start, end)


class GeodesicViT:
    """Geodesic attention over the patches of a picture, ``patch`` pixels per side.

    beta: weight of the distance of distributions; alpha: weight of the distance of positions;
    temperature: τ.
    """

    def __init__(
        self, patch: int = 16, alpha: float = 0.25, beta: float = 1.0, temperature: float = 1.0
    ) -> None:
        if not isinstance(patch, int) or not 1 <= patch <= 1024:
            raise ValueError(
                f"patch must be a whole number of pixels from 1 to 1024, got {shown(patch)}"
            )
        for name, value in (("alpha", alpha), ("beta", beta)):
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be finite and not negative, got {shown(value)}")
        if alpha == 0 and beta == 0:
            raise ValueError("alpha and beta must not both be 0: all patches would coincide")
        if not (np.isfinite(temperature) and temperature > 0):
            raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
        self.patch = patch
        self.alpha, self.beta, self.temperature = float(alpha), float(beta), float(temperature)

    def process_image(self, image: str | Path | ArrayLike) -> Patches:
        """Return the patches of a PNG or JPEG file, or of an array (h, w) or (h, w, 3) in [0, 1] or
        bytes.

        Incomplete patches at the right and bottom are dropped.  Raises ValueError for an invalid or too
        large picture, or too few patches.
        """
        return self._processed(self.lattice_of_image(image))

    def process_head(self, source: str, layer: int = 0, head: int = 0) -> Patches:
        """Return the patches of a vision head's own picture, each its row of attention.

        ``source``: a file with ``image`` and ``patch_grid``, or the name of a bundled one; the lattice
        is given by the file.  Raises ValueError for any other file.
        """
        return self._processed(self.lattice_of_head(source, layer, head))

    def lattice_of_image(self, image: str | Path | ArrayLike) -> Lattice:
        """Return the lattice of `process_image`, which suffices for paths from one patch."""
        pixels = read(image) if isinstance(image, str | Path) else np.asarray(image)
        theta, (rows, columns) = self._statistics(intensities(pixels))
        gaussian = manifold_of("gaussian")
        assert gaussian.distance is not None
        fisher = full(gaussian.geometry(theta).metric)
        covered = pixels[: rows * self.patch, : columns * self.patch]
        return self._joined(theta, (rows, columns), gaussian.distance, theta, fisher, covered)

    def lattice_of_head(self, source: str, layer: int = 0, head: int = 0) -> Lattice:
        """Return the lattice of `process_head`."""
        seen = vision_head.load(source, layer, head)
        return self._joined(seen.rows, seen.shape, sphere.distance, seen.places, None, seen.image)

    def _joined(
        self,
        theta: Floats,
        shape: tuple[int, int],
        distance: Callable[[Floats, Floats], Floats],
        places: Floats,
        fisher: Floats | None,
        image: np.ndarray,
    ) -> Lattice:
        pulled = vision_head.pulled_back(places, shape, fisher)
        metric = self.beta**2 * pulled + self.alpha**2 * np.eye(2)
        return Lattice(theta, shape, metric, image, self._lattice(theta, shape, distance))

    def _processed(self, of: Lattice) -> Patches:
        from scipy.sparse.csgraph import dijkstra

        distances, before = dijkstra(of.lattice, directed=False, return_predecessors=True)
        weights = self.attention(distances)
        return Patches(
            of.theta, of.shape, of.metric, of.image, of.lattice,
            distances, before, weights, weights @ of.theta,
        )  # fmt: skip

    def attention(self, distances: Floats) -> Floats:
        """Return softmax(−½d²/τ) over the last axis."""
        return softmax(-0.5 * distances**2 / self.temperature)

    def _statistics(self, grey: Floats) -> tuple[Floats, tuple[int, int]]:
        """Return (μ, √(σ² + σ₀²)) (N, 2) of the patches, and the numbers of rows and columns."""
        p = self.patch
        rows, columns = grey.shape[0] // p, grey.shape[1] // p
        if rows * columns < 2 or rows * columns > MOST_PATCHES:
            raise ValueError(
                f"a picture of {grey.shape[1]} × {grey.shape[0]} pixels has {rows * columns} "
                f"patches of {p}; it must have 2 to {MOST_PATCHES}"
            )
        cells = grey[: rows * p, : columns * p].reshape(rows, p, columns, p).swapaxes(1, 2)
        flat = cells.reshape(rows * columns, p * p)
        spread = np.sqrt(flat.var(axis=1) + FLOOR**2)
        return np.stack([flat.mean(axis=1), spread], axis=1), (rows, columns)

    def _lattice(
        self,
        theta: Floats,
        shape: tuple[int, int],
        distance: Callable[[Floats, Floats], Floats],
    ) -> Any:
        """Return the lengths of the edges between neighbours, as a sparse matrix (N, N)."""
        from scipy.sparse import coo_matrix

        rows, columns = shape
        number = np.arange(rows * columns).reshape(shape)
        pairs = [
            (number[:, :-1], number[:, 1:]),
            (number[:-1], number[1:]),
            (number[:-1, :-1], number[1:, 1:]),
            (number[:-1, 1:], number[1:, :-1]),
        ]
        s = np.concatenate([a.ravel() for a, _ in pairs])
        t = np.concatenate([b.ravel() for _, b in pairs])
        place = np.stack(np.divmod(number.ravel(), columns), axis=1).astype(float)
        apart = ((place[s] - place[t]) ** 2).sum(axis=1)
        length = np.sqrt(self.beta**2 * distance(theta[s], theta[t]) ** 2 + self.alpha**2 * apart)
        # a sparse matrix treats a length of 0 as no edge
        length = np.maximum(length, 1e-12)
        return coo_matrix((length, (s, t)), shape=(len(theta), len(theta))).tocsr()

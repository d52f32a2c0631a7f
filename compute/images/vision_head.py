"""A vision head over its picture: each patch's row of attention, and the induced metric.

Each patch x of the lattice has a row p(x) of attention, a point z = 2√p on a sphere; a move over the
picture moves z, so that the picture inherits the Fisher metric g_ab = ∂_a z · ∂_b z.  With the
differences to the neighbours along the rows (e) and down the columns (f),
    g = mean over the quadrants (e, f) of ⎡ e·e  e·f ⎤
                                          ⎣ e·f  f·f ⎦,
a mean of Gram matrices, so g is positive semidefinite.  Units: nat-roots per patch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import product
from pathlib import Path

import numpy as np

from compute.core.array_files import arrays_of
from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.heads import head as heads


@dataclass(frozen=True, eq=False)
class VisionRows:
    """rows (N, n): the attention of N = rows · columns patches, row by row; shape; image (h, w, 3)."""

    rows: Floats
    shape: tuple[int, int]
    image: np.ndarray

    @property
    def places(self) -> Floats:
        """z = 2√p (N, n) on the sphere of radius 2."""
        places: Floats = 2.0 * np.sqrt(self.rows)
        return places


def is_head(source: str) -> bool:
    """Whether a source is a head file or the name of one, rather than a picture."""
    return source in heads.bundled() or heads.is_file(source)


@lru_cache(maxsize=1)
def bundled() -> tuple[str, ...]:
    """Return names of the bundled heads that have a picture."""
    folder = resources.files("assets") / "heads"
    found = []
    for name in heads.bundled():
        with resources.as_file(folder / f"{name}.npz") as path:
            if arrays_of(str(path), ("patch_grid",), heads.MOST_BYTES):
                found.append(name)
    return tuple(found)


def load(source: str, layer: int = 0, head: int = 0) -> VisionRows:
    """Return the rows of one head.  Raises ValueError for a file without ``image`` and
    ``patch_grid``.
    """
    found = heads.load(source).head(layer, head)
    grid, special, image = _picture(source)
    down, across = grid
    if special < 0 or min(grid) < 2 or special + down * across != len(found.q):
        raise Refused(
            f"{source}: {special} special tokens and {down} × {across} patches must make "
            f"{len(found.q)} tokens"
        )
    return VisionRows(found.rows()[special:], (down, across), image)


def _picture(source: str) -> tuple[tuple[int, int], int, np.ndarray]:
    """Return the lattice, the number of special tokens before it, and the picture of a checked file."""
    bundled = resources.files("assets") / "heads" / f"{source}.npz"
    with resources.as_file(bundled if source in heads.bundled() else Path(source)) as path:
        try:
            found = arrays_of(
                str(path), ("image", "patch_grid", "special_tokens"), heads.MOST_BYTES
            )
        except Refused as problem:
            raise Refused(f"{source} is not a vision head: {problem}") from None
    if not {"image", "patch_grid"} <= found.keys():
        raise Refused(f"{source} is not a vision head: it has no image and patch_grid")
    image, grid = found["image"], found["patch_grid"]
    special = found.get("special_tokens", np.array(0))
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise Refused(f"{source}: image must be bytes (h, w, 3), got {image.dtype} {image.shape}")
    whole = all(a.dtype.kind in "iu" for a in (grid, special))
    if not whole or grid.shape != (2,) or special.size != 1:
        raise Refused(f"{source}: patch_grid must be two whole numbers, got {shown(grid)}")
    return (int(grid[0]), int(grid[1])), int(special.reshape(-1)[0]), image


def pulled_back(places: Floats, shape: tuple[int, int], metric: Floats | None = None) -> Floats:
    """Return g (N, 2, 2), axes x right and y down, of a lattice of points (N, k) row by row.

    ``metric`` (N, k, k): of the ambient space, default Euclidean.
    """
    lattice = places.reshape(*shape, -1)
    total, count = np.zeros((*shape, 2, 2)), np.zeros(shape)
    for right, down in product((1, -1), repeat=2):
        e, has_e = _difference(lattice, 1, right)
        f, has_f = _difference(lattice, 0, down)
        frame = np.stack([e, f], axis=-2)
        moved = frame if metric is None else frame @ metric.reshape(*shape, *metric.shape[1:])
        known = has_e & has_f
        total += np.where(known[..., None, None], moved @ np.swapaxes(frame, -1, -2), 0.0)
        count += known
    found: Floats = (total / count[..., None, None]).reshape(-1, 2, 2)
    return found


def _difference(lattice: Floats, axis: int, step: int) -> tuple[Floats, np.ndarray]:
    """Return the difference to the neighbour one step along an axis, and where it exists; 0 for a
    single line of patches.
    """
    known = np.ones(lattice.shape[:2], bool)
    if lattice.shape[axis] == 1:
        return np.zeros_like(lattice), known
    edge = [slice(None), slice(None)]
    edge[axis] = slice(-1, None) if step > 0 else slice(0, 1)
    known[tuple(edge)] = False
    return step * (np.roll(lattice, -step, axis=axis) - lattice), known

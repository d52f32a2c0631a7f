"""Tables of samples, of points, and of the checkpoints of a training."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.samples import samples
from compute.samples.points_file import has_points, points_in
from compute.samples.table import read
from compute.statistics.checkpoint_path import checkpoint_path
from compute.statistics.maximum_likelihood import fit
from tests.fuzz.kind import Broken, Kind

TABLES = (
    "w,x,n\na,1.5,2\nb,,1\na,2.5,1\nb,3e0,4\n",
    "w;x;n\na;1,5;2\nb;NA;1\na;2,5;1\n",
    "mu\tsigma\tlabel\n0,5\t2\there\n1\t1\tthere\n",
)
# of as many digits as an entry may have
LONG = b"1" * 120_000
WORDS = (
    LONG,
    LONG + b"x",
    b"," * 5000,
    b"<0.5",
    b">10",
    b"1.234,5",
    b"9007199254740993",
    b"1e999",
    b"nan",
    b";",
    b"\t",
    b'"',
)
MOST = 200  # values: a fit of more takes long


def _seeds(folder: Path) -> list[bytes]:
    return [text.encode() for text in TABLES]


def _arrays(folder: Path) -> list[bytes]:
    file = io.BytesIO()
    np.savez(file, x=np.array([1.0, 2.0, np.nan]), w=np.array(["a", "b", "a"]))
    return [file.getvalue()]


def _open(path: Path) -> None:
    """Open a table as the window does: points, or fits of its samples to normals."""
    table, manifold = read(path), manifold_of("gaussian")
    if has_points(table, manifold.coordinates):
        points_in(table, manifold.coordinates)
        return
    for sample in samples.of_table(table, *samples.guessed(table)):
        if len(sample.x) != len(sample.weight) or not np.isfinite(sample.x).all():
            raise Broken("a sample holds values that are not known")
        if len(sample.x) <= MOST:
            fit(manifold, sample)


def _checkpoints(folder: Path) -> list[bytes]:
    rows = "".join(f"{10 * i},{0.2 * i},{1 + 0.1 * i}\n" for i in range(8))
    return [
        f"step,mu,sigma\n{rows}".encode(),
        f"epoch,mu,sigma\n{rows}".encode(),
        TABLES[2].encode(),
    ]


def _checkpoint_arrays(folder: Path) -> list[bytes]:
    file, steps = io.BytesIO(), np.arange(6)
    np.savez(file, step=steps, mu=0.1 * steps, sigma=1.0 + 0.2 * steps)
    return [file.getvalue()]


def _open_path(path: Path) -> None:
    """Open the path of a training: its length is that of its pieces, and no less than d."""
    manifold = manifold_of("gaussian")
    points = points_in(read(path), manifold.coordinates)
    theta, times = points.theta[:MOST], points.times[:MOST]
    found = checkpoint_path(ReferenceEngine(), manifold, theta, times or None)
    if found.status == Status.OK and not found.length >= found.distance * (1 - 1e-9):
        raise Broken(f"a path of length {found.length} is shorter than {found.distance}")


KINDS = (
    Kind("checkpoints", ".csv", _checkpoints, _open_path, (b"step", *WORDS), weight=2),
    Kind("checkpoints in arrays", ".npz", _checkpoint_arrays, _open_path),
    Kind("table", ".csv", _seeds, _open, WORDS),
    Kind("table of arrays", ".npz", _arrays, _open),
)

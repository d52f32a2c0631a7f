"""Tables of samples and of points."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from compute.families import manifold as manifold_of
from compute.samples import samples
from compute.samples.points_file import has_points, points_in
from compute.samples.table import read
from compute.statistics.maximum_likelihood import fit
from tests.fuzz.kind import Broken, Kind

TABLES = (
    "w,x,n\na,1.5,2\nb,,1\na,2.5,1\nb,3e0,4\n",
    "w;x;n\na;1,5;2\nb;NA;1\na;2,5;1\n",
    "mu\tsigma\tlabel\n0,5\t2\there\n1\t1\tthere\n",
)
WORDS = (b"<0.5", b">10", b"1.234,5", b"9007199254740993", b"1e999", b"nan", b";", b"\t", b'"')
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


KINDS = (
    Kind("table", ".csv", _seeds, _open, WORDS),
    Kind("table of arrays", ".npz", _arrays, _open),
)

"""``distances``: all Fisher–Rao distances between points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import CSV

if TYPE_CHECKING:
    import argparse

    from compute.core.arrays import Floats


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``distances``."""
    shared_options.points_of_a_family(parser)
    parser.add_argument("-o", "--output", metavar=f"OUT{CSV}", help="the matrix as a table")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the matrix, or write it to a file."""
    from app.cli.output import exit_of, label, show, written
    from app.cli.requests import points_in
    from app.export.files import beside, checked
    from compute import Status, open_engine
    from compute.statistics.distance_matrix import distances

    path = checked(chosen.output, (CSV,)) if chosen.output else None
    manifold, points = points_in(chosen)
    engine = open_engine(chosen.engine)
    found = distances(engine, manifold, points.theta)
    if path:
        with beside(path) as file:
            file.write_text(_table(points.labels, found.values), encoding="utf-8")
    rows = [
        f"{label(name)}  {'  '.join(written(x, 6) for x in row)}"
        for name, row in zip(points.labels, found.values, strict=True)
    ]
    lines = [f"written to {path}"] if path else rows
    result = {
        "labels": points.labels,
        "distances": found.values,
        "statuses": [[Status(int(s)) for s in row] for row in found.status],
        "engine": engine.name,
    }
    worst = found.worst
    show(result, chosen.json, [*lines, f"status  {worst.name}: {worst.words}"])
    return exit_of(worst)


def _table(labels: tuple[str, ...], values: Floats) -> str:
    """Return the matrix as CSV text, unknown distances empty."""
    import csv
    import io

    import numpy as np

    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["label", *labels])
    for name, row in zip(labels, values, strict=True):
        rows.writerow([name, *("" if np.isnan(x) else repr(float(x)) for x in row)])
    return text.getvalue()


COMMAND = Subcommand(
    "distances", "compute all Fisher–Rao distances between points", declare, run, order=164
)

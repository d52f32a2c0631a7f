"""``distances``: all distances between points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import CSV, PDF, PNG, SVG

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from compute.samples.points_file import LabelledPoints
    from compute.statistics.distance_matrix import Distances

# pairs without a distance that are named
MOST_UNKNOWN = 20
# the table, and figures
WRITTEN = (CSV, PNG, SVG, PDF)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``distances``."""
    shared_options.points_of_a_family(parser)
    shared_options.distance(parser)
    metavar = f"OUT.({'|'.join(kind.strip('.') for kind in WRITTEN)})"
    parser.add_argument("-o", "--output", metavar=metavar, help="the matrix as a table or a figure")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the matrix, or write it to a file."""
    from app.cli.output import exit_of, label, show, written
    from app.cli.requests import points_in
    from app.export.files import beside, checked
    from app.jobs.matrix_table import matrix_csv
    from compute import Status, open_engine
    from compute.statistics.distance_matrix import distances

    path = checked(chosen.output, WRITTEN) if chosen.output else None
    manifold, points = points_in(chosen)
    engine = open_engine(chosen.engine)
    found = distances(engine, manifold, points.theta, chosen.distance)
    if path and path.suffix.lower() == CSV:
        with beside(path) as file:
            file.write_text(matrix_csv(points.labels, found.values), encoding="utf-8")
    elif path:
        _draw(path, manifold.key, points, found)
    rows = [
        f"{label(name)}  {'  '.join(written(x, 6) for x in row)}"
        for name, row in zip(points.labels, found.values, strict=True)
    ]
    lines = [f"written to {path}"] if path else rows
    lines += [
        f"unknown  {label(points.labels[i])} and {label(points.labels[j])}: "
        f"{Status(int(found.status[i, j])).name}"
        for i, j in found.unknown[:MOST_UNKNOWN]
    ]
    more = len(found.unknown) - MOST_UNKNOWN
    lines += [f"unknown  {more} more pairs"] if more > 0 else []
    result = {
        "labels": points.labels,
        "distances": found.values,
        "statuses": [[Status(int(s)) for s in row] for row in found.status],
        "distance": chosen.distance,
        "engine": engine.name,
    }
    worst = found.worst
    show(result, chosen.json, [*lines, f"status  {worst.name}: {worst.words}"])
    return exit_of(worst)


def _draw(path: Path, family: str, points: LabelledPoints, found: Distances) -> None:
    """Write the figure that the panel Distances shows."""
    from app.export.distances import write
    from app.jobs.distances import ClusterAnswer, ClusterTask, MatrixAnswer, MatrixTask
    from app.model.data_points import LONGEST, DataPoint
    from app.presenters.distances import state
    from app.views.interface.distances import DistancesChosen
    from compute import open_engine
    from compute.statistics.scaling import scaling

    laws = [
        DataPoint((float(a), float(b)), label[:LONGEST])
        for (a, b), label in zip(points.theta, points.labels, strict=True)
    ]
    task = MatrixTask(family, tuple(law.theta for law in laws), found.kind)
    matrix = MatrixAnswer(task, found, scaling(found))
    answers: list[object] = []
    chosen = DistancesChosen(found.kind)
    job = ClusterTask(matrix, chosen, ("",) * len(laws))
    job.perform(open_engine("reference"), answers.append, lambda: False)
    (clusters,) = answers
    if not isinstance(clusters, ClusterAnswer):
        raise ValueError(f"there are no clusters to draw: {clusters}")
    write(state(laws, matrix, clusters, -1, None), path)


COMMAND = Subcommand("distances", "compute all distances between points", declare, run, order=164)
